package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var multiclassClasses = []class{
	{"OneVsRestClassifier", "sklearn", oneVsRestClassifier},
	{"OneVsOneClassifier", "sklearn", oneVsOneClassifier},
	{"OutputCodeClassifier", "sklearn", outputCodeClassifier},
}

// A binary is how _predict_binary (sklearn/multiclass.py) asks an estimator of
// two classes: predict of a regressor, else decision_function, else the
// probability of the second class.
type binary struct {
	m      *method
	column int
	half   bool // the threshold between the classes is 0.5, not 0
}

func readBinary(r pyobj.Ref, p *node) (b binary, err error) {
	if m := p.simple(models.Predict); m != nil && m.labels() == nil && !p.constant() {
		if m.width() != 1 {
			return b, r.Format("%s answers %d values a row", p.outline.Path, m.width())
		}
		return binary{m: m, half: true}, nil
	}
	if m := p.simple(models.DecisionFunction); m != nil && m.width() == 1 {
		return binary{m: m, half: p.constant()}, nil
	}
	m, err := p.need(r, models.PredictProba, 2)
	return binary{m: m, column: 1, half: true}, err
}

func (b binary) threshold() float64 {
	if b.half {
		return 0.5
	}
	return 0
}

func readBinaries(r pyobj.Ref, parts []*node) ([]binary, error) {
	list := make([]binary, len(parts))
	for i, p := range parts {
		var err error
		if list[i], err = readBinary(r, p); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// scores gives the answers of all estimators, one column each.
func scores(ws *workspace, x block, list []binary, out []float64) error {
	k := len(list)
	for j, b := range list {
		at := ws.mark()
		answers, err := ws.ask(b.m, x)
		if err != nil {
			return err
		}
		width := b.m.width()
		for i := range x.rows {
			out[i*k+j] = answers[i*width+b.column]
		}
		ws.rewind(at)
	}
	return nil
}

// constantPredictor is the name of what OneVsRestClassifier puts in the place of
// an estimator where all samples agree.
const constantPredictor = "_ConstantPredictor"

func (n *node) constant() bool { return n.class == constantPredictor }

// binaryParts compiles estimators_, of which some may be constant.
func (c *compiler) binaryParts(r pyobj.Ref) ([]*node, error) {
	attr, err := r.Need("estimators_")
	if err != nil {
		return nil, err
	}
	items, err := attr.Items()
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, attr.Format("there are no estimators")
	}
	list := make([]*node, len(items))
	for i, item := range items {
		if _, name, _ := item.Class(); name == constantPredictor {
			if c.count++; c.count > maxEstimators {
				return nil, r.Format("more than %d estimators", maxEstimators)
			}
			list[i], err = readConstant(item)
		} else {
			list[i], err = c.estimator(item)
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// readConstant makes a node of _ConstantPredictor, which checks nothing.
func readConstant(r pyobj.Ref) (*node, error) {
	list, err := r.Floats("y_")
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, r.Format("y_ has %d values", len(list))
	}
	y := list[0]
	n := &node{class: constantPredictor, outline: models.Node{Path: r.Path(), Class: constantPredictor}}
	same := func(ws *workspace, x block, out []float64) error {
		for i := range out {
			out[i] = y
		}
		return nil
	}
	n.offer(one(models.Predict, numbers(0), nil, same))
	n.offer(one(models.DecisionFunction, numbers(0), nil, same))
	n.offer(one(models.PredictProba, numbers(2), nil, func(ws *workspace, x block, out []float64) error {
		for i := range x.rows {
			out[2*i], out[2*i+1] = 1-y, y
		}
		return nil
	}))
	return n, nil
}

// A perClass is OneVsRestClassifier: a score for each class.
type perClass struct {
	node       *node
	list       []binary
	probas     []*method
	multilabel bool
	lastTie    bool // of equal scores the last wins, as before 1.8
	zeroRows   bool // rows of zeros stay, as since 1.7
}

func oneVsRestClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	parts, err := c.binaryParts(r)
	if err != nil {
		return nil, err
	}
	o := &perClass{node: new(node)}
	if err := o.node.inputOf(r, parts...); err != nil {
		return nil, err
	}
	for _, p := range parts {
		if !p.constant() {
			o.node.class = p.class // it leaves the checks to its estimators
			break
		}
	}
	if o.list, err = readBinaries(r, parts); err != nil {
		return nil, err
	}
	version := c.written(r)
	o.lastTie, o.zeroRows = version.before(1, 8), !version.before(1, 7)
	binarizer, err := r.Need("label_binarizer_")
	if err != nil {
		return nil, err
	}
	kind, err := word(binarizer, "y_type_", "multiclass")
	if err != nil {
		return nil, err
	}
	classes, err := classesOf(binarizer, "classes_")
	if err != nil {
		return nil, err
	}
	if err := o.answerWith(binarizer, kind, classes); err != nil {
		return nil, err
	}
	o.offerScores(r, parts)
	o.node.outline.Summary = fmt.Sprintf("%s · %d classes", features(o.node.features), classes.len())
	return o.node, nil
}

// answerWith offers predict, by the kind of target.
func (o *perClass) answerWith(r pyobj.Ref, kind string, classes *labels) error {
	k := len(o.list)
	port := models.Port{DType: classes.dtype}
	switch {
	case kind == "multiclass" && classes.len() == k:
		o.node.offer(one(models.Predict, port, classes, o.classify))
	case kind == "binary" && k == 1 && classes.len() <= 2:
		last := float64(classes.len() - 1)
		o.node.offer(one(models.Predict, port, classes, func(ws *workspace, x block, out []float64) error {
			err := o.indicate(ws, x, out)
			for i, v := range out {
				out[i] = min(v, last)
			}
			return err
		}))
	case kind == "multilabel-indicator" && classes.len() == k:
		o.multilabel = true
		o.node.offer(one(models.Predict, models.Port{DType: models.Int64, Width: k}, nil, o.indicate))
	default:
		return r.Format("%d estimators for a %s target of %d classes", k, kind, classes.len())
	}
	return nil
}

func (o *perClass) offerScores(r pyobj.Ref, parts []*node) {
	k := len(parts)
	if probas, err := all(r, parts, models.PredictProba, 2); err == nil {
		o.probas = probas
		o.node.offer(one(models.PredictProba, numbers(max(k, 2)), nil, o.probabilities))
	}
	if _, err := all(r, parts, models.DecisionFunction, 1); err == nil {
		port := numbers(k)
		if k == 1 {
			port = numbers(0)
		}
		o.node.offer(one(models.DecisionFunction, port, nil, func(ws *workspace, x block, out []float64) error {
			return scores(ws, o.node.shared(ws, x), o.list, out)
		}))
	}
}

// classify is predict for more than two classes.
func (o *perClass) classify(ws *workspace, x block, out []float64) error {
	k := len(o.list)
	all := ws.floats(x.rows * k)
	if err := scores(ws, o.node.shared(ws, x), o.list, all); err != nil {
		return err
	}
	for i := range out {
		best, top := 0, math.Inf(-1)
		for j, v := range all[i*k : (i+1)*k] {
			if v > top || v == top && o.lastTie {
				best, top = j, v
			}
		}
		out[i] = float64(best)
	}
	return nil
}

// indicate tells for each class whether its score is above the threshold.
func (o *perClass) indicate(ws *workspace, x block, out []float64) error {
	if err := scores(ws, o.node.shared(ws, x), o.list, out); err != nil {
		return err
	}
	above(out, o.list[0].threshold())
	return nil
}

// probabilities is predict_proba. Those of labels that exclude each other are
// divided by their sum.
func (o *perClass) probabilities(ws *workspace, x block, out []float64) error {
	x = o.node.shared(ws, x)
	k := max(len(o.probas), 2)
	for j, m := range o.probas {
		at := ws.mark()
		answers, err := ws.ask(m, x)
		if err != nil {
			return err
		}
		for i := range x.rows {
			p := answers[2*i+1]
			if len(o.probas) == 1 {
				out[2*i], out[2*i+1] = 1-p, p
			} else {
				out[i*k+j] = p
			}
		}
		ws.rewind(at)
	}
	if o.multilabel {
		return nil
	}
	for row := out; len(row) > 0; row = row[k:] {
		if s := kernel.Sum(row[:k]); s != 0 || !o.zeroRows {
			scale(row[:k], s)
		}
	}
	return nil
}

// An oneVsOne is OneVsOneClassifier: an estimator for each pair of classes.
type oneVsOne struct {
	node     *node
	predicts []*method
	list     []binary
	classes  int
	half     float64 // the threshold of two classes
}

func oneVsOneClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	parts, err := c.parts(r, "estimators_")
	if err != nil {
		return nil, err
	}
	classes, err := classesOf(r, "classes_")
	if err != nil {
		return nil, err
	}
	o := &oneVsOne{node: new(node), classes: classes.len()}
	if k := o.classes; len(parts) != k*(k-1)/2 {
		return nil, r.Format("%d estimators for %d classes", len(parts), k)
	}
	if attr, ok := r.Attr("pairwise_indices_"); ok && !attr.IsNone() {
		return nil, attr.Unsupported("one-vs-one of estimators on precomputed kernels", "Fit them on features.")
	}
	if err := o.node.inputOf(r, parts...); err != nil {
		return nil, err
	}
	if o.predicts, err = all(r, parts, models.Predict, 1); err != nil {
		return nil, err
	}
	for _, m := range o.predicts {
		if m.labels() != nil && m.labels().numbers() == nil {
			return nil, r.Format("its estimators were not fitted on the classes 0 and 1")
		}
	}
	if o.list, err = readBinaries(r, parts); err != nil {
		return nil, err
	}
	o.offer(c.written(r), classes)
	o.node.outline.Summary = fmt.Sprintf("%s · %d classes", features(o.node.features), o.classes)
	return o.node, nil
}

// offer leaves out the decision function of 0.20, where that of a row depends on
// the other rows of the batch.
func (o *oneVsOne) offer(v version, classes *labels) {
	k := o.classes
	if !v.before(1, 1) {
		o.half = o.list[0].threshold()
	}
	if k > 2 {
		o.node.offer(classify(classes, o.decide))
	} else {
		o.node.offer(one(models.Predict, models.Port{DType: classes.dtype}, classes, func(ws *workspace, x block, out []float64) error {
			err := o.decide(ws, x, out)
			above(out, o.half)
			return err
		}))
	}
	port := numbers(k)
	if k == 2 {
		port = numbers(0)
	}
	if !v.before(0, 21) {
		o.node.offer(one(models.DecisionFunction, port, nil, o.decide))
	}
}

// decide is decision_function: votes, and confidences within a third of a vote.
func (o *oneVsOne) decide(ws *workspace, x block, out []float64) error {
	x = o.node.shared(ws, x)
	k := o.classes
	votes, sums := ws.floats(x.rows*k), ws.floats(x.rows*k)
	clear(votes)
	clear(sums)
	pair := 0
	for a := range k {
		for b := a + 1; b < k; b++ {
			at := ws.mark()
			if err := o.pair(ws, x, pair, votes, sums, a, b); err != nil {
				return err
			}
			ws.rewind(at)
			pair++
		}
	}
	for i := range votes {
		votes[i] += sums[i] / float64(3*(math.Abs(sums[i])+1))
	}
	if k > 2 {
		copy(out, votes)
		return nil
	}
	for i := range out {
		out[i] = votes[2*i+1]
	}
	return nil
}

// pair adds what one estimator says of classes a and b.
func (o *oneVsOne) pair(ws *workspace, x block, pair int, votes, sums []float64, a, b int) error {
	m, k := o.predicts[pair], o.classes
	predicted, err := ws.ask(m, x)
	if err != nil {
		return err
	}
	confidences := ws.floats(x.rows)
	if err := scores(ws, x, o.list[pair:pair+1], confidences); err != nil {
		return err
	}
	var values []float64
	if m.labels() != nil {
		values = m.labels().numbers()
	}
	for i, v := range predicted {
		if values != nil {
			v = values[int(v)]
		}
		sums[i*k+a] -= confidences[i]
		sums[i*k+b] += confidences[i]
		switch v {
		case 0:
			votes[i*k+a]++
		case 1:
			votes[i*k+b]++
		}
	}
	return nil
}

// An outputCode is OutputCodeClassifier: the class whose code is nearest to the
// scores.
type outputCode struct {
	node  *node
	list  []binary
	codes []float64 // classes rows of len(list)
	k     int
}

func outputCodeClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	parts, err := c.binaryParts(r)
	if err != nil {
		return nil, err
	}
	classes, err := classesOf(r, "classes_")
	if err != nil {
		return nil, err
	}
	o := &outputCode{node: new(node), k: classes.len()}
	if err := o.node.inputOf(r, parts...); err != nil {
		return nil, err
	}
	for _, p := range parts {
		if !p.constant() {
			o.node.class = p.class // it leaves the checks to its estimators
			break
		}
	}
	if o.list, err = readBinaries(r, parts); err != nil {
		return nil, err
	}
	if o.codes, err = r.Floats("code_book_"); err != nil {
		return nil, err
	}
	if len(o.codes) != o.k*len(parts) {
		return nil, r.Format("code_book_ has %d values for %d classes and %d estimators", len(o.codes), o.k, len(parts))
	}
	o.node.offer(one(models.Predict, models.Port{DType: classes.dtype}, classes, o.nearest))
	o.node.outline.Summary = fmt.Sprintf("%s · %d classes · %d bits", features(o.node.features), o.k, len(parts))
	return o.node, nil
}

// nearest compares squared distances without the square of the scores, which
// is the same for all classes.
func (o *outputCode) nearest(ws *workspace, x block, out []float64) error {
	n := len(o.list)
	all := ws.floats(x.rows * n)
	if err := scores(ws, o.node.shared(ws, x), o.list, all); err != nil {
		return err
	}
	for i := range out {
		row, least := all[i*n:(i+1)*n], math.Inf(1)
		out[i] = 0
		for j := range o.k {
			code := o.codes[j*n : (j+1)*n]
			if d := kernel.Dot(code, code) - float64(2*kernel.Dot(row, code)); d < least {
				out[i], least = float64(j), d
			}
		}
	}
	return nil
}
