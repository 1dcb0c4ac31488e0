package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// pairwiseReference is the loop of the comments of Gram and SquaredDistances.
func pairwiseReference(x, y []float64, n int, of func(x, y []float64) float64) []float64 {
	var dst []float64
	for i := range len(x) / n {
		for j := range len(y) / n {
			dst = append(dst, of(x[i*n:(i+1)*n], y[j*n:(j+1)*n]))
		}
	}
	return dst
}

func randomValues(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// Every shape around the blocks gives the bits of the reference loop, and nothing
// behind the result is written.
func TestPairwiseIsItsReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	f := func(name string, kernel func(dst, x, y []float64, n int), of func(x, y []float64) float64) {
		t.Helper()
		for _, n := range []int{1, 2, 7} {
			for rows := range 6 {
				for m := 1; m < 11; m++ {
					x, y := randomValues(rng, rows*n), randomValues(rng, m*n)
					want := pairwiseReference(x, y, n, of)
					got := make([]float64, rows*m+1)
					got[rows*m] = 42
					kernel(got, x, y, n)
					if fmt.Sprint(got) != fmt.Sprint(append(want, 42)) {
						t.Fatalf("%s of %d × %d with %d rows: got %v, want %v", name, rows, n, m, got, want)
					}
				}
			}
		}
	}
	f("Gram", Gram, Dot)
	f("SquaredDistances", SquaredDistances, SquaredDistance)
}

func TestSquaredDistance(t *testing.T) {
	f := func(x, y []float64, want float64) {
		t.Helper()
		if got := SquaredDistance(x, y); got != want {
			t.Errorf("between %v and %v: got %v, want %v", x, y, got, want)
		}
	}
	f(nil, nil, 0)
	f([]float64{1, 2}, []float64{4, 6}, 25)
	f([]float64{1e8 + 1}, []float64{1e8}, 1) // x·x - 2x·y + y·y would give 0
	f([]float64{1e200}, []float64{0}, math.Inf(1))
}

func TestTanhWithinTwoUlp(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		x := rng.NormFloat64() * math.Exp(4*rng.NormFloat64())
		got, want := Tanh(x), math.Tanh(x)
		if ulp := math.Nextafter(math.Abs(want), 2) - math.Abs(want); math.Abs(got-want) > 2*ulp {
			t.Fatalf("Tanh(%v) = %v, want %v", x, got, want)
		}
	}
	f := func(x, want float64) {
		t.Helper()
		if got := Tanh(x); got != want || math.Signbit(got) != math.Signbit(want) {
			t.Errorf("Tanh(%v) = %v, want %v", x, got, want)
		}
	}
	f(0, 0)
	f(math.Copysign(0, -1), math.Copysign(0, -1))
	f(math.Inf(1), 1)
	f(math.Inf(-1), -1)
	f(1000, 1)
	f(5e-324, 5e-324)
	if !math.IsNaN(Tanh(math.NaN())) {
		t.Errorf("Tanh(NaN) = %v", Tanh(math.NaN()))
	}
}

func TestPairwiseAllocatesNothing(t *testing.T) {
	x, y, dst := make([]float64, 12), make([]float64, 20), make([]float64, 15)
	f := func(name string, run func()) {
		t.Helper()
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
	f("Gram", func() { Gram(dst, x, y, 4) })
	f("SquaredDistances", func() { SquaredDistances(dst, x, y, 4) })
	f("Tanh", func() { dst[0] = Tanh(dst[1]) })
}

// One thread, 64 queries against 10,000 rows of 20 values.
func BenchmarkSquaredDistances(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	x, y := randomValues(rng, 64*20), randomValues(rng, 10_000*20)
	dst := make([]float64, 64*10_000)
	for b.Loop() {
		SquaredDistances(dst, x, y, 20)
	}
}

func BenchmarkGram(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	x, y := randomValues(rng, 64*100), randomValues(rng, 100*100)
	dst := make([]float64, 64*100)
	for b.Loop() {
		Gram(dst, x, y, 100)
	}
}
