package codec

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// excerptLen is how many bytes of a request an error quotes.
const excerptLen = 32

// An Error reports a body that its media type or the model's signature does not
// allow, with the place.
type Error struct {
	Format   string // "JSON", "CSV", "LibSVM"
	Offset   int    // in the body, of the first byte in question, from 0
	Line     int    // of that byte, from 1
	Position int    // of that byte in its line, in bytes from 1
	Row      int    // of the data, from 0; -1 if the place is outside of a row
	Column   int    // of the data, from 0; -1 if the row as a whole is wrong
	Name     string // of that column, if the model has one
	Expected string // "a number"
	Got      string // what stood there instead: an excerpt or a count
}

func (e *Error) Error() string { return e.text(", got " + e.Got) }

// Text is the message without what the caller sent, as fit for a log.
func (e *Error) Text() string { return e.text("") }

func (e *Error) text(got string) string {
	var b strings.Builder
	if e.Row >= 0 {
		fmt.Fprintf(&b, "row %d", e.Row)
		if e.Column >= 0 {
			fmt.Fprintf(&b, ", column %d", e.Column)
		}
		if e.Name != "" {
			fmt.Fprintf(&b, " (%s)", e.Name)
		}
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "expected %s%s (%s line %d, position %d, byte %d)", e.Expected, got, e.Format, e.Line, e.Position, e.Offset)
	return b.String()
}

// newError fills in the place in the text.
func newError(format string, body []byte, offset int, expected, got string) *Error {
	before := body[:offset]
	return &Error{
		Format:   format,
		Offset:   offset,
		Line:     1 + bytes.Count(before, []byte{'\n'}),
		Position: offset - bytes.LastIndexByte(before, '\n'),
		Row:      -1,
		Column:   -1,
		Expected: expected,
		Got:      got,
	}
}

// excerpt quotes what stands at offset, up to the next separator.
func excerpt(body []byte, offset int) string {
	if offset >= len(body) {
		return "the end of the body"
	}
	b := body[offset:]
	if n := bytes.IndexAny(b, ",]}\r\n"); n > 0 {
		b = b[:n]
	} else if n == 0 {
		b = b[:1]
	}
	return quote(b)
}

// quote shows at most excerptLen bytes of b, whole runes only.
func quote(b []byte) string {
	more := ""
	if len(b) > excerptLen {
		b, more = b[:excerptLen], "…"
		for len(b) > excerptLen-utf8.UTFMax && !utf8.Valid(b) {
			b = b[:len(b)-1]
		}
	}
	if s := string(b); strconv.CanBackquote(s) {
		return "`" + s + more + "`"
	}
	return strconv.Quote(string(b) + more)
}
