package ndarray

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

func (a *Array) wrong(want string) error {
	return fmt.Errorf("an array of dtype %s does not hold %s", a.DType, want)
}

func (t DType) order() binary.ByteOrder {
	if t.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// Float64s converts an array of numbers or bools. Integers beyond 2⁵³ are
// rounded to the nearest float64, as numpy.ndarray.astype does. An array of
// Python objects converts if all of them are Go numbers or bools.
func (a *Array) Float64s() ([]float64, error) {
	if a.DType.Kind == 'O' {
		return fromObjects(a, "numbers", objectFloat)
	}
	get, err := a.floatGetter()
	if err != nil {
		return nil, err
	}
	out := make([]float64, a.Len())
	if a.DType.Kind == 'f' && a.DType.Size == 8 && !a.DType.BigEndian && a.sequential() {
		for i := range out {
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(a.Data[8*i:]))
		}
		return out, nil
	}
	a.each(func(i, at int) { out[i] = get(a.Data[at:]) })
	return out, nil
}

// floatGetter returns the conversion of one element to float64.
func (a *Array) floatGetter() (func([]byte) float64, error) {
	order := a.DType.order()
	switch a.DType.Kind {
	case 'f':
		switch a.DType.Size {
		case 2:
			return func(b []byte) float64 { return halfFloat(order.Uint16(b)) }, nil
		case 4:
			return func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }, nil
		case 8:
			return func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }, nil
		}
	case 'u':
		if get := uintGetter(order, a.DType.Size); get != nil {
			return func(b []byte) float64 { return float64(get(b)) }, nil
		}
	case 'i', 'b':
		if get := a.intGetter(); get != nil {
			return func(b []byte) float64 { return float64(get(b)) }, nil
		}
	}
	return nil, a.wrong("numbers that fit a float64")
}

func uintGetter(order binary.ByteOrder, size int) func([]byte) uint64 {
	switch size {
	case 1:
		return func(b []byte) uint64 { return uint64(b[0]) }
	case 2:
		return func(b []byte) uint64 { return uint64(order.Uint16(b)) }
	case 4:
		return func(b []byte) uint64 { return uint64(order.Uint32(b)) }
	case 8:
		return order.Uint64
	}
	return nil
}

// intGetter returns the conversion of one element of kind i, u, b, M or m.
func (a *Array) intGetter() func([]byte) int64 {
	get := uintGetter(a.DType.order(), a.DType.Size)
	if get == nil {
		return nil
	}
	switch a.DType.Kind {
	case 'b':
		return func(b []byte) int64 { return min(int64(b[0]), 1) }
	case 'u':
		return func(b []byte) int64 { return int64(get(b)) }
	}
	shift := 64 - 8*uint(a.DType.Size)
	return func(b []byte) int64 { return int64(get(b)<<shift) >> shift }
}

// halfFloat widens an IEEE 754 binary16.
func halfFloat(h uint16) float64 {
	sign := 1.0
	if h>>15 == 1 {
		sign = -1
	}
	exp, frac := int(h>>10&0x1f), float64(h&0x3ff)
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 0x1f:
		if frac != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// Float32s converts an array of numbers or bools, rounding to the nearest float32.
func (a *Array) Float32s() ([]float32, error) {
	if a.DType.Kind != 'f' || a.DType.Size != 4 {
		wide, err := a.Float64s()
		if err != nil {
			return nil, err
		}
		out := make([]float32, len(wide))
		for i, v := range wide {
			out[i] = float32(v)
		}
		return out, nil
	}
	out := make([]float32, a.Len())
	order := a.DType.order()
	a.each(func(i, at int) { out[i] = math.Float32frombits(order.Uint32(a.Data[at:])) })
	return out, nil
}

// Int64s converts an array of integers, bools, or datetimes (as the number of
// their units). Values beyond int64, and floats, are an error.
func (a *Array) Int64s() ([]int64, error) {
	switch a.DType.Kind {
	case 'O':
		return fromObjects(a, "integers", objectInt)
	case 'i', 'u', 'b', 'M', 'm':
	default:
		return nil, a.wrong("integers")
	}
	get := a.intGetter()
	if get == nil {
		return nil, a.wrong("integers")
	}
	out := make([]int64, a.Len())
	var err error
	a.each(func(i, at int) {
		out[i] = get(a.Data[at:])
		if a.DType.Kind == 'u' && a.DType.Size == 8 && out[i] < 0 {
			err = fmt.Errorf("element %d of the array, %d, is beyond int64", i, uint64(out[i]))
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Bools converts an array of bools.
func (a *Array) Bools() ([]bool, error) {
	if a.DType.Kind == 'O' {
		return fromObjects(a, "bools", func(v any) (bool, bool) { b, ok := v.(bool); return b, ok })
	}
	if a.DType.Kind != 'b' {
		return nil, a.wrong("bools")
	}
	out := make([]bool, a.Len())
	a.each(func(i, at int) { out[i] = a.Data[at] != 0 })
	return out, nil
}

// Strings converts an array of dtype U, of dtype S (as the bytes are), or of
// objects that are all strings. Padding NULs are dropped, as NumPy does.
func (a *Array) Strings() ([]string, error) {
	switch a.DType.Kind {
	case 'O':
		return fromObjects(a, "strings", func(v any) (string, bool) { s, ok := v.(string); return s, ok })
	case 'U', 'S':
	default:
		return nil, a.wrong("strings")
	}
	out := make([]string, a.Len())
	size, order := a.DType.Size, a.DType.order()
	var err error
	a.each(func(i, at int) {
		item := a.Data[at : at+size]
		if a.DType.Kind == 'S' {
			out[i] = string(bytes.TrimRight(item, "\x00"))
			return
		}
		s, bad := ucs4(item, order)
		if bad {
			err = fmt.Errorf("element %d of the array is not valid UCS-4", i)
		}
		out[i] = s
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ucs4 decodes NUL-padded UCS-4. Lone surrogates, which Python strings may
// hold, become U+FFFD.
func ucs4(b []byte, order binary.ByteOrder) (s string, bad bool) {
	for len(b) >= 4 && order.Uint32(b[len(b)-4:]) == 0 {
		b = b[:len(b)-4]
	}
	var text strings.Builder
	text.Grow(len(b) / 4)
	for ; len(b) >= 4; b = b[4:] {
		c := order.Uint32(b)
		if c > utf8.MaxRune {
			return "", true
		}
		text.WriteRune(rune(c))
	}
	return text.String(), false
}

// fromObjects converts every object, or names the first that does not convert.
func fromObjects[T any](a *Array, want string, get func(any) (T, bool)) ([]T, error) {
	out := make([]T, len(a.Objects))
	for i, v := range a.Objects {
		t, ok := get(v)
		if !ok {
			return nil, fmt.Errorf("element %d of the array of objects is not one of %s", i, want)
		}
		out[i] = t
	}
	return out, nil
}

func objectFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func objectInt(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}
