package kernel

import "math"

// Interpolate is numpy.interp for one x: the line through the points on either
// side of x, and the first or last y beyond them. xp is increasing. The point at
// or below x is the last of equals (arr_interp in
// numpy/core/src/multiarray/compiled_base.c).
func Interpolate(x float64, xp, fp []float64) float64 {
	last := len(xp) - 1
	switch {
	case math.IsNaN(x):
		return x
	case x > xp[last]:
		return fp[last]
	case x < xp[0]:
		return fp[0]
	}
	lo, hi := 0, len(xp)
	for lo < hi {
		if mid := lo + (hi-lo)/2; x >= xp[mid] {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	j := lo - 1
	if j >= last {
		return fp[last]
	}
	if xp[j] == x {
		return fp[j]
	}
	slope := (fp[j+1] - fp[j]) / (xp[j+1] - xp[j])
	return float64(slope*(x-xp[j])) + fp[j]
}

// The rational approximations of the inverse of the normal distribution function
// (Cephes Mathematical Library, ndtri.c, which scipy.special.ndtri runs).
var (
	ndtriP0 = [...]float64{-5.99633501014107895267e1, 9.80010754185999661536e1, -5.66762857469070293439e1,
		1.39312609387279679503e1, -1.23916583867381258016e0}
	ndtriQ0 = [...]float64{1, 1.95448858338141759834e0, 4.67627912898881538453e0, 8.63602421390890590575e1,
		-2.25462687854119370527e2, 2.00260212380060660359e2, -8.20372256168333339912e1,
		1.59056225126211695515e1, -1.18331621121330003142e0}
	ndtriP1 = [...]float64{4.05544892305962419923e0, 3.15251094599893866154e1, 5.71628192246421288162e1,
		4.40805073893200834700e1, 1.46849561928858024014e1, 2.18663306850790267539e0,
		-1.40256079171354495875e-1, -3.50424626827848203418e-2, -8.57456785154685413611e-4}
	ndtriQ1 = [...]float64{1, 1.57799883256466749731e1, 4.53907635128879210584e1, 4.13172038254672030440e1,
		1.50425385692907503408e1, 2.50464946208309415979e0, -1.42182922854787788574e-1,
		-3.80806407691578277194e-2, -9.33259480895457427372e-4}
	ndtriP2 = [...]float64{3.23774891776946035970e0, 6.91522889068984211695e0, 3.93881025292474443415e0,
		1.33303460815807542389e0, 2.01485389549179081538e-1, 1.23716634817820021358e-2,
		3.01581553508235416007e-4, 2.65806974686737550832e-6, 6.23974539184983293730e-9}
	ndtriQ2 = [...]float64{1, 6.02427039364742014255e0, 3.67983563856160859403e0, 1.37702099489081330271e0,
		2.16236993594496635890e-1, 1.34204006088543189037e-2, 3.28014464682127739104e-4,
		2.89247864745380683936e-6, 6.79019408009981274425e-9}
)

// NormalQuantile is the x below which a standard normal variable lies with
// probability p; NaN for p outside [0, 1].
func NormalQuantile(p float64) float64 {
	const (
		expM2   = 0.13533528323661269189
		sqrt2Pi = 2.50662827463100050242
	)
	switch {
	case p == 0:
		return math.Inf(-1)
	case p == 1:
		return math.Inf(1)
	case !(p > 0 && p < 1):
		return math.NaN()
	}
	y, negative := p, true
	if y > 1-expM2 {
		y, negative = 1-y, false
	}
	if y > expM2 {
		y -= 0.5
		y2 := y * y
		return (y + float64(y*(float64(y2*polynomial(y2, ndtriP0[:]))/polynomial(y2, ndtriQ0[:])))) * sqrt2Pi
	}
	x := math.Sqrt(-2 * math.Log(y))
	x0 := x - math.Log(x)/x
	z := 1 / x
	var x1 float64
	if x < 8 {
		x1 = float64(z*polynomial(z, ndtriP1[:])) / polynomial(z, ndtriQ1[:])
	} else {
		x1 = float64(z*polynomial(z, ndtriP2[:])) / polynomial(z, ndtriQ2[:])
	}
	if x = x0 - x1; negative {
		return -x
	}
	return x
}

// polynomial evaluates by Horner's rule, the highest power first.
func polynomial(x float64, c []float64) float64 {
	y := c[0]
	for _, v := range c[1:] {
		y = float64(y*x) + v
	}
	return y
}

// YeoJohnson is the power transform of Yeo and Johnson (Biometrika 87, 2000). With
// stable it is computed through expm1, as SciPy does since 1.9, else through pow.
func YeoJohnson(x, lambda float64, stable bool) float64 {
	const eps = 0x1p-52
	if x >= 0 {
		if math.Abs(lambda) < eps {
			return math.Log1p(x)
		}
		return powerLess1(x, lambda, stable) / lambda
	}
	if math.Abs(lambda-2) > eps {
		return -powerLess1(-x, 2-lambda, stable) / (2 - lambda)
	}
	return -math.Log1p(-x)
}

// powerLess1 is (1+x)**a - 1.
func powerLess1(x, a float64, stable bool) float64 {
	if stable {
		return math.Expm1(a * math.Log1p(x))
	}
	return Pow(x+1, a) - 1
}

// BoxCox is the power transform of Box and Cox (1964) as scipy.special.boxcox
// computes it, for x > 0.
func BoxCox(x, lambda float64) float64 {
	if math.Abs(lambda) < 1e-19 {
		return math.Log(x)
	}
	return math.Expm1(lambda*math.Log(x)) / lambda
}
