package kernel

// affineScalar is the twin of the kernels in vector instructions: two rows of x and
// half a panel at a time, or one and a panel, eight sums that do not wait for each
// other.
func affineScalar(dst, x []float64, p Packed, least float64) {
	n, m := p.cols, p.rows
	for ; len(x) >= 2*n; x, dst = x[2*n:], dst[2*m:] {
		for j := 0; j < m; j += 4 {
			s, t := products(x[:n], x[n:2*n], p.panels[j/8*n:], j)
			for i, b := range p.bias[j/8][j&4:][:min(4, m-j)] {
				dst[j+i], dst[m+j+i] = max(s[i]+b, least), max(t[i]+b, least)
			}
		}
	}
	for j := 0; j < m && len(x) > 0; j += 8 {
		s := productsOne(x, p.panels[j/8*n:])
		for i, b := range p.bias[j/8][:min(8, m-j)] {
			dst[j+i] = max(s[i]+b, least)
		}
	}
}

func distancesScalar(dst, x []float64, p Packed) {
	n, m := p.cols, p.rows
	for ; len(x) >= 2*n; x, dst = x[2*n:], dst[2*m:] {
		for j := 0; j < m; j += 4 {
			s, t := distances(x[:n], x[n:2*n], p.panels[j/8*n:], j)
			copy(dst[j:m], s[:])
			copy(dst[m+j:2*m], t[:])
		}
	}
	for j := 0; j < m && len(x) > 0; j += 8 {
		s := distancesOne(x, p.panels[j/8*n:])
		copy(dst[j:m], s[:])
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

// productsOne multiplies a row with a panel.
func productsOne(x []float64, panel [][8]float64) [8]float64 {
	var s0, s1, s2, s3, s4, s5, s6, s7 float64
	panel = panel[:len(x)]
	for k, v := range x {
		y := &panel[k]
		s0 += float64(v * y[0])
		s1 += float64(v * y[1])
		s2 += float64(v * y[2])
		s3 += float64(v * y[3])
		s4 += float64(v * y[4])
		s5 += float64(v * y[5])
		s6 += float64(v * y[6])
		s7 += float64(v * y[7])
	}
	return [8]float64{s0, s1, s2, s3, s4, s5, s6, s7}
}

// distancesOne measures a row against a panel.
func distancesOne(x []float64, panel [][8]float64) [8]float64 {
	var s0, s1, s2, s3, s4, s5, s6, s7 float64
	panel = panel[:len(x)]
	for k, v := range x {
		y := &panel[k]
		a, b, c, d := v-y[0], v-y[1], v-y[2], v-y[3]
		s0 += float64(a * a)
		s1 += float64(b * b)
		s2 += float64(c * c)
		s3 += float64(d * d)
		a, b, c, d = v-y[4], v-y[5], v-y[6], v-y[7]
		s4 += float64(a * a)
		s5 += float64(b * b)
		s6 += float64(c * c)
		s7 += float64(d * d)
	}
	return [8]float64{s0, s1, s2, s3, s4, s5, s6, s7}
}
