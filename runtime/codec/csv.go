package codec

import (
	"bytes"

	"github.com/copal-ml/copal/models"
)

// A Header says whether the first line of a CSV body holds names.
type Header uint8

// The answers, as the media type's parameter "header" gives them (RFC 4180).
const (
	// HeaderAuto decides by the line itself. It is a line of names if it names
	// all of the model's columns, or if no field of the line is a value (a
	// number, a boolean or empty) and the model takes other than strings.
	HeaderAuto Header = iota
	HeaderPresent
	HeaderAbsent
)

// CSV is text/csv (RFC 4180): fields between commas, in double quotes if need
// be, a line for each row. Lines end in LF or CRLF; empty ones are skipped. An
// empty field is missing, unless it has quotes and is for a column of strings:
// pandas writes "" into a table of one column, whose lines would be empty without
// (DataFrame.to_csv). A line of names gives the order of the columns, if the model
// knows names.
type CSV struct{ Header Header }

// Decode implements [Codec].
func (c CSV) Decode(dst *Request, want *models.Signature, body []byte) error {
	dst.Reset()
	d := csvDecoder{b: skipBOM(body), whole: body, req: dst}
	d.sink.open(dst, want)
	if err := d.document(c.Header); err != nil {
		return err
	}
	d.sink.close()
	return nil
}

type csvDecoder struct {
	whole []byte // the body as it came, for offsets
	b     []byte
	i     int
	req   *Request
	sink  sink
}

// A field is one field of a line, unquoted.
type field struct {
	at     int // where it starts
	text   []byte
	quoted bool
	last   bool // of its line
}

func (d *csvDecoder) document(h Header) error {
	d.emptyLines()
	if d.i < len(d.b) && h != HeaderAbsent {
		if err := d.header(h); err != nil {
			return err
		}
	}
	for d.emptyLines(); d.i < len(d.b); d.emptyLines() {
		if err := d.row(); err != nil {
			return err
		}
	}
	return nil
}

// emptyLines skips to the next line that holds something.
func (d *csvDecoder) emptyLines() {
	for d.i < len(d.b) {
		n := d.newline(d.i)
		if n == 0 {
			return
		}
		d.i += n
	}
}

// newline is the length of the line end at i; 0 if there is none.
func (d *csvDecoder) newline(i int) int {
	switch {
	case d.b[i] == '\n':
		return 1
	case d.b[i] == '\r' && (i+1 == len(d.b) || d.b[i+1] == '\n'):
		return min(2, len(d.b)-i)
	}
	return 0
}

func (d *csvDecoder) row() error {
	start := d.i
	for {
		skip := d.sink.skipped()
		if !skip && d.plainNumber() {
			continue
		}
		f, err := d.field()
		if err != nil {
			return err
		}
		if skip {
			if f.last {
				break
			}
			continue
		}
		if expected := d.put(f); expected == full {
			return d.tooMany(start, f)
		} else if expected != "" {
			return d.sink.place(newError("CSV", d.whole, d.offset(f.at), expected, quote(f.text)))
		}
		if f.last {
			break
		}
	}
	if n := d.sink.n; !d.sink.endRow() {
		return d.count(start, n)
	}
	return nil
}

// plainNumber takes a field that is a number and nothing else, with the comma
// behind it, in one pass over its bytes. It leaves all other fields alone.
func (d *csvDecoder) plainNumber() bool {
	v, end, ok := number(d.b, d.i)
	if !ok || end == len(d.b) || d.b[end] != ',' || d.sink.takesString() || d.sink.number(v, d.b[d.i:end]) != "" {
		return false
	}
	d.i = end + 1
	return true
}

// put gives a field to its column. It returns what the column expects instead,
// or "".
func (d *csvDecoder) put(f field) string {
	text := f.text
	if len(text) == 0 && (!f.quoted || d.sink.emptyIsMissing()) {
		return d.sink.missing()
	}
	if d.sink.takesString() {
		return d.sink.text(view(text))
	}
	if v, end, ok := number(text, 0); ok && end == len(text) {
		return d.sink.number(v, text)
	}
	text = bytes.TrimSpace(text)
	if v, ok := looseNumber(text); ok {
		return d.sink.number(v, text)
	}
	switch {
	case fold(text, "true"):
		return d.sink.boolean(true)
	case fold(text, "false"):
		return d.sink.boolean(false)
	case len(text) == 0 && !f.quoted:
		return d.sink.missing()
	}
	return d.sink.text(view(text)) // which refuses
}

// field reads the field at d.i and what ends it.
func (d *csvDecoder) field() (field, error) {
	if d.i < len(d.b) && d.b[d.i] == '"' {
		return d.quotedField()
	}
	f := field{at: d.i}
	for i := d.i; i < len(d.b); i++ {
		switch d.b[i] {
		case ',':
			f.text, d.i = d.b[f.at:i], i+1
			return f, nil
		case '\n', '\r':
			if n := d.newline(i); n > 0 {
				f.text, f.last, d.i = d.b[f.at:i], true, i+n
				return f, nil
			}
		case '"':
			return f, d.fail(i, "a field with quotes around the whole of it", excerpt(d.b, f.at))
		}
	}
	f.text, f.last, d.i = d.b[f.at:], true, len(d.b)
	return f, nil
}

// quotedField reads a field that starts with a quote. It aliases the body, or
// the request's text if it holds doubled quotes.
func (d *csvDecoder) quotedField() (field, error) {
	f := field{at: d.i, quoted: true}
	start, from := d.i+1, -1
	for i := start; i < len(d.b); i++ {
		if d.b[i] != '"' {
			continue
		}
		if i+1 < len(d.b) && d.b[i+1] == '"' { // one quote of the text
			if from < 0 {
				from = len(d.req.text)
			}
			d.req.text = append(d.req.text, d.b[start:i+1]...)
			start, i = i+2, i+1
			continue
		}
		f.text = d.b[start:i]
		if from >= 0 {
			d.req.text = append(d.req.text, f.text...)
			f.text = d.req.text[from:]
		}
		return d.closed(f, i+1)
	}
	return f, d.fail(len(d.b), "the quote that closes the field", "the end of the body")
}

// closed reads what ends a quoted field, at i.
func (d *csvDecoder) closed(f field, i int) (field, error) {
	switch {
	case i == len(d.b):
		f.last, d.i = true, i
	case d.b[i] == ',':
		d.i = i + 1
	case d.newline(i) > 0:
		f.last, d.i = true, i+d.newline(i)
	default:
		return f, d.fail(i, "a comma or the end of the line behind the closing quote", excerpt(d.b, i))
	}
	return f, nil
}

// tooMany counts the rest of a row that is already full, for the message.
func (d *csvDecoder) tooMany(start int, f field) error {
	n := d.sink.n + 1
	for ; !f.last; n++ {
		var err error
		if f, err = d.field(); err != nil {
			return err
		}
	}
	return d.count(start, n)
}

// count reports a row of n values.
func (d *csvDecoder) count(start, n int) error {
	e := newError("CSV", d.whole, d.offset(start), "a row of "+values(d.sink.length), values(n))
	e.Row = d.sink.rows
	return e
}

func (d *csvDecoder) fail(at int, expected, got string) error {
	return newError("CSV", d.whole, d.offset(at), expected, got)
}

func (d *csvDecoder) offset(at int) int { return at + len(d.whole) - len(d.b) }
