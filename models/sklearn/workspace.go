package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
)

// A workspace is the scratch of one Predict at a time. Its memory is reused from
// window to window and from request to request.
type workspace struct {
	first   int             // row of the request that the window starts at
	columns []models.Column // the window of the request's columns
	arena   []float64
	used    int
	whole   []int // scratch of ints
	taken   int
	spent   int       // values of both since reset
	single  []float32 // scratch of single precision
	outs    [][]float64
	order   []int        // of the request's columns, for named ports
	named   models.Frame // those of the request's columns that the model names
	typed   typedScratch
	scratch *textScratch
	sparse  []*csr
	lent    int     // of sparse
	blocks  []block // that are to stand side by side
}

// text is the scratch of text analysis, for one use at a time.
func (ws *workspace) text() *textScratch {
	if ws.scratch == nil {
		ws.scratch = new(textScratch)
	}
	return ws.scratch
}

// growing is an empty sparse matrix that lives until reset and keeps its memory,
// for rows whose number of entries is not known ahead.
func (ws *workspace) growing() *csr {
	if ws.lent == len(ws.sparse) {
		ws.sparse = append(ws.sparse, new(csr))
	}
	m := ws.sparse[ws.lent]
	m.indptr, m.indices, m.values = m.indptr[:0], m.indices[:0], m.values[:0]
	ws.lent++
	return m
}

// floats returns n values of scratch, not cleared, that live until reset.
func (ws *workspace) floats(n int) []float64 {
	if ws.used+n > len(ws.arena) {
		// Slices handed out before keep the old arena alive until reset.
		ws.arena = make([]float64, max(2*len(ws.arena), n))
		ws.used = 0
	}
	ws.spent += n
	s := ws.arena[ws.used : ws.used+n : ws.used+n]
	ws.used += n
	return s
}

// ints returns n ints of scratch, not cleared, that live until reset.
func (ws *workspace) ints(n int) []int {
	if ws.taken+n > len(ws.whole) {
		ws.whole = make([]int, max(2*len(ws.whole), n))
		ws.taken = 0
	}
	ws.spent += n
	s := ws.whole[ws.taken : ws.taken+n : ws.taken+n]
	ws.taken += n
	return s
}

// singles returns n values of scratch in single precision, not cleared, for one use
// at a time.
func (ws *workspace) singles(n int) []float32 {
	if n > len(ws.single) {
		ws.single = make([]float32, n)
	}
	return ws.single[:n]
}

// slices returns the list of the given outputs, which lives until reset.
func (ws *workspace) slices(out ...[]float64) [][]float64 {
	first := len(ws.outs)
	ws.outs = append(ws.outs, out...)
	return ws.outs[first:len(ws.outs):len(ws.outs)]
}

// reset makes all scratch free again.
func (ws *workspace) reset() {
	ws.used, ws.taken, ws.spent, ws.lent = 0, 0, 0, 0
	clear(ws.outs)
	ws.outs = ws.outs[:0]
	clear(ws.blocks)
	ws.blocks = ws.blocks[:0]
	ws.typed.reset()
}

// window returns rows [from, to) of src as a block.
func (ws *workspace) window(src *models.Frame, from, to int) block {
	ws.first = from
	ws.columns = ws.columns[:0]
	for i := range src.Columns {
		ws.columns = append(ws.columns, rowsOf(&src.Columns[i], from, to))
	}
	return block{rows: to - from, columns: ws.columns}
}

// release drops every reference to the request.
func (ws *workspace) release() {
	ws.reset() // the outputs are the caller's
	clear(ws.columns[:cap(ws.columns)])
	ws.columns = ws.columns[:0]
	clear(ws.named.Columns[:cap(ws.named.Columns)])
}

func rowsOf(c *models.Column, from, to int) models.Column {
	n := c.Stride()
	from, to = from*n, to*n
	w := models.Column{Name: c.Name, DType: c.DType, Width: c.Width}
	switch c.DType {
	case models.Float64:
		w.F64 = c.F64[from:to]
	case models.Float32:
		w.F32 = c.F32[from:to]
	case models.Int64:
		w.I64 = c.I64[from:to]
	case models.Bool:
		w.Bool = c.Bool[from:to]
	case models.String:
		w.Str = c.Str[from:to]
	}
	if len(c.Null) > 0 {
		w.Null = c.Null[from:to]
	}
	return w
}

// matrix gives x as a matrix: itself if it is one, the caller's own data if that
// already has the layout, else a converted copy.
func (ws *workspace) matrix(x block) block {
	if x.sparse != nil {
		return ws.dense(x)
	}
	if x.columns == nil {
		return x
	}
	if c := &x.columns[0]; len(x.columns) == 1 && c.DType == models.Float64 {
		return block{rows: x.rows, width: c.Stride(), data: c.F64}
	}
	width := 0
	for i := range x.columns {
		width += x.columns[i].Stride()
	}
	m := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	at := 0
	for i := range x.columns {
		scatter(m.data[at:], width, &x.columns[i])
		at += x.columns[i].Stride()
	}
	return m
}

// dense gives a sparse matrix as a dense one.
func (ws *workspace) dense(x block) block {
	m := block{rows: x.rows, width: x.width, data: ws.floats(x.rows * x.width), owned: true}
	x.sparse.write(m.data, x.rows, x.width)
	return m
}

// fill writes the values of x, a matrix after ws.matrix, into dst.
func (ws *workspace) fill(dst []float64, x block) {
	if x.sparse != nil {
		x.sparse.write(dst, x.rows, x.width)
		return
	}
	copy(dst, ws.matrix(x).data)
}

// write writes m as a dense matrix of that size.
func (m *csr) write(dst []float64, rows, width int) {
	clear(dst)
	for i := range rows {
		row := dst[i*width : (i+1)*width]
		for k := m.indptr[i]; k < m.indptr[i+1]; k++ {
			row[m.indices[k]] += m.values[k]
		}
	}
}

// writable gives x as a matrix that may be overwritten and the values to read
// for it, which are the same if x already was the workspace's own.
func (ws *workspace) writable(x block) (dst block, src []float64) {
	m := ws.matrix(x)
	src = m.data
	if !m.owned {
		m.data, m.owned = ws.floats(len(m.data)), true
	}
	return m, src
}

// scatter writes the values of c, Stride() a row, into rows of the given width.
func scatter(dst []float64, width int, c *models.Column) {
	n := c.Stride()
	put := func(i int) int { return i/n*width + i%n }
	if c.DType == models.String { // no number, which only a file that contradicts itself asks for
		for i := range c.Str {
			dst[put(i)] = math.NaN()
		}
	}
	switch c.DType {
	case models.Float64:
		for i, v := range c.F64 {
			dst[put(i)] = v
		}
	case models.Float32:
		for i, v := range c.F32 {
			dst[put(i)] = float64(v)
		}
	case models.Int64:
		for i, v := range c.I64 {
			dst[put(i)] = float64(v)
		}
	case models.Bool:
		for i, v := range c.Bool {
			dst[put(i)] = 0
			if v {
				dst[put(i)] = 1
			}
		}
	}
	for i, missing := range c.Null {
		if missing {
			dst[put(i)] = math.NaN()
		}
	}
}

// Words of sklearn/utils/validation.py, _assert_all_finite_element_wise.
const (
	containsNaN      = "Input X contains NaN."
	containsInfinity = "Input X contains infinity or a value too large for dtype('float64')."
)

// finite refuses NaN and infinity, as check_array does by default.
func (ws *workspace) finite(x block, names []string) error {
	i := kernel.Finite(x.data)
	if i < 0 {
		return nil
	}
	return ws.bad(x, i, names)
}

// finiteOrNaN refuses infinity, as check_array(ensure_all_finite="allow-nan").
func (ws *workspace) finiteOrNaN(x block, names []string) error {
	if kernel.Finite(x.data) < 0 {
		return nil
	}
	i := kernel.FirstInf(x.data)
	if i < 0 {
		return nil
	}
	return ws.bad(x, i, names)
}

func (ws *workspace) bad(x block, i int, names []string) error {
	e := &models.DataError{Row: ws.first + i/x.width, Column: i % x.width, Text: containsInfinity}
	if math.IsNaN(x.data[i]) {
		e.Text = containsNaN
	}
	if e.Column < len(names) {
		e.Name = names[e.Column]
	}
	return e
}
