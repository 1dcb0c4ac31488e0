package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/forest"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var boostingClasses = []class{
	{"GradientBoostingClassifier", "sklearn", boostingClassifier},
	{"GradientBoostingRegressor", "sklearn", boostingRegressor},
}

// A boosting is sklearn/ensemble/_gb.py: the raw prediction of init_, and then
// the learning rate times the leaf of each tree, stage by stage. Stages have one
// tree for each of outputs.
type boosting struct {
	*grove
	outputs int
	init    treeScores
}

// readBoosting reads estimators_, of shape (stages, outputs). The step that
// the learning rate takes is multiplied into the leaves, as predict_stages of
// _gradient_boosting.pyx multiplies each before it adds it.
func readBoosting(c *compiler, r pyobj.Ref) (*boosting, *node, error) {
	list, trees, err := treesOf(r)
	if err != nil {
		return nil, nil, err
	}
	outputs, err := stageWidth(r, len(list))
	if err != nil {
		return nil, nil, err
	}
	rate, err := r.Need("learning_rate")
	if err != nil {
		return nil, nil, err
	}
	step, err := rate.Float()
	if err != nil {
		return nil, nil, err
	}
	n := new(node)
	if err := n.input(r, trees[0].features); err != nil {
		return nil, nil, err
	}
	b := forest.NewBuilder(forest.Shape{Features: n.features, Width: 1, Outputs: outputs, Precision: forest.Float32})
	for i, t := range trees {
		if t.outputs != 1 || t.most != 1 {
			return nil, nil, t.at.Format("a tree of %d outputs in gradient boosting", t.outputs*t.most)
		}
		values := make([]float64, len(t.values))
		for j, v := range t.values {
			values[j] = step * v
		}
		if err := t.addTo(b, values, i%outputs, nil); err != nil {
			return nil, nil, err
		}
	}
	nan, err := supportsNaN(list[0], c.version)
	if err != nil {
		return nil, nil, err
	}
	g := &grove{Forest: b.Forest(), names: n.names, allowNaN: nan}
	n.offer(one(models.Apply, numbers(g.Trees()), nil, g.leaves))
	return &boosting{grove: &grove{Forest: g.Forest, names: n.names}, outputs: outputs}, n, nil
}

// stageWidth is the number of trees in a stage: the second dimension of
// estimators_.
func stageWidth(r pyobj.Ref, members int) (int, error) {
	attr, err := r.Need("estimators_")
	if err != nil {
		return 0, err
	}
	a, err := attr.Array()
	if err != nil {
		return 0, err
	}
	if a.Dims() != 2 || a.Dim(1) < 1 || a.Dim(0)*a.Dim(1) != members {
		return 0, attr.Format("want trees of shape (stages, outputs), got shape %v", a.Shape)
	}
	return a.Dim(1), nil
}

// raw is _raw_predict.
func (b *boosting) raw(ws *workspace, x block, out []float64) error {
	m := ws.matrix(x)
	if err := b.check(ws, m); err != nil {
		return err
	}
	if err := b.init(ws, m, out); err != nil {
		return err
	}
	b.Sum(out, m.data)
	return nil
}

func boostingRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	b, n, err := readBoosting(c, r)
	if err != nil {
		return nil, err
	}
	if b.outputs != 1 {
		return nil, r.Format("%d trees a stage in a regressor", b.outputs)
	}
	if b.init, err = c.boostingInit(r, b, nil); err != nil {
		return nil, err
	}
	apply := n.methods
	n.methods = nil
	n.offer(one(models.Predict, numbers(0), nil, b.raw))
	n.methods = append(n.methods, apply...)
	loss, err := word(r, "loss", "")
	n.outline.Summary = fmt.Sprintf("%s · %s · %s", features(n.features), loss, b.summary())
	return n, err
}

// A boostingLoss is what a classifier makes of its raw predictions.
type boostingLoss struct {
	classes     int
	exponential bool
	old         bool // before 1.4: predict compared probabilities
	strict      bool // a raw prediction of 0 is that of the first class of two
}

func boostingClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	b, n, err := readBoosting(c, r)
	if err != nil {
		return nil, err
	}
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	classes, err := readLabels(attr)
	if err != nil {
		return nil, err
	}
	k := classes.len()
	if k < 2 || b.outputs != decisions(k) {
		return nil, r.Format("%d trees a stage for %d classes", b.outputs, k)
	}
	name, err := word(r, "loss", "")
	if err != nil {
		return nil, err
	}
	loss := &boostingLoss{classes: k, exponential: name == "exponential", old: c.version.olderThan(1, 4)}
	if !hasWord("deviance log_loss exponential", name) || loss.exponential && k > 2 {
		return nil, r.Unsupported(fmt.Sprintf("loss=%q for %d classes", name, k), "scikit-learn knows log_loss and exponential.")
	}
	if b.init, err = c.boostingInit(r, b, loss); err != nil {
		return nil, err
	}
	apply := n.methods
	n.methods = nil
	loss.offer(n, classes, b.raw, true)
	n.methods = append(n.methods, apply...)
	n.outline.Summary = fmt.Sprintf("%s · %d classes · %s · %s", features(n.features), k, name, b.summary())
	return n, nil
}

// offer offers what a classifier makes of its raw predictions. HistGradientBoosting
// has no predict_log_proba.
func (l *boostingLoss) offer(n *node, classes *labels, raw treeScores, withLog bool) {
	scores := numbers(decisions(l.classes))
	if l.classes == 2 {
		scores = numbers(0)
	}
	proba := l.probabilities(raw)
	n.offer(one(models.Predict, models.Port{DType: classes.dtype}, classes, l.classify(raw)))
	n.offer(one(models.PredictProba, numbers(l.classes), nil, proba))
	if withLog {
		n.offer(one(models.PredictLogProba, numbers(l.classes), nil, logOf(proba)))
	}
	n.offer(one(models.DecisionFunction, scores, nil, raw))
}

// probabilities turns raw predictions into probabilities.
func (l *boostingLoss) probabilities(raw treeScores) treeScores {
	if l.classes > 2 {
		return func(ws *workspace, x block, out []float64) error {
			if err := raw(ws, x, out); err != nil {
				return err
			}
			kernel.Softmax(out, l.classes)
			return nil
		}
	}
	return func(ws *workspace, x block, out []float64) error {
		d := ws.floats(x.rows)
		if err := raw(ws, x, d); err != nil {
			return err
		}
		if l.exponential {
			for i := range d {
				d[i] *= 2
			}
		}
		kernel.Expit(d)
		for i, p := range d {
			out[2*i], out[2*i+1] = 1-p, p
		}
		return nil
	}
}

// classify is predict. Before 1.4 it compared probabilities, where differences
// may be lost in rounding; since then, and with the exponential loss always, it
// compares raw predictions.
func (l *boostingLoss) classify(raw treeScores) treeScores {
	k, score := l.classes, raw
	switch {
	case l.old && !l.exponential:
		score = l.probabilities(raw)
	case k == 2:
		return func(ws *workspace, x block, out []float64) error {
			if err := raw(ws, x, out); err != nil {
				return err
			}
			for i, v := range out {
				out[i] = 0
				if v > 0 || v == 0 && !l.strict {
					out[i] = 1
				}
			}
			return nil
		}
	}
	return func(ws *workspace, x block, out []float64) error {
		s := ws.floats(x.rows * k)
		if err := score(ws, x, s); err != nil {
			return err
		}
		for i := range out {
			out[i] = float64(kernel.ArgMax(s[i*k : (i+1)*k]))
		}
		return nil
	}
}

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
