package codec_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
	"github.com/copal-ml/copal/runtime/codec"
)

// census is a pipeline of scikit-learn over a table of 14 columns, 8 of them
// text: imputers, a one-hot encoder, a scaler and a classifier; and a table with
// what the library answered.
const census = "../../models/modeltest/testdata/sklearn/1.9/compose_census"

type cells struct {
	Name   string `json:"name"`
	Values []any  `json:"values"`
}

func readCensus(t testing.TB) (m *models.Model, rows int, table []cells, answers []float64) {
	t.Helper()
	m, err := formats.OpenFile(census + ".pkl")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(census + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct {
		Batches []struct {
			Rows    int
			Columns []cells
			Answers map[string]struct{ Values []float64 }
		}
	}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), `"NaN"`, "null")), &fixture); err != nil {
		// predict answers strings, which this test does not compare
		if _, ok := err.(*json.UnmarshalTypeError); !ok {
			t.Fatal(err)
		}
	}
	b := fixture.Batches[0]
	return m, b.Rows, b.Columns, b.Answers["decision_function"].Values
}

// The same table in every way that a client may write it gives the answers of
// the library.
func TestTableInEveryForm(t *testing.T) {
	m, rows, table, want := readCensus(t)
	if rows == 0 || len(table) != 14 || len(want) != rows {
		t.Fatalf("%d rows, %d columns, %d answers", rows, len(table), len(want))
	}
	f := func(c codec.Codec, body string) {
		t.Helper()
		got, err := ask(m, c, body)
		if err != nil {
			t.Errorf("%s: %v", body[:60], err)
			return
		}
		for i := range want {
			if d := got[i] - want[i]; d > 1e-9 || d < -1e-9 {
				t.Errorf("%s: row %d: got %v, want %v", body[:60], i, got[i], want[i])
			}
		}
	}
	reversed := slices.Clone(table)
	slices.Reverse(reversed)
	more := append([]cells{{Name: "", Values: make([]any, rows)}, {Name: "note", Values: make([]any, rows)}}, reversed...)
	for _, columns := range [][]cells{table, reversed, more} {
		f(codec.JSON{}, records(rows, columns))
		f(codec.JSON{}, `{"dataframe_records": `+records(rows, columns)+`}`)
		f(codec.JSON{}, split(rows, columns))
		f(codec.CSV{}, csvText(rows, columns))
	}
	inOrder := make([]cells, len(m.Signature().Inputs))
	for i, port := range m.Signature().Inputs {
		j := slices.IndexFunc(table, func(c cells) bool { return c.Name == port.Name })
		inOrder[i] = table[j]
	}
	f(codec.JSON{}, `{"features": `+lists(rows, inOrder)+`}`)

	without := slices.DeleteFunc(slices.Clone(table), func(c cells) bool { return c.Name == "city" })
	for c, body := range map[codec.Codec]string{
		codec.JSON{}: records(rows, without), codec.CSV{}: csvText(rows, without),
	} {
		if _, err := ask(m, c, body); err == nil || !strings.Contains(err.Error(), "expected the column `city`") {
			t.Errorf("%T without a column: %v", c, err)
		}
	}
	member := slices.DeleteFunc(slices.Clone(table), func(c cells) bool { return c.Name == "member" })
	f(codec.JSON{}, records(rows, member)) // the model drops it
}

func ask(m *models.Model, c codec.Codec, body string) ([]float64, error) {
	var r codec.Request
	var dst models.Frame
	if err := c.Decode(&r, m.Signature(), []byte(body)); err != nil {
		return nil, err
	}
	if err := m.Signature().Check(&r.Frame); err != nil {
		return nil, err
	}
	err := m.Predict(&dst, &r.Frame, models.DecisionFunction)
	if err != nil {
		return nil, err
	}
	return dst.Columns[0].F64, nil
}

func row(columns []cells, i int) []any {
	values := make([]any, len(columns))
	for j, c := range columns {
		values[j] = c.Values[i]
	}
	return values
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func records(rows int, columns []cells) string {
	list := make([]string, rows)
	for i := range list {
		var members []string
		for j, v := range row(columns, i) {
			members = append(members, text(columns[j].Name)+": "+text(v))
		}
		list[i] = "{" + strings.Join(members, ", ") + "}"
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func lists(rows int, columns []cells) string {
	list := make([]any, rows)
	for i := range list {
		list[i] = row(columns, i)
	}
	return text(list)
}

func names(columns []cells) []string {
	list := make([]string, len(columns))
	for j, c := range columns {
		list[j] = c.Name
	}
	return list
}

func split(rows int, columns []cells) string {
	return fmt.Sprintf(`{"dataframe_split": {"columns": %s, "data": %s}}`, text(names(columns)), lists(rows, columns))
}

func csvText(rows int, columns []cells) string {
	lines := []string{strings.Join(names(columns), ",")}
	for i := range rows {
		var fields []string
		for _, v := range row(columns, i) {
			field := ""
			if s, ok := v.(string); ok {
				field = `"` + s + `"`
			} else if v != nil {
				field = fmt.Sprint(v)
			}
			fields = append(fields, field)
		}
		lines = append(lines, strings.Join(fields, ","))
	}
	return strings.Join(lines, "\n") + "\n"
}

func BenchmarkTable(b *testing.B) {
	m, _, table, _ := readCensus(b)
	body := []byte(records(1, table))
	var r codec.Request
	var dst models.Frame
	b.ReportAllocs()
	for b.Loop() {
		if err := (codec.JSON{}).Decode(&r, m.Signature(), body); err != nil {
			b.Fatal(err)
		}
		if err := m.Signature().Check(&r.Frame); err != nil {
			b.Fatal(err)
		}
		if err := m.Predict(&dst, &r.Frame, models.PredictProba); err != nil {
			b.Fatal(err)
		}
	}
}
