package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactPow is x to a whole power, rounded once.
func exactPow(x float64, n int) float64 {
	const precision = 400
	p, v := new(big.Float).SetPrec(precision).SetInt64(1), new(big.Float).SetPrec(precision).SetFloat64(x)
	for range max(n, -n) {
		p.Mul(p, v)
	}
	if n < 0 {
		p.Quo(new(big.Float).SetPrec(precision).SetInt64(1), p)
	}
	f, _ := p.Float64()
	return f
}

func TestPowWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n := r.IntN(2001) - 1000
		x := math.Exp(r.NormFloat64() * 600 / (1 + math.Abs(float64(n))))
		if r.IntN(3) == 0 {
			x = -x
		}
		want := exactPow(x, n)
		if math.Abs(want) < 1e-300 || math.IsInf(want, 0) {
			continue
		}
		if got := Pow(x, float64(n)); math.Abs(got-want) > 2*ulp(want) {
			t.Fatalf("Pow(%v, %d): got %v, want %v", x, n, got, want)
		}
	}
}

func ulp(v float64) float64 { v = math.Abs(v); return math.Nextafter(v, math.Inf(1)) - v }

// Values of the C library, and the special values of math.Pow.
func TestPow(t *testing.T) {
	f := func(x, y, want float64) {
		t.Helper()
		if got := Pow(x, y); !(math.Abs(got-want) <= 2*ulp(want)) && !(math.IsNaN(got) && math.IsNaN(want)) && got != want {
			t.Errorf("Pow(%v, %v): got %v, want %v", x, y, got, want)
		}
	}
	f(1.001, -100000, 3.910678089539678e-44)
	f(1.0000123, -100000, 0.29229478871607)
	f(1.05, -300.25, 4.344231439084349e-07)
	f(1.05, 12.5, 1.8402051355485856)
	f(10, 308, 1e308)
	f(2, -1074, 5e-324)
	for _, x := range []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, math.Inf(1), math.Inf(-1), math.NaN()} {
		for _, y := range []float64{0, 1, -1, 2, 3, -3, 0.5, -0.5, math.Inf(1), math.Inf(-1), math.NaN()} {
			f(x, y, math.Pow(x, y))
		}
	}
}
