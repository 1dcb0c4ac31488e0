package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// boostingInit compiles init_, which gives the raw predictions before the first
// stage: "zero", a constant, or an estimator. loss is nil for a regressor.
func (c *compiler) boostingInit(r pyobj.Ref, b *boosting, loss *boostingLoss) (treeScores, error) {
	init, err := r.Need("init_")
	if err != nil {
		return nil, err
	}
	if word, ok := init.Value().(string); ok && word == "zero" {
		return constantScores(make([]float64, b.outputs)), nil
	}
	_, name, _ := init.Class()
	switch name {
	case "MeanEstimator":
		return c.oldInit(init, "mean", b)
	case "QuantileEstimator":
		return c.oldInit(init, "quantile", b)
	case "LogOddsEstimator", "ScaledLogOddsEstimator":
		return c.oldInit(init, "prior", b)
	case "PriorProbabilityEstimator":
		return c.oldInit(init, "priors", b)
	case "ZeroEstimator":
		return constantScores(make([]float64, b.outputs)), nil
	case "DummyRegressor":
		return c.oldInit(init, "constant_", b)
	}
	if strategy, _ := word(init, "strategy", ""); name == "DummyClassifier" && strategy == "prior" && loss != nil {
		prior, err := init.Floats("class_prior_")
		if err != nil {
			return nil, err
		}
		if len(prior) != loss.classes {
			return nil, init.Format("%d priors for %d classes", len(prior), loss.classes)
		}
		return constantScores(loss.link(c.version, prior)), nil
	}
	return c.estimatorInit(init, b, loss)
}

// oldInit reads an attribute that holds one raw prediction an output. Those of
// classes are of before 0.21, whose estimators (sklearn/ensemble/gradient_boosting.py)
// predicted them directly.
func (c *compiler) oldInit(init pyobj.Ref, name string, b *boosting) (treeScores, error) {
	values, err := init.Floats(name)
	if err != nil {
		return nil, err
	}
	if len(values) != b.outputs {
		return nil, init.Format("%s has %d values for %d outputs", name, len(values), b.outputs)
	}
	return constantScores(values), nil
}

// constantScores gives every row the same values.
func constantScores(values []float64) treeScores {
	return func(ws *workspace, x block, out []float64) error {
		for i := 0; i < len(out); i += len(values) {
			copy(out[i:], values)
		}
		return nil
	}
}

// exactInits are the estimators that may stand for init_. They get the input
// rounded to float32, in which others would compute.
const exactInits = "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor" +
	" RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor" +
	" GradientBoostingClassifier GradientBoostingRegressor HistGradientBoostingClassifier HistGradientBoostingRegressor" +
	" DummyClassifier DummyRegressor"

func (c *compiler) estimatorInit(init pyobj.Ref, b *boosting, loss *boostingLoss) (treeScores, error) {
	_, name, _ := init.Class()
	if !hasWord(exactInits, name) || c.version.olderThan(0, 21) {
		return nil, init.Unsupported(name+" as init_ of gradient boosting", "It computes in float32. Use a tree, a forest or the default.")
	}
	n, err := c.estimator(init)
	if err != nil {
		return nil, err
	}
	method, width := models.Predict, 0
	if loss != nil {
		method, width = models.PredictProba, loss.classes
	}
	m := n.method(method)
	if m == nil || len(m.outputs) != 1 || m.outputs[0].port.Width != width || m.outputs[0].labels != nil || n.features != b.Features {
		return nil, init.Format("%s does not fit the boosting that it begins", name)
	}
	return func(ws *workspace, x block, out []float64) error {
		y, src := ws.writable(x)
		for i, v := range src {
			y.data[i] = float64(float32(v))
		}
		if loss == nil {
			return m.single(ws, y, out)
		}
		p := ws.floats(x.rows * width)
		if err := m.single(ws, y, p); err != nil {
			return err
		}
		for i := range x.rows {
			loss.linkTo(c.version, out[i*b.outputs:(i+1)*b.outputs], p[i*width:(i+1)*width])
		}
		return nil
	}, nil
}

// link gives the raw predictions for probabilities.
func (l *boostingLoss) link(v version, p []float64) []float64 {
	out := make([]float64, decisions(l.classes))
	l.linkTo(v, out, p)
	return out
}

// linkTo is get_init_raw_predictions of _gb_losses.py before 1.4, and
// _init_raw_predictions of _gb.py since. Probabilities were kept away from 0 and 1
// by the epsilon of float32, and since 1.8 by that of float64.
func (l *boostingLoss) linkTo(v version, out, p []float64) {
	eps := 0x1p-23
	if !v.olderThan(1, 8) {
		eps = 0x1p-52
	}
	clip := func(q float64) float64 { return min(max(q, eps), 1-eps) }
	if l.classes == 2 {
		q := clip(p[1])
		out[0] = math.Log(q / (1 - q))
		if l.exponential {
			out[0] *= 0.5
		}
		return
	}
	mean := 0.0
	for j, q := range p {
		out[j] = math.Log(clip(q))
		mean += out[j]
	}
	if l.old {
		return
	}
	center := math.Exp(mean / float64(len(p)))
	for j, q := range p {
		out[j] = math.Log(clip(q) / center)
	}
}
