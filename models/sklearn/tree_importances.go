package sklearn

import (
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// importances is Tree.compute_feature_importances (sklearn/tree/_tree.pyx): by
// how much the questions for each feature lower the impurity, weighted by the
// samples that came to them. normalize divides by the sum, where that is above 0.
func (t *rawTree) importances(normalize bool) ([]float64, error) {
	l, err := t.links()
	if err != nil {
		return nil, err
	}
	impurity, err := t.floats("impurity")
	if err != nil {
		return nil, err
	}
	weight, err := t.floats("weighted_n_node_samples")
	if err != nil {
		return nil, err
	}
	out := make([]float64, t.features)
	for i := range l.left {
		a, b := l.left[i], l.right[i]
		if a == treeLeaf {
			continue
		}
		if n := int64(len(l.left)); a < 0 || a >= n || b < 0 || b >= n || l.feature[i] < 0 || l.feature[i] >= int64(t.features) {
			return nil, t.at.Format("node %d refers to what is not there", i)
		}
		out[l.feature[i]] += float64(weight[i]*impurity[i]) - float64(weight[a]*impurity[a]) - float64(weight[b]*impurity[b])
	}
	divideAll(out, weight[0])
	if total := kernel.Sum(out); normalize && total > 0 {
		divideAll(out, total)
	}
	return out, nil
}

// treeImportances is feature_importances_ of a decision tree, or of a forest: the
// mean over its trees of more than one node, divided by its sum
// (sklearn/ensemble/_forest.py), or of gradient boosting: that of the trees'
// differences before they are divided (sklearn/ensemble/_gb.py). ok is false
// for an estimator of another kind. Whoever asks this of a large model need not
// compile it as well.
func treeImportances(r pyobj.Ref) (list []float64, ok bool, err error) {
	_, name, _ := r.Class()
	old := versionOf(r).olderThan(0, 21)
	switch name {
	case "DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor":
		t, err := readTree(r)
		if err != nil {
			return nil, true, err
		}
		list, err = t.importances(true)
		return list, true, err
	case "RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor", "RandomTreesEmbedding":
		list, err = forestImportances(r, old)
		return list, true, err
	case "GradientBoostingClassifier", "GradientBoostingRegressor":
		list, err = boostingImportances(r, old)
		return list, true, err
	}
	return nil, false, nil
}

func forestImportances(r pyobj.Ref, old bool) ([]float64, error) {
	_, trees, err := treesOf(r)
	if err != nil {
		return nil, err
	}
	if old { // the plain mean
		return stageImportances(trees, 1, true)
	}
	return meanImportances(trees, true)
}

func boostingImportances(r pyobj.Ref, old bool) ([]float64, error) {
	_, trees, err := treesOf(r)
	if err != nil {
		return nil, err
	}
	if !old {
		return meanImportances(trees, false)
	}
	width, err := stageWidth(r, len(trees))
	if err != nil {
		return nil, err
	}
	list, err := stageImportances(trees, width, false)
	if err != nil {
		return nil, err
	}
	divideAll(list, kernel.Sum(list))
	return list, nil
}

// meanImportances averages over the trees that ask anything. numpy.mean over the
// first axis adds row by row.
func meanImportances(trees []*rawTree, normalizeEach bool) ([]float64, error) {
	sum := make([]float64, trees[0].features)
	count := 0.0
	for _, t := range trees {
		if t.nodes.Len() <= 1 {
			continue
		}
		one, err := t.importances(normalizeEach)
		if err != nil {
			return nil, err
		}
		kernel.AddColumns(sum, sum, one)
		count++
	}
	if count == 0 {
		return sum, nil
	}
	divideAll(sum, count)
	divideAll(sum, kernel.Sum(sum))
	return sum, nil
}

// stageImportances averages over stages of so many trees, as before 0.21.
func stageImportances(trees []*rawTree, width int, normalizeEach bool) ([]float64, error) {
	sum := make([]float64, trees[0].features)
	for first := 0; first < len(trees); first += width {
		stage := make([]float64, len(sum))
		for _, t := range trees[first : first+width] {
			one, err := t.importances(normalizeEach)
			if err != nil {
				return nil, err
			}
			kernel.AddColumns(stage, stage, one)
		}
		divideAll(stage, float64(width))
		kernel.AddColumns(sum, sum, stage)
	}
	divideAll(sum, float64(len(trees)/width))
	return sum, nil
}

func divideAll(list []float64, by float64) {
	for i := range list {
		list[i] /= by
	}
}
