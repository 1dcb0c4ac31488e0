package skops

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/bounded"
)

// A document is JSON text that was checked once, so that its parts can be read in
// any order and skipped at no cost. A schema is mostly repetition; this takes a
// few bytes for each node, where a tree of maps would take hundreds.
type document struct {
	text  string
	spans []span // of all objects and arrays, in the order of their beginnings
}

// A span is an object or array.
type span struct {
	end  int32 // the offset behind it
	next int32 // the index in spans of the first that begins behind it
}

// A place is a value in a document. The zero place is the document itself.
type place struct {
	at   int // offset of its first byte
	span int // its index, if it is an object or array
}

// maxText bounds a schema: offsets are int32.
const maxText = math.MaxInt32

// scan checks text and finds its spans.
func scan(text string, depth int, m *bounded.Meter) (*document, error) {
	s := &scanner{document: document{text: text}, meter: m, left: depth}
	if len(text) > maxText {
		return nil, s.errorf("it is longer than 2 GiB")
	}
	if !utf8.ValidString(text) {
		return nil, s.errorf("it is not UTF-8")
	}
	if len(text) == 0 || text[0] != '{' {
		return nil, s.errorf("it does not begin with {")
	}
	if err := s.value(); err != nil {
		return nil, err
	}
	if s.space(); s.at < len(text) {
		return nil, s.errorf("something follows the end")
	}
	return &s.document, nil
}

type scanner struct {
	document
	at    int
	left  int // levels of nesting
	meter *bounded.Meter
}

func (s *scanner) errorf(format string, args ...any) error {
	return schemaError(s.at, format, args...)
}

func schemaError(at int, format string, args ...any) error {
	return &models.FormatError{Format: "skops", Offset: int64(at), Text: Schema + ": " + fmt.Sprintf(format, args...)}
}

func (s *scanner) space() {
	for s.at < len(s.text) && strings.IndexByte(" \n\t\r", s.text[s.at]) >= 0 {
		s.at++
	}
}

// peek is the next byte that is no white space; 0 at the end.
func (s *scanner) peek() byte {
	if s.space(); s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) value() error {
	switch c := s.peek(); c {
	case 0:
		return s.errorf("it ends early")
	case '{':
		return s.container('}', s.member)
	case '[':
		return s.container(']', s.value)
	case '"':
		return s.quoted()
	}
	return s.word()
}

// container scans what is between brackets, items separated by commas.
func (s *scanner) container(end byte, item func() error) error {
	if s.left--; s.left < 0 {
		return s.errorf("it is nested too deeply; does the model contain itself?")
	}
	if len(s.spans) == cap(s.spans) {
		room := max(64, 2*cap(s.spans))
		if err := s.meter.Charge(8 * int64(room)); err != nil {
			return s.errorf("%v", err)
		}
		s.spans = append(make([]span, 0, room), s.spans...)
	}
	k := len(s.spans)
	s.spans = append(s.spans, span{})
	s.at++
	for first := true; ; first = false {
		c := s.peek()
		if c == end {
			break
		}
		if !first {
			if c != ',' {
				return s.errorf("want , or %c", end)
			}
			s.at++
		}
		if err := item(); err != nil {
			return err
		}
	}
	s.at++
	s.left++
	s.spans[k] = span{int32(s.at), int32(len(s.spans))}
	return nil
}

func (s *scanner) member() error {
	if s.peek() != '"' {
		return s.errorf("want a name in quotes")
	}
	if err := s.quoted(); err != nil {
		return err
	}
	if s.peek() != ':' {
		return s.errorf("want :")
	}
	s.at++
	return s.value()
}

func (s *scanner) quoted() error {
	end := endOfString(s.text, s.at)
	if end < 0 {
		return s.errorf("a string that does not end")
	}
	if strings.IndexByte(s.text[s.at:end], '\\') >= 0 && !json.Valid([]byte(s.text[s.at:end])) {
		return s.errorf("a string with a wrong escape")
	}
	s.at = end
	return nil
}

// endOfString is the offset behind the string at text[at]; -1 if it does not end.
func endOfString(text string, at int) int {
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

// word scans a number or a literal. What it is shows when it is used.
func (s *scanner) word() error {
	n := lengthOfWord(s.text[s.at:])
	if n == 0 {
		return s.errorf("want a value, got %q", s.text[s.at])
	}
	s.at += n
	return nil
}

func lengthOfWord(text string) int {
	for i := range len(text) {
		c := text[i]
		if c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return i
		}
	}
	return len(text)
}

// kind is the first byte of the value at p: {, [, ", or that of a word.
func (d *document) kind(p place) byte { return d.text[p.at] }

// word is the text of a number or literal; "" for anything else.
func (d *document) word(p place) string { return d.text[p.at : p.at+lengthOfWord(d.text[p.at:])] }

// str decodes a string. Without escapes it is part of the text itself.
func (d *document) str(p place) (string, bool) {
	if d.kind(p) != '"' {
		return "", false
	}
	return unquote(d.text[p.at:endOfString(d.text, p.at)])
}

// unquote decodes a quoted string; false for a lone surrogate, which Python knows
// and UTF-8 does not.
func unquote(quoted string) (string, bool) {
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], true
	}
	var s string
	if json.Unmarshal([]byte(quoted), &s) != nil {
		return "", false
	}
	const replacement = "\ufffd" // what Unmarshal makes of a lone surrogate
	lone := strings.Count(s, replacement) > strings.Count(quoted, replacement)+strings.Count(strings.ToLower(quoted), `\ufffd`)
	return s, !lone
}

// members calls f for each member of the object at p.
func (d *document) members(p place, f func(key string, v place) error) error {
	return d.each(p, '{', func(_ int, at int, span int) (place, error) {
		key, ok := d.str(place{at: at})
		if !ok {
			return place{}, schemaError(at, "a name with a lone surrogate")
		}
		at = d.skip(endOfString(d.text, at))
		v := place{d.skip(at + 1), span} // behind the colon
		return v, f(key, v)
	})
}

// elements calls f for each element of the array at p.
func (d *document) elements(p place, f func(i int, v place) error) error {
	return d.each(p, '[', func(i, at, span int) (place, error) {
		v := place{at, span}
		return v, f(i, v)
	})
}

// each walks over what is between the brackets of p. item is told where it begins
// and the index of the next span, and tells where its value is.
func (d *document) each(p place, bracket byte, item func(i, at, span int) (place, error)) error {
	if d.kind(p) != bracket {
		return schemaError(p.at, "want %c", bracket)
	}
	next := p.span + 1
	at := d.skip(p.at + 1)
	for i := 0; at < int(d.spans[p.span].end)-1; i++ {
		v, err := item(i, at, next)
		if err != nil {
			return err
		}
		at, next = d.behind(v)
		if at = d.skip(at); d.text[at] == ',' {
			at = d.skip(at + 1)
		}
	}
	return nil
}

// behind is the offset behind v and the index of the first span there.
func (d *document) behind(v place) (at, next int) {
	switch d.kind(v) {
	case '{', '[':
		s := d.spans[v.span]
		return int(s.end), int(s.next)
	case '"':
		return endOfString(d.text, v.at), v.span
	}
	return v.at + len(d.word(v)), v.span
}

// skip is the offset of the first byte from at that is no white space.
func (d *document) skip(at int) int {
	for strings.IndexByte(" \n\t\r", d.text[at]) >= 0 {
		at++
	}
	return at
}
