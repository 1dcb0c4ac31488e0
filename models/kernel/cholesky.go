package kernel

import "math"

// SolveCholesky overwrites b with the solution of a x = b, where a, n × n and
// row-major, is symmetric and positive definite; it overwrites the lower half of
// a with its factor (G. Golub and C. Van Loan, "Matrix Computations", algorithm
// 4.2.2). Where a is not positive definite, b becomes NaN.
func SolveCholesky(a, b []float64, n int) {
	for i := range n {
		row := a[i*n:][:n]
		for j := range i + 1 {
			sum := row[j]
			for k, v := range a[j*n:][:j] {
				sum -= float64(row[k] * v)
			}
			if i == j {
				row[j] = math.Sqrt(sum)
			} else {
				row[j] = sum / a[j*n+j]
			}
		}
	}
	for i := range n {
		for j, l := range a[i*n:][:i] {
			b[i] -= float64(l * b[j])
		}
		b[i] /= a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			b[i] -= float64(a[j*n+i] * b[j])
		}
		b[i] /= a[i*n+i]
	}
}
