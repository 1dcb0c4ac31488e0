package modeltest

import (
	"fmt"
	"math"
	"slices"

	"github.com/copal-ml/copal/models"
)

// rows is rows [from, to) of f.
func rows(f *models.Frame, from, to int) *models.Frame {
	out := &models.Frame{Rows: to - from}
	for _, c := range f.Columns {
		a, b := from*c.Stride(), to*c.Stride()
		part := models.Column{Name: c.Name, DType: c.DType, Width: c.Width}
		part.F64, part.F32, part.I64 = cut(c.F64, a, b), cut(c.F32, a, b), cut(c.I64, a, b)
		part.Bool, part.Str, part.Null = cut(c.Bool, a, b), cut(c.Str, a, b), cut(c.Null, a, b)
		out.Columns = append(out.Columns, part)
	}
	return out
}

func cut[T any](s []T, from, to int) []T {
	if s == nil {
		return nil
	}
	return s[from:to]
}

// repeat is f below itself, so many times.
func repeat(f *models.Frame, times int) *models.Frame {
	out := &models.Frame{Rows: f.Rows * times}
	for _, c := range f.Columns {
		all := models.Column{Name: c.Name, DType: c.DType, Width: c.Width}
		all.F64, all.I64 = again(c.F64, times), again(c.I64, times)
		all.Bool, all.Str, all.Null = again(c.Bool, times), again(c.Str, times), again(c.Null, times)
		out.Columns = append(out.Columns, all)
	}
	return out
}

// again is slices.Repeat, and nil of nil.
func again[T any](s []T, times int) []T {
	if s == nil {
		return nil
	}
	return slices.Repeat(s, times)
}

// asColumns splits a matrix into columns of width 0.
func asColumns(f *models.Frame) *models.Frame {
	m := &f.Columns[0]
	out := &models.Frame{Rows: f.Rows}
	for j := range m.Width {
		c := models.Column{DType: m.DType}
		for i := range f.Rows {
			at := i*m.Width + j
			c.F64, c.I64 = append(c.F64, one(m.F64, at)...), append(c.I64, one(m.I64, at)...)
			c.Bool, c.Str, c.Null = append(c.Bool, one(m.Bool, at)...), append(c.Str, one(m.Str, at)...), append(c.Null, one(m.Null, at)...)
		}
		out.Columns = append(out.Columns, c)
	}
	return out
}

// one is value i of s, or nothing if s is not in use.
func one[T any](s []T, i int) []T {
	if len(s) == 0 {
		return nil
	}
	return s[i : i+1]
}

// bits is f in a form that reflect.DeepEqual compares bit by bit.
func bits(f *models.Frame) any {
	var all []any
	for _, c := range f.Columns {
		var words []uint64
		for _, v := range c.F64 {
			words = append(words, math.Float64bits(v))
		}
		all = append(all, c.Name, c.DType, c.Width, words, c.I64, c.Bool, c.Str, c.Null)
	}
	return all
}

// The values around an output that no model may touch.
const (
	guardCount  = 8
	guardNumber = -98765.4321
	guardInt    = -9876543210
	guardText   = "untouched"
)

// A guard is a frame whose column has room for an answer of n values, and
// guardCount values behind it.
type guard struct {
	column models.Column
	n      int
}

// guardedFrame is a frame to predict into, with the capacity for want and for the
// guards.
func guardedFrame(want []models.Column) (*models.Frame, []guard) {
	f := new(models.Frame)
	var guards []guard
	for i := range want {
		g := guarded(&want[i])
		guards, f.Columns = append(guards, g), append(f.Columns, g.column)
	}
	return f, guards
}

func guarded(want *models.Column) guard {
	g := guard{n: len(want.F64) + len(want.I64) + len(want.Bool) + len(want.Str)}
	size := g.n + guardCount
	c := &g.column
	switch want.DType {
	case models.Float64:
		c.F64 = filled(size, guardNumber)
	case models.Int64:
		c.I64 = filled(size, int64(guardInt))
	case models.Bool:
		c.Bool = filled(size, true)
	case models.String:
		c.Str = filled(size, guardText)
	}
	return g
}

func filled[T any](n int, v T) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// check looks behind the answer. Reset clears strings, so only the other types
// are guarded.
func (g guard) check() error {
	for i := range guardCount {
		at := g.n + i
		switch c := &g.column; {
		case c.F64 != nil && c.F64[at] != guardNumber, c.I64 != nil && c.I64[at] != guardInt, c.Bool != nil && !c.Bool[at]:
			return fmt.Errorf("the model wrote %d values behind its answer", i+1)
		}
	}
	return nil
}
