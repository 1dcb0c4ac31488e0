package sklearn

import (
	"fmt"

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
	f, err := addStages(trees, n.features, outputs, step)
	if err != nil {
		return nil, nil, err
	}
	nan, err := supportsNaN(list[0], c.version)
	if err != nil {
		return nil, nil, err
	}
	leaves := &grove{Forest: f, names: n.names, allowNaN: nan} // apply leaves the check to the first tree
	n.offer(one(models.Apply, numbers(f.Trees()), nil, leaves.leaves))
	return &boosting{grove: &grove{Forest: f, names: n.names}, outputs: outputs}, n, nil
}

// addStages makes a forest of the trees, which come stage by stage.
func addStages(trees []*rawTree, features, outputs int, step float64) (*forest.Forest, error) {
	b := forest.NewBuilder(forest.Shape{Features: features, Width: 1, Outputs: outputs, Precision: forest.Float32})
	for i, t := range trees {
		if t.outputs != 1 || t.most != 1 {
			return nil, t.at.Format("a tree of %d outputs in gradient boosting", t.outputs*t.most)
		}
		values := make([]float64, len(t.values))
		for j, v := range t.values {
			values[j] = step * v
		}
		if err := t.addTo(b, values, i%outputs, nil); err != nil {
			return nil, err
		}
	}
	return b.Forest(), nil
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
	return b.parts(ws, x, func(first int, m block) error {
		part := out[first*b.outputs:][:m.rows*b.outputs]
		if err := b.init(ws, m, part); err != nil {
			return err
		}
		b.Sum(part, m.data)
		return nil
	})
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
	n.outline.Summary = fmt.Sprintf("%s · %s · %s", features(n.features), loss, b.Summary())
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
	classes, err := boostedClasses(r, b.outputs)
	if err != nil {
		return nil, err
	}
	k := classes.len()
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
	n.outline.Summary = fmt.Sprintf("%s · %d classes · %s · %s", features(n.features), k, name, b.Summary())
	return n, nil
}

// boostedClasses reads classes_, which have so many trees a stage.
func boostedClasses(r pyobj.Ref, outputs int) (*labels, error) {
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	classes, err := readLabels(attr)
	if err != nil {
		return nil, err
	}
	if k := classes.len(); k < 2 || outputs != decisions(k) {
		return nil, r.Format("%d trees a stage for %d classes", outputs, k)
	}
	return classes, nil
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
