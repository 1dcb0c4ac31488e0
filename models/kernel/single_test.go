package kernel

import (
	"math"
	"testing"
)

// The sums are those of glibc 2.36 on x86-64 over every 257th float32: of the
// bits of expf and expm1f, and of logf where the argument is not negative.
func TestSinglesAreThoseOfGlibc(t *testing.T) {
	const wantExp, wantLog, wantExpm1 = 0xd55e8b6bf6758826, 0x9dbf482daeeb25ce, 0xa38eb5a42243e194
	const start = 1469598103934665603
	exp, log, expm1 := uint64(start), uint64(start), uint64(start)
	add := func(sum *uint64, v float32) { *sum = (*sum ^ uint64(math.Float32bits(v))) * 1099511628211 }
	for b := uint64(0); b < 1<<32; b += 257 {
		x := math.Float32frombits(uint32(b))
		if x != x {
			continue
		}
		add(&exp, Exp32(x))
		add(&expm1, Expm132(x))
		if x >= 0 {
			add(&log, Log32(x))
		}
	}
	if exp != wantExp {
		t.Errorf("Exp32: sum %#x, want %#x", exp, uint64(wantExp))
	}
	if expm1 != wantExpm1 {
		t.Errorf("Expm132: sum %#x, want %#x", expm1, uint64(wantExpm1))
	}
	if log != wantLog {
		t.Errorf("Log32: sum %#x, want %#x", log, uint64(wantLog))
	}
}

func TestSinglesOfSpecialValues(t *testing.T) {
	inf := float32(math.Inf(1))
	f := func(name string, got, want float32) {
		t.Helper()
		if got != want && (got == got || want == want) {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	nan := float32(math.NaN())
	f("exp(NaN)", Exp32(nan), nan)
	f("exp(Inf)", Exp32(inf), inf)
	f("exp(-Inf)", Exp32(-inf), 0)
	f("log(NaN)", Log32(nan), nan)
	f("log(-1)", Log32(-1), nan)
	f("log(0)", Log32(0), -inf)
	f("log(Inf)", Log32(inf), inf)
}
