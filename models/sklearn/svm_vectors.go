package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A vectors is the support vectors of a machine: dense, or sparse if it was fitted
// on a sparse matrix, whose features are often those of a text.
type vectors struct {
	rows, width int
	packed      kernel.Packed // unless sparse
	sparse      *csr          // each row in the order of its columns
}

func readVectors(r pyobj.Ref, name string) (vectors, error) {
	attr, err := r.Need(name)
	if err != nil {
		return vectors{}, err
	}
	if sparseFormat(attr) == "csr" {
		return sparseVectors(attr)
	}
	t, err := matrixAt(attr)
	if err != nil {
		return vectors{}, err
	}
	return vectors{rows: t.rows, width: t.width, packed: kernel.Pack(t.data, t.width)}, nil
}

// sparseVectors reads a CSR matrix. Its width is bounded, and the rest is no larger
// than the arrays in the file.
func sparseVectors(r pyobj.Ref) (vectors, error) {
	var v vectors
	shape, err := integers(r, "_shape")
	if err != nil {
		return v, err
	}
	m := new(csr)
	if m.values, err = r.Floats("data"); err != nil {
		return v, err
	}
	if m.indices, err = ints(r, "indices"); err != nil {
		return v, err
	}
	if m.indptr, err = ints(r, "indptr"); err != nil {
		return v, err
	}
	if len(shape) != 2 || shape[0] < 1 || shape[1] < 1 || shape[1] > maxFeatures ||
		int64(len(m.indptr)) != shape[0]+1 || len(m.indices) != len(m.values) {
		return v, r.Format("a sparse matrix of shape %v with %d row starts, %d indices, %d values",
			shape, len(m.indptr), len(m.indices), len(m.values))
	}
	v.sparse, v.rows, v.width = m, int(shape[0]), int(shape[1])
	return v, m.check(r, v.rows, v.width)
}

// ints reads an array of ints.
func ints(r pyobj.Ref, name string) ([]int, error) {
	values, err := integers(r, name)
	if err != nil {
		return nil, err
	}
	out := make([]int, len(values))
	for i, v := range values {
		out[i] = int(v)
	}
	return out, nil
}

// check holds what every row must: it lies within the arrays, and its columns
// within the width, in increasing order.
func (m *csr) check(r pyobj.Ref, rows, width int) error {
	for i := range rows {
		from, to := m.indptr[i], m.indptr[i+1]
		if from < 0 || from > to || to > len(m.values) {
			return r.Format("row %d of a sparse matrix is [%d, %d) of %d values", i, from, to, len(m.values))
		}
		last := -1
		for _, j := range m.indices[from:to] {
			if j <= last || j >= width {
				return r.Format("row %d of a sparse matrix of %d columns has column %d after column %d", i, width, j, last)
			}
			last = j
		}
	}
	return nil
}

// products writes the products of rows of x with all vectors.
func (v *vectors) products(dst, x []float64) {
	if v.sparse == nil {
		v.packed.Affine(dst, x)
		return
	}
	m := v.sparse
	for ; len(x) > 0; x, dst = x[v.width:], dst[v.rows:] {
		for i := range v.rows {
			sum := 0.0
			for k := m.indptr[i]; k < m.indptr[i+1]; k++ {
				sum += float64(x[m.indices[k]] * m.values[k])
			}
			dst[i] = sum
		}
	}
}

// squaredDistances writes those of rows of x to all vectors. Of a sparse vector only
// the entries are looked at: elsewhere the distance is that to 0.
func (v *vectors) squaredDistances(dst, x []float64) {
	if v.sparse == nil {
		v.packed.SquaredDistances(dst, x)
		return
	}
	m := v.sparse
	for ; len(x) > 0; x, dst = x[v.width:], dst[v.rows:] {
		norm := kernel.Dot(x[:v.width], x)
		for i := range v.rows {
			if math.IsInf(norm, 1) {
				dst[i] = norm
				continue
			}
			sum := norm
			for k := m.indptr[i]; k < m.indptr[i+1]; k++ {
				// (a-b)² - a²
				sum += float64(m.values[k] * (m.values[k] - 2*x[m.indices[k]]))
			}
			dst[i] = max(sum, 0)
		}
	}
}
