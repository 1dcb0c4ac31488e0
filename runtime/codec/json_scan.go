package codec

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// skipBOM drops the byte order mark that some editors and Excel write.
func skipBOM(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) }

// peek is the byte at d.i, or 0 at the end.
func (d *jsonDecoder) peek() byte {
	if d.i < len(d.b) {
		return d.b[d.i]
	}
	return 0
}

// space skips white space and returns the byte behind it.
func (d *jsonDecoder) space() byte {
	for i := d.i; i < len(d.b); i++ {
		switch c := d.b[i]; c {
		case ' ', '\n', '\r', '\t':
		default:
			d.i = i
			return c
		}
	}
	d.i = len(d.b)
	return 0
}

func (d *jsonDecoder) at(word string) bool {
	return len(d.b)-d.i >= len(word) && string(d.b[d.i:d.i+len(word)]) == word
}

func (d *jsonDecoder) take(word string) bool {
	if !d.at(word) {
		return false
	}
	d.i += len(word)
	return true
}

func (d *jsonDecoder) word(word string) error {
	if !d.take(word) {
		return d.fail(d.i, word)
	}
	return nil
}

// str reads the string at d.i. It aliases the body, or the request's text if
// it holds escapes.
func (d *jsonDecoder) str() (string, error) {
	start := d.i + 1
	ascii := true
	for i := start; i < len(d.b); i++ {
		switch c := d.b[i]; {
		case c == '"':
			d.i = i + 1
			if !ascii && !utf8.Valid(d.b[start:i]) {
				return "", d.fail(start, "UTF-8")
			}
			return view(d.b[start:i]), nil
		case c == '\\':
			return d.escaped(start, i)
		case c < ' ':
			return "", d.fail(i, "an escaped control character")
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return "", d.fail(len(d.b), "the end of a string")
}

// escaped reads the rest of a string that has its first backslash at i.
func (d *jsonDecoder) escaped(start, i int) (string, error) {
	from := len(d.req.text)
	t := append(d.req.text, d.b[start:i]...)
	for i < len(d.b) {
		c := d.b[i]
		switch {
		case c == '"':
			d.i, d.req.text = i+1, t
			if !utf8.Valid(t[from:]) {
				return "", d.fail(start, "UTF-8")
			}
			return view(t[from:]), nil
		case c == '\\':
			var ok bool
			if t, i, ok = unescape(t, d.b, i); !ok {
				return "", d.fail(i, "an escape sequence of JSON")
			}
		case c < ' ':
			return "", d.fail(i, "an escaped control character")
		default:
			t = append(t, c)
			i++
		}
	}
	return "", d.fail(len(d.b), "the end of a string")
}

// unescape appends what the escape sequence at b[i] stands for. A surrogate
// without its pair is U+FFFD.
func unescape(dst, b []byte, i int) (_ []byte, next int, ok bool) {
	if i+1 >= len(b) {
		return dst, i, false
	}
	switch c := b[i+1]; c {
	case '"', '\\', '/':
		return append(dst, c), i + 2, true
	case 'b':
		return append(dst, '\b'), i + 2, true
	case 'f':
		return append(dst, '\f'), i + 2, true
	case 'n':
		return append(dst, '\n'), i + 2, true
	case 'r':
		return append(dst, '\r'), i + 2, true
	case 't':
		return append(dst, '\t'), i + 2, true
	}
	r, ok := hex4(b, i)
	if !ok {
		return dst, i, false
	}
	i += 6
	if utf16.IsSurrogate(r) {
		low, _ := hex4(b, i)
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			i += 6
		}
	}
	return utf8.AppendRune(dst, r), i, true
}

// hex4 reads \uXXXX at b[i].
func hex4(b []byte, i int) (rune, bool) {
	if len(b)-i < 6 || b[i] != '\\' || b[i+1] != 'u' {
		return 0, false
	}
	for _, c := range b[i+2 : i+6] {
		if c-'0' > 9 && (c|0x20)-'a' > 5 {
			return 0, false
		}
	}
	n, _ := strconv.ParseUint(view(b[i+2:i+6]), 16, 32)
	return rune(n), true
}

// skip checks and ignores the value at d.i. depth counts what is open around it.
func (d *jsonDecoder) skip(depth int) error {
	if depth > maxDepth {
		return d.fail(d.i, "less nesting")
	}
	switch c := d.peek(); {
	case c == '{':
		return d.members(func(string, int) error { return d.skip(depth + 1) })
	case c == '[':
		return d.skipList(depth + 1)
	case c == '"':
		_, err := d.str()
		return err
	case c-'0' <= 9 || c == '-' && !d.at("-I"):
		_, end, ok := number(d.b, d.i)
		if !ok {
			return d.fail(d.i, "a number")
		}
		d.i = end
		return nil
	}
	for _, w := range [...]string{"true", "false", "null", "NaN", "Infinity", "-Infinity"} {
		if d.take(w) {
			return nil
		}
	}
	return d.fail(d.i, "a JSON value")
}

func (d *jsonDecoder) skipList(depth int) error {
	d.i++ // [
	if d.space() == ']' {
		d.i++
		return nil
	}
	for {
		d.space()
		if err := d.skip(depth); err != nil {
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
