package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/forest"
	"github.com/copal-ml/copal/models/pyobj"
)

var forestClasses = []class{
	{"RandomForestClassifier", "sklearn", forestClassifier},
	{"RandomForestRegressor", "sklearn", forestRegressor},
	{"ExtraTreesClassifier", "sklearn", forestClassifier},
	{"ExtraTreesRegressor", "sklearn", forestRegressor},
}

// ensembleMembers are the estimators in estimators_: a list, or an array of objects of
// one or two dimensions, in C order.
func ensembleMembers(r pyobj.Ref) ([]pyobj.Ref, error) {
	attr, err := r.Need("estimators_")
	if err != nil {
		return nil, err
	}
	list, err := attr.Items()
	if err != nil {
		if list, err = arrayItems(attr); err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, attr.Format("an ensemble of no estimators")
	}
	return list, nil
}

// arrayItems are the items of an array of objects of any dimensions.
func arrayItems(attr pyobj.Ref) ([]pyobj.Ref, error) {
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	if a.DType.Kind != 'O' {
		return nil, attr.Format("want an array of estimators, got dtype %s", a.DType)
	}
	items := make([]pyobj.Value, len(a.Objects))
	for i, v := range a.Objects {
		items[i] = v
	}
	return attr.With(pyobj.Tuple(items)).Items()
}

// treesOf reads the trees in estimators_, which must be so many features wide as
// the first of them, and refuses estimators of another kind.
func treesOf(r pyobj.Ref) ([]pyobj.Ref, []*rawTree, error) {
	list, err := ensembleMembers(r)
	if err != nil {
		return nil, nil, err
	}
	trees := make([]*rawTree, len(list))
	for i, m := range list {
		if trees[i], err = readTree(m); err != nil {
			return nil, nil, err
		}
		if trees[i].features != trees[0].features {
			return nil, nil, trees[i].at.Format("a tree of %d features among trees of %d", trees[i].features, trees[0].features)
		}
	}
	return list, trees, nil
}

// readForest reads estimators_ as a forest that sums up what leafValues gives
// for the nodes of a tree, width values each.
func (c *compiler) readForest(r pyobj.Ref, width int, leafValues func(*rawTree) ([]float64, error)) (*grove, *node, error) {
	list, trees, err := treesOf(r)
	if err != nil {
		return nil, nil, err
	}
	n := new(node)
	if err := n.input(r, trees[0].features); err != nil {
		return nil, nil, err
	}
	b := forest.NewBuilder(forest.Shape{Features: n.features, Width: width, Outputs: width, Precision: forest.Float32})
	for _, t := range trees {
		values, err := leafValues(t)
		if err != nil {
			return nil, nil, err
		}
		if err := t.addTo(b, values, 0, nil); err != nil {
			return nil, nil, err
		}
	}
	g := &grove{Forest: b.Forest(), names: n.names}
	if !c.version.olderThan(1, 4) { // forests asked their first tree from then on
		g.allowNaN, err = supportsNaN(list[0], c.version)
	}
	return g, n, err
}

// mean divides the sum of all trees by their number.
func (g *grove) mean(ws *workspace, x block, out []float64) error {
	if err := g.sum(ws, x, out); err != nil {
		return err
	}
	k := float64(g.Trees())
	for i := range out {
		out[i] /= k
	}
	return nil
}

func forestClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	targets, err := c.readTargets(r, true)
	if err != nil {
		return nil, err
	}
	g, n, err := c.readForest(r, targets.width, func(t *rawTree) ([]float64, error) {
		values, err := targets.values(t)
		if err != nil || !c.version.olderThan(1, 4) {
			return values, err
		}
		values = append([]float64(nil), values...)
		for i := 0; i < len(values); i += targets.width {
			targets.normalize(values[i:i+targets.width], c.version)
		}
		return values, nil
	})
	if err != nil {
		return nil, err
	}
	targets.offerClassifier(n, g.mean, g.mean)
	g.finish(n, targets)
	return n, nil
}

func forestRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	targets, err := c.readTargets(r, false)
	if err != nil {
		return nil, err
	}
	g, n, err := c.readForest(r, targets.width, targets.values)
	if err != nil {
		return nil, err
	}
	n.offer(one(models.Predict, targets.valuePort(), nil, g.mean))
	g.finish(n, targets)
	return n, nil
}

// finish offers apply and tells of the forest.
func (g *grove) finish(n *node, targets *treeTargets) {
	n.offer(one(models.Apply, models.Port{DType: models.Int64, Width: g.Trees()}, nil, g.leaves))
	n.outline.Summary = features(n.features) + targets.summary() + " · " + g.Summary()
}
