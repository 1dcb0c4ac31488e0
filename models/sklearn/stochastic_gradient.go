package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// sgdClassifier compiles SGDClassifier (sklearn/linear_model/_stochastic_gradient.py).
// Its loss decides which probabilities it has, if any. The logistic loss was
// called log before 1.1.
func sgdClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	l, err := readLinearClassifier(r)
	if err != nil {
		return nil, err
	}
	n, err := l.classifier(r)
	if err != nil {
		return nil, err
	}
	loss, err := word(r, "loss", "hinge")
	if err != nil {
		return nil, err
	}
	m := &logistic{linearClassifier: *l, link: ovr, zeros: !c.written(r).before(1, 9)}
	k := l.classes.len()
	if k == 2 {
		m.link = sigmoid
	}
	switch loss {
	case "log", "log_loss":
		m.offerProbabilities(n)
	case "modified_huber":
		n.offer(one(models.PredictProba, numbers(k), nil, l.huberProbabilities))
		n.offer(one(models.PredictLogProba, numbers(k), nil, logOf(l.huberProbabilities)))
	}
	l.offerDecision(n)
	n.outline.Summary += " · " + loss
	return n, nil
}

// huberProbabilities is predict_proba for the modified Huber loss: decisions
// clipped to [-1, 1], as [0, 1]. A row without any has equal probabilities.
func (m *linearClassifier) huberProbabilities(ws *workspace, x block, out []float64) error {
	k := len(m.intercept)
	d := out
	if k == 1 {
		d = ws.floats(x.rows)
	}
	if err := m.decide(ws, x, d); err != nil {
		return err
	}
	kernel.Clip(d, -1, 1)
	for i, v := range d {
		d[i] = (v + 1) / 2
	}
	if k > 1 {
		kernel.NormalizeRowsOrEqual(out, k)
		return nil
	}
	for i, p := range d {
		out[2*i], out[2*i+1] = 1-p, p
	}
	return nil
}

// inlier are the answers of outlier detectors: -1 for an outlier, 1 for an inlier.
var inlier = &labels{dtype: models.Int64, i64: []int64{-1, 1}}

// A sgdOneClass is SGDOneClassSVM: the decision function is X @ coef_.T - offset_.
type sgdOneClass struct {
	linear
	offset float64
}

func sgdOneClassSVM(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("coef_")
	if err != nil {
		return nil, err
	}
	m := new(sgdOneClass)
	if err := m.readCoef(attr); err != nil {
		return nil, err
	}
	offset, err := r.Floats("offset_")
	if err != nil {
		return nil, err
	}
	if len(m.coef) != m.features || len(offset) != 1 {
		return nil, r.Format("coef_ has %d values for %d features, offset_ %d", len(m.coef), m.features, len(offset))
	}
	m.offset, m.intercept = offset[0], []float64{-offset[0]}
	n := new(node)
	if err := n.input(r, m.features); err != nil {
		return nil, err
	}
	m.names = n.names
	n.offer(one(models.Predict, models.Port{DType: models.Int64}, inlier, m.predict))
	n.offer(one(models.DecisionFunction, numbers(0), nil, m.decide))
	n.offer(one(models.ScoreSamples, numbers(0), nil, m.scores))
	n.outline.Summary = features(n.features)
	return n, nil
}

func (m *sgdOneClass) predict(ws *workspace, x block, out []float64) error {
	if err := m.decide(ws, x, out); err != nil {
		return err
	}
	for i, v := range out {
		out[i] = 0
		if v >= 0 {
			out[i] = 1
		}
	}
	return nil
}

// scores is score_samples: the decision function without its offset again.
func (m *sgdOneClass) scores(ws *workspace, x block, out []float64) error {
	if err := m.decide(ws, x, out); err != nil {
		return err
	}
	for i := range out {
		out[i] += m.offset
	}
	return nil
}
