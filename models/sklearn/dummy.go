package sklearn

import (
	"fmt"
	"slices"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var dummyClasses = []class{
	{"DummyClassifier", "sklearn", dummyClassifier},
	{"DummyRegressor", "sklearn", dummyRegressor},
}

// A constant answers the same to every row.
func constant(values []float64) func(ws *workspace, x block, out []float64) error {
	return func(ws *workspace, x block, out []float64) error {
		for k := len(values); len(out) > 0; out = out[k:] {
			copy(out[:k], values)
		}
		return nil
	}
}

// dummyInput is the input of an estimator that does not look at it. Neither does
// it check its values.
func (n *node) dummyInput(r pyobj.Ref) (err error) {
	n.features, n.names, err = recordedFeatures(r)
	if n.features == 0 { // before 1.0, or without n_features_in_
		n.inputs = []models.Port{}
	}
	return err
}

// dummyOutputs reads the number of targets and whether answers are lists: always
// if there are several. Up to 0.21 output_2d_ tells; later one target is bare.
func dummyOutputs(c *compiler, r pyobj.Ref) (n int, lists bool, err error) {
	attr, err := r.Need("n_outputs_")
	if err != nil {
		return 0, false, err
	}
	count, err := attr.Int()
	if err != nil {
		return 0, false, err
	}
	if count < 1 || count > maxFeatures {
		return 0, false, attr.Format("%d outputs", count)
	}
	lists = count > 1
	if c.written(r).before(0, 22) && !lists {
		lists, err = flag(r, "output_2d_", false)
	}
	return int(count), lists, err
}

// dummyRegressor compiles DummyRegressor (sklearn/dummy.py).
func dummyRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	if err := n.dummyInput(r); err != nil {
		return nil, err
	}
	count, lists, err := dummyOutputs(c, r)
	if err != nil {
		return nil, err
	}
	mean := models.Port{}
	values, err := dummyMeans(r, count, &mean)
	if err != nil {
		return nil, err
	}
	if lists {
		mean.Width = count
	}
	n.offer(one(models.Predict, mean, nil, constant(values)))
	n.offer(dummyDeviation(mean, values))
	n.outline.Summary = "constant"
	return n, nil
}

// dummyMeans reads constant_, whose type is that of the answers.
func dummyMeans(r pyobj.Ref, count int, port *models.Port) ([]float64, error) {
	attr, err := r.Need("constant_")
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	values, err := a.Float64s()
	if err != nil {
		return nil, attr.Format("%w", err)
	}
	if len(values) != count {
		return nil, attr.Format("%d values for %d outputs", len(values), count)
	}
	if a.DType.Kind == 'i' || a.DType.Kind == 'u' {
		port.DType = models.Int64
	}
	return values, nil
}

// dummyDeviation is predict with return_std=True: the deviation is 0.
func dummyDeviation(mean models.Port, values []float64) *method {
	fill := constant(values)
	mean.Name = "mean"
	return &method{name: models.PredictStd,
		outputs: []output{{port: mean}, {port: models.Port{Name: "std", Width: mean.Width}}},
		run: func(ws *workspace, x block, out [][]float64) error {
			clear(out[1])
			return fill(ws, x, out[0])
		}}
}

// A dummyTarget is one target of DummyClassifier: which label it answers, and
// with which probabilities.
type dummyTarget struct {
	classes *labels
	answer  int // of classes
	proba   []float64
}

// dummyClassifier compiles DummyClassifier. Its strategies stratified and uniform
// are random, and refused.
func dummyClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	if err := n.dummyInput(r); err != nil {
		return nil, err
	}
	count, lists, err := dummyOutputs(c, r)
	if err != nil {
		return nil, err
	}
	if sparse, err := flag(r, "sparse_output_", false); err != nil {
		return nil, err
	} else if sparse {
		return nil, r.Unsupported("a classifier with sparse answers", "Fit it on a dense y.")
	}
	strategy, err := word(r, present(r, "_strategy", "strategy"), "prior")
	if err != nil {
		return nil, err
	}
	targets, err := dummyTargets(r, count, lists, strategy)
	if err != nil {
		return nil, err
	}
	n.outline.Summary = strategy
	return n, n.offerDummies(r, targets, lists)
}

// dummyTargets reads the targets. The attributes of several, or of one in a
// list, are lists.
func dummyTargets(r pyobj.Ref, count int, lists bool, strategy string) ([]dummyTarget, error) {
	classes, err := dummyParts(r, "classes_", count, lists)
	if err != nil {
		return nil, err
	}
	priors, err := dummyParts(r, "class_prior_", count, lists)
	if err != nil {
		return nil, err
	}
	var constants *labels
	if strategy == "constant" {
		if constants, err = dummyConstants(r, count); err != nil {
			return nil, err
		}
	}
	targets := make([]dummyTarget, len(classes))
	for i := range targets {
		if err := targets[i].read(classes[i], priors[i]); err != nil {
			return nil, err
		}
		if err := targets[i].decide(r, strategy, constants, i); err != nil {
			return nil, err
		}
	}
	return targets, nil
}

func dummyParts(r pyobj.Ref, name string, count int, lists bool) ([]pyobj.Ref, error) {
	if lists {
		return itemsOf(r, name, count)
	}
	attr, err := r.Need(name)
	return []pyobj.Ref{attr}, err
}

// dummyConstants reads the parameter constant: a label for each target.
func dummyConstants(r pyobj.Ref, count int) (*labels, error) {
	attr, err := r.Need("constant")
	if err != nil {
		return nil, err
	}
	l, err := labelsOfAny(attr)
	if err == nil && l.len() != count {
		err = attr.Format("%d constants for %d targets", l.len(), count)
	}
	return l, err
}

func (t *dummyTarget) read(classes, prior pyobj.Ref) (err error) {
	if t.classes, err = readLabels(classes); err != nil {
		return err
	}
	a, err := prior.Array()
	if err != nil {
		return err
	}
	if t.proba, err = a.Float64s(); err != nil {
		return prior.Format("%w", err)
	}
	if len(t.proba) != t.classes.len() {
		return prior.Format("%d values for %d classes", len(t.proba), t.classes.len())
	}
	return nil
}

// decide sets the answer and its probabilities. With the strategy prior these are
// the priors, else 1 for the answer.
func (t *dummyTarget) decide(r pyobj.Ref, strategy string, constants *labels, i int) error {
	switch strategy {
	case "prior", "most_frequent":
		t.answer = kernel.ArgMax(t.proba)
	case "constant":
		if t.answer = slices.Index(t.classes.values(), constants.values()[i]); t.answer < 0 {
			return r.Unsupported("a constant of another type than the classes", "Give a constant that is one of the classes.")
		}
	default:
		return r.Unsupported(fmt.Sprintf("DummyClassifier with strategy=%q, whose answers are random,", strategy),
			"Use the strategy prior, most_frequent or constant.")
	}
	if strategy != "prior" {
		clear(t.proba)
		t.proba[t.answer] = 1
	}
	return nil
}

// offerDummies offers the methods: predict has the labels of all targets in one
// column, predict_proba a column a target.
func (n *node) offerDummies(r pyobj.Ref, targets []dummyTarget, lists bool) error {
	all, answers := &labels{dtype: targets[0].classes.dtype}, []float64(nil)
	for _, t := range targets {
		if t.classes.dtype != all.dtype {
			return r.Unsupported("targets of several types", "Fit a classifier for each.")
		}
		answers = append(answers, float64(all.len()+t.answer))
		all.add(t.classes)
	}
	port := models.Port{DType: all.dtype}
	if lists {
		port.Width = len(targets)
	}
	n.offer(one(models.Predict, port, all, constant(answers)))
	n.offer(dummyProba(models.PredictProba, targets))
	for i := range targets {
		targets[i].proba = slices.Clone(targets[i].proba)
		kernel.Log(targets[i].proba)
	}
	n.offer(dummyProba(models.PredictLogProba, targets))
	return nil
}

func dummyProba(name models.Method, targets []dummyTarget) *method {
	var fills []func(ws *workspace, x block, out []float64) error
	m := &method{name: name}
	for _, t := range targets {
		fills = append(fills, constant(t.proba))
		m.outputs = append(m.outputs, output{port: numbers(len(t.proba))})
	}
	m.run = func(ws *workspace, x block, out [][]float64) error {
		for i, fill := range fills {
			if err := fill(ws, x, out[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return m
}
