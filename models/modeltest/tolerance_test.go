package modeltest

import (
	"math"
	"testing"
)

// What is beside a value in its row says how close it must be; an infinity or a NaN
// there makes nothing near.
func TestNear(t *testing.T) {
	f := func(tolerance Tolerance, got, want float64, beside ...float64) {
		t.Helper()
		row := append([]float64{want}, beside...)
		if !tolerance.near(want, want, row) || tolerance.near(got, want, row) {
			t.Errorf("%s: %v is not to be near %v beside %v", tolerance, got, want, beside)
		}
	}
	f(Exact, math.Nextafter(1, 2), 1)
	f(BLAS, 1+1e-11, 1)
	f(BLAS, 2, 1, math.Inf(1))
	f(BLAS, 2, 1, math.NaN())
	f(Shap, 1+1e-5, 1, math.Inf(-1))
	f(Exp, 1+1e-11, 1, 1e9)
	f(Log, -1+1e-11, -1)
	f(Single, 1+1e-6, 1)
	if !BLAS.near(1+1e-11, 1, []float64{1, 100}) {
		t.Error("blas: the size of the row does not count")
	}
}
