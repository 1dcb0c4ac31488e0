package sklearn

import (
	"sync"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
)

// A coefficients is what dense and sparse rows are multiplied with: a row of features
// coefficients for each output.
type coefficients struct {
	coef     []float64
	features int

	once    sync.Once
	columns []float64 // coef by feature, made when the first sparse row comes
}

// fewOutputs is up to how many it does not pay to have coef by feature.
const fewOutputs = 3

// affine writes x @ coef.T + bias for the rows of a sparse matrix.
func (p *coefficients) affine(dst []float64, m *csr, rows int, bias []float64) {
	k := len(bias)
	if k <= fewOutputs {
		for i := range rows {
			indices, values := m.row(i)
			kernel.AffineSparse(dst[i*k:(i+1)*k], indices, values, p.coef, bias, p.features)
		}
		return
	}
	p.once.Do(func() {
		t := training{data: p.coef, rows: k, width: p.features}
		p.columns = t.transposed().data
	})
	for i := range rows {
		indices, values := m.row(i)
		kernel.AffineColumns(dst[i*k:(i+1)*k], indices, values, p.columns, bias)
	}
}

// project is affine for a block that may be sparse or dense. It refuses what is not
// finite.
func (p *coefficients) project(ws *workspace, x block, dst, bias []float64, names []string) error {
	if x.sparse != nil {
		if err := ws.finiteSparse(x.sparse, names); err != nil {
			return err
		}
		p.affine(dst, x.sparse, x.rows, bias)
		return nil
	}
	m := ws.matrix(x)
	kernel.Affine(dst, m.data, p.coef, bias, p.features)
	// A value that is not finite leaves none of its row's sums finite.
	if kernel.Finite(dst) < 0 {
		return nil
	}
	return ws.finite(m, names)
}

// finiteSparse is finite for a sparse matrix.
func (ws *workspace) finiteSparse(m *csr, names []string) error {
	if i := kernel.Finite(m.values); i >= 0 {
		return ws.badSparse(m, i, names)
	}
	return nil
}

// badSparse refuses entry k of m, which is not finite.
func (ws *workspace) badSparse(m *csr, k int, names []string) error {
	row := 0
	for m.indptr[row+1] <= k {
		row++
	}
	one := block{width: 1, data: m.values[k : k+1]}
	err := ws.bad(one, 0, nil)
	if e, ok := err.(*models.DataError); ok {
		e.Row, e.Column = ws.first+row, m.indices[k]
		if e.Column < len(names) {
			e.Name = names[e.Column]
		}
	}
	return err
}
