package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var multioutputClasses = []class{
	{"MultiOutputClassifier", "sklearn", multiOutputClassifier},
	{"MultiOutputRegressor", "sklearn", multiOutputRegressor},
	{"ClassifierChain", "sklearn", classifierChain},
	{"RegressorChain", "sklearn", regressorChain},
}

// sideBySide gives a method whose one output has a column of each of list, which
// answer a bare value a row. shift is added to the values of each.
func (n *node) sideBySide(name models.Method, port models.Port, all *labels, list []*method, shift []float64) *method {
	k := len(list)
	port.Width = k
	return one(name, port, all, func(ws *workspace, x block, out []float64) error {
		x = n.shared(ws, x)
		for j, m := range list {
			at := ws.mark()
			answers, err := ws.ask(m, x)
			if err != nil {
				return err
			}
			for i, v := range answers {
				if shift != nil {
					v += shift[j]
				}
				out[i*k+j] = v
			}
			ws.rewind(at)
		}
		return nil
	})
}

// multiOutputRegressor compiles MultiOutputRegressor (sklearn/multioutput.py): a
// regressor for each target.
func multiOutputRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	parts, err := c.parts(r, "estimators_")
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.inputOf(r, parts...); err != nil {
		return nil, err
	}
	n.class = parts[0].class // it leaves the checks to its estimators
	predicts, err := all(r, parts, models.Predict, 1)
	if err != nil {
		return nil, err
	}
	for _, m := range predicts {
		if m.labels() != nil {
			return nil, r.Format("one of its estimators is a classifier")
		}
	}
	n.offer(n.sideBySide(models.Predict, numbers(0), nil, predicts, nil))
	n.outline.Summary = fmt.Sprintf("%s · %d targets", features(n.features), len(parts))
	return n, nil
}

// multiOutputClassifier compiles MultiOutputClassifier: a classifier for each
// target, whose probabilities are answered one target a column.
func multiOutputClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	parts, err := c.parts(r, "estimators_")
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.inputOf(r, parts...); err != nil {
		return nil, err
	}
	n.class = parts[0].class // it leaves the checks to its estimators
	predicts, err := all(r, parts, models.Predict, 1)
	if err != nil {
		return nil, err
	}
	joined, shift, err := concatenated(r, predicts)
	if err != nil {
		return nil, err
	}
	n.offer(n.sideBySide(models.Predict, models.Port{DType: joined.dtype}, joined, predicts, shift))
	if probas, err := all(r, parts, models.PredictProba, 0); err == nil {
		n.offer(n.severally(models.PredictProba, probas))
	}
	n.outline.Summary = fmt.Sprintf("%s · %d targets", features(n.features), len(parts))
	return n, nil
}

// concatenated joins the labels of several targets in one list, and tells where
// those of each begin. They are of one type, as the columns of an array.
func concatenated(r pyobj.Ref, predicts []*method) (joined *labels, starts []float64, err error) {
	for _, m := range predicts {
		l := m.labels()
		switch {
		case l == nil:
			return nil, nil, r.Format("one of its estimators is no classifier")
		case joined == nil:
			joined = &labels{dtype: l.dtype}
		case joined.dtype != l.dtype:
			return nil, nil, r.Unsupported("targets with labels of different types",
				"Fit it on targets of one type, or one model for each.")
		}
		starts = append(starts, float64(joined.len()))
		joined.i64, joined.f64 = append(joined.i64, l.i64...), append(joined.f64, l.f64...)
		joined.bools, joined.str = append(joined.bools, l.bools...), append(joined.str, l.str...)
	}
	return joined, starts, nil
}

// severally answers with one output for each of list.
func (n *node) severally(name models.Method, list []*method) *method {
	whole := &method{name: name}
	for _, m := range list {
		whole.outputs = append(whole.outputs, m.outputs[0])
	}
	whole.run = func(ws *workspace, x block, out [][]float64) error {
		x = n.shared(ws, x)
		for j, m := range list {
			at := ws.mark()
			if err := m.single(ws, x, out[j]); err != nil {
				return err
			}
			ws.rewind(at)
		}
		return nil
	}
	return whole
}
