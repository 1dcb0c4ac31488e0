package pyobj

import (
	"fmt"

	"github.com/copal-ml/copal/models/ndarray"
)

// scalar is the Go scalar at r: a Python scalar, a NumPy scalar, or the one
// element of an array of no dimensions.
func (r Ref) scalar() (Value, error) {
	if IsScalar(r.value) {
		v, err := Scalar(r.value.(*Object))
		if err != nil {
			return nil, r.Format("%w", err)
		}
		return v, nil
	}
	if dims(r.value) != 0 {
		return r.value, nil
	}
	a, err := Array(r.value)
	if err != nil {
		return nil, r.Format("%w", err)
	}
	return Item(a), nil
}

// Float reads a number: a float, an int or a bool.
func (r Ref) Float() (float64, error) {
	v, err := r.scalar()
	if err != nil {
		return 0, err
	}
	switch v := v.(type) {
	case float64:
		return v, nil
	case int64:
		return float64(v), nil
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	}
	return 0, r.wrong("a number")
}

// Int reads an int or a bool.
func (r Ref) Int() (int64, error) {
	v, err := r.scalar()
	if err != nil {
		return 0, err
	}
	switch v := v.(type) {
	case int64:
		return v, nil
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	}
	return 0, r.wrong("an int")
}

// Bool reads a bool, or the ints 0 and 1.
func (r Ref) Bool() (bool, error) {
	v, err := r.scalar()
	if err != nil {
		return false, err
	}
	if b, ok := flag(v); ok {
		return b, nil
	}
	return false, r.wrong("a bool")
}

// Str reads a string.
func (r Ref) Str() (string, error) {
	v, err := r.scalar()
	if err != nil {
		return "", err
	}
	if s, ok := v.(string); ok {
		return s, nil
	}
	return "", r.wrong("a string")
}

// Strs reads a sequence or an array of strings.
func (r Ref) Strs() ([]string, error) {
	a, err := r.Array()
	if err != nil {
		return nil, err
	}
	s, err := a.Strings()
	if err != nil {
		return nil, r.Format("%w", err)
	}
	return s, nil
}

// Floats reads the attribute name as an array of numbers, in C order.
func (r Ref) Floats(name string) ([]float64, error) {
	return numbers(r, name, (*ndarray.Array).Float64s)
}

// Ints reads the attribute name as an array of integers, in C order.
func (r Ref) Ints(name string) ([]int64, error) {
	return numbers(r, name, (*ndarray.Array).Int64s)
}

func numbers[T any](r Ref, name string, values func(*ndarray.Array) ([]T, error)) ([]T, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	list, err := values(a)
	if err != nil {
		return nil, attr.Format("%w", err)
	}
	return list, nil
}

// Array reads an array in any of its forms; a pandas Index, Series or extension
// array, as numpy.asarray would; a list or tuple of scalars, also a
// nested one, as numpy.array would make of it; or a scalar, as an array of no
// dimensions. Sequences of strings, of mixed types, or of anything else become
// an array of dtype O.
func (r Ref) Array() (*ndarray.Array, error) {
	if err := r.again(); err != nil {
		return nil, err
	}
	if a, ok, err := r.pandas(); ok {
		return a, err
	}
	a, err := r.array()
	if err != nil {
		return nil, r.Format("%w", err)
	}
	return a, nil
}

func (r Ref) array() (*ndarray.Array, error) {
	if IsArray(r.value) {
		return Array(r.value)
	}
	switch v := r.value.(type) {
	case *List:
		return arrayOfSequence(v.Items, &r.walk.unfold)
	case Tuple:
		return arrayOfSequence(v, &r.walk.unfold)
	}
	v, err := r.scalar()
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case *ndarray.Array:
		return v, nil
	case bool, int64, float64, string:
		return arrayOfScalars([]int{}, []Value{v})
	}
	return nil, fmt.Errorf("want an array, got %s", Describe(r.value))
}

// again counts the elements of arrays that are read more than once: a small file
// can refer to a large array very often.
func (r Ref) again() error {
	key, n := identity(r.value)
	if key == nil || r.walk.seen == nil {
		return nil
	}
	if !r.walk.seen[key] {
		r.walk.seen[key] = true
		return nil
	}
	if r.walk.again += n; r.walk.again > maxAgain {
		return r.Format("the model reads the same arrays again and again, %d elements so far", r.walk.again)
	}
	return nil
}

// identity is the memory that holds the data of an array, and its size.
func identity(v Value) (key any, n int64) {
	switch v := v.(type) {
	case *ndarray.Array:
		return v, int64(v.Len())
	case *List:
		return v, int64(len(v.Items))
	case Tuple:
		if len(v) > 0 {
			return &v[0], int64(len(v))
		}
	case Bytes:
		if len(v) > 0 {
			return &v[0], int64(len(v))
		}
	case *Object:
		state, ok := v.State.(Tuple)
		switch {
		case ok && len(state) >= 5 && IsArray(v):
			return identity(state[4])
		case IsArray(v) && len(v.Args) > 0:
			return identity(v.Args[0])
		}
	}
	return nil, 0
}
