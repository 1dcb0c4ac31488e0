package sklearn

import (
	"errors"
	"math"
	"testing"

	"github.com/copal-ml/copal/models"
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

func TestSparseVectors(t *testing.T) {
	f := func(m *pyobj.Object, want string) {
		t.Helper()
		_, err := sparseVectors(pyobj.NewRef("v", m))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f(sparseOf(list(int64(0), int64(3)), list(1.0, 2.0), int64(0), int64(2)), "")
	const at = "not a valid pickle file: at byte 7: v: "
	f(sparseOf(list(int64(3), int64(0)), list(1.0, 2.0), int64(0), int64(2)), at+"row 0 of a sparse matrix of 4 columns has column 0 after column 3")
	f(sparseOf(list(int64(0), int64(4)), list(1.0, 2.0), int64(0), int64(2)), at+"row 0 of a sparse matrix of 4 columns has column 4 after column 0")
	f(sparseOf(list(int64(-1)), list(1.0), int64(0), int64(1)), at+"row 0 of a sparse matrix of 4 columns has column -1 after column -1")
	f(sparseOf(list(int64(0)), list(1.0), int64(0), int64(2)), at+"row 0 of a sparse matrix is [0, 2) of 1 values")
	f(sparseOf(list(int64(0)), list(1.0), int64(0)), at+"a sparse matrix of shape [1 4] with 1 row starts, 1 indices, 1 values")
	f(sparseOf(list(int64(0)), list(1.0, 2.0), int64(0), int64(1)), at+"a sparse matrix of shape [1 4] with 2 row starts, 1 indices, 2 values")
}

// Sparse and dense vectors have the same products and distances.
func TestSparseVectorsAsDense(t *testing.T) {
	s, err := sparseVectors(pyobj.NewRef("v", sparseOf(list(int64(1), int64(3)), list(2.0, -1.0), int64(0), int64(2))))
	if err != nil {
		t.Fatal(err)
	}
	d := vectors{training: training{data: []float64{0, 2, 0, -1}, rows: 1, width: 4}}
	x := []float64{1, 2, 3, 4, 0, 2, 0, -1, 0, 0, 0, 0, 1e200, 1, 1, 1}
	for name, run := range map[string]func(v *vectors, dst []float64){
		"products":         func(v *vectors, dst []float64) { v.products(dst, x) },
		"squaredDistances": func(v *vectors, dst []float64) { v.squaredDistances(dst, x) },
	} {
		var got, want [4]float64
		run(&s, got[:])
		run(&d, want[:])
		if got != want {
			t.Errorf("%s: sparse %v, dense %v", name, got, want)
		}
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
