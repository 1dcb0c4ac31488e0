package pyobj

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/ndarray"
)

// maxNesting bounds the dimensions of nested sequences.
const maxNesting = 8

// arrayOfSequence makes an array of a sequence, as numpy.array would: sequences
// of equal length nest to dimensions, and anything ragged stays a sequence of
// objects. Inner lists can be shared, so that a short file can describe very
// many elements: what nesting unfolds is taken from *left.
func arrayOfSequence(items []Value, left *int64) (*ndarray.Array, error) {
	shape := []int{len(items)}
	flat := items
	for len(shape) < maxNesting && len(flat) > 0 {
		width, ok := commonLength(flat)
		if !ok {
			break
		}
		if *left -= int64(width) * int64(len(flat)); *left < 0 {
			return nil, fmt.Errorf("the model holds nested sequences of more than %d elements in all", maxUnfold)
		}
		next := make([]Value, 0, width*len(flat))
		for _, row := range flat {
			inner, _ := sequence(row)
			next = append(next, inner...)
		}
		shape, flat = append(shape, width), next
	}
	return arrayOfScalars(shape, flat)
}

func sequence(v Value) ([]Value, bool) {
	switch v := v.(type) {
	case *List:
		return v.Items, true
	case Tuple:
		return v, true
	}
	return nil, false
}

// commonLength is the length of all rows, if they are sequences of one length.
func commonLength(rows []Value) (int, bool) {
	width := -1
	for _, row := range rows {
		items, ok := sequence(row)
		if !ok || width >= 0 && len(items) != width {
			return 0, false
		}
		width = len(items)
	}
	return width, width >= 0
}

// arrayOfScalars makes an array of bools, of int64, or of float64, whichever is
// the first that holds all items; of objects if none does.
func arrayOfScalars(shape []int, items []Value) (*ndarray.Array, error) {
	values := make([]any, len(items))
	kind := byte('b')
	for i, item := range items {
		if IsScalar(item) {
			v, err := Scalar(item.(*Object))
			if err != nil {
				return nil, fmt.Errorf("element %d: %w", i, err)
			}
			item = v
		}
		values[i] = item
		kind = widen(kind, item)
	}
	if len(items) == 0 {
		kind = 'f' // numpy.array([]) is float64
	}
	if kind == 'O' {
		return ndarray.NewObjects(shape, values)
	}
	t := ndarray.DType{Kind: kind, Size: 8}
	if kind == 'b' {
		t.Size = 1
	}
	data := make([]byte, 0, t.Size*len(values))
	for _, v := range values {
		data = appendScalar(data, kind, v)
	}
	return ndarray.New(t, shape, false, data)
}

// widen is the kind that holds both the values of kind and v.
func widen(kind byte, v Value) byte {
	of := byte('O')
	switch v.(type) {
	case bool:
		of = 'b'
	case int64:
		of = 'i'
	case float64:
		of = 'f'
	}
	for _, k := range []byte{'O', 'f', 'i'} {
		if kind == k || of == k {
			return k
		}
	}
	return 'b'
}

func appendScalar(data []byte, kind byte, v Value) []byte {
	n, _ := v.(int64)
	if b, ok := v.(bool); ok && b {
		n = 1
	}
	switch kind {
	case 'b':
		return append(data, byte(n))
	case 'i':
		return binary.LittleEndian.AppendUint64(data, uint64(n))
	}
	f, ok := v.(float64)
	if !ok {
		f = float64(n)
	}
	return binary.LittleEndian.AppendUint64(data, math.Float64bits(f))
}
