package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/forest"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var treeClasses = []class{
	{"DecisionTreeClassifier", "sklearn", treeClassifier},
	{"DecisionTreeRegressor", "sklearn", treeRegressor},
	{"ExtraTreeClassifier", "sklearn", treeClassifier},
	{"ExtraTreeRegressor", "sklearn", treeRegressor},
}

// A grove is a compiled forest with what its input may hold.
type grove struct {
	*forest.Forest
	names    []string
	allowNaN bool
	allowInf bool
}

// sum adds up the leaves of all trees.
func (g *grove) sum(ws *workspace, x block, out []float64) error {
	clear(out)
	return g.parts(ws, x, func(first int, m block) error {
		g.Sum(out[first*g.Outputs:], m.data)
		return nil
	})
}

// leaves is apply.
func (g *grove) leaves(ws *workspace, x block, out []float64) error {
	return g.parts(ws, x, func(first int, m block) error {
		g.Apply(out[first*g.Trees():], m.data)
		return nil
	})
}

// parts calls run with the rows of x as dense matrices that have been checked,
// from row first on: all at once, but a few at a time where x is sparse, which
// would take too much memory.
func (g *grove) parts(ws *workspace, x block, run func(first int, m block) error) error {
	if x.sparse == nil {
		m := ws.matrix(x)
		if err := g.check(ws, m, g.allowNaN); err != nil {
			return err
		}
		return run(0, m)
	}
	step := max(windowValues/max(x.width, 1), 1)
	data := ws.floats(min(step, x.rows) * x.width)
	for first := 0; first < x.rows; first += step {
		m := block{rows: min(step, x.rows-first), width: x.width, owned: true}
		m.data = data[:m.rows*m.width]
		x.sparse.expand(m, first)
		// Missing values are for dense matrices only.
		if err := g.check(ws, m, false); err != nil {
			if e, ok := err.(*models.DataError); ok {
				e.Row += first
			}
			return err
		}
		if err := run(first, m); err != nil {
			return err
		}
	}
	return nil
}

// expand writes rows of s from first on into m.
func (s *csr) expand(m block, first int) {
	clear(m.data)
	for i := range m.rows {
		row := m.data[i*m.width:][:m.width]
		for k := s.indptr[first+i]; k < s.indptr[first+i+1]; k++ {
			row[s.indices[k]] += s.values[k]
		}
	}
}

// tooLarge are words of sklearn/utils/validation.py, _assert_all_finite_element_wise.
const tooLarge = "Input X contains infinity or a value too large for dtype('float32')."

// firstInfinite32 is the least number that rounds to infinity as a float32.
const firstInfinite32 = 0x1.ffffffp127

// check refuses what check_array with dtype=float32 refuses.
func (g *grove) check(ws *workspace, m block, allowNaN bool) error {
	for i, v := range m.data {
		switch {
		case math.Abs(v) < firstInfinite32:
		case math.IsNaN(v) && allowNaN, !math.IsNaN(v) && g.allowInf:
		default:
			err := ws.bad(m, i, g.names)
			if e, ok := err.(*models.DataError); ok && !math.IsNaN(v) {
				e.Text = tooLarge
			}
			return err
		}
	}
	return nil
}

// treeClassifier compiles DecisionTreeClassifier. A leaf holds the share of each
// class, and behind these its votes: the weights themselves, which predict
// compares. Since 1.4 the weights are the shares.
func treeClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	targets, err := c.readTargets(r, true)
	if err != nil {
		return nil, err
	}
	raw, err := readTree(r)
	if err != nil {
		return nil, err
	}
	shares, err := targets.values(raw)
	if err != nil {
		return nil, err
	}
	w := targets.width
	both := make([]float64, 0, 2*len(shares))
	for i := 0; i < len(shares); i += w {
		row := shares[i : i+w]
		both = append(both, row...)
		both = append(both, row...)
		targets.normalize(both[len(both)-2*w:len(both)-w], c.version)
	}
	g, n, err := oneTree(c, r, raw, both, 2*w)
	if err != nil {
		return nil, err
	}
	part := func(first int) treeScores {
		return func(ws *workspace, x block, out []float64) error {
			all := ws.floats(x.rows * 2 * w)
			if err := g.sum(ws, x, all); err != nil {
				return err
			}
			for i := range x.rows {
				copy(out[i*w:(i+1)*w], all[i*2*w+first:])
			}
			return nil
		}
	}
	targets.offerClassifier(n, part(w), part(0))
	n.offer(one(models.Apply, models.Port{DType: models.Int64}, nil, g.leaves))
	n.outline.Summary = features(n.features) + targets.summary() + " · " + g.Summary()
	return n, nil
}

func treeRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	targets, err := c.readTargets(r, false)
	if err != nil {
		return nil, err
	}
	raw, err := readTree(r)
	if err != nil {
		return nil, err
	}
	values, err := targets.values(raw)
	if err != nil {
		return nil, err
	}
	g, n, err := oneTree(c, r, raw, values, targets.width)
	if err != nil {
		return nil, err
	}
	n.offer(one(models.Predict, targets.valuePort(), nil, g.sum))
	n.offer(one(models.Apply, models.Port{DType: models.Int64}, nil, g.leaves))
	n.outline.Summary = features(n.features) + targets.summary() + " · " + g.Summary()
	return n, nil
}

// oneTree makes a forest of a tree whose leaves hold width values.
func oneTree(c *compiler, r pyobj.Ref, raw *rawTree, values []float64, width int) (*grove, *node, error) {
	n := new(node)
	if err := n.input(r, raw.features); err != nil {
		return nil, nil, err
	}
	b := forest.NewBuilder(forest.Shape{Features: n.features, Width: width, Outputs: width, Precision: forest.Float32})
	if err := raw.addTo(b, values, 0, nil); err != nil {
		return nil, nil, err
	}
	nan, err := supportsNaN(r, c.version)
	if err != nil {
		return nil, nil, err
	}
	return &grove{Forest: b.Forest(), names: n.names, allowNaN: nan}, n, nil
}

// values takes width values a node out of those of a tree, which has as many for
// each output as the one with the most classes.
func (t *treeTargets) values(raw *rawTree) ([]float64, error) {
	if raw.outputs != t.outputs {
		return nil, raw.at.Format("a tree of %d outputs in an estimator of %d", raw.outputs, t.outputs)
	}
	for _, k := range t.counts {
		if k > raw.most {
			return nil, raw.at.Format("a tree with %d values for %d classes", raw.most, k)
		}
	}
	if t.width == raw.outputs*raw.most {
		return raw.values, nil
	}
	out := make([]float64, 0, raw.nodes.Len()*t.width)
	for i := range raw.nodes.Len() {
		for j, k := range t.counts {
			out = append(out, raw.values[(i*raw.outputs+j)*raw.most:][:k]...)
		}
	}
	return out, nil
}

// normalize makes shares of the weights of a node. Since 1.4 they are shares
// already; before, predict_proba divided, by 1 where there was no weight.
func (t *treeTargets) normalize(row []float64, v version) {
	if !v.olderThan(1, 4) {
		return
	}
	for _, k := range t.counts {
		part := row[:k]
		sum := kernel.Sum(part)
		if sum == 0 {
			sum = 1
		}
		for j := range part {
			part[j] /= sum
		}
		row = row[k:]
	}
}
