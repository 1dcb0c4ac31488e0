package booster

import (
	"fmt"
	"math"
	"sync"

	"github.com/copal-ml/copal/models"
)

// windowValues bounds the input values that are converted at a time, so that
// scratch stays in the cache and does not grow with the request.
const windowValues = 1 << 15

// A predictor answers for a Model that is not inside another.
type predictor struct {
	model     Model
	signature models.Signature
	scratch   sync.Pool // of *scratch
}

// scratch is that of one Predict at a time.
type scratch struct {
	rows []float64 // of the window
	own  []float64 // memory for rows that are converted
	ints []float64
	outs [][]float64
}

// New makes a predictor of a model in a file of its own. It takes a matrix of
// numbers, or a column a feature, which it must where a feature is of strings.
func New(m Model) models.Predictor {
	inputs := m.inputs()
	m.byName = len(inputs) > 1
	p := &predictor{model: m, signature: models.Signature{
		Inputs:    inputs,
		Features:  m.Names,
		Absent:    m.Absent,
		Estimator: m.Class,
	}}
	for _, method := range m.Methods {
		p.signature.Methods = append(p.signature.Methods, models.MethodSignature{Name: method.Name, Outputs: method.Outputs})
	}
	p.scratch.New = func() any { return new(scratch) }
	return p
}

func (m *Model) inputs() []models.Port {
	var ports []models.Port
	texts := false
	for i, c := range m.Codes {
		port := models.Port{DType: models.Float64}
		if i < len(m.Names) {
			port.Name = m.Names[i]
		}
		if c != nil {
			port.DType, port.Integers = c.DType(), c.Hashed()
		}
		texts = texts || port.DType == models.String
		ports = append(ports, port)
	}
	if !texts {
		return []models.Port{{DType: models.Float64, Width: m.Features}}
	}
	return ports
}

func (p *predictor) Signature() *models.Signature { return &p.signature }

func (p *predictor) Predict(dst, src *models.Frame, name models.Method) error {
	dst.Reset()
	dst.Rows = src.Rows
	m := p.method(name)
	if m == nil {
		return &models.DataError{Row: -1, Column: -1, Text: fmt.Sprintf("the model offers no method %q", name)}
	}
	for _, port := range m.Outputs {
		dst.Add(port.Name, port.DType, port.Width, src.Rows*port.Stride())
	}
	s := p.scratch.Get().(*scratch)
	defer p.release(s)
	step := max(windowValues/p.model.Features, 1)
	for from := 0; from < src.Rows; from += step {
		to := min(from+step, src.Rows)
		if err := s.window(src, from, to, &p.model); err != nil {
			return err
		}
		s.answer(dst, m, from, to)
	}
	return nil
}

// release keeps s for the next request, without what belongs to this one.
func (p *predictor) release(s *scratch) {
	clear(s.outs)
	s.rows = nil
	p.scratch.Put(s)
}

func (p *predictor) method(name models.Method) *Method {
	for i := range p.model.Methods {
		if p.model.Methods[i].Name == name {
			return &p.model.Methods[i]
		}
	}
	return nil
}

// answer runs m on the rows of the window.
func (s *scratch) answer(dst *models.Frame, m *Method, from, to int) {
	s.outs = s.outs[:0]
	for i, port := range m.Outputs {
		k := port.Stride()
		if port.DType == models.Int64 {
			s.ints = sized(s.ints, (to-from)*k)
			s.outs = append(s.outs, s.ints)
			continue
		}
		s.outs = append(s.outs, dst.Columns[i].F64[from*k:to*k])
	}
	m.Run(s.outs, s.rows)
	for i, port := range m.Outputs {
		if port.DType == models.Int64 {
			for j, v := range s.outs[i] {
				dst.Columns[i].I64[from*port.Stride()+j] = int64(v)
			}
		}
	}
}

// window gives rows [from, to) of src to s, as they are where they can be. The
// error is a *models.DataError.
func (s *scratch) window(src *models.Frame, from, to int, m *Model) error {
	if c := &src.Columns[0]; len(src.Columns) == 1 && c.DType == models.Float64 && m.Codes == nil {
		s.rows = c.F64[from*m.Features : to*m.Features]
		return nil
	}
	s.own = sized(s.own, (to-from)*m.Features)
	s.rows = s.own
	at := 0
	for i := range src.Columns {
		c := m.column(src, i)
		if c == nil {
			continue
		}
		for j := range c.Stride() {
			if err := s.feature(c, from, to, j, at+j, m); err != nil {
				return err
			}
		}
		at += c.Stride()
	}
	return nil
}

// MissingCategory tells of a value that a hash of categories cannot take.
const MissingCategory = "a category is missing; it must be a string or an integer"

// feature converts value j of each row of c, which is the feature of that number.
func (s *scratch) feature(c *models.Column, from, to, j, feature int, m *Model) error {
	var codes *Codes
	if m.Codes != nil {
		codes = m.Codes[feature]
	}
	k := c.Stride()
	for row := from; row < to; row++ {
		v := codes.value(c, row*k+j)
		if v != v && codes.Hashed() {
			return &models.DataError{Row: row, Column: feature, Name: c.Name, Text: MissingCategory}
		}
		if v != v && codes != nil && codes.Closed {
			if value, ok := given(c, row*k+j); ok {
				return Unknown(row, feature, m.Names, value)
			}
		}
		s.rows[(row-from)*m.Features+feature] = v
	}
	return nil
}

// given is value i of c, unless it is missing.
func given(c *models.Column, i int) (value any, ok bool) {
	if c.DType == models.String {
		return c.Str[i], len(c.Null) == 0 || !c.Null[i]
	}
	v := number(c, i)
	return v, v == v
}

// column is column i of the model: by its name if columns have names of their own
// (Signature.Check), else by its place. It is nil if the model has no more.
func (m *Model) column(src *models.Frame, i int) *models.Column {
	if !m.byName || i < len(m.Names) && src.Columns[i].Name == m.Names[i] {
		return &src.Columns[i]
	}
	if i >= len(m.Names) {
		return nil
	}
	for k := range src.Columns {
		if src.Columns[k].Name == m.Names[i] {
			return &src.Columns[k]
		}
	}
	return &src.Columns[i]
}

// value is value i of a column as the trees see it.
func (c *Codes) value(column *models.Column, i int) float64 {
	switch {
	case c == nil:
		return number(column, i)
	case column.DType != models.String:
		return c.Number(number(column, i))
	case len(column.Null) > 0 && column.Null[i]:
		return math.NaN()
	}
	return c.Text(column.Str[i])
}

// number is value i of c, NaN where it is missing.
func number(c *models.Column, i int) float64 {
	if len(c.Null) > 0 && c.Null[i] {
		return math.NaN()
	}
	switch c.DType {
	case models.Float64:
		return c.F64[i]
	case models.Float32:
		return float64(c.F32[i])
	case models.Int64:
		return float64(c.I64[i])
	case models.Bool:
		if c.Bool[i] {
			return 1
		}
		return 0
	}
	return math.NaN()
}

func sized(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}
