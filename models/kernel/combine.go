package kernel

import (
	"math"
	"slices"
)

// LogAddExp is numpy.logaddexp (numpy/_core/src/npymath/npy_math_internal.h.src):
//
//	log(exp(x) + exp(y))
//
// without overflow, and -Inf for twice -Inf.
func LogAddExp(x, y float64) float64 {
	if x == y {
		return x + math.Ln2
	}
	switch d := x - y; {
	case d > 0:
		return x + math.Log1p(Exp(-d))
	case d <= 0:
		return y + math.Log1p(Exp(d))
	default:
		return d
	}
}

// WeightedMedian gives the first of values, in ascending order, at which the sum
// of the weights up to it reaches half of all:
//
//	order := argsort(values)
//	c := cumsum(weights[order])
//	return values[order[first i with c[i] >= 0.5*c[last]]]
//
// order is scratch of their length.
func WeightedMedian(values, weights []float64, order []int) float64 {
	for i := range values {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	total := 0.0
	for _, i := range order {
		total += weights[i]
	}
	sum := 0.0
	for _, i := range order {
		if sum += weights[i]; sum >= 0.5*total {
			return values[i]
		}
	}
	return values[order[0]]
}

// Mean is numpy.mean of a contiguous array: Sum(x) / len(x).
func Mean(x []float64) float64 { return Sum(x) / float64(len(x)) }

// Percentile is numpy.percentile(x, q) for q from 0 to 100, with its linear
// interpolation (numpy/lib/_function_base_impl.py, _lerp):
//
//	s := sorted(x)
//	at := q/100 * (n-1)
//	a, b, t := s[floor(at)], s[floor(at)+1], at - floor(at)
//	return a + (b-a)*t, or b - (b-a)*(1-t) for t >= 0.5
//
// NaN if x holds one. x is not empty.
func Percentile(x []float64, q float64) float64 {
	s := slices.Clone(x)
	slices.Sort(s) // NaN comes first
	if math.IsNaN(s[0]) {
		return s[0]
	}
	at := q / 100 * float64(len(s)-1)
	low := math.Floor(min(max(at, 0), float64(len(s)-1)))
	a, b := s[int(low)], s[min(int(low)+1, len(s)-1)]
	t := at - low
	if t >= 0.5 {
		return b - float64((b-a)*(1-t))
	}
	return a + float64((b-a)*t)
}
