package codec

import (
	"strings"

	"github.com/copal-ml/copal/models"
)

// A nameIndex finds a model's value of a row by its name. It is part of a
// Request, so that it is made once for all requests to a model.
type nameIndex struct {
	of   *models.Signature // whose names these are; nil if they are those of a first record
	list []string
	at   map[string]int
}

// namesOf are the names of the values of a row, in the order of the model: of
// its features, or of its columns if each is one value. It has fewer than width
// if the model does not name them all.
func namesOf(want *models.Signature, width int) []string {
	if len(want.Features) == width && len(want.Inputs) == 1 {
		return want.Features
	}
	var list []string
	for _, p := range want.Inputs {
		if p.Name == "" || p.Width != 0 {
			return nil
		}
		list = append(list, p.Name)
	}
	return list
}

// use makes x the index of a model.
func (x *nameIndex) use(want *models.Signature, width int) {
	if x.of == want {
		return
	}
	*x = nameIndex{of: want, list: namesOf(want, width)}
	x.at = make(map[string]int, len(x.list))
	for i, name := range x.list {
		x.at[name] = i // if two are the same, the sink does not call the columns named
	}
}

// forget drops names that alias a request.
func (x *nameIndex) forget() {
	if x.of == nil {
		*x = nameIndex{}
	}
}

// add takes the next name of a first record, for a model that knows none.
func (x *nameIndex) add(name string) int {
	if x.of != nil || x.at == nil {
		*x = nameIndex{at: make(map[string]int)}
	}
	x.list = append(x.list, name)
	x.at[name] = len(x.list) - 1
	return len(x.list) - 1
}

// find returns the place of a name, or -1.
func (x *nameIndex) find(name string) int {
	if i, ok := x.at[name]; ok {
		return i
	}
	return -1
}

// header adds a name to the header that startNames began. One that the model does
// not know is of a column to be skipped; one that stands there twice is refused.
func (s *sink) header(name string) (twice bool) {
	j := s.req.names.find(name)
	if j >= 0 && s.given(j) {
		return true
	}
	s.req.order = append(s.req.order, j)
	return false
}

// named reports whether the model has a name for each value of a row.
func (s *sink) named() bool {
	s.req.names.use(s.want, s.width)
	return len(s.req.names.list) == s.width && len(s.req.names.at) == s.width
}

// startNames begins a list of names, or a record.
func (s *sink) startNames() {
	s.req.order = s.req.order[:0]
	s.req.seen = zeros(s.req.seen, s.width)
	s.count = 0
}

// given marks value j of the model as given in this row, and reports whether
// it was before.
func (s *sink) given(j int) bool {
	if s.req.seen[j] == s.rows+1 {
		return true
	}
	s.req.seen[j] = s.rows + 1
	s.count++
	return false
}

// endNames ends the list of names: from here on, rows have that order. It
// returns what an error says of the names that are missing; "" if none is.
func (s *sink) endNames() (missing, without string) {
	if s.count < s.width && !s.mayLack() {
		return s.absent()
	}
	s.layout, s.length = byHeader, len(s.req.order)
	s.startRow()
	return "", ""
}

// mayLack reports whether all columns that were not given are optional, and notes
// which these are.
func (s *sink) mayLack() bool {
	s.req.lacking = s.req.lacking[:0]
	for j := range s.req.names.list {
		if s.req.seen[j] == s.rows+1 {
			continue
		}
		if len(s.want.Inputs) != s.width || !s.want.Inputs[j].Optional {
			return false
		}
		s.req.lacking = append(s.req.lacking, j)
	}
	return true
}

// fillAbsent reports whether the record is complete after all: what it does not
// give is optional, and missing.
func (s *sink) fillAbsent() bool {
	if len(s.req.names.list) < s.width || !s.mayLack() {
		return false
	}
	s.missLacking()
	return true
}

func (s *sink) missLacking() {
	for _, j := range s.req.lacking {
		s.choose(j)
		s.miss(s.target)
	}
}

// absent quotes at most five of the columns that were not given.
func (s *sink) absent() (columns, without string) {
	var list []string
	for j, name := range s.req.names.list {
		if s.req.seen[j] == s.rows+1 {
			continue
		}
		if len(list) == 5 {
			list = append(list, "…")
			break
		}
		list = append(list, quote([]byte(name)))
	}
	if len(list) == 1 {
		return "the column " + list[0], " without it"
	}
	return "the columns " + strings.Join(list, ", "), " without them"
}

// zeros is s with n zeros, reusing its memory.
func zeros(s []int, n int) []int {
	if cap(s) < n {
		return make([]int, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// extend makes room for one more row in every column, for values that come in
// another order than the model's.
func (s *sink) extend() {
	if s.room > s.rows {
		return
	}
	s.room = s.rows + 1
	for i := range s.cols {
		c := &s.cols[i]
		n := s.room * c.Stride()
		switch c.DType {
		case models.Float64:
			c.F64 = lengthened(c.F64, n)
		case models.Float32:
			c.F32 = lengthened(c.F32, n)
		case models.Int64:
			c.I64 = lengthened(c.I64, n)
		case models.Bool:
			c.Bool = lengthened(c.Bool, n)
		case models.String:
			c.Str = lengthened(c.Str, n)
		}
	}
}

func lengthened[T any](s []T, n int) []T {
	var zero T
	for len(s) < n {
		s = append(s, zero)
	}
	return s
}

// choose makes value j of the model the one that the next value is for.
func (s *sink) choose(j int) {
	s.model = j
	if len(s.cols) == 1 {
		s.target, s.at = &s.cols[0], s.rows*s.width+j
		return
	}
	s.target, s.at = &s.cols[j], s.rows
}

// skipped reports whether the next value is of a column that the model does not
// know, and goes on to the one behind it.
func (s *sink) skipped() bool {
	if s.layout != byHeader || s.n >= s.length || s.req.order[s.n] >= 0 {
		return false
	}
	s.n++
	return true
}

// member finds the value of the model that member k of a record is for: -1 if
// the model does not know it. Records mostly have one order, so that of the last
// is tried first.
func (s *sink) member(k int, name string) int {
	order, names := s.req.order, &s.req.names
	if k < len(order) && order[k] >= 0 && names.list[order[k]] == name {
		return order[k]
	}
	j := names.find(name)
	if k < len(order) {
		order[k] = j
	} else {
		s.req.order = append(order, j)
	}
	return j
}
