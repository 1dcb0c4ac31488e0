//go:build !race

package sklearn_test

import (
	"testing"

	"github.com/copal-ml/copal/models"
)

// What is prepared column by column does not allocate either, once warm.
func TestPreprocessingDoesNotAllocate(t *testing.T) {
	f := func(fixture string, src *models.Frame) {
		t.Helper()
		m, dst := open(t, fixture), new(models.Frame)
		for _, method := range m.Signature().Methods {
			run := func() {
				if err := m.Signature().Check(src); err != nil {
					t.Fatal(err)
				}
				if err := m.Predict(dst, src, method.Name); err != nil {
					t.Fatal(err)
				}
			}
			run()
			if n := testing.AllocsPerRun(100, run); n != 0 {
				t.Errorf("%s, %s: %v allocations", fixture, method.Name, n)
			}
		}
	}
	text := func(values ...string) models.Column { return models.Column{DType: models.String, Str: values} }
	words := &models.Frame{Rows: 2, Columns: []models.Column{text("a", "q"), text("x", "y")}}
	f("1.9/onehot_pipeline", words)
	f("1.9/onehot_after_imputer", words)
	f("1.9/onehot_strings", &models.Frame{Rows: 1, Columns: []models.Column{text("a"), text("z")}})
	numbers := matrix(2, 1, 2, 3, 4, 5, 6, 7, 8)
	f("1.9/simple_imputer_indicator", numbers)
	f("1.9/polynomial_three", numbers)
	f("1.9/spline_constant", numbers)
	f("1.9/kbins_onehot", numbers)
	f("1.9/quantile_normal", numbers)
	f("1.9/iterative_imputer", numbers)
}
