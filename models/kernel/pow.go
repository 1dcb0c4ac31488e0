package kernel

import "math"

// Pow is x to the power y, within 2 units in the last place as the one of the C
// library that NumPy calls. math.Pow multiplies repeatedly, and at an exponent of
// 1e5 its relative error is 5e-12.
//
// It is exp(y*log(x)) with the logarithm and the product in twice the precision
// (T. J. Dekker, "A floating-point technique for extending the available
// precision", 1971).
func Pow(x, y float64) float64 {
	odd := false
	if x < 0 && y == math.Floor(y) && math.Abs(y) < 1<<53 {
		x, odd = -x, math.Mod(y, 2) != 0
	}
	v := powPositive(x, y)
	if odd {
		return -v
	}
	return v
}

func powPositive(x, y float64) float64 {
	simple := y == 0 || y == 1 || y == 2 || y == -1 || y == 0.5 // of which math.Pow is exact
	if simple || !(x > 0) || math.IsInf(x, 1) || math.IsInf(y, 0) || math.IsNaN(y) {
		return math.Pow(x, y)
	}
	hi, lo := logTwice(x)
	p := float64(y * hi)
	rest := math.FMA(y, hi, -p) + float64(y*lo)
	v := Exp(p)
	if math.IsInf(v, 0) || math.IsNaN(rest) {
		return v
	}
	return v + float64(v*rest)
}

// The logarithm of 2 in two parts; the first has zeros at its end, so that its
// product with an exponent is exact.
const (
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// logTwice is the logarithm of x > 0, finite, in twice the precision:
// with s = (m-1)/(m+1) it is e*log(2) + 2*(s + s³/3 + s⁵/5 + …) for x = m*2^e.
func logTwice(x float64) (hi, lo float64) {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	a, b := m-1, m+1
	bLow := m - (b - 1)
	s := a / b
	sLow := (math.FMA(-s, b, a) - float64(s*bLow)) / b

	z := float64(s * s)
	zLow := math.FMA(s, s, -z) + float64(2*s*sLow)
	tail := 0.0
	for k := 29.0; k >= 5; k -= 2 {
		tail = 1/k + float64(z*tail)
	}
	// z/3 + z*z*tail, then the product with s.
	third := z / 3
	thirdLow := (math.FMA(-3, third, z) + zLow) / 3
	rest := float64(z * z * tail)
	q, qLow := sumTwice(third, rest)
	qLow += thirdLow
	t := float64(s * q)
	tLow := math.FMA(s, q, -t) + float64(s*qLow) + float64(sLow*q)

	hi, lo = sumTwice(s, t)
	hi, lo = 2*hi, 2*(lo+sLow+tLow)
	f := float64(e)
	whole, wholeLow := sumTwice(f*ln2High, hi)
	return sumTwice(whole, wholeLow+lo+float64(f*ln2Low))
}

// sumTwice is a + b and what rounding left over.
func sumTwice(a, b float64) (sum, rest float64) {
	sum = a + b
	bb := sum - a
	return sum, (a - (sum - bb)) + (b - bb)
}
