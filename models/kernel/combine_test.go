package kernel

import (
	"math"
	"testing"
)

// The values are those of numpy 2.4.
func TestLogAddExp(t *testing.T) {
	inf := math.Inf(1)
	f := func(x, y, want float64) {
		t.Helper()
		for _, got := range []float64{LogAddExp(x, y), LogAddExp(y, x)} {
			if math.Abs(got-want) > 1e-15*math.Abs(want) && got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%v, %v: got %v, want %v", x, y, got, want)
			}
		}
	}
	f(0, 0, math.Ln2)
	f(-1, -2, -0.6867383124817772)
	f(-1000, -1001, -999.6867383124818)
	f(-inf, -inf, -inf)
	f(-inf, 3, 3)
	f(inf, 3, inf)
	f(math.NaN(), 1, math.NaN())
}

func TestWeightedMedian(t *testing.T) {
	f := func(values, weights []float64, want float64) {
		t.Helper()
		if got := WeightedMedian(values, weights, make([]int, len(values))); got != want {
			t.Errorf("%v with %v: got %v, want %v", values, weights, got, want)
		}
	}
	f([]float64{7}, []float64{2}, 7)
	f([]float64{3, 1, 2}, []float64{1, 1, 1}, 2)
	f([]float64{3, 1, 2}, []float64{5, 1, 1}, 3)
	f([]float64{4, 3, 2, 1}, []float64{1, 1, 1, 1}, 2) // half is reached at the lower one
	f([]float64{1, 2}, []float64{0, 0}, 1)
	f([]float64{1, 2}, []float64{math.NaN(), 1}, 1)
}

func TestWeightedMedianDoesNotAllocate(t *testing.T) {
	values, weights, order := make([]float64, 50), make([]float64, 50), make([]int, 50)
	if n := testing.AllocsPerRun(10, func() { WeightedMedian(values, weights, order) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPercentile(t *testing.T) {
	f := func(q, want float64, x ...float64) {
		t.Helper()
		if got := Percentile(x, q); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%v of %v: got %v, want %v", q, x, got, want)
		}
	}
	f(50, 7, 7)
	f(0, 1, 3, 1, 2)
	f(100, 3, 3, 1, 2)
	f(50, 2, 3, 1, 2)
	f(50, 2.5, 4, 3, 2, 1)
	f(10, 1.3, 1, 2, 3, 4)
	f(90, 3.7, 1, 2, 3, 4)
	f(30, 0.1, 0.1, 0.1, 0.1, 0.1) // equal values stay what they are
	f(50, math.NaN(), 1, math.NaN())
}
