package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var selfTrainingClasses = []class{
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
