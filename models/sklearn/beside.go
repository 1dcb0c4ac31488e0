package sklearn

import (
	"github.com/copal-ml/copal/models"
)

// pick is x[:, columns]; x itself, not to be written into, if columns is nil.
func (ws *workspace) pick(x block, columns []int, width int) block {
	x.owned = false
	if columns == nil {
		return x
	}
	if len(x.columns) == width && x.columns[0].Width == 0 {
		picked := ws.columnsOf(len(columns))
		for i, j := range columns {
			picked[i] = x.columns[j]
		}
		return block{rows: x.rows, columns: picked}
	}
	m := ws.matrix(x)
	k := len(columns)
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	for i := range x.rows {
		row := m.data[i*m.width : (i+1)*m.width]
		for c, j := range columns {
			y.data[i*k+c] = row[j]
		}
	}
	return y
}

// ofStrings reports whether any column of x holds strings.
func ofStrings(x block) bool {
	for i := range x.columns {
		if x.columns[i].DType == models.String {
			return true
		}
	}
	return false
}

// weighted is x * w.
func (ws *workspace) weighted(x block, w float64) block {
	if x.sparse != nil {
		values := ws.floats(len(x.sparse.values))
		for i, v := range x.sparse.values {
			values[i] = v * w
		}
		x.sparse = &csr{indptr: x.sparse.indptr, indices: x.sparse.indices, values: values}
		return x
	}
	y, src := ws.writable(x)
	for i, v := range src {
		y.data[i] = v * w
	}
	return y
}

// besideDense is numpy.hstack of matrices.
func (ws *workspace) besideDense(xs []block, rows, width int) block {
	y := block{rows: rows, width: width, data: ws.floats(rows * width), owned: true}
	at := 0
	for _, x := range xs {
		if x.columns != nil {
			for j := range x.columns {
				c := &x.columns[j]
				scatter(y.data[at:], width, c)
				at += c.Stride()
			}
			continue
		}
		for i := range rows {
			copy(y.data[i*width+at:], x.data[i*x.width:(i+1)*x.width])
		}
		at += x.width
	}
	return y
}

// besideSparse is scipy.sparse.hstack: zeros of dense parts are left out.
func (ws *workspace) besideSparse(xs []block, rows, width int) block {
	most := 0
	for i, x := range xs {
		if x.sparse != nil {
			most += len(x.sparse.values)
			continue
		}
		xs[i] = ws.matrix(x)
		most += len(xs[i].data)
	}
	m := &csr{indptr: ws.ints(rows + 1), indices: ws.ints(most), values: ws.floats(most)}
	n := 0
	m.indptr[0] = 0
	for i := range rows {
		at := 0
		for _, x := range xs {
			if x.sparse == nil {
				n = m.appendDense(n, at, x.data[i*x.width:(i+1)*x.width])
			} else {
				n = m.appendRow(n, at, x.sparse, i)
			}
			at += x.width
		}
		m.indptr[i+1] = n
	}
	m.indices, m.values = m.indices[:n], m.values[:n]
	return block{rows: rows, width: width, sparse: m, owned: true}
}

// appendDense sets the entries from n on to the non-zero values of row, whose
// first column is at. It returns the number of entries.
func (m *csr) appendDense(n, at int, row []float64) int {
	for j, v := range row {
		if v != 0 {
			m.indices[n], m.values[n] = at+j, v
			n++
		}
	}
	return n
}

// appendRow sets the entries from n on to those of row i of x.
func (m *csr) appendRow(n, at int, x *csr, i int) int {
	for k := x.indptr[i]; k < x.indptr[i+1]; k++ {
		m.indices[n], m.values[n] = at+x.indices[k], x.values[k]
		n++
	}
	return n
}

// besideColumns keeps a column for each feature, since some hold strings.
func (ws *workspace) besideColumns(xs []block, parts []part) block {
	total := 0
	for _, p := range parts {
		total += p.width
	}
	y := block{rows: xs[0].rows, columns: ws.columnsOf(total)}
	at := 0
	for i, x := range xs {
		for j := range parts[i].width {
			y.columns[at] = ws.column(x, j)
			at++
		}
	}
	return y
}
