package kernel

import "math"

// Expm132 is expm1f of glibc (sysdeps/ieee754/flt-32/s_expm1f.c, after FDLIBM),
// e**x - 1: all in float32, so that its last digit is not that of Expm1 rounded.
func Expm132(x float32) float32 {
	const (
		ln2Half     = 0x3eb17218 // bits of 0.5 ln 2
		ln2OneHalf  = 0x3f851592 // bits of 1.5 ln 2
		tiny        = 0x33000000 // bits of 2**-25
		most, least = 0x1.62e43p6, -17.32867813
		ln2High     = 6.9313812256e-01
		ln2Low      = 9.0580006145e-06
		inverseLn2  = 1.4426950216
	)
	bits := math.Float32bits(x) &^ (1 << 31)
	switch {
	case x != x || x >= most:
		return x * float32(math.Inf(1))
	case x < least:
		return -1
	case bits < tiny:
		return x
	}
	k, correction := 0, float32(0)
	if bits > ln2Half {
		k = 1
		if bits >= ln2OneHalf {
			k = int(float32(float32(inverseLn2*abs32(x)) + 0.5))
		}
		if x < 0 {
			k = -k
		}
		high := x - float32(float32(k)*ln2High)
		low := float32(k) * ln2Low
		x = high - low
		correction = (high - x) - low
	}
	return expm1Of(x, correction, k)
}

func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// expm1Of is e**(x + correction) * 2**k - 1 for |x| <= 0.5 ln 2.
func expm1Of(x, correction float32, k int) float32 {
	half := 0.5 * x
	square := x * half
	r := float32(1)
	p := float32(0)
	for _, q := range expm1Poly {
		p = q + float32(square*p)
	}
	r += float32(square * p)
	t := 3 - float32(r*half)
	e := square * ((r - t) / (6 - float32(x*t)))
	if k == 0 {
		return x - (float32(x*e) - square)
	}
	e = float32(x*(e-correction)) - correction
	e -= square
	switch {
	case k == -1:
		return float32(0.5*(x-e)) - 0.5
	case k == 1 && x < -0.25:
		return -2 * (e - (x + 0.5))
	case k == 1:
		return 1 + float32(2*(x-e))
	case k <= -2 || k > 56:
		return scaled32(1-(e-x), k) - 1
	case k < 23:
		return scaled32((1-math.Float32frombits(uint32(127-k)<<23))-(e-x), k)
	}
	return scaled32((x-(e+math.Float32frombits(uint32(127-k)<<23)))+1, k)
}

// scaled32 is y * 2**k.
func scaled32(y float32, k int) float32 {
	return math.Float32frombits(math.Float32bits(y) + uint32(k)<<23)
}

// expm1Poly has the highest power first.
var expm1Poly = [5]float32{-2.0109921195e-07, 4.0082177293e-06, -7.9365076090e-05, 1.5873016091e-03, -3.3333335072e-02}
