package sklearn

import (
	"fmt"
	"math"
	"slices"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// An agglomeration is FeatureAgglomeration.transform: one value for each group of
// features (sklearn/cluster/_feature_agglomeration.py).
type agglomeration struct {
	groups [][]int // the features of each
	pool   func(values []float64) float64
	width  int
	names  []string
}

// poolings are the functions of NumPy that pooling_func may be.
var poolings = map[string]func(values []float64) float64{
	"mean":   inOrderMean,
	"amax":   slices.Max[[]float64],
	"max":    slices.Max[[]float64],
	"amin":   slices.Min[[]float64],
	"min":    slices.Min[[]float64],
	"median": median,
	"sum":    kernel.Sum,
}

// inOrderMean is what numpy.bincount with weights gives, by the size of the bin.
func inOrderMean(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// median is numpy.median. It reorders the values.
func median(values []float64) float64 {
	slices.Sort(values)
	if n := len(values); n%2 == 0 {
		return (values[n/2-1] + values[n/2]) / 2
	}
	return values[len(values)/2]
}

func featureAgglomeration(_ *compiler, r pyobj.Ref) (*node, error) {
	labels, err := r.Ints("labels_")
	if err != nil {
		return nil, err
	}
	a := &agglomeration{width: len(labels)}
	for i, label := range labels {
		if label < 0 || label >= int64(len(labels)) {
			return nil, r.Format("labels_ has the value %d for %d features", label, len(labels))
		}
		for int64(len(a.groups)) <= label {
			a.groups = append(a.groups, nil)
		}
		a.groups[label] = append(a.groups[label], i)
	}
	for label, group := range a.groups {
		if len(group) == 0 {
			return nil, r.Format("no feature has the label %d", label)
		}
	}
	if a.pool, err = readPooling(r); err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, len(labels)); err != nil {
		return nil, err
	}
	a.names = n.names
	n.transform = &transformer{width: len(a.groups), run: a.run, names: prefixed("FeatureAgglomeration", len(a.groups))}
	n.outline.Summary = fmt.Sprintf("%s · %d groups", features(n.features), len(a.groups))
	return n, nil
}

func readPooling(r pyobj.Ref) (func([]float64) float64, error) {
	attr, ok := r.Attr("pooling_func")
	if !ok {
		return inOrderMean, nil
	}
	module, name, _ := attr.Class()
	f, ok := poolings[name]
	if _, is := attr.Value().(*pyobj.Global); !is || !ok || len(module) < 5 || module[:5] != "numpy" {
		return nil, attr.Unsupported("pooling_func="+pyobj.Describe(attr.Value()),
			"Use numpy.mean, numpy.median, numpy.max, numpy.min or numpy.sum.")
	}
	return f, nil
}

func (a *agglomeration) run(ws *workspace, x block) (block, error) {
	data, err := ws.centered(x, nil, a.names)
	if err != nil {
		return block{}, err
	}
	k := len(a.groups)
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	scratch := ws.floats(a.width)
	for i := range x.rows {
		row := data[i*a.width : (i+1)*a.width]
		for g, group := range a.groups {
			for p, j := range group {
				scratch[p] = row[j]
			}
			y.data[i*len(a.groups)+g] = a.pool(scratch[:len(group)])
		}
	}
	return y, nil
}

// digamma is the logarithmic derivative of the gamma function for x > 0, else NaN: by
// recurrence up to 12, then the asymptotic series (Abramowitz and Stegun,
// "Handbook of Mathematical Functions", 6.3.5 and 6.3.18).
func digamma(x float64) (sum float64) {
	if !(x > 0) { // no parameter of a fitted model
		return math.NaN()
	}
	for ; x < 12; x++ {
		sum -= 1 / x
	}
	z := 1 / (x * x)
	series := z * (1./12 - z*(1./120-z*(1./252-z*(1./240-z*(1./132-z*(691./32760-z/12))))))
	return sum + math.Log(x) - 0.5/x - series
}
