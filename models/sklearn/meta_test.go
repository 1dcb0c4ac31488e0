//go:build !race

// The race detector makes sync.Pool drop things at random.

package sklearn_test

import (
	"math"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
)

// Once warm, no method of an estimator of estimators allocates.
func TestMetaEstimatorsDoNotAllocate(t *testing.T) {
	const kinds = `bagging_classifier bagging_classifier_votes bagging_regressor voting_classifier_hard
		voting_classifier_soft voting_regressor stacking_classifier stacking_classifier_passthrough
		ada_boost_classifier ada_boost_classifier_stumps ada_boost_regressor calibrated_sigmoid
		calibrated_isotonic calibrated_temperature fixed_threshold tuned_threshold
		one_vs_rest one_vs_rest_multilabel one_vs_one output_code classifier_chain regressor_chain
		multi_output_classifier multi_output_regressor self_training
		select_k_best select_from_model rfe rfecv variance_threshold`
	for name := range strings.FieldsSeq(kinds) {
		m := open(t, "1.9/"+name)
		width := m.Signature().Inputs[0].Width
		src, dst := matrix(5, make([]float64, 5*width)...), new(models.Frame)
		for _, method := range m.Signature().Methods {
			run := func() {
				if err := m.Predict(dst, src, method.Name); err != nil {
					t.Fatal(err)
				}
			}
			run()
			run() // what was too small for the first is replaced in the second
			if n := testing.AllocsPerRun(100, run); n != 0 {
				t.Errorf("%s, %s: %v allocations", name, method.Name, n)
			}
		}
	}
}

// An error for one row names its column among all features, although the
// estimator was given some of them.
func TestBaggingNamesTheColumn(t *testing.T) {
	m := open(t, "1.9/bagging_classifier")
	for column := range 4 {
		row := []float64{1, 2, 3, 4}
		row[column] = math.NaN()
		err := m.Predict(new(models.Frame), matrix(1, row...), models.Predict)
		e, ok := err.(*models.DataError)
		if !ok || e.Row != 0 || e.Column != column {
			t.Errorf("column %d: got %v", column, err)
		}
	}
}
