package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// An oneVsOne is OneVsOneClassifier: an estimator for each pair of classes.
type oneVsOne struct {
	node     *node
	predicts []*method
	list     []binaryPart
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
	if err := o.readPairs(r, parts); err != nil {
		return nil, err
	}
	o.offer(c.written(r), classes)
	o.node.outline.Summary = fmt.Sprintf("%s · %d classes", features(o.node.features), o.classes)
	return o.node, nil
}

// readPairs finds how each estimator is asked. They were fitted on the classes 0
// and 1.
func (o *oneVsOne) readPairs(r pyobj.Ref, parts []*node) (err error) {
	if o.predicts, err = all(r, parts, models.Predict, 1); err != nil {
		return err
	}
	for _, m := range o.predicts {
		if m.labels() != nil && m.labels().numbers() == nil {
			return r.Format("its estimators were not fitted on the classes 0 and 1")
		}
	}
	o.list, err = readBinaries(r, parts)
	return err
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
