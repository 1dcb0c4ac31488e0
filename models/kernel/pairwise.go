package kernel

// Gram is
//
//	m := len(y) / n
//	for i := range len(x) / n {
//		for j := range m {
//			dst[i*m+j] = Dot(x[i*n:(i+1)*n], y[j*n:(j+1)*n])
//		}
//	}
//
// the products of all rows of x with all rows of y. It takes two rows of x and
// four of y at a time: eight sums that do not wait for each other, each still in
// the order of Dot.
func Gram(dst, x, y []float64, n int) {
	m := len(y) / n
	for ; len(x) >= 2*n; x, dst = x[2*n:], dst[2*m:] {
		gramTwo(dst[:m], dst[m:2*m], x[:n], x[n:2*n], y)
	}
	if len(x) > 0 {
		gramOne(dst[:m], x[:n], y)
	}
}

func gramTwo(dst0, dst1, x0, x1, y []float64) {
	n, j := len(x0), 0
	x1 = x1[:n]
	for ; j+4 <= len(dst0); j += 4 {
		y0, y1, y2, y3 := y[j*n:][:n], y[(j+1)*n:][:n], y[(j+2)*n:][:n], y[(j+3)*n:][:n]
		var s0, s1, s2, s3, t0, t1, t2, t3 float64
		for i, v := range x0 {
			w := x1[i]
			s0 += float64(v * y0[i])
			t0 += float64(w * y0[i])
			s1 += float64(v * y1[i])
			t1 += float64(w * y1[i])
			s2 += float64(v * y2[i])
			t2 += float64(w * y2[i])
			s3 += float64(v * y3[i])
			t3 += float64(w * y3[i])
		}
		dst0[j], dst0[j+1], dst0[j+2], dst0[j+3] = s0, s1, s2, s3
		dst1[j], dst1[j+1], dst1[j+2], dst1[j+3] = t0, t1, t2, t3
	}
	for ; j < len(dst0); j++ {
		dst0[j], dst1[j] = Dot(x0, y[j*n:]), Dot(x1, y[j*n:])
	}
}

func gramOne(dst, x, y []float64) {
	n, j := len(x), 0
	for ; j+4 <= len(dst); j += 4 {
		y0, y1, y2, y3 := y[j*n:][:n], y[(j+1)*n:][:n], y[(j+2)*n:][:n], y[(j+3)*n:][:n]
		var s0, s1, s2, s3 float64
		for i, v := range x {
			s0 += float64(v * y0[i])
			s1 += float64(v * y1[i])
			s2 += float64(v * y2[i])
			s3 += float64(v * y3[i])
		}
		dst[j], dst[j+1], dst[j+2], dst[j+3] = s0, s1, s2, s3
	}
	for ; j < len(dst); j++ {
		dst[j] = Dot(x, y[j*n:])
	}
}

// SquaredDistance is
//
//	for i, v := range x {
//		d := v - y[i]
//		sum += d * d
//	}
//	return sum
func SquaredDistance(x, y []float64) (sum float64) {
	y = y[:len(x)]
	for i, v := range x {
		d := v - y[i]
		sum += float64(d * d)
	}
	return sum
}

// SquaredDistances is
//
//	m := len(y) / n
//	for i := range len(x) / n {
//		for j := range m {
//			dst[i*m+j] = SquaredDistance(x[i*n:(i+1)*n], y[j*n:(j+1)*n])
//		}
//	}
//
// blocked as Gram. The difference is squared, as in the trees of scikit-learn and
// in libsvm; x·x - 2x·y + y·y would lose what near points differ by.
func SquaredDistances(dst, x, y []float64, n int) {
	m := len(y) / n
	for ; len(x) >= 2*n; x, dst = x[2*n:], dst[2*m:] {
		squaredTwo(dst[:m], dst[m:2*m], x[:n], x[n:2*n], y)
	}
	if len(x) > 0 {
		squaredOne(dst[:m], x[:n], y)
	}
}

func squaredTwo(dst0, dst1, x0, x1, y []float64) {
	n, j := len(x0), 0
	x1 = x1[:n]
	for ; j+2 <= len(dst0); j += 2 {
		y0, y1 := y[j*n:][:n], y[(j+1)*n:][:n]
		var s0, s1, t0, t1 float64
		for i, v := range x0 {
			w := x1[i]
			a, b := v-y0[i], w-y0[i]
			c, d := v-y1[i], w-y1[i]
			s0 += float64(a * a)
			t0 += float64(b * b)
			s1 += float64(c * c)
			t1 += float64(d * d)
		}
		dst0[j], dst0[j+1], dst1[j], dst1[j+1] = s0, s1, t0, t1
	}
	for ; j < len(dst0); j++ {
		dst0[j], dst1[j] = SquaredDistance(x0, y[j*n:]), SquaredDistance(x1, y[j*n:])
	}
}

func squaredOne(dst, x, y []float64) {
	n, j := len(x), 0
	for ; j+4 <= len(dst); j += 4 {
		y0, y1, y2, y3 := y[j*n:][:n], y[(j+1)*n:][:n], y[(j+2)*n:][:n], y[(j+3)*n:][:n]
		var s0, s1, s2, s3 float64
		for i, v := range x {
			a, b, c, d := v-y0[i], v-y1[i], v-y2[i], v-y3[i]
			s0 += float64(a * a)
			s1 += float64(b * b)
			s2 += float64(c * c)
			s3 += float64(d * d)
		}
		dst[j], dst[j+1], dst[j+2], dst[j+3] = s0, s1, s2, s3
	}
	for ; j < len(dst); j++ {
		dst[j] = SquaredDistance(x, y[j*n:])
	}
}
