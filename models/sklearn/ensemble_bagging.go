package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var baggingClasses = []class{
	{"BaggingClassifier", "sklearn", baggingClassifier},
	{"BaggingRegressor", "sklearn", baggingRegressor},
}

// A bag is BaggingClassifier or BaggingRegressor (sklearn/ensemble/_bagging.py):
// estimators that were fitted on some of the features each, whose answers are
// averaged. Only estimators_ and estimators_features_ are read, since the name
// of the estimator they were made from changed three times.
type bag struct {
	node    *node
	members []bagged
	classes int
	placed  int // features in all the inverses of the members
}

// maxPlaced bounds the inverses, since the number of features is a claim. Sparse
// rows become dense for estimators without.
const maxPlaced = 1 << 23

// A bagged is one estimator of a bag.
type bagged struct {
	columns []int // of the features; nil for all in their order
	place   []int // the inverse of columns, for sparse rows; may be nil
	m       *method
	codes   []int // of its classes
	votes   bool  // it has no predict_proba
}

func readBag(c *compiler, r pyobj.Ref) (*bag, []*node, error) {
	parts, err := c.parts(r, "estimators_")
	if err != nil {
		return nil, nil, err
	}
	attr, err := r.Need("estimators_features_")
	if err != nil {
		return nil, nil, err
	}
	subsets, err := attr.Items()
	if err != nil {
		return nil, nil, err
	}
	if len(subsets) != len(parts) {
		return nil, nil, attr.Format("%d lists of features for %d estimators", len(subsets), len(parts))
	}
	b := &bag{node: new(node), members: make([]bagged, len(parts))}
	if err := b.input(r, subsets, parts); err != nil {
		return nil, nil, err
	}
	for i, p := range parts {
		if err := b.subset(i, subsets[i], p); err != nil {
			return nil, nil, err
		}
	}
	b.node.outline.Summary = fmt.Sprintf("%s · %d estimators", features(b.node.features), len(parts))
	return b, parts, nil
}

// input finds the number of features, which scikit-learn records as n_features_
// before 0.24.
func (b *bag) input(r pyobj.Ref, subsets []pyobj.Ref, parts []*node) (err error) {
	n := b.node
	if n.features, n.names, err = recordedFeatures(r); err != nil {
		return err
	}
	if attr, ok := r.Attr("n_features_"); ok && n.features == 0 {
		width, err := attr.Int()
		if err != nil {
			return err
		}
		if width < 1 || width > maxFeatures {
			return attr.Format("%d features", width)
		}
		n.features = int(width)
	}
	for _, p := range parts {
		n.outline.Children = append(n.outline.Children, p.outline)
	}
	if n.features == 0 {
		return r.Format("it does not record how many features it takes")
	}
	return nil
}

func (b *bag) subset(i int, r pyobj.Ref, p *node) error {
	a, err := r.Array()
	if err != nil {
		return err
	}
	list, err := a.Int64s()
	if err != nil {
		return r.Format("%w", err)
	}
	width := b.node.features
	columns := make([]int, len(list))
	inOrder := len(list) == width
	for j, k := range list {
		if k < 0 || k >= int64(width) {
			return r.Format("feature %d of %d", k, width)
		}
		columns[j] = int(k)
		inOrder = inOrder && columns[j] == j
	}
	if len(list) == 0 || p.features > 0 && p.features != len(list) {
		return r.Format("%d features for an estimator of %d", len(list), p.features)
	}
	if inOrder {
		if b.node.types == nil {
			b.node.types = p.types
		}
		return nil
	}
	if p.types != nil {
		return r.Unsupported("bagging over columns of text", "Use numbers, or max_features=1.0 and bootstrap_features=False.")
	}
	b.members[i].columns = columns
	if b.placed += width; b.placed > maxPlaced {
		return nil
	}
	if place, ok := places(columns, width); ok {
		b.members[i].place = place
	}
	return nil
}

// each asks every estimator and gives its answers to add.
func (b *bag) each(ws *workspace, x block, add func(e *bagged, answers []float64)) error {
	x = b.node.shared(ws, x)
	for i := range b.members {
		e := &b.members[i]
		at := ws.mark()
		own := x
		if e.columns != nil {
			if x.sparse != nil && e.place == nil {
				own = ws.dense(x)
			}
			own = ws.take(own, e.columns, e.place)
		}
		answers, err := ws.ask(e.m, own)
		if err != nil {
			return renumbered(err, e.columns, b.node.names)
		}
		add(e, answers)
		ws.rewind(at)
	}
	return nil
}

// mean is the average of what the estimators answer.
func (b *bag) mean(ws *workspace, x block, out []float64) error {
	clear(out)
	err := b.each(ws, x, func(_ *bagged, answers []float64) {
		for i, v := range answers {
			out[i] += v
		}
	})
	scale(out, float64(len(b.members)))
	return err
}

// scale divides x by s.
func scale(x []float64, s float64) {
	for i := range x {
		x[i] /= s
	}
}

// with is b with another method of every estimator.
func (b *bag) with(list []*method) *bag {
	other := &bag{node: b.node, classes: b.classes, members: make([]bagged, len(b.members))}
	for i, e := range b.members {
		other.members[i] = e
		other.members[i].m = list[i]
	}
	return other
}

func baggingRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	b, parts, err := readBag(c, r)
	if err != nil {
		return nil, err
	}
	predicts, err := all(r, parts, models.Predict, 0)
	if err != nil {
		return nil, err
	}
	port := predicts[0].outputs[0].port
	for _, m := range predicts {
		if m.width() != predicts[0].width() || m.labels() != nil {
			return nil, r.Format("its estimators answer in different forms")
		}
	}
	b.node.offer(one(models.Predict, port, nil, b.with(predicts).mean))
	return b.node, nil
}

func baggingClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	b, parts, err := readBag(c, r)
	if err != nil {
		return nil, err
	}
	classes, err := classesOf(r, "classes_")
	if err != nil {
		return nil, err
	}
	k := classes.len()
	b.classes = k
	if err := b.voters(r, parts); err != nil {
		return nil, err
	}
	n := b.node
	n.offer(classify(classes, b.probabilities))
	n.offer(one(models.PredictProba, numbers(k), nil, b.probabilities))
	n.offer(b.logMethod(parts))
	if decide, err := all(r, parts, models.DecisionFunction, 0); err == nil && sameWidth(decide) {
		n.offer(one(models.DecisionFunction, decide[0].outputs[0].port, nil, b.with(decide).mean))
	}
	n.outline.Summary += fmt.Sprintf(" · %d classes", k)
	return n, nil
}

func sameWidth(list []*method) bool {
	for _, m := range list {
		if m.width() != list[0].width() {
			return false
		}
	}
	return true
}

// voters finds predict_proba of each estimator, or predict where it has none.
// An estimator need not know all classes.
func (b *bag) voters(r pyobj.Ref, parts []*node) error {
	for i, p := range parts {
		predict, err := p.need(r, models.Predict, 1)
		if err != nil {
			return err
		}
		e := &b.members[i]
		if e.codes, err = encoded(r, predict.labels(), b.classes); err != nil {
			return err
		}
		if e.m = p.simple(models.PredictProba); e.m == nil {
			e.m, e.votes = predict, true
		} else if e.m.width() != len(e.codes) {
			return r.Format("%s: %d probabilities for %d classes", p.outline.Path, e.m.width(), len(e.codes))
		}
	}
	return nil
}

// probabilities is predict_proba.
func (b *bag) probabilities(ws *workspace, x block, out []float64) error {
	clear(out)
	k := b.classes
	err := b.each(ws, x, func(e *bagged, answers []float64) {
		if e.votes {
			for i, v := range answers {
				out[i*k+e.codes[int(v)]]++
			}
			return
		}
		own := len(e.codes)
		for i := range len(out) / k {
			for j, code := range e.codes {
				out[i*k+code] += answers[i*own+j]
			}
		}
	})
	scale(out, float64(len(b.members)))
	return err
}

// logMethod is predict_log_proba: of the estimators' own if they have it.
func (b *bag) logMethod(parts []*node) *method {
	logs := make([]*method, len(parts))
	for i, p := range parts {
		if logs[i] = p.simple(models.PredictLogProba); logs[i] == nil {
			return one(models.PredictLogProba, numbers(b.classes), nil, logOf(b.probabilities))
		}
	}
	return one(models.PredictLogProba, numbers(b.classes), nil, b.with(logs).logProbabilities)
}

func (b *bag) logProbabilities(ws *workspace, x block, out []float64) error {
	for i := range out {
		out[i] = math.Inf(-1)
	}
	k := b.classes
	err := b.each(ws, x, func(e *bagged, answers []float64) {
		own := len(e.codes)
		for i := range len(out) / k {
			for j, code := range e.codes {
				p := &out[i*k+code]
				*p = kernel.LogAddExp(*p, answers[i*own+j])
			}
		}
	})
	shift := math.Log(float64(len(b.members)))
	for i := range out {
		out[i] -= shift
	}
	return err
}
