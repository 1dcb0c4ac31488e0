package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var linearModelClasses = []class{
	{"LinearRegression", "sklearn", linearRegression},
	{"LogisticRegression", "sklearn", logisticRegression},
	{"Ridge", "sklearn", linearRegression},
}

// A linear is the affine map of sklearn/linear_model/_base.py: X @ coef_.T +
// intercept_. Parameters that were fitted as float32 are widened: numpy
// computes in float64 as soon as X is.
type linear struct {
	coef      []float64 // len(intercept) rows of features values
	intercept []float64
	features  int
	names     []string
	flat      bool // coef_ has one dimension: one bare answer a row
}

// readLinear reads coef_ and intercept_. The intercept may be one number for
// all outputs (0.0 with fit_intercept=False).
func readLinear(r pyobj.Ref) (*linear, error) {
	attr, err := r.Need("coef_")
	if err != nil {
		return nil, err
	}
	l := new(linear)
	if err := l.readCoef(attr); err != nil {
		return nil, err
	}
	outputs := 1
	if l.features > 0 {
		outputs = len(l.coef) / l.features
	}
	bias, err := r.Floats("intercept_")
	if err != nil {
		return nil, err
	}
	if len(bias) != outputs && len(bias) != 1 {
		return nil, r.Format("coef_ has %d rows, intercept_ %d values", outputs, len(bias))
	}
	l.intercept = make([]float64, outputs)
	for i := range l.intercept {
		l.intercept[i] = bias[i%len(bias)]
	}
	return l, nil
}

func (l *linear) readCoef(attr pyobj.Ref) error {
	if isSparse(attr) {
		var err error
		l.coef, l.features, err = readSparse(attr)
		return err
	}
	a, err := attr.Array()
	if err != nil {
		return err
	}
	if a.Dims() != 1 && a.Dims() != 2 || a.Len() == 0 {
		return attr.Format("want coefficients of one or two dimensions, got shape %v", a.Shape)
	}
	if l.coef, err = a.Float64s(); err != nil {
		return attr.Format("%w", err)
	}
	l.features, l.flat = a.Shape[a.Dims()-1], a.Dims() == 1
	return nil
}

// decide is _decision_function: out has len(l.intercept) values a row.
func (l *linear) decide(ws *workspace, x block, out []float64) error {
	m := ws.matrix(x)
	if err := ws.finite(m, l.names); err != nil {
		return err
	}
	kernel.Affine(out, m.data, l.coef, l.intercept, l.features)
	return nil
}

// linearRegression compiles LinearRegression and all that predicts as it does.
// A target of one dimension is answered with a bare value, a target of shape
// (rows, n) with n values.
func linearRegression(c *compiler, r pyobj.Ref) (*node, error) {
	l, err := readLinear(r)
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, l.features); err != nil {
		return nil, err
	}
	l.names = n.names
	width := len(l.intercept)
	if l.flat {
		width = 0
	}
	n.offer(one(models.Predict, numbers(width), nil, l.decide))
	n.outline.Summary = features(n.features)
	if width > 1 {
		n.outline.Summary += fmt.Sprintf(" · %d targets", width)
	}
	return n, nil
}

func features(n int) string {
	if n == 1 {
		return "1 feature"
	}
	return fmt.Sprintf("%d features", n)
}

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

// A logistic is LogisticRegression (sklearn/linear_model/_logistic.py), with the
// methods of LinearClassifierMixin.
type logistic struct {
	linear
	classes *labels
	link    link
}

func logisticRegression(c *compiler, r pyobj.Ref) (*node, error) {
	l, err := readLinear(r)
	if err != nil {
		return nil, err
	}
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	m := &logistic{linear: *l}
	if m.classes, err = readLabels(attr); err != nil {
		return nil, err
	}
	k := m.classes.len()
	if rows := len(m.intercept); m.flat || k < 2 || rows != decisions(k) {
		return nil, r.Format("coef_ has %d rows for %d classes", rows, k)
	}
	if m.link, err = readLink(r, k); err != nil {
		return nil, err
	}
	return m.node(r)
}

// decisions is the number of decision values for k classes: two share one.
func decisions(k int) int {
	if k == 2 {
		return 1
	}
	return k
}

func (m *logistic) node(r pyobj.Ref) (*node, error) {
	n := new(node)
	if err := n.input(r, m.features); err != nil {
		return nil, err
	}
	m.names = n.names
	k := m.classes.len()
	scores := numbers(k)
	if k == 2 {
		scores = numbers(0)
	}
	n.offer(one(models.Predict, models.Port{DType: m.classes.dtype}, m.classes, m.classify))
	n.offer(one(models.PredictProba, numbers(k), nil, m.probabilities))
	n.offer(one(models.PredictLogProba, numbers(k), nil, logOf(m.probabilities)))
	n.offer(one(models.DecisionFunction, scores, nil, m.decide))
	n.outline.Summary = fmt.Sprintf("%s · %d classes · %s", features(n.features), k, linkNames[m.link])
	return n, nil
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

// classify is predict: the class with the largest decision, the second of two
// if its one decision is above 0.
func (m *logistic) classify(ws *workspace, x block, out []float64) error {
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
		kernel.NormalizeRows(out, k)
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
