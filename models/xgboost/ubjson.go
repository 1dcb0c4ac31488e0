package xgboost

import (
	"encoding/binary"
	"math"
	"strconv"
)

// A ubjTokens reads UBJSON (https://ubjson.org, draft 12) as XGBoost writes it
// (src/common/json.cc, UBJReader and UBJWriter): objects without counts, keys
// without a marker, arrays of numbers with their type and number ahead.
type ubjTokens struct {
	*input
	depth int
}

// marker takes the byte that tells the type of the next value.
func (t *ubjTokens) marker() (byte, error) {
	for {
		c, err := t.next()
		if err != nil || c != 'N' { // no operation
			return c, err
		}
	}
}

func (t *ubjTokens) wrong(c byte, want string) error {
	t.pos--
	return t.errorf("found a value of type %q, want %s", c, want)
}

func (t *ubjTokens) kind() (byte, error) { return t.peek() }

func (t *ubjTokens) enter() error {
	if t.depth++; t.depth > maxDepth {
		return t.errorf("nested more than %d deep", maxDepth)
	}
	return nil
}

func (t *ubjTokens) object(member func(key string) error) error {
	c, err := t.marker()
	if err != nil {
		return err
	}
	if c != '{' {
		return t.wrong(c, "an object")
	}
	if err := t.enter(); err != nil {
		return err
	}
	defer func() { t.depth-- }()
	for {
		c, err := t.peek()
		if err != nil {
			return err
		}
		if c == '}' {
			t.pos++
			return nil
		}
		key, err := t.text()
		if err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
	}
}

// An arrayHead is what stands before the elements of an array.
type arrayHead struct {
	kind  byte  // of all elements; 0 if each has its own marker
	count int64 // -1 if a bracket ends the array
}

func (t *ubjTokens) arrayHead() (h arrayHead, err error) {
	c, err := t.marker()
	if err != nil {
		return h, err
	}
	if c != '[' {
		return h, t.wrong(c, "an array")
	}
	h.count = -1
	b := t.ahead(2)
	if len(b) < 2 {
		return h, t.ended()
	}
	if b[0] == '$' {
		h.kind = b[1]
		t.pos += 2
		b = t.ahead(1)
	}
	if len(b) > 0 && b[0] == '#' {
		t.pos++
		if h.count, err = t.length(); err != nil {
			return h, err
		}
	}
	if h.kind != 0 && h.count < 0 {
		return h, t.errorf("an array with a type and without a count")
	}
	return h, nil
}

func (t *ubjTokens) array(element func() error) error {
	h, err := t.arrayHead()
	if err != nil {
		return err
	}
	if h.kind != 0 {
		return t.errorf("an array of numbers in the place of an array of objects or strings")
	}
	return t.elements(h, func(byte) error { return element() })
}

// elements calls element for each element of an array; with the type of all, or
// 0 if a marker is ahead of each.
func (t *ubjTokens) elements(h arrayHead, element func(kind byte) error) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer func() { t.depth-- }()
	for i := int64(0); i != h.count; i++ {
		if h.count < 0 {
			c, err := t.peek()
			if err != nil {
				return err
			}
			if c == ']' {
				t.pos++
				return nil
			}
		}
		if err := element(h.kind); err != nil {
			return err
		}
	}
	return nil
}

// length takes an integer that is not negative.
func (t *ubjTokens) length() (int64, error) {
	c, err := t.next()
	if err != nil {
		return 0, err
	}
	n, ok, err := t.integer(c)
	if err != nil {
		return 0, err
	}
	if !ok || n < 0 {
		return 0, t.errorf("a length of type %q and value %d", c, n)
	}
	return n, nil
}

// integer takes an integer whose marker was c.
func (t *ubjTokens) integer(c byte) (v int64, ok bool, err error) {
	size := width[c]
	if c == 'd' || c == 'D' || size == 0 {
		return 0, false, nil
	}
	b, err := t.exactly(size)
	if err != nil {
		return 0, false, err
	}
	return bigEndian(c, b), true, nil
}

// width is the number of bytes of a number by its type; T, F and Z have none.
var width = [256]int{'i': 1, 'U': 1, 'I': 2, 'l': 4, 'L': 8, 'd': 4, 'D': 8}

// bigEndian is the integer of type c in b; uint8 is the only one without a sign.
func bigEndian(c byte, b []byte) int64 {
	switch c {
	case 'i':
		return int64(int8(b[0]))
	case 'U':
		return int64(b[0])
	case 'I':
		return int64(int16(binary.BigEndian.Uint16(b)))
	case 'l':
		return int64(int32(binary.BigEndian.Uint32(b)))
	}
	return int64(binary.BigEndian.Uint64(b))
}

// text takes a length and as many bytes.
func (t *ubjTokens) text() (string, error) {
	n, err := t.length()
	if err != nil {
		return "", err
	}
	if n > maxText {
		return "", t.errorf("a string of %d bytes, more than %d", n, maxText)
	}
	b, err := t.long(n)
	return string(b), err
}

func (t *ubjTokens) scalar() (string, error) {
	c, err := t.marker()
	if err != nil {
		return "", err
	}
	switch c {
	case 'S':
		return t.text()
	case 'C':
		b, err := t.exactly(1)
		return string(b), err
	case 'T':
		return "1", nil
	case 'F', 'Z':
		return "0", nil
	case 'd', 'D':
		v, err := t.float(c)
		return strconv.FormatFloat(v, 'g', -1, 64), err
	}
	v, ok, err := t.integer(c)
	if err == nil && !ok {
		err = t.wrong(c, "a string or a number")
	}
	return strconv.FormatInt(v, 10), err
}

// float takes a number whose marker was c, as float64.
func (t *ubjTokens) float(c byte) (float64, error) {
	switch c {
	case 'T':
		return 1, nil
	case 'F':
		return 0, nil
	case 'd', 'D':
		b, err := t.exactly(width[c])
		if err != nil {
			return 0, err
		}
		if c == 'd' {
			return float64(math.Float32frombits(binary.BigEndian.Uint32(b))), nil
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
	}
	v, ok, err := t.integer(c)
	if err == nil && !ok {
		err = t.wrong(c, "a number")
	}
	return float64(v), err
}

func (t *ubjTokens) integers(dst []int32) ([]int32, error) {
	err := t.numbers(func(c byte, b []byte) {
		switch size := width[c]; {
		case c == 'l':
			for ; len(b) > 0; b = b[4:] {
				dst = append(dst, int32(binary.BigEndian.Uint32(b)))
			}
		case c == 'd' || c == 'D' || c == 'L':
			for ; len(b) > 0; b = b[size:] {
				dst = append(dst, whole(c, b))
			}
		default:
			for ; len(b) > 0; b = b[size:] {
				dst = append(dst, int32(bigEndian(c, b)))
			}
		}
	})
	return dst, err
}

// whole is the first number of b as an int32; -1 if it is none.
func whole(c byte, b []byte) int32 {
	var v float64
	switch c {
	case 'd':
		v = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 'D':
		v = math.Float64frombits(binary.BigEndian.Uint64(b))
	default:
		v = float64(bigEndian(c, b))
	}
	if v != float64(int32(v)) {
		return -1
	}
	return int32(v)
}

func (t *ubjTokens) floats(dst []float32) ([]float32, error) {
	err := t.numbers(func(c byte, b []byte) {
		switch size := width[c]; c {
		case 'd':
			for ; len(b) > 0; b = b[4:] {
				dst = append(dst, math.Float32frombits(binary.BigEndian.Uint32(b)))
			}
		case 'D':
			for ; len(b) > 0; b = b[8:] {
				dst = append(dst, float32(math.Float64frombits(binary.BigEndian.Uint64(b))))
			}
		default:
			for ; len(b) > 0; b = b[size:] {
				dst = append(dst, float32(bigEndian(c, b)))
			}
		}
	})
	return dst, err
}

func (t *ubjTokens) doubles(dst []float64) ([]float64, error) {
	err := t.numbers(func(c byte, b []byte) {
		for size := width[c]; len(b) > 0; b = b[size:] {
			switch c {
			case 'd':
				dst = append(dst, float64(math.Float32frombits(binary.BigEndian.Uint32(b))))
			case 'D':
				dst = append(dst, math.Float64frombits(binary.BigEndian.Uint64(b)))
			default:
				dst = append(dst, float64(bigEndian(c, b)))
			}
		}
	})
	return dst, err
}

// numbers takes an array of numbers. It calls take with the bytes of some of them,
// which are all of type c.
func (t *ubjTokens) numbers(take func(c byte, b []byte)) error {
	h, err := t.arrayHead()
	if err != nil {
		return err
	}
	if h.kind == 0 {
		return t.elements(h, func(byte) error { return t.number(take) })
	}
	size := width[h.kind]
	if size == 0 {
		return t.errorf("an array of type %q in the place of one of numbers", h.kind)
	}
	for left := h.count; left > 0; {
		b := t.ahead(size)
		n := min(int64(len(b)/size), left)
		if n == 0 {
			return t.ended()
		}
		take(h.kind, b[:int(n)*size])
		t.pos += int(n) * size
		left -= n
	}
	return nil
}

// number takes a number or truth value with its marker.
func (t *ubjTokens) number(take func(c byte, b []byte)) error {
	c, err := t.marker()
	if err != nil {
		return err
	}
	switch {
	case c == 'T':
		take('U', []byte{1})
		return nil
	case c == 'F':
		take('U', []byte{0})
		return nil
	case width[c] == 0:
		return t.wrong(c, "a number")
	}
	b, err := t.exactly(width[c])
	if err == nil {
		take(c, b)
	}
	return err
}

func (t *ubjTokens) skip() error {
	c, err := t.peek()
	if err != nil {
		return err
	}
	switch c {
	case '{':
		return t.object(func(string) error { return t.skip() })
	case '[':
		return t.skipArray()
	}
	_, err = t.scalar()
	return err
}

func (t *ubjTokens) skipArray() error {
	h, err := t.arrayHead()
	if err != nil {
		return err
	}
	if h.kind == 0 {
		return t.elements(h, func(byte) error { return t.skip() })
	}
	size := int64(width[h.kind])
	if size == 0 || h.count > math.MaxInt64/size {
		return t.errorf("an array of %d values of type %q", h.count, h.kind)
	}
	return t.discard(h.count * size)
}
