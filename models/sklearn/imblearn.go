package sklearn

import (
	"slices"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// imblearnClasses are those of imbalanced-learn. Its ensembles differ from the
// ones of scikit-learn that they extend only in how they are fitted
// (imblearn/ensemble): on resampled data.
var imblearnClasses = []class{
	{"Pipeline", "imblearn", imblearnPipeline},

	{"BalancedBaggingClassifier", "imblearn", baggingClassifier},
	{"BalancedRandomForestClassifier", "imblearn", forestClassifier},
	{"EasyEnsembleClassifier", "imblearn", easyEnsemble},
	{"RUSBoostClassifier", "imblearn", adaBoostClassifier},

	{"ADASYN", "imblearn", sampler},
	{"AllKNN", "imblearn", sampler},
	{"BorderlineSMOTE", "imblearn", sampler},
	{"ClusterCentroids", "imblearn", sampler},
	{"CondensedNearestNeighbour", "imblearn", sampler},
	{"EditedNearestNeighbours", "imblearn", sampler},
	{"FunctionSampler", "imblearn", sampler},
	{"InstanceHardnessThreshold", "imblearn", sampler},
	{"KMeansSMOTE", "imblearn", sampler},
	{"NearMiss", "imblearn", sampler},
	{"NeighbourhoodCleaningRule", "imblearn", sampler},
	{"OneSidedSelection", "imblearn", sampler},
	{"RandomOverSampler", "imblearn", sampler},
	{"RandomUnderSampler", "imblearn", sampler},
	{"RepeatedEditedNearestNeighbours", "imblearn", sampler},
	{"SMOTE", "imblearn", sampler},
	{"SMOTEENN", "imblearn", sampler},
	{"SMOTEN", "imblearn", sampler},
	{"SMOTENC", "imblearn", sampler},
	{"SMOTETomek", "imblearn", sampler},
	{"SVMSMOTE", "imblearn", sampler},
	{"TomekLinks", "imblearn", sampler},
}

// imblearnPipeline is Pipeline of imblearn/pipeline.py, which leaves out the
// samplers when it predicts and transforms (_iter with filter_resample).
func imblearnPipeline(c *compiler, r pyobj.Ref) (*node, error) {
	steps, err := c.steps(r)
	if err != nil {
		return nil, err
	}
	if last := steps[len(steps)-1].outline; last.Summary == onlyAtFit {
		return nil, r.Unsupported("a pipeline that ends with "+last.Class+", which only resamples,",
			"Save the pipeline with an estimator as its last step.")
	}
	return joinSteps(r, steps)
}

// onlyAtFit is the summary of a sampler.
const onlyAtFit = "at fit only"

// sampler is a step that changes what the steps behind it are fitted on, and
// nothing else. It need not be fitted itself: the pipeline fits clones.
func sampler(c *compiler, r pyobj.Ref) (*node, error) {
	if c.depth == 1 {
		_, name, _ := r.Class()
		return nil, r.Unsupported(name+", which only resamples the data that something else is fitted on,",
			"Save the fitted estimator, or the imblearn Pipeline of both.")
	}
	return &node{transform: identity(), outline: models.Node{Summary: onlyAtFit}}, nil
}

// easyEnsemble is a bag of AdaBoostClassifiers. Before scikit-learn 1.1 a bag had
// decision_function if base_estimator had, which is None by default here
// (if_delegate_has_method in sklearn/ensemble/_bagging.py).
func easyEnsemble(c *compiler, r pyobj.Ref) (*node, error) {
	n, err := baggingClassifier(c, r)
	if err != nil {
		return nil, err
	}
	if base, ok := r.Attr("base_estimator"); ok && base.IsNone() && c.version.before(1, 1) {
		n.methods = slices.DeleteFunc(n.methods, func(m *method) bool { return m.name == models.DecisionFunction })
	}
	return n, nil
}
