package kernel

import "math"

// Exp is e**x, within 0.6 units in the last place and equal on every machine.
// math.Exp is neither: on amd64 it fuses multiplications where the processor
// can, and overflows from x = 709.44 on, although e**709.78 is still a number.
//
// The method is that of S. Nagy's exp in ARM's optimized routines, which is
// also the exp of glibc since 2.28 and so that of scipy: with N = 128,
//
//	x = k*ln2/N + r,  |r| <= ln2/2N,  e**x = 2**(k/N) * e**r
//
// where 2**(k/N) comes from a table and e**r from the Taylor series, whose
// first term left out is below 2**-60.
func Exp(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x > expOverflow:
		return math.Inf(1)
	case x < expUnderflow:
		return 0
	}
	k := math.Floor(float64(x*expScale) + 0.5)
	r := (x - float64(k*expStepHigh)) - float64(k*expStepLow)
	n := int(k)
	entry := &expTable[n&(len(expTable)-1)]
	r2 := r * r
	poly := r + float64(r2*(0.5+float64(r*(1.0/6))+float64(r2*(1.0/24+float64(r*(1.0/120))))))
	return scaled(entry[0], entry[1]+poly, n>>7)
}

// scaled is power * (1+t) * 2**e.
func scaled(power, t float64, e int) float64 {
	y := power + float64(power*t)
	if e > -1022 && e < 1023 {
		return y * math.Float64frombits(uint64(e+1023)<<52)
	}
	return math.Ldexp(y, e)
}

const (
	expOverflow  = 709.782712893384   // the largest x with e**x <= MaxFloat64
	expUnderflow = -745.1332191019412 // the smallest x with e**x > 0 after rounding
	expScale     = 128 / math.Ln2
	expStepHigh  = 0x1.62e42fef8p-8      // ln2/128 to 34 bits, so that k*expStepHigh is exact
	expStepLow   = 0x1.1cf79abc9e3b4p-43 // ln2/128 - expStepHigh
)
