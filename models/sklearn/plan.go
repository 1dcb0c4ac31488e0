package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
)

// A node is one compiled estimator. It is immutable and safe for concurrent
// use; all that changes while it runs is in the workspace. Methods that the
// estimator does not offer, as hasattr would tell in Python, are not in it.
type node struct {
	class    string
	features int            // width of the input; 0 if the estimator takes any
	names    []string       // of the features, if it was fitted on a table
	types    []models.DType // needs of the input's columns, see columns.go; nil if all are numbers
	inputs   []models.Port  // what the request holds; nil for a matrix of the features, empty for any columns

	codes []*booster.Codes // of the features whose categories a booster numbers; nil if there are none

	methods   []*method // the default first
	transform *transformer
	absent    models.Absent // entries of a sparse row

	outline models.Node

	library, version string // that wrote the estimator, if not scikit-learn
}

// A method is something that an estimator answers with a fixed number of values
// a row.
type method struct {
	name    models.Method
	outputs []output

	// run answers to the rows of x. out has a slice for each output, row-major
	// and of its size. The error is a *models.DataError.
	run func(ws *workspace, x block, out [][]float64) error
}

// An output is one column of a method's answer.
type output struct {
	port   models.Port
	labels *labels // if not nil, the values are indices into these
}

// A transformer turns one block into the next.
type transformer struct {
	width int // of the result; 0 if it is that of the input

	// run may write into x only if x is owned. The error is a *models.DataError.
	run func(ws *workspace, x block) (block, error)

	// names are those of the result's columns, as get_feature_names_out gives
	// them for the names of the input's; nil if they are the same, or, with a
	// width, if they are not known.
	names func(in []string) []string

	// types are those of the result's columns; nil if all are numbers. follow,
	// if not nil, tells them where they depend on those of the input.
	types  []models.DType
	follow func(in []models.DType) []models.DType
}

// typesOut are the types of what t makes of columns of the given types; nil if
// all are numbers.
func (t *transformer) typesOut(in []models.DType) []models.DType {
	if t.follow == nil {
		return t.types
	}
	return typesOf(t.follow(in))
}

// A block is what flows between two steps: some rows of the request, in one of
// three forms. The columns of the request, as they came, are the form of the
// first block; any step that computes with numbers asks the workspace for a
// matrix. Encoders of text pass on a sparse matrix.
type block struct {
	rows    int
	columns []models.Column // nil for a matrix

	width  int       // of the matrix
	data   []float64 // rows × width, row-major; nil for a sparse matrix
	owned  bool      // data is scratch of the workspace, not of the caller
	sparse *csr      // nil for a dense matrix
}

// A csr is a compressed sparse row matrix: the entries of row i are
// [indptr[i], indptr[i+1]) of indices and values, each column at most once a row.
type csr struct {
	indptr  []int
	indices []int
	values  []float64
}

// row is the entries of row i.
func (m *csr) row(i int) (indices []int, values []float64) {
	return m.indices[m.indptr[i]:m.indptr[i+1]], m.values[m.indptr[i]:m.indptr[i+1]]
}

// one is a method with one output.
func one(name models.Method, port models.Port, labels *labels, run func(ws *workspace, x block, out []float64) error) *method {
	return &method{name: name, outputs: []output{{port, labels}},
		run: func(ws *workspace, x block, out [][]float64) error { return run(ws, x, out[0]) }}
}

// offer adds a method; nil adds nothing.
func (n *node) offer(m *method) {
	if m != nil {
		n.methods = append(n.methods, m)
	}
}

// method returns the method of that name, or nil if n does not offer it.
func (n *node) method(name models.Method) *method {
	for _, m := range n.methods {
		if m.name == name {
			return m
		}
	}
	return nil
}

// single runs a method of one output into out.
func (m *method) single(ws *workspace, x block, out []float64) error {
	return m.run(ws, x, ws.slices(out))
}

// signatures lists what n offers, the default first.
func (n *node) signatures() []models.MethodSignature {
	var list []models.MethodSignature
	for _, m := range n.methods {
		s := models.MethodSignature{Name: m.name}
		for _, o := range m.outputs {
			s.Outputs = append(s.Outputs, o.port)
		}
		list = append(list, s)
	}
	if n.transform != nil {
		list = append(list, models.MethodSignature{Name: models.Transform, Outputs: n.outputs()})
	}
	return list
}

// outputs are what a row of n.transform is, with the names that
// get_feature_names_out gives.
func (n *node) outputs() []models.Port {
	width := n.outputWidth()
	var names []string
	if max(width, n.features) <= maxNamed {
		names = n.transform.namesOut(featureNames(n.names, n.features))
	}
	if len(names) != width {
		names = nil
	}
	list := ports(n.transform.typesOut(settled(n.needs(n.features))), names, width)
	if len(list) == 1 && list[0].Width > 0 {
		list[0].Names = names
	}
	return list
}

// maxNamed bounds the names that are made up.
const maxNamed = 1 << 16

// namesOut are the names of what t makes of columns of the given names; nil if
// they are not known.
func (t *transformer) namesOut(in []string) []string {
	switch {
	case t.names != nil:
		return t.names(in)
	case t.width == 0:
		return in
	}
	return nil
}

// outputWidth is the width of what n.transform gives for n.features.
func (n *node) outputWidth() int {
	if n.transform.width > 0 {
		return n.transform.width
	}
	return n.features
}

// numbers is the port of k values a row, where 0 stands for a bare one.
func numbers(k int) models.Port { return models.Port{DType: models.Float64, Width: k} }
