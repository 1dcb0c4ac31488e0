package kernel

// AffineSparse is AffineSparse(dst, indices, values, weights, bias, n) for what
// PackAffine was given: one row of a sparse matrix. All weights of a column for a
// panel lie side by side.
func (p *Packed) AffineSparse(dst []float64, indices []int, values []float64) {
	values = values[:len(indices)]
	for j := range p.bias {
		panel := p.panels[j*p.cols:][:p.cols]
		var s0, s1, s2, s3, s4, s5, s6, s7 float64
		for k, column := range indices {
			w, v := &panel[column], values[k]
			s0 += float64(v * w[0])
			s1 += float64(v * w[1])
			s2 += float64(v * w[2])
			s3 += float64(v * w[3])
			s4 += float64(v * w[4])
			s5 += float64(v * w[5])
			s6 += float64(v * w[6])
			s7 += float64(v * w[7])
		}
		b := &p.bias[j]
		sums := [8]float64{s0 + b[0], s1 + b[1], s2 + b[2], s3 + b[3], s4 + b[4], s5 + b[5], s6 + b[6], s7 + b[7]}
		copy(dst[8*j:p.rows], sums[:])
	}
}
