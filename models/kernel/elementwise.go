package kernel

// ExpEach is
//
//	for i, v := range x {
//		x[i] = exp(v)
//	}
func ExpEach(x []float64) { fastest.exp(x, 1) }

// ExpScaled is
//
//	for i, v := range x {
//		x[i] = exp(scale * v)
//	}
func ExpScaled(x []float64, scale float64) { fastest.exp(x, scale) }

// TanhEach is
//
//	for i, v := range x {
//		x[i] = tanh(v)
//	}
func TanhEach(x []float64) { fastest.tanh(x) }

// Expit is the logistic function as scipy.special.expit computes it
// (scipy/special/xsf/log_exp.h; _logit.h before 1.15):
//
//	for i, v := range x {
//		x[i] = 1 / (1 + exp(-v))
//	}
//
// exp(-v) overflows below v = -709.78, and the result is then 0 exactly.
func Expit(x []float64) { fastest.expit(x) }

func expScalar(x []float64, scale float64) {
	for i, v := range x {
		x[i] = Exp(scale * v)
	}
}

func tanhScalar(x []float64) {
	for i, v := range x {
		x[i] = Tanh(v)
	}
}

func expitScalar(x []float64) {
	for i, v := range x {
		x[i] = 1 / (1 + Exp(-v))
	}
}
