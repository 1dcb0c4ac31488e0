package kernel

import "math"

// Tanh is the hyperbolic tangent within two units in the last place, equal on
// every machine: a rational function near 0 (Cephes, tanh.c) and
//
//	1 - 2/(exp(2x)+1)
//
// beyond.
func Tanh(x float64) float64 {
	switch z := math.Abs(x); {
	case z > 22:
		return math.Copysign(1, x)
	case z >= tanhNear:
		return math.Copysign(1-2/(Exp(2*z)+1), x)
	case x == 0 || math.IsNaN(x):
		return x
	}
	s := x * x
	p := float64((float64(tanhP0*s)+tanhP1)*s) + tanhP2
	q := float64((float64((s+tanhQ0)*s)+tanhQ1)*s) + tanhQ2
	return x + float64(x*s)*p/q
}

const (
	tanhNear = 0.625

	tanhP0 = -9.64399179425052238628e-1
	tanhP1 = -9.92877231001918586564e1
	tanhP2 = -1.61468768441708447952e3
	tanhQ0 = 1.12811678491632931402e2
	tanhQ1 = 2.23548839060100448583e3
	tanhQ2 = 4.84406305325125486048e3
)
