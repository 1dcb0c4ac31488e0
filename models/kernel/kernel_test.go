package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func random(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64() * math.Exp(r.NormFloat64()*4)
	}
	return x
}

// The loops of the comments, over every small size and on both sides of the
// block sizes.
func TestAffineIsItsReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, rows := range []int{0, 1, 2, 5} {
		for _, n := range []int{1, 2, 3, 7, 8, 33} {
			for _, m := range []int{1, 2, 3, 4, 5, 7, 8, 9} {
				x, w, b := random(r, rows*n), random(r, m*n), random(r, m)
				got, want := guarded(rows*m), make([]float64, rows*m)
				Affine(got.data, x, w, b, n)
				for i := range rows {
					for j := range m {
						var sum float64
						for k := range n {
							sum += float64(x[i*n+k] * w[j*n+k])
						}
						want[i*m+j] = sum + b[j]
					}
				}
				same(t, got.data, want)
				got.check(t)
			}
		}
	}
}

func TestColumnsAreTheirReference(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	f := func(kernel func(dst, x, v []float64), op func(x, v float64) float64) {
		t.Helper()
		for _, rows := range []int{0, 1, 3} {
			for _, n := range []int{1, 2, 5} {
				x, v, want := random(r, rows*n), random(r, n), make([]float64, rows*n)
				for i := range x {
					want[i] = op(x[i], v[i%n])
				}
				got := guarded(len(x))
				kernel(got.data, x, v)
				same(t, got.data, want)
				got.check(t)
				kernel(x, x, v)
				same(t, x, want)
			}
		}
	}
	f(SubColumns, func(x, v float64) float64 { return x - v })
	f(AddColumns, func(x, v float64) float64 { return x + v })
	f(MulColumns, func(x, v float64) float64 { return x * v })
	f(DivColumns, func(x, v float64) float64 { return x / v })
}

func TestTwoColumnsAreTheirReference(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	f := func(op func(dst, x, v, w []float64) bool, want func(x, v, w float64) float64) {
		t.Helper()
		x, v, w := random(r, 15), random(r, 5), random(r, 5)
		expect := make([]float64, len(x))
		for i := range x {
			expect[i] = want(x[i], v[i%5], w[i%5])
		}
		got := guarded(len(x))
		if !op(got.data, x, v, w) {
			t.Error("reports that the result is not finite")
		}
		got.check(t)
		same(t, got.data, expect)
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			x[7] = bad
			if op(got.data, x, v, w) {
				t.Errorf("reports that the result for %v is finite", bad)
			}
		}
	}
	f(Standardize, func(x, v, w float64) float64 { return (x - v) / w })
	f(Rescale, func(x, v, w float64) float64 { return float64(x*v) + w })
}

func TestSparseProductsAreTheirReference(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const n, m = 9, 5
	weights, bias, values := random(r, m*n), random(r, m), random(r, 3)
	indices, columns := []int{1, 4, 8}, make([]float64, m*n)
	for j := range m {
		for i := range n {
			columns[i*m+j] = weights[j*n+i]
		}
	}
	want, got := make([]float64, m), guarded(m)
	for j := range m {
		sum := 0.0
		for k, i := range indices {
			sum += float64(values[k] * weights[j*n+i])
		}
		want[j] = sum + bias[j]
	}
	AffineSparse(got.data, indices, values, weights, bias, n)
	same(t, got.data, want)
	AffineColumns(got.data, indices, values, columns, bias)
	same(t, got.data, want)
	got.check(t)
	AddAt(got.data, []int32{0, 3}, values, 2)
	want[0] += values[0] * 2
	want[3] += values[1] * 2
	same(t, got.data, want)
}

func TestArgMax(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	f := func(want int, x ...float64) {
		t.Helper()
		if got := ArgMax(x); got != want {
			t.Errorf("ArgMax(%v) = %d, want %d", x, got, want)
		}
	}
	f(0, 1)
	f(0, 3, 3, 3)
	f(1, 1, 3, 3)
	f(2, -3, -2, -1)
	f(0, math.Copysign(0, -1), 0)
	f(1, -inf, inf, inf)
	f(1, 5, nan, 7, nan)
	f(0, nan, 1)
}

func TestClip(t *testing.T) {
	x := []float64{-1, 0, 0.5, 1, 2, math.Inf(1), math.Inf(-1), math.NaN()}
	Clip(x, 0, 1)
	same(t, x, []float64{0, 0, 0.5, 1, 1, 1, 0, math.NaN()})
}

func TestFinite(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	f := func(finite, infinite int, x ...float64) {
		t.Helper()
		if got := Finite(x); got != finite {
			t.Errorf("Finite(%v) = %d, want %d", x, got, finite)
		}
		if got := FirstInf(x); got != infinite {
			t.Errorf("FirstInf(%v) = %d, want %d", x, got, infinite)
		}
	}
	f(-1, -1)
	f(-1, -1, 1, 2, 3)
	f(-1, -1, math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64)
	f(1, -1, 1, nan, 2)
	f(2, 2, 1, 2, inf)
	f(0, 0, -inf, nan)
	f(0, 1, nan, -inf)
	for i := range 11 {
		x := make([]float64, 11)
		x[i] = inf
		f(i, i, x...)
	}
}

// numpy.sum over the last axis of a C-contiguous array, asked of numpy 1.19.5
// and 2.5.5 for x[i] = 1 / ((i+1) * sqrt(i+1)).
func TestSumInNumpysOrder(t *testing.T) {
	f := func(n int, want float64) {
		t.Helper()
		x := make([]float64, n)
		for i := range x {
			x[i] = 1 / (float64(i+1) * math.Sqrt(float64(i+1)))
		}
		if got := Sum(x); got != want {
			t.Errorf("n = %d: got %v, want %v", n, got, want)
		}
	}
	f(1, 1.0)
	f(5, 1.7604461994231406)
	f(7, 1.8824825058827217)
	f(8, 1.9266766797068808)
	f(9, 1.9637137167439178)
	f(16, 2.1200658477524255)
	f(23, 2.1998301852920417)
	f(127, 2.435252712062276)
	f(128, 2.4359432460282786)
	f(129, 2.436625766110702)
	f(130, 2.437300426125553)
	f(256, 2.487497299788964)
	f(1000, 2.5491456029175747)
}

func TestSoftmax(t *testing.T) {
	f := func(in, want []float64) {
		t.Helper()
		Softmax(in, len(want))
		for i := range want {
			within(t, in[i], want[i], 4)
		}
	}
	e := math.E
	f([]float64{0, 0}, []float64{0.5, 0.5})
	f([]float64{1, 0}, []float64{e / (e + 1), 1 / (e + 1)})
	f([]float64{1e300, -1e300, 0}, []float64{1, 0, 0})
	f([]float64{-1e6, -1e6, -1e6, -1e6}, []float64{0.25, 0.25, 0.25, 0.25})
	f([]float64{5}, []float64{1})
}

func TestNormalizeRows(t *testing.T) {
	x := []float64{1, 3, 0, 0, 2, 2}
	NormalizeRows(x, 2)
	same(t, x, []float64{0.25, 0.75, math.NaN(), math.NaN(), 0.5, 0.5})
}

func TestExpitWithinTwoUlp(t *testing.T) {
	for v := -745.0; v <= 745; v += 0.37 {
		x := []float64{v}
		Expit(x)
		want := new(big.Float).Add(big.NewFloat(1), bigExp(-v))
		want.Quo(big.NewFloat(1).SetPrec(200), want)
		f, _ := want.Float64()
		if v < -expOverflow {
			f = 0 // exp(-v) overflows, as in scipy
		}
		within(t, x[0], f, 2)
	}
}

func within(t *testing.T, got, want float64, ulps int64) {
	t.Helper()
	d := int64(math.Float64bits(got)) - int64(math.Float64bits(want))
	if d > ulps || d < -ulps {
		t.Errorf("got %v, want %v: %d ulp", got, want, d)
	}
}

func same(t *testing.T, got, want []float64) {
	t.Helper()
	for i := range want {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
			t.Fatalf("value %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

// A guard is data between values that no kernel may touch.
type guard struct{ all, data []float64 }

const untouched = -12345.678

func guarded(n int) guard {
	all := make([]float64, n+16)
	for i := range all {
		all[i] = untouched
	}
	return guard{all, all[8 : 8+n]}
}

func (g guard) check(t *testing.T) {
	t.Helper()
	for i := range 8 {
		if g.all[i] != untouched || g.all[len(g.all)-1-i] != untouched {
			t.Fatal("the kernel wrote outside its output")
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	x, w, b := make([]float64, 64), make([]float64, 32), make([]float64, 4)
	dst := make([]float64, 32)
	f := func(name string, run func()) {
		t.Helper()
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	f("Affine", func() { Affine(dst, x, w, b, 8) })
	f("Softmax", func() { Softmax(dst, 4) })
	f("Expit", func() { Expit(dst) })
	f("Sum", func() { Sum(x) })
	f("ArgMax", func() { ArgMax(x) })
	f("DivColumns", func() { DivColumns(x, x, b) })
	f("Standardize", func() { Standardize(x, x, b, b) })
}

func BenchmarkAffine(b *testing.B) {
	f := func(name string, rows, n, m int) {
		b.Run(name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			x, w, bias, dst := random(r, rows*n), random(r, m*n), random(r, m), make([]float64, rows*m)
			b.SetBytes(int64(8 * rows * n))
			for b.Loop() {
				Affine(dst, x, w, bias, n)
			}
		})
	}
	f("Row4To3", 1, 4, 3)
	f("Rows1000Of100To1", 1000, 100, 1)
	f("Rows1000Of100To10", 1000, 100, 10)
}

func TestLog(t *testing.T) {
	x := []float64{1, 0, -1, math.Inf(1), 0x1p-1022, 0x1p-1060, 5e-324, 2}
	want := []float64{0, math.Inf(-1), math.NaN(), math.Inf(1), -1022 * math.Ln2, -1060 * math.Ln2, -1074 * math.Ln2, math.Ln2}
	Log(x)
	for i, got := range x {
		if math.Abs(got-want[i]) > 1e-15*math.Abs(want[i]) && !(math.IsNaN(got) && math.IsNaN(want[i])) {
			t.Errorf("value %d: got %v, want %v", i, got, want[i])
		}
	}
}
