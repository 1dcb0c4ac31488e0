package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(t *testing.T, got, want []float64) {
	t.Helper()
	for i := range want {
		if math.IsNaN(got[i]) != math.IsNaN(want[i]) || math.Abs(got[i]-want[i]) > 1e-14*max(1, math.Abs(want[i])) {
			t.Fatalf("value %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

func TestLogSumExp(t *testing.T) {
	inf := math.Inf(1)
	f := func(want float64, x ...float64) {
		t.Helper()
		if got := LogSumExp(x); got != want && math.Abs(got-want) > 1e-15*math.Abs(want) {
			t.Errorf("LogSumExp(%v) = %v, want %v", x, got, want)
		}
	}
	f(3, 3)
	f(math.Ln2, 0, 0)
	f(1000+math.Ln2, 1000, 1000)
	f(-1000, -1000, -2000)
	f(1e-20, 0, math.Log(1e-20)) // log(1 + 1e-20) would be 0
	f(5, -inf, 5)
	f(-inf, -inf, -inf)
	f(inf, inf, 0)
}

func TestRowsOfLogarithms(t *testing.T) {
	want := []float64{math.Log(0.25), math.Log(0.75), 0, -800}
	x := []float64{7, 7 + math.Log(3), 100, -700}
	SubLogSumExpRows(x, 2)
	near(t, x, want)
	x = []float64{7, 7 + math.Log(3), 100, -700}
	LogSoftmax(x, 2)
	near(t, x, want)
}

func TestNormalizeRowsOrEqual(t *testing.T) {
	x := []float64{1, 3, 0, 0}
	NormalizeRowsOrEqual(x, 2)
	same(t, x, []float64{0.25, 0.75, 0.5, 0.5})
}

func TestAbove(t *testing.T) {
	x := []float64{-1, 0.5, 0.6, math.Inf(1)}
	Above(x, x, 0.5)
	same(t, x, []float64{0, 0, 1, 1})
}

func TestSumSingle(t *testing.T) {
	if got := SumSingle([]float64{1 << 24, 1, 1}); got != 1<<24 {
		t.Errorf("got %v: not a sum in float32", got)
	}
}

func TestExpEach(t *testing.T) {
	x := []float64{0, 1, math.Inf(-1)}
	ExpEach(x)
	same(t, x, []float64{1, math.E, 0})
}

func TestQuadraticForm(t *testing.T) {
	x, a := []float64{1, -2}, []float64{2, 1, 3, 5}
	if got := QuadraticForm(x, a, make([]float64, 2)); got != 14 { // 2 - 2 - 6 + 20
		t.Errorf("got %v, want 14", got)
	}
	if got := QuadraticForm(nil, nil, nil); got != 0 {
		t.Errorf("got %v of nothing, want 0", got)
	}
}

// Rows of any number of entries, the zeros of a dense matrix among them, for every
// number of outputs.
func TestAffineSparseIsAffine(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 3, 8} {
		for _, m := range []int{1, 2, 5} {
			const rows = 6
			x, w, b := random(r, rows*n), random(r, m*n), random(r, m)
			indptr, indices, values := []int{0}, []int(nil), []float64(nil)
			for i := range x {
				if r.IntN(2) == 0 {
					x[i] = 0
				} else {
					indices, values = append(indices, i%n), append(values, x[i])
				}
				if i%n == n-1 {
					indptr = append(indptr, len(values))
				}
			}
			got, want := guarded(rows*m), make([]float64, rows*m)
			for i := range rows {
				from, to := indptr[i], indptr[i+1]
				AffineSparse(got.data[i*m:(i+1)*m], indices[from:to], values[from:to], w, b, n)
			}
			Affine(want, x, w, b, n)
			same(t, got.data, want)
			got.check(t)
		}
	}
}

func TestInterpolate(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	xs, ys := []float64{0, 1, 1, 3}, []float64{5, 6, 7, 11}
	f := func(x, want float64) {
		t.Helper()
		got := []float64{x}
		InterpolateEach(got, xs, ys)
		same(t, got, []float64{want})
	}
	f(0, 5)
	f(0.5, 5.5)
	f(1, 7) // the last of equal thresholds
	f(2, 9)
	f(3, 11)
	f(math.Nextafter(3, 4), nan)
	f(-1e-300, nan)
	f(inf, nan)
	f(nan, nan)

	got := []float64{0.5, 2}
	InterpolateSingle(got, []float64{0, 1, 3}, []float64{5, 6, 11})
	same(t, got, []float64{5.5, 8.5})
	got = []float64{0.5, 2, 0, 3, -1, 4}
	InterpolateSlope(got, []float64{0, 1, 3}, []float64{5, 6, 11})
	same(t, got, []float64{5.5, 8.5, 5, 11, nan, nan})
	got = []float64{0, 3, -1, 4}
	InterpolateSingle(got, []float64{0, 1, 3}, []float64{5, 6, 11})
	same(t, got, []float64{5, 11, nan, nan})
}

func TestLikelihoodsDoNotAllocate(t *testing.T) {
	x, w, scratch := make([]float64, 16), make([]float64, 64), make([]float64, 8)
	f := func(name string, run func()) {
		t.Helper()
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	f("SubLogSumExpRows", func() { SubLogSumExpRows(x, 4) })
	f("LogSoftmax", func() { LogSoftmax(x, 4) })
	f("QuadraticForm", func() { QuadraticForm(x[:8], w, scratch) })
	f("InterpolateEach", func() { InterpolateEach(x, []float64{0, 1}, []float64{0, 1}) })
}
