package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var featureSelectionClasses = []class{
	{"GenericUnivariateSelect", "sklearn", genericUnivariateSelect},
	{"RFE", "sklearn", recursiveElimination},
	{"RFECV", "sklearn", recursiveElimination},
	{"SelectFdr", "sklearn", univariate("fdr")},
	{"SelectFpr", "sklearn", univariate("fpr")},
	{"SelectFromModel", "sklearn", selectFromModel},
	{"SelectFwe", "sklearn", univariate("fwe")},
	{"SelectKBest", "sklearn", univariate("k_best")},
	{"SelectPercentile", "sklearn", univariate("percentile")},
	{"SequentialFeatureSelector", "sklearn", sequentialSelector},
	{"VarianceThreshold", "sklearn", varianceThreshold},
}

// A selector is the SelectorMixin of sklearn/feature_selection/_base.py: it
// keeps some columns.
type selector struct {
	columns []int // that are kept, in ascending order
	place   []int // where each column goes, or -1
	names   []string
	anyway  bool // also NaN and infinity pass
}

// selectorNode makes a node that keeps the columns of mask.
func selectorNode(r pyobj.Ref, mask []bool, anyway bool) (*node, error) {
	n, s := new(node), &selector{anyway: anyway}
	if err := n.input(r, len(mask)); err != nil {
		return nil, err
	}
	for j, keep := range mask {
		if keep {
			s.columns = append(s.columns, j)
		}
	}
	if len(s.columns) == 0 {
		return nil, r.Unsupported("a selection of no features at all",
			"The data are too noisy or the test is too strict; fit it so that a feature is left.")
	}
	s.place, _ = places(s.columns, len(mask))
	s.names = n.names
	n.transform = &transformer{width: len(s.columns), run: s.run, names: s.namesOut}
	n.outline.Summary = fmt.Sprintf("%d of %s", len(s.columns), features(len(mask)))
	return n, nil
}

func (s *selector) namesOut(in []string) []string {
	out := make([]string, 0, len(s.columns))
	for _, j := range s.columns {
		if j < len(in) {
			out = append(out, in[j])
		}
	}
	return out
}

func (s *selector) run(ws *workspace, x block) (block, error) {
	if x.sparse == nil {
		x = ws.matrix(x)
		if !s.anyway {
			if err := ws.finite(x, s.names); err != nil {
				return block{}, err
			}
		}
	}
	return ws.take(x, s.columns, s.place), nil
}

// varianceThreshold compiles VarianceThreshold
// (sklearn/feature_selection/_variance_threshold.py). NaN passes since 0.22.
func varianceThreshold(c *compiler, r pyobj.Ref) (*node, error) {
	variances, err := perFeature(r, "variances_")
	if err != nil {
		return nil, err
	}
	attr, err := r.Need("threshold")
	if err != nil {
		return nil, err
	}
	threshold, err := attr.Float()
	if err != nil {
		return nil, err
	}
	mask := make([]bool, len(variances))
	for j, v := range variances {
		mask[j] = v > threshold
	}
	return selectorNode(r, mask, !c.written(r).before(0, 22))
}

// support reads support_.
func support(r pyobj.Ref) ([]bool, error) {
	attr, err := r.Need("support_")
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	mask, err := a.Bools()
	if err != nil {
		return nil, attr.Format("%w", err)
	}
	return mask, nil
}

// sequentialSelector compiles SequentialFeatureSelector
// (sklearn/feature_selection/_sequential.py).
func sequentialSelector(c *compiler, r pyobj.Ref) (*node, error) {
	mask, err := support(r)
	if err != nil {
		return nil, err
	}
	return selectorNode(r, mask, c.takesNaN(r, "estimator"))
}

// recursiveElimination compiles RFE and RFECV (sklearn/feature_selection/_rfe.py):
// the columns of support_, and what the estimator says that was fitted on them.
func recursiveElimination(c *compiler, r pyobj.Ref) (*node, error) {
	mask, err := support(r)
	if err != nil {
		return nil, err
	}
	n, err := selectorNode(r, mask, c.takesNaN(r, "estimator"))
	if err != nil {
		return nil, err
	}
	inner, err := c.member(r, "estimator_")
	if err != nil {
		return nil, err
	}
	if inner.features > 0 && inner.features != n.transform.width {
		return nil, r.Format("estimator_ takes %d features, and %d are kept", inner.features, n.transform.width)
	}
	before := &chain{[]*transformer{n.transform}}
	for _, name := range []models.Method{models.Predict, models.PredictProba, models.PredictLogProba, models.DecisionFunction} {
		if m := inner.method(name); m != nil {
			n.offer(before.before(m))
		}
	}
	n.outline.Children = append(n.outline.Children, inner.outline)
	return n, nil
}
