package kernel

import (
	"math"
	"testing"
)

func close12(t *testing.T, got, want float64) {
	t.Helper()
	if got != want && !(math.IsNaN(got) && math.IsNaN(want)) && math.Abs(got-want) > 1e-12*math.Abs(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestInterpolateAsNumpy(t *testing.T) {
	xp, fp := []float64{1, 2, 2, 4}, []float64{10, 20, 30, 50}
	f := func(x, want float64) {
		t.Helper()
		close12(t, Interpolate(x, xp, fp), want)
	}
	f(0, 10)
	f(1, 10)
	f(1.5, 15)
	f(2, 30)
	f(3, 40)
	f(4, 50)
	f(9, 50)
	f(math.Inf(-1), 10)
	f(math.NaN(), math.NaN())
	close12(t, Interpolate(7, []float64{7}, []float64{1}), 1)
}

// The values are those of scipy.special.ndtri.
func TestNormalQuantile(t *testing.T) {
	f := func(p, want float64) {
		t.Helper()
		close12(t, NormalQuantile(p), want)
	}
	f(0, math.Inf(-1))
	f(1, math.Inf(1))
	f(0.5, 0)
	f(0.975, 1.959963984540054)
	f(0.025, -1.9599639845400545)
	f(1e-10, -6.361340902404056)
	f(1e-300, -37.0470962993612)
	f(-1, math.NaN())
	f(2, math.NaN())
	f(math.NaN(), math.NaN())
}

func TestPowerTransforms(t *testing.T) {
	f := func(got, want float64) {
		t.Helper()
		close12(t, got, want)
	}
	for _, stable := range []bool{false, true} {
		f(YeoJohnson(3, 0, stable), math.Log(4))
		f(YeoJohnson(3, 2, stable), 7.5)
		f(YeoJohnson(-3, 2, stable), -math.Log(4))
		f(YeoJohnson(-3, 0, stable), -7.5)
		f(YeoJohnson(0, 0.5, stable), 0)
		f(YeoJohnson(math.NaN(), 0.5, stable), math.NaN())
	}
	f(BoxCox(4, 0), math.Log(4))
	f(BoxCox(4, 0.5), 2)
	f(BoxCox(4, -1), 0.75)
	f(BoxCox(math.NaN(), 1), math.NaN())
}

// At every point within the knots the basis functions add up to 1, and their
// slopes to 0.
func TestBSplineIsAPartitionOfUnity(t *testing.T) {
	for k := range 5 {
		knots := make([]float64, 2*k+6)
		for i := range knots {
			knots[i] = float64(i*i) / 3
		}
		h, hh := make([]float64, k+1), make([]float64, k+1)
		last := knots[len(knots)-k-1]
		for x := knots[k]; x <= last; x += (last - knots[k]) / 64 {
			ell := Interval(knots, k, x)
			if x < knots[ell] || x > knots[ell+1] {
				t.Fatalf("degree %d: %v is not in [%v, %v]", k, x, knots[ell], knots[ell+1])
			}
			BSpline(h, hh, knots, x, k, ell, false)
			if s := Sum(h); math.Abs(s-1) > 1e-14 {
				t.Errorf("degree %d at %v: the sum is %v", k, x, s)
			}
			if k == 0 {
				continue
			}
			BSpline(h, hh, knots, x, k, ell, true)
			if s := Sum(h); math.Abs(s) > 1e-13 {
				t.Errorf("degree %d at %v: the slopes add up to %v", k, x, s)
			}
		}
	}
}

func TestNaNEuclidean(t *testing.T) {
	f := func(x, y []float64, missingX, missingY []bool, want float64) {
		t.Helper()
		close12(t, NaNEuclidean(x, y, missingX, missingY), want)
	}
	no, first, second, both := []bool{false, false}, []bool{true, false}, []bool{false, true}, []bool{true, true}
	f([]float64{1, 2}, []float64{4, 6}, no, no, 5)
	f([]float64{0, 2}, []float64{4, 6}, first, no, 4*math.Sqrt2)
	f([]float64{1, 2}, []float64{4, 0}, no, second, 3*math.Sqrt2)
	f([]float64{0, 2}, []float64{4, 0}, first, second, math.NaN())
	f([]float64{0, 0}, []float64{4, 6}, both, no, math.NaN())
}
