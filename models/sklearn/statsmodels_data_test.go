package sklearn_test

import (
	"testing"

	"github.com/copal-ml/copal/models"
)

// A formula names the columns that it needs; others may be there or not.
func TestFormulaData(t *testing.T) {
	m := open(t, "../statsmodels/0.14/formula_level")
	f := func(level, want string) {
		t.Helper()
		src := &models.Frame{Rows: 1, Columns: []models.Column{
			{Name: "g", DType: models.String, Str: []string{level}}, {Name: "a", F64: []float64{0.5}}}}
		err := m.Signature().Check(src)
		if err == nil {
			err = m.Predict(new(models.Frame), src, models.Predict)
		}
		if got := errorText(err); got != want {
			t.Errorf("%s: got %q, want %q", level, got, want)
		}
	}
	f("v", "")
	f("zzz", "row 0, column 2 (g): observation with value 'zzz' does not match any of the expected levels")
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
