package pyobj

import (
	"fmt"
	"math/big"

	"github.com/copal-ml/copal/models/ndarray"
)

// How NumPy pickles an array (numpy/core/src/multiarray/methods.c, array_reduce
// and array_reduce_ex):
//
//	_reconstruct(numpy.ndarray, (0,), b"b") + BUILD (1, shape, dtype, fortran, data)
//	_frombuffer(data, dtype, shape, "C")                     protocol 5
//	scalar(dtype, data)                                      numpy.float64(…) and its siblings
//	_mareconstruct(MaskedArray, ndarray, (0,), b"b") + BUILD (1, shape, dtype, fortran, data, mask, fill)
//
// where data is bytes, or a list of objects. Before NumPy 2 the functions lived
// in numpy.core, since then in numpy._core.
const (
	fnReconstruct   = "numpy.core.multiarray._reconstruct"
	fnFromBuffer    = "numpy.core.numeric._frombuffer"
	fnScalar        = "numpy.core.multiarray.scalar"
	fnMaReconstruct = "numpy.ma.core._mareconstruct"
	fnDType         = "numpy.dtype"
)

// IsArray reports whether v is a NumPy array, in any of its forms.
func IsArray(v Value) bool {
	switch v := v.(type) {
	case *ndarray.Array:
		return true
	case *Object:
		return Is(v.Class, fnReconstruct) || Is(v.Class, fnFromBuffer) || Is(v.Class, fnMaReconstruct)
	}
	return false
}

// dims is the number of dimensions of an array in any of its forms; -1 if v is
// not an array or a broken one.
func dims(v Value) int {
	var shape Value
	switch v := v.(type) {
	case *ndarray.Array:
		return v.Dims()
	case *Object:
		state, ok := v.State.(Tuple)
		switch {
		case !IsArray(v):
			return -1
		case ok && len(state) >= 5:
			shape = state[1]
		case len(v.Args) == 4:
			shape = v.Args[2]
		}
	}
	if t, ok := shape.(Tuple); ok {
		return len(t)
	}
	return -1
}

// IsScalar reports whether v is a NumPy scalar such as numpy.float64(1.5).
func IsScalar(v Value) bool {
	o, ok := v.(*Object)
	return ok && Is(o.Class, fnScalar)
}

// Array converts a NumPy array in any of its forms. The result may share the
// memory of v. Items of an array of objects are values, NumPy scalars among them
// as Go scalars.
func Array(v Value) (*ndarray.Array, error) {
	switch v := v.(type) {
	case *ndarray.Array:
		return v, nil
	case *Object:
		switch {
		case Is(v.Class, fnReconstruct):
			state, ok := v.State.(Tuple)
			if !ok || len(state) != 5 {
				return nil, fmt.Errorf("an array whose state is %s", Describe(v.State))
			}
			return arrayOfState(state)
		case Is(v.Class, fnFromBuffer):
			return arrayOfBuffer(v.Args)
		case Is(v.Class, fnMaReconstruct):
			return arrayOfMasked(v.State)
		}
	}
	return nil, fmt.Errorf("%s is not an array", Describe(v))
}

// arrayOfState reads (version, shape, dtype, fortran, data).
func arrayOfState(state Tuple) (*ndarray.Array, error) {
	shape, err := Shape(state[1])
	if err != nil {
		return nil, err
	}
	t, sub, err := DType(state[2])
	if err != nil {
		return nil, err
	}
	fortran, ok := flag(state[3])
	if !ok {
		return nil, fmt.Errorf("an array whose order is %s", Describe(state[3]))
	}
	if list, ok := state[4].(*List); ok {
		return arrayOfObjects(t, shape, list.Items)
	}
	data, ok := payload(state[4])
	if !ok {
		return nil, fmt.Errorf("an array whose data is %s", Describe(state[4]))
	}
	return newArray(t, shape, sub, fortran, data)
}

// newArray makes an array of a dtype that may itself be a subarray.
func newArray(t ndarray.DType, shape, sub []int, fortran bool, data []byte) (*ndarray.Array, error) {
	if len(sub) > 0 {
		if fortran {
			return nil, fmt.Errorf("an array in Fortran order of subarrays")
		}
		shape = append(append([]int(nil), shape...), sub...)
	}
	return ndarray.New(t, shape, fortran, data)
}

// arrayOfObjects reads an array whose data is a list. The list is in C order
// whatever the order of the array in memory (_getlist_pkl and _setlist_pkl both
// iterate logically).
func arrayOfObjects(t ndarray.DType, shape []int, items []Value) (*ndarray.Array, error) {
	if t.Kind != 'O' {
		return nil, fmt.Errorf("an array of dtype %s whose data is a list", t)
	}
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item
		if IsScalar(item) {
			v, err := Scalar(item.(*Object))
			if err != nil {
				return nil, fmt.Errorf("element %d: %w", i, err)
			}
			out[i] = v
		}
	}
	return ndarray.NewObjects(shape, out)
}

// arrayOfBuffer reads (buffer, dtype, shape, order).
func arrayOfBuffer(args Tuple) (*ndarray.Array, error) {
	if len(args) != 4 {
		return nil, fmt.Errorf("_frombuffer with %d arguments", len(args))
	}
	data, ok := payload(args[0])
	if !ok {
		return nil, fmt.Errorf("an array whose data is %s", Describe(args[0]))
	}
	t, sub, err := DType(args[1])
	if err != nil {
		return nil, err
	}
	shape, err := Shape(args[2])
	if err != nil {
		return nil, err
	}
	if args[3] != "C" && args[3] != "F" {
		return nil, fmt.Errorf("an array whose order is %s", Describe(args[3]))
	}
	return newArray(t, shape, sub, args[3] == "F", data)
}

// arrayOfMasked reads a masked array in which nothing is masked.
func arrayOfMasked(v Value) (*ndarray.Array, error) {
	state, ok := v.(Tuple)
	if !ok || len(state) != 7 {
		return nil, fmt.Errorf("a masked array whose state is %s", Describe(v))
	}
	mask, ok := payload(state[5])
	if !ok {
		return nil, fmt.Errorf("a masked array whose mask is %s", Describe(state[5]))
	}
	for i, m := range mask {
		if m != 0 {
			return nil, fmt.Errorf("a masked array whose element %d is masked", i)
		}
	}
	return arrayOfState(state[:5])
}

// payload is the bytes of v; Python 2 strings are bytes that may look like text.
func payload(v Value) ([]byte, bool) {
	switch v := v.(type) {
	case Bytes:
		return v, true
	case string:
		return []byte(v), true
	}
	return nil, false
}

func flag(v Value) (bool, bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case int64:
		return v != 0, v == 0 || v == 1
	}
	return false, false
}

// Shape reads a tuple or list of dimensions; an int is a shape of one.
func Shape(v Value) ([]int, error) {
	var items []Value
	switch v := v.(type) {
	case Tuple:
		items = v
	case *List:
		items = v.Items
	case int64:
		items = []Value{v}
	default:
		return nil, fmt.Errorf("a shape that is %s", Describe(v))
	}
	if len(items) > ndarray.MaxDims {
		return nil, fmt.Errorf("a shape of %d dimensions", len(items))
	}
	shape := make([]int, len(items))
	for i, item := range items {
		if IsScalar(item) {
			item, _ = Scalar(item.(*Object))
		}
		n, ok := item.(int64)
		if !ok || n < 0 || int64(int(n)) != n {
			return nil, fmt.Errorf("a shape with the dimension %s", Describe(item))
		}
		shape[i] = int(n)
	}
	if _, err := ndarray.Count(shape); err != nil {
		return nil, err
	}
	return shape, nil
}

// Scalar converts a NumPy scalar to bool, int64, *big.Int, float64, string or
// Bytes; a scalar that no Go scalar can hold (a structure, a datetime, a complex
// number) to an array of no dimensions. An object scalar is its object.
func Scalar(o *Object) (Value, error) {
	if !Is(o.Class, fnScalar) || len(o.Args) == 0 || len(o.Args) > 2 {
		return nil, fmt.Errorf("%s is not a NumPy scalar", Describe(o))
	}
	fields := maxScalarFields
	t, sub, err := dtype(o.Args[0], 0, &fields)
	if err != nil {
		return nil, err
	}
	if t.Kind == 'O' {
		if len(o.Args) == 1 {
			return nil, nil
		}
		return o.Args[1], nil
	}
	data := make([]byte, 0)
	if len(o.Args) == 2 {
		b, ok := payload(o.Args[1])
		if !ok {
			return nil, fmt.Errorf("a scalar whose data is %s", Describe(o.Args[1]))
		}
		data = b
	}
	a, err := newArray(t, []int{}, sub, false, data)
	if err != nil {
		return nil, err
	}
	return Item(a), nil
}

// Item is the one element of an array of length 1 as Scalar returns it.
func Item(a *ndarray.Array) Value {
	if a.Len() != 1 {
		return a
	}
	switch a.DType.Kind {
	case 'O':
		return a.Objects[0]
	case 'b':
		return a.Data[0] != 0
	case 'i', 'u':
		if n, err := a.Int64s(); err == nil {
			return n[0]
		}
		if b := a.Data; len(b) == 8 { // beyond int64
			return new(big.Int).SetBytes(bigEndian(b, a.DType.BigEndian))
		}
	case 'f':
		if f, err := a.Float64s(); err == nil {
			return f[0]
		}
	case 'U', 'S':
		if s, err := a.Strings(); err == nil {
			if a.DType.Kind == 'S' {
				return Bytes(s[0])
			}
			return s[0]
		}
	}
	return a
}

func bigEndian(b []byte, already bool) []byte {
	out := append([]byte(nil), b...)
	if !already {
		for i, c := range b {
			out[len(b)-1-i] = c
		}
	}
	return out
}
