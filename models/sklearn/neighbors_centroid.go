package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A centroids is NearestCentroid (sklearn/neighbors/_nearest_centroid.py).
type centroids struct {
	training // a row a class
	product  *coefficients
	halves   []float64 // -c·c/2 of each
	classes  *labels
	distance distance
	names    []string

	// Since 1.6: what decision_function needs. scaled are the centroids and
	// deviation the features' scales, 1 where that is 0.
	discriminant bool
	priors       bool // predict by decision_function: priors differ
	scaled       []float64
	deviation    []float64
	logPriors    []float64
}

func nearestCentroid(c *compiler, r pyobj.Ref) (*node, error) {
	n, m := new(node), new(centroids)
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	if m.classes, err = readLabels(attr); err != nil {
		return nil, err
	}
	if m.training, err = readTraining(r, "centroids_"); err != nil {
		return nil, err
	}
	m.product, m.halves = &coefficients{coef: m.data, features: m.width}, make([]float64, m.rows)
	for i := range m.rows {
		m.halves[i] = -0.5 * kernel.Dot(m.row(i), m.row(i))
	}
	if m.rows != m.classes.len() {
		return nil, r.Format("%d centroids for %d classes", m.rows, m.classes.len())
	}
	metric, err := r.Need("metric")
	if err != nil {
		return nil, err
	}
	if m.distance, err = readDistance(metric, pyobj.Ref{}, m.width); err != nil {
		return nil, err
	}
	if err := n.input(r, m.width); err != nil {
		return nil, err
	}
	m.names = n.names
	if err := m.readDiscriminant(r); err != nil {
		return nil, err
	}
	m.offer(n)
	n.outline.Summary = fmt.Sprintf("%s · %d classes · %s", features(n.features), m.rows, m.distance.name)
	return n, nil
}

func (m *centroids) readDiscriminant(r pyobj.Ref) error {
	if _, ok := r.Attr("within_class_std_dev_"); !ok {
		return nil
	}
	var err error
	if m.deviation, err = r.Floats("within_class_std_dev_"); err != nil {
		return err
	}
	priors, err := r.Floats("class_prior_")
	if err != nil {
		return err
	}
	if len(m.deviation) != m.width || len(priors) != m.rows {
		return r.Format("%d deviations and %d priors for %d features and %d classes", len(m.deviation), len(priors), m.width, m.rows)
	}
	m.deviation = append([]float64(nil), m.deviation...)
	for j, s := range m.deviation {
		if s == 0 {
			m.deviation[j] = 1
		}
	}
	m.scaled = make([]float64, len(m.data))
	kernel.DivColumns(m.scaled, m.data, m.deviation)
	uniform := 1 / float64(m.rows)
	for _, p := range priors {
		m.logPriors = append(m.logPriors, 2*math.Log(p))
		if !(math.Abs(p-uniform) <= 1e-8+1e-5*uniform) { // numpy.isclose
			m.priors = true
		}
	}
	m.discriminant = m.distance.name == "euclidean"
	return nil
}

func (m *centroids) offer(n *node) {
	if !m.discriminant {
		n.classifies(m.classes, m.classify, nil)
		return
	}
	n.offer(one(models.Predict, models.Port{DType: m.classes.dtype}, m.classes, m.classify))
	n.offer(one(models.PredictProba, numbers(m.rows), nil, m.proba))
	n.offer(one(models.PredictLogProba, numbers(m.rows), nil, m.logProba))
	width := m.rows
	if width == 2 {
		width = 0
	}
	n.offer(one(models.DecisionFunction, numbers(width), nil, m.decide))
}

// classify answers the nearest centroid, the first of several.
func (m *centroids) classify(ws *workspace, x block, out []float64) error {
	d := ws.floats(x.rows * m.rows)
	if m.priors {
		if err := m.scores(ws, x, d); err != nil {
			return err
		}
	} else if x.sparse != nil && m.distance.squared {
		// x·c - c·c/2 is largest where |x-c|² is least.
		if err := m.product.project(ws, x, d, m.halves, m.names); err != nil {
			return err
		}
	} else {
		q := ws.matrix(x)
		if err := ws.finite(q, m.names); err != nil {
			return err
		}
		m.distance.all(d, q.data, m.data, m.width)
		for i := range d {
			d[i] = -d[i]
		}
	}
	for i := range out {
		out[i] = float64(kernel.ArgMax(d[i*m.rows : (i+1)*m.rows]))
	}
	return nil
}

// scores is _decision_function: minus the squared distance of what is scaled by the
// deviation within the classes, plus twice the logarithm of the prior.
func (m *centroids) scores(ws *workspace, x block, out []float64) error {
	y, src := ws.writable(x)
	if err := ws.finite(block{width: y.width, data: src}, m.names); err != nil {
		return err
	}
	kernel.DivColumns(y.data, src, m.deviation)
	m.distance.all(out, y.data, m.scaled, m.width)
	m.distance.finish(out)
	for i, d := range out {
		out[i] = m.logPriors[i%m.rows] - float64(d*d)
	}
	return nil
}

func (m *centroids) decide(ws *workspace, x block, out []float64) error {
	if m.rows != 2 {
		return m.scores(ws, x, out)
	}
	d := ws.floats(x.rows * 2)
	if err := m.scores(ws, x, d); err != nil {
		return err
	}
	for i := range out {
		out[i] = d[2*i+1] - d[2*i]
	}
	return nil
}

// logProba is DiscriminantAnalysisPredictionMixin.predict_log_proba.
func (m *centroids) logProba(ws *workspace, x block, out []float64) error {
	if err := m.scores(ws, x, out); err != nil {
		return err
	}
	e := ws.floats(m.rows)
	for i := 0; i < len(out); i += m.rows {
		row := out[i : i+m.rows]
		most := row[kernel.ArgMax(row)]
		for j := range row {
			row[j] -= most
			e[j] = kernel.Exp(row[j])
		}
		total := math.Log(kernel.Sum(e))
		for j := range row {
			row[j] -= total
		}
	}
	return nil
}

func (m *centroids) proba(ws *workspace, x block, out []float64) error {
	if err := m.logProba(ws, x, out); err != nil {
		return err
	}
	for i, v := range out {
		out[i] = kernel.Exp(v)
	}
	return nil
}
