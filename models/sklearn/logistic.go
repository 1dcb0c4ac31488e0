package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A link is how LogisticRegression turns its decision function into
// probabilities.
type link uint8

const (
	sigmoid     link = iota // of two classes: (1-p, p)
	ovr                     // a sigmoid per class, then divided by their sum
	softmax                 // of all decisions
	softmaxPair             // of (-d, d): two classes, fitted as multinomial
)

var linkNames = [...]string{"binary", "one-vs-rest", "multinomial", "multinomial"}

// A logistic is a linear classifier with probabilities: LogisticRegression
// (sklearn/linear_model/_logistic.py) and those that take its links.
type logistic struct {
	linearClassifier
	link link

	// zeros says what becomes of a row whose sigmoids are all 0: equal
	// probabilities, as LinearClassifierMixin._predict_proba_lr has it since
	// 1.9, or else NaN.
	zeros bool
}

func logisticRegression(c *compiler, r pyobj.Ref) (*node, error) {
	l, err := readLinearClassifier(r)
	if err != nil {
		return nil, err
	}
	m := &logistic{linearClassifier: *l}
	if m.link, err = readLink(r, m.classes.len()); err != nil {
		return nil, err
	}
	n, err := m.classifier(r)
	if err != nil {
		return nil, err
	}
	m.offerProbabilities(n)
	m.offerDecision(n)
	n.outline.Summary += " · " + linkNames[m.link]
	return n, nil
}

// offerProbabilities adds predict_proba and its logarithm.
func (m *logistic) offerProbabilities(n *node) {
	k := m.classes.len()
	n.offer(one(models.PredictProba, numbers(k), nil, m.probabilities))
	n.offer(one(models.PredictLogProba, numbers(k), nil, logOf(m.probabilities)))
}

// readLink decides as predict_proba of the version that wrote r. Up to 1.7 the
// parameter multi_class decides; since 1.8 it is gone, and more than two
// classes are always multinomial.
func readLink(r pyobj.Ref, classes int) (link, error) {
	multi := softmax
	if classes == 2 {
		multi = softmaxPair
	}
	attr, ok := r.Attr("multi_class")
	if !ok {
		if classes == 2 {
			return sigmoid, nil
		}
		return softmax, nil
	}
	choice, err := attr.Str()
	if err != nil {
		return 0, err
	}
	solver, err := word(r, "solver", "lbfgs")
	if err != nil {
		return 0, err
	}
	switch choice {
	case "multinomial":
		return multi, nil
	case "ovr", "warn": // "warn" stood for the default in 0.20 and 0.21
	case "auto", "deprecated": // "deprecated" stands for the default since 1.5
		if classes > 2 && solver != "liblinear" {
			return softmax, nil
		}
	default:
		return 0, attr.Unsupported(fmt.Sprintf("multi_class=%q", choice), "scikit-learn knows auto, ovr and multinomial.")
	}
	if classes == 2 {
		return sigmoid, nil
	}
	return ovr, nil
}

// probabilities is predict_proba.
func (m *logistic) probabilities(ws *workspace, x block, out []float64) error {
	if k := len(m.intercept); k > 1 {
		if err := m.decide(ws, x, out); err != nil {
			return err
		}
		if m.link == softmax {
			kernel.Softmax(out, k)
			return nil
		}
		kernel.Expit(out)
		m.normalize(out, k)
		return nil
	}
	d := ws.floats(x.rows)
	if err := m.decide(ws, x, d); err != nil {
		return err
	}
	if m.link == softmaxPair {
		for i, v := range d {
			out[2*i], out[2*i+1] = -v, v
		}
		kernel.Softmax(out, 2)
		return nil
	}
	kernel.Expit(d)
	for i, p := range d {
		out[2*i], out[2*i+1] = 1-p, p
	}
	return nil
}

// normalize divides each row by its sum.
func (m *logistic) normalize(p []float64, k int) {
	if m.zeros {
		kernel.NormalizeRowsOrEqual(p, k)
		return
	}
	kernel.NormalizeRows(p, k)
}

// logOf is predict_log_proba of what answers with probabilities.
func logOf(proba func(ws *workspace, x block, out []float64) error) func(ws *workspace, x block, out []float64) error {
	return func(ws *workspace, x block, out []float64) error {
		if err := proba(ws, x, out); err != nil {
			return err
		}
		kernel.Log(out)
		return nil
	}
}
