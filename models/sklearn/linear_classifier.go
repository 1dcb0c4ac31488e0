package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A linearClassifier is LinearClassifierMixin (sklearn/linear_model/_base.py):
// one decision function a class, or one for two classes.
type linearClassifier struct {
	linear
	classes *labels
}

// readLinearClassifier reads coef_, intercept_ and classes_.
func readLinearClassifier(r pyobj.Ref) (*linearClassifier, error) {
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	return readDecisions(r, attr)
}

// readDecisions reads coef_ and intercept_ for the classes at attr.
func readDecisions(r, attr pyobj.Ref) (*linearClassifier, error) {
	l, err := readLinear(r)
	if err != nil {
		return nil, err
	}
	m := &linearClassifier{linear: *l}
	if m.classes, err = readLabels(attr); err != nil {
		return nil, err
	}
	k := m.classes.len()
	if rows := len(m.intercept); k < 2 || rows != decisions(k) {
		return nil, r.Format("coef_ has %d rows for %d classes", rows, k)
	}
	return m, nil
}

// decisions is the number of decision values for k classes: two share one.
func decisions(k int) int {
	if k == 2 {
		return 1
	}
	return k
}

// linearClassification compiles the classifiers without probabilities:
// LinearSVC, Perceptron, PassiveAggressiveClassifier.
func linearClassification(c *compiler, r pyobj.Ref) (*node, error) {
	m, err := readLinearClassifier(r)
	if err != nil {
		return nil, err
	}
	return m.node(r)
}

// node offers predict and decision_function.
func (m *linearClassifier) node(r pyobj.Ref) (*node, error) {
	n, err := m.classifier(r)
	if err != nil {
		return nil, err
	}
	m.offerDecision(n)
	return n, nil
}

// classifier offers predict.
func (m *linearClassifier) classifier(r pyobj.Ref) (*node, error) {
	n := new(node)
	if err := n.input(r, m.features); err != nil {
		return nil, err
	}
	m.names = n.names
	n.offer(one(models.Predict, models.Port{DType: m.classes.dtype}, m.classes, m.classify))
	n.outline.Summary = fmt.Sprintf("%s · %d classes", features(n.features), m.classes.len())
	return n, nil
}

// offerDecision adds decision_function.
func (m *linearClassifier) offerDecision(n *node) {
	n.offer(one(models.DecisionFunction, decisionPort(m.classes.len()), nil, m.decide))
}

// decisionPort is the port of the decisions for k classes.
func decisionPort(k int) models.Port {
	if k == 2 {
		return numbers(0)
	}
	return numbers(k)
}

// classify is predict: the class with the largest decision, the second of two
// if its one decision is above 0.
func (m *linearClassifier) classify(ws *workspace, x block, out []float64) error {
	k := len(m.intercept)
	scores := out
	if k > 1 {
		scores = ws.floats(x.rows * k)
	}
	if err := m.decide(ws, x, scores); err != nil {
		return err
	}
	for i := range out {
		switch {
		case k > 1:
			out[i] = float64(kernel.ArgMax(scores[i*k : (i+1)*k]))
		case scores[i] > 0:
			out[i] = 1
		default:
			out[i] = 0
		}
	}
	return nil
}

// ridgeClassifier compiles RidgeClassifier and RidgeClassifierCV
// (sklearn/linear_model/_ridge.py). The label binarizer has the classes, and,
// since 1.0, whether each row has a set of them.
func ridgeClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	binarizer, err := r.Need("_label_binarizer")
	if err != nil {
		return nil, err
	}
	classes, err := binarizer.Need("classes_")
	if err != nil {
		return nil, err
	}
	kind, err := word(binarizer, "y_type_", "multiclass")
	if err != nil {
		return nil, err
	}
	if kind == "multilabel-indicator" && !c.written(r).before(1, 0) {
		return multilabelRidge(r)
	}
	m, err := readDecisions(r, classes)
	if err != nil {
		return nil, err
	}
	return m.node(r)
}

// multilabelRidge answers 0 or 1 for each label.
func multilabelRidge(r pyobj.Ref) (*node, error) {
	l, err := readLinear(r)
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, l.features); err != nil {
		return nil, err
	}
	l.names = n.names
	k, decisions := len(l.intercept), numbers(len(l.intercept))
	if k == 1 {
		decisions = numbers(0)
	}
	predict := func(ws *workspace, x block, out []float64) error {
		if err := l.decide(ws, x, out); err != nil {
			return err
		}
		for i, v := range out {
			out[i] = 0
			if v > 0 {
				out[i] = 1
			}
		}
		return nil
	}
	n.offer(one(models.Predict, models.Port{DType: models.Int64, Width: k}, nil, predict))
	n.offer(one(models.DecisionFunction, decisions, nil, l.decide))
	n.outline.Summary = fmt.Sprintf("%s · %d labels", features(n.features), k)
	return n, nil
}
