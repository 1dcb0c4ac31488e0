package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A bayesLinear is BayesianRidge or ARDRegression (sklearn/linear_model/_bayes.py):
// a linear model with the deviation of its answer. Before the deviation of a
// row x is computed, x is
//
//	(x - X_offset_) / X_scale_   with normalize=True, up to 1.1
//	x                            up to 1.8 otherwise
//	x - X_offset_                since 1.9
type bayesLinear struct {
	linear
	offset, scale []float64 // nil: none
	keep          []int     // the features that sigma is for
	sigma         []float64 // len(keep) × len(keep)
	noise         float64   // 1 / alpha_
}

func bayesianRidge(c *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := readBayesLinear(c, r)
	if err != nil {
		return nil, err
	}
	for j := range m.features {
		m.keep = append(m.keep, j)
	}
	return n, m.readSigma(r)
}

// ardRegression drops the features whose weights were pruned.
func ardRegression(c *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := readBayesLinear(c, r)
	if err != nil {
		return nil, err
	}
	lambda, err := perFeatureOf(r, "lambda_", m.features)
	if err != nil {
		return nil, err
	}
	threshold, err := floatOf(r, "threshold_lambda")
	if err != nil {
		return nil, err
	}
	for j, v := range lambda {
		if v < threshold {
			m.keep = append(m.keep, j)
		}
	}
	return n, m.readSigma(r)
}

func readBayesLinear(c *compiler, r pyobj.Ref) (*bayesLinear, *node, error) {
	l, n, err := regression(r)
	if err != nil {
		return nil, nil, err
	}
	m := &bayesLinear{linear: *l}
	if !m.flat {
		return nil, nil, r.Format("coef_ has two dimensions")
	}
	if m.noise, err = noiseOf(r); err != nil {
		return nil, nil, err
	}
	normalize, err := wasNormalized(c, r)
	if err != nil {
		return nil, nil, err
	}
	if _, ok := r.Attr("X_offset_"); !ok && normalize {
		return m, n, nil // ARDRegression of 0.20 forgot it, and fails with return_std
	}
	if err := m.readCentre(c, r, normalize); err != nil {
		return nil, nil, err
	}
	n.offer(&method{name: models.PredictStd, run: m.predictStd,
		outputs: []output{{port: models.Port{Name: "mean"}}, {port: models.Port{Name: "std"}}}})
	return m, n, nil
}

// noiseOf is 1 / alpha_. Of a float32 it is one, by the rules of NumPy 2.
func noiseOf(r pyobj.Ref) (float64, error) {
	attr, err := r.Need("alpha_")
	if err != nil {
		return 0, err
	}
	alpha, err := attr.Float()
	if err != nil {
		return 0, err
	}
	if isSingleScalar(attr.Value()) {
		return float64(1 / float32(alpha)), nil
	}
	return 1 / alpha, nil
}

// isSingleScalar reports whether v is a NumPy scalar of float32.
func isSingleScalar(v pyobj.Value) bool {
	o, ok := v.(*pyobj.Object)
	if !ok || !pyobj.IsScalar(v) || len(o.Args) == 0 {
		return false
	}
	t, _, err := pyobj.DType(o.Args[0])
	return err == nil && t.Kind == 'f' && t.Size == 4
}

// wasNormalized reads the parameter normalize, which 1.2 dropped.
func wasNormalized(c *compiler, r pyobj.Ref) (bool, error) {
	if attr, ok := r.Attr("_normalize"); ok { // 1.0 and 1.1
		return attr.Bool()
	}
	if c.written(r).before(1, 0) {
		return flag(r, "normalize", false)
	}
	return false, nil
}

// readCentre reads what x is centred and scaled by.
func (m *bayesLinear) readCentre(c *compiler, r pyobj.Ref, normalize bool) (err error) {
	if normalize || !c.written(r).before(1, 9) {
		if m.offset, err = perFeatureOf(r, "X_offset_", m.features); err != nil {
			return err
		}
	}
	if normalize {
		m.scale, err = perFeatureOf(r, "X_scale_", m.features)
	}
	return err
}

func (m *bayesLinear) readSigma(r pyobj.Ref) (err error) {
	if m.sigma, err = r.Floats("sigma_"); err != nil {
		return err
	}
	if k := len(m.keep); len(m.sigma) != k*k {
		return r.Format("sigma_ has %d values for %d features that are kept", len(m.sigma), k)
	}
	return nil
}

// predictStd is predict with return_std=True.
func (m *bayesLinear) predictStd(ws *workspace, x block, out [][]float64) error {
	x = ws.matrix(x)
	if err := m.decide(ws, x, out[0]); err != nil {
		return err
	}
	k := len(m.keep)
	row, scratch := ws.floats(k), ws.floats(k)
	for i := range x.rows {
		for j, feature := range m.keep {
			row[j] = m.centred(x.data[i*x.width+feature], feature)
		}
		out[1][i] = math.Sqrt(kernel.QuadraticForm(row, m.sigma, scratch) + m.noise)
	}
	return nil
}

func (m *bayesLinear) centred(v float64, feature int) float64 {
	if m.offset != nil {
		v -= m.offset[feature]
	}
	if m.scale != nil {
		v /= m.scale[feature]
	}
	return v
}
