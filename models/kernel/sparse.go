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

// AffineColumns is AffineSparse for weights that are stored by column: the len(bias)
// weights of a column side by side. It adds in the same order.
func AffineColumns(dst []float64, indices []int, values, columns, bias []float64) {
	n := len(bias)
	dst = dst[:n]
	clear(dst)
	for k, column := range indices {
		w, v := columns[column*n:][:n], values[k]
		for j := range dst {
			dst[j] += float64(v * w[j])
		}
	}
	for j, b := range bias {
		dst[j] += b
	}
}

// AddAt is
//
//	for k, i := range at {
//		dst[i] += x[k] * v
//	}
func AddAt(dst []float64, at []int32, x []float64, v float64) {
	x = x[:len(at)]
	for k, i := range at {
		dst[i] += float64(x[k] * v)
	}
}
