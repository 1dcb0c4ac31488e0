package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/pyobj"
)

// An ordinal is OrdinalEncoder.transform: the code of each value. values has what
// each code becomes after grouping, with encoded_missing_value for a missing one;
// the last is unknown_value.
type ordinal struct {
	*encoder
	values [][]float64
}

func ordinalEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	n, o := new(node), new(ordinal)
	var err error
	if o.encoder, err = readEncoder(c, r, n); err != nil {
		return nil, err
	}
	o.strict = olderThan(c.version, 1, 0) // since then missing values may be categories
	unknownValue := math.NaN()
	switch o.unknown {
	case "use_encoded_value":
		attr, err := r.Need("unknown_value")
		if err != nil {
			return nil, err
		}
		if unknownValue, err = attr.Float(); err != nil {
			return nil, err
		}
	case "error":
	default:
		return nil, r.Unsupported("handle_unknown="+quote(o.unknown), "Use one of scikit-learn's own.")
	}
	missingValue := math.NaN()
	if attr, ok := r.Attr("encoded_missing_value"); ok {
		if missingValue, err = attr.Float(); err != nil {
			return nil, err
		}
	}
	missing, err := missingIndices(r, o.encoder)
	if err != nil {
		return nil, err
	}
	for j := range o.categories {
		o.values = append(o.values, append(o.grouping(j, missing[j], missingValue), unknownValue))
	}
	n.transform = &transformer{run: o.run}
	if n.types != nil {
		n.transform.width = n.features // the result is of numbers, the input is not
	}
	n.outline.Summary = o.summary()
	return n, nil
}

// missingIndices reads _missing_indices, a dict from features to the code of
// their missing category; -1 for the others.
func missingIndices(r pyobj.Ref, e *encoder) ([]int, error) {
	out := make([]int, len(e.categories))
	for j := range out {
		out[j] = -1
	}
	attr, ok := r.Attr("_missing_indices")
	if !ok {
		return out, nil
	}
	d, ok := attr.Value().(*pyobj.Dict)
	if !ok {
		return nil, attr.Format("want a dict, got %s", pyobj.Describe(attr.Value()))
	}
	for i, key := range d.Keys {
		j, ok1 := wholeNumber(key)
		k, ok2 := wholeNumber(d.Values[i])
		if !ok1 || !ok2 || j < 0 || j >= int64(len(out)) || k < 0 || k >= int64(e.categories[j].len()) {
			return nil, attr.Format("category %s of feature %s", pyobj.Describe(d.Values[i]), pyobj.Describe(key))
		}
		out[j] = int(k)
	}
	return out, nil
}

func wholeNumber(v any) (int64, bool) {
	if o, ok := v.(*pyobj.Object); ok && pyobj.IsScalar(o) {
		if s, err := pyobj.Scalar(o); err == nil {
			v = s
		}
	}
	n, ok := v.(int64)
	return n, ok
}

// grouping gives the value of each code of feature j.
func (o *ordinal) grouping(j, missing int, missingValue float64) []float64 {
	out := make([]float64, o.categories[j].len())
	for k := range out {
		out[k] = float64(k)
		if m := o.mapping[j]; m != nil && k < len(m) {
			out[k] = float64(m[k])
		}
		if k == missing {
			out[k] = missingValue
		}
	}
	return out
}

func (o *ordinal) run(ws *workspace, x block) (block, error) {
	list := ws.features(x)
	width := len(list)
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	for j := range list {
		s, values := &list[j], o.values[j]
		for i := range x.rows {
			if err := o.check(ws, s, i, j); err != nil {
				return block{}, err
			}
			k := o.categories[j].code(s, i)
			if k == unknown {
				if o.unknown == "error" {
					return block{}, o.notFound(ws, s, i, j)
				}
				k = len(values) - 1
			}
			y.data[i*width+j] = values[k]
		}
	}
	return y, nil
}

// A target is TargetEncoder.transform (sklearn/preprocessing/_target_encoder.py):
// the mean target of each category, shrunk at fit. A feature has one column, or
// one for each of the classes.
type target struct {
	*encoder
	encodings [][]float64 // by column and code; the last is for an unknown category
	each      int         // columns of a feature
	classes   []string
}

func targetEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	n, t := new(node), &target{each: 1}
	var err error
	if t.encoder, err = readEncoder(c, r, n); err != nil {
		return nil, err
	}
	kind, err := word(r, "target_type_", "")
	if err != nil {
		return nil, err
	}
	if kind == "multiclass" {
		attr, err := r.Need("classes_")
		if err != nil {
			return nil, err
		}
		l, err := readLabels(attr)
		if err != nil {
			return nil, err
		}
		t.each = l.len()
		for _, v := range l.values() {
			if f, ok := v.(float64); ok {
				v = pythonFloat(f)
			}
			t.classes = append(t.classes, fmt.Sprint(v))
		}
	}
	if err := t.readEncodings(r); err != nil {
		return nil, err
	}
	n.transform = &transformer{width: len(t.encodings), run: t.run}
	if t.classes != nil {
		n.transform.names = t.outputNames
	}
	n.outline.Summary = t.summary() + " · " + clip(kind)
	return n, nil
}

func (t *target) readEncodings(r pyobj.Ref) error {
	items, err := parts(r, "encodings_")
	if err != nil {
		return err
	}
	means, err := r.Floats("target_mean_")
	if err != nil {
		return err
	}
	if len(items) != len(t.categories)*t.each || len(means) != t.each {
		return r.Format("%d encodings and %d means of %d features with %d classes", len(items), len(means), len(t.categories), t.each)
	}
	for e, item := range items {
		a, err := item.Array()
		if err != nil {
			return err
		}
		values, err := a.Float64s()
		if err != nil {
			return item.Format("%w", err)
		}
		if n := t.categories[e/t.each].len(); len(values) != n {
			return item.Format("%d values for %d categories", len(values), n)
		}
		t.encodings = append(t.encodings, append(append([]float64(nil), values...), means[e%t.each]))
	}
	return nil
}

func (t *target) run(ws *workspace, x block) (block, error) {
	list := ws.features(x)
	width := len(t.encodings)
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	for j := range list {
		for i := range x.rows {
			if err := t.check(ws, &list[j], i, j); err != nil {
				return block{}, err
			}
			k := t.categories[j].code(&list[j], i)
			for e := j * t.each; e < (j+1)*t.each; e++ {
				values := t.encodings[e]
				if y.data[i*width+e] = values[len(values)-1]; k != unknown {
					y.data[i*width+e] = values[k]
				}
			}
		}
	}
	return y, nil
}

func (t *target) outputNames(in []string) []string {
	var out []string
	for j := range t.categories {
		for _, class := range t.classes {
			out = append(out, in[j]+"_"+class)
		}
	}
	return out
}
