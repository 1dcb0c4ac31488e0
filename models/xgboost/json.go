package xgboost

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// A jsonTokens reads JSON (RFC 8259), and the NaN and Infinity that XGBoost
// writes without quotes (src/common/json.cc).
type jsonTokens struct {
	*input
	depth int
}

// blank takes white space and returns the byte behind it, which is not taken.
func (t *jsonTokens) blank() (byte, error) {
	for {
		c, err := t.peek()
		if err != nil || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c, err
		}
		t.pos++
	}
}

// want takes one byte behind white space, which must be c.
func (t *jsonTokens) want(c byte) error {
	got, err := t.blank()
	if err == nil && got != c {
		err = t.errorf("found %q, want %q", got, c)
	}
	if err == nil {
		t.pos++
	}
	return err
}

func (t *jsonTokens) kind() (byte, error) { return t.blank() }

// list takes what stands between two brackets, separated by commas.
func (t *jsonTokens) list(first, last byte, item func() error) error {
	if t.depth++; t.depth > maxDepth {
		return t.errorf("nested more than %d deep", maxDepth)
	}
	defer func() { t.depth-- }()
	if err := t.want(first); err != nil {
		return err
	}
	c, err := t.blank()
	if err == nil && c == last {
		t.pos++
		return nil
	}
	for err == nil {
		if err = item(); err != nil {
			return err
		}
		if c, err = t.blank(); err != nil {
			return err
		}
		t.pos++
		if c == last {
			return nil
		}
		if c != ',' {
			t.pos--
			return t.errorf("found %q, want a comma or %q", c, last)
		}
	}
	return err
}

func (t *jsonTokens) object(member func(key string) error) error {
	return t.list('{', '}', func() error {
		key, err := t.text()
		if err != nil {
			return err
		}
		if err := t.want(':'); err != nil {
			return err
		}
		return member(key)
	})
}

func (t *jsonTokens) array(element func() error) error { return t.list('[', ']', element) }

func (t *jsonTokens) scalar() (string, error) {
	c, err := t.blank()
	if err != nil {
		return "", err
	}
	if c == '"' {
		return t.text()
	}
	word := t.word()
	if len(word) == 0 {
		return "", t.notA("string or number", word)
	}
	t.pos += len(word)
	return string(word), nil
}

// word is what a number, a truth value or null is written with. It is empty where
// the file ends within: no model ends with one.
func (t *jsonTokens) word() []byte {
	b := t.ahead(lookahead)
	n := 0
	for n < len(b) && n < lookahead && isWord[b[n]] {
		n++
	}
	if n == len(b) {
		n = 0
	}
	return b[:n]
}

// notA is the error for a word that is no number.
func (t *jsonTokens) notA(what string, word []byte) error {
	if len(word) == 0 && len(t.ahead(lookahead)) < lookahead {
		return t.ended()
	}
	return t.errorf("%q is no %s", word, what)
}

// isWord has the characters of numbers and of true, false, null, NaN, Infinity.
var isWord = func() (set [256]bool) {
	for _, c := range "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		set[c] = true
	}
	return set
}()

func (t *jsonTokens) integers(dst []int32) ([]int32, error) {
	err := t.list('[', ']', func() error {
		v, err := t.integer()
		dst = append(dst, v)
		return err
	})
	return dst, err
}

func (t *jsonTokens) integer() (int32, error) {
	if _, err := t.blank(); err != nil {
		return 0, err
	}
	word := t.word()
	v, ok := smallInteger(word)
	if !ok {
		f, err := strconv.ParseFloat(string(word), 64)
		switch {
		case string(word) == "true":
			v = 1
		case string(word) == "false":
			v = 0
		case err != nil:
			return 0, t.notA("integer", word)
		case f != float64(int32(f)):
			v = -1
		default:
			v = int32(f)
		}
	}
	t.pos += len(word)
	return v, nil
}

// smallInteger reads up to nine digits.
func smallInteger(word []byte) (int32, bool) {
	digits := bytes.TrimPrefix(word, []byte("-"))
	if len(digits) == 0 || len(digits) > 9 {
		return 0, false
	}
	v := int32(0)
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = 10*v + int32(c-'0')
	}
	if len(digits) < len(word) {
		v = -v
	}
	return v, true
}

func (t *jsonTokens) floats(dst []float32) ([]float32, error) {
	err := t.list('[', ']', func() error {
		if _, err := t.blank(); err != nil {
			return err
		}
		word := t.word()
		v, ok := parseFloat32(word)
		if !ok {
			return t.notA("number", word)
		}
		t.pos += len(word)
		dst = append(dst, v)
		return nil
	})
	return dst, err
}

func (t *jsonTokens) doubles(dst []float64) ([]float64, error) {
	err := t.list('[', ']', func() error {
		if _, err := t.blank(); err != nil {
			return err
		}
		word := t.word()
		v, err := strconv.ParseFloat(string(word), 64)
		if err != nil {
			return t.notA("number", word)
		}
		t.pos += len(word)
		dst = append(dst, v)
		return nil
	})
	return dst, err
}

// maxText bounds a string: the attributes of a model hold whole documents.
const maxText = 64 << 20

// text takes a string.
func (t *jsonTokens) text() (string, error) {
	if err := t.want('"'); err != nil {
		return "", err
	}
	var out []byte
	for {
		b := t.ahead(1)
		if len(b) == 0 {
			return "", t.ended()
		}
		n := bytes.IndexAny(b, "\"\\")
		if n < 0 {
			n = len(b)
		}
		if len(out)+n > maxText {
			return "", t.errorf("a string of more than %d bytes", maxText)
		}
		if n < len(b) && b[n] == '"' && out == nil {
			t.pos += n + 1
			return string(b[:n]), nil
		}
		out = append(out, b[:n]...)
		t.pos += n
		if n == len(b) {
			continue
		}
		if b[n] == '"' {
			t.pos++
			return string(out), nil
		}
		var err error
		if out, err = t.escape(out); err != nil {
			return "", err
		}
	}
}

// escape takes a backslash and what it stands for.
func (t *jsonTokens) escape(out []byte) ([]byte, error) {
	b, err := t.exactly(2)
	if err != nil {
		return nil, err
	}
	switch c := b[1]; c {
	case '"', '\\', '/':
		return append(out, c), nil
	case 'b', 'f', 'n', 'r', 't':
		return append(out, map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}[c]), nil
	case 'u':
		hex, err := t.exactly(4)
		if err != nil {
			return nil, err
		}
		r, err := strconv.ParseUint(string(hex), 16, 16)
		if err != nil {
			return nil, t.errorf("\\u%s is no character", hex)
		}
		return utf8.AppendRune(out, rune(r)), nil
	default:
		return nil, t.errorf("\\%c is no escape", c)
	}
}

// skip passes over a value. Arrays of numbers, which are most of a model, are
// passed over up to the next bracket.
func (t *jsonTokens) skip() error {
	c, err := t.blank()
	if err != nil {
		return err
	}
	switch c {
	case '{':
		return t.object(func(string) error { return t.skip() })
	case '[':
		if t.passNumbers() {
			return nil
		}
		return t.array(t.skip)
	}
	_, err = t.scalar()
	return err
}

// passNumbers passes over an array of numbers, if it is one and ends in the window.
func (t *jsonTokens) passNumbers() bool {
	b := t.ahead(lookahead)[1:]
	n := bytes.IndexAny(b, "]\"[{")
	if n < 0 || b[n] != ']' {
		return false
	}
	t.pos += n + 2
	return true
}
