package sklearn_test

import (
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
)

// One fixture of each kind of linear and likelihood model: once warm, no method
// allocates.
func TestLinearAndBayesDoNotAllocate(t *testing.T) {
	const kinds = `lasso multi_task_lasso bayesian_ridge ard poisson ransac
		logistic_cv linear_svc_binary ridge_classifier_multilabel sgd_classifier_log sgd_classifier_huber
		sgd_classifier_huber_binary sgd_one_class_svm lda lda_binary qda qda_binary
		gaussian_nb multinomial_nb complement_nb bernoulli_nb categorical_nb
		dummy_classifier_targets dummy_regressor_targets isotonic_clip isotonic_float32
		pls_regression pls_canonical pls_svd`
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
			if n := testing.AllocsPerRun(100, run); n != 0 {
				t.Errorf("%s, %s: %v allocations", name, method.Name, n)
			}
		}
	}
}
