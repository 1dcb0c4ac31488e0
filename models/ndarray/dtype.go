package ndarray

import (
	"fmt"
	"strconv"
	"strings"
)

// A DType is the type of an array's elements, as numpy.dtype has it.
type DType struct {
	// Kind is numpy.dtype.kind: f float, i signed, u unsigned, b bool,
	// c complex, U text (4 bytes a character), S bytes, O object, V void or
	// structured, M datetime64, m timedelta64.
	Kind      byte
	Size      int  // bytes of one element; itemsize
	BigEndian bool // for elements wider than one byte
	Unit      string
	Fields    []Field // of a structured type
}

// A Field is one member of a structured type.
type Field struct {
	Name   string
	Offset int // bytes from the start of the element
	DType  DType
	Shape  []int // of a subarray; empty for a single value
}

// maxItem bounds the size of one element: numpy's itemsize is a C int.
const maxItem = 1<<31 - 1

// Number reports whether elements convert to float64: floats, ints and bools.
func (t DType) Number() bool {
	switch t.Kind {
	case 'f', 'i', 'u', 'b':
		return true
	}
	return false
}

// HasObject reports whether elements hold Python objects.
func (t DType) HasObject() bool {
	if t.Kind == 'O' {
		return true
	}
	for _, f := range t.Fields {
		if f.DType.HasObject() {
			return true
		}
	}
	return false
}

// String writes t as numpy.dtype.str does: "<f8", "|b1", "<U12", "<M8[ns]".
func (t DType) String() string {
	order, size := "<", t.Size
	if t.BigEndian {
		order = ">"
	}
	switch t.Kind {
	case 'O':
		return "|O"
	case 'U':
		size /= 4
	case 'S', 'V':
		order = "|"
	default:
		if size == 1 {
			order = "|"
		}
	}
	s := order + string(t.Kind) + strconv.Itoa(size)
	if t.Unit != "" {
		s += "[" + t.Unit + "]"
	}
	return s
}

// names are the types that are written by name, and the C type characters of
// numpy.typecodes with their sizes on 64-bit Linux.
var names = map[string]string{
	"bool": "b1", "bool_": "b1", "bool8": "b1", "?": "b1",
	"int8": "i1", "int16": "i2", "int32": "i4", "int64": "i8", "int": "i8", "int_": "i8", "intp": "i8", "intc": "i4",
	"uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8", "uint": "u8", "uintp": "u8", "uintc": "u4",
	"float16": "f2", "float32": "f4", "float64": "f8", "float": "f8", "float_": "f8", "half": "f2", "single": "f4",
	"double": "f8", "longdouble": "f16", "float128": "f16", "complex64": "c8", "complex128": "c16", "complex": "c16",
	"object": "O8", "object_": "O8", "O": "O8", "O4": "O8",
	"str": "U0", "str_": "U0", "unicode_": "U0", "U": "U0", "bytes": "S0", "bytes_": "S0", "string_": "S0", "S": "S0",
	"V": "V0", "void": "V0", "datetime64": "M8", "timedelta64": "m8", "M": "M8", "m": "m8",
	"b": "i1", "h": "i2", "i": "i4", "l": "i8", "q": "i8", "p": "i8",
	"B": "u1", "H": "u2", "I": "u4", "L": "u8", "Q": "u8", "P": "u8",
	"e": "f2", "f": "f4", "d": "f8", "g": "f16", "F": "c8", "D": "c16", "G": "c32",
}

// sizes are the possible sizes of the kinds that have a fixed choice.
var sizes = map[byte][]int{
	'f': {2, 4, 8, 12, 16}, 'i': {1, 2, 4, 8}, 'u': {1, 2, 4, 8}, 'b': {1}, 'c': {8, 16, 24, 32},
	'O': {4, 8}, 'M': {8}, 'm': {8},
}

// ParseDType reads a type string of the array interface ("<f8", "|S5",
// "<M8[ns]"; an absent or "=" byte order is little-endian), or a type's name.
func ParseDType(s string) (DType, error) {
	var t DType
	rest := s
	if rest != "" && strings.IndexByte("<>|=", rest[0]) >= 0 {
		t.BigEndian = rest[0] == '>'
		rest = rest[1:]
	}
	if code, ok := names[rest]; ok {
		rest = code
	}
	if len(rest) < 2 {
		return DType{}, fmt.Errorf("unknown dtype %q", s)
	}
	t.Kind, rest = rest[0], rest[1:]
	if t.Kind == 'a' { // an old name of S
		t.Kind = 'S'
	}
	if i := strings.IndexByte(rest, '['); i >= 0 && (t.Kind == 'M' || t.Kind == 'm') && rest[len(rest)-1] == ']' {
		t.Unit, rest = rest[i+1:len(rest)-1], rest[:i]
	}
	size, err := strconv.ParseUint(rest, 10, 31)
	if err != nil {
		return DType{}, fmt.Errorf("unknown dtype %q", s)
	}
	t.Size = int(size)
	return t.checked(s)
}

// checked turns the number in a type string into a size in bytes.
func (t DType) checked(s string) (DType, error) {
	switch t.Kind {
	case 'U':
		if t.Size > maxItem/4 {
			return DType{}, fmt.Errorf("dtype %q is too large", s)
		}
		t.Size *= 4
		return t, nil
	case 'S', 'V':
		t.BigEndian = false
		return t, nil
	case 'O':
		t.Size, t.BigEndian = 8, false
		return t, nil
	}
	for _, n := range sizes[t.Kind] {
		if n == t.Size {
			t.BigEndian = t.BigEndian && n > 1
			return t, nil
		}
	}
	return DType{}, fmt.Errorf("unknown dtype %q", s)
}
