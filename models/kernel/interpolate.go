package kernel

import "math"

// InterpolateEach is numpy.interp over ascending thresholds xs, two or more, with
// NaN outside them (numpy/_core/src/multiarray/compiled_base.c, arr_interp):
//
//	for i, v := range x {
//		j := the last with xs[j] <= v
//		x[i] = ys[j] at the last threshold or if v is xs[j], else
//		       (ys[j+1]-ys[j]) / (xs[j+1]-xs[j]) * (v - xs[j]) + ys[j]
//	}
//
// A sum that is NaN, as between infinities, is tried again from j+1.
func InterpolateEach(x, xs, ys []float64) {
	last := len(xs) - 1
	for i, v := range x {
		if !(v >= xs[0] && v <= xs[last]) {
			x[i] = math.NaN()
			continue
		}
		j := countBelow(xs, math.Nextafter(v, math.Inf(1))) - 1
		if j == last || xs[j] == v {
			x[i] = ys[j]
			continue
		}
		slope := (ys[j+1] - ys[j]) / (xs[j+1] - xs[j])
		y := float64(slope*(v-xs[j])) + ys[j]
		if math.IsNaN(y) {
			y = float64(slope*(v-xs[j+1])) + ys[j+1]
			if math.IsNaN(y) && ys[j] == ys[j+1] {
				y = ys[j]
			}
		}
		x[i] = y
	}
}

// InterpolateSingle is interp1d(xs, ys, kind="linear") of SciPy since 1.11 for
// float32, with NaN outside the thresholds (scipy/interpolate/_interpolate.py,
// _call_linear):
//
//	for i, v := range x {
//		j := the first with xs[j] >= v, but at least 1
//		x[i] = (v-xs[j-1]) / (xs[j]-xs[j-1]) * ys[j] + (xs[j]-v) / (xs[j]-xs[j-1]) * ys[j-1]
//	}
//
// where all values and steps are float32.
func InterpolateSingle(x, xs, ys []float64) {
	last := len(xs) - 1
	for i, v := range x {
		if !(v >= xs[0] && v <= xs[last]) {
			x[i] = math.NaN()
			continue
		}
		j := max(countBelow(xs, v), 1)
		t, x0, x1 := float32(v), float32(xs[j-1]), float32(xs[j])
		up, down := (t-x0)/(x1-x0), (x1-t)/(x1-x0)
		x[i] = float64(float32(up*float32(ys[j])) + float32(down*float32(ys[j-1])))
	}
}

// InterpolateSlope is InterpolateSingle as SciPy had it before 1.11:
//
//	x[i] = (ys[j]-ys[j-1]) / (xs[j]-xs[j-1]) * (v-xs[j-1]) + ys[j-1]
func InterpolateSlope(x, xs, ys []float64) {
	last := len(xs) - 1
	for i, v := range x {
		if !(v >= xs[0] && v <= xs[last]) {
			x[i] = math.NaN()
			continue
		}
		j := max(countBelow(xs, v), 1)
		x0, y0 := float32(xs[j-1]), float32(ys[j-1])
		slope := (float32(ys[j]) - y0) / (float32(xs[j]) - x0)
		x[i] = float64(float32(slope*(float32(v)-x0)) + y0)
	}
}

// countBelow is
//
//	for n < len(xs) && xs[n] < v {
//		n++
//	}
//	return n
//
// for ascending xs.
func countBelow(xs []float64, v float64) int {
	from, to := 0, len(xs)
	for from < to {
		if middle := int(uint(from+to) >> 1); xs[middle] < v {
			from = middle + 1
		} else {
			to = middle
		}
	}
	return from
}
