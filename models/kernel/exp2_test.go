package kernel

import (
	"math"
	"testing"
)

func TestExp2(t *testing.T) {
	f := func(x, want float64) {
		t.Helper()
		within(t, Exp2(x), want, 0)
	}
	f(0, 1)
	f(-1, 0.5)
	f(10, 1024)
	f(0.5, math.Sqrt2)
	f(-0.5, math.Sqrt2/2)
	f(1.0/3, 1.2599210498948732)
	f(-1074, math.SmallestNonzeroFloat64)
	f(1024, math.Inf(1))
	f(-2000, 0)
	f(math.Inf(-1), 0)
	for x := -1000.0; x < 1000; x += 0.7310001 {
		within(t, Exp2(x), math.Pow(2, x), 3) // math.Pow itself is 2 off
	}
	if v := Exp2(math.NaN()); v == v {
		t.Errorf("Exp2(NaN) = %v", v)
	}
}
