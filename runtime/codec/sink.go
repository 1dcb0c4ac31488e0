package codec

import (
	"fmt"
	"math"
	"strconv"

	"github.com/copal-ml/copal/models"
)

// A sink fills the columns of a frame, value by value, row by row. A method that
// is given what the column cannot hold returns what the column expects instead;
// "" is success.
type sink struct {
	req    *Request
	want   *models.Signature
	cols   []models.Column
	width  int // values that the model takes of a row
	length int // values that a row of the request has
	rows   int // complete ones
	n      int // values of the current row
	layout layout

	// in the model's order
	port int // that takes the next value
	left int // values that it still takes of this row

	// by name
	count  int            // values of the model that this record or header gave
	room   int            // rows that the columns have room for
	model  int            // the model's number of the next value
	target *models.Column // that takes it
	at     int            // its place there; -1 to append

	// open
	next   string   // the name of the column that the next value is for
	titles []string // those of the values of a row; nil if there is no such list
}

// A layout is the order in which the values of a row come.
type layout uint8

const (
	inOrder  layout = iota // that of the signature's inputs
	byHeader               // that of names given before: Request.order
	byRecord               // any: each value comes with its name
	open                   // any, and the values make the columns: see open.go
)

const full = "full" // the row has all its values already

func (s *sink) open(req *Request, want *models.Signature) {
	*s = sink{req: req, want: want, at: -1}
	for _, p := range want.Inputs {
		c := req.Frame.Add(p.Name, p.DType, p.Width, 0)
		s.width += c.Stride()
	}
	s.cols, s.length = req.Frame.Columns, s.width
	if want.Open {
		s.layout = open
		req.names.open()
	}
	s.startRow()
}

func (s *sink) startRow() {
	s.n, s.port, s.left = 0, 0, 0
	if len(s.cols) > 0 {
		s.left = s.cols[0].Stride()
	}
}

// column is where the next value, which is a number or a string, goes; nil if the
// row is full.
func (s *sink) column(kind models.DType) *models.Column {
	switch s.layout {
	case byRecord:
		return s.target
	case open:
		return s.openColumn(kind)
	}
	if s.n == s.length {
		return nil
	}
	if s.layout == byHeader {
		s.extend()
		s.choose(s.req.order[s.n])
		s.n++
		return s.target
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
	c := s.column(models.Float64)
	if c == nil {
		return s.overflow()
	}
	switch c.DType {
	case models.Float64:
		c.F64 = put(c.F64, s.at, f)
	case models.Float32:
		c.F32 = put(c.F32, s.at, float32(f)) // through float64, as numpy's astype
	case models.Int64:
		n, ok := integer(text, f)
		if !ok {
			return s.refuse("an integer of 64 bits")
		}
		c.I64 = put(c.I64, s.at, n)
	case models.Bool:
		if f != 0 && f != 1 {
			return s.refuse("true or false")
		}
		c.Bool = put(c.Bool, s.at, f == 1)
	default:
		return s.decimal(c, f, text)
	}
	return ""
}

// decimal puts the decimal text of an integer into a column of strings that takes
// integers too.
func (s *sink) decimal(c *models.Column, f float64, text []byte) string {
	n, ok := integer(text, f)
	if !ok || !s.integers(c) || text != nil && !whole(text) { // 3.0 is a float
		return s.refuse(s.expectsOf(c))
	}
	c.Str = put(c.Str, s.at, strconv.FormatInt(n, 10))
	return ""
}

// integers reports whether the port of c takes integers for strings.
func (s *sink) integers(c *models.Column) bool {
	for i := range s.want.Inputs {
		if i < len(s.cols) && &s.cols[i] == c {
			return s.want.Inputs[i].Integers
		}
	}
	return false
}

func (s *sink) expectsOf(c *models.Column) string {
	if s.integers(c) {
		return "a string or an integer"
	}
	return expects(c.DType)
}

func (s *sink) boolean(v bool) string {
	c := s.column(models.Float64)
	if c == nil {
		return s.overflow()
	}
	n := 0
	if v {
		n = 1
	}
	switch c.DType {
	case models.Float64:
		c.F64 = put(c.F64, s.at, float64(n))
	case models.Float32:
		c.F32 = put(c.F32, s.at, float32(n))
	case models.Int64:
		c.I64 = put(c.I64, s.at, int64(n))
	case models.Bool:
		c.Bool = put(c.Bool, s.at, v)
	default:
		return s.decimal(c, float64(n), nil)
	}
	return ""
}

func (s *sink) text(v string) string {
	c := s.column(models.String)
	if c == nil {
		return s.overflow()
	}
	if c.DType != models.String {
		return s.refuse(expects(c.DType))
	}
	c.Str = put(c.Str, s.at, v)
	return ""
}

func (s *sink) missing() string {
	if s.layout == open {
		return s.openMissing()
	}
	c := s.column(models.Float64)
	if c == nil {
		return s.overflow()
	}
	s.miss(c)
	return ""
}

// miss makes the value of c that the place says a missing one.
func (s *sink) miss(c *models.Column) {
	var n int
	switch c.DType {
	case models.Float64:
		c.F64 = put(c.F64, s.at, math.NaN())
		n = len(c.F64)
	case models.Float32:
		c.F32 = put(c.F32, s.at, float32(math.NaN()))
		n = len(c.F32)
	case models.Int64:
		c.I64 = put(c.I64, s.at, 0)
		n = len(c.I64)
	case models.Bool:
		c.Bool = put(c.Bool, s.at, false)
		n = len(c.Bool)
	default:
		c.Str = put(c.Str, s.at, "")
		n = len(c.Str)
	}
	if s.at >= 0 {
		n = s.at + 1
	}
	c.Null = padded(c.Null, n)
	c.Null[n-1] = true
}

// put appends v, or sets it at i >= 0.
func put[T any](list []T, i int, v T) []T {
	if i < 0 {
		return append(list, v)
	}
	list[i] = v
	return list
}

// overflow is what a row without a place for its next value expects.
func (s *sink) overflow() string {
	if s.layout == open && (s.titles == nil || s.n != len(s.titles)) {
		return openLimit
	}
	return full
}

// refuse takes back the place that column gave, so that the error names it.
func (s *sink) refuse(expected string) string {
	s.n--
	s.left++
	return expected
}

// endRow reports whether the row is complete, and starts the next.
func (s *sink) endRow() bool {
	switch {
	case s.layout == open:
		if !s.endOpenRow() {
			return false
		}
	case s.layout != byRecord && s.n != s.length:
		return false
	}
	if s.layout == byHeader && len(s.req.lacking) > 0 {
		s.extend()
		s.missLacking()
	}
	s.rows++
	s.startRow()
	return true
}

// close completes the frame.
func (s *sink) close() {
	f := &s.req.Frame
	f.Rows = s.rows
	if s.layout == open {
		s.closeOpen()
	}
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
	switch {
	case s.layout == open:
		e.Name = s.next
	case s.layout == byRecord:
		e.Column, e.Name = s.model, s.name(s.model)
	case s.layout == inOrder:
		e.Name = s.name(s.n)
	case s.n < s.length && s.req.order[s.n] >= 0:
		e.Name = s.name(s.req.order[s.n])
	}
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
