package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/kernel"
)

// An inverted is the rows of a sparse matrix by column, as an index of texts is by
// word: what a sparse row has in common with all of them is found without a look
// at the rest.
type inverted struct {
	rows, width int
	starts      []int     // of each column
	at          []int32   // rows
	values      []float64 // of the entries
	squares     []float64 // of each row: the product with itself
}

func invert(m *sparseMatrix) *inverted {
	t := m.transposed()
	v := &inverted{rows: m.rows, width: m.width, starts: t.indptr, values: t.values,
		at: make([]int32, len(t.indices)), squares: make([]float64, m.rows)}
	for k, i := range t.indices {
		v.at[k] = int32(i) // rows are at most maxSparse
	}
	for i := range m.rows {
		row := m.values[m.indptr[i]:m.indptr[i+1]]
		v.squares[i] = kernel.Dot(row, row)
	}
	return v
}

// products writes those of a sparse row with all rows of v, each in the order of
// the columns.
func (v *inverted) products(dst []float64, indices []int, values []float64) {
	dst = dst[:v.rows]
	clear(dst)
	for k, j := range indices {
		from, to := v.starts[j], v.starts[j+1]
		kernel.AddAt(dst, v.at[from:to], v.values[from:to], values[k])
	}
}

// squaredDistances writes those of a sparse row to all rows of v, as x·x + y·y - 2x·y.
func (v *inverted) squaredDistances(dst []float64, indices []int, values []float64) {
	norm := kernel.Dot(values, values)
	v.products(dst, indices, values)
	for i, p := range dst[:v.rows] {
		dst[i] = max(norm+v.squares[i]-2*p, 0)
		if math.IsInf(norm, 1) {
			dst[i] = norm
		}
	}
}

// entries gives x as a sparse matrix that is only read. It refuses what is not
// finite.
func (ws *workspace) entries(x block, names []string) (*csr, error) {
	if x.sparse != nil {
		return x.sparse, ws.finiteSparse(x.sparse, names)
	}
	y, err := ws.compressed(x, names)
	return y.sparse, err
}

// squaredDistance is that of a sparse row to row i of m, entry by entry, where
// squaredDistances of an inverted is a difference of large parts.
func (m *csr) squaredDistance(i int, indices []int, values []float64) (sum float64) {
	others, theirs := m.row(i)
	add := func(d float64) { sum += float64(d * d) }
	for len(indices) > 0 && len(others) > 0 {
		switch {
		case indices[0] == others[0]:
			add(values[0] - theirs[0])
			indices, values, others, theirs = indices[1:], values[1:], others[1:], theirs[1:]
		case indices[0] < others[0]:
			add(values[0])
			indices, values = indices[1:], values[1:]
		default:
			add(theirs[0])
			others, theirs = others[1:], theirs[1:]
		}
	}
	for _, rest := range [][]float64{values, theirs} {
		for _, d := range rest {
			add(d)
		}
	}
	return sum
}
