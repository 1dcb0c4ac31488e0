package codec

import (
	"bytes"
	"fmt"

	"github.com/copal-ml/copal/models"
)

// header skips a first line of names, after checking them, and leaves a line of
// values where it is.
func (d *csvDecoder) header(h Header) error {
	start := d.i
	if d.sink.layout == open {
		return d.openNames()
	}
	names, err := d.isHeader()
	if err != nil {
		return err
	}
	d.i = start
	if h == HeaderAuto && !names {
		return nil
	}
	if !d.sink.named() {
		return d.countNames(start)
	}
	return d.names(start)
}

// countNames reads the header for a model that knows no names.
func (d *csvDecoder) countNames(start int) error {
	for n := 1; ; n++ {
		f, err := d.field()
		switch {
		case err != nil:
			return err
		case f.last && n != d.sink.width:
			return d.fail(start, fmt.Sprintf("a header of %d names", d.sink.width), fmt.Sprintf("%d", n))
		case f.last:
			return nil
		}
	}
}

// names reads the header as the order of the columns.
func (d *csvDecoder) names(start int) error {
	d.sink.startNames()
	for {
		f, err := d.field()
		if err != nil {
			return err
		}
		if d.sink.header(d.sink.nameOf(f)) {
			return d.fail(f.at, "each column once in the header", quote(f.text))
		}
		if f.last {
			break
		}
	}
	if missing, without := d.sink.endNames(); missing != "" {
		return d.fail(start, missing, "a header"+without)
	}
	return nil
}

// openNames reads the header of a model that takes any columns.
func (d *csvDecoder) openNames() error {
	for {
		f, err := d.field()
		if err != nil {
			return err
		}
		if d.sink.openHeader(view(bytes.TrimSpace(f.text))) {
			return d.fail(f.at, "each column once in the header", quote(f.text))
		}
		if f.last {
			d.sink.endOpenHeader()
			return nil
		}
	}
}

// nameOf is the name in a field, without the space around it unless the model
// knows it with that.
func (s *sink) nameOf(f field) string {
	if name := view(f.text); s.req.names.find(name) >= 0 {
		return name
	}
	return view(bytes.TrimSpace(f.text))
}

// isHeader judges the line at d.i; see [HeaderAuto].
func (d *csvDecoder) isHeader() (bool, error) {
	named, values := d.sink.named(), false
	d.sink.startNames()
	for {
		f, err := d.field()
		if err != nil {
			return false, err
		}
		if named {
			if j := d.sink.req.names.find(d.sink.nameOf(f)); j >= 0 {
				d.sink.given(j)
			}
		}
		values = values || isValue(bytes.TrimSpace(f.text))
		if values && !named {
			return false, nil
		}
		if f.last {
			return named && d.sink.count == d.sink.width || !values && !d.sink.onlyStrings(), nil
		}
	}
}

// isValue reports whether a numeric column takes the field.
func isValue(text []byte) bool {
	_, ok := looseNumber(text)
	return ok || len(text) == 0 || fold(text, "true") || fold(text, "false")
}

// takesString reports whether the next value goes into a column of strings.
func (s *sink) takesString() bool {
	if s.layout == open {
		return s.openText()
	}
	if s.layout == byHeader {
		return s.n < s.length && s.cols[min(s.req.order[s.n], len(s.cols)-1)].DType == models.String
	}
	port := s.port
	if s.left == 0 {
		port++ // every column takes a value at least
	}
	return port < len(s.cols) && s.cols[port].DType == models.String
}

// emptyIsMissing reports whether the next value cannot be an empty string.
func (s *sink) emptyIsMissing() bool { return s.layout != open && !s.takesString() }

// onlyStrings reports whether no column takes anything else.
func (s *sink) onlyStrings() bool {
	for i := range s.cols {
		if s.cols[i].DType != models.String {
			return false
		}
	}
	return true
}
