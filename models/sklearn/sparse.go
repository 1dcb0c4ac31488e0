package sklearn

import (
	"strings"

	"github.com/copal-ml/copal/models/pyobj"
)

// isSparse reports whether r is a sparse matrix or array of SciPy, which coef_ is
// after sparsify(). Its module was scipy.sparse.csr before 1.8.
func isSparse(r pyobj.Ref) bool { return sparseFormat(r) != "" }

// sparseFormat is "csr", "csc", "coo", "dia" or another of SciPy's; "" for what is
// not sparse.
func sparseFormat(r pyobj.Ref) string {
	module, name, ok := r.Class()
	if _, is := r.Value().(*pyobj.Object); !ok || !is || !strings.HasPrefix(module, "scipy.sparse.") {
		return ""
	}
	for _, kind := range []string{"_matrix", "_array"} {
		if format, ok := strings.CutSuffix(name, kind); ok {
			return format
		}
	}
	return ""
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
	m := &densified{rows: shape[0], columns: shape[1], data: make([]float64, shape[0]*shape[1])}
	switch format := sparseFormat(r); format {
	case "csr":
		err = m.compressed(r, m.rows, func(i, j int64) (int64, int64) { return i, j })
	case "csc":
		err = m.compressed(r, m.columns, func(i, j int64) (int64, int64) { return j, i })
	case "coo":
		err = m.coordinates(r)
	case "dia":
		err = m.diagonals(r)
	default:
		err = r.Unsupported("a sparse matrix in the format "+clip(format), "Convert it with tocsr() before you fit.")
	}
	return m.data, int(m.columns), err
}

// densified is the dense form of a sparse matrix while it is read.
type densified struct {
	rows, columns int64
	data          []float64
}

func (m *densified) add(r pyobj.Ref, i, j int64, v float64) error {
	if i < 0 || i >= m.rows || j < 0 || j >= m.columns {
		return r.Format("an entry at [%d, %d] in a sparse matrix of %d rows and %d columns", i, j, m.rows, m.columns)
	}
	m.data[i*m.columns+j] += v
	return nil
}

// compressed reads CSR, or CSC whose lines are columns.
func (m *densified) compressed(r pyobj.Ref, lines int64, place func(line, k int64) (i, j int64)) error {
	data, err := r.Floats("data")
	if err != nil {
		return err
	}
	indices, err := integers(r, "indices")
	if err != nil {
		return err
	}
	starts, err := integers(r, "indptr")
	if err != nil {
		return err
	}
	if int64(len(starts)) != lines+1 || len(indices) != len(data) {
		return r.Format("a sparse matrix of %d×%d with %d starts, %d indices, %d values", m.rows, m.columns, len(starts), len(indices), len(data))
	}
	for line := range lines {
		from, to := starts[line], starts[line+1]
		if from < 0 || from > to || to > int64(len(data)) {
			return r.Format("row or column %d of a sparse matrix is [%d, %d) of %d values", line, from, to, len(data))
		}
		for k := from; k < to; k++ {
			i, j := place(line, indices[k])
			if err := m.add(r, i, j, data[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

// coordinates reads COO: row and col, which are the pair coords since SciPy 1.13.
func (m *densified) coordinates(r pyobj.Ref) error {
	data, err := r.Floats("data")
	if err != nil {
		return err
	}
	at := [2][]int64{}
	coords, isPair := r.Attr("coords")
	for k, name := range [...]string{"row", "col"} {
		part := r
		if !isPair {
			part, err = r.Need(name)
		} else {
			part, err = coords.Index(k)
		}
		if err != nil {
			return err
		}
		a, err := part.Array()
		if err != nil {
			return err
		}
		if at[k], err = a.Int64s(); err != nil || len(at[k]) != len(data) {
			return part.Format("%d coordinates for %d values", len(at[k]), len(data))
		}
	}
	for k, v := range data {
		if err := m.add(r, at[0][k], at[1][k], v); err != nil {
			return err
		}
	}
	return nil
}

// diagonals reads DIA: row k of data is the diagonal offsets[k], by columns.
func (m *densified) diagonals(r pyobj.Ref) error {
	t, err := matrixOf(r, "data", 0)
	if err != nil {
		return err
	}
	offsets, err := integers(r, "offsets")
	if err != nil {
		return err
	}
	if len(offsets) != t.rows {
		return r.Format("%d offsets for %d diagonals", len(offsets), t.rows)
	}
	for k, offset := range offsets {
		for j, v := range t.row(k) {
			if i := int64(j) - offset; int64(j) < m.columns && i >= 0 && i < m.rows {
				m.data[i*m.columns+int64(j)] += v
			}
		}
	}
	return nil
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
