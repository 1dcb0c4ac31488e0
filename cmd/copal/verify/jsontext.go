package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// A jsonText is JSON as Python's json module writes it: NaN, Infinity and
// -Infinity are values (https://docs.python.org/3/library/json.html).
type jsonText struct {
	b []byte
	i int
}

// A jsonValue is a list of values, an object with its names in their order, or
// a cell.
type jsonValue struct {
	list   []jsonValue
	names  []string
	scalar cell
	kind   byte // [ { or 0
}

const maxJSONDepth = 32

// document reads the one value of a text.
func (t *jsonText) document() (jsonValue, error) {
	v, err := t.value(0)
	if err == nil && t.space() != 0 {
		err = t.fail("the end of the text")
	}
	return v, err
}

func (t *jsonText) fail(expected string) error {
	if t.i >= len(t.b) {
		return fmt.Errorf("expected %s, and the text ends", expected)
	}
	return fmt.Errorf("byte %d: expected %s, got %q", t.i, expected, t.b[t.i:min(t.i+16, len(t.b))])
}

// space skips white space and returns the next byte; 0 at the end.
func (t *jsonText) space() byte {
	for t.i < len(t.b) && bytes.IndexByte([]byte(" \t\r\n"), t.b[t.i]) >= 0 {
		t.i++
	}
	if t.i == len(t.b) {
		return 0
	}
	return t.b[t.i]
}

func (t *jsonText) value(depth int) (jsonValue, error) {
	if depth == maxJSONDepth {
		return jsonValue{}, errors.New("lists in lists too deep to be rows")
	}
	switch c := t.space(); c {
	case '[', '{':
		return t.members(c, depth)
	case '"':
		s, err := t.str()
		return jsonValue{scalar: cell{text: s}}, err
	}
	start := t.i
	for t.i < len(t.b) && bytes.IndexByte([]byte(" \t\r\n,]}:\""), t.b[t.i]) < 0 {
		t.i++
	}
	word := string(t.b[start:t.i])
	if word == "null" {
		return jsonValue{scalar: cell{null: true}}, nil
	}
	if _, ok := (cell{text: word}).float(); !ok || word == "" {
		t.i = start
		return jsonValue{}, t.fail("a value")
	}
	return jsonValue{scalar: cell{text: word}}, nil
}

// members reads a list or an object.
func (t *jsonText) members(open byte, depth int) (jsonValue, error) {
	v, end := jsonValue{kind: open}, open+2 // of both brackets and braces in ASCII
	t.i++
	if t.space() == end {
		t.i++
		return v, nil
	}
	for {
		if open == '{' {
			name, err := t.name()
			if err != nil {
				return v, err
			}
			v.names = append(v.names, name)
		}
		item, err := t.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.list = append(v.list, item)
		switch t.space() {
		case ',':
			t.i++
		case end:
			t.i++
			return v, nil
		default:
			return v, t.fail(fmt.Sprintf("a comma or %c", end))
		}
	}
}

func (t *jsonText) name() (string, error) {
	if t.space() != '"' {
		return "", t.fail("a name in quotes")
	}
	s, err := t.str()
	if err == nil && t.space() != ':' {
		err = t.fail("a colon")
	}
	t.i++
	return s, err
}

func (t *jsonText) str() (s string, err error) {
	start := t.i
	for t.i++; t.i < len(t.b); t.i++ {
		switch t.b[t.i] {
		case '\\':
			t.i++
		case '"':
			t.i++
			return s, json.Unmarshal(t.b[start:t.i], &s)
		}
	}
	t.i = len(t.b)
	return "", t.fail("the closing quote of a text")
}

// cells appends the values of a row, one list after the other.
func (v jsonValue) cells(dst []cell) []cell {
	if v.kind == 0 {
		return append(dst, v.scalar)
	}
	for _, item := range v.list {
		dst = item.cells(dst)
	}
	return dst
}

// member is the value of a name.
func (v jsonValue) member(name string) (jsonValue, bool) {
	for i, n := range v.names {
		if n == name {
			return v.list[i], true
		}
	}
	return jsonValue{}, false
}
