package sklearn

import (
	"slices"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models/pyobj"
)

// sparseObject is how SciPy pickles a sparse matrix of two rows and three columns.
func sparseObject(format string, attributes ...any) pyobj.Ref {
	o := object(format, append([]any{"_shape", pyobj.Tuple{int64(2), int64(3)}}, attributes...)...)
	o.Class = &pyobj.Global{Module: "scipy.sparse._" + format[:3], Name: format}
	return pyobj.NewRef("coef_", o)
}

func whole(values ...int64) *pyobj.List {
	l := new(pyobj.List)
	for _, v := range values {
		l.Items = append(l.Items, v)
	}
	return l
}

// The formats that SciPy writes for [[0, 1, 2], [3, 0, 0]].
func TestSparseFormats(t *testing.T) {
	want := []float64{0, 1, 2, 3, 0, 0}
	f := func(r pyobj.Ref) {
		t.Helper()
		if got, columns, err := readSparse(r); err != nil || columns != 3 || !slices.Equal(got, want) {
			t.Errorf("got %v, %d columns, %v", got, columns, err)
		}
	}
	f(sparseObject("csr_matrix", "data", list(1.0, 2.0, 3.0), "indices", whole(1, 2, 0), "indptr", whole(0, 2, 3)))
	f(sparseObject("csr_array", "data", list(1.0, 2.0, 3.0), "indices", whole(1, 2, 0), "indptr", whole(0, 2, 3)))
	f(sparseObject("csc_matrix", "data", list(3.0, 1.0, 2.0), "indices", whole(1, 0, 0), "indptr", whole(0, 1, 2, 3)))
	f(sparseObject("coo_matrix", "data", list(1.0, 2.0, 3.0), "row", whole(0, 0, 1), "col", whole(1, 2, 0)))
	f(sparseObject("coo_array", "data", list(1.0, 2.0, 3.0), "coords", pyobj.Tuple{whole(0, 0, 1), whole(1, 2, 0)}))
	f(sparseObject("coo_array", "data", list(1.0, 1.5, 0.5, 3.0), "coords", pyobj.Tuple{whole(0, 0, 0, 1), whole(1, 2, 2, 0)}))
	f(sparseObject("dia_matrix", "data", list(list(3.0, 9.0, 9.0), list(9.0, 1.0, 0.0), list(9.0, 9.0, 2.0)), "offsets", whole(-1, 1, 2)))
}

func TestSparseRefuses(t *testing.T) {
	f := func(want string, r pyobj.Ref) {
		t.Helper()
		if _, _, err := readSparse(r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want …%s", err, want)
		}
	}
	f("column 3 in a sparse matrix of 3 columns", sparseObject("csr_matrix", "data", list(1.0), "indices", whole(3), "indptr", whole(0, 1, 1)))
	f("row -1 in a sparse matrix of 2 rows", sparseObject("coo_matrix", "data", list(1.0), "row", whole(-1), "col", whole(0)))
	f("is [0, 9) of 1 values", sparseObject("csc_matrix", "data", list(1.0), "indices", whole(0), "indptr", whole(0, 9, 1, 1)))
	f("want 1 integers", sparseObject("coo_matrix", "data", list(1.0), "row", whole(0, 1), "col", whole(0)))
	f("1 offsets for 2 diagonals", sparseObject("dia_matrix", "data", list(list(1.0), list(2.0)), "offsets", whole(1)))
	f("in the format bsr is not supported", sparseObject("bsr_matrix"))
	f("in the format lil is not supported", sparseObject("lil_array"))
}
