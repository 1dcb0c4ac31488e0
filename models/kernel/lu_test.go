package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// positive is a symmetric and positive definite matrix.
func positive(r *rand.Rand, n int) []float64 {
	x, a := uniform(r, n*n), make([]float64, n*n)
	for i := range n {
		for j := range n {
			a[i*n+j] = Dot(x[i*n:(i+1)*n], x[j*n:(j+1)*n])
		}
		a[i*n+i] += float64(n)
	}
	return a
}

func uniform(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.Float64() - 0.5
	}
	return x
}

func TestInvertAndSolve(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 12; n++ {
		a := positive(r, n)
		inverse, ok := InvertLU(a, n)
		if !ok {
			t.Fatalf("%d: singular", n)
		}
		b := uniform(r, n)
		x := append([]float64(nil), b...)
		SolveCholesky(append([]float64(nil), a...), x, n)
		for i := range n {
			if want := Dot(inverse[i*n:(i+1)*n], b); math.Abs(x[i]-want) > 1e-12 {
				t.Errorf("%d: x[%d] is %v, want %v", n, i, x[i], want)
			}
		}
	}
}

func TestLogDet(t *testing.T) {
	f := func(want float64, n int, a ...float64) {
		t.Helper()
		if got := LogDetLU(a, n); math.Abs(got-want) > 1e-14 && got != want {
			t.Errorf("%v: got %v, want %v", a, got, want)
		}
	}
	f(math.Log(6), 2, 2, 0, 0, 3)
	f(math.Log(2), 2, 0, 1, -2, 0)
	f(math.Inf(-1), 2, 0, 1, 1, 0) // the determinant is -1
	f(math.Inf(-1), 2, 1, 2, 2, 4) // and 0
	f(math.Inf(-1), 1, math.NaN())
}

func TestAffineSparse(t *testing.T) {
	weights, bias := []float64{1, 2, 3, 4, 5, 6}, []float64{10, 20}
	dst := make([]float64, 2)
	AffineSparse(dst, []int{0, 2}, []float64{2, -1}, weights, bias, 3)
	if dst[0] != 2-3+10 || dst[1] != 8-6+20 {
		t.Errorf("got %v", dst)
	}
	AffineSparse(dst, nil, nil, weights, bias, 3)
	if dst[0] != 10 || dst[1] != 20 {
		t.Errorf("of an empty row: got %v", dst)
	}
}
