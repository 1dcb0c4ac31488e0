package sklearn

import (
	"slices"
	"strings"

	"github.com/copal-ml/copal/models/pyobj"
)

// A class is an estimator that can be compiled.
type class struct {
	name    string // "LogisticRegression"
	root    string // first part of its module
	compile func(c *compiler, r pyobj.Ref) (*node, error)
}

// classes are the estimators that can be compiled, in the order in which help
// texts list them. Each table stands in the file of its scikit-learn module.
//
// A class is matched by its name and the root package of its module:
// scikit-learn renamed nearly every module in 0.22
// (sklearn.linear_model.logistic → sklearn.linear_model._logistic), but has
// no two estimators of one name. Boosters are estimators of other libraries.
var classes = slices.Concat(
	crossDecompositionClasses,
	discriminantClasses,
	dummyClasses,
	isotonicClasses,
	featureExtractionClasses,
	clusterClasses,
	decompositionClasses,
	linearModelClasses,
	naiveBayesClasses,
	preprocessingClasses,
	scalerClasses,
	shapeClasses,
	basisClasses,
	encoderClasses,
	labelClasses,
	imputerClasses,
	svmClasses,
	neighborsClasses,
	neuralNetworkClasses,
	kernelClasses,
	gaussianProcessClasses,
	semiSupervisedClasses,
	manifoldClasses,
	mixtureClasses,
	pipelineClasses,
	baggingClasses,
	votingClasses,
	stackingClasses,
	weightBoostingClasses,
	calibrationClasses,
	thresholdClasses,
	multiclassClasses,
	multioutputClasses,
	selfTrainingClasses,
	featureSelectionClasses,
	treeClasses,
	forestClasses,
	boostingClasses,
	histClasses,
	isolationClasses,
	embeddingClasses,
	unionClasses,
	composeClasses,
	functionClasses,
	modelSelectionClasses,
	catboostClasses,
	lightgbmClasses,
	xgboostClasses,
)

// Supported lists the estimators that can be compiled, of all libraries.
func Supported() []string { return names(classes) }

// SupportedOf lists those of one library, by the first part of its modules:
// "sklearn".
func SupportedOf(root string) []string {
	var list []string
	for _, c := range classes {
		if c.root == root {
			list = append(list, c.name)
		}
	}
	return list
}

func names(table []class) []string {
	list := make([]string, len(table))
	for i, c := range table {
		list[i] = c.name
	}
	return list
}

// find returns the class of that module and name.
func find(table []class, module, name string) (class, bool) {
	root, _, _ := strings.Cut(module, ".")
	for _, c := range table {
		if c.name == name && c.root == root {
			return c, true
		}
	}
	return class{}, false
}
