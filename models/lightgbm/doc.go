// Package lightgbm reads models of LightGBM (2.1 to 4.x): the text that
// Booster.save_model writes, which is also what a pickled Booster holds, and the
// JSON of Booster.dump_model. It knows no Python and no scikit-learn.
//
//	m, err := lightgbm.Read(src, lightgbm.Options{})
//	m.Margin(out, x)        // Booster.predict(raw_score=True)
//	m.Predict(out, x)       // Booster.predict
//	m.Apply(out, x)         // Booster.predict(pred_leaf=True)
//	m.Contributions(out, x) // Booster.predict(pred_contrib=True)
//
// Rows are float64, and NaN is missing. Margins and leaves have the very bits of
// the library: values are added tree by tree in float64 (GBDT::PredictRaw), and
// thresholds read back to the bits that were in memory, as they are written with
// 17 digits.
//
// Sources, in https://github.com/microsoft/LightGBM at v4.6.0: src/io/tree.cpp,
// include/LightGBM/tree.h, src/boosting/gbdt_model_text.cpp and
// gbdt_prediction.cpp, src/objective. They are cited by these names.
package lightgbm

import (
	"sync"

	"github.com/copal-ml/copal/models/forest"
)

// Options say how a model is asked.
type Options struct {
	// Rounds is the number of boosting iterations that are used; 0 for all. It is
	// the best_iteration of a Booster that stopped early, which the text lacks.
	Rounds int
}

// A Model is a booster that is ready to run. It is immutable and safe for
// concurrent use.
type Model struct {
	Format     string // "LightGBM text", "LightGBM JSON"
	Version    string // of the format: "v4"
	Boosting   string // "gbdt", "dart", "rf", "goss"; "" if not known
	Objective  string // "binary sigmoid:1"; "" for one of the user's own
	Features   int    // of a row
	Outputs    int    // margins a row
	Rounds     int    // boosting iterations that are used
	Names      []string
	Categories []Categories // of the columns that had the dtype category, in their order

	Forest *forest.Forest

	categorical []int // features that were told to be categorical
	average     bool  // of the rounds: boosting rf
	counted     bool  // nodes have their numbers of rows
	linear      *linearLeaves
	link        link
	scratch     sync.Pool // of *[]float64
}

// The limits of what a file may claim without holding it.
const (
	maxFeatures = 1 << 26
	maxOutputs  = 1 << 20
)

const (
	formatText = "LightGBM text"
	formatJSON = "LightGBM JSON"
)
