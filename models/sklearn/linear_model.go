package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var linearModelClasses = []class{
	{"ARDRegression", "sklearn", ardRegression},
	{"BayesianRidge", "sklearn", bayesianRidge},
	{"ElasticNet", "sklearn", linearRegression},
	{"ElasticNetCV", "sklearn", linearRegression},
	{"GammaRegressor", "sklearn", generalizedLinear},
	{"HuberRegressor", "sklearn", linearRegression},
	{"Lars", "sklearn", linearRegression},
	{"LarsCV", "sklearn", linearRegression},
	{"Lasso", "sklearn", linearRegression},
	{"LassoCV", "sklearn", linearRegression},
	{"LassoLars", "sklearn", linearRegression},
	{"LassoLarsCV", "sklearn", linearRegression},
	{"LassoLarsIC", "sklearn", linearRegression},
	{"LinearRegression", "sklearn", linearRegression},
	{"LinearSVC", "sklearn", linearClassification},
	{"LinearSVR", "sklearn", linearRegression},
	{"LogisticRegression", "sklearn", logisticRegression},
	{"LogisticRegressionCV", "sklearn", logisticRegression},
	{"MultiTaskElasticNet", "sklearn", linearRegression},
	{"MultiTaskElasticNetCV", "sklearn", linearRegression},
	{"MultiTaskLasso", "sklearn", linearRegression},
	{"MultiTaskLassoCV", "sklearn", linearRegression},
	{"OrthogonalMatchingPursuit", "sklearn", linearRegression},
	{"OrthogonalMatchingPursuitCV", "sklearn", linearRegression},
	{"PassiveAggressiveClassifier", "sklearn", linearClassification},
	{"PassiveAggressiveRegressor", "sklearn", linearRegression},
	{"Perceptron", "sklearn", linearClassification},
	{"PoissonRegressor", "sklearn", generalizedLinear},
	{"QuantileRegressor", "sklearn", linearRegression},
	{"RANSACRegressor", "sklearn", ransacRegressor},
	{"Ridge", "sklearn", linearRegression},
	{"RidgeCV", "sklearn", linearRegression},
	{"RidgeClassifier", "sklearn", ridgeClassifier},
	{"RidgeClassifierCV", "sklearn", ridgeClassifier},
	{"SGDClassifier", "sklearn", sgdClassifier},
	{"SGDOneClassSVM", "sklearn", sgdOneClassSVM},
	{"SGDRegressor", "sklearn", linearRegression},
	{"TheilSenRegressor", "sklearn", linearRegression},
	{"TweedieRegressor", "sklearn", generalizedLinear},
}

// A linear is the affine map of sklearn/linear_model/_base.py: X @ coef_.T +
// intercept_. Parameters that were fitted as float32 are widened: numpy
// computes in float64 as soon as X is.
type linear struct {
	*coefficients
	intercept []float64
	packed    *kernel.Packed // both, where that gains; nil else
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
	l.packed = newProduct(l.coef, l.intercept, l.features).packed
	return l, nil
}

func (l *linear) readCoef(attr pyobj.Ref) error {
	l.coefficients = new(coefficients)
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
	if x.sparse != nil || l.packed == nil {
		return l.project(ws, x, out, l.intercept, l.names)
	}
	m := ws.matrix(x)
	l.packed.Affine(out, m.data)
	return ws.finite(m, l.names)
}

// linearRegression compiles LinearRegression and all that predicts as it does.
func linearRegression(c *compiler, r pyobj.Ref) (*node, error) {
	_, n, err := regression(r)
	return n, err
}

// regression reads a linear model and offers its answers. A target of one
// dimension is answered with a bare value, a target of shape (rows, n) with n
// values.
func regression(r pyobj.Ref) (*linear, *node, error) {
	l, err := readLinear(r)
	if err != nil {
		return nil, nil, err
	}
	n := new(node)
	if err := n.input(r, l.features); err != nil {
		return nil, nil, err
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
	return l, n, nil
}

func features(n int) string {
	if n == 1 {
		return "1 feature"
	}
	return fmt.Sprintf("%d features", n)
}
