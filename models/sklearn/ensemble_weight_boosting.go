package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var weightBoostingClasses = []class{
	{"AdaBoostClassifier", "sklearn", adaBoostClassifier},
	{"AdaBoostRegressor", "sklearn", adaBoostRegressor},
}

// A boost is AdaBoostClassifier or AdaBoostRegressor
// (sklearn/ensemble/_weight_boosting.py).
type boost struct {
	node    *node
	methods []*method
	weights []float64
	total   float64
	classes int

	codes   [][]int // of the labels that predict of each estimator answers
	real    bool    // SAMME.R: methods are predict_proba
	miss    float64 // what a class gets that was not predicted, times the weight
	average []*method
}

func readBoost(c *compiler, r pyobj.Ref) (*boost, []*node, error) {
	parts, err := c.parts(r, "estimators_")
	if err != nil {
		return nil, nil, err
	}
	b := &boost{node: new(node)}
	if err := b.node.inputOf(r, parts...); err != nil {
		return nil, nil, err
	}
	if b.weights, err = perFeature(r, "estimator_weights_"); err != nil {
		return nil, nil, err
	}
	// The array has room for n_estimators weights; those behind the last are 0.
	if len(b.weights) < len(parts) {
		return nil, nil, r.Format("%d weights for %d estimators", len(b.weights), len(parts))
	}
	b.total = kernel.Sum(b.weights)
	b.node.outline.Summary = fmt.Sprintf("%s · %d estimators", features(b.node.features), len(parts))
	return b, parts, nil
}

// checked gives x for the estimators. AdaBoost checks it itself, first.
func (b *boost) checked(ws *workspace, x block) (block, error) {
	x = b.node.shared(ws, x)
	if x.data == nil {
		return x, nil
	}
	return x, ws.finite(x, b.node.names)
}

func adaBoostRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	b, parts, err := readBoost(c, r)
	if err != nil {
		return nil, err
	}
	if b.methods, err = all(r, parts, models.Predict, 1); err != nil {
		return nil, err
	}
	for _, m := range b.methods {
		if m.labels() != nil {
			return nil, r.Format("one of its estimators is a classifier")
		}
	}
	b.node.offer(one(models.Predict, numbers(0), nil, b.median))
	return b.node, nil
}

// median is the prediction at which the weights of the smaller ones reach half of
// all.
func (b *boost) median(ws *workspace, x block, out []float64) error {
	x, err := b.checked(ws, x)
	if err != nil {
		return err
	}
	n := len(b.methods)
	all, order := ws.floats(x.rows*n), ws.ints(n)
	for j, m := range b.methods {
		at := ws.mark()
		answers, err := ws.ask(m, x)
		if err != nil {
			return err
		}
		for i, v := range answers {
			all[i*n+j] = v
		}
		ws.rewind(at)
	}
	for i := range out {
		out[i] = kernel.WeightedMedian(all[i*n:(i+1)*n], b.weights[:n], order)
	}
	return nil
}

func adaBoostClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	b, parts, err := readBoost(c, r)
	if err != nil {
		return nil, err
	}
	classes, err := classesOf(r, "classes_")
	if err != nil {
		return nil, err
	}
	if b.classes = classes.len(); b.classes < 2 {
		return nil, r.Unsupported("AdaBoostClassifier of one class", "Fit it on two classes or more.")
	}
	if err := b.readAlgorithm(c, r, parts, classes); err != nil {
		return nil, err
	}
	return b.node, b.offer(c, r, parts, classes)
}

// readAlgorithm tells SAMME.R from SAMME, the only one since 1.6. Since 1.3.1 a
// class that was not predicted loses (scikit-learn pull request 26521).
func (b *boost) readAlgorithm(c *compiler, r pyobj.Ref, parts []*node, classes *labels) error {
	algorithm, err := word(r, "algorithm", "SAMME")
	if err != nil {
		return err
	}
	switch algorithm {
	case "SAMME.R":
		b.real = true
		b.methods, err = all(r, parts, models.PredictProba, b.classes)
		return err
	case "SAMME", "deprecated":
	default:
		return r.Unsupported("algorithm="+algorithm, "scikit-learn knows SAMME and SAMME.R.")
	}
	if b.methods, err = all(r, parts, models.Predict, 1); err != nil {
		return err
	}
	for _, m := range b.methods {
		if m.labels() == nil {
			return r.Format("one of its estimators is no classifier")
		}
		codes, ok := m.labels().within(classes)
		if !ok {
			return r.Format("one of its estimators knows a class that is not in classes_")
		}
		b.codes = append(b.codes, codes)
	}
	if !c.written(r).beforePatch(1, 3, 1) {
		b.miss = -1 / float64(b.classes-1)
	}
	return nil
}

func (b *boost) offer(c *compiler, r pyobj.Ref, parts []*node, classes *labels) (err error) {
	n, k := b.node, b.classes
	proba := b.probabilities
	if c.written(r).before(0, 22) && !b.real {
		if b.average, err = all(r, parts, models.PredictProba, k); err != nil {
			return err
		}
		proba = b.oldProbabilities
	}
	scores := numbers(k)
	if k == 2 {
		scores = numbers(0)
	}
	n.offer(one(models.Predict, models.Port{DType: classes.dtype}, classes, b.classify))
	n.offer(one(models.PredictProba, numbers(k), nil, proba))
	n.offer(one(models.PredictLogProba, numbers(k), nil, logOf(proba)))
	n.offer(one(models.DecisionFunction, scores, nil, b.decide))
	n.outline.Summary += fmt.Sprintf(" · %d classes", k)
	return nil
}

// sum adds up the scores of the k classes that the estimators give.
func (b *boost) sum(ws *workspace, x block, out []float64) error {
	x, err := b.checked(ws, x)
	if err != nil {
		return err
	}
	clear(out)
	k := b.classes
	for i, m := range b.methods {
		at := ws.mark()
		answers, err := ws.ask(m, x)
		if err != nil {
			return err
		}
		if b.real {
			addLogs(out, answers, k)
		} else {
			w := b.weights[i]
			for row, label := range answers {
				addVote(out[row*k:(row+1)*k], b.codes[i][int(label)], w, float64(b.miss*w))
			}
		}
		ws.rewind(at)
	}
	scale(out, b.total)
	return nil
}

func addVote(row []float64, code int, hit, miss float64) {
	for j := range row {
		if j == code {
			row[j] += hit
		} else {
			row[j] += miss
		}
	}
}

// addLogs adds _samme_proba of probabilities p:
//
//	l := log(max(p, eps))
//	(k-1) * (l - 1/k*sum(l))
func addLogs(out, p []float64, k int) {
	const eps = 0x1p-52 // numpy.finfo(float64).eps
	n := float64(k)
	for i, v := range p {
		p[i] = max(v, eps)
	}
	kernel.Log(p)
	for ; len(p) > 0; out, p = out[k:], p[k:] {
		mean := float64(1 / n * kernel.Sum(p[:k]))
		for j, v := range p[:k] {
			out[j] += float64((n - 1) * (v - mean))
		}
	}
}

// decide is decision_function: of two classes the second minus the first.
func (b *boost) decide(ws *workspace, x block, out []float64) error {
	k := b.classes
	if k > 2 {
		return b.sum(ws, x, out)
	}
	scores := ws.floats(x.rows * k)
	if err := b.sum(ws, x, scores); err != nil {
		return err
	}
	for i := range out {
		out[i] = -scores[2*i] + scores[2*i+1]
	}
	return nil
}

func (b *boost) classify(ws *workspace, x block, out []float64) error {
	if b.classes > 2 {
		k := b.classes
		scores := ws.floats(x.rows * k)
		if err := b.sum(ws, x, scores); err != nil {
			return err
		}
		for i := range out {
			out[i] = float64(kernel.ArgMax(scores[i*k : (i+1)*k]))
		}
		return nil
	}
	if err := b.decide(ws, x, out); err != nil {
		return err
	}
	above(out, 0)
	return nil
}

// above replaces each score by 1 where it is larger than the threshold, else 0.
func above(scores []float64, threshold float64) {
	for i, v := range scores {
		scores[i] = 0
		if v > threshold {
			scores[i] = 1
		}
	}
}

// probabilities is predict_proba since 0.22: softmax of the decisions.
func (b *boost) probabilities(ws *workspace, x block, out []float64) error {
	k := b.classes
	if k > 2 {
		if err := b.sum(ws, x, out); err != nil {
			return err
		}
		scale(out, float64(k-1))
	} else {
		d := ws.floats(x.rows)
		if err := b.decide(ws, x, d); err != nil {
			return err
		}
		for i, v := range d {
			out[2*i], out[2*i+1] = -v/2, v/2
		}
	}
	kernel.Softmax(out, k)
	return nil
}

// oldProbabilities is predict_proba of SAMME before 0.22: exp of the weighted
// mean of the estimators' probabilities, divided by k-1, then normalized.
func (b *boost) oldProbabilities(ws *workspace, x block, out []float64) error {
	x, err := b.checked(ws, x)
	if err != nil {
		return err
	}
	clear(out)
	for i, m := range b.average {
		at := ws.mark()
		answers, err := ws.ask(m, x)
		if err != nil {
			return err
		}
		for j, p := range answers {
			out[j] += float64(p * b.weights[i])
		}
		ws.rewind(at)
	}
	scale(out, b.total)
	k := b.classes
	for i, v := range out {
		out[i] = kernel.Exp(float64(1 / float64(k-1) * v))
	}
	for row := out; len(row) > 0; row = row[k:] {
		s := kernel.Sum(row[:k])
		if s == 0 || math.IsNaN(s) {
			s = 1
		}
		scale(row[:k], s)
	}
	return nil
}
