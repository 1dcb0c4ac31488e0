package kernel

// Dot is
//
//	for i, v := range x {
//		sum += v * y[i]
//	}
//	return sum
//
// from left to right. y is at least as long as x.
func Dot(x, y []float64) (sum float64) {
	y = y[:len(x)]
	for i, v := range x {
		sum += float64(v * y[i])
	}
	return sum
}

// Affine is
//
//	for i := range rows {
//		for j, w := range weights (m rows of n) {
//			dst[i*m+j] = Dot(x[i*n:(i+1)*n], w) + bias[j]
//		}
//	}
//
// the answer of a linear model with m outputs to rows of n features; m is
// len(bias).
func Affine(dst, x, weights, bias []float64, n int) {
	m := len(bias)
	for ; len(dst) >= 4*m; dst, x = dst[4*m:], x[4*n:] {
		affineFourRows(dst[:4*m], x[:4*n], weights, bias)
	}
	for ; len(dst) > 0; dst, x = dst[m:], x[n:] {
		affineRow(dst[:m], x[:n], weights, bias)
	}
}

// affineFourRows takes four rows at a time: four sums that do not wait for each
// other, each still in the order of Dot.
func affineFourRows(dst, x, weights, bias []float64) {
	n, m := len(x)/4, len(bias)
	x0, x1, x2, x3 := x[:n], x[n:][:n], x[2*n:][:n], x[3*n:][:n]
	for j, b := range bias {
		w := weights[j*n:][:n]
		var s0, s1, s2, s3 float64
		for i, v := range w {
			s0 += float64(x0[i] * v)
			s1 += float64(x1[i] * v)
			s2 += float64(x2[i] * v)
			s3 += float64(x3[i] * v)
		}
		dst[j], dst[m+j], dst[2*m+j], dst[3*m+j] = s0+b, s1+b, s2+b, s3+b
	}
}

// affineRow takes four outputs at a time, for the same reason.
func affineRow(out, row, weights, bias []float64) {
	n, j := len(row), 0
	for ; j+4 <= len(out); j += 4 {
		w0 := weights[(j+0)*n:][:n]
		w1 := weights[(j+1)*n:][:n]
		w2 := weights[(j+2)*n:][:n]
		w3 := weights[(j+3)*n:][:n]
		var s0, s1, s2, s3 float64
		for i, v := range row {
			s0 += float64(v * w0[i])
			s1 += float64(v * w1[i])
			s2 += float64(v * w2[i])
			s3 += float64(v * w3[i])
		}
		out[j], out[j+1], out[j+2], out[j+3] = s0+bias[j], s1+bias[j+1], s2+bias[j+2], s3+bias[j+3]
	}
	for ; j < len(out); j++ {
		out[j] = Dot(row, weights[j*n:]) + bias[j]
	}
}

// SubColumns is
//
//	for i := range x {
//		dst[i] = x[i] - v[i%len(v)]
//	}
//
// It may work in place.
func SubColumns(dst, x, v []float64) {
	for n := len(v); len(x) > 0; dst, x = dst[n:], x[n:] {
		row, out := x[:n], dst[:n]
		for j, b := range v {
			out[j] = row[j] - b
		}
	}
}

// AddColumns is
//
//	for i := range x {
//		dst[i] = x[i] + v[i%len(v)]
//	}
//
// It may work in place.
func AddColumns(dst, x, v []float64) {
	for n := len(v); len(x) > 0; dst, x = dst[n:], x[n:] {
		row, out := x[:n], dst[:n]
		for j, b := range v {
			out[j] = row[j] + b
		}
	}
}

// MulColumns is
//
//	for i := range x {
//		dst[i] = x[i] * v[i%len(v)]
//	}
//
// It may work in place.
func MulColumns(dst, x, v []float64) {
	for n := len(v); len(x) > 0; dst, x = dst[n:], x[n:] {
		row, out := x[:n], dst[:n]
		for j, b := range v {
			out[j] = row[j] * b
		}
	}
}

// DivColumns is
//
//	for i := range x {
//		dst[i] = x[i] / v[i%len(v)]
//	}
//
// It may work in place.
func DivColumns(dst, x, v []float64) {
	for n := len(v); len(x) > 0; dst, x = dst[n:], x[n:] {
		row, out := x[:n], dst[:n]
		for j, b := range v {
			out[j] = row[j] / b
		}
	}
}

// Standardize is
//
//	for i := range x {
//		dst[i] = (x[i] - mean[i%len(mean)]) / scale[i%len(mean)]
//	}
//
// and reports whether all of dst is finite. It may work in place.
func Standardize(dst, x, mean, scale []float64) bool {
	n, bad := len(mean), 0.0 // see allFinite
	for scale = scale[:n]; len(x) > 0; dst, x = dst[n:], x[n:] {
		row, out := x[:n], dst[:n]
		for j, m := range mean {
			v := (row[j] - m) / scale[j]
			out[j] = v
			bad += float64(v * 0)
		}
	}
	return bad == 0
}

// Rescale is
//
//	for i := range x {
//		dst[i] = x[i] * scale[i%len(scale)] + shift[i%len(scale)]
//	}
//
// with both results rounded, and reports whether all of dst is finite. It may work
// in place.
func Rescale(dst, x, scale, shift []float64) bool {
	n, bad := len(scale), 0.0
	for shift = shift[:n]; len(x) > 0; dst, x = dst[n:], x[n:] {
		row, out := x[:n], dst[:n]
		for j, m := range scale {
			v := float64(row[j]*m) + shift[j]
			out[j] = v
			bad += float64(v * 0)
		}
	}
	return bad == 0
}

// Clip is numpy.clip(x, lo, hi, out=x):
//
//	for i, v := range x {
//		x[i] = min(max(v, lo), hi)
//	}
//
// where NaN stays NaN.
func Clip(x []float64, lo, hi float64) {
	for i, v := range x {
		if v < lo {
			x[i] = lo
		} else if v > hi {
			x[i] = hi
		}
	}
}
