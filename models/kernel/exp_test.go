package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// bigExp is e**v to about 190 bits: its series, after halving v often enough.
func bigExp(v float64) *big.Float {
	const halvings = 20
	y := new(big.Float).SetPrec(240).SetFloat64(v)
	y.SetMantExp(y, -halvings)
	sum, term := big.NewFloat(1).SetPrec(240), big.NewFloat(1).SetPrec(240)
	for k := 1; k < 40; k++ {
		term.Mul(term, y)
		term.Quo(term, big.NewFloat(float64(k)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

func TestExpWithinOneUlp(t *testing.T) {
	f := func(x float64) {
		t.Helper()
		want, _ := bigExp(x).Float64()
		within(t, Exp(x), want, 1)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 4000 {
		f((r.Float64() - 0.5) * 1480)
		f(r.NormFloat64())
		f(r.NormFloat64() * 1e-9)
	}
	for _, x := range []float64{0, 1, -1, 5e-324, -5e-324, 709.44, 709.7, expOverflow, -708.4, -720, -744.9, math.Ln2, 0.0027} {
		f(x)
	}
}

// The error in units of the last place, before rounding, is what the comment of
// Exp promises.
func TestExpError(t *testing.T) {
	r, worst := rand.New(rand.NewPCG(7, 8)), 0.0
	for range 4000 {
		x := (r.Float64() - 0.5) * 1400
		want := bigExp(x)
		got := Exp(x)
		ulp := math.Nextafter(got, math.Inf(1)) - got
		d, _ := want.Sub(want, big.NewFloat(got)).Float64()
		worst = max(worst, math.Abs(d)/ulp)
	}
	if worst > 0.6 {
		t.Errorf("worst error %v ulp", worst)
	}
}

func TestExpSpecial(t *testing.T) {
	f := func(x, want float64) {
		t.Helper()
		same(t, []float64{Exp(x)}, []float64{want})
	}
	f(math.Inf(1), math.Inf(1))
	f(math.Inf(-1), 0)
	f(math.NaN(), math.NaN())
	f(math.Nextafter(expOverflow, 1e3), math.Inf(1))
	f(1e300, math.Inf(1))
	f(-746, 0)
	f(-1e300, 0)
	f(0, 1)
	f(math.Copysign(0, -1), 1)
}

func TestExpTable(t *testing.T) {
	root := big.NewFloat(2).SetPrec(400)
	for range 7 {
		root.Sqrt(root)
	}
	power := big.NewFloat(1).SetPrec(400)
	for i, got := range expTable {
		f, _ := power.Float64()
		q := new(big.Float).SetPrec(400).Quo(power, big.NewFloat(f))
		tail, _ := q.Sub(q, big.NewFloat(1)).Float64()
		if got[0] != f || got[1] != tail {
			t.Errorf("entry %d: got %x, %x, want %x, %x", i, got[0], got[1], f, tail)
		}
		power.Mul(power, root)
	}
}

func BenchmarkExp(b *testing.B) {
	f := func(name string, exp func(float64) float64) {
		b.Run(name, func(b *testing.B) {
			var sum float64
			for b.Loop() {
				for x := -20.0; x < 20; x += 0.04 {
					sum += exp(x)
				}
			}
			if math.IsNaN(sum) {
				b.Fatal("NaN")
			}
		})
	}
	f("Kernel", Exp)
	f("Math", math.Exp)
}
