package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// ransacRegressor compiles RANSACRegressor (sklearn/linear_model/_ransac.py),
// which predicts as the estimator that was fitted on the inliers.
func ransacRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("estimator_")
	if err != nil {
		return nil, err
	}
	inner, err := c.estimator(attr)
	if err != nil {
		return nil, err
	}
	predict := inner.method(models.Predict)
	if predict == nil {
		return nil, attr.Format("%s does not predict", inner.class)
	}
	n := &node{features: inner.features, names: inner.names, types: inner.types}
	recorded, names, err := recordedFeatures(r)
	if err != nil {
		return nil, err
	}
	if recorded > 0 && n.features > 0 && recorded != n.features {
		return nil, r.Format("its estimator takes %d features, but n_features_in_ is %d", n.features, recorded)
	}
	if recorded > 0 {
		n.features = recorded
	}
	if names != nil {
		n.names = names
	}
	n.offer(predict)
	n.outline.Children = []models.Node{inner.outline}
	return n, nil
}
