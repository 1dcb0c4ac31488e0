package pyobj

import (
	"fmt"

	"github.com/copal-ml/copal/models/ndarray"
)

// maxDTypeDepth bounds how deep structured types nest.
const maxDTypeDepth = 16

// maxDTypeFields bounds how many fields a dtype has in all; fields can share
// their types, so that a short file can describe very many.
const maxDTypeFields = 10_000

// maxScalarFields is the same for a scalar, of which a file may hold millions.
const maxScalarFields = 100

// DType converts a numpy.dtype: the call numpy.dtype("f8", False, True) and its
// state, as arraydescr_reduce in numpy/core/src/multiarray/descriptor.c writes
// it. For the dtype of a subarray, sub is the shape that follows that of the array.
func DType(v Value) (t ndarray.DType, sub []int, err error) {
	fields := maxDTypeFields
	return dtype(v, 0, &fields)
}

func dtype(v Value, depth int, fields *int) (ndarray.DType, []int, error) {
	fail := func(format string, args ...any) (ndarray.DType, []int, error) {
		return ndarray.DType{}, nil, fmt.Errorf(format, args...)
	}
	if depth > maxDTypeDepth {
		return fail("a dtype nested more than %d deep", maxDTypeDepth)
	}
	o, ok := v.(*Object)
	if !ok {
		return dtypeByName(v)
	}
	if !Is(o.Class, fnDType) || len(o.Args) == 0 {
		return fail("a dtype that is %s", Describe(v))
	}
	t, _, err := dtypeByName(o.Args[0])
	if err != nil {
		return fail("%w", err)
	}
	if o.State == nil {
		return t, nil, nil
	}
	state, ok := o.State.(Tuple)
	if !ok || len(state) < 8 {
		return fail("a dtype whose state is %s", Describe(o.State))
	}
	switch order := state[1]; order {
	case "<", "|", "=":
		t.BigEndian = false
	case ">":
		t.BigEndian = t.Size > 1 && t.Kind != 'S' && t.Kind != 'V' && t.Kind != 'O'
	default:
		return fail("a dtype whose byte order is %s", Describe(order))
	}
	if t.Kind == 'U' || t.Kind == 'S' || t.Kind == 'V' {
		if err := itemSize(&t, state[5]); err != nil {
			return fail("%w", err)
		}
	}
	if (t.Kind == 'M' || t.Kind == 'm') && len(state) > 8 {
		t.Unit = unit(state[8])
	}
	if state[2] != nil {
		return dtypeOfSubarray(state[2], depth, fields)
	}
	if state[3] != nil {
		t.Fields, err = dtypeFields(t, state[3], state[4], depth, fields)
	}
	return t, nil, err
}

// dtypeByName reads the first argument of numpy.dtype: a type string, or a type
// such as numpy.float64.
func dtypeByName(v Value) (ndarray.DType, []int, error) {
	switch v := v.(type) {
	case string:
		t, err := ndarray.ParseDType(v)
		return t, nil, err
	case *Global:
		if module, name := v.Normal(); module == "numpy" || module == "builtins" {
			t, err := ndarray.ParseDType(name)
			return t, nil, err
		}
	}
	return ndarray.DType{}, nil, fmt.Errorf("a dtype that is %s", Describe(v))
}

// itemSize takes the size in bytes from the state; it is -1 where the type
// string said it already.
func itemSize(t *ndarray.DType, v Value) error {
	n, ok := v.(int64)
	if !ok || n < -1 || n > 1<<31-1 || t.Kind == 'U' && n > 0 && n%4 != 0 {
		return fmt.Errorf("a dtype whose itemsize is %s", Describe(v))
	}
	if n >= 0 {
		t.Size = int(n)
	}
	return nil
}

// unit reads the metadata of a datetime64: ({}, (b"ns", 1, 1, 1)).
func unit(v Value) string {
	meta, ok := v.(Tuple)
	if !ok || len(meta) != 2 {
		return ""
	}
	parts, ok := meta[1].(Tuple)
	if !ok || len(parts) < 2 {
		return ""
	}
	name, ok := payload(parts[0])
	if !ok || len(name) > 8 {
		return ""
	}
	if n, ok := parts[1].(int64); ok && n != 1 {
		return fmt.Sprintf("%d%s", n, name)
	}
	return string(name)
}

// dtypeOfSubarray reads (base, shape).
func dtypeOfSubarray(v Value, depth int, fields *int) (ndarray.DType, []int, error) {
	pair, ok := v.(Tuple)
	if !ok || len(pair) != 2 {
		return ndarray.DType{}, nil, fmt.Errorf("a subarray dtype that is %s", Describe(v))
	}
	t, inner, err := dtype(pair[0], depth+1, fields)
	if err != nil {
		return ndarray.DType{}, nil, err
	}
	shape, err := Shape(pair[1])
	if err != nil {
		return ndarray.DType{}, nil, err
	}
	if len(shape)+len(inner) > ndarray.MaxDims {
		return ndarray.DType{}, nil, fmt.Errorf("a subarray dtype of too many dimensions")
	}
	return t, append(shape, inner...), nil
}

// dtypeFields reads the names, and the dict of name to (dtype, offset[, title]).
func dtypeFields(t ndarray.DType, names, dict Value, depth int, budget *int) ([]ndarray.Field, error) {
	list, ok := names.(Tuple)
	members, ok2 := dict.(*Dict)
	if !ok || !ok2 {
		return nil, fmt.Errorf("a structured dtype whose names are %s", Describe(names))
	}
	if *budget -= len(list); *budget < 0 {
		return nil, fmt.Errorf("a structured dtype of more than %d fields", maxDTypeFields)
	}
	fields := make([]ndarray.Field, len(list))
	for i, key := range list {
		name, ok := key.(string)
		value, found := members.Get(key)
		parts, ok2 := value.(Tuple)
		if !ok || !found || !ok2 || len(parts) < 2 {
			return nil, fmt.Errorf("a structured dtype with the field %s", Describe(key))
		}
		ft, sub, err := dtype(parts[0], depth+1, budget)
		if err != nil {
			return nil, err
		}
		n, err := ndarray.Bytes(ft, sub)
		if err != nil {
			return nil, err
		}
		at, ok := parts[1].(int64)
		if !ok || at < 0 || at > int64(t.Size) || n > int64(t.Size)-at {
			return nil, fmt.Errorf("a structured dtype whose field %q lies outside of its %d bytes", clip(name), t.Size)
		}
		fields[i] = ndarray.Field{Name: name, Offset: int(at), DType: ft, Shape: sub}
	}
	return fields, nil
}
