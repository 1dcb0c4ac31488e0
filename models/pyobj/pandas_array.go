package pyobj

import (
	"math"

	"github.com/copal-ml/copal/models/ndarray"
)

// Labels are the values of a pandas Index, or the items of anything that Array
// reads.
func (r Ref) Labels() ([]Value, error) {
	if r.pandasClass() == "RangeIndex" {
		return r.rangeIndex()
	}
	a, err := r.Array()
	if err != nil {
		return nil, err
	}
	if a.Dims() != 1 {
		return nil, r.Format("labels of shape %v", a.Shape)
	}
	values, err := Elements(a)
	if err != nil {
		return nil, r.Unsupported("an index of dtype "+a.DType.String(), "Use an index of strings or of numbers.")
	}
	return values, nil
}

// rangeIndex reads {"start", "stop", "step"}, which describe any number of
// labels in a few bytes.
func (r Ref) rangeIndex() ([]Value, error) {
	args, err := r.Arg(1)
	if err != nil {
		return nil, err
	}
	var parts [3]int64
	for i, name := range [...]string{"start", "stop", "step"} {
		part, ok := args.Key(name)
		if !ok {
			return nil, r.Format("a RangeIndex without %s", name)
		}
		if parts[i], err = part.Int(); err != nil {
			return nil, err
		}
	}
	n := rangeLength(parts[0], parts[1], parts[2])
	if n < 0 {
		return nil, r.Format("a RangeIndex from %d to %d by %d", parts[0], parts[1], parts[2])
	}
	if r.walk.unfold -= n; r.walk.unfold < 0 {
		return nil, r.Format("the model holds ranges of more than %d labels in all", maxUnfold)
	}
	out := make([]Value, n)
	for i := range out {
		out[i] = parts[0] + int64(i)*parts[2]
	}
	return out, nil
}

// rangeLength is len(range(start, stop, step)); -1 beyond what a file may claim.
func rangeLength(start, stop, step int64) int64 {
	const most = 1 << 40
	if start < -most || start > most || stop < -most || stop > most || step == 0 || step < -most || step > most {
		return -1
	}
	if step < 0 {
		start, stop, step = stop, start, -step
	}
	return max(0, (stop-start+step-1)/step)
}

const pandasHint = "Convert it to plain numbers or strings before you fit: astype(float), astype(str), or to_numpy()."

// pandas is numpy.asarray of an Index, a Series or an extension array; ok is
// false if r is none of these.
func (r Ref) pandas() (a *ndarray.Array, ok bool, err error) {
	switch name := r.pandasClass(); name {
	case "":
		return nil, false, nil
	case "Index", "Int64Index", "UInt64Index", "Float64Index", "NumericIndex", "CategoricalIndex":
		a, err = r.indexData()
	case "RangeIndex":
		labels, err := r.rangeIndex()
		if err != nil {
			return nil, true, err
		}
		a, err = arrayOfScalars([]int{len(labels)}, labels)
		return a, true, err
	case "Series":
		s, err := r.Series()
		if err != nil {
			return nil, true, err
		}
		return s.Values, true, nil
	case "Categorical":
		a, err = r.categorical()
	case "IntegerArray", "FloatingArray", "BooleanArray":
		a, err = r.masked()
	case "StringArray", "StringArrayNumpySemantics", "PandasArray", "NumpyExtensionArray":
		a, err = r.backed()
	default:
		err = r.Unsupported("a pandas "+name, pandasHint)
	}
	return a, true, err
}

// indexData reads _new_Index(cls, {"data": …}).
func (r Ref) indexData() (*ndarray.Array, error) {
	args, err := r.Arg(1)
	if err != nil {
		return nil, err
	}
	data, ok := args.Key("data")
	if !ok {
		return nil, r.Format("an Index without data")
	}
	return data.Named(r.path).Array() // numpy.asarray of the index itself
}

// backed reads an array around a NumPy array: the state (dtype, array[, {}]) of
// NDArrayBacked (pandas/_libs/arrays.pyx), or the attribute _ndarray.
func (r Ref) backed() (*ndarray.Array, error) {
	if at, ok := r.part("_ndarray", func(v Value) bool { return IsArray(v) }); ok {
		return at.Array()
	}
	return nil, r.Format("a pandas array without its values")
}

// part is the attribute of that name, or the part of a state that is a tuple.
func (r Ref) part(name string, is func(v Value) bool) (Ref, bool) {
	if at, ok := r.Attr(name); ok {
		return at, true
	}
	o, ok := r.value.(*Object)
	if !ok {
		return Ref{}, false
	}
	state, _ := o.State.(Tuple)
	for _, v := range state {
		if is(v) {
			at, err := r.step(r.path+"."+name, v)
			return at, err == nil
		}
	}
	return Ref{}, false
}

// masked reads IntegerArray and its siblings: _data, and _mask which is true
// where a value is missing.
func (r Ref) masked() (*ndarray.Array, error) {
	data, err := r.Need("_data")
	if err != nil {
		return nil, err
	}
	values, err := data.Array()
	if err != nil {
		return nil, err
	}
	at, err := r.Need("_mask")
	if err != nil {
		return nil, err
	}
	flags, err := at.Array()
	if err != nil {
		return nil, err
	}
	mask, err := flags.Bools()
	if err != nil || len(mask) != values.Len() {
		return nil, r.Format("a mask of %d for %d values", len(mask), values.Len())
	}
	items, err := Elements(values)
	if err != nil {
		return nil, r.Format("%w", err)
	}
	missing := false
	for i, m := range mask {
		if m {
			items[i], missing = math.NaN(), true
		}
	}
	if !missing {
		return values, nil
	}
	return objectsOf(items)
}

func objectsOf(items []Value) (*ndarray.Array, error) {
	out := make([]any, len(items))
	for i, v := range items {
		out[i] = v
	}
	return ndarray.NewObjects([]int{len(items)}, out)
}

// categorical reads a Categorical: the codes of its values in the categories of
// its CategoricalDtype, -1 for a missing one.
func (r Ref) categorical() (*ndarray.Array, error) {
	at, ok := r.part("_ndarray", func(v Value) bool { return IsArray(v) })
	if old, is := r.Attr("_codes"); is { // up to 1.2
		at, ok = old, true
	}
	dtype, ok2 := r.part("_dtype", func(v Value) bool {
		o, is := v.(*Object)
		return is && o.Global() != nil && o.Global().Name == "CategoricalDtype"
	})
	if !ok || !ok2 {
		return nil, r.Format("a Categorical without codes and categories")
	}
	array, err := at.Array()
	if err != nil {
		return nil, err
	}
	codes, err := array.Int64s()
	if err != nil {
		return nil, at.Format("%w", err)
	}
	categories, err := dtype.Categories()
	if err != nil {
		return nil, err
	}
	items := make([]Value, len(codes))
	for i, k := range codes {
		switch {
		case k == -1:
			items[i] = math.NaN()
		case k < 0 || k >= int64(len(categories)):
			return nil, r.Format("code %d of %d categories", k, len(categories))
		default:
			items[i] = categories[k]
		}
	}
	return objectsOf(items)
}

// Categories are those of a CategoricalDtype, or of a Categorical.
func (r Ref) Categories() ([]Value, error) {
	at, err := r.Need("categories")
	if err != nil {
		return nil, err
	}
	return at.Labels()
}
