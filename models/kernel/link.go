package kernel

import (
	"math"
	"slices"
)

// Softmax is sklearn.utils.extmath.softmax over rows of n values, in place:
//
//	for each row {
//		m := max(row)
//		for j := range row {
//			row[j] = exp(row[j] - m)
//		}
//		s := Sum(row)
//		for j := range row {
//			row[j] /= s
//		}
//	}
func Softmax(x []float64, n int) {
	whole := x
	for ; len(x) > 0; x = x[n:] {
		row := x[:n]
		m := row[0]
		for _, v := range row[1:] {
			m = max(m, v)
		}
		for j, v := range row {
			row[j] = v - m
		}
	}
	ExpEach(whole)
	NormalizeRows(whole, n)
}

// SoftmaxInOrder is the softmax of one row as LightGBM and CatBoost compute it, which
// add from left to right (Common::Softmax in LightGBM's include/LightGBM/utils/common.h,
// CalcSoftmax in catboost/libs/model/eval_processing.h):
//
//	m, s := max(row), 0
//	for j := range row {
//		row[j] = exp(row[j] - m)
//		s += row[j]
//	}
//	for j := range row {
//		row[j] /= s
//	}
func SoftmaxInOrder(row []float64) {
	largest, sum := slices.Max(row), 0.0
	for j, v := range row {
		row[j] = Exp(v - largest)
		sum += row[j]
	}
	for j := range row {
		row[j] /= sum
	}
}

// Log replaces each value by its natural logarithm, as numpy.log: -Inf for 0.
//
//	for i := range x { x[i] = log(x[i]) }
func Log(x []float64) {
	for i, v := range x {
		x[i] = log(v)
	}
}

// log is math.Log, whose assembly on amd64 takes subnormal numbers (Go 1.26: all
// below 2.2e-308) for much larger ones.
func log(v float64) float64 {
	const smallestNormal = 0x1p-1022
	if v > 0 && v < smallestNormal {
		return math.Log(v*0x1p54) - 54*math.Ln2
	}
	return math.Log(v)
}

// NormalizeRows is
//
//	for each row of n values {
//		s := Sum(row)
//		for j := range row {
//			row[j] /= s
//		}
//	}
//
// A row that sums to 0 becomes NaN, as in numpy.
func NormalizeRows(x []float64, n int) {
	for ; len(x) > 0; x = x[n:] {
		row := x[:n]
		s := Sum(row)
		for j := range row {
			row[j] /= s
		}
	}
}
