package sklearn

import (
	"math"
	"slices"
	"testing"

	"github.com/copal-ml/copal/models/pyobj"
)

func TestUnivariateMasks(t *testing.T) {
	nan := math.NaN()
	f := func(mode string, p float64, want string, values ...float64) {
		t.Helper()
		got := ""
		for _, keep := range univariateMask(mode, values, p) {
			got += map[bool]string{true: "x", false: "."}[keep]
		}
		if got != want {
			t.Errorf("%s %v of %v: got %s, want %s", mode, p, values, got, want)
		}
	}
	f("k_best", 2, ".xx", 1, 2, 3)
	f("k_best", 2, ".xx", 5, 5, 5) // the later ones
	f("k_best", 1, "..x", nan, 0, 5)
	f("k_best", 9, "xxx", 1, 2, 3)
	f("k_best", 0, "...", 1, 2, 3)
	f("percentile", 50, "..xx", 1, 2, 3, 4)
	f("percentile", 50, "xx..", 5, 5, 5, 5) // the first ones
	f("percentile", 100, "xx", 1, nan)
	f("percentile", 0, "..", 1, 2)
	f("fpr", 0.05, "x..", 0.01, 0.05, nan)
	f("fwe", 0.05, "x..", 0.01, 0.02, nan)
	f("fdr", 0.05, "xx.", 0.01, 0.03, nan)
	f("fdr", 0.05, "xxx", 0.01, 0.05, 0.05) // the last carries the one before
	f("fdr", 0.01, "..", 0.5, nan)
}

// Sparse rows keep their form, and give what dense ones do.
func TestSelectionOfSparseRows(t *testing.T) {
	ws := new(workspace)
	x := block{rows: 3, width: 4, sparse: &csr{
		indptr: []int{0, 2, 2, 5}, indices: []int{3, 0, 1, 2, 3}, values: []float64{4, 1, 2, 3, 5}}}
	columns := []int{0, 3}
	place, ok := places(columns, 4)
	if !ok {
		t.Fatal("the columns have no inverse")
	}
	y := ws.take(x, columns, place)
	if y.sparse == nil || y.width != 2 {
		t.Fatalf("got %+v, want two sparse columns", y)
	}
	want := []float64{1, 4, 0, 0, 0, 5}
	if got := ws.matrix(y).data; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := ws.take(ws.dense(x), columns, place).data; !slices.Equal(got, want) {
		t.Errorf("dense: got %v, want %v", got, want)
	}
}

func TestNamesOfSelection(t *testing.T) {
	r := pyobj.NewRef("SelectKBest", object("SelectKBest", "k", int64(2), "scores_", list(1.0, 2.0, 3.0)))
	n, err := univariate("k_best")(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	if got := n.transform.names([]string{"a", "b", "c"}); !slices.Equal(got, []string{"b", "c"}) {
		t.Errorf("got %s", got)
	}
}
