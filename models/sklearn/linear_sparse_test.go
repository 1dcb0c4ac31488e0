package sklearn

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/copal-ml/copal/models"
)

// [[1, 0, 2], [0, 0, 0], [0, 3, 0]] as the last three of four rows.
func sparseRows() block {
	return block{rows: 3, width: 3, sparse: &csr{indptr: []int{1, 3, 3, 4},
		indices: []int{0, 2, 0, 1}, values: []float64{9, 2, 1, 3}}}
}

func TestSparseRowsAreAnsweredAsDenseOnes(t *testing.T) {
	l := &linear{coefficients: &coefficients{coef: []float64{1, 10, 100, 2, 20, 200}, features: 3}, intercept: []float64{0.5, -1}, names: []string{"a", "b", "c"}}
	f := func(what string, decide func(ws *workspace, x block, out []float64) error) {
		t.Helper()
		ws := new(workspace)
		got, want := make([]float64, 6), make([]float64, 6)
		if err := decide(ws, sparseRows(), got); err != nil {
			t.Fatal(err)
		}
		if err := decide(ws, ws.dense(sparseRows()), want); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	f("decide", l.decide)
	for _, threshold := range []float64{-1, 0, 1.5} {
		f("binarized", func(ws *workspace, x block, out []float64) error { return l.decideBinarized(ws, x, out, threshold) })
	}
}

func TestSparseRowsMustBeFinite(t *testing.T) {
	l := &linear{coefficients: &coefficients{coef: []float64{1, 10, 100}, features: 3}, intercept: []float64{0}, names: []string{"a", "b", "c"}}
	x := sparseRows()
	x.sparse.values[3] = math.NaN()
	ws := &workspace{first: 40}
	err := l.decide(ws, x, make([]float64, 3))
	var data *models.DataError
	if want := "row 42, column 1 (b): Input X contains NaN."; !errors.As(err, &data) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
