package booster_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
)

// digits answers with the values of a row as digits of one number, -1 for NaN.
func digits(features int) booster.Method {
	return booster.One(models.Predict, models.Float64, 0, func(out, x []float64) {
		for i := range out {
			out[i] = 0
			for _, v := range x[i*features : (i+1)*features] {
				if math.IsNaN(v) {
					out[i] = -1
					break
				}
				out[i] = 10*out[i] + v
			}
		}
	})
}

func codes(t testing.TB, closed bool, categories ...any) *booster.Codes {
	t.Helper()
	c, err := booster.NewCodes(categories)
	if err != nil {
		t.Fatal(err)
	}
	c.Closed = closed
	return c
}

// frame is a frame of columns of width 1, which have as many rows as the first.
func frame(rows int, columns ...models.Column) *models.Frame {
	return &models.Frame{Rows: rows, Columns: columns}
}

func floats(name string, values ...float64) models.Column {
	return models.Column{Name: name, DType: models.Float64, F64: values}
}

func texts(name string, values ...string) models.Column {
	return models.Column{Name: name, DType: models.String, Str: values}
}

func TestPredict(t *testing.T) {
	cities := codes(t, false, "Bergen", "Oslo", "Vardo")
	zones := codes(t, false, int64(10), int64(20), int64(30))
	table := booster.New(booster.Model{Features: 3, Names: []string{"a", "city", "zone"}, Codes: []*booster.Codes{nil, cities, zones},
		Methods: []booster.Method{digits(3)}})
	matrix := booster.New(booster.Model{Features: 2, Codes: []*booster.Codes{nil, zones}, Methods: []booster.Method{digits(2)}})
	plain := booster.New(booster.Model{Features: 2, Methods: []booster.Method{digits(2)}})
	f := func(name string, p models.Predictor, src *models.Frame, want ...float64) {
		t.Helper()
		var dst models.Frame
		if err := p.Signature().Check(src); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if err := p.Predict(&dst, src, models.Predict); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := dst.Columns[0].F64; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	f("columns in order", table, frame(2, floats("a", 7, 8), texts("city", "Oslo", "Bergen"), floats("zone", 10, 30)), 710, 802)
	f("columns by name", table, frame(2, floats("zone", 10, 30), texts("city", "Oslo", "Bergen"), floats("a", 7, 8)), 710, 802)
	f("what is not in the list is missing", table, frame(2, floats("a", 7, 8), texts("city", "Oslo", "Paris"), floats("zone", 40, 10)), -1, -1)
	null := texts("city", "Oslo", "Oslo")
	null.Null = []bool{false, true}
	f("null", table, frame(2, floats("a", 7, 8), null, floats("zone", 10, 10)), 710, -1)
	f("numbers with categories as a matrix", matrix, frame(2, models.Column{DType: models.Float64, Width: 2, F64: []float64{5, 20, 6, 30}}), 51, 62)
	f("a matrix", plain, frame(2, models.Column{DType: models.Float64, Width: 2, F64: []float64{5, 2, 6, 3}}), 52, 63)
}

// Columns of all types of numbers are features, and null is missing.
func TestTypes(t *testing.T) {
	p := booster.New(booster.Model{Features: 1, Methods: []booster.Method{digits(1)}})
	f := func(c models.Column, want ...float64) {
		t.Helper()
		c.Width = 1
		var dst models.Frame
		if err := p.Predict(&dst, frame(2, c), models.Predict); err != nil {
			t.Errorf("%v: %v", c.DType, err)
		} else if got := dst.Columns[0].F64; !slices.Equal(got, want) {
			t.Errorf("%v: got %v, want %v", c.DType, got, want)
		}
	}
	f(models.Column{DType: models.Int64, I64: []int64{3, 4}}, 3, 4)
	f(models.Column{DType: models.Bool, Bool: []bool{false, true}}, 0, 1)
	f(models.Column{DType: models.Float32, F32: []float32{0.5, 4}}, 0.5, 4)
	f(models.Column{DType: models.Int64, I64: []int64{3, 4}, Null: []bool{true, false}}, -1, 4)
}

// Closed codes refuse what is not in the list, by row, column and name.
func TestClosed(t *testing.T) {
	p := booster.New(booster.Model{Features: 2, Names: []string{"city", "zone"}, Methods: []booster.Method{digits(2)},
		Codes: []*booster.Codes{codes(t, true, "Bergen", "Oslo"), codes(t, true, 10.0, 20.0)}})
	f := func(city string, zone float64, want string) {
		t.Helper()
		err := p.Predict(new(models.Frame), frame(2, texts("city", "Oslo", city), floats("zone", 10, zone)), models.Predict)
		got := ""
		if err != nil {
			var data *models.DataError
			if !errors.As(err, &data) {
				t.Fatalf("got %T", err)
			}
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q, %v: got %q, want %q", city, zone, got, want)
		}
	}
	f("Bergen", 20, "")
	f("Bergen", math.NaN(), "")
	f("Paris", 20, "row 1, column 0 (city): Found a category not in the training set for the 0th (0-based) column: `Paris`; send one of the set, or null")
	f("Oslo", 1, "row 1, column 1 (zone): Found a category not in the training set for the 1th (0-based) column: `1`; send one of the set, or null")
}

func TestNewCodes(t *testing.T) {
	f := func(want string, categories ...any) {
		t.Helper()
		_, err := booster.NewCodes(categories)
		if err == nil || err.Error() != want {
			t.Errorf("%v: got %v, want %q", categories, err, want)
		}
	}
	f("a category is there twice", "a", "a")
	f("a category is there twice", 1.0, true)
	f("some categories are strings, and some are numbers", "a", 1.0)
	f("a category is <nil>", nil)
}

// More rows than a window has are answered window by window.
func TestWindows(t *testing.T) {
	const rows, features = 20_000, 7
	p := booster.New(booster.Model{Features: features, Methods: []booster.Method{
		booster.One(models.Predict, models.Float64, 0, func(out, x []float64) {
			for i := range out {
				out[i] = x[i*features+6]
			}
		})}})
	x := make([]float64, rows*features)
	for i := range x {
		x[i] = float64(i / features)
	}
	var dst models.Frame
	if err := p.Predict(&dst, frame(rows, models.Column{DType: models.Float64, Width: features, F64: x}), models.Predict); err != nil {
		t.Fatal(err)
	}
	for i, v := range dst.Columns[0].F64 {
		if v != float64(i) {
			t.Fatalf("row %d: got %v", i, v)
		}
	}
}

func TestAllocs(t *testing.T) {
	p := booster.New(booster.Model{Features: 2, Methods: []booster.Method{digits(2)}})
	src := frame(3, models.Column{DType: models.Float64, Width: 2, F64: []float64{1, 2, 3, 4, 5, 6}})
	var dst models.Frame
	n := testing.AllocsPerRun(100, func() {
		if err := p.Predict(&dst, src, models.Predict); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("a prediction allocates %v times", n)
	}
}
