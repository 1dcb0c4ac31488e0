package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/forest"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var isolationClasses = []class{
	{"IsolationForest", "sklearn", isolationForest},
}

// An isolation is sklearn/ensemble/_iforest.py: the depths of the leaves, with
// the average path length of the samples in them added, summed over the trees.
type isolation struct {
	*grove
	perTree   float64 // the average path length of max_samples
	old       bool    // 0.20 divided by the trees first
	wideCheck bool    // before 1.3, float64 was checked before it became float32
	offset    float64
	threshold float64 // of the decision: 0, except in the old behaviour before 0.22
}

func isolationForest(c *compiler, r pyobj.Ref) (*node, error) {
	f := &isolation{old: c.version.olderThan(0, 21), wideCheck: c.version.olderThan(1, 3)}
	n, err := f.readTrees(c, r)
	if err != nil {
		return nil, err
	}
	samples, err := isolationSamples(r)
	if err != nil {
		return nil, err
	}
	f.perTree = averagePathLength(samples, f.old)
	offset, err := r.Need("offset_")
	if err != nil {
		return nil, err
	}
	if f.offset, err = offset.Float(); err != nil {
		return nil, err
	}
	if behaviour, err := word(r, "behaviour", "new"); err == nil && behaviour == "old" && c.version.olderThan(0, 22) {
		attr, err := r.Need("_threshold_")
		if err != nil {
			return nil, err
		}
		if f.threshold, err = attr.Float(); err != nil {
			return nil, err
		}
	}
	n.offer(one(models.Predict, models.Port{DType: models.Int64}, nil, f.classify))
	n.offer(one(models.DecisionFunction, numbers(0), nil, f.decide))
	n.offer(one(models.ScoreSamples, numbers(0), nil, f.score))
	n.outline.Summary = fmt.Sprintf("%s · %s", features(n.features), f.Summary())
	return n, nil
}

// isolationSamples is the number of samples that each tree was given: recorded as
// max_samples_ and, since 1.3, read from _max_samples.
func isolationSamples(r pyobj.Ref) (int64, error) {
	attr, ok := r.Attr("_max_samples")
	if !ok {
		var err error
		if attr, err = r.Need("max_samples_"); err != nil {
			return 0, err
		}
	}
	n, err := attr.Int()
	if err == nil && n < 1 {
		err = attr.Format("%d samples", n)
	}
	return n, err
}

// readTrees reads estimators_, each with the features in estimators_features_.
func (f *isolation) readTrees(c *compiler, r pyobj.Ref) (*node, error) {
	_, trees, err := treesOf(r)
	if err != nil {
		return nil, err
	}
	width, err := histFeatures(r)
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, width); err != nil {
		return nil, err
	}
	subsets, err := readSubsets(r, len(trees), trees[0].features, width)
	if err != nil {
		return nil, err
	}
	lengths, err := storedLengths(r, trees)
	if err != nil {
		return nil, err
	}
	b := forest.NewBuilder(forest.Shape{Features: width, Width: 1, Outputs: 1, Precision: forest.Float32})
	for i, t := range trees {
		depths, err := f.depths(t, lengths[i])
		if err != nil {
			return nil, err
		}
		if err := t.addTo(b, depths, 0, subsets[i]); err != nil {
			return nil, err
		}
	}
	any := !c.version.olderThan(1, 6)
	f.grove = &grove{Forest: b.Forest(), names: n.names, allowNaN: any, allowInf: any}
	return n, nil
}

// readSubsets reads the features that each tree was given, of width.
func readSubsets(r pyobj.Ref, trees, size, width int) ([][]int, error) {
	attr, err := r.Need("estimators_features_")
	if err != nil {
		return nil, err
	}
	list, err := attr.Items()
	if err != nil {
		return nil, err
	}
	if len(list) != trees {
		return nil, attr.Format("the features of %d trees, want %d", len(list), trees)
	}
	subsets := make([][]int, trees)
	if size == width {
		return subsets, nil // then scikit-learn gives each tree the whole row
	}
	for i, item := range list {
		a, err := item.Array()
		if err != nil {
			return nil, err
		}
		places, err := a.Int64s()
		if err != nil {
			return nil, item.Format("%w", err)
		}
		if len(places) != size {
			return nil, item.Format("%d features for a tree of %d", len(places), size)
		}
		for _, p := range places {
			if p < 0 || p >= int64(width) {
				return nil, item.Format("feature %d of %d", p, width)
			}
			subsets[i] = append(subsets[i], int(p))
		}
	}
	return subsets, nil
}

// storedLengths reads the average path lengths of all nodes, which are in the file
// since 1.3: log is not the same on every machine. A nil list is not there.
func storedLengths(r pyobj.Ref, trees []*rawTree) ([][]float64, error) {
	lists := make([][]float64, len(trees))
	attr, ok := r.Attr("_average_path_length_per_tree")
	if !ok {
		return lists, nil
	}
	items, err := attr.Items()
	if err != nil {
		return nil, err
	}
	if len(items) != len(trees) {
		return nil, attr.Format("the path lengths of %d trees, want %d", len(items), len(trees))
	}
	for i, item := range items {
		a, err := item.Array()
		if err != nil {
			return nil, err
		}
		if lists[i], err = a.Float64s(); err != nil {
			return nil, item.Format("%w", err)
		}
		if len(lists[i]) != trees[i].nodes.Len() {
			return nil, item.Format("%d path lengths for %d nodes", len(lists[i]), trees[i].nodes.Len())
		}
	}
	return lists, nil
}

// depths is what each node adds as a leaf: the questions before it, and the
// average path length for the samples in it. A node that is no part of the tree
// has none; what refers to it is found when the tree is built.
func (f *isolation) depths(t *rawTree, stored []float64) ([]float64, error) {
	l, err := t.links()
	if err != nil {
		return nil, err
	}
	samples, err := t.ints("n_node_samples")
	if err != nil {
		return nil, err
	}
	if samples == nil {
		return nil, t.at.Format("its nodes have no field n_node_samples")
	}
	out := make([]float64, len(l.left)) // first the nodes on the way, the root counts as one
	out[0] = 1
	queue := []int64{0}
	for ; len(queue) > 0; queue = queue[1:] {
		i := queue[0]
		for _, child := range [2]int64{l.left[i], l.right[i]} {
			if l.left[i] != treeLeaf && child >= 0 && child < int64(len(out)) && out[child] == 0 {
				out[child] = out[i] + 1
				queue = append(queue, child)
			}
		}
	}
	for i, nodes := range out {
		switch {
		case stored != nil:
			out[i] = nodes + stored[i] - 1
		case f.old:
			out[i] = nodes - 1 + averagePathLength(samples[i], true)
		default:
			out[i] = nodes + averagePathLength(samples[i], false) - 1
		}
	}
	return out, nil
}

// averagePathLength is _average_path_length: that of an unsuccessful search in a
// binary tree of n samples. 0.20 said 1 where there is nothing to search.
func averagePathLength(n int64, old bool) float64 {
	const eulerGamma = 0.5772156649015329
	switch {
	case n <= 1 && old:
		return 1
	case n <= 1:
		return 0
	case n == 2 && !old:
		return 1
	}
	k := float64(n)
	return float64(2*(math.Log(k-1)+eulerGamma)) - float64(2*(k-1))/k
}

// score is score_samples.
func (f *isolation) score(ws *workspace, x block, out []float64) error {
	if f.wideCheck && x.sparse == nil {
		x = ws.matrix(x)
		if err := ws.finite(x, f.names); err != nil {
			return err
		}
	}
	if err := f.sum(ws, x, out); err != nil {
		return err
	}
	trees := float64(f.Trees())
	for i, depth := range out {
		switch {
		case f.old:
			depth = depth / trees / f.perTree
		case f.perTree == 0:
			depth = 1 // "For a single training sample …, we set the score manually to 1."
		default:
			depth /= trees * f.perTree
		}
		out[i] = -kernel.Exp2(-depth)
	}
	return nil
}

// decide is decision_function.
func (f *isolation) decide(ws *workspace, x block, out []float64) error {
	if err := f.score(ws, x, out); err != nil {
		return err
	}
	for i := range out {
		out[i] -= f.offset
	}
	return nil
}

// classify is predict: 1 for an inlier, -1 for an outlier.
func (f *isolation) classify(ws *workspace, x block, out []float64) error {
	if err := f.decide(ws, x, out); err != nil {
		return err
	}
	for i, v := range out {
		out[i] = 1
		if v < f.threshold {
			out[i] = -1
		}
	}
	return nil
}
