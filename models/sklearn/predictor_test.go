package sklearn_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
)

const fixtures = "../modeltest/testdata/sklearn"

func open(t testing.TB, fixture string) *models.Model {
	t.Helper()
	m, err := formats.OpenFile(filepath.Join(fixtures, fixture+".pkl"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func matrix(rows int, values ...float64) *models.Frame {
	return &models.Frame{Rows: rows, Columns: []models.Column{{Width: len(values) / rows, F64: values}}}
}

func TestDataErrorsNameThePlace(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	f := func(fixture string, src *models.Frame, want string) {
		t.Helper()
		m := open(t, fixture)
		err := m.Predict(new(models.Frame), src, m.Signature().Methods[0].Name)
		if _, ok := err.(*models.DataError); !ok || err.Error() != want {
			t.Errorf("%s: got  %v\nwant %s", fixture, err, want)
		}
	}
	f("1.9/logistic_binary", matrix(2, 1, 2, 3, 4, 1, nan, 3, 4), "row 1, column 1: Input X contains NaN.")
	f("1.9/logistic_binary", matrix(1, 1, 2, inf, nan),
		"row 0, column 2: Input X contains infinity or a value too large for dtype('float64').")
	f("1.9/pipeline_logistic", matrix(1, 1, 2, nan, 3), "row 0, column 2: Input X contains NaN.")
	f("1.9/standard_scaler", matrix(1, 1, nan, inf, 3),
		"row 0, column 2: Input X contains infinity or a value too large for dtype('float64').")
	f("1.9/pipeline_dataframe", matrix(1, 1, 2, 3, inf),
		"row 0, column 3 (d): Input X contains infinity or a value too large for dtype('float64').")

	// Behind the first window.
	const rows = 10_000
	many := matrix(rows, make([]float64, rows*4)...)
	many.Columns[0].F64[9_999*4+3] = nan
	f("1.9/logistic_binary", many, "row 9999, column 3: Input X contains NaN.")
}

func TestUnknownMethod(t *testing.T) {
	m := open(t, "1.9/linear")
	err := m.Predict(new(models.Frame), matrix(1, 1, 2, 3, 4), models.PredictProba)
	want := `the model offers no method "predict_proba"; it offers ["predict"]`
	if _, ok := err.(*models.DataError); !ok || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Every type of column converts to the same question; a null is NaN.
func TestInputTypes(t *testing.T) {
	m := open(t, "1.9/standard_scaler")
	ask := func(src *models.Frame) []float64 {
		t.Helper()
		if err := m.Signature().Check(src); err != nil {
			t.Fatal(err)
		}
		dst := new(models.Frame)
		if err := m.Predict(dst, src, models.Transform); err != nil {
			t.Fatal(err)
		}
		return dst.Columns[0].F64
	}
	want := ask(matrix(2, 1, 0, 1, 1, 0, 0, 1, 0))
	f := func(c models.Column) {
		t.Helper()
		c.Width = 4
		if got := ask(&models.Frame{Rows: 2, Columns: []models.Column{c}}); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", c.DType, got, want)
		}
	}
	f(models.Column{DType: models.Int64, I64: []int64{1, 0, 1, 1, 0, 0, 1, 0}})
	f(models.Column{DType: models.Float32, F32: []float32{1, 0, 1, 1, 0, 0, 1, 0}})
	f(models.Column{DType: models.Bool, Bool: []bool{true, false, true, true, false, false, true, false}})

	mixed := &models.Frame{Rows: 2, Columns: []models.Column{
		{DType: models.Bool, Bool: []bool{true, false}},
		{DType: models.Int64, I64: []int64{0, 7}, Null: []bool{false, true}},
		{DType: models.Float32, F32: []float32{1, 1}},
		{DType: models.Float64, F64: []float64{1, 0}},
	}}
	got := ask(mixed)
	if !math.IsNaN(got[5]) {
		t.Errorf("a null became %v, want NaN", got[5])
	}
	got[5] = want[5]
	if !slices.Equal(got, want) {
		t.Errorf("mixed: got %v, want %v", got, want)
	}
}

// A frame that was used for another method or a longer batch answers as a new one.
func TestFramesAreReusable(t *testing.T) {
	m, dst := open(t, "1.9/written_joblib_lz4"), new(models.Frame)
	for _, rows := range []int{5, 1, 5000, 2} {
		for _, method := range m.Signature().Methods {
			src := matrix(rows, make([]float64, rows*4)...)
			fresh := new(models.Frame)
			for _, f := range []*models.Frame{dst, fresh} {
				if err := m.Predict(f, src, method.Name); err != nil {
					t.Fatal(err)
				}
			}
			got, want := dst.Columns[0], fresh.Columns[0]
			if dst.Rows != rows || len(dst.Columns) != 1 || got.DType != want.DType || got.Width != want.Width ||
				!slices.Equal(got.F64, want.F64) || !slices.Equal(got.Str, want.Str) {
				t.Errorf("%s of %d rows: a reused frame has %+v, a new one %+v", method.Name, rows, got, want)
			}
		}
	}
}

func BenchmarkScalerLogistic(b *testing.B) {
	m := open(b, "1.9/pipeline_logistic")
	f := func(name string, rows int, method models.Method) {
		b.Run(name, func(b *testing.B) {
			src, dst := matrix(rows, make([]float64, rows*4)...), new(models.Frame)
			for i := range src.Columns[0].F64 {
				src.Columns[0].F64[i] = float64(i%13) / 2
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := m.Predict(dst, src, method); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
	f("PredictRow", 1, models.Predict)
	f("PredictRows10000", 10_000, models.Predict)
	f("ProbaRow", 1, models.PredictProba)
	f("ProbaRows10000", 10_000, models.PredictProba)
}
