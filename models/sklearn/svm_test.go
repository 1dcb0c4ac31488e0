package sklearn

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// altered returns a copy of an estimator with other attributes; nil takes one away.
func altered(o *pyobj.Object, pairs ...any) *pyobj.Object {
	state := new(pyobj.Dict)
	old := o.State.(*pyobj.Dict)
	for i, key := range old.Keys {
		state.Set(key, old.Values[i])
	}
	for i := 0; i < len(pairs); i += 2 {
		state.Set(pairs[i], pairs[i+1])
	}
	c := *o
	c.State = state
	return &c
}

// failsWith compiles v and wants an error of the text, either of the two kinds.
func failsWith(t *testing.T, v pyobj.Value, want string) {
	t.Helper()
	_, err := compile(v)
	var format *models.FormatError
	var unsupported *models.UnsupportedError
	if !errors.As(err, &format) && !errors.As(err, &unsupported) {
		t.Errorf("got %v, want a *models.FormatError or *models.UnsupportedError: %s", err, want)
		return
	}
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

// supportMachine is an SVC of two classes with three support vectors of two features.
func supportMachine() *pyobj.Object {
	return object("SVC", "kernel", "rbf", "_gamma", 0.5, "coef0", 0.0, "degree", int64(3),
		"support_vectors_", list(list(0.0, 0.0), list(1.0, 1.0), list(2.0, 0.0)),
		"_dual_coef_", list(list(-1.0, 0.5, 0.5)), "_intercept_", list(0.25), "_n_support", list(int64(1), int64(2)),
		"classes_", list(int64(0), int64(1)), "probability", false)
}

func TestSVCRefuses(t *testing.T) {
	f := func(want string, pairs ...any) {
		t.Helper()
		failsWith(t, altered(supportMachine(), pairs...), want)
	}
	if _, err := compile(supportMachine()); err != nil {
		t.Fatal(err)
	}
	f("not a valid pickle file: at byte 7: SVC: 3 support vectors, but _dual_coef_ has 2 columns", "_dual_coef_", list(list(1.0, 2.0)))
	f("not a valid pickle file: at byte 7: SVC: 2 classes, but _dual_coef_ has 2 rows and _intercept_ 1 values",
		"_dual_coef_", list(list(1.0, 2.0, 3.0), list(1.0, 2.0, 3.0)))
	f("not a valid pickle file: at byte 7: SVC: 2 classes, but _dual_coef_ has 1 rows and _intercept_ 2 values", "_intercept_", list(1.0, 2.0))
	f("not a valid pickle file: at byte 7: SVC: _n_support is [1 1] for 3 support vectors", "_n_support", list(int64(1), int64(1)))
	f("not a valid pickle file: at byte 7: SVC: _n_support is [-1 4] for 3 support vectors", "_n_support", list(int64(-1), int64(4)))
	f("not a valid pickle file: at byte 7: SVC: _n_support is [9223372036854775807 1] for 3 support vectors",
		"_n_support", list(int64(1<<63-1), int64(1)))
	f("not a valid pickle file: at byte 7: SVC: degree is 2.5", "degree", 2.5)
	f("SVC.kernel: a kernel that is a Python function is not supported (byte 0)", "kernel", &pyobj.Global{Module: "__main__", Name: "k"})
	f("SVC.kernel: kernel='spline' is not supported", "kernel", "spline")
	f("SVC: break_ties=True with decision_function_shape='ovo' is not supported (byte 7)",
		"break_ties", true, "decision_function_shape", "ovo")
	f("not a valid pickle file: at byte 7: SVC: 2 and 1 parameters of sigmoids for 1 pairs of classes",
		"probability", true, "_probA", list(1.0, 2.0), "_probB", list(1.0))
	f("not a valid pickle file: at byte 7: SVC: support vector 7 of 5 samples",
		"kernel", "precomputed", "shape_fit_", list(int64(5), int64(5)), "support_", list(int64(0), int64(7), int64(1)))
	f("not a valid pickle file: at byte 7: SVC: fitted on a kernel matrix of shape [5 5], with 1 indices for 3 support vectors",
		"kernel", "precomputed", "shape_fit_", list(int64(5), int64(5)), "support_", list(int64(0)))
}

// sparseOf is a CSR matrix of one row and four columns.
func sparseOf(indices, values *pyobj.List, indptr ...any) *pyobj.Object {
	m := object("csr_matrix", "_shape", pyobj.Tuple{int64(1), int64(4)}, "indices", indices, "data", values, "indptr", list(indptr...))
	m.Class = &pyobj.Global{Module: "scipy.sparse._csr", Name: "csr_matrix"}
	return m
}

func TestSparseMatrices(t *testing.T) {
	f := func(m *pyobj.Object, want string) {
		t.Helper()
		_, err := readCSR(pyobj.NewRef("v", m))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f(sparseOf(list(int64(0), int64(3)), list(1.0, 2.0), int64(0), int64(2)), "")
	f(sparseOf(list(int64(3), int64(0)), list(1.0, 2.0), int64(0), int64(2)), "")
	const at = "not a valid pickle file: at byte 7: v: "
	f(sparseOf(list(int64(0), int64(4)), list(1.0, 2.0), int64(0), int64(2)), at+"column 4 in a sparse matrix of 4 columns")
	f(sparseOf(list(int64(-1)), list(1.0), int64(0), int64(1)), at+"column -1 in a sparse matrix of 4 columns")
	f(sparseOf(list(int64(0)), list(1.0), int64(0), int64(2)), at+"row 0 of a sparse matrix is [0, 2) of 1 values")
	f(sparseOf(list(int64(0)), list(1.0), int64(0)), at+"a sparse matrix of shape [1 4] with 1 row starts, 1 indices, 1 values")
	f(sparseOf(list(int64(0)), list(1.0, 2.0), int64(0), int64(1)), at+"a sparse matrix of shape [1 4] with 2 row starts, 1 indices, 2 values")
	huge := sparseOf(list(int64(0)), list(1.0), int64(0), int64(1))
	huge.State.(*pyobj.Dict).Set("_shape", pyobj.Tuple{int64(1), int64(1 << 40)})
	f(huge, "v: a sparse matrix of shape [1 1099511627776] is not supported (byte 7)")
}

// All formats are the same matrix, in whatever order its entries are stored; what is
// there twice adds up.
func TestSparseRowsOfAllFormats(t *testing.T) {
	of := func(format string, state ...any) *pyobj.Object {
		m := object(format, append([]any{"_shape", pyobj.Tuple{int64(2), int64(3)}}, state...)...)
		m.Class = &pyobj.Global{Module: "scipy.sparse._" + format[:3], Name: format}
		return m
	}
	n := func(v ...int64) *pyobj.List {
		l := list()
		for _, i := range v {
			l.Items = append(l.Items, i)
		}
		return l
	}
	f := func(m *pyobj.Object) {
		t.Helper()
		got, err := readCSR(pyobj.NewRef("v", m))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.indptr, []int{0, 2, 3}) || !slices.Equal(got.indices, []int{0, 2, 1}) || !slices.Equal(got.values, []float64{5, 7, 4}) {
			t.Errorf("%v: got %+v", m.Class, got.csr)
		}
	}
	f(of("csr_matrix", "indptr", n(0, 2, 3), "indices", n(0, 2, 1), "data", list(5.0, 7.0, 4.0)))
	f(of("csr_array", "indptr", n(0, 4, 5), "indices", n(2, 0, 2, 0, 1), "data", list(3.0, 1.0, 4.0, 4.0, 4.0)))
	f(of("csc_matrix", "indptr", n(0, 1, 2, 3), "indices", n(0, 1, 0), "data", list(5.0, 4.0, 7.0)))
	f(of("csc_array", "indptr", n(0, 2, 3, 4), "indices", n(0, 0, 1, 0), "data", list(2.0, 3.0, 4.0, 7.0)))
	f(of("coo_matrix", "row", n(1, 0, 0), "col", n(1, 2, 0), "data", list(4.0, 7.0, 5.0)))
	f(of("coo_array", "coords", pyobj.Tuple{n(0, 1, 0, 0), n(0, 1, 2, 0)}, "data", list(2.0, 4.0, 7.0, 3.0)))
}

// Sparse vectors have the products and distances of dense ones.
func TestSparseVectorsAsDense(t *testing.T) {
	m, err := readCSR(pyobj.NewRef("v", sparseOf(list(int64(1), int64(3)), list(2.0, -1.0), int64(0), int64(2))))
	if err != nil {
		t.Fatal(err)
	}
	s, d := invert(m), vectors{rows: 1, width: 4, packed: kernel.Pack([]float64{0, 2, 0, -1}, 4)}
	ws := new(workspace)
	x := block{rows: 4, width: 4, data: []float64{1, 2, 3, 4, 0, 2, 0, -1, 0, 0, 0, 0, 1e200, 1, 1, 1}}
	q, err := ws.entries(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	var products, distances, exact, wantProducts, wantDistances [4]float64
	for i := range x.rows {
		indices, values := q.row(i)
		s.products(products[i:], indices, values)
		s.squaredDistances(distances[i:], indices, values)
		exact[i] = m.squaredDistance(0, indices, values)
	}
	d.products(wantProducts[:], x.data)
	d.squaredDistances(wantDistances[:], x.data)
	if products != wantProducts || distances != wantDistances || exact != wantDistances {
		t.Errorf("sparse %v %v %v, dense %v %v", products, distances, exact, wantProducts, wantDistances)
	}
}

// probability=True of a binary model offers the probabilities, and the string
// "deprecated" of 1.9 does not.
func TestSVCProbability(t *testing.T) {
	f := func(probability any, want bool) {
		t.Helper()
		m, err := compile(altered(supportMachine(), "probability", probability, "_probA", list(-1.0), "_probB", list(0.0)))
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, method := range m.Signature().Methods {
			got = got || method.Name == models.PredictProba
		}
		if got != want {
			t.Errorf("probability=%v: predict_proba is offered: %v", probability, got)
		}
	}
	f(true, true)
	f(false, false)
	f("deprecated", false)
}

func TestPowi(t *testing.T) {
	f := func(base float64, times int, want float64) {
		t.Helper()
		if got := powi(base, times); got != want {
			t.Errorf("powi(%v, %d) = %v, want %v", base, times, got, want)
		}
	}
	f(3, 0, 1)
	f(3, 1, 3)
	f(-2, 5, -32)
	f(0.5, 10, 1.0/1024)
}

// NaN becomes the least probability, as the comparisons of svm.cpp have it.
func TestSVMClip(t *testing.T) {
	f := func(v, want float64) {
		t.Helper()
		if got := svmClip(v); got != want {
			t.Errorf("%v: got %v, want %v", v, got, want)
		}
	}
	f(math.NaN(), 1e-7)
	f(0, 1e-7)
	f(0.25, 0.25)
	f(1, 1-1e-7)
}
