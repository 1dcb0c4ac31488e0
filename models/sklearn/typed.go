package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
)

// Where the columns of an input are not all numbers, a node has types and a
// request is read feature by feature, each in its own type.

// ports are the columns of an input or of an answer: one matrix where all
// columns are of one type, else one column each.
func ports(types []models.DType, names []string, width int) []models.Port {
	if types == nil {
		return []models.Port{numbers(width)}
	}
	uniform := true
	for _, t := range types {
		uniform = uniform && t == types[0]
	}
	if uniform {
		return []models.Port{{DType: types[0], Width: len(types)}}
	}
	list := make([]models.Port, len(types))
	for i, t := range types {
		list[i].DType = t
		if i < len(names) {
			list[i].Name = names[i]
		}
	}
	return list
}

// typesOf is types, or nil if all are numbers.
func typesOf(types []models.DType) []models.DType {
	for _, t := range types {
		if t == models.String {
			return types
		}
	}
	return nil
}

// sameTypes reports whether the same columns are strings.
func sameTypes(a, b []models.DType) bool {
	for j := range max(len(a), len(b)) {
		if (j < len(a) && a[j] == models.String) != (j < len(b) && b[j] == models.String) {
			return false
		}
	}
	return true
}

// An arena hands out slices of one block of memory.
type arena[T any] struct {
	memory []T
	used   int
}

func (a *arena[T]) take(n int) []T {
	if a.used+n > len(a.memory) {
		a.memory = make([]T, max(2*len(a.memory), n))
		a.used = 0
	}
	s := a.memory[a.used : a.used+n : a.used+n]
	a.used += n
	return s
}

// reset makes the memory free, and drops what it refers to.
func (a *arena[T]) reset() {
	clear(a.memory[:a.used])
	a.used = 0
}

// typedScratch is what the steps between typed columns and numbers work in.
type typedScratch struct {
	series  arena[series]
	texts   arena[string]
	flags   arena[bool]
	columns arena[models.Column]
	sparse  arena[csr]
}

func (t *typedScratch) reset() {
	t.series.reset()
	t.texts.reset()
	t.flags.reset()
	t.columns.reset()
	t.sparse.reset()
}

// csr returns an empty sparse matrix with room for entries values.
func (ws *workspace) csr(rows, entries int) *csr {
	m := &ws.typed.sparse.take(1)[0]
	m.indptr, m.indices, m.values = ws.ints(rows + 1)[:1], ws.ints(entries)[:0], ws.floats(entries)[:0]
	m.indptr[0] = 0
	return m
}

// A series is one feature of a block, in the type in which it came.
type series struct {
	*models.Column // nil for a feature of a matrix
	data           []float64
	at, step       int
}

// features gives every feature of x.
func (ws *workspace) features(x block) []series {
	if x.sparse != nil {
		x = ws.dense(x)
	}
	if x.columns == nil {
		list := ws.typed.series.take(x.width)
		for j := range list {
			list[j] = series{data: x.data, at: j, step: x.width}
		}
		return list
	}
	width := 0
	for i := range x.columns {
		width += x.columns[i].Stride()
	}
	list := ws.typed.series.take(width)
	j := 0
	for i := range x.columns {
		c := &x.columns[i]
		for k := range c.Stride() {
			list[j] = series{Column: c, at: k, step: c.Stride()}
			j++
		}
	}
	return list
}

// coded gives x as a matrix, categories as their codes. The error is a
// *models.DataError.
func (ws *workspace) coded(x block, codes []*booster.Codes, names []string) (block, error) {
	list := ws.features(x)
	y := block{rows: x.rows, width: len(list), data: ws.floats(x.rows * len(list)), owned: true}
	for j := range list {
		s, out := &list[j], y.data[j:]
		for i := range x.rows {
			v := s.code(codes[j], i)
			if v != v && codes[j] != nil && codes[j].Closed && !s.missing(i) {
				return block{}, booster.Unknown(ws.first+i, j, names, s.value(i))
			}
			out[i*y.width] = v
		}
	}
	return y, nil
}

// code is value i as trees see it.
func (s *series) code(c *booster.Codes, i int) float64 {
	switch {
	case s.missing(i):
		return math.NaN()
	case c == nil:
		return s.number(i)
	case s.isText():
		return c.Text(s.text(i))
	}
	return c.Number(s.number(i))
}

// value is value i, a string or a number, for an error.
func (s *series) value(i int) any {
	if s.isText() {
		return s.text(i)
	}
	return s.number(i)
}

// isText reports whether the values are strings.
func (s *series) isText() bool { return s.Column != nil && s.DType == models.String }

// missing reports whether value i is null or NaN.
func (s *series) missing(i int) bool {
	if s.isText() {
		return s.isNull(i)
	}
	return math.IsNaN(s.number(i))
}

func (s *series) isNull(i int) bool {
	return s.Column != nil && len(s.Null) > 0 && s.Null[s.at+i*s.step]
}

// text is value i of strings.
func (s *series) text(i int) string { return s.Str[s.at+i*s.step] }

// number is value i of numbers; NaN if it is null.
func (s *series) number(i int) float64 {
	k := s.at + i*s.step
	if s.Column == nil {
		return s.data[k]
	}
	if len(s.Null) > 0 && s.Null[k] {
		return math.NaN()
	}
	switch s.DType {
	case models.Float64:
		return s.F64[k]
	case models.Float32:
		return float64(s.F32[k])
	case models.Int64:
		return float64(s.I64[k])
	case models.Bool:
		if s.Bool[k] {
			return 1
		}
		return 0
	}
	return math.NaN()
}

// deliver writes typed columns into dst from a row on.
func (ws *workspace) deliver(dst *models.Frame, y block, from int) {
	list := ws.features(y)
	uniform := len(dst.Columns) == 1
	for j := range list {
		c, at, step := &dst.Columns[0], from*len(list)+j, len(list)
		if !uniform {
			c, at, step = &dst.Columns[j], from, 1
		}
		for i := range y.rows {
			list[j].put(c, at+i*step, i)
		}
	}
}

// put writes value i into value k of c, which is of strings or of float64.
func (s *series) put(c *models.Column, k, i int) {
	if c.DType == models.String {
		c.Str[k] = ""
		if null := s.isNull(i); !null {
			c.Str[k] = s.text(i)
		} else if len(c.Null) == 0 {
			c.Null = make([]bool, len(c.Str))
			c.Null[k] = true
		} else {
			c.Null[k] = true
		}
		return
	}
	c.F64[k] = s.number(i)
}

// failed is the error for value i of feature j.
func (ws *workspace) failed(i, j int, names []string, text string) error {
	e := &models.DataError{Row: ws.first + i, Column: j, Text: text}
	if j < len(names) {
		e.Name = names[j]
	}
	return e
}
