package sklearn

import (
	"slices"
	"strings"

	"github.com/copal-ml/copal/models/catboost"
	"github.com/copal-ml/copal/models/lightgbm"
	"github.com/copal-ml/copal/models/pyobj"
	"github.com/copal-ml/copal/models/xgboost"
)

// A class is an estimator that can be compiled.
type class struct {
	name    string // "LogisticRegression"
	root    string // first part of its module
	compile func(c *compiler, r pyobj.Ref) (*node, error)
}

// classes are the estimators of scikit-learn that can be compiled, in the order
// in which help texts list them. Each table stands in the file of its scikit-learn module.
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
)

// A Library is a Python package whose estimators can be compiled.
type Library struct {
	Name    string // "imbalanced-learn"
	Package string // "imblearn", the root of its modules
	Classes []string

	table []class
}

// libraryTables are those libraries, scikit-learn first: the others build on it.
var libraryTables = []Library{
	{Name: "scikit-learn", Package: "sklearn", table: classes},
	{Name: xgboost.Library, Package: "xgboost", table: xgboostClasses},
	{Name: lightgbm.Library, Package: "lightgbm", table: lightgbmClasses},
	{Name: catboost.Library, Package: "catboost", table: catboostClasses},
	{Name: "imbalanced-learn", Package: "imblearn", table: imblearnClasses},
	{Name: "category_encoders", Package: "category_encoders", table: categoryEncoderClasses},
	{Name: "sklearn-pandas", Package: "sklearn_pandas", table: sklearnPandasClasses},
	{Name: "statsmodels", Package: "statsmodels", table: statsmodelsClasses},
}

// Libraries lists them with the names of their classes, in the order of help texts.
func Libraries() []Library {
	list := slices.Clone(libraryTables)
	for i := range list {
		list[i].Classes = names(list[i].table)
	}
	return list
}

// every is the tables of all libraries.
var every = joinTables(libraryTables)

func joinTables(list []Library) []class {
	var all []class
	for _, l := range list {
		all = append(all, l.table...)
	}
	return all
}

// libraryOf is the library whose module that is; scikit-learn if it is none.
func libraryOf(module string) Library {
	root, _, _ := strings.Cut(module, ".")
	for _, l := range libraryTables {
		if l.Package == root {
			return l
		}
	}
	return libraryTables[0]
}

// Supported lists the estimators of scikit-learn that can be compiled.
func Supported() []string { return names(classes) }

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
