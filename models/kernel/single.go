package kernel

import "math"

// Exp32 is expf of glibc since 2.27 (sysdeps/ieee754/flt-32/e_expf.c), the
// exponential that libraries of float32 models call: within 0.502 units in the
// last place, computed in float64 as 2**(k/32) * 2**(r/32) with |r| <= 1/2, the
// second by a polynomial. The result is rounded once.
func Exp32(x float32) float32 {
	switch {
	case x != x:
		return x
	case x > exp32Overflow:
		return float32(math.Inf(1))
	case x < exp32Underflow:
		return 0
	}
	z := float64(float64(x) * (32 / math.Ln2))
	k := math.RoundToEven(z)
	r := z - k
	n := int(k)
	scale := math.Float64frombits(math.Float64bits(exp32Table[n&31]) + uint64(n>>5)<<52)
	high := float64(exp32Poly[0]*r) + exp32Poly[1]
	low := float64(exp32Poly[2]*r) + 1
	return float32(float64(float64(high*float64(r*r))+low) * scale)
}

const (
	exp32Overflow  = 0x1.62e42ep6  // the largest x with e**x <= MaxFloat32
	exp32Underflow = -0x1.9fe368p6 // the smallest x with e**x > 0 after rounding
)

// exp32Poly approximates 2**(r/32) for |r| <= 1/2 from the highest power down;
// the constant is 1.
var exp32Poly = [3]float64{0x1.c6af84b912394p-5 / (32 * 32 * 32), 0x1.ebfce50fac4f3p-3 / (32 * 32), 0x1.62e42ff0c52d6p-1 / 32}

// exp32Table is 2**(i/32), rounded to nearest.
var exp32Table = [32]float64{
	0x1p0, 0x1.059b0d3158574p0, 0x1.0b5586cf9890fp0, 0x1.11301d0125b51p0,
	0x1.172b83c7d517bp0, 0x1.1d4873168b9aap0, 0x1.2387a6e756238p0, 0x1.29e9df51fdee1p0,
	0x1.306fe0a31b715p0, 0x1.371a7373aa9cbp0, 0x1.3dea64c123422p0, 0x1.44e086061892dp0,
	0x1.4bfdad5362a27p0, 0x1.5342b569d4f82p0, 0x1.5ab07dd485429p0, 0x1.6247eb03a5585p0,
	0x1.6a09e667f3bcdp0, 0x1.71f75e8ec5f74p0, 0x1.7a11473eb0187p0, 0x1.82589994cce13p0,
	0x1.8ace5422aa0dbp0, 0x1.93737b0cdc5e5p0, 0x1.9c49182a3f090p0, 0x1.a5503b23e255dp0,
	0x1.ae89f995ad3adp0, 0x1.b7f76f2fb5e47p0, 0x1.c199bdd85529cp0, 0x1.cb720dcef9069p0,
	0x1.d5818dcfba487p0, 0x1.dfc97337b9b5fp0, 0x1.ea4afa2a490dap0, 0x1.f50765b6e4540p0,
}

// Log32 is logf of glibc since 2.27 (sysdeps/ieee754/flt-32/e_logf.c): within
// 0.818 units in the last place, which a logarithm in float64 rounded once is
// not always equal to. x = 2**k * z, and log z comes from a table of 16 values
// and a polynomial.
func Log32(x float32) float32 {
	bits := math.Float32bits(x)
	switch {
	case x == 1:
		return 0
	case x == 0:
		return float32(math.Inf(-1))
	case x != x || math.IsInf(float64(x), 1):
		return x
	case x < 0:
		return float32(math.NaN())
	case bits < 0x00800000: // subnormal
		bits = math.Float32bits(x*0x1p23) - 23<<23
	}
	const middle = 0x3f330000 // bits of about 0.7: z lies in [0.7, 1.4)
	from := bits - middle
	entry := &log32Table[from>>19&15]
	z := float64(math.Float32frombits(bits - from&0xff800000))
	r := float64(z*entry.inverse) - 1
	y := entry.log + float64(float64(int32(from)>>23)*math.Ln2)
	r2 := float64(r * r)
	poly := float64(log32Poly[1]*r) + log32Poly[2]
	poly = float64(log32Poly[0]*r2) + poly
	return float32(float64(poly*r2) + (y + r))
}

var log32Poly = [3]float64{-0x1.00ea348b88334p-2, 0x1.5575b0be00b6ap-2, -0x1.ffffef20a4123p-2}

// log32Table has, for each sixteenth of [0.7, 1.4), about the inverse of a number
// near its middle, and that number's logarithm.
var log32Table = [16]struct{ inverse, log float64 }{
	{0x1.661ec79f8f3bep+0, -0x1.57bf7808caadep-2},
	{0x1.571ed4aaf883dp+0, -0x1.2bef0a7c06ddbp-2},
	{0x1.49539f0f010bp+0, -0x1.01eae7f513a67p-2},
	{0x1.3c995b0b80385p+0, -0x1.b31d8a68224e9p-3},
	{0x1.30d190c8864a5p+0, -0x1.6574f0ac07758p-3},
	{0x1.25e227b0b8eap+0, -0x1.1aa2bc79c81p-3},
	{0x1.1bb4a4a1a343fp+0, -0x1.a4e76ce8c0e5ep-4},
	{0x1.12358f08ae5bap+0, -0x1.1973c5a611cccp-4},
	{0x1.0953f419900a7p+0, -0x1.252f438e10c1ep-5},
	{0x1p+0, 0x0p+0},
	{0x1.e608cfd9a47acp-1, 0x1.aa5aa5df25984p-5},
	{0x1.ca4b31f026aap-1, 0x1.c5e53aa362eb4p-4},
	{0x1.b2036576afce6p-1, 0x1.526e57720db08p-3},
	{0x1.9c2d163a1aa2dp-1, 0x1.bc2860d22477p-3},
	{0x1.886e6037841edp-1, 0x1.1058bc8a07ee1p-2},
	{0x1.767dcf5534862p-1, 0x1.4043057b6ee09p-2},
}
