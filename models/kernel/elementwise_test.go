package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// awkward values for functions that have a case for them.
func awkward() []float64 {
	x := []float64{0, 1, -1, 0.625, 22, 5e-324, 2.2e-308, 345, 699, 700, 701, 708.4, 709.78, 709.79, 745, 746, 1e5, 1e300, math.MaxFloat64, math.Inf(1), math.NaN()}
	for _, v := range slices.Clone(x) {
		x = append(x, -v, math.Nextafter(v, 0), math.Nextafter(v, math.Inf(1)))
	}
	return x
}

// Every instruction set gives the bits of Exp, Tanh and the logistic function.
func TestElementwiseIsItsReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	x := awkward()
	for range 200_000 {
		x = append(x, rng.NormFloat64()*math.Exp(3*rng.NormFloat64()))
	}
	f := func(name string, run func(x []float64), want func(v float64) float64) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			got, expected := guarded(len(x)), make([]float64, len(x))
			copy(got.data, x)
			run(got.data)
			for i, v := range x {
				expected[i] = want(v)
			}
			same(t, got.data, expected)
			got.check(t)
			for n := range 9 {
				part := slices.Clone(x[len(x)-n:])
				run(part)
				same(t, part, expected[len(x)-n:])
			}
		})
	}
	for _, set := range available() {
		for _, scale := range []float64{1, -0.3, 1e-300, 1e300} {
			f(set.name+"/exp", func(x []float64) { set.exp(x, scale) }, func(v float64) float64 { return Exp(scale * v) })
		}
		f(set.name+"/tanh", set.tanh, Tanh)
		f(set.name+"/expit", set.expit, func(v float64) float64 { return 1 / (1 + Exp(-v)) })
	}
}

func TestElementwiseAllocatesNothing(t *testing.T) {
	x := make([]float64, 99)
	for name, run := range map[string]func(){
		"ExpScaled": func() { ExpScaled(x, -1) },
		"TanhEach":  func() { TanhEach(x) },
		"Expit":     func() { Expit(x) },
	} {
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func BenchmarkElementwise(b *testing.B) {
	x := randomValues(rand.New(rand.NewPCG(5, 6)), 1000)
	f := func(name string, run func(x []float64)) {
		b.Run(name, func(b *testing.B) {
			y := make([]float64, len(x))
			for b.Loop() {
				copy(y, x)
				run(y)
			}
		})
	}
	for _, set := range available() {
		f("Exp1000/"+set.name, func(x []float64) { set.exp(x, -1) })
		f("Expit1000/"+set.name, set.expit)
		f("Tanh1000/"+set.name, set.tanh)
	}
}
