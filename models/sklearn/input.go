package sklearn

import (
	"github.com/copal-ml/copal/models/pyobj"
)

// recordedFeatures reads what an estimator records of its input: n_features_in_
// (since 0.24) and feature_names_in_ (since 1.0, if it was fitted on a table).
// Width 0 stands for nothing recorded.
func recordedFeatures(r pyobj.Ref) (width int, names []string, err error) {
	if attr, ok := r.Attr("n_features_in_"); ok && !attr.IsNone() { // None: Dummy* of 0.23 and 0.24
		n, err := attr.Int()
		if err != nil {
			return 0, nil, err
		}
		if n < 1 || n > maxFeatures {
			return 0, nil, attr.Format("%d features", n)
		}
		width = int(n)
	}
	if attr, ok := r.Attr("feature_names_in_"); ok {
		if names, err = attr.Strs(); err != nil {
			return 0, nil, err
		}
		if width > 0 && len(names) != width {
			return 0, nil, attr.Format("%d names for %d features", len(names), width)
		}
	}
	return width, names, nil
}

// maxFeatures bounds a width that is a mere claim: parameters of that many
// features stand in the file, except where a transformer has none.
const maxFeatures = 1 << 26

// input sets what n takes to width, which its parameters tell, and checks that
// the estimator recorded the same.
func (n *node) input(r pyobj.Ref, width int) error {
	recorded, names, err := recordedFeatures(r)
	if err != nil {
		return err
	}
	if width < 1 {
		return r.Format("its parameters are for %d features", width)
	}
	if recorded > 0 && recorded != width {
		return r.Format("its parameters are for %d features, but n_features_in_ is %d", width, recorded)
	}
	n.features, n.names = width, names
	return nil
}

// flag reads a bool parameter; absent is the default.
func flag(r pyobj.Ref, name string, missing bool) (bool, error) {
	attr, ok := r.Attr(name)
	if !ok {
		return missing, nil
	}
	return attr.Bool()
}

// word reads a string parameter; absent is the default.
func word(r pyobj.Ref, name, missing string) (string, error) {
	attr, ok := r.Attr(name)
	if !ok {
		return missing, nil
	}
	return attr.Str()
}

// floatOf reads the attribute name as a number.
func floatOf(r pyobj.Ref, name string) (float64, error) {
	attr, err := r.Need(name)
	if err != nil {
		return 0, err
	}
	return attr.Float()
}

// perFeature reads an array of one number a feature.
func perFeature(r pyobj.Ref, name string) ([]float64, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	if a.Dims() != 1 {
		return nil, attr.Format("want an array of one dimension, got shape %v", a.Shape)
	}
	f, err := a.Float64s()
	if err != nil {
		return nil, attr.Format("%w", err)
	}
	return f, nil
}

// present is the name of an attribute: the first if r has it, else the second.
func present(r pyobj.Ref, name, other string) string {
	if _, ok := r.Attr(name); ok {
		return name
	}
	return other
}
