package sklearn

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// What the estimators of estimators share. The estimators inside are their
// parts: nodes that are all given the same rows, one after the other.

// parts compiles the list of fitted estimators at name, which is not empty.
func (c *compiler) parts(r pyobj.Ref, name string) ([]*node, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	items, err := attr.Items()
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, attr.Format("there are no estimators")
	}
	list := make([]*node, len(items))
	for i, item := range items {
		if list[i], err = c.estimator(item); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// member compiles the fitted estimator at the first of names that is there.
func (c *compiler) member(r pyobj.Ref, names ...string) (*node, error) {
	for _, name := range names {
		if attr, ok := r.Attr(name); ok && !attr.IsNone() {
			return c.estimator(attr)
		}
	}
	_, err := r.Need(names[0])
	if err == nil {
		err = r.Format("%s is None", names[0])
	}
	return nil, err
}

// inputOf sets what n takes to what each of its parts takes.
func (n *node) inputOf(r pyobj.Ref, parts ...*node) error {
	width, names, err := recordedFeatures(r)
	if err != nil {
		return err
	}
	n.names = names
	for _, p := range parts {
		n.outline.Children = append(n.outline.Children, p.outline)
		if p.features == 0 {
			continue
		}
		if width == 0 {
			width = p.features
		}
		if p.features != width {
			return r.Format("%s takes %d features, the others %d", p.outline.Path, p.features, width)
		}
		if n.names == nil {
			n.names = p.names
		}
		if n.types == nil {
			n.types = p.types
		}
	}
	n.features = width
	return nil
}

// shared gives x in a form that parts can read one after the other: none of them
// may write into it.
func (n *node) shared(ws *workspace, x block) block {
	if n.types == nil && x.sparse == nil {
		x = ws.matrix(x)
	}
	x.owned = false
	return x
}

// width is the number of values a row of the only output of m.
func (m *method) width() int { return stride(m.outputs[0].port) }

// labels are those of the only output of m; nil if it answers numbers.
func (m *method) labels() *labels { return m.outputs[0].labels }

// simple returns the method of that name if it has one output, else nil.
func (n *node) simple(name models.Method) *method {
	if m := n.method(name); m != nil && len(m.outputs) == 1 {
		return m
	}
	return nil
}

// need returns the method of that name, which answers with one output of width
// values a row; 0 stands for any width.
func (n *node) need(r pyobj.Ref, name models.Method, width int) (*method, error) {
	m := n.simple(name)
	if m == nil {
		return nil, r.Unsupported("an estimator without "+string(name)+", or with several outputs, "+n.outline.Class+",",
			"Fit it on one target, with an estimator that has "+string(name)+".")
	}
	if width > 0 && m.width() != width {
		return nil, r.Format("%s: %s answers %d values a row, want %d", n.outline.Path, name, m.width(), width)
	}
	return m, nil
}

// all finds the method of that name in every part.
func all(r pyobj.Ref, parts []*node, name models.Method, width int) ([]*method, error) {
	list := make([]*method, len(parts))
	for i, p := range parts {
		var err error
		if list[i], err = p.need(r, name, width); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ask answers with m, in scratch.
func (ws *workspace) ask(m *method, x block) ([]float64, error) {
	out := ws.floats(x.rows * m.width())
	return out, m.single(ws, x, out)
}

// A mark is how much scratch was taken at some time.
type mark struct{ used, taken, outs int }

func (ws *workspace) mark() mark { return mark{ws.used, ws.taken, len(ws.outs)} }

// rewind frees the scratch that was taken since. If an arena was replaced by a
// larger one meanwhile, what was taken before stays in the old one.
func (ws *workspace) rewind(m mark) {
	ws.used, ws.taken, ws.outs = m.used, m.taken, ws.outs[:m.outs]
}

// numbers gives numeric labels as float64, and nil for strings.
func (l *labels) numbers() []float64 {
	switch l.dtype {
	case models.Int64:
		list := make([]float64, len(l.i64))
		for i, v := range l.i64 {
			list[i] = float64(v)
		}
		return list
	case models.Float64:
		return l.f64
	case models.Bool:
		list := make([]float64, len(l.bools))
		for i, v := range l.bools {
			if v {
				list[i] = 1
			}
		}
		return list
	}
	return nil
}

// within gives the place in classes of each of l, by value; false if one is not
// there.
func (l *labels) within(classes *labels) ([]int, bool) {
	a, b := l.numbers(), classes.numbers()
	if (a == nil) != (b == nil) {
		return nil, false
	}
	if a == nil {
		return placesIn(l.str, classes.str)
	}
	return placesIn(a, b)
}

func placesIn[T comparable](values, classes []T) ([]int, bool) {
	index := make(map[T]int, len(classes))
	for j, v := range classes {
		index[v] = j
	}
	places := make([]int, len(values))
	for i, v := range values {
		var ok bool
		if places[i], ok = index[v]; !ok {
			return nil, false
		}
	}
	return places, true
}

// encoded reads labels that are themselves places in k classes, as LabelEncoder
// gives them.
func encoded(r pyobj.Ref, l *labels, k int) ([]int, error) {
	if l == nil || l.numbers() == nil {
		return nil, r.Format("its estimators were not fitted on encoded classes")
	}
	codes := make([]int, l.len())
	for i, v := range l.numbers() {
		if v < 0 || v >= float64(k) || v != math.Floor(v) {
			return nil, r.Format("an estimator knows the class %v of %d", v, k)
		}
		codes[i] = int(v)
	}
	return codes, nil
}

// codesOf is encoded for what predict of each part answers.
func codesOf(r pyobj.Ref, predicts []*method, k int) ([][]int, error) {
	list := make([][]int, len(predicts))
	for i, m := range predicts {
		var err error
		if list[i], err = encoded(r, m.labels(), k); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// classesOf reads classes_, or the attribute of another name.
func classesOf(r pyobj.Ref, name string) (*labels, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	return readLabels(attr)
}

// classify answers with the class of the largest score, k scores a row.
func classify(classes *labels, scores func(ws *workspace, x block, out []float64) error) *method {
	k := classes.len()
	return one(models.Predict, models.Port{DType: classes.dtype}, classes, func(ws *workspace, x block, out []float64) error {
		all := ws.floats(x.rows * k)
		if err := scores(ws, x, all); err != nil {
			return err
		}
		for i := range out {
			out[i] = float64(kernel.ArgMax(all[i*k : (i+1)*k]))
		}
		return nil
	})
}

// take gives the columns of x with these numbers, in their order.
func (ws *workspace) take(x block, columns []int, place []int) block {
	if x.sparse != nil {
		return ws.takeSparse(x, len(columns), place)
	}
	m := ws.matrix(x)
	y := block{rows: m.rows, width: len(columns), data: ws.floats(m.rows * len(columns)), owned: true}
	for i := range m.rows {
		row, out := m.data[i*m.width:(i+1)*m.width], y.data[i*y.width:(i+1)*y.width]
		for j, k := range columns {
			out[j] = row[k]
		}
	}
	return y
}

// takeSparse is take for a sparse matrix: place is where each column goes, or -1.
func (ws *workspace) takeSparse(x block, width int, place []int) block {
	s := x.sparse
	n := s.indptr[x.rows] - s.indptr[0]
	y := &csr{indptr: ws.ints(x.rows + 1), indices: ws.ints(n)[:0], values: ws.floats(n)[:0]}
	y.indptr[0] = 0
	for i := range x.rows {
		for k := s.indptr[i]; k < s.indptr[i+1]; k++ {
			if j := place[s.indices[k]]; j >= 0 {
				y.indices, y.values = append(y.indices, j), append(y.values, s.values[k])
			}
		}
		y.indptr[i+1] = len(y.indices)
	}
	return block{rows: x.rows, width: width, sparse: y}
}

// places is the inverse of a list of columns: where each of width columns goes;
// -1 for nowhere. A column that is listed twice has no inverse.
func places(columns []int, width int) (place []int, ok bool) {
	place, ok = make([]int, width), true
	for i := range place {
		place[i] = -1
	}
	for j, k := range columns {
		ok = ok && place[k] < 0
		place[k] = j
	}
	return place, ok
}

// renumbered is err, which names a column of what take gave, with the column of
// the whole.
func renumbered(err error, columns []int, names []string) error {
	var e *models.DataError
	if errors.As(err, &e) && e.Column >= 0 && e.Column < len(columns) {
		e.Column = columns[e.Column]
		if e.Column < len(names) {
			e.Name = names[e.Column]
		}
	}
	return err
}

// ofInner is err of a check that scikit-learn makes of what it computed, and which
// then does not call it X.
func ofInner(err error) error {
	var e *models.DataError
	if errors.As(err, &e) {
		e.Text = strings.Replace(e.Text, "Input X ", "Input ", 1)
	}
	return err
}

// beforePatch reports whether v is older than major.minor.patch, for what changed
// in a patch release.
func (v version) beforePatch(major, minor, patch int) bool {
	if v.major != major || v.minor != minor {
		return v.before(major, minor)
	}
	var own int
	_, err := fmt.Sscanf(v.text, "%d.%d.%d", &v.major, &v.minor, &own)
	return err == nil && own < patch
}
