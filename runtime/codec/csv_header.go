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
	names, err := d.isHeader()
	if err != nil {
		return err
	}
	d.i = start
	if h == HeaderAuto && !names {
		return nil
	}
	for i := 0; ; i++ {
		f, err := d.field()
		if err != nil {
			return err
		}
		if err := d.checkName(i, f); err != nil {
			return err
		}
		if f.last && i+1 != d.sink.width {
			return d.fail(start, fmt.Sprintf("a header of %d names", d.sink.width), fmt.Sprintf("%d", i+1))
		}
		if f.last {
			return nil
		}
	}
}

// isHeader judges the line at d.i; see [HeaderAuto].
func (d *csvDecoder) isHeader() (bool, error) {
	named, values := true, false
	for i := 0; ; i++ {
		f, err := d.field()
		if err != nil {
			return false, err
		}
		text := bytes.TrimSpace(f.text)
		named = named && len(text) > 0 && d.sink.name(i) == string(text)
		values = values || isValue(text)
		if values && !named {
			return false, nil
		}
		if f.last {
			return named || !values && !d.sink.takesStrings(), nil
		}
	}
}

// isValue reports whether a numeric column takes the field.
func isValue(text []byte) bool {
	_, ok := looseNumber(text)
	return ok || len(text) == 0 || fold(text, "true") || fold(text, "false")
}

// checkName compares a name with the model's own, if it has one there.
func (d *csvDecoder) checkName(i int, f field) error {
	want := d.sink.name(i)
	if want == "" || want == string(bytes.TrimSpace(f.text)) {
		return nil
	}
	e := newError("CSV", d.whole, d.offset(f.at), "the name "+quote([]byte(want))+
		" in the header (the model's columns in the model's order, or no header)", quote(f.text))
	e.Column = i
	return e
}

// takesString reports whether the next value goes into a column of strings.
func (s *sink) takesString() bool {
	port := s.port
	if s.left == 0 {
		port++ // every column takes a value at least
	}
	return port < len(s.cols) && s.cols[port].DType == models.String
}

// takesStrings reports whether any column does.
func (s *sink) takesStrings() bool {
	for i := range s.cols {
		if s.cols[i].DType == models.String {
			return true
		}
	}
	return false
}
