package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
	"github.com/copal-ml/copal/models/xgboost"
)

// xgbClassifier compiles XGBClassifier and XGBRFClassifier: predict gives labels.
func xgbClassifier(_ *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := xgbEstimator(r)
	if err != nil {
		return nil, err
	}
	classes, err := xgbLabels(r, m.Booster.Outputs)
	if err != nil {
		return nil, err
	}
	k := m.Booster.Outputs
	switch {
	case k == 1:
		n.offer(n.xgbBinary(m, classes))
		n.offer(one(models.PredictProba, numbers(2), nil, n.xgbTwoProbabilities(m)))
	case classes.len() == k:
		n.offer(n.xgbArgMax(m, classes))
		n.offer(one(models.PredictProba, numbers(k), nil, n.xgbProbabilities(m)))
	case classes.len() == 2: // several labels at once
		n.offer(one(models.Predict, numbers(k), nil, n.xgbEachLabel(m)))
		n.offer(one(models.PredictProba, numbers(k), nil, n.xgbProbabilities(m)))
	default:
		return nil, r.Format("%d classes, and the booster has %d outputs", classes.len(), k)
	}
	n.offerBooster(m)
	return n, nil
}

// xgbLabels are the classes: up to 1.5 those of a label encoder, unless the
// estimator was told to go without; since then the numbers from 0.
func xgbLabels(r pyobj.Ref, outputs int) (*labels, error) {
	if encoder, ok := r.Attr("_le"); ok && !encoder.IsNone() {
		if attr, ok := encoder.Attr("classes_"); ok {
			return xgbEncoded(attr, outputs)
		}
	}
	count := max(outputs, 2)
	if attr, ok := r.Attr("n_classes_"); ok && !attr.IsNone() {
		n, err := attr.Int()
		if err != nil {
			return nil, err
		}
		if n < 0 || n > int64(count) {
			return nil, attr.Format("%d classes, and the booster has %d outputs", n, outputs)
		}
		count = max(int(n), 2)
	}
	l := &labels{dtype: models.Int64}
	for i := range count {
		l.i64 = append(l.i64, int64(i))
	}
	return l, nil
}

// xgbEncoded are the classes of a label encoder.
func xgbEncoded(attr pyobj.Ref, outputs int) (*labels, error) {
	l, err := readLabels(attr)
	if err == nil && l.len() < 2 && outputs == 1 {
		err = attr.Unsupported("a classifier that was fitted on one class", "Fit it on two or more.")
	}
	return l, err
}

// half is the probability above which the second class is the answer.
const half = 0.5

func (n *node) xgbBinary(m *xgboost.Model, classes *labels) *method {
	return one(models.Predict, models.Port{DType: classes.dtype}, classes, func(ws *workspace, x block, out []float64) error {
		if err := n.xgbAsk(ws, x, 1, out, m.Predict); err != nil {
			return err
		}
		for i, p := range out {
			out[i] = 0
			if p > half {
				out[i] = 1
			}
		}
		return nil
	})
}

// xgbTwoProbabilities is _cls_predict_proba for one output: 1-p and p, of float32.
func (n *node) xgbTwoProbabilities(m *xgboost.Model) treeScores {
	return func(ws *workspace, x block, out []float64) error {
		p := ws.floats(x.rows)
		if err := n.xgbAsk(ws, x, 1, p, m.Predict); err != nil {
			return err
		}
		for i, v := range p {
			out[2*i], out[2*i+1] = float64(1-float32(v)), v
		}
		return nil
	}
}

// xgbArgMax answers with the first class of the largest probability; the objective
// multi:softmax gives it by itself.
func (n *node) xgbArgMax(m *xgboost.Model, classes *labels) *method {
	port := models.Port{DType: classes.dtype}
	if m.Width() == 1 {
		return one(models.Predict, port, classes, func(ws *workspace, x block, out []float64) error {
			return n.xgbAsk(ws, x, 1, out, m.Predict)
		})
	}
	return classify(classes, n.xgbProbabilities(m))
}

// xgbEachLabel answers 0 or 1 for each label.
func (n *node) xgbEachLabel(m *xgboost.Model) treeScores {
	return func(ws *workspace, x block, out []float64) error {
		if err := n.xgbAsk(ws, x, m.Booster.Outputs, out, m.Predict); err != nil {
			return err
		}
		for i, p := range out {
			out[i] = 0
			if p > half {
				out[i] = 1
			}
		}
		return nil
	}
}

// xgbProbabilities is predict_proba for several outputs. For multi:softmax it is
// the softmax of SciPy of the margins (scipy/special/_logsumexp.py), which sums in
// float32.
func (n *node) xgbProbabilities(m *xgboost.Model) treeScores {
	k := m.Booster.Outputs
	return func(ws *workspace, x block, out []float64) error {
		if m.Width() > 1 {
			return n.xgbAsk(ws, x, k, out, m.Predict)
		}
		if err := n.xgbAsk(ws, x, k, out, m.Margin); err != nil {
			return err
		}
		for ; len(out) > 0; out = out[k:] {
			softmax32(out[:k])
		}
		return nil
	}
}

func softmax32(row []float64) {
	most, sum := float32(row[kernel.ArgMax(row)]), float32(0)
	for i, v := range row {
		e := kernel.Exp32(float32(v) - most)
		row[i] = float64(e)
		sum += e
	}
	for i, v := range row {
		row[i] = float64(float32(v) / sum)
	}
}
