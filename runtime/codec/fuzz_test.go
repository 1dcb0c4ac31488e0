package codec_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

var ab = named("a", "b")

// FuzzJSON compares with encoding/json where both read the body: rows of
// numbers must be the same numbers, and what encoding/json refuses must only
// be accepted for the extensions that the package documents.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"features": [[1, 2]]}`, `[[1,2],[3e5,-0.25]]`, `[1, 2]`, `{"a":{"b":[null,"\u00e6\n"]},"instances":[[true,null]],"method":"predict"}`,
		`{"inputs": [[0.1, 1e-400]], "parameters": {"method": "x"}}`, `[[NaN, -Infinity]]`, `[[1.5, 42, true, "x\ud83d\ude00"]]`,
		`[[123456789012345678901234567890, 0.000000000000000000000000000001234567890123456789]]`, `{}`, `[[1,2],[3]]`, "\ufeff[]",
		`[{"a": 1, "b": 2}, {"x": [], "b": null, "a": true}]`, `[{"a": 1}, {"c": "x"}, {}]`, `[["a"], [], ["b", "c"]]`, `{"dataframe_records": [{"b": 1, "\u0061": 2e3}]}`,
		`{"dataframe_split": {"data": [[1, 2, 3]], "columns": ["b", "x", "a"], "index": [0]}}`, `[{"height":1,"age":2,"member":true,"city":"x"}]`,
		`{"dataframe_split": {"columns": [0, 1], "data": [[1, 2]]}}`, `{"dataframe_split": {"columns": ["city","age","height","member"], "data": [[null,1,2,0]]}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		var r codec.Request
		for _, want := range []*models.Signature{matrix(2), matrix(1), table, ab, keys, anyColumns} {
			err := codec.JSON{}.Decode(&r, want, body)
			checkDecoded(t, &r, want, body, err)
		}
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
		if err := (codec.JSON{}).Decode(&r, ab, body); err == nil {
			compareJSON(t, &r.Frame, body)
		}
	})
}

// compareJSON reads body as encoding/json does and compares the rows.
func compareJSON(t *testing.T, got *models.Frame, body []byte) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		if !bytes.ContainsAny(body, "NI") && !bytes.HasPrefix(body, []byte("\ufeff")) { // NaN, Infinity
			t.Fatalf("%q: accepted, encoding/json says %v", body, err)
		}
		return
	}
	rows, ok := member(doc).([]any)
	if !ok {
		return // keys that stand there twice
	}
	if len(rows) > 0 && !listOrRecord(rows[0]) {
		rows = []any{rows}
	}
	if len(rows) != got.Rows {
		t.Fatalf("%q: %d rows, want %d", body, got.Rows, len(rows))
	}
	for i, row := range rows {
		values, ok := row.([]any)
		if record, is := row.(map[string]any); is {
			values, ok = []any{record["a"], record["b"]}, true
		}
		if !ok {
			t.Fatalf("%q: row %d is no row", body, i)
		}
		for k, v := range values {
			same(t, got.Columns[0].F64[2*i+k], number(v))
		}
	}
}

func listOrRecord(v any) bool {
	switch v.(type) {
	case []any, map[string]any:
		return true
	}
	return false
}

func member(doc any) any {
	if m, ok := doc.(map[string]any); ok {
		for _, key := range []string{"features", "instances", "inputs", "dataframe_records"} {
			if v, ok := m[key]; ok {
				return v
			}
		}
	}
	return doc
}

func number(v any) float64 {
	switch v := v.(type) {
	case json.Number:
		f, _ := strconv.ParseFloat(string(v), 64)
		return f
	case bool:
		if v {
			return 1
		}
		return 0
	}
	return math.NaN()
}

func same(t *testing.T, got, want float64) {
	t.Helper()
	if math.Float64bits(got) != math.Float64bits(want) && !(got != got && want != want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// checkDecoded holds a frame, or the error, to what every decoder promises.
func checkDecoded(t *testing.T, r *codec.Request, want *models.Signature, body []byte, err error) {
	t.Helper()
	if err != nil {
		var e *codec.Error
		if !errors.As(err, &e) {
			t.Fatalf("%q: %T is not an *Error", body, err)
		}
		if e.Offset < 0 || e.Offset > len(body) || e.Line < 1 || e.Position < 1 || e.Expected == "" || e.Got == "" {
			t.Fatalf("%q: place or text is missing: %+v", body, e)
		}
		if len(e.Got) > 200 {
			t.Fatalf("%q: an error of %d bytes", body, len(e.Got))
		}
		return
	}
	for i := range r.Frame.Columns {
		c := &r.Frame.Columns[i]
		n := r.Frame.Rows * c.Stride()
		if got := map[models.DType]int{models.Float64: len(c.F64), models.Int64: len(c.I64), models.Bool: len(c.Bool), models.String: len(c.Str)}[c.DType]; got != n {
			t.Fatalf("%q: column %d holds %d values, want %d", body, i, got, n)
		}
		if len(c.Null) != 0 && len(c.Null) != n {
			t.Fatalf("%q: column %d has %d null flags, want %d or none", body, i, len(c.Null), n)
		}
	}
}

// FuzzCSV compares with encoding/csv where both read the body: the same fields
// in the same rows.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"1,2\n3,4\n", "a,b\r\n1,2\r\n", "\"1\",\"2\"\n", ",\n", "1,2,3\n", "\"a\"\"b\",c\n", "\"a\nb\",\"\"\n", "nan,-inf\n", "\ufeff1,2", "+.5,5.\n", "1,2\r", "\n\n1,2",
		"b,x,a\n1,?,2\n", "city,age,height,member\nOslo,1,2,true\n", ",b,a\n0,,1\n",
	} {
		f.Add([]byte(s))
	}
	texts := &models.Signature{Inputs: []models.Port{{Name: "a", DType: models.String}, {Name: "b", DType: models.String}}}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		var r codec.Request
		for _, want := range []*models.Signature{matrix(2), matrix(1), table, ab, keys, anyColumns} {
			err := codec.CSV{}.Decode(&r, want, body)
			checkDecoded(t, &r, want, body, err)
		}
		err := codec.CSV{Header: codec.HeaderAbsent}.Decode(&r, texts, body)
		checkDecoded(t, &r, texts, body, err)
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
		if err == nil {
			compareCSV(t, &r.Frame, body)
		}
	})
}

// compareCSV allows what encoding/csv does otherwise: it drops a carriage
// return before a line feed inside of quotes, and one before the end.
func compareCSV(t *testing.T, got *models.Frame, body []byte) {
	rd := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	for row := 0; ; row++ {
		fields, err := rd.Read()
		if err == io.EOF {
			if row != got.Rows {
				t.Fatalf("%q: %d rows, want %d", body, got.Rows, row)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: accepted, encoding/csv says %v", body, err)
		}
		for i, want := range fields {
			if text := strings.ReplaceAll(got.Columns[i].Str[row], "\r\n", "\n"); text != want {
				t.Fatalf("%q: row %d, column %d: got %q, want %q", body, row, i, text, want)
			}
		}
	}
}

// FuzzLibSVM compares with the rows that string functions find.
func FuzzLibSVM(f *testing.F) {
	for _, s := range []string{
		"1 0:5.1 2:1.4\n", "0:1\n\n-1 qid:3 1:nan # 2:3\n", "1\n+1.5\n", "1 999999999:1", "1 0:1 0:2", "# x\n 2:1e400\t1:.5\r\n1", "\ufeff1 1:2\n#\n \n0",
		"qid:1 0:1", "1:2:3", "1 00:1", "-1:2", "1 :", "a 1:2", "0:0x1", "\x000:1",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		var r codec.Request
		for _, want := range []*models.Signature{matrix(1), table, ab, keys, anyColumns, sparse(3), matrix(3)} {
			err := codec.LibSVM{}.Decode(&r, want, body)
			checkDecoded(t, &r, want, body, err)
			if err == nil && want.Inputs[0].Width == 3 {
				compareLibSVM(t, &r.Frame, want.Absent, body)
			}
		}
		checkDecoded(t, &r, ab, body, codec.LibSVM{OneBased: true}.Decode(&r, ab, body))
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
	})
}

func compareLibSVM(t *testing.T, got *models.Frame, absent models.Absent, body []byte) {
	row, c := 0, &got.Columns[0]
	for line := range strings.SplitSeq(strings.Trim(strings.TrimPrefix(string(body), "\ufeff"), " \t\r\n\v\f"), "\n") {
		text, _, commented := strings.Cut(line, "#")
		words := strings.Fields(text)
		if len(words) == 0 && (commented || got.Rows == 0) {
			continue
		}
		want := map[int]float64{}
		for _, w := range words {
			index, value, pair := strings.Cut(w, ":")
			if i, err := strconv.Atoi(index); pair && err == nil {
				want[i], _ = strconv.ParseFloat(value, 64)
			}
		}
		for i := range 3 {
			v, there := want[i]
			missing := !there && absent == models.AbsentMissing
			if missing {
				v = math.NaN()
			}
			same(t, c.F64[3*row+i], v)
			if marked := len(c.Null) > 0 && c.Null[3*row+i]; marked != missing {
				t.Fatalf("%q: row %d, value %d: missing %v, want %v", body, row, i, marked, missing)
			}
		}
		row++
	}
	if row != got.Rows {
		t.Fatalf("%q: %d rows, want %d", body, got.Rows, row)
	}
}

// FuzzFloat writes every float so that it reads back as itself.
func FuzzFloat(f *testing.F) {
	for _, v := range []float64{0, 0.1, 1e16, 1e-5, math.MaxFloat64, math.SmallestNonzeroFloat64, 9007199254740993} {
		f.Add(math.Float64bits(v))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		v := math.Float64frombits(bits)
		text, err := codec.CSV{}.Append(nil, column(v))
		if err != nil {
			t.Fatal(err)
		}
		var r codec.Request
		if err := (codec.CSV{}).Decode(&r, matrix(1), text); err != nil {
			t.Fatal(err)
		}
		same(t, r.Frame.Columns[0].F64[0], v)
	})
}
