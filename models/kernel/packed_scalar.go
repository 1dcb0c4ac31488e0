package kernel

// affineScalar is the twin of the kernels in vector instructions: two rows of x and
// half a panel at a time, eight sums that do not wait for each other.
func affineScalar(dst, x []float64, p Packed, least float64) {
	p.byHalves(dst, x, func(dst0, dst1, x0, x1 []float64, j int) {
		s, t := products(x0, x1, p.panels[j/8*len(x0):], j)
		for i, b := range p.bias[j/8][j&4:][:len(dst0)] {
			dst0[i] = max(s[i]+b, least)
			dst1[i] = max(t[i]+b, least)
		}
	})
}

func distancesScalar(dst, x []float64, p Packed) {
	p.byHalves(dst, x, func(dst0, dst1, x0, x1 []float64, j int) {
		s, t := distances(x0, x1, p.panels[j/8*len(x0):], j)
		copy(dst0, s[:])
		copy(dst1, t[:])
	})
}

// byHalves calls f for every two rows of x and four rows of p, from j on, with
// where their results go. The last of an odd number of rows comes twice.
func (p *Packed) byHalves(dst, x []float64, f func(dst0, dst1, x0, x1 []float64, j int)) {
	n, m := p.cols, p.rows
	for i := 0; i < len(x)/n; i += 2 {
		next := min(i+1, len(x)/n-1)
		x0, x1 := x[i*n:(i+1)*n], x[next*n:(next+1)*n]
		for j := 0; j < m; j += 4 {
			to := min(j+4, m)
			f(dst[i*m+j:i*m+to], dst[next*m+j:next*m+to], x0, x1, j)
		}
	}
}

// products multiplies two rows with the half of a panel that row j is in.
func products(x0, x1 []float64, panel [][8]float64, j int) (s, t [4]float64) {
	var s0, s1, s2, s3, t0, t1, t2, t3 float64
	x1, panel = x1[:len(x0)], panel[:len(x0)]
	j &= 4
	for k, v := range x0 {
		w, y := x1[k], &panel[k]
		s0 += float64(v * y[j])
		t0 += float64(w * y[j])
		s1 += float64(v * y[j+1])
		t1 += float64(w * y[j+1])
		s2 += float64(v * y[j+2])
		t2 += float64(w * y[j+2])
		s3 += float64(v * y[j+3])
		t3 += float64(w * y[j+3])
	}
	return [4]float64{s0, s1, s2, s3}, [4]float64{t0, t1, t2, t3}
}

// distances measures two rows against the half of a panel that row j is in.
func distances(x0, x1 []float64, panel [][8]float64, j int) (s, t [4]float64) {
	var s0, s1, s2, s3, t0, t1, t2, t3 float64
	x1, panel = x1[:len(x0)], panel[:len(x0)]
	j &= 4
	for k, v := range x0 {
		w, y := x1[k], &panel[k]
		a, b, c, d := v-y[j], v-y[j+1], v-y[j+2], v-y[j+3]
		s0 += float64(a * a)
		s1 += float64(b * b)
		s2 += float64(c * c)
		s3 += float64(d * d)
		a, b, c, d = w-y[j], w-y[j+1], w-y[j+2], w-y[j+3]
		t0 += float64(a * a)
		t1 += float64(b * b)
		t2 += float64(c * c)
		t3 += float64(d * d)
	}
	return [4]float64{s0, s1, s2, s3}, [4]float64{t0, t1, t2, t3}
}
