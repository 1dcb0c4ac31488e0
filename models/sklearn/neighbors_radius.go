package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// A nearRows is an estimator over all rows within a radius.
type nearRows struct {
	neighbourhood
	radius     float64
	byDistance bool
}

func readWithin(r pyobj.Ref, n *node) (*nearRows, error) {
	s, err := readNeighbourhood(r, n)
	if err != nil {
		return nil, err
	}
	m := &nearRows{neighbourhood: *s}
	attr, err := r.Need("radius")
	if err != nil {
		return nil, err
	}
	if m.radius, err = attr.Float(); err != nil {
		return nil, err
	}
	if m.byDistance, err = readWeights(r); err != nil {
		return nil, err
	}
	n.outline.Summary = fmt.Sprintf("%s · radius %v around %d rows · %s", features(n.features), m.radius, m.rows, m.distance.name)
	return m, nil
}

// each calls f with the rows within the radius of every row of x, in their own
// order, and their distances, until it returns false.
func (m *nearRows) each(ws *workspace, x block, f func(i int, index []int, dist []float64) bool) error {
	if m.sparse != nil {
		return m.eachSparse(ws, x, f)
	}
	q := ws.matrix(x)
	if err := ws.finite(q, m.names); err != nil {
		return err
	}
	all, index := ws.floats(m.rows), ws.ints(m.rows)
	limit := m.distance.reduce(m.radius)
	for i := range q.rows {
		m.measure(all, q.rowsBetween(i, i+1), 0, m.rows)
		n := 0
		for j, d := range all {
			if d <= limit {
				all[n], index[n] = d, j
				n++
			}
		}
		m.distance.finish(all[:n])
		if !f(i, index[:n], all[:n]) {
			return nil
		}
	}
	return nil
}

// eachSparse is each for sparse rows.
func (m *nearRows) eachSparse(ws *workspace, x block, f func(i int, index []int, dist []float64) bool) error {
	q, err := ws.entries(x, m.names)
	if err != nil {
		return err
	}
	all, index := ws.floats(m.rows), ws.ints(m.rows)
	limit := m.distance.reduce(m.radius)
	for i := range x.rows {
		m.reduced(all, q, i)
		n := 0
		for j := range all {
			if d := m.exactly(all[j], q, i, j, limit); d <= limit {
				all[n], index[n] = d, j
				n++
			}
		}
		m.distance.finish(all[:n])
		if !f(i, index[:n], all[:n]) {
			return nil
		}
	}
	return nil
}

// weights turns distances into weights.
func (m *nearRows) weights(dist []float64) []float64 {
	if m.byDistance {
		weigh(dist)
		return dist
	}
	for i := range dist {
		dist[i] = 1
	}
	return dist
}

func radiusNeighborsRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	m, err := readWithin(r, n)
	if err != nil {
		return nil, err
	}
	t, err := readTargets(r, m.rows)
	if err != nil {
		return nil, err
	}
	n.offer(one(models.Predict, t.port, nil, func(ws *workspace, x block, out []float64) error {
		return m.each(ws, x, func(i int, index []int, dist []float64) bool {
			answer := out[i*t.width : (i+1)*t.width]
			if len(index) == 0 { // no neighbours: NaN
				for o := range answer {
					answer[o] = math.NaN()
				}
				return true
			}
			t.mean(answer, index, m.weights(dist))
			return true
		})
	}))
	return n, nil
}

// A radiusClassifier is RadiusNeighborsClassifier. Rows without neighbours get the outlier label of each target.
type radiusClassifier struct {
	nearRows
	*classTargets
	outlier []int  // code of each target's outlier label, in labels; nil without one
	class   []bool // that code is a class of the target
}

func radiusNeighborsClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	w, err := readWithin(r, n)
	if err != nil {
		return nil, err
	}
	m := &radiusClassifier{nearRows: *w}
	if m.classTargets, err = readClassTargets(r, m.rows); err != nil {
		return nil, err
	}
	label, proba, err := m.outlierLabels(r)
	if err != nil {
		return nil, err
	}
	if err := m.readOutliers(label); err != nil {
		return nil, err
	}
	n.offer(one(models.Predict, m.port(), m.labels, m.classify))
	if proba {
		n.offer(m.probabilities(models.PredictProba, m.proba))
	}
	return n, nil
}

// outlierLabels finds the labels of outliers, one a target. Before 0.22 there was one
// for all, as given, and no predict_proba.
func (m *radiusClassifier) outlierLabels(r pyobj.Ref) (labels pyobj.Ref, proba bool, err error) {
	if label, ok := r.Attr("outlier_label_"); ok {
		return label, true, nil
	}
	label, err := r.Need("outlier_label")
	if err != nil || label.IsNone() {
		return label, false, err
	}
	list := new(pyobj.List)
	for range m.counts {
		list.Items = append(list.Items, label.Value())
	}
	return pyobj.NewRef(label.Path(), list), false, nil
}

// readOutliers finds the outlier labels among the classes. One that is no class
// is added behind them, where only predict finds it.
func (m *radiusClassifier) readOutliers(r pyobj.Ref) error {
	if r.IsNone() {
		return nil
	}
	wanted, err := readLabels(r)
	if err != nil {
		return err
	}
	if wanted.dtype == models.Int64 && m.labels.dtype == models.Float64 {
		wanted = wanted.floats()
	}
	if wanted.len() != len(m.counts) || wanted.dtype != m.labels.dtype {
		return r.Unsupported("outlier labels of another number or type than the targets", "Use one label of the classes' type for each target.")
	}
	known := m.labels.values()
	for o, v := range wanted.values() {
		code := -1
		for k := range m.counts[o] {
			if known[m.first[o]+k] == v {
				code = m.first[o] + k
			}
		}
		m.class = append(m.class, code >= 0)
		if code < 0 {
			code = len(known) + o
		}
		m.outlier = append(m.outlier, code)
	}
	m.labels.join(wanted)
	m.labels.hidden = wanted.len()
	return nil
}

// floats are labels of ints as floats.
func (l *labels) floats() *labels {
	out := &labels{dtype: models.Float64}
	for _, v := range l.i64 {
		out.f64 = append(out.f64, float64(v))
	}
	return out
}

// scores calls f with the probabilities of each target of each row; they are all
// 0 for an outlier whose label is no class.
func (m *radiusClassifier) scores(ws *workspace, x block, f func(i, o int, p []float64)) error {
	widest := 0
	for _, k := range m.counts {
		widest = max(widest, k)
	}
	p := ws.floats(widest)
	lost := -1
	err := m.each(ws, x, func(i int, index []int, dist []float64) bool {
		if len(index) == 0 && m.outlier == nil {
			lost = i
			return false
		}
		weights := m.weights(dist)
		for o, k := range m.counts {
			m.votes(p[:k], o, index, weights)
			if len(index) == 0 && m.class[o] {
				p[m.outlier[o]-m.first[o]] = 1
			}
			f(i, o, p[:k])
		}
		return true
	})
	if err == nil && lost >= 0 {
		row := ws.first + lost
		return &models.DataError{Row: row, Column: -1, Text: fmt.Sprintf("No neighbors found for test samples array([%d]), "+
			"you can try using larger radius, giving a label for outliers, or considering removing them from your dataset.", row)}
	}
	return err
}

func (m *radiusClassifier) classify(ws *workspace, x block, out []float64) error {
	return m.scores(ws, x, func(i, o int, p []float64) {
		best, most := -1, 0.0
		for k, v := range p {
			if v > most {
				best, most = m.first[o]+k, v
			}
		}
		if best < 0 {
			best = m.outlier[o]
		}
		out[i*len(m.counts)+o] = float64(best)
	})
}

func (m *radiusClassifier) proba(ws *workspace, x block, out [][]float64) error {
	return m.scores(ws, x, func(i, o int, p []float64) { copy(out[o][i*len(p):], p) })
}
