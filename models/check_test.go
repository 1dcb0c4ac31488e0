package models

import (
	"errors"
	"testing"
)

func matrix(rows, width int) *Frame {
	return &Frame{Rows: rows, Columns: []Column{{Width: width, F64: make([]float64, rows*width)}}}
}

func table(names ...string) *Frame {
	f := &Frame{Rows: 2}
	for _, name := range names {
		f.Columns = append(f.Columns, Column{Name: name, F64: make([]float64, 2)})
	}
	return f
}

func wideSignature() *Signature {
	return &Signature{
		Inputs:    []Port{{DType: Float64, Width: 3}},
		Features:  []string{"age", "height", "weight"},
		Estimator: "StandardScaler",
	}
}

func TestCheckMatrixAccepts(t *testing.T) {
	f := func(in *Frame) {
		t.Helper()
		if err := wideSignature().Check(in); err != nil {
			t.Error(err)
		}
	}
	f(matrix(1, 3))
	f(matrix(7, 3))
	f(table("age", "height", "weight"))
	f(table("", "", ""))
	f(&Frame{Rows: 1, Columns: []Column{{DType: Int64, Width: 3, I64: make([]int64, 3)}}})
	f(&Frame{Rows: 1, Columns: []Column{{DType: Float32, Width: 3, F32: make([]float32, 3)}}})
	f(&Frame{Rows: 1, Columns: []Column{{DType: Bool, Width: 3, Bool: make([]bool, 3), Null: make([]bool, 3)}}})
}

// With Beside, columns are found by name, and what the others hold does not matter.
func TestCheckBeside(t *testing.T) {
	s := wideSignature()
	s.Beside = true
	others := table("weight", "hat", "age", "height")
	others.Columns[1] = Column{Name: "hat", DType: String, Str: make([]string, 2)}
	for _, in := range []*Frame{others, table("age", "height", "weight"), table("", "", ""), matrix(2, 3)} {
		if err := s.Check(in); err != nil {
			t.Error(err)
		}
	}
	refuses(t, s, table("age", "hat", "weight"), "columns are missing: height.")
	refuses(t, s, matrix(2, 4), "X has 4 features, but StandardScaler is expecting 3 features as input.")
	others.Columns[2] = Column{Name: "age", DType: String, Str: make([]string, 2)}
	refuses(t, s, others, `column 2 ("age") holds string, expected float64`)
	others.Columns[2] = Column{Name: "age", Width: 2, F64: make([]float64, 4)}
	refuses(t, s, others, `column 2 ("age") holds lists of 2 values, expected one value a row`)
}

func TestCheckMatrixRefuses(t *testing.T) {
	f := func(in *Frame, want string) {
		t.Helper()
		refuses(t, wideSignature(), in, want)
	}
	f(matrix(0, 3), "Found array with 0 sample(s) while a minimum of 1 is required by StandardScaler.")
	f(matrix(2, 4), "X has 4 features, but StandardScaler is expecting 3 features as input.")
	f(table("", ""), "X has 2 features, but StandardScaler is expecting 3 features as input.")
	f(table("age", "height"), "The feature names should match those that were passed during fit."+
		" Feature names seen at fit time, yet now missing: weight.")
	f(table("age", "height", "weight", "hat"), "The feature names should match those that were passed during fit."+
		" Feature names unseen at fit time: hat.")
	f(table("age", "size", "weight"), "The feature names should match those that were passed during fit."+
		" Feature names unseen at fit time: size. Feature names seen at fit time, yet now missing: height.")
	f(table("height", "age", "weight"), "The feature names should match those that were passed during fit."+
		` Feature names must be in the same order as they were in fit: column 0 is "height", expected "age".`)
	f(&Frame{Rows: 1, Columns: []Column{{DType: String, Width: 3, Str: make([]string, 3)}}},
		"column 0 holds string, expected float64")
	f(&Frame{Rows: 1, Columns: []Column{{Name: "age", Width: 2, F64: make([]float64, 2)}, {F64: make([]float64, 1)}}},
		`column 0 ("age") holds lists of 2 values, expected one value a row`)
	f(&Frame{Rows: 2, Columns: []Column{{Width: 3, F64: make([]float64, 5)}}},
		"column 0 holds 5 values; 2 rows of 3 are 6")
	f(&Frame{Rows: 1, Columns: []Column{{Width: 3, F64: make([]float64, 3), Null: make([]bool, 2)}}},
		"column 0 has 2 null flags for 3 values")
}

func TestCheckColumns(t *testing.T) {
	s := &Signature{Inputs: []Port{{Name: "age", DType: Float64}, {Name: "city", DType: String}}}
	city := Column{Name: "city", DType: String, Str: []string{"Bonn"}}
	age := Column{Name: "age", DType: Int64, I64: []int64{31}}
	other := Column{Name: "other", DType: Bool, Bool: []bool{true}}
	if err := s.Check(&Frame{Rows: 1, Columns: []Column{city, other, age}}); err != nil {
		t.Error(err)
	}
	refuses(t, s, &Frame{Rows: 1, Columns: []Column{age}}, "columns are missing: city.")
	refuses(t, s, &Frame{Rows: 1, Columns: []Column{other}}, "columns are missing: age, city.")

	wrong := Column{Name: "city", DType: Int64, I64: []int64{1}}
	refuses(t, s, &Frame{Rows: 1, Columns: []Column{age, wrong}}, `column 1 ("city") holds int64, expected string`)
	wide := Column{Name: "age", Width: 2, F64: []float64{1, 2}}
	refuses(t, s, &Frame{Rows: 1, Columns: []Column{wide, city}}, `column 0 ("age") has width 2, expected 0`)
}

// Columns without names are taken by their place.
func TestCheckPlaces(t *testing.T) {
	s := &Signature{Inputs: []Port{{Name: "from", DType: String}, {Name: "km"}}, Estimator: "OneHotEncoder"}
	texts := func(n, width int) Column { return Column{DType: String, Width: width, Str: make([]string, n)} }
	number := Column{F64: make([]float64, 2)}
	if err := s.Check(&Frame{Rows: 2, Columns: []Column{texts(2, 0), number}}); err != nil {
		t.Error(err)
	}
	refuses(t, s, &Frame{Rows: 2, Columns: []Column{texts(6, 3)}},
		"X has 3 features, but OneHotEncoder is expecting 2 features as input.")
	refuses(t, s, &Frame{Rows: 2, Columns: []Column{texts(2, 0)}},
		"X has 1 features, but OneHotEncoder is expecting 2 features as input.")
	refuses(t, s, &Frame{Rows: 2, Columns: []Column{texts(4, 2)}},
		"got one column of 2 values, expected 2 columns of different types")
	refuses(t, s, &Frame{Rows: 2, Columns: []Column{number, number}}, "column 0 holds float64, expected string")
}

// A model of one text a row takes a column of any name, also as lists of one.
func TestCheckTexts(t *testing.T) {
	s := &Signature{Inputs: []Port{{DType: String}}}
	f := func(c Column) {
		t.Helper()
		if err := s.Check(&Frame{Rows: 2, Columns: []Column{c}}); err != nil {
			t.Error(err)
		}
	}
	texts := []string{"a", "b"}
	f(Column{DType: String, Str: texts})
	f(Column{Name: "review", DType: String, Str: texts})
	f(Column{DType: String, Width: 1, Str: texts})
	refuses(t, s, &Frame{Rows: 1, Columns: []Column{{DType: String, Width: 2, Str: texts}}}, "column 0 has width 2, expected 0")
	refuses(t, s, &Frame{Rows: 1, Columns: []Column{{DType: Float64, F64: []float64{1}}}}, "column 0 holds float64, expected string")
}

func TestCheckNamesAtMostFive(t *testing.T) {
	refuses(t, wideSignature(), table("a", "b", "c", "d", "e", "f", "age", "height", "weight"),
		"The feature names should match those that were passed during fit. Feature names unseen at fit time: a, b, c, d, e, ....")
}

func refuses(t *testing.T, s *Signature, in *Frame, want string) {
	t.Helper()
	err := s.Check(in)
	var data *DataError
	if !errors.As(err, &data) {
		t.Fatalf("got %v, want a *DataError: %s", err, want)
	}
	if data.Text != want {
		t.Errorf("got  %s\nwant %s", data.Text, want)
	}
}
