package sklearn

import (
	"slices"

	"github.com/copal-ml/copal/models/pyobj"
)

// A tableSpec is what a ColumnTransformer records of its input.
type tableSpec struct {
	width   int
	names   []string // nil if it was fitted on an array
	byName  bool     // a part names its columns, so that arrays cannot be taken
	columns [][]int  // of each part
}

// readTable reads the width and the names of the input, and which columns each
// part of transformers_ takes.
//
//	since 1.0        n_features_in_, feature_names_in_, _transformer_to_input_indices
//	0.22 to 0.24     _n_features, _feature_names_in, _df_columns
//	0.20, 0.21       _n_features, _df_columns
func readTable(r pyobj.Ref, items []pyobj.Ref) (*tableSpec, error) {
	t := new(tableSpec)
	var err error
	if t.width, t.names, err = recordedFeatures(r); err != nil {
		return nil, err
	}
	if t.names == nil {
		if t.names, err = oldNames(r); err != nil {
			return nil, err
		}
	}
	if attr, ok := r.Attr("_n_features"); ok && t.width == 0 {
		n, err := attr.Int()
		if err != nil {
			return nil, err
		}
		t.width = int(max(0, min(n, maxFeatures)))
	}
	if t.width == 0 {
		t.width = len(t.names)
	}
	if t.width < 1 || t.names != nil && len(t.names) != t.width {
		return nil, r.Format("%d names for %d features", len(t.names), t.width)
	}
	if t.width > maxColumns {
		return nil, r.Unsupported("a ColumnTransformer over that many columns", "Fit it on fewer.")
	}
	for _, item := range items {
		columns, err := t.read(r, item)
		if err != nil {
			return nil, err
		}
		t.columns = append(t.columns, columns)
	}
	return t, nil
}

// maxColumns bounds a width that may be a mere claim.
const maxColumns = 1 << 20

// oldNames reads the names under the attributes of versions before 1.0.
func oldNames(r pyobj.Ref) ([]string, error) {
	for _, name := range []string{"_feature_names_in", "_df_columns"} {
		attr, ok := r.Attr(name)
		if !ok || attr.IsNone() {
			continue
		}
		return unpackIndex(attr).Strs()
	}
	return nil, nil
}

// unpackIndex gives the values of a pandas Index, which is made by
// pandas.core.indexes.base._new_Index(class, {"data": values, …}), or of a
// collections.UserList. Anything else is given as it is.
func unpackIndex(r pyobj.Ref) pyobj.Ref {
	_, name, _ := r.Class()
	if name == "_new_Index" {
		if args, err := r.Arg(1); err == nil {
			if data, ok := args.Key("data"); ok {
				return data
			}
		}
	}
	if name == "_RemainderColsList" || name == "UserList" {
		if data, ok := r.Attr("data"); ok {
			return data
		}
	}
	return r
}

// read gives the columns of one part, as places in the input.
func (t *tableSpec) read(r, item pyobj.Ref) ([]int, error) {
	first, err := item.Index(0)
	if err != nil {
		return nil, err
	}
	name, err := first.Str()
	if err != nil {
		return nil, err
	}
	spec, err := item.Index(2)
	if err != nil {
		return nil, err
	}
	spec = unpackIndex(spec)
	t.byName = t.byName || namesColumns(spec)
	if known, ok := r.Attr("_transformer_to_input_indices"); ok {
		if list, ok := known.Key(name); ok {
			return t.places(list)
		}
	}
	return t.resolve(spec)
}

// namesColumns reports whether a specification has strings.
func namesColumns(spec pyobj.Ref) bool {
	if _, err := spec.Str(); err == nil {
		return true
	}
	if start, stop, _, ok := sliceOf(spec); ok {
		return namesColumns(start) || namesColumns(stop)
	}
	if spec.Len() < 1 {
		return false
	}
	first, err := spec.Index(0)
	if err != nil {
		return false
	}
	_, err = first.Str()
	return err == nil
}

// resolve is _get_column_indices (sklearn/utils/_indexing.py).
func (t *tableSpec) resolve(spec pyobj.Ref) ([]int, error) {
	if name, err := spec.Str(); err == nil {
		j, err := t.find(spec, name)
		return []int{j}, err
	}
	if _, _, _, ok := sliceOf(spec); ok {
		return t.slice(spec)
	}
	if namesColumns(spec) {
		names, err := spec.Strs()
		if err != nil {
			return nil, err
		}
		columns := make([]int, len(names))
		for i, name := range names {
			if columns[i], err = t.find(spec, name); err != nil {
				return nil, err
			}
		}
		return columns, nil
	}
	return t.places(spec)
}

func (t *tableSpec) find(r pyobj.Ref, name string) (int, error) {
	j := slices.Index(t.names, name)
	if j < 0 {
		return 0, r.Format("no column is named '%s'", clip(name))
	}
	return j, nil
}

// places reads one index, a list of them (from the end if negative), or a mask.
func (t *tableSpec) places(r pyobj.Ref) ([]int, error) {
	if r.Len() == 0 {
		return nil, nil
	}
	a, err := r.Array()
	if err != nil {
		return nil, err
	}
	values, err := a.Int64s()
	if a.DType.Kind == 'b' && a.Dims() == 1 {
		return t.mask(r, a.Bools)
	}
	if err != nil {
		return nil, r.Format("%w", err)
	}
	columns := make([]int, len(values))
	for i, v := range values {
		if v < 0 {
			v += int64(t.width)
		}
		if v < 0 || v >= int64(t.width) {
			return nil, r.Format("column %d of %d", values[i], t.width)
		}
		columns[i] = int(v)
	}
	return columns, nil
}

func (t *tableSpec) mask(r pyobj.Ref, bools func() ([]bool, error)) ([]int, error) {
	mask, err := bools()
	if err != nil {
		return nil, r.Format("%w", err)
	}
	if len(mask) != t.width {
		return nil, r.Format("a mask of %d for %d columns", len(mask), t.width)
	}
	var columns []int
	for j, in := range mask {
		if in {
			columns = append(columns, j)
		}
	}
	return columns, nil
}

// sliceOf takes slice(start, stop, step) apart.
func sliceOf(r pyobj.Ref) (start, stop, step pyobj.Ref, ok bool) {
	if _, name, is := r.Class(); !is || name != "slice" {
		return start, stop, step, false
	}
	parts := [3]pyobj.Ref{}
	for i := range parts {
		var err error
		if parts[i], err = r.Arg(i); err != nil {
			return start, stop, step, false
		}
	}
	return parts[0], parts[1], parts[2], true
}

// slice resolves a slice: of indices as Python does, or of names, both ends
// included.
func (t *tableSpec) slice(r pyobj.Ref) ([]int, error) {
	start, stop, step, _ := sliceOf(r)
	by := int64(1)
	if !step.IsNone() {
		var err error
		if by, err = step.Int(); err != nil {
			return nil, err
		}
	}
	if by < 1 {
		return nil, r.Unsupported("a slice that goes backwards", "Name the columns in a list.")
	}
	from, err := t.bound(start, 0, 0)
	if err != nil {
		return nil, err
	}
	to, err := t.bound(stop, t.width, 1)
	if err != nil {
		return nil, err
	}
	var columns []int
	for j := int64(from); j < int64(to); j += min(by, int64(t.width)) {
		columns = append(columns, int(j))
	}
	return columns, nil
}

// bound is one end of a slice: absent stands for none, and the place of a name
// is moved by after.
func (t *tableSpec) bound(r pyobj.Ref, absent, after int) (int, error) {
	if r.IsNone() {
		return absent, nil
	}
	if name, err := r.Str(); err == nil {
		j, err := t.find(r, name)
		return j + after, err
	}
	v, err := r.Int()
	if err != nil {
		return 0, err
	}
	if v < 0 {
		v += int64(t.width)
	}
	return int(max(0, min(v, int64(t.width)))), nil
}
