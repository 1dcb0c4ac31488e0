package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
)

// decideSparse is decide of a sparse matrix, which never becomes a dense one.
func (l *linear) decideSparse(ws *workspace, x block, out []float64) error {
	m, k := x.sparse, len(l.intercept)
	if i := kernel.Finite(m.values); i >= 0 {
		return ws.badSparse(m, i, l.names)
	}
	for i := range x.rows {
		from, to := m.indptr[i], m.indptr[i+1]
		kernel.AffineSparse(out[i*k:(i+1)*k], m.indices[from:to], m.values[from:to], l.coef, l.intercept, l.features)
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
