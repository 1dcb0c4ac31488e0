package sklearn

import (
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A vectors is the support vectors of a machine: dense, or sparse if it was fitted
// on a sparse matrix, whose features are often those of a text.
type vectors struct {
	rows, width int
	packed      kernel.Packed // unless sparse
	sparse      *inverted
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
		return vectors{rows: m.rows, width: m.width, sparse: invert(m)}, nil
	}
	t, err := matrixAt(attr)
	if err != nil {
		return vectors{}, err
	}
	return vectors{rows: t.rows, width: t.width, packed: kernel.Pack(t.data, t.width)}, nil
}

// products writes the products of rows of x with all vectors, which are dense.
func (v *vectors) products(dst, x []float64) { v.packed.Affine(dst, x) }

// squaredDistances writes those of rows of x to all vectors, which are dense.
func (v *vectors) squaredDistances(dst, x []float64) { v.packed.SquaredDistances(dst, x) }
