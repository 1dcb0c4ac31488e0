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
		picked := ws.typed.columns.take(len(columns))
		for i, j := range columns {
			picked[i] = x.columns[j]
		}
		return block{rows: x.rows, columns: picked}
	}
	if len(x.columns) == 1 && x.columns[0].DType == models.String {
		return ws.pickTexts(&x.columns[0], columns, x.rows)
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

// pickTexts is m[:, columns] of a matrix of strings.
func (ws *workspace) pickTexts(m *models.Column, columns []int, rows int) block {
	picked := ws.typed.columns.take(len(columns))
	for i, j := range columns {
		c := models.Column{DType: models.String, Str: ws.typed.texts.take(rows)}
		for row := range rows {
			c.Str[row] = m.Str[row*m.Width+j]
		}
		if len(m.Null) > 0 {
			c.Null = ws.typed.flags.take(rows)
			for row := range rows {
				c.Null[row] = m.Null[row*m.Width+j]
			}
		}
		picked[i] = c
	}
	return block{rows: rows, columns: picked}
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
		m := &ws.typed.sparse.take(1)[0]
		m.indptr, m.indices, m.values = x.sparse.indptr, x.sparse.indices, values
		x.sparse = m
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
	m := ws.csr(rows, most)
	for i := range rows {
		at := 0
		for _, x := range xs {
			if x.sparse == nil {
				m.appendDense(at, x.data[i*x.width:(i+1)*x.width])
			} else {
				m.appendRow(at, x.sparse, i)
			}
			at += x.width
		}
		m.indptr = append(m.indptr, len(m.indices))
	}
	return block{rows: rows, width: width, sparse: m, owned: true}
}

// appendDense adds the non-zero values of row, whose first column is at.
func (m *csr) appendDense(at int, row []float64) {
	for j, v := range row {
		if v != 0 {
			m.indices, m.values = append(m.indices, at+j), append(m.values, v)
		}
	}
}

// appendRow adds the entries of row i of x, whose first column is at.
func (m *csr) appendRow(at int, x *csr, i int) {
	for k := x.indptr[i]; k < x.indptr[i+1]; k++ {
		m.indices, m.values = append(m.indices, at+x.indices[k]), append(m.values, x.values[k])
	}
}

// besideColumns keeps a column for each feature, since some hold strings.
func (ws *workspace) besideColumns(xs []block, parts []part) block {
	total := 0
	for _, p := range parts {
		total += p.width
	}
	y := block{rows: xs[0].rows, columns: ws.typed.columns.take(total)}
	at := 0
	for i, x := range xs {
		for j := range parts[i].width {
			y.columns[at] = ws.column(x, j)
			at++
		}
	}
	return y
}
