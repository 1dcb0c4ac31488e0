package sklearn

import (
	"math"
	"strconv"

	"github.com/copal-ml/copal/models"
)

// The needs of a node that are no types: node.types may hold these beside
// models.Float64 and models.String.
const (
	// unused is the need of a column that is dropped: a table need not have it.
	unused models.DType = 255 - iota
	// anything is the need of a column that is passed on as it is.
	anything
)

// merge is the need of two nodes that share an input.
func merge(a, b models.DType) models.DType {
	switch {
	case a == unused || a == anything && b != unused:
		return b
	case b == unused || b == anything:
		return a
	case a == models.String || b == models.String:
		return models.String
	}
	return a
}

// needs is n.types for an input of the given width.
func (n *node) needs(width int) []models.DType {
	if n.types != nil {
		return n.types
	}
	return make([]models.DType, width) // Float64
}

// mixed reports whether a row of the input cannot be a row of a matrix.
func mixed(types []models.DType) bool {
	for _, t := range types {
		if t == models.String || t == unused {
			return true
		}
	}
	return false
}

// settled are the types that columns of such needs have as inputs.
func settled(needs []models.DType) []models.DType {
	types := make([]models.DType, len(needs))
	for i, t := range needs {
		types[i] = models.Float64
		if t == models.String {
			types[i] = t
		}
	}
	return types
}

// hasStrings reports whether any column is one of strings.
func hasStrings(types []models.DType) bool {
	for _, t := range types {
		if t == models.String {
			return true
		}
	}
	return false
}

// featureNames are those that the model knows, or x0, x1, … as scikit-learn
// makes them up (sklearn/utils/validation.py, _generate_get_feature_names_out).
func featureNames(names []string, width int) []string {
	if len(names) == width {
		return names
	}
	out := make([]string, width)
	for i := range out {
		out[i] = "x" + strconv.Itoa(i)
	}
	return out
}

// An input says how the columns of a request become the first block of a plan:
// all of them as they came, if the input is a matrix, or one block column for
// each of the plan's, in order and of the wanted type.
type input struct {
	ports []models.Port
	place map[string]int // of a port, by name
	of    []int          // the column of the block that a port is
	width int            // of the block
}

// inputOf tells the input of n. A table with columns of strings, or with columns
// that nobody looks at, has a port for each column that is needed; otherwise
// the input is one matrix.
func inputOf(n *node) *input {
	in := &input{width: n.features}
	if len(n.types) != n.features || !mixed(n.types) {
		in.ports = []models.Port{numbers(n.features)}
		return in
	}
	in.place = make(map[string]int)
	names := featureNames(n.names, n.features)
	for j, t := range settled(n.types) {
		if n.types[j] == unused && len(n.names) > 0 {
			continue
		}
		in.place[names[j]] = len(in.ports)
		in.ports = append(in.ports, models.Port{Name: names[j], DType: t})
		in.of = append(in.of, j)
	}
	return in
}

// order finds the column of src for each port; nil if src is one matrix.
func (in *input) order(ws *workspace, src *models.Frame) []int {
	if len(src.Columns) == 1 && src.Columns[0].Width > 0 {
		return nil
	}
	ws.order = ws.order[:0]
	for i := range in.ports {
		ws.order = append(ws.order, i)
	}
	for i := range src.Columns {
		if i < len(in.ports) && src.Columns[i].Name == in.ports[i].Name {
			continue
		}
		if port, ok := in.place[src.Columns[i].Name]; ok {
			ws.order[port] = i
		}
	}
	return ws.order
}

// window returns rows [from, to) of src as the first block of the plan.
func (in *input) window(ws *workspace, src *models.Frame, from, to int) block {
	if in.place == nil {
		return ws.window(src, from, to)
	}
	order := in.order(ws, src)
	ws.first = from
	ws.columns = ws.columns[:0]
	for range in.width {
		ws.columns = append(ws.columns, models.Column{})
	}
	for p, port := range in.ports {
		var c models.Column
		if order == nil {
			c = partOf(&src.Columns[0], p, from, to)
		} else {
			c = rowsOf(&src.Columns[order[p]], from, to)
		}
		c.Name = port.Name
		ws.columns[in.of[p]] = ws.typed(c, port.DType, to-from)
	}
	for j := range ws.columns {
		if c := &ws.columns[j]; c.F64 == nil && c.Str == nil {
			c.F64 = ws.absent(to - from)
		}
	}
	return block{rows: to - from, columns: ws.columns}
}

// absent is a column of NaN, for one that nobody looks at.
func (ws *workspace) absent(n int) []float64 {
	f := ws.floats(n)
	for i := range f {
		f[i] = math.NaN()
	}
	return f
}

// typed gives numbers as float64.
func (ws *workspace) typed(c models.Column, t models.DType, n int) models.Column {
	if t == models.String || c.DType == models.Float64 {
		return c
	}
	f := ws.floats(n)
	scatter(f, 1, &c)
	return models.Column{Name: c.Name, F64: f, Null: c.Null}
}

// partOf is column j of a matrix.
func partOf(m *models.Column, j, from, to int) models.Column {
	c := models.Column{DType: m.DType}
	every(&c.F64, m.F64, j, m.Width, from, to)
	every(&c.F32, m.F32, j, m.Width, from, to)
	every(&c.I64, m.I64, j, m.Width, from, to)
	every(&c.Bool, m.Bool, j, m.Width, from, to)
	every(&c.Str, m.Str, j, m.Width, from, to)
	every(&c.Null, m.Null, j, m.Width, from, to)
	return c
}

func every[T any](dst *[]T, src []T, j, width, from, to int) {
	if len(src) == 0 {
		return
	}
	out := make([]T, 0, to-from)
	for i := from; i < to; i++ {
		out = append(out, src[i*width+j])
	}
	*dst = out
}

// column is column j of x, of numbers or of strings.
func (ws *workspace) column(x block, j int) models.Column {
	if len(x.columns) > j && x.columns[0].Width == 0 {
		return x.columns[j]
	}
	m := ws.matrix(x)
	f := ws.floats(m.rows)
	for i := range f {
		f[i] = m.data[i*m.width+j]
	}
	return models.Column{F64: f}
}
