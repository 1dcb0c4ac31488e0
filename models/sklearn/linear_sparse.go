package sklearn

import "github.com/copal-ml/copal/models/kernel"

// decideSparse is decide of a sparse matrix, which never becomes a dense one:
// behind a vectorizer of text, x may have a hundred thousand columns.
func (l *linear) decideSparse(ws *workspace, x block, out []float64) error {
	if err := ws.finiteSparse(x, l.names); err != nil {
		return err
	}
	kernel.AffineSparse(out, x.sparse.indptr, x.sparse.indices, x.sparse.values, l.coef, l.intercept, l.features)
	return nil
}

// finiteSparse is finite of a sparse matrix.
func (ws *workspace) finiteSparse(x block, names []string) error {
	s := x.sparse
	for i := range x.rows {
		from, to := s.indptr[i], s.indptr[i+1]
		if k := kernel.Finite(s.values[from:to]); k >= 0 {
			return ws.badValue(i, s.indices[from+k], s.values[from+k], names)
		}
	}
	return nil
}
