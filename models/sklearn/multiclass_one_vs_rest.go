package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A perClass is OneVsRestClassifier: a score for each class.
type perClass struct {
	node       *node
	list       []binaryPart
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
	version := c.written(r)
	o := &perClass{node: new(node), lastTie: version.before(1, 8), zeroRows: !version.before(1, 7)}
	if err := o.node.inputOfFitted(r, parts); err != nil {
		return nil, err
	}
	if o.list, err = readBinaries(r, parts); err != nil {
		return nil, err
	}
	if err := o.readTarget(r); err != nil {
		return nil, err
	}
	o.offerScores(r, parts)
	return o.node, nil
}

// readTarget reads the classes, which the binarizer of the target holds.
func (o *perClass) readTarget(r pyobj.Ref) error {
	binarizer, err := r.Need("label_binarizer_")
	if err != nil {
		return err
	}
	kind, err := word(binarizer, "y_type_", "multiclass")
	if err != nil {
		return err
	}
	classes, err := classesOf(binarizer, "classes_")
	if err != nil {
		return err
	}
	o.node.outline.Summary = fmt.Sprintf("%s · %d classes", features(o.node.features), classes.len())
	return o.answerWith(binarizer, kind, classes)
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
