package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/kernel"
)

// ufuncs are the elementwise functions of one argument, by the names that NumPy
// (numpy/_core/code_generators/generate_umath.py) and scipy.special give them.
// What answers with truth values gives 1 and 0 here.
var ufuncs = []struct {
	names string // separated by spaces
	f     func(float64) float64
}{
	{"abs absolute fabs", math.Abs},
	{"acos arccos", math.Acos},
	{"acosh arccosh", math.Acosh},
	{"asin arcsin", math.Asin},
	{"asinh arcsinh", math.Asinh},
	{"atan arctan", math.Atan},
	{"atanh arctanh", math.Atanh},
	{"cbrt", math.Cbrt},
	{"ceil", math.Ceil},
	{"cos", math.Cos},
	{"cosh", math.Cosh},
	{"deg2rad radians", func(x float64) float64 { return x * (math.Pi / 180) }},
	{"degrees rad2deg", func(x float64) float64 { return x * (180 / math.Pi) }},
	{"erf", math.Erf},
	{"erfc", math.Erfc},
	{"exp", kernel.Exp},
	{"exp10", func(x float64) float64 { return math.Pow(10, x) }},
	{"exp2", math.Exp2},
	{"expit", func(x float64) float64 { return 1 / (1 + kernel.Exp(-x)) }},
	{"expm1", math.Expm1},
	{"fix trunc", math.Trunc},
	{"floor", math.Floor},
	{"gammaln", func(x float64) float64 { v, _ := math.Lgamma(x); return v }},
	{"negative", func(x float64) float64 { return -x }},
	{"isfinite", func(x float64) float64 { return truth(!math.IsNaN(x) && !math.IsInf(x, 0)) }},
	{"isinf", func(x float64) float64 { return truth(math.IsInf(x, 0)) }},
	{"isnan", func(x float64) float64 { return truth(math.IsNaN(x)) }},
	{"log", ln},
	{"log10", func(x float64) float64 { return ln(x) / math.Ln10 }},
	{"log1p", math.Log1p},
	{"log2", log2},
	{"log_expit", func(x float64) float64 { return -softplus(-x) }},
	{"logical_not", func(x float64) float64 { return truth(x == 0) }},
	{"logit", logit},
	{"nan_to_num", func(x float64) float64 { return nanToNum(x, 0, math.MaxFloat64, -math.MaxFloat64) }},
	{"reciprocal", func(x float64) float64 { return 1 / x }},
	{"rint round round_ around", math.RoundToEven},
	{"sign", sign},
	{"signbit", func(x float64) float64 { return truth(math.Signbit(x)) }},
	{"sin", math.Sin},
	{"sinc", sinc},
	{"sinh", math.Sinh},
	{"spacing", func(x float64) float64 { return math.Nextafter(math.Abs(x), math.Inf(1)) - math.Abs(x) }},
	{"sqrt", math.Sqrt},
	{"square", func(x float64) float64 { return x * x }},
	{"tan", math.Tan},
	{"tanh", math.Tanh},
}

// ufuncNames are the names of functions in the module numpy itself, for the table
// of globals.
const ufuncNames = "abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh around asin asinh atan atanh" +
	" array asanyarray asarray ascontiguousarray atleast_2d cbrt ceil clip conj conjugate copy cos cosh deg2rad degrees" +
	" exp exp2 expm1 fabs fix floor isfinite isinf isnan log log10 log1p log2 logical_not nan_to_num negative positive" +
	" rad2deg radians real reciprocal rint round round_ sign signbit sin sinc sinh spacing sqrt square tan tanh trunc"

// ufunc returns the function of that name, or nil.
func ufunc(name string) func(float64) float64 {
	for i := range ufuncs {
		if hasWord(ufuncs[i].names, name) {
			return ufuncs[i].f
		}
	}
	return nil
}

// ln is math.Log, right for subnormal numbers too.
func ln(x float64) float64 {
	v := [1]float64{x}
	kernel.Log(v[:])
	return v[0]
}

// log2 is exact for powers of two, and has no cancellation near 1, as math.Log2.
func log2(x float64) float64 {
	if fraction, exponent := math.Frexp(x); fraction == 0.5 {
		return float64(exponent - 1)
	}
	return ln(x) / math.Ln2
}

func truth(v bool) float64 {
	if v {
		return 1
	}
	return 0
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x * 0 // 0, or NaN
}

// sinc is numpy.sinc: sin(pi x) / (pi x), with 1e-20 in the place of 0.
func sinc(x float64) float64 {
	if x == 0 {
		x = 1e-20
	}
	y := math.Pi * x
	return math.Sin(y) / y
}

// logit is log(p / (1 - p)), in the form of scipy/special/xsf/log_exp.h: near 0.5
// as a difference of log1p.
func logit(p float64) float64 {
	if p < 0.3 || p > 0.65 {
		return ln(p / (1 - p))
	}
	s := 2 * (p - 0.5)
	return math.Log1p(s) - math.Log1p(-s)
}

// softplus is log(1 + exp(x)) without overflow.
func softplus(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}

// clipTo is numpy.clip, which keeps NaN.
func clipTo(x, lo, hi float64) float64 {
	if math.IsNaN(x) {
		return x
	}
	return math.Min(math.Max(x, lo), hi)
}

// roundTo is numpy.round: to even, of x times a power of ten, or divided by it.
func roundTo(x, power float64, down bool) float64 {
	switch {
	case power == 1:
		return math.RoundToEven(x)
	case down:
		return math.RoundToEven(x/power) * power
	}
	return math.RoundToEven(x*power) / power
}

func nanToNum(x, nan, up, low float64) float64 {
	switch {
	case math.IsNaN(x):
		return nan
	case math.IsInf(x, 1):
		return up
	case math.IsInf(x, -1):
		return low
	}
	return x
}
