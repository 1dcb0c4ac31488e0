package sklearn

import (
	"fmt"
	"slices"
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

// maxSparse bounds the rows and columns of a sparse matrix, which may be mere
// claims, and what it becomes as a dense one.
const maxSparse = 1 << 22

// A sparseMatrix is a csr in a model: the columns of each row increase.
type sparseMatrix struct {
	csr
	rows, width int
}

// readCSR reads a sparse matrix of any format. Entries that occur twice add up, as
// in SciPy's toarray.
func readCSR(r pyobj.Ref) (*sparseMatrix, error) {
	shape, err := r.Ints("_shape")
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 || shape[0] < 1 || shape[1] < 1 {
		return nil, r.Format("a sparse matrix of shape %v", shape)
	}
	if shape[0] > maxSparse || shape[1] > maxSparse {
		return nil, r.Unsupported(fmt.Sprintf("a sparse matrix of shape %v", shape),
			fmt.Sprintf("Fit on at most %d rows and features.", maxSparse))
	}
	m := &sparseMatrix{rows: int(shape[0]), width: int(shape[1])}
	if err := m.read(r); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	m.sort()
	return m, nil
}

// read reads the values and where they are.
func (m *sparseMatrix) read(r pyobj.Ref) (err error) {
	format := sparseFormat(r)
	switch format {
	case "dia":
		return m.readDiagonals(r)
	case "csr", "csc", "coo":
	default:
		return r.Unsupported("a sparse matrix in the format "+clip(format), "Convert it with tocsr() before you fit.")
	}
	if m.values, err = r.Floats("data"); err != nil {
		return err
	}
	switch format {
	case "csr":
		return m.readCompressed(r)
	case "csc":
		return m.readColumns(r)
	}
	return m.readCoordinates(r)
}

// readCompressed reads indptr and indices of m, which has its values.
func (m *sparseMatrix) readCompressed(r pyobj.Ref) (err error) {
	if m.indices, err = ints(r, "indices"); err != nil {
		return err
	}
	if m.indptr, err = ints(r, "indptr"); err != nil {
		return err
	}
	if len(m.indptr) != m.rows+1 || len(m.indices) != len(m.values) {
		return r.Format("a sparse matrix of shape [%d %d] with %d row starts, %d indices, %d values",
			m.rows, m.width, len(m.indptr), len(m.indices), len(m.values))
	}
	for i := range m.rows {
		if from, to := m.indptr[i], m.indptr[i+1]; from < 0 || from > to || to > len(m.values) {
			return r.Format("row %d of a sparse matrix is [%d, %d) of %d values", i, from, to, len(m.values))
		}
	}
	return m.inside(r, m.indices, m.width, "column")
}

// readColumns reads a matrix that is stored as its transpose is in csr.
func (m *sparseMatrix) readColumns(r pyobj.Ref) error {
	t := &sparseMatrix{csr: csr{values: m.values}, rows: m.width, width: m.rows}
	if err := t.readCompressed(r); err != nil {
		return err
	}
	m.csr = t.transposed()
	return nil
}

// readCoordinates reads rows and columns: row and col, or since SciPy 1.13 coords.
func (m *sparseMatrix) readCoordinates(r pyobj.Ref) error {
	var at [2][]int
	for axis, name := range []string{"row", "col"} {
		attr, ok := r.Attr(name)
		if !ok {
			coords, err := r.Need("coords")
			if err != nil {
				return err
			}
			if attr, err = coords.Index(axis); err != nil {
				return err
			}
		}
		a, err := attr.Array()
		if err != nil {
			return err
		}
		values, err := a.Int64s()
		if err != nil || len(values) != len(m.values) {
			return attr.Format("want %d integers, got %s of shape %v", len(m.values), a.DType, a.Shape)
		}
		for _, v := range values {
			at[axis] = append(at[axis], int(v))
		}
	}
	if err := m.inside(r, at[0], m.rows, "row"); err != nil {
		return err
	}
	if err := m.inside(r, at[1], m.width, "column"); err != nil {
		return err
	}
	m.gatherRows(at[0], at[1], m.values)
	return nil
}

// readDiagonals reads DIA: row k of data is the diagonal offsets[k], by columns.
func (m *sparseMatrix) readDiagonals(r pyobj.Ref) error {
	t, err := matrixOf(r, "data", 0)
	if err != nil {
		return err
	}
	offsets, err := r.Ints("offsets")
	if err != nil {
		return err
	}
	if len(offsets) != t.rows {
		return r.Format("%d offsets for %d diagonals", len(offsets), t.rows)
	}
	var rows, columns []int
	var values []float64
	for k, offset := range offsets {
		for j, v := range t.row(k) {
			if i := int64(j) - offset; j < m.width && i >= 0 && i < int64(m.rows) {
				rows, columns, values = append(rows, int(i)), append(columns, j), append(values, v)
			}
		}
	}
	m.gatherRows(rows, columns, values)
	return nil
}

func (m *sparseMatrix) inside(r pyobj.Ref, indices []int, n int, what string) error {
	for _, j := range indices {
		if j < 0 || j >= n {
			return r.Format("%s %d in a sparse matrix of %d %ss", what, j, n, what)
		}
	}
	return nil
}

// gatherRows sets m to the given entries, row by row.
func (m *sparseMatrix) gatherRows(rows, columns []int, values []float64) {
	m.csr = csr{indptr: make([]int, m.rows+1), indices: make([]int, len(values)), values: make([]float64, len(values))}
	for _, i := range rows {
		m.indptr[i+1]++
	}
	for i := range m.rows {
		m.indptr[i+1] += m.indptr[i]
	}
	next := slices.Clone(m.indptr)
	for k, i := range rows {
		at := next[i]
		next[i]++
		m.indices[at], m.values[at] = columns[k], values[k]
	}
}

// transposed has the entries of column j as row j, in the order of the rows.
func (m *sparseMatrix) transposed() csr {
	t := &sparseMatrix{rows: m.width, width: m.rows}
	var rows, columns []int
	var values []float64
	for i := range m.rows {
		for k := m.indptr[i]; k < m.indptr[i+1]; k++ {
			rows, columns, values = append(rows, m.indices[k]), append(columns, i), append(values, m.values[k])
		}
	}
	t.gatherRows(rows, columns, values)
	return t.csr
}

// sort puts the columns of each row in order and adds up those that are there twice.
func (m *sparseMatrix) sort() {
	if m.sorted() {
		return
	}
	t := sparseMatrix{csr: m.transposed(), rows: m.width, width: m.rows}
	m.csr = t.transposed()
	at, first := 0, 0
	for i := range m.rows {
		for k := first; k < m.indptr[i+1]; k++ {
			if at > m.indptr[i] && m.indices[at-1] == m.indices[k] {
				m.values[at-1] += m.values[k]
				continue
			}
			m.indices[at], m.values[at] = m.indices[k], m.values[k]
			at++
		}
		first, m.indptr[i+1] = m.indptr[i+1], at
	}
	m.indices, m.values = m.indices[:at], m.values[:at]
}

func (m *sparseMatrix) sorted() bool {
	for i := range m.rows {
		row := m.indices[m.indptr[i]:m.indptr[i+1]]
		for k := 1; k < len(row); k++ {
			if row[k] <= row[k-1] {
				return false
			}
		}
	}
	return true
}

// readSparse gives the dense form, row-major, and the number of columns.
func readSparse(r pyobj.Ref) (dense []float64, columns int, err error) {
	m, err := readCSR(r)
	if err != nil {
		return nil, 0, err
	}
	if m.rows > maxSparse/m.width {
		return nil, 0, r.Unsupported(fmt.Sprintf("a sparse matrix of shape [%d %d], which would be kept as a dense one,", m.rows, m.width),
			"Fit on fewer rows or on fewer features; of coefficients, call densify() before you save the model.")
	}
	dense = make([]float64, m.rows*m.width)
	m.write(dense, m.rows, m.width)
	return dense, m.width, nil
}

// ints reads an array of ints.
func ints(r pyobj.Ref, name string) ([]int, error) {
	values, err := r.Ints(name)
	if err != nil {
		return nil, err
	}
	out := make([]int, len(values))
	for i, v := range values {
		out[i] = int(v)
	}
	return out, nil
}
