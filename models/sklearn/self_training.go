package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var delegateClasses = []class{
	{"FrozenEstimator", "sklearn", frozenEstimator},
	{"SelfTrainingClassifier", "sklearn", selfTraining},
}

// selfTraining compiles SelfTrainingClassifier
// (sklearn/semi_supervised/_self_training.py), which answers with the
// estimator that was fitted last. Its name was base_estimator_ before 1.6.
func selfTraining(c *compiler, r pyobj.Ref) (*node, error) {
	inner, err := c.member(r, "estimator_", "base_estimator_")
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.inputOf(r, inner); err != nil {
		return nil, err
	}
	for _, name := range []models.Method{models.Predict, models.PredictProba, models.PredictLogProba, models.DecisionFunction} {
		n.offer(inner.method(name))
	}
	n.outline.Summary = features(n.features)
	return n, nil
}

// frozenEstimator compiles FrozenEstimator (sklearn/frozen/_frozen.py), which
// stands for its estimator in every way but fit.
func frozenEstimator(c *compiler, r pyobj.Ref) (*node, error) {
	inner, err := c.member(r, "estimator")
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.inputOf(r, inner); err != nil {
		return nil, err
	}
	n.class, n.methods, n.transform = inner.class, inner.methods, inner.transform
	n.outline.Summary = inner.outline.Class
	return n, nil
}
