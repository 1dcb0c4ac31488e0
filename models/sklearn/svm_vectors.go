package sklearn

import (
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A vectors is the rows that a machine compares with: dense, or sparse if it was
// fitted on a sparse matrix, whose features are often those of a text.
type vectors struct {
	training           // without data if sparse
	sparse   *inverted // nil if dense
	entries  *csr      // of sparse
}

func readVectors(r pyobj.Ref, name string) (vectors, error) {
	attr, err := r.Need(name)
	if err != nil {
		return vectors{}, err
	}
	if isSparse(attr) {
		m, err := readCSR(attr)
		if err != nil {
			return vectors{}, err
		}
		return newSparseVectors(m), nil
	}
	t, err := matrixAt(attr)
	return vectors{training: t}, err
}

func newSparseVectors(m *sparseMatrix) vectors {
	return vectors{training: training{rows: m.rows, width: m.width}, sparse: invert(m), entries: &m.csr}
}

// products writes the products of rows of x, dense ones, with all vectors, which are
// dense too.
func (v *vectors) products(dst, x []float64) { kernel.Gram(dst, x, v.data, v.width) }

// squaredDistances writes those of rows of x to all vectors, both dense.
func (v *vectors) squaredDistances(dst, x []float64) {
	kernel.SquaredDistances(dst, x, v.data, v.width)
}

// squaredDistance is that of a sparse row to vector j, entry by entry: the sum of
// which squaredDistances of an inverted only knows the difference of large parts.
func (v *vectors) squaredDistance(indices []int, values []float64, j int) (sum float64) {
	others, theirs := v.entries.row(j)
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
