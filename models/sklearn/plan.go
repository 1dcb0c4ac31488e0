package sklearn

import (
	"github.com/copal-ml/copal/models"
)

// A node is one compiled estimator. It is immutable and safe for concurrent
// use; all that changes while it runs is in the workspace. Methods that the
// estimator does not offer, as hasattr would tell in Python, are nil.
type node struct {
	class    string
	features int      // width of the input; 0 if the estimator takes any
	names    []string // of the features, if it was fitted on a table

	predict, proba, decision *method
	transform                *transformer

	outline models.Node
}

// A method is something that an estimator answers with a fixed number of values
// a row.
type method struct {
	port   models.Port // what a row of the answer is
	labels *labels     // if not nil, the answers are indices into these

	// run answers to the rows of x. out is row-major and of their size.
	// The error is a *models.DataError.
	run func(ws *workspace, x block, out []float64) error
}

// A transformer turns one block into the next.
type transformer struct {
	width int // of the result; 0 if it is that of the input

	// run may write into x only if x is owned. The error is a *models.DataError.
	run func(ws *workspace, x block) (block, error)
}

// A block is what flows between two steps: some rows of the request, in one of
// two forms. The columns of the request, as they came, are the form of the
// first block; any step that computes with numbers asks the workspace for a
// matrix, the form of all blocks that it passes on.
type block struct {
	rows    int
	columns []models.Column // nil for a matrix

	width int       // of the matrix
	data  []float64 // rows × width, row-major
	owned bool      // data is scratch of the workspace, not of the caller
}

// methods lists what n offers, the default first.
func (n *node) methods() []models.MethodSignature {
	var list []models.MethodSignature
	add := func(name models.Method, port models.Port) {
		list = append(list, models.MethodSignature{Name: name, Outputs: []models.Port{port}})
	}
	for _, m := range []struct {
		name   models.Method
		method *method
	}{
		{models.Predict, n.predict},
		{models.PredictProba, n.proba},
		{models.DecisionFunction, n.decision},
	} {
		if m.method != nil {
			add(m.name, m.method.port)
		}
	}
	if n.transform != nil {
		add(models.Transform, models.Port{DType: models.Float64, Width: n.outputWidth()})
	}
	return list
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
