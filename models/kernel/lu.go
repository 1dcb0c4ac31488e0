package kernel

import "math"

// factorLU overwrites a, n × n and row-major, with L (unit lower) and U of its
// rows in the order that it returns, by Gaussian elimination with partial
// pivoting (G. Golub and C. Van Loan, "Matrix Computations", algorithm 3.4.1).
// odd tells whether that order is an odd permutation; ok is false for a singular
// matrix.
func factorLU(a []float64, n int) (order []int, odd, ok bool) {
	order = make([]int, n)
	for i := range order {
		order[i] = i
	}
	for k := range n {
		p := k
		for i := k + 1; i < n; i++ {
			if math.Abs(a[i*n+k]) > math.Abs(a[p*n+k]) {
				p = i
			}
		}
		if pivot := a[p*n+k]; pivot == 0 || math.IsNaN(pivot) {
			return nil, false, false
		}
		if p != k {
			swap(a[p*n:][:n], a[k*n:][:n])
			order[p], order[k], odd = order[k], order[p], !odd
		}
		for i := k + 1; i < n; i++ {
			row, pivot := a[i*n:][:n], a[k*n:][:n]
			f := row[k] / pivot[k]
			row[k] = f
			for j := k + 1; j < n; j++ {
				row[j] -= float64(f * pivot[j])
			}
		}
	}
	return order, odd, true
}

func swap(x, y []float64) {
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}

// InvertLU returns the inverse of a, n × n and row-major; false if a is singular.
func InvertLU(a []float64, n int) ([]float64, bool) {
	lu := append([]float64(nil), a...)
	order, _, ok := factorLU(lu, n)
	if !ok {
		return nil, false
	}
	inverse, column := make([]float64, n*n), make([]float64, n)
	for c := range n {
		for i, from := range order {
			column[i] = 0
			if from == c {
				column[i] = 1
			}
		}
		substitute(lu, column, n)
		for i, v := range column {
			inverse[i*n+c] = v
		}
	}
	return inverse, true
}

// substitute solves L U x = b in place.
func substitute(lu, x []float64, n int) {
	for i := range n {
		for j, l := range lu[i*n : i*n+i] {
			x[i] -= float64(l * x[j])
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			x[i] -= float64(lu[i*n+j] * x[j])
		}
		x[i] /= lu[i*n+i]
	}
}

// LogDetLU is the logarithm of the determinant of a, n × n; -Inf unless that is
// positive, as fast_logdet of sklearn/utils/extmath.py.
func LogDetLU(a []float64, n int) float64 {
	lu := append([]float64(nil), a...)
	_, negative, ok := factorLU(lu, n)
	if !ok {
		return math.Inf(-1)
	}
	sum := 0.0
	for i := range n {
		d := lu[i*n+i]
		negative = negative != (d < 0)
		sum += math.Log(math.Abs(d))
	}
	if negative {
		return math.Inf(-1)
	}
	return sum
}
