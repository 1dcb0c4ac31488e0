package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// treeTargets are what a tree or forest was fitted to: for a classifier the classes
// of each output, for a regressor only the number of outputs.
type treeTargets struct {
	outputs int
	classes []*labels // of each output; nil for a regressor
	counts  []int     // of values that each output has in a row: its classes, or 1
	width   int       // the sum of counts
	joined  *labels   // the classes of all outputs, one after another
}

// readTargets reads n_outputs_ and, of a classifier, classes_: an array, or with
// several outputs a list of arrays.
func (c *compiler) readTargets(r pyobj.Ref, classifier bool) (*treeTargets, error) {
	attr, err := r.Need("n_outputs_")
	if err != nil {
		return nil, err
	}
	n, err := attr.Int()
	if err != nil {
		return nil, err
	}
	if n < 1 || n > 1<<20 {
		return nil, attr.Format("%d outputs", n)
	}
	t := &treeTargets{outputs: int(n)}
	if !classifier {
		for range t.outputs {
			t.counts = append(t.counts, 1)
		}
		t.width = t.outputs
		return t, nil
	}
	return t, t.readClasses(r, c.version)
}

func (t *treeTargets) readClasses(r pyobj.Ref, v version) error {
	attr, err := r.Need("classes_")
	if err != nil {
		return err
	}
	list := []pyobj.Ref{attr}
	if t.outputs > 1 {
		if list, err = attr.Items(); err != nil {
			return err
		}
	}
	if len(list) != t.outputs {
		return attr.Format("the classes of %d outputs, want %d", len(list), t.outputs)
	}
	for _, item := range list {
		l, err := readLabels(item)
		if err != nil {
			return err
		}
		t.classes = append(t.classes, l)
		t.counts = append(t.counts, l.len())
		t.width += l.len()
	}
	t.joined, err = joinTreeLabels(attr, t.classes, v)
	return err
}

// joinTreeLabels puts the labels of several outputs in one list. The answer is one
// array in scikit-learn too, of the first output's dtype (of float64 before
// 0.21).
func joinTreeLabels(r pyobj.Ref, list []*labels, v version) (*labels, error) {
	if len(list) == 1 {
		return list[0], nil
	}
	joined := &labels{dtype: list[0].dtype}
	for _, l := range list {
		if l.dtype != joined.dtype {
			return nil, r.Unsupported(fmt.Sprintf("outputs whose labels are of different types, %s and %s,", joined.dtype, l.dtype),
				"Fit on labels of one type.")
		}
		joined.i64 = append(joined.i64, l.i64...)
		joined.f64 = append(joined.f64, l.f64...)
		joined.bools = append(joined.bools, l.bools...)
		joined.str = append(joined.str, l.str...)
	}
	if joined.dtype != models.String && v.olderThan(0, 21) {
		return joined.asFloats(), nil
	}
	return joined, nil
}

// asFloats gives labels that are numbers as floats.
func (l *labels) asFloats() *labels {
	out := &labels{dtype: models.Float64, f64: l.f64}
	for _, v := range l.i64 {
		out.f64 = append(out.f64, float64(v))
	}
	for _, v := range l.bools {
		out.f64 = append(out.f64, map[bool]float64{true: 1}[v])
	}
	return out
}

// olderThan reports whether v is older than major.minor.
func (v version) olderThan(major, minor int) bool {
	return v.major < major || v.major == major && v.minor < minor
}

// summary tells the outputs for an outline.
func (t *treeTargets) summary() string {
	switch {
	case t.outputs > 1:
		return fmt.Sprintf(" · %d outputs", t.outputs)
	case t.classes != nil:
		return fmt.Sprintf(" · %d classes", t.width)
	}
	return ""
}

// labelPort is what predict of a classifier answers.
func (t *treeTargets) labelPort() models.Port {
	p := models.Port{DType: t.joined.dtype}
	if t.outputs > 1 {
		p.Width = t.outputs
	}
	return p
}

// valuePort is what predict of a regressor answers.
func (t *treeTargets) valuePort() models.Port {
	if t.outputs == 1 {
		return numbers(0)
	}
	return numbers(t.outputs)
}

// A treeScores writes the values of all outputs, width a row.
type treeScores func(ws *workspace, x block, out []float64) error

// probabilities is predict_proba or predict_log_proba: one output for each of the
// classifier's.
func (t *treeTargets) probabilities(name models.Method, score treeScores) *method {
	m := &method{name: name}
	for _, k := range t.counts {
		m.outputs = append(m.outputs, output{port: numbers(k)})
	}
	if t.outputs == 1 {
		m.run = func(ws *workspace, x block, out [][]float64) error { return score(ws, x, out[0]) }
		return m
	}
	m.run = func(ws *workspace, x block, out [][]float64) error {
		all := ws.floats(x.rows * t.width)
		if err := score(ws, x, all); err != nil {
			return err
		}
		at := 0
		for j, k := range t.counts {
			for i := range x.rows {
				copy(out[j][i*k:(i+1)*k], all[i*t.width+at:])
			}
			at += k
		}
		return nil
	}
	return m
}

// classify is predict of a classifier: of each output the first class with the
// highest score.
func (t *treeTargets) classify(score treeScores) treeScores {
	return func(ws *workspace, x block, out []float64) error {
		all := ws.floats(x.rows * t.width)
		if err := score(ws, x, all); err != nil {
			return err
		}
		for i := range x.rows {
			at := i * t.width
			first := 0
			for j, k := range t.counts {
				out[i*t.outputs+j] = float64(first + kernel.ArgMax(all[at:at+k]))
				first, at = first+k, at+k
			}
		}
		return nil
	}
}

// offerClassifier offers the methods of a classifier: predict by the highest of
// votes, and the probabilities.
func (t *treeTargets) offerClassifier(n *node, votes, proba treeScores) {
	n.offer(one(models.Predict, t.labelPort(), t.joined, t.classify(votes)))
	n.offer(t.probabilities(models.PredictProba, proba))
	n.offer(t.probabilities(models.PredictLogProba, logOf(proba)))
}
