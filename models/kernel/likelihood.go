package kernel

import "math"

// SumSingle is Sum for float32 values, in float32:
//
//	for _, v := range x {
//		sum += float32(v)
//	}
//
// It adds in Sum's order only below eight values.
func SumSingle(x []float64) float64 {
	var sum float32
	for _, v := range x {
		sum += float32(v)
	}
	return float64(sum)
}

// Above is
//
//	for i, v := range x {
//		dst[i] = 1 if v > threshold, else 0
//	}
//
// It may work in place.
func Above(dst, x []float64, threshold float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = 0
		if v > threshold {
			dst[i] = 1
		}
	}
}

// NormalizeRowsOrEqual is
//
//	for each row of n values {
//		s := Sum(row)
//		for j := range row {
//			row[j] = row[j] / s, or 1 / n if s is 0
//		}
//	}
func NormalizeRowsOrEqual(x []float64, n int) {
	for ; len(x) > 0; x = x[n:] {
		row := x[:n]
		s := Sum(row)
		if s == 0 {
			for j := range row {
				row[j] = 1
			}
			s = float64(n)
		}
		for j := range row {
			row[j] /= s
		}
	}
}

// LogSumExp is log(Σ exp(v)) over v in x, as sklearn.utils._array_api._logsumexp
// and SciPy since 1.15 compute it: the largest values apart, so that small ones
// beside a single large one are not lost.
//
//	top := max(x), m := how often it occurs
//	s := Σ exp(v - top) over the others
//	return log1p(s/m) + log(m) + top
func LogSumExp(x []float64) float64 {
	top := x[0]
	for _, v := range x[1:] {
		top = max(top, v)
	}
	shift := top
	if math.IsInf(top, 0) {
		shift = 0
	}
	m, s := 0.0, 0.0
	for _, v := range x {
		if v == top {
			m++
		} else {
			s += Exp(v - shift)
		}
	}
	return math.Log1p(s/m) + math.Log(m) + top
}

// SubLogSumExpRows is
//
//	for each row of n values {
//		s := LogSumExp(row)
//		for j := range row {
//			row[j] -= s
//		}
//	}
func SubLogSumExpRows(x []float64, n int) {
	for ; len(x) > 0; x = x[n:] {
		row := x[:n]
		s := LogSumExp(row)
		for j := range row {
			row[j] -= s
		}
	}
}

// QuadraticForm is
//
//	for j := range x {
//		t := 0.0
//		for i := range x {
//			t += x[i] * a[i*n+j]
//		}
//		scratch[j] = t * x[j]
//	}
//	return Sum(scratch)
//
// which is x·A·x, for a of n×n values and scratch of n.
func QuadraticForm(x, a, scratch []float64) float64 {
	n := len(x)
	scratch = scratch[:n]
	clear(scratch)
	for i, v := range x {
		for j, w := range a[i*n:][:n] {
			scratch[j] += float64(v * w)
		}
	}
	for j, v := range x {
		scratch[j] *= v
	}
	return Sum(scratch)
}

// LogSoftmax is
//
//	for each row of n values {
//		m := max(row)
//		for j := range row {
//			row[j] -= m
//		}
//		s := log(Σ exp(row[j]))
//		for j := range row {
//			row[j] -= s
//		}
//	}
//
// It is sklearn/discriminant_analysis.py's predict_log_proba since 1.6.
func LogSoftmax(x []float64, n int) {
	for ; len(x) > 0; x = x[n:] {
		row := x[:n]
		top := row[0]
		for _, v := range row[1:] {
			top = max(top, v)
		}
		s := 0.0
		for j := range row {
			row[j] -= top
			s += Exp(row[j])
		}
		s = math.Log(s)
		for j := range row {
			row[j] -= s
		}
	}
}
