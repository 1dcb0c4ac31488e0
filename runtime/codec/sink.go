package codec

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
)

// A sink fills the columns of a frame, value by value, row by row, in the order
// of the signature's inputs. A method that is given what the column cannot hold
// returns what the column expects instead; "" is success.
type sink struct {
	want  *models.Signature
	cols  []models.Column
	width int // values that a row takes
	rows  int // complete ones
	n     int // values of the current row
	port  int // that takes the next value
	left  int // values that it still takes of this row
}

const full = "full" // the row has all its values already

func (s *sink) open(f *models.Frame, want *models.Signature) {
	*s = sink{want: want}
	for _, p := range want.Inputs {
		c := f.Add(p.Name, p.DType, p.Width, 0)
		s.width += c.Stride()
	}
	s.cols = f.Columns
	s.startRow()
}

func (s *sink) startRow() {
	s.n, s.port, s.left = 0, 0, 0
	if len(s.cols) > 0 {
		s.left = s.cols[0].Stride()
	}
}

// column is where the next value goes; nil if the row is full.
func (s *sink) column() *models.Column {
	if s.n == s.width {
		return nil
	}
	for s.left == 0 {
		s.port++
		s.left = s.cols[s.port].Stride()
	}
	s.left--
	s.n++
	return &s.cols[s.port]
}

func (s *sink) number(f float64, text []byte) string {
	c := s.column()
	if c == nil {
		return full
	}
	switch c.DType {
	case models.Float64:
		c.F64 = append(c.F64, f)
	case models.Float32:
		c.F32 = append(c.F32, float32(f)) // through float64, as numpy's astype
	case models.Int64:
		n, ok := integer(text, f)
		if !ok {
			return s.refuse("an integer of 64 bits")
		}
		c.I64 = append(c.I64, n)
	case models.Bool:
		if f != 0 && f != 1 {
			return s.refuse("true or false")
		}
		c.Bool = append(c.Bool, f == 1)
	default:
		return s.refuse(expects(c.DType))
	}
	return ""
}

func (s *sink) boolean(v bool) string {
	c := s.column()
	if c == nil {
		return full
	}
	n := 0
	if v {
		n = 1
	}
	switch c.DType {
	case models.Float64:
		c.F64 = append(c.F64, float64(n))
	case models.Float32:
		c.F32 = append(c.F32, float32(n))
	case models.Int64:
		c.I64 = append(c.I64, int64(n))
	case models.Bool:
		c.Bool = append(c.Bool, v)
	default:
		return s.refuse(expects(c.DType))
	}
	return ""
}

func (s *sink) text(v string) string {
	c := s.column()
	if c == nil {
		return full
	}
	if c.DType != models.String {
		return s.refuse(expects(c.DType))
	}
	c.Str = append(c.Str, v)
	return ""
}

func (s *sink) missing() string {
	c := s.column()
	if c == nil {
		return full
	}
	var n int
	switch c.DType {
	case models.Float64:
		c.F64 = append(c.F64, math.NaN())
		n = len(c.F64)
	case models.Float32:
		c.F32 = append(c.F32, float32(math.NaN()))
		n = len(c.F32)
	case models.Int64:
		c.I64 = append(c.I64, 0)
		n = len(c.I64)
	case models.Bool:
		c.Bool = append(c.Bool, false)
		n = len(c.Bool)
	default:
		c.Str = append(c.Str, "")
		n = len(c.Str)
	}
	c.Null = append(padded(c.Null, n-1), true)
	return ""
}

// refuse takes back the place that column gave, so that the error names it.
func (s *sink) refuse(expected string) string {
	s.n--
	s.left++
	return expected
}

// endRow reports whether the row is complete, and starts the next.
func (s *sink) endRow() bool {
	if s.n != s.width {
		return false
	}
	s.rows++
	s.startRow()
	return true
}

// close completes the frame.
func (s *sink) close(f *models.Frame) {
	f.Rows = s.rows
	for i := range f.Columns {
		if c := &f.Columns[i]; len(c.Null) > 0 {
			c.Null = padded(c.Null, s.rows*c.Stride())
		}
	}
}

// padded extends null with false to n flags.
func padded(null []bool, n int) []bool {
	for len(null) < n {
		null = append(null, false)
	}
	return null
}

// place puts the current row and column into e.
func (s *sink) place(e *Error) *Error {
	e.Row, e.Column = s.rows, s.n
	e.Name = s.name(s.n)
	return e
}

// name is what the model calls value i of a row; "" if it has no name.
func (s *sink) name(i int) string {
	if len(s.want.Features) == s.width && i < s.width {
		return s.want.Features[i]
	}
	for _, p := range s.want.Inputs {
		if i < max(p.Width, 1) {
			if p.Width == 0 {
				return p.Name
			}
			return ""
		}
		i -= max(p.Width, 1)
	}
	return ""
}

func expects(t models.DType) string {
	switch t {
	case models.Bool:
		return "true or false"
	case models.String:
		return "a string"
	case models.Int64:
		return "an integer"
	}
	return "a number"
}

func values(n int) string {
	if n == 1 {
		return "1 value"
	}
	return fmt.Sprintf("%d values", n)
}
