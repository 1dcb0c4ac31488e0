package kernel

import "math"

// ArgMax is
//
//	for i, v := range x {
//		if v > x[best] {
//			best = i
//		}
//	}
//	return best
//
// the first of equal maxima, and the first NaN if there is one, as
// numpy.argmax. x is not empty.
func ArgMax(x []float64) (best int) {
	top := x[0]
	if math.IsNaN(top) {
		return 0
	}
	for i, v := range x {
		if !(v <= top) {
			best, top = i, v
			if math.IsNaN(v) {
				return best
			}
		}
	}
	return best
}

// Sum adds x in the order of numpy.sum over the contiguous axis: pairwise over
// blocks of at most 128 values, each summed in eight interleaved parts
// (numpy/_core/src/umath/loops_utils.h.src, pairwise_sum). Below eight values
// it is
//
//	for _, v := range x {
//		sum += v
//	}
func Sum(x []float64) (sum float64) {
	n := len(x)
	if n < 8 {
		for _, v := range x {
			sum += v
		}
		return sum
	}
	if n <= 128 {
		return sumBlock(x)
	}
	half := n / 2
	half -= half % 8
	return Sum(x[:half]) + Sum(x[half:])
}

func sumBlock(x []float64) float64 {
	r0, r1, r2, r3 := x[0], x[1], x[2], x[3]
	r4, r5, r6, r7 := x[4], x[5], x[6], x[7]
	rest := x[8:]
	for ; len(rest) >= 8; rest = rest[8:] {
		r0 += rest[0]
		r1 += rest[1]
		r2 += rest[2]
		r3 += rest[3]
		r4 += rest[4]
		r5 += rest[5]
		r6 += rest[6]
		r7 += rest[7]
	}
	sum := ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7))
	for _, v := range rest {
		sum += v
	}
	return sum
}

// Finite is
//
//	for i, v := range x {
//		if IsNaN(v) || IsInf(v) {
//			return i
//		}
//	}
//	return -1
func Finite(x []float64) int {
	if allFinite(x) {
		return -1
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return i
		}
	}
	return -1
}

// allFinite rests on this: v*0 is 0 for a finite v and NaN for any other, and NaN
// survives a sum. Four sums do not wait for each other.
func allFinite(x []float64) bool {
	var s0, s1, s2, s3 float64
	for ; len(x) >= 4; x = x[4:] {
		s0 += float64(x[0] * 0)
		s1 += float64(x[1] * 0)
		s2 += float64(x[2] * 0)
		s3 += float64(x[3] * 0)
	}
	for _, v := range x {
		s0 += float64(v * 0)
	}
	return s0+s1+s2+s3 == 0
}

// FirstInf is
//
//	for i, v := range x {
//		if IsInf(v) {
//			return i
//		}
//	}
//	return -1
func FirstInf(x []float64) int {
	for i, v := range x {
		if math.Abs(v) > math.MaxFloat64 {
			return i
		}
	}
	return -1
}
