package codec

import "github.com/copal-ml/copal/models"

// A model whose signature is open takes columns of any name: a hasher of dicts, a
// set of labels. The values themselves make the columns, of numbers or of strings;
// where a row has none for a column, it is missing. In rows that are lists, value
// k goes to column k, and the rows need not be of one length.
//
// A request names each column by itself, so what it costs is bounded by itself.
const (
	maxOpenColumns = 1 << 16
	maxOpenCells   = 1 << 22 // columns × rows
)

// openLimit says what a request to an open model may not exceed.
const openLimit = "at most 65536 columns, and 4194304 values and gaps in them"

// openColumn is the column of the next value, with a place for one value of the
// current row: the one named s.next, or else the next without a name. It is nil
// if there is none.
func (s *sink) openColumn(kind models.DType) *models.Column {
	if s.titles != nil && s.n == len(s.titles) {
		return nil
	}
	i, named := s.count, s.next != ""
	if s.titles != nil {
		s.next, named = s.titles[s.n], true
	}
	if named {
		i = s.req.names.find(s.next)
	}
	if (i < 0 || i >= len(s.cols)) && !s.addColumn(kind, named) {
		return nil
	}
	if i < 0 {
		i = len(s.cols) - 1
	}
	s.n++
	s.count++
	c := &s.cols[i]
	s.fill(c, s.rows)
	return c
}

// addColumn reports whether one more column was within the limit.
func (s *sink) addColumn(kind models.DType, named bool) bool {
	if len(s.cols) == maxOpenColumns || (len(s.cols)+1)*(s.rows+1) > maxOpenCells {
		return false
	}
	if named {
		s.req.names.add(s.next)
	}
	s.req.Frame.Add(s.next, kind, 0, 0)
	s.cols = s.req.Frame.Columns
	return true
}

// openMissing leaves a value out, which is what a missing one is.
func (s *sink) openMissing() string {
	if s.titles != nil && s.n == len(s.titles) {
		return full
	}
	s.n++
	return ""
}

// endOpenRow reports whether the row is as long as the header, and the request
// within its limit.
func (s *sink) endOpenRow() bool {
	if s.titles != nil && s.n != len(s.titles) {
		return false
	}
	s.count = 0
	return len(s.cols)*(s.rows+1) <= maxOpenCells
}

// fill marks the values up to row n that no row gave as missing.
func (s *sink) fill(c *models.Column, n int) {
	from := len(c.F64) + len(c.Str)
	if from >= n {
		return
	}
	if c.DType == models.String {
		c.Str = lengthened(c.Str, n)
	} else {
		for len(c.F64) < n {
			c.F64 = append(c.F64, nan)
		}
	}
	c.Null = padded(c.Null, from)
	for len(c.Null) < n {
		c.Null = append(c.Null, true)
	}
}

func (s *sink) closeOpen() {
	for i := range s.cols {
		s.fill(&s.cols[i], s.rows)
	}
}

// gave reports whether the current row has a value for s.next.
func (s *sink) gave() bool {
	i := s.req.names.find(s.next)
	return i >= 0 && len(s.cols[i].F64)+len(s.cols[i].Str) > s.rows
}

// open makes x the index of the names that a request brings.
func (x *nameIndex) open() { *x = nameIndex{} }

// openRecord reads the object at d.i, each member a value of the column of its name.
func (d *jsonDecoder) openRecord() error {
	start := d.i
	err := d.members(func(name string, at int) error {
		if d.sink.next = name; name == "" {
			return d.sinkFail(at, "a name that is not empty", true)
		}
		if d.sink.gave() {
			return d.sinkFail(at, "each name once", true)
		}
		return d.value()
	})
	d.sink.next = ""
	if err != nil {
		return err
	}
	return d.endRow(start)
}

// openHeader takes the names of the values of a row, one by one. It reports whether
// this one was there before.
func (s *sink) openHeader(name string) (twice bool) {
	if s.req.names.find(name) >= 0 {
		return true
	}
	s.req.names.add(name)
	return false
}

// endOpenHeader ends the list of names: from here on, rows have that order.
func (s *sink) endOpenHeader() {
	s.titles = s.req.names.list
	s.length = len(s.titles)
	s.req.names.open()
}

// openText reports whether the next value's column holds strings already, so that
// a field that looks like a number is text there.
func (s *sink) openText() bool {
	i := s.count
	if s.titles != nil && s.n < len(s.titles) {
		i = s.req.names.find(s.titles[s.n])
	}
	return i >= 0 && i < len(s.cols) && s.cols[i].DType == models.String
}
