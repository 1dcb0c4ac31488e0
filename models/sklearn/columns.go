package sklearn

import (
	"math"
	"slices"
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
	if n.inputs != nil { // the plan wants the columns as they came
		in.ports = n.inputs
		return in
	}
	types := typesOf(settled(n.types))
	if len(n.types) != n.features || !mixed(n.types) {
		types = nil
	}
	uniform := len(ports(types, nil, n.features)) == 1 && !slices.Contains(n.types, unused)
	if uniform || !mixed(n.types) {
		in.ports = ports(types, nil, n.features)
		for i := range in.ports {
			in.ports[i].Integers = n.hashed(i)
		}
		return in
	}
	in.place = make(map[string]int)
	names := featureNames(n.names, n.features)
	for j, t := range settled(n.types) {
		if n.types[j] == unused && len(n.names) > 0 {
			continue
		}
		in.place[names[j]] = len(in.ports)
		in.ports = append(in.ports, models.Port{Name: names[j], DType: t, Integers: n.hashed(j)})
		in.of = append(in.of, j)
	}
	return in
}

// order finds the column of src for each port: by name, or by place if src has
// no names.
func (in *input) order(ws *workspace, src *models.Frame) []int {
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
		c := rowsOf(&src.Columns[order[p]], from, to)
		ws.columns[in.of[p]] = ws.asType(c, port.DType, to-from)
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

// asType gives numbers as float64.
func (ws *workspace) asType(c models.Column, t models.DType, n int) models.Column {
	if t == models.String || c.DType == models.Float64 {
		return c
	}
	f := ws.floats(n)
	scatter(f, 1, &c)
	return models.Column{Name: c.Name, F64: f, Null: c.Null}
}

// column is column j of x, of numbers or of strings.
func (ws *workspace) column(x block, j int) models.Column {
	if len(x.columns) > j && x.columns[0].Width == 0 {
		return x.columns[j]
	}
	if len(x.columns) == 1 && x.columns[0].DType == models.String {
		return ws.pickTexts(&x.columns[0], []int{j}, x.rows).columns[0]
	}
	m := ws.matrix(x)
	f := ws.floats(m.rows)
	for i := range f {
		f[i] = m.data[i*m.width+j]
	}
	return models.Column{F64: f}
}
