package models

import (
	"fmt"
)

// A DType is the type of a column's values.
type DType uint8

// The types that a column may hold.
const (
	Float64 DType = iota
	Float32
	Int64
	Bool
	String
)

var dtypeNames = [...]string{"float64", "float32", "int64", "bool", "string"}

func (t DType) String() string {
	if int(t) < len(dtypeNames) {
		return dtypeNames[t]
	}
	return fmt.Sprintf("DType(%d)", uint8(t))
}

// MarshalText writes the type as its name, as in a Signature's JSON.
func (t DType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (t *DType) UnmarshalText(b []byte) error {
	for i, name := range dtypeNames {
		if string(b) == name {
			*t = DType(i)
			return nil
		}
	}
	return fmt.Errorf("unknown dtype %q; known are %v", b, dtypeNames)
}

// A Frame is a batch of rows. See the package documentation for its layout.
type Frame struct {
	Rows    int
	Columns []Column
}

// A Column holds Stride() values for each row of its frame, row-major. Exactly
// one data slice, the one that DType names, is in use.
type Column struct {
	Name  string
	DType DType
	Width int // 0: one bare value a row; n > 0: a row is a list of n values

	F64  []float64
	F32  []float32
	I64  []int64
	Bool []bool
	Str  []string

	// Null marks missing values, one flag a value; nil when none is missing.
	// A missing float is NaN as well.
	Null []bool
}

// Stride is the number of values that a row of the column takes.
func (c *Column) Stride() int { return max(c.Width, 1) }

// Reset empties the frame and drops every reference it holds to request data,
// keeping numeric capacity for reuse.
func (f *Frame) Reset() {
	f.Rows = 0
	cols := f.Columns[:cap(f.Columns)]
	for i := range cols {
		c := &cols[i]
		clear(c.Str[:cap(c.Str)])
		*c = Column{F64: c.F64[:0], F32: c.F32[:0], I64: c.I64[:0], Bool: c.Bool[:0], Str: c.Str[:0], Null: c.Null[:0]}
	}
	f.Columns = f.Columns[:0]
}

// Add appends a column with room for n values of the given type, reusing the
// capacity of an earlier frame, and returns it. The values are not cleared.
func (f *Frame) Add(name string, t DType, width, n int) *Column {
	if len(f.Columns) < cap(f.Columns) {
		f.Columns = f.Columns[:len(f.Columns)+1]
	} else {
		f.Columns = append(f.Columns, Column{})
	}
	c := &f.Columns[len(f.Columns)-1]
	c.Name, c.DType, c.Width, c.Null = name, t, width, c.Null[:0]
	switch t {
	case Float64:
		c.F64 = sized(c.F64, n)
	case Float32:
		c.F32 = sized(c.F32, n)
	case Int64:
		c.I64 = sized(c.I64, n)
	case Bool:
		c.Bool = sized(c.Bool, n)
	case String:
		c.Str = sized(c.Str, n)
	}
	return c
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
