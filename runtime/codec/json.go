package codec

import (
	"fmt"

	"github.com/copal-ml/copal/models"
)

// maxDepth bounds the nesting of members that are skipped.
const maxDepth = 64

// JSON is application/json (RFC 8259), in the shapes that the package
// documentation shows. Members with other names are ignored.
type JSON struct{}

// Decode implements [Codec].
func (JSON) Decode(dst *Request, want *models.Signature, body []byte) error {
	dst.Reset()
	d := jsonDecoder{b: skipBOM(body), whole: body, req: dst}
	d.sink.open(dst, want)
	if err := d.document(); err != nil {
		return err
	}
	d.sink.close()
	return nil
}

type jsonDecoder struct {
	whole []byte // the body as it came, for offsets
	b     []byte
	i     int
	req   *Request
	sink  sink
}

func (d *jsonDecoder) document() error {
	switch d.space() {
	case '[':
		if err := d.rows(); err != nil {
			return err
		}
	case '{':
		if err := d.object(); err != nil {
			return err
		}
	default:
		return d.fail(d.i, "a list of rows, or "+envelope)
	}
	if d.space(); d.i < len(d.b) {
		return d.fail(d.i, "the end of the body")
	}
	return nil
}

// The members of an envelope that hold the rows.
const (
	members  = "features, instances, inputs, dataframe_split or dataframe_records"
	envelope = "an object with the member " + members
)

// object reads the request's envelope.
func (d *jsonDecoder) object() error {
	start := d.i
	var data, other string // names of members
	err := d.members(func(key string, at int) error {
		switch key {
		case "features", "instances", "inputs", "dataframe_records", "dataframe_split":
			if data != "" {
				return d.failGot(at, "one of "+members, fmt.Sprintf("%s after %s", key, data))
			}
			data = key
			return d.data(key == "dataframe_split")
		case "method":
			return d.method()
		case "parameters":
			return d.parameters()
		}
		if other == "" {
			other = key
		}
		return d.skip(1)
	})
	if err != nil || data != "" {
		return err
	}
	got := "an object without it"
	if other != "" {
		got = "an object with " + quote([]byte(other)) + " instead"
	}
	return d.failGot(start, envelope, got)
}

// data reads the member that holds the rows.
func (d *jsonDecoder) data(split bool) error {
	switch c := d.peek(); {
	case split && c == '{':
		return d.split()
	case split:
		return d.fail(d.i, "an object with columns and data")
	case c == '[':
		return d.rows()
	}
	return d.fail(d.i, "a list of rows")
}

// parameters reads {"method": …} and ignores all else in it.
func (d *jsonDecoder) parameters() error {
	if d.peek() != '{' {
		return d.skip(1)
	}
	return d.members(func(key string, _ int) error {
		if key == "method" {
			return d.method()
		}
		return d.skip(2)
	})
}

func (d *jsonDecoder) method() error {
	if d.peek() == 'n' {
		return d.word("null")
	}
	if d.peek() != '"' {
		return d.fail(d.i, "the name of a method")
	}
	s, err := d.str()
	if err != nil {
		return err
	}
	d.req.Method = models.Method(s)
	return nil
}

// members calls f for each member of the object at d.i, with d.i at the value.
func (d *jsonDecoder) members(f func(key string, at int) error) error {
	d.i++ // {
	if d.space() == '}' {
		d.i++
		return nil
	}
	for {
		if d.space() != '"' {
			return d.fail(d.i, "a member name in quotes")
		}
		at := d.i
		key, err := d.str()
		if err != nil {
			return err
		}
		if d.space() != ':' {
			return d.fail(d.i, "a colon")
		}
		d.i++
		d.space()
		if err := f(key, at); err != nil {
			return err
		}
		switch d.space() {
		case ',':
			d.i++
		case '}':
			d.i++
			return nil
		default:
			return d.fail(d.i, "a comma or }")
		}
	}
}

// rows reads the list at d.i: of rows, of records, or of the values of a single row.
func (d *jsonDecoder) rows() error {
	d.i++ // [
	switch d.space() {
	case ']':
		d.i++
		return nil
	case '[':
	case '{':
		return d.records()
	default:
		if d.sink.width == 1 {
			return d.scalars()
		}
		return d.row()
	}
	for {
		if d.space() != '[' {
			return d.sinkFail(d.i, "a row, as a list of "+values(d.sink.length), true)
		}
		d.i++
		if err := d.row(); err != nil {
			return err
		}
		switch d.space() {
		case ',':
			d.i++
		case ']':
			d.i++
			return nil
		default:
			return d.fail(d.i, "a comma or ]")
		}
	}
}

// scalars reads the rest of a list of rows that are one value each.
func (d *jsonDecoder) scalars() error {
	for {
		start := d.i
		if err := d.value(); err != nil {
			return err
		}
		if err := d.endRow(start); err != nil {
			return err
		}
		switch d.space() {
		case ',':
			d.i++
			d.space()
		case ']':
			d.i++
			return nil
		default:
			return d.fail(d.i, "a comma or ]")
		}
	}
}

// row reads the values up to the closing bracket; the opening one is behind d.i.
func (d *jsonDecoder) row() error {
	start := d.i - 1
	if d.space() == ']' {
		d.i++
		return d.endRow(start)
	}
	for {
		if err := d.value(); err != nil {
			return err
		}
		switch d.space() {
		case ',':
			d.i++
			d.space()
		case ']':
			d.i++
			return d.endRow(start)
		default:
			return d.fail(d.i, "a comma or ]")
		}
	}
}

func (d *jsonDecoder) endRow(start int) error {
	if d.sink.endRow() {
		return nil
	}
	return d.count(start, d.sink.n)
}

// value reads one value of a row.
func (d *jsonDecoder) value() error {
	if d.sink.skipped() {
		return d.skip(1)
	}
	at := d.i
	var expected string
	switch c := d.peek(); {
	case c-'0' <= 9 || c == '-' && !d.at("-I"):
		f, end, ok := number(d.b, at)
		if !ok {
			return d.sinkFail(at, "a number", false)
		}
		d.i = end
		expected = d.sink.number(f, d.b[at:end])
	case c == '"':
		s, err := d.str()
		if err != nil {
			return err
		}
		expected = d.sink.text(s)
	case c == '[' || c == '{' || c == 0:
		expected = d.next()
	default:
		known, e := d.literal()
		if !known {
			return d.sinkFail(at, d.next(), false)
		}
		expected = e
	}
	switch expected {
	case "":
		return nil
	case full:
		return d.tooMany(at)
	}
	return d.sinkFail(at, expected, false)
}

// next is what the column of the next value expects.
func (d *jsonDecoder) next() string {
	if d.sink.layout == open {
		return "a number or a string"
	}
	s := d.sink // a copy: nothing is consumed
	if c := s.column(models.Float64); c != nil {
		return expects(c.DType)
	}
	return full
}

// literals of JSON, and the three of Python's json module.
func (d *jsonDecoder) literal() (known bool, expected string) {
	switch {
	case d.take("true"):
		return true, d.sink.boolean(true)
	case d.take("false"):
		return true, d.sink.boolean(false)
	case d.take("null"):
		return true, d.sink.missing()
	case d.take("NaN"):
		return true, d.sink.number(nan, nil)
	case d.take("Infinity"):
		return true, d.sink.number(inf, nil)
	case d.take("-Infinity"):
		return true, d.sink.number(-inf, nil)
	}
	return false, ""
}

// tooMany counts the rest of a row that is already full, for the message.
func (d *jsonDecoder) tooMany(at int) error {
	d.i = at
	n := d.sink.n
	for {
		if err := d.skip(1); err != nil {
			return err
		}
		n++
		if d.space() != ',' {
			break
		}
		d.i++
		d.space()
	}
	if d.peek() != ']' {
		return d.fail(d.i, "a comma or ]")
	}
	return d.count(at, n)
}

// count reports a row of n values.
func (d *jsonDecoder) count(at, n int) error {
	expected := "a row of " + values(d.sink.length)
	if d.sink.layout == open && (d.sink.titles == nil || n == len(d.sink.titles)) {
		expected = openLimit
	}
	e := newError("JSON", d.whole, d.offset(at), expected, values(n))
	e.Row = d.sink.rows
	return e
}

func (d *jsonDecoder) fail(at int, expected string) error {
	return d.failGot(at, expected, excerpt(d.b, at))
}

func (d *jsonDecoder) failGot(at int, expected, got string) error {
	return newError("JSON", d.whole, d.offset(at), expected, got)
}

// sinkFail names the row, and unless it is the whole row also the column.
func (d *jsonDecoder) sinkFail(at int, expected string, wholeRow bool) error {
	if expected == full {
		return d.tooMany(at)
	}
	e := d.sink.place(newError("JSON", d.whole, d.offset(at), expected, excerpt(d.b, at)))
	if wholeRow {
		e.Column, e.Name = -1, ""
	}
	return e
}

func (d *jsonDecoder) offset(at int) int { return at + len(d.whole) - len(d.b) }
