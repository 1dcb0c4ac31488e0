package ndarray

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/bounded"
)

// The .npy format is described in numpy/lib/format.py: a magic string, the
// version, the length of a header, and the header as a Python literal.
const npyMagic = "\x93NUMPY"

// maxHeader bounds the header. NumPy itself refuses more than 10 000 bytes
// (_MAX_HEADER_SIZE) unless told otherwise; structured types need room.
const maxHeader = 64 << 10

// A Header is what a .npy file says before its data.
type Header struct {
	DType   DType
	Fortran bool
	Shape   []int
	Size    int64 // bytes of magic, version, length and header
}

// ReadNPY reads one array in .npy format, versions 1.0 to 3.0, and nothing
// beyond it. An array of more than budget bytes is a *models.FormatError that
// names the budget, as is anything else wrong with the file. Arrays of objects
// are pickles inside and are a *models.UnsupportedError.
func ReadNPY(r io.Reader, budget int64) (*Array, error) {
	h, err := ReadHeader(r)
	if err != nil {
		return nil, err
	}
	if h.DType.HasObject() {
		return nil, &models.UnsupportedError{Feature: "an array of Python objects in a .npy file", Offset: -1,
			Hint: "Save the array with a numeric or string dtype."}
	}
	n, err := Bytes(h.DType, h.Shape)
	if err != nil {
		return nil, npyError(h.Size, "%v", err)
	}
	if n > budget {
		return nil, npyError(h.Size, "the header declares %s of data, more than the budget of %s", bounded.Size(n), bounded.Size(budget))
	}
	data, got, err := readClaimed(r, n)
	if err != nil {
		return nil, npyRead(h.Size+got, err)
	}
	return New(h.DType, h.Shape, h.Fortran, data)
}

// readClaimed reads n bytes, allocating as they arrive.
func readClaimed(r io.Reader, n int64) (data []byte, got int64, err error) {
	const first = 256 << 10
	for step := min(n, first); ; step = min(n, 2*step) {
		next := make([]byte, step)
		copy(next, data)
		k, err := io.ReadFull(r, next[got:])
		got += int64(k)
		if err != nil {
			return nil, got, err
		}
		data = next
		if step == n {
			return data, got, nil
		}
	}
}

func npyError(at int64, format string, args ...any) error {
	return &models.FormatError{Format: "npy", Offset: at, Text: fmt.Sprintf(format, args...)}
}

// npyRead explains a failed read: an end of file is the file's fault.
func npyRead(at int64, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return npyError(at, "the file ends early")
	}
	return fmt.Errorf("read npy at byte %d: %w", at, err)
}

// ReadHeader reads the header and leaves r at the first byte of data.
func ReadHeader(r io.Reader) (*Header, error) {
	var fixed [12]byte
	if n, err := io.ReadFull(r, fixed[:8]); err != nil {
		return nil, npyRead(int64(n), err)
	}
	if string(fixed[:6]) != npyMagic {
		return nil, npyError(0, "it does not begin with \\x93NUMPY")
	}
	major, minor := fixed[6], fixed[7]
	width := 4
	switch {
	case major == 1 && minor == 0:
		width = 2
	case (major == 2 || major == 3) && minor == 0:
	default:
		return nil, npyError(6, "version %d.%d; known are 1.0, 2.0 and 3.0", major, minor)
	}
	if n, err := io.ReadFull(r, fixed[8:8+width]); err != nil {
		return nil, npyRead(8+int64(n), err)
	}
	size := int64(binary.LittleEndian.Uint32(fixed[8:])) // bytes beyond width are zero
	if size > maxHeader {
		return nil, npyError(8, "a header of %d bytes; at most %d are read", size, maxHeader)
	}
	text := make([]byte, size)
	start := int64(8 + width)
	if n, err := io.ReadFull(r, text); err != nil {
		return nil, npyRead(start+int64(n), err)
	}
	h, err := parseHeader(string(text), start)
	if err != nil {
		return nil, err
	}
	h.Size = start + size
	return h, nil
}

// parseHeader reads {'descr': …, 'fortran_order': …, 'shape': …}; start is the
// offset of text in the file.
func parseHeader(text string, start int64) (*Header, error) {
	p := &literal{text: text}
	value, err := p.document()
	if err != nil {
		return nil, npyError(start+int64(p.at), "the header %v", err)
	}
	dict, ok := value.(map[string]any)
	if !ok || len(dict) != 3 {
		return nil, npyError(start, "the header is not a dict of descr, fortran_order and shape")
	}
	fortran, ok := dict["fortran_order"].(bool)
	if !ok {
		return nil, npyError(start, "fortran_order is not True or False")
	}
	shape, err := literalShape(dict["shape"])
	if err != nil {
		return nil, npyError(start, "%v", err)
	}
	dtype, sub, err := literalDType(dict["descr"], 0)
	if err != nil {
		return nil, npyError(start, "%v", err)
	}
	if len(sub) > 0 {
		return nil, npyError(start, "a subarray dtype outside of a structure")
	}
	return &Header{DType: dtype, Fortran: fortran, Shape: shape}, nil
}

func literalShape(v any) ([]int, error) {
	items, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("the shape is not a tuple")
	}
	shape := make([]int, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok || n < 0 || n > math.MaxInt {
			return nil, fmt.Errorf("the shape holds something other than dimensions")
		}
		shape[i] = int(n)
	}
	if _, err := Count(shape); err != nil {
		return nil, err
	}
	return shape, nil
}

// literalDType reads a descr: "<f8", [('a', '<f8'), ('b', '<i4', (2,))], or
// ('<f8', (2,)) for a subarray.
func literalDType(v any, depth int) (DType, []int, error) {
	if depth > 16 {
		return DType{}, nil, fmt.Errorf("descr is nested too deeply")
	}
	switch v := v.(type) {
	case string:
		t, err := ParseDType(v)
		return t, nil, err
	case []any:
		if sub, ok := subarray(v); ok {
			t, inner, err := literalDType(v[0], depth+1)
			return t, append(sub, inner...), err
		}
		return literalStruct(v, depth)
	}
	return DType{}, nil, fmt.Errorf("descr is neither a string nor a list of fields")
}

func subarray(v []any) ([]int, bool) {
	if len(v) != 2 {
		return nil, false
	}
	if list, ok := v[1].([]any); !ok || len(list) == 0 {
		return nil, false
	}
	shape, err := literalShape(v[1])
	return shape, err == nil
}

func literalStruct(v []any, depth int) (DType, []int, error) {
	t := DType{Kind: 'V'}
	for _, item := range v {
		f, ok := item.([]any)
		if !ok || len(f) < 2 || len(f) > 3 {
			return DType{}, nil, fmt.Errorf("descr holds a field that is not (name, type[, shape])")
		}
		field := Field{Offset: t.Size}
		switch name := f[0].(type) {
		case string:
			field.Name = name
		case []any: // (title, name)
			if len(name) == 2 {
				field.Name, _ = name[1].(string)
			}
		}
		var err error
		if field.DType, field.Shape, err = literalDType(f[1], depth+1); err != nil {
			return DType{}, nil, err
		}
		if len(f) == 3 {
			if field.Shape, err = literalShape(f[2]); err != nil {
				return DType{}, nil, err
			}
		}
		n, err := Bytes(field.DType, field.Shape)
		if err != nil {
			return DType{}, nil, err
		}
		if n > maxItem-int64(t.Size) {
			return DType{}, nil, fmt.Errorf("descr describes elements beyond %d bytes", maxItem)
		}
		t.Size += int(n)
		if field.Name != "" { // unnamed fields are padding
			t.Fields = append(t.Fields, field)
		}
	}
	return t, nil, nil
}

// AppendNPY appends a in .npy format, version 1.0, as numpy.save writes it: the
// data is aligned to 64 bytes. Arrays of objects and structured arrays are an error.
func AppendNPY(dst []byte, a *Array) ([]byte, error) {
	if a.DType.HasObject() || len(a.DType.Fields) > 0 {
		return dst, fmt.Errorf("an array of dtype %s has no plain .npy form", a.DType)
	}
	if n, err := Bytes(a.DType, a.Shape); err != nil {
		return dst, err
	} else if n != int64(len(a.Data)) {
		return dst, fmt.Errorf("an array of dtype %s and shape %v takes %d bytes, got %d", a.DType, a.Shape, n, len(a.Data))
	}
	fortran := "False"
	if a.Fortran {
		fortran = "True"
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", a.DType, fortran, pythonTuple(a.Shape))
	const fixed, align = 10, 64
	pad := (align - (fixed+len(head)+1)%align) % align
	dst = append(dst, npyMagic+"\x01\x00"...)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(head)+pad+1))
	dst = append(dst, head...)
	dst = append(dst, strings.Repeat(" ", pad)...)
	dst = append(dst, '\n')
	return append(dst, a.Data...), nil
}

func pythonTuple(shape []int) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, d := range shape {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, d)
	}
	if len(shape) == 1 {
		b.WriteByte(',')
	}
	b.WriteByte(')')
	return b.String()
}
