package codec

import (
	"bytes"
	"fmt"

	"github.com/copal-ml/copal/models"
)

// maxAbsentValues bounds the values that the rows of a sparse request stand for,
// which its length does not: a row of two bytes has as many as the model has
// features. It is 128 MiB of them, about what a dense request of the largest size
// that SageMaker sends has (26,214,400 bytes, two a value).
const maxAbsentValues = 1 << 24

// LibSVM is text/libsvm: rows of index:value, as the package documentation says.
type LibSVM struct {
	OneBased bool // indices count from 1
}

// Decode implements [Codec].
func (c LibSVM) Decode(dst *Request, want *models.Signature, body []byte) error {
	dst.Reset()
	d := libsvmDecoder{whole: body, b: skipBOM(body)}
	if c.OneBased {
		d.first = 1
	}
	d.sink.open(dst, want)
	if err := d.takesNumbers(); err != nil {
		return err
	}
	if err := d.document(); err != nil {
		return err
	}
	d.sink.close()
	return nil
}

// Append implements [Codec]: answers are CSV, since they have no indices. The
// media type of an answer says so; see [ForAccept].
func (LibSVM) Append(dst []byte, src *models.Frame) ([]byte, error) { return CSV{}.Append(dst, src) }

type libsvmDecoder struct {
	whole []byte // the body as it came, for offsets
	b     []byte
	first int // the index of the model's first value
	sink  sink
}

// A token is what stands between two spaces, at an offset of b.
type token struct {
	at   int
	text []byte
}

// takesNumbers refuses what has no indices: texts, and columns of any name.
func (d *libsvmDecoder) takesNumbers() error {
	if d.sink.layout == open || d.sink.width == 0 {
		return d.fail(0, "rows of named columns, as JSON or CSV", "LibSVM")
	}
	for i := range d.sink.cols {
		if c := &d.sink.cols[i]; c.DType == models.String {
			e := d.fail(0, "rows with texts, as JSON or CSV", "LibSVM")
			e.Name = c.Name
			return e
		}
	}
	return nil
}

// document reads the lines between the first and the last that hold something.
func (d *libsvmDecoder) document() error {
	d.sink.startSparse()
	end := len(bytes.TrimRight(d.b, whiteSpace))
	for i := end - len(bytes.TrimLeft(d.b[:end], whiteSpace)); i < end; i++ { // of the line end
		line := d.b[i:end]
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
		}
		if err := d.line(i, line); err != nil {
			return err
		}
		i += len(line)
	}
	return nil
}

// line reads a row, or a comment alone.
func (d *libsvmDecoder) line(at int, line []byte) error {
	if n := bytes.IndexByte(line, '#'); n >= 0 {
		if line = line[:n]; len(bytes.TrimLeft(line, whiteSpace)) == 0 {
			return nil
		}
	}
	if limit := max(maxAbsentValues/d.sink.width, 1); d.sink.rows >= limit {
		return d.fail(at, fmt.Sprintf("at most %d rows of %s", limit, values(d.sink.width)), "more")
	}
	d.sink.extend()
	end := at + len(line)
	t := nextToken(d.b[:end], at)
	if len(t.text) > 0 && bytes.IndexByte(t.text, ':') < 0 {
		if _, ok := looseNumber(t.text); !ok {
			return d.inRow(t, "a label, which is a number, or index:value")
		}
		t = d.after(t, end)
	}
	if query, ok := bytes.CutPrefix(t.text, []byte("qid:")); ok && whole(query) {
		t = d.after(t, end)
	}
	for ; len(t.text) > 0; t = d.after(t, end) {
		if err := d.entry(t); err != nil {
			return err
		}
	}
	d.sink.endSparseRow()
	return nil
}

// entry reads index:value.
func (d *libsvmDecoder) entry(t token) error {
	colon := bytes.IndexByte(t.text, ':')
	if colon < 0 {
		return d.inRow(t, "index:value")
	}
	j, ok := d.index(t.text[:colon])
	if !ok {
		return d.inRow(t, d.indices())
	}
	if d.sink.given(j) {
		return d.inRow(t, "each index once in a row")
	}
	d.sink.choose(j)
	value := token{t.at + colon + 1, t.text[colon+1:]}
	f, ok := looseNumber(value.text)
	expected := "a number"
	if ok {
		expected = d.sink.number(f, value.text)
	}
	if expected != "" {
		return d.sink.place(newError("LibSVM", d.whole, d.offset(value.at), expected, quote(t.text)))
	}
	return nil
}

// index is the model's number of the value with that index.
func (d *libsvmDecoder) index(text []byte) (int, bool) {
	j := 0
	for _, c := range text {
		if c-'0' > 9 || j > d.sink.width {
			return 0, false
		}
		j = 10*j + int(c-'0')
	}
	j -= d.first
	return j, len(text) > 0 && j >= 0 && j < d.sink.width
}

// indices says which there are, and how to count them otherwise.
func (d *libsvmDecoder) indices() string {
	s := fmt.Sprintf("an index from %d to %d", d.first, d.first+d.sink.width-1)
	if d.first == 0 {
		s += " (from 1 with " + `"text/libsvm; indexing_mode=1"` + ")"
	}
	return s
}

// after is the token behind t; empty if there is none before end.
func (d *libsvmDecoder) after(t token, end int) token {
	return nextToken(d.b[:end], t.at+len(t.text))
}

// nextToken is the first token at i or behind it; empty if there is none.
func nextToken(b []byte, i int) token {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	at := i
	for i < len(b) && !isSpace(b[i]) {
		i++
	}
	return token{at, b[at:i]}
}

const whiteSpace = " \t\r\n\v\f"

func isSpace(c byte) bool { return c == ' ' || c-'\t' < 5 }

// inRow reports a token that has no column.
func (d *libsvmDecoder) inRow(t token, expected string) error {
	e := d.fail(t.at, expected, quote(t.text))
	e.Row = d.sink.rows
	return e
}

func (d *libsvmDecoder) fail(at int, expected, got string) *Error {
	return newError("LibSVM", d.whole, d.offset(at), expected, got)
}

func (d *libsvmDecoder) offset(at int) int { return at + len(d.whole) - len(d.b) }

// startSparse begins rows whose values come with their numbers.
func (s *sink) startSparse() {
	s.layout = byRecord
	s.startNames()
}

// endSparseRow ends a row: what it does not have is 0, which extend has written,
// or missing.
func (s *sink) endSparseRow() {
	if s.want.Absent == models.AbsentMissing && s.count < s.width {
		for j := range s.width {
			if s.req.seen[j] <= s.rows {
				s.choose(j)
				s.miss(s.target)
			}
		}
	}
	s.rows++
	s.count = 0
}
