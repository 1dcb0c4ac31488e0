package sklearn

import (
	"github.com/copal-ml/copal/models/pyobj"
)

var modelSelectionClasses = []class{
	{"FrozenEstimator", "sklearn", frozen},
	{"GridSearchCV", "sklearn", searchCV},
	{"HalvingGridSearchCV", "sklearn", searchCV},
	{"HalvingRandomSearchCV", "sklearn", searchCV},
	{"RandomizedSearchCV", "sklearn", searchCV},
}

// searchCV is BaseSearchCV (sklearn/model_selection/_search.py): the methods of
// best_estimator_, which is there unless refit is False.
func searchCV(c *compiler, r pyobj.Ref) (*node, error) {
	best, ok := r.Attr("best_estimator_")
	if !ok {
		if _, fitted := r.Attr("cv_results_"); fitted {
			return nil, r.Unsupported("a search with refit=False", "Set refit=True, or save an estimator that was fitted with the best parameters.")
		}
		_, err := r.Need("best_estimator_")
		return nil, err
	}
	inner, err := c.estimator(best)
	if err != nil {
		return nil, err
	}
	n := wrapped(inner)
	n.methods = nil
	for _, name := range delegated {
		n.offer(inner.method(name))
	}
	return n, nil
}

// frozen is FrozenEstimator (sklearn/frozen/_frozen.py): the estimator itself.
func frozen(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("estimator")
	if err != nil {
		return nil, err
	}
	inner, err := c.estimator(attr)
	if err != nil {
		return nil, err
	}
	return wrapped(inner), nil
}

// wrapped is a node of its own that does what inner does.
func wrapped(inner *node) *node {
	n := *inner
	n.outline.Summary, n.outline.Children = inner.outline.Class, nil
	n.outline.Children = append(n.outline.Children, inner.outline)
	return &n
}
