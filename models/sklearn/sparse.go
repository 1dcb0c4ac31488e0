package sklearn

import (
	"strings"

	"github.com/copal-ml/copal/models/pyobj"
)

// isSparse reports whether r is a compressed sparse row matrix of SciPy, which
// coef_ is after sparsify(). Its module was scipy.sparse.csr before 1.8.
func isSparse(r pyobj.Ref) bool {
	module, name, ok := r.Class()
	return ok && strings.HasPrefix(module, "scipy.sparse.") && (name == "csr_matrix" || name == "csr_array")
}

// maxSparse bounds what a sparse matrix becomes as a dense one.
const maxSparse = 1 << 22

// readSparse gives the dense form, row-major, and the number of columns. Entries
// that occur twice add up, as in SciPy's toarray.
func readSparse(r pyobj.Ref) (dense []float64, columns int, err error) {
	shape, err := integers(r, "_shape")
	if err != nil {
		return nil, 0, err
	}
	if len(shape) != 2 || shape[0] < 1 || shape[1] < 1 || shape[0] > maxSparse/shape[1] {
		return nil, 0, r.Format("a sparse matrix of shape %v", shape)
	}
	data, err := r.Floats("data")
	if err != nil {
		return nil, 0, err
	}
	indices, err := integers(r, "indices")
	if err != nil {
		return nil, 0, err
	}
	starts, err := integers(r, "indptr")
	if err != nil {
		return nil, 0, err
	}
	if int64(len(starts)) != shape[0]+1 || len(indices) != len(data) {
		return nil, 0, r.Format("a sparse matrix of shape %v with %d row starts, %d indices, %d values",
			shape, len(starts), len(indices), len(data))
	}
	dense = make([]float64, shape[0]*shape[1])
	for i := range shape[0] {
		from, to := starts[i], starts[i+1]
		if from < 0 || from > to || to > int64(len(data)) {
			return nil, 0, r.Format("row %d of a sparse matrix is [%d, %d) of %d values", i, from, to, len(data))
		}
		for k := from; k < to; k++ {
			j := indices[k]
			if j < 0 || j >= shape[1] {
				return nil, 0, r.Format("column %d in a sparse matrix of %d columns", j, shape[1])
			}
			dense[i*shape[1]+j] += data[k]
		}
	}
	return dense, int(shape[1]), nil
}

func integers(r pyobj.Ref, name string) ([]int64, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	n, err := a.Int64s()
	if err != nil {
		return nil, attr.Format("%w", err)
	}
	return n, nil
}
