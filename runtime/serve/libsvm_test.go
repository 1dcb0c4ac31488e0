package serve_test

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
	"github.com/copal-ml/copal/models/modeltest"
	"github.com/copal-ml/copal/runtime/serve"
)

const (
	asCSV    = "Content-Type: text/csv; header=absent"
	asLibSVM = "Content-Type: text/libsvm"
)

// Model files of the libraries answer to sparse rows what the libraries answer to
// the same rows in full: with NaN where XGBoost has nothing, with zeros elsewhere.
func TestSparseRowsOfRealModels(t *testing.T) {
	f := func(name string, absent float64) {
		t.Run(name, func(t *testing.T) {
			r, fixture := servingFixture(t, name)
			for _, b := range fixture.Batches {
				method := "/invocations?method=" + string(models.Predict)
				dense := r.send(post(method, lines(b.Columns[0].Column, csvRow), asCSV))
				sparse := r.send(post(method, lines(b.Columns[0].Column, sparseRow(absent)), asLibSVM))
				if dense.StatusCode != 200 || sparse.StatusCode != 200 || sparse.body != dense.body {
					t.Fatalf("dense: %d %s\nsparse: %d %s", dense.StatusCode, dense.body, sparse.StatusCode, sparse.body)
				}
				if kind := sparse.Header.Get("Content-Type"); kind != "text/csv" {
					t.Errorf("Content-Type %q", kind)
				}
				compareAnswer(t, sparse.body, b.Answers[models.Predict][0])
			}
		})
	}
	nan := math.NaN()
	f("xgboost/0.82/binary_logistic_raw", nan)
	f("xgboost/1.7/dart_bin", nan)
	f("xgboost/1.7/regressor_missing_number", nan)
	f("xgboost/1.7/linear", nan)
	f("xgboost/3.4/binary_logistic_json", nan)
	f("xgboost/3.4/binary_logistic_ubj", nan)
	f("xgboost/3.4/multi_softmax", nan)
	f("xgboost/3.4/in_search", nan)
	f("xgboost/3.4/in_pipeline", 0)
	f("catboost/1.2/rmse", 0)
	f("lightgbm/2.1/regression_l1", 0)
	f("lightgbm/2.1/zero_missing", 0)
	f("lightgbm/4.6/binary", 0)
	f("lightgbm/4.6/forest_multiclass", 0)
	f("lightgbm/4.6/in_pipeline", 0)
}

// A value that is not there is missing to XGBoost; a zero is not.
func TestAbsentIsNotZeroToXGBoost(t *testing.T) {
	r, _ := servingFixture(t, "xgboost/1.7/binary_logistic_json")
	// Booster.predict of XGBoost 1.7.6 and 3.4.1 for these rows, as a training file,
	// as a SciPy matrix and, with NaN and with zeros, as a NumPy array.
	r.expect(post("/invocations", "1 0:0.5 3:2\n0 1:-1.25\n\n0 2:0 4:0.1\n1 3:4\n", asLibSVM), 200,
		"0.6760834455490112\n0.781969428062439\n0.3763986825942993\n0.3763986825942993\n0.3763986825942993\n")
	r.expect(post("/invocations", "1 0:-1.5 3:2\n0 0:-1.5 1:0 2:0 3:2 4:0\n", asLibSVM), 200, "0.13342994451522827\n0.09908170998096466\n")
	r.expect(post("/invocations", "-1.5,,,2,\n-1.5,0,0,2,0\n", asCSV), 200, "0.13342994451522827\n0.09908170998096466\n")
	r.expect(post("/invocations", "1 0:0.5 3:2 5:1\n", asLibSVM), 400,
		`{"error":"row 0: expected an index from 0 to 4 (from 1 with \"text/libsvm; indexing_mode=1\") (LibSVM line 1, position 13, byte 12)",`+
			"\"got\":\"`5:1`\","+`"expected":"an index from 0 to 4 (from 1 with \"text/libsvm; indexing_mode=1\")","row":0,"line":1,"offset":12}`)
	r.expect(post("/invocations", "0 1:1\n1 0:0.5 3:two\n", asLibSVM), 400,
		`{"error":"row 1, column 3: expected a number (LibSVM line 2, position 11, byte 16)",`+
			"\"got\":\"`3:two`\","+`"expected":"a number","row":1,"column":3,"line":2,"offset":16}`)
}

// LightGBM reads absent values of a file as zeros: Booster.predict of 4.6.0 for
// the path of a file with these lines.
func TestAbsentIsZeroToLightGBM(t *testing.T) {
	r, _ := servingFixture(t, "lightgbm/4.6/binary")
	a := r.send(post("/invocations", "1 0:0.5 3:2\n0 1:-1.25 2:1\n0 2:0 4:0.1\n", asLibSVM))
	for i, want := range []float64{0.70959354, 0.92119625, 0.13522522} {
		got, err := strconv.ParseFloat(strings.Split(a.body, "\n")[i], 64)
		if err != nil || math.Abs(got-want) > 1e-8 {
			t.Errorf("row %d: got %v (%v), want %v", i, got, err, want)
		}
	}
}

func servingFixture(t *testing.T, name string) (*rig, *modeltest.Fixture) {
	t.Helper()
	path := filepath.Join("../../models/modeltest/testdata", name)
	m, err := formats.OpenFile(modeltest.ModelPath(path))
	if err != nil {
		t.Fatal(err)
	}
	fixture, err := modeltest.ReadFixture(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return start(t, serve.Config{Predictor: m}), fixture
}

// lines writes each row of a matrix.
func lines(c models.Column, row func(values []float64) string) string {
	var b strings.Builder
	for values := range slices.Chunk(c.F64, c.Width) {
		b.WriteString(row(values) + "\n")
	}
	return b.String()
}

func csvRow(values []float64) string {
	texts := make([]string, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			texts[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(texts, ",")
}

// sparseRow writes a label and the values that are not absent.
func sparseRow(absent float64) func(values []float64) string {
	return func(values []float64) string {
		text := "1"
		for i, v := range values {
			if math.Float64bits(v) != math.Float64bits(absent) && !(v != v && absent != absent) {
				text += fmt.Sprintf(" %d:%v", i, v)
			}
		}
		return text
	}
}

// compareAnswer holds the lines of CSV against what the library answered.
func compareAnswer(t *testing.T, csv string, want models.Column) {
	t.Helper()
	got := strings.FieldsFunc(csv, func(c rune) bool { return c == ',' || c == '\n' })
	for i := range got {
		text := got[i]
		switch want.DType {
		case models.Float64:
			v, err := strconv.ParseFloat(text, 64)
			if w := want.F64[i]; err != nil || math.Abs(v-w) > 1e-12*math.Abs(w) {
				t.Errorf("value %d: got %s, want %v", i, text, w)
			}
		case models.Int64:
			if text != strconv.FormatInt(want.I64[i], 10) {
				t.Errorf("value %d: got %s, want %d", i, text, want.I64[i])
			}
		default:
			t.Fatalf("a fixture with answers of %s", want.DType)
		}
	}
	if n := len(want.F64) + len(want.I64); n != len(got) {
		t.Errorf("got %d values, want %d", len(got), n)
	}
}
