// Package catboost reads models of CatBoost (0.10 to 1.2): the .cbm file that
// save_model writes, which is also what a pickled CatBoostClassifier holds, and
// its JSON. It knows no Python and no scikit-learn.
//
//	m, err := catboost.Read(data)
//	m.Margin(out, x)        // predict(prediction_type="RawFormulaVal")
//	m.Probabilities(out, x) // predict(prediction_type="Probability")
//	m.Apply(out, x)         // calc_leaf_indexes
//	m.Contributions(out, x) // get_feature_importance(type="ShapValues")
//
// Rows are float64. A feature of numbers is rounded to float32 before it is
// compared, and NaN goes where the feature says; a categorical feature holds the
// [Hash] of its category, which is exact in a float64. Margins and leaves have the
// very bits of the library: leaves are added tree by tree in float64, for batches
// of any size (catboost/libs/model/cpu/evaluator_impl.cpp), and then scaled and
// moved once.
//
// The library's own contributions do not add up to the margin where a node of a
// tree that is not symmetric ends on one side only (Lossguide, and Depthwise with
// min_data_in_leaf): such models offer none here.
//
// Features of text and of embeddings are refused: their calcers are not there.
//
// Sources, in https://github.com/catboost/catboost: catboost/libs/model and its
// flatbuffers/*.fbs, catboost/libs/fstr/shap_values.cpp, util/digest/city.cpp.
// They are cited by these names.
package catboost

import (
	"sync"

	"github.com/copal-ml/copal/models/forest"
)

// A Model is a model that is ready to run. It is immutable and safe for
// concurrent use.
type Model struct {
	Format   string // "CatBoost", "CatBoost JSON"
	Version  string // of the library that wrote it: "1.2.8"; "" if not known
	Loss     string // "Logloss"; "" if not known
	Features int    // of a row
	Outputs  int    // margins a row
	Names    []string
	Classes  []any // labels: int64, float64 or string; nil if the file has none

	// Categorical says which features are categories; nil if none is.
	Categorical []bool

	Forest *forest.Forest

	scale     float64
	bias      []float64  // of each output; nil if none
	border    float64    // margins above it are of the second class
	symmetric bool       // all trees ask one question a level
	partial   bool       // some node ends on one side only
	computed  []computed // what the trees look at; nil if it is the row itself
	groups    []group    // of features, which contributions take for one
	places    []int32    // of each column that the trees look at, in groups
	scratch   sync.Pool  // of *[]float64
}

// The limits of what a file may claim without holding it.
const (
	maxFeatures = 1 << 24
	maxOutputs  = 1 << 16
)

const (
	formatCBM  = "CatBoost"
	formatJSON = "CatBoost JSON"
)
