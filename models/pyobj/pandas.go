package pyobj

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models/ndarray"
)

// pandas objects inside of models, as pandas 0.20 to 3.x pickle them. Like all
// values they are inert; what stands here reads their parts:
//
//	labels, err := index.Labels()            // of an Index
//	s, err := mapping.Series()               // s.Index, s.Values
//	f, err := table.DataFrame()              // f.Columns, f.Index, f.Values
//	a, err := values.Array()                 // numpy.asarray of an Index, a Series or an extension array
//
// What has no plain form (a MultiIndex, datetimes, Arrow) is a
// *models.UnsupportedError.

// A Series is a pandas Series: a labelled array of one dimension.
type Series struct {
	Name   Value
	Index  []Value
	Values *ndarray.Array
}

// A DataFrame is a pandas DataFrame: an array for each column, all as long as
// the index.
type DataFrame struct {
	Columns []Value
	Index   []Value
	Values  []*ndarray.Array
}

// pandasClass is the class of a pandas object: that which pandas' own helpers
// were to make, where they made it. It is "" for anything else.
func (r Ref) pandasClass() string {
	module, name, ok := r.Class()
	if _, is := r.value.(*Object); !ok || !is || module != "pandas" && !strings.HasPrefix(module, "pandas.") {
		return ""
	}
	switch name {
	case "_new_Index", "_new_DatetimeIndex", "_new_PeriodIndex", "__pyx_unpickle_NDArrayBacked":
		if made, err := r.Arg(0); err == nil {
			if _, name, ok := made.Class(); ok {
				return name
			}
		}
	}
	return name
}

// IsSeries reports whether r is a pandas Series.
func (r Ref) IsSeries() bool { return r.pandasClass() == "Series" }

// IsDataFrame reports whether r is a pandas DataFrame.
func (r Ref) IsDataFrame() bool { return r.pandasClass() == "DataFrame" }

// Series reads a pandas Series.
func (r Ref) Series() (*Series, error) {
	if !r.IsSeries() {
		return nil, r.wrong("a pandas Series")
	}
	m, err := r.manager(1)
	if err != nil {
		return nil, err
	}
	s := new(Series)
	if s.Index, err = m.axes[0].Labels(); err != nil {
		return nil, err
	}
	if len(m.blocks) != 1 {
		return nil, r.Format("a Series of %d blocks", len(m.blocks))
	}
	if s.Values, err = m.blocks[0].values.Array(); err != nil {
		return nil, err
	}
	if s.Values.Dims() != 1 || s.Values.Len() != len(s.Index) {
		return nil, r.Format("a Series with values of shape %v and %d labels", s.Values.Shape, len(s.Index))
	}
	s.Name, _ = r.attr("_name")
	if name, ok := r.attr("name"); ok {
		s.Name = name
	}
	return s, nil
}

// DataFrame reads a pandas DataFrame.
func (r Ref) DataFrame() (*DataFrame, error) {
	if !r.IsDataFrame() {
		return nil, r.wrong("a pandas DataFrame")
	}
	m, err := r.manager(2)
	if err != nil {
		return nil, err
	}
	f := new(DataFrame)
	if f.Columns, err = m.axes[0].Labels(); err != nil {
		return nil, err
	}
	if f.Index, err = m.axes[1].Labels(); err != nil {
		return nil, err
	}
	f.Values = make([]*ndarray.Array, len(f.Columns))
	for _, b := range m.blocks {
		if err := f.place(b); err != nil {
			return nil, err
		}
	}
	for j, v := range f.Values {
		if v == nil {
			return nil, r.Format("column %d is in no block", j)
		}
	}
	return f, nil
}

// place puts the columns of a block where they belong.
func (f *DataFrame) place(b block) error {
	a, err := b.values.Array()
	if err != nil {
		return err
	}
	places, err := b.places(len(f.Columns))
	if err != nil {
		return err
	}
	rows := len(f.Index)
	if a.Dims() == 1 && len(places) == 1 && a.Len() == rows { // an extension array
		f.Values[places[0]] = a
		return nil
	}
	if a.Dims() != 2 || a.Shape[0] != len(places) || a.Shape[1] != rows {
		return b.values.Format("a block of shape %v for %d columns of %d rows", a.Shape, len(places), rows)
	}
	for i, j := range places {
		if f.Values[j], err = rowOf(a, i); err != nil {
			return b.values.Format("%w", err)
		}
	}
	return nil
}

// rowOf is a[i] of an array of two dimensions.
func rowOf(a *ndarray.Array, i int) (*ndarray.Array, error) {
	n := a.Shape[1]
	if a.DType.Kind == 'O' {
		return ndarray.NewObjects([]int{n}, a.Objects[i*n:(i+1)*n])
	}
	size := a.DType.Size
	if !a.Fortran {
		return ndarray.New(a.DType, []int{n}, false, a.Data[i*n*size:(i+1)*n*size])
	}
	data := make([]byte, 0, n*size)
	for j := range n {
		at := (j*a.Shape[0] + i) * size
		data = append(data, a.Data[at:at+size]...)
	}
	return ndarray.New(a.DType, []int{n}, false, data)
}

// Elements are the elements of an array as Python's tolist() has them: bool,
// int64, float64, string, or the objects themselves.
func Elements(a *ndarray.Array) ([]Value, error) {
	if a.DType.Kind == 'O' {
		return asValues(a.Objects), nil
	}
	switch a.DType.Kind {
	case 'b':
		return elements(a.Bools())
	case 'i', 'u':
		return elements(a.Int64s())
	case 'f':
		return elements(a.Float64s())
	case 'U':
		return elements(a.Strings())
	}
	return nil, fmt.Errorf("elements of dtype %s", a.DType)
}

func elements[T any](values []T, err error) ([]Value, error) {
	out := make([]Value, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out, err
}
