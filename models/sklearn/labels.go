package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// labels are the classes_ of a classifier. They keep their type.
type labels struct {
	dtype models.DType
	i64   []int64
	f64   []float64
	bools []bool
	str   []string

	// hidden labels at the end are no classes: predict may answer them, and the
	// signature does not list them.
	hidden int
}

// readLabels reads an array of ints, floats, bools or strings.
func readLabels(r pyobj.Ref) (*labels, error) {
	a, err := r.Array()
	if err != nil {
		return nil, err
	}
	if a.Dims() != 1 || a.Len() == 0 {
		return nil, r.Format("want an array of class labels, got shape %v", a.Shape)
	}
	return labelsOfArray(r, a)
}

// labelsOfAny reads labels from an array of any shape, or one label.
func labelsOfAny(r pyobj.Ref) (*labels, error) {
	a, err := r.Array()
	if err != nil {
		return nil, err
	}
	if a.Len() == 0 {
		return nil, r.Format("no labels")
	}
	return labelsOfArray(r, a)
}

func labelsOfArray(r pyobj.Ref, a *ndarray.Array) (l *labels, err error) {
	l = &labels{dtype: labelType(a)}
	switch l.dtype {
	case models.Int64:
		l.i64, err = a.Int64s()
	case models.Float64:
		l.f64, err = a.Float64s()
	case models.Bool:
		l.bools, err = a.Bools()
	default:
		l.str, err = a.Strings()
	}
	if err != nil {
		return nil, r.Unsupported("class labels that are not all ints, floats, bools or strings ("+err.Error()+")",
			"Fit the classifier on labels of one of these types.")
	}
	return l, nil
}

// labelType is the type of all labels, told by the dtype or by the first object.
func labelType(a *ndarray.Array) models.DType {
	switch a.DType.Kind {
	case 'i', 'u':
		return models.Int64
	case 'f':
		return models.Float64
	case 'b':
		return models.Bool
	case 'O':
		switch a.Objects[0].(type) {
		case int64:
			return models.Int64
		case float64:
			return models.Float64
		case bool:
			return models.Bool
		}
	}
	return models.String
}

func (l *labels) len() int { return len(l.i64) + len(l.f64) + len(l.bools) + len(l.str) - l.hidden }

// add appends the labels of m, which are of the same type.
func (l *labels) add(m *labels) {
	l.i64, l.f64 = append(l.i64, m.i64...), append(l.f64, m.f64...)
	l.bools, l.str = append(l.bools, m.bools...), append(l.str, m.str...)
}

// values gives the labels as a signature has them.
func (l *labels) values() []any {
	out := make([]any, 0, l.len())
	for _, v := range l.i64 {
		out = append(out, v)
	}
	for _, v := range l.f64 {
		out = append(out, v)
	}
	for _, v := range l.bools {
		out = append(out, v)
	}
	for _, v := range l.str {
		out = append(out, v)
	}
	return out[:l.len()]
}

// gather writes the labels of codes into dst from value at on.
func (l *labels) gather(dst *models.Column, at int, codes []float64) {
	for i, code := range codes {
		switch k := int(code); l.dtype {
		case models.Int64:
			dst.I64[at+i] = l.i64[k]
		case models.Float64:
			dst.F64[at+i] = l.f64[k]
		case models.Bool:
			dst.Bool[at+i] = l.bools[k]
		case models.String:
			dst.Str[at+i] = l.str[k]
		}
	}
}
