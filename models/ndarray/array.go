// Package ndarray holds NumPy arrays as data: a dtype, a shape, and the bytes.
// It reads and writes .npy files and converts arrays to slices of Go values.
//
// The bytes of an array are kept as the file had them:
//
//	Array{DType: <f4, Shape: [2 3], Fortran: false}    a b c / d e f as  a b c d e f
//	Array{DType: <f4, Shape: [2 3], Fortran: true}     a b c / d e f as  a d b e c f
//
// and the accessors ([Array.Float64s] and its siblings) always answer in C
// order and in the machine's own byte order.
package ndarray

import (
	"fmt"
	"math"
)

// MaxDims is the largest number of dimensions that NumPy knows
// (NPY_MAXDIMS in numpy/core/include/numpy/ndarraytypes.h; 64 since NumPy 2).
const MaxDims = 64

// maxEmpty bounds the number of elements where they take no bytes ("" as <U0),
// and no file length therefore bounds it.
const maxEmpty = 1 << 16

// An Array is an n-dimensional array. Arrays made by [New], [NewObjects],
// [ReadNPY] and the packages that decode files are consistent: len(Data) is
// Len()×DType.Size, or len(Objects) is Len() where DType.Kind is 'O'.
type Array struct {
	DType   DType
	Shape   []int // empty for a scalar
	Fortran bool  // the first index varies fastest in Data
	Data    []byte
	Objects []any // for dtype O, always in C order
}

// New checks that data holds an array of the given type and shape. It keeps data.
func New(t DType, shape []int, fortran bool, data []byte) (*Array, error) {
	n, err := Bytes(t, shape)
	if err != nil {
		return nil, err
	}
	if t.HasObject() {
		return nil, fmt.Errorf("an array of objects has no bytes")
	}
	if n != int64(len(data)) {
		return nil, fmt.Errorf("an array of dtype %s and shape %v takes %d bytes, got %d", t, shape, n, len(data))
	}
	return &Array{DType: t, Shape: shape, Fortran: fortran, Data: data}, nil
}

// NewObjects makes an array of dtype O from its items in C order.
func NewObjects(shape []int, items []any) (*Array, error) {
	n, err := Count(shape)
	if err != nil {
		return nil, err
	}
	if n != int64(len(items)) {
		return nil, fmt.Errorf("an array of shape %v takes %d objects, got %d", shape, n, len(items))
	}
	return &Array{DType: DType{Kind: 'O', Size: 8}, Shape: shape, Objects: items}, nil
}

// Count is the number of elements of a shape.
func Count(shape []int) (int64, error) {
	if len(shape) > MaxDims {
		return 0, fmt.Errorf("%d dimensions, at most %d are possible", len(shape), MaxDims)
	}
	n, zero := int64(1), false
	for _, d := range shape {
		switch {
		case d < 0:
			return 0, fmt.Errorf("negative dimension in shape %v", shape)
		case d == 0:
			zero = true
		case n > math.MaxInt64/int64(d):
			return 0, fmt.Errorf("shape %v has too many elements", shape)
		default:
			n *= int64(d)
		}
	}
	if zero {
		return 0, nil
	}
	return n, nil
}

// Bytes is the number of bytes of an array.
func Bytes(t DType, shape []int) (int64, error) {
	n, err := Count(shape)
	if err != nil {
		return 0, err
	}
	if t.Size > 0 && n > math.MaxInt64/int64(t.Size) {
		return 0, fmt.Errorf("shape %v of dtype %s has too many bytes", shape, t)
	}
	if t.Size == 0 && n > maxEmpty {
		return 0, fmt.Errorf("shape %v has too many elements for dtype %s, which has no bytes", shape, t)
	}
	return n * int64(t.Size), nil
}

// Len is the number of elements.
func (a *Array) Len() int {
	if a.DType.Kind == 'O' {
		return len(a.Objects)
	}
	if a.DType.Size == 0 {
		n, err := Count(a.Shape)
		if err != nil {
			return 0
		}
		return int(n)
	}
	return len(a.Data) / a.DType.Size
}

// Dims is the number of dimensions.
func (a *Array) Dims() int { return len(a.Shape) }

// Dim is the length of dimension i; -1 if a has no such dimension.
func (a *Array) Dim(i int) int {
	if i < 0 || i >= len(a.Shape) {
		return -1
	}
	return a.Shape[i]
}

// sequential reports whether Data is in C order already.
func (a *Array) sequential() bool {
	if !a.Fortran {
		return true
	}
	long := 0
	for _, d := range a.Shape {
		if d != 1 {
			long++
		}
	}
	return long <= 1
}

// each calls f with the index of every element in C order and its offset in Data.
func (a *Array) each(f func(i, offset int)) {
	n, size := a.Len(), a.DType.Size
	if a.sequential() {
		for i := range n {
			f(i, i*size)
		}
		return
	}
	stride := make([]int, len(a.Shape))
	step := size
	for k, d := range a.Shape {
		stride[k] = step
		step *= d
	}
	index := make([]int, len(a.Shape))
	offset := 0
	for i := range n {
		f(i, offset)
		for k := len(index) - 1; k >= 0; k-- {
			index[k]++
			offset += stride[k]
			if index[k] < a.Shape[k] {
				break
			}
			offset -= index[k] * stride[k]
			index[k] = 0
		}
	}
}
