package verify

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

// A window is a part of the data as the body of a request.
type window struct {
	body  []byte
	codec codec.Codec
	line  int // to add to a line of the body for the line of the file
}

// The size of a window: whichever comes first.
const (
	windowRows  = 1024
	windowBytes = 1 << 20
)

// windows gives the data part by part; io.EOF is the end.
type windows interface {
	next() (window, error)

	// decoded is told how many rows the codec found in w.
	decoded(w window, rows int)

	// explain gives an error of the codec or the model its place in the file;
	// before are the rows of earlier windows.
	explain(w window, before int, err error) error

	// note says what was guessed of the file; "" if nothing was.
	note() string
}

func openWindows(s *source, want *models.Signature, header codec.Header) (windows, error) {
	switch s.kind {
	case jsonFile:
		return &documentWindow{explainer: explainer{s.name}, from: s}, nil
	case linesFile:
		return &lineWindows{explainer: explainer{s.name}, lines: lineReader{from: s}}, nil
	case npyFile:
		a, err := openArray(s)
		if err != nil {
			return nil, err
		}
		return &arrayWindows{explainer: explainer{s.name}, from: a}, nil
	}
	return &csvWindows{explainer: explainer{s.name}, records: lineReader{from: s, quotes: true}, want: want, mode: header}, nil
}

// An explainer names the file and moves rows and lines to where they are in it.
type explainer struct{ name string }

func (e explainer) explain(w window, before int, err error) error {
	var text *codec.Error
	var data *models.DataError
	switch {
	case errors.As(err, &text):
		moved := *text
		if moved.Line += w.line; moved.Row >= 0 {
			moved.Row += before
		}
		return &InputError{Name: e.name, Err: fmt.Errorf("line %d: %s", moved.Line, atRow(moved.Row, moved.Column, moved.Name,
			"expected "+moved.Expected+", got "+moved.Got))}
	case errors.As(err, &data):
		moved := *data
		if moved.Row >= 0 {
			moved.Row += before
		}
		return &InputError{Name: e.name, Err: &moved, Hint: "the endpoint would refuse this row as well"}
	}
	return &InputError{Name: e.name, Err: err}
}

func (explainer) decoded(window, int) {}
func (explainer) note() string        { return "" }

func atRow(row, column int, name, text string) string {
	if row < 0 {
		return text
	}
	place := fmt.Sprintf("row %d", row)
	if column >= 0 {
		place += fmt.Sprintf(", column %d", column)
	}
	if name != "" {
		place += " (" + name + ")"
	}
	return place + ": " + text
}

// A documentWindow is a whole JSON document.
type documentWindow struct {
	explainer
	from *source
	done bool
}

func (d *documentWindow) next() (window, error) {
	if d.done {
		return window{}, io.EOF
	}
	d.done = true
	body, err := d.from.all()
	return window{body: body, codec: codec.JSON{}}, err
}

// explain adds how pandas writes what the server takes.
func (d *documentWindow) explain(w window, before int, err error) error {
	err = d.explainer.explain(w, before, err)
	var input *InputError
	if errors.As(err, &input) && bytes.Contains(w.body[:min(len(w.body), 256)], []byte(`"columns"`)) {
		input.Hint = `the server takes what pandas writes with orient="split" as {"dataframe_split": …}; orient="records" goes as it is`
	}
	return err
}

// lineWindows make a list of JSON Lines.
type lineWindows struct {
	explainer
	lines lineReader
	body  []byte
}

func (l *lineWindows) next() (window, error) {
	before, rows := l.lines.line, 0
	l.body = append(l.body[:0], '[')
	for rows < windowRows && len(l.body) < windowBytes {
		line, err := l.lines.next()
		if err != nil && (rows == 0 || !errors.Is(err, io.EOF)) {
			return window{}, err
		}
		if err != nil {
			break
		}
		if l.lines.line > before+1 {
			l.body = append(l.body, '\n') // keeps the lines of errors right
		}
		if row := bytes.TrimSpace(line); len(row) > 0 {
			if rows++; rows > 1 {
				l.body = append(l.body, ',')
			}
			l.body = asRow(l.body, row)
		}
	}
	return window{body: append(l.body, ']'), codec: codec.JSON{}, line: before}, nil
}

// asRow appends a line; a bare value is a row of one.
func asRow(dst, row []byte) []byte {
	if row[0] == '[' || row[0] == '{' {
		return append(dst, row...)
	}
	return append(append(append(dst, '['), row...), ']')
}
