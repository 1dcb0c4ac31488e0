package kernel

// AffineSparse is Affine for a compressed sparse row matrix:
//
//	for i := range len(indptr)-1 {
//		for j, w := range weights (m rows of n) {
//			sum := 0.0
//			for k := indptr[i]; k < indptr[i+1]; k++ {
//				sum += values[k] * w[indices[k]]
//			}
//			dst[i*m+j] = sum + bias[j]
//		}
//	}
//
// in the order of SciPy's csr_matvecs (scipy/sparse/sparsetools/csr.h).
func AffineSparse(dst []float64, indptr, indices []int, values, weights, bias []float64, n int) {
	m := len(bias)
	for i := 0; len(dst) > 0; i, dst = i+1, dst[m:] {
		from, to := indptr[i], indptr[i+1]
		columns, row := indices[from:to], values[from:to]
		for j, b := range bias {
			w := weights[j*n:][:n]
			sum := 0.0
			for k, c := range columns {
				sum += float64(row[k] * w[c])
			}
			dst[j] = sum + b
		}
	}
}
