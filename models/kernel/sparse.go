package kernel

// AffineSparse is
//
//	for j := range bias {
//		sum := 0.0
//		for k, column := range indices {
//			sum += values[k] * weights[j*n+column]
//		}
//		dst[j] = sum + bias[j]
//	}
//
// the answer of a linear model to one row of a sparse matrix with n columns.
func AffineSparse(dst []float64, indices []int, values, weights, bias []float64, n int) {
	for j, b := range bias {
		w := weights[j*n:][:n]
		sum := 0.0
		for k, column := range indices {
			sum += float64(values[k] * w[column])
		}
		dst[j] = sum + b
	}
}
