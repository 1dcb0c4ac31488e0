package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var discriminantClasses = []class{
	{"LinearDiscriminantAnalysis", "sklearn", linearDiscriminant},
	{"QuadraticDiscriminantAnalysis", "sklearn", quadraticDiscriminant},
}

// linearDiscriminant compiles LinearDiscriminantAnalysis
// (sklearn/discriminant_analysis.py). More than two classes were one-vs-rest up
// to 0.20, and are a softmax since. Since 0.24 the logarithm of a probability
// of 0 is that of the smallest normal number.
func linearDiscriminant(c *compiler, r pyobj.Ref) (*node, error) {
	l, err := readLinearClassifier(r)
	if err != nil {
		return nil, err
	}
	n, err := l.classifier(r)
	if err != nil {
		return nil, err
	}
	m, k, v := &logistic{linearClassifier: *l}, l.classes.len(), c.written(r)
	switch {
	case k == 2:
		m.link = sigmoid
	case v.before(0, 21):
		m.link = ovr
	default:
		m.link = softmax
	}
	n.offer(one(models.PredictProba, numbers(k), nil, m.probabilities))
	logProba := logOf(m.probabilities)
	if !v.before(0, 24) {
		logProba = logOf(m.positive)
	}
	n.offer(one(models.PredictLogProba, numbers(k), nil, logProba))
	l.offerDecision(n)
	n.transform, err = discriminants(r, n)
	return n, err
}

// positive is predict_proba with the smallest normal number in the place of 0.
func (m *logistic) positive(ws *workspace, x block, out []float64) error {
	if err := m.probabilities(ws, x, out); err != nil {
		return err
	}
	for i, p := range out {
		if p == 0 {
			out[i] = 0x1p-1022
		}
	}
	return nil
}

// discriminants is transform: (X - xbar_) @ scalings_ with the solver svd,
// X @ scalings_ with eigen, the first _max_components columns of it. The solver
// lsqr has none.
func discriminants(r pyobj.Ref, n *node) (*transformer, error) {
	solver, err := word(r, "solver", "svd")
	if err != nil || solver == "lsqr" {
		return nil, err
	}
	scalings, err := matrixOf(r, "scalings_", n.features)
	if err != nil {
		return nil, err
	}
	attr, err := r.Need("_max_components")
	if err != nil {
		return nil, err
	}
	most, err := attr.Int()
	if err != nil {
		return nil, err
	}
	if most < 1 {
		return nil, attr.Format("%d components", most)
	}
	p := &affine{names: n.names, features: n.features, weights: scalings.columns(int(min(most, int64(scalings.cols))))}
	if solver == "svd" {
		if p.mean, err = perFeatureOf(r, "xbar_", n.features); err != nil {
			return nil, err
		}
	}
	return p.transformer(), nil
}

// A quadratic is QuadraticDiscriminantAnalysis: for each class a mean, and the
// rotation of its covariance with 1/sqrt of the scaling folded in.
type quadratic struct {
	classes  *labels
	features int
	names    []string
	gauss    []whitened
}

// A whitened is one class: its log posterior is constant - |weights·(x-mean)|²/2.
type whitened struct {
	mean     []float64
	weights  []float64 // rank × features
	rank     int
	logs     float64 // Σ log scalings
	logPrior float64
}

func quadraticDiscriminant(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	q := new(quadratic)
	if q.classes, err = readLabels(attr); err != nil {
		return nil, err
	}
	if err := q.read(r); err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, q.features); err != nil {
		return nil, err
	}
	q.names = n.names
	k := q.classes.len()
	n.offer(one(models.Predict, models.Port{DType: q.classes.dtype}, q.classes, q.predict))
	n.offer(one(models.PredictProba, numbers(k), nil, q.proba))
	logProba := q.logProba
	if c.written(r).before(1, 6) {
		logProba = logOf(q.proba)
	}
	n.offer(one(models.PredictLogProba, numbers(k), nil, logProba))
	n.offer(one(models.DecisionFunction, decisionPort(k), nil, q.decision))
	n.outline.Summary = fmt.Sprintf("%s · %d classes", features(n.features), k)
	return n, nil
}

func (q *quadratic) read(r pyobj.Ref) error {
	k := q.classes.len()
	means, err := matrixOf(r, "means_", 0)
	if err != nil {
		return err
	}
	priors, err := r.Floats("priors_")
	if err != nil {
		return err
	}
	rotations, err := itemsOf(r, "rotations_", k)
	if err != nil {
		return err
	}
	scalings, err := itemsOf(r, "scalings_", k)
	if err != nil {
		return err
	}
	if means.rows != k || len(priors) != k || k < 2 {
		return r.Format("means_ has %d rows, priors_ %d values for %d classes", means.rows, len(priors), k)
	}
	q.features = means.cols
	kernel.Log(priors)
	q.gauss = make([]whitened, k)
	for i := range q.gauss {
		g := &q.gauss[i]
		g.mean, g.logPrior = means.row(i), priors[i]
		if err := g.read(rotations[i], scalings[i], q.features); err != nil {
			return err
		}
	}
	return nil
}

// read folds the scaling into the rotation. Of float32 both stay so; NumPy's
// float32 powers are then off by a unit in the last place on some processors,
// these are not.
func (g *whitened) read(rotation, scaling pyobj.Ref, features int) error {
	r, err := readMatrix(rotation, features)
	if err != nil {
		return err
	}
	a, err := scaling.Array()
	if err != nil {
		return err
	}
	s, err := a.Float64s()
	if err != nil {
		return scaling.Format("%w", err)
	}
	if g.rank = r.cols; len(s) != g.rank {
		return scaling.Format("%d values for a rotation of %d columns", len(s), g.rank)
	}
	g.weights = r.columns(g.rank)
	for i, v := range s {
		scale := 1 / math.Sqrt(v)
		if r.single {
			scale = float64(float32(scale))
		}
		for j := range features {
			g.weights[i*features+j] *= scale
		}
	}
	if r.single {
		toSingle(g.weights)
	}
	g.logs = logSum(s, r.single)
	return nil
}

// posterior is _decision_function: the log posterior up to a constant.
func (q *quadratic) posterior(ws *workspace, x block, out []float64) error {
	m := ws.matrix(x)
	if err := ws.finite(m, q.names); err != nil {
		return err
	}
	k, centred := len(q.gauss), ws.floats(q.features)
	for c := range q.gauss {
		g := &q.gauss[c]
		squares := ws.floats(g.rank)
		for i := range m.rows {
			kernel.SubColumns(centred, m.data[i*m.width:(i+1)*m.width], g.mean)
			for j := range squares {
				d := kernel.Dot(centred, g.weights[j*q.features:])
				squares[j] = d * d
			}
			out[i*k+c] = float64(-0.5*(kernel.Sum(squares)+g.logs)) + g.logPrior
		}
	}
	return nil
}

func (q *quadratic) predict(ws *workspace, x block, out []float64) error {
	k := len(q.gauss)
	p := ws.floats(x.rows * k)
	if err := q.posterior(ws, x, p); err != nil {
		return err
	}
	for i := range out {
		out[i] = float64(kernel.ArgMax(p[i*k : (i+1)*k]))
	}
	return nil
}

// decision is the posteriors, or the difference of two.
func (q *quadratic) decision(ws *workspace, x block, out []float64) error {
	if len(q.gauss) > 2 {
		return q.posterior(ws, x, out)
	}
	p := ws.floats(2 * x.rows)
	if err := q.posterior(ws, x, p); err != nil {
		return err
	}
	for i := range out {
		out[i] = p[2*i+1] - p[2*i]
	}
	return nil
}

func (q *quadratic) proba(ws *workspace, x block, out []float64) error {
	if err := q.posterior(ws, x, out); err != nil {
		return err
	}
	kernel.Softmax(out, len(q.gauss))
	return nil
}

// logProba is predict_log_proba since 1.6: without a detour through numbers that
// are too small for it.
func (q *quadratic) logProba(ws *workspace, x block, out []float64) error {
	if err := q.posterior(ws, x, out); err != nil {
		return err
	}
	kernel.LogSoftmax(out, len(q.gauss))
	return nil
}
