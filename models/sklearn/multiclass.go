package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var multiclassClasses = []class{
	{"OneVsRestClassifier", "sklearn", oneVsRestClassifier},
	{"OneVsOneClassifier", "sklearn", oneVsOneClassifier},
	{"OutputCodeClassifier", "sklearn", outputCodeClassifier},
}

// A binaryPart is how _predict_binary (sklearn/multiclass.py) asks an estimator of
// two classes: predict of a regressor, else decision_function, else the
// probability of the second class.
type binaryPart struct {
	m      *method
	column int
	half   bool // the threshold between the classes is 0.5, not 0
}

func readBinary(r pyobj.Ref, p *node) (b binaryPart, err error) {
	if m := p.simple(models.Predict); m != nil && m.labels() == nil && !p.constant() {
		if m.width() != 1 {
			return b, r.Format("%s answers %d values a row", p.outline.Path, m.width())
		}
		return binaryPart{m: m, half: true}, nil
	}
	if m := p.simple(models.DecisionFunction); m != nil && m.width() == 1 {
		return binaryPart{m: m, half: p.constant()}, nil
	}
	m, err := p.need(r, models.PredictProba, 2)
	return binaryPart{m: m, column: 1, half: true}, err
}

func (b binaryPart) threshold() float64 {
	if b.half {
		return 0.5
	}
	return 0
}

func readBinaries(r pyobj.Ref, parts []*node) ([]binaryPart, error) {
	list := make([]binaryPart, len(parts))
	for i, p := range parts {
		var err error
		if list[i], err = readBinary(r, p); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// scores gives the answers of all estimators, one column each.
func scores(ws *workspace, x block, list []binaryPart, out []float64) error {
	k := len(list)
	for j, b := range list {
		at := ws.mark()
		answers, err := ws.ask(b.m, x)
		if err != nil {
			return err
		}
		width := b.m.width()
		for i := range x.rows {
			out[i*k+j] = answers[i*width+b.column]
		}
		ws.rewind(at)
	}
	return nil
}

// constantPredictor is the name of what OneVsRestClassifier puts in the place of
// an estimator where all samples agree.
const constantPredictor = "_ConstantPredictor"

func (n *node) constant() bool { return n.class == constantPredictor }

// binaryParts compiles estimators_, of which some may be constant.
func (c *compiler) binaryParts(r pyobj.Ref) ([]*node, error) {
	attr, err := r.Need("estimators_")
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
		if _, name, _ := item.Class(); name == constantPredictor {
			if c.count++; c.count > maxEstimators {
				return nil, r.Format("more than %d estimators", maxEstimators)
			}
			list[i], err = readConstant(item)
		} else {
			list[i], err = c.estimator(item)
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// inputOfFitted is inputOf for parts of which some are constant; n leaves the
// checks to the others.
func (n *node) inputOfFitted(r pyobj.Ref, parts []*node) error {
	for _, p := range parts {
		if !p.constant() {
			n.class = p.class
			break
		}
	}
	return n.inputOf(r, parts...)
}

// readConstant makes a node of _ConstantPredictor, which checks nothing.
func readConstant(r pyobj.Ref) (*node, error) {
	list, err := r.Floats("y_")
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, r.Format("y_ has %d values", len(list))
	}
	y := list[0]
	n := &node{class: constantPredictor, outline: models.Node{Path: r.Path(), Class: constantPredictor}}
	same := func(ws *workspace, x block, out []float64) error {
		for i := range out {
			out[i] = y
		}
		return nil
	}
	n.offer(one(models.Predict, numbers(0), nil, same))
	n.offer(one(models.DecisionFunction, numbers(0), nil, same))
	n.offer(one(models.PredictProba, numbers(2), nil, func(ws *workspace, x block, out []float64) error {
		for i := range x.rows {
			out[2*i], out[2*i+1] = 1-y, y
		}
		return nil
	}))
	return n, nil
}

// An outputCode is OutputCodeClassifier: the class whose code is nearest to the
// scores.
type outputCode struct {
	node  *node
	list  []binaryPart
	codes []float64 // classes rows of len(list)
	k     int
	root  bool // distances are compared, not their squares, as before 1.3
	check bool // the input is checked whatever the estimators take, as before 1.0
}

func outputCodeClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	parts, err := c.binaryParts(r)
	if err != nil {
		return nil, err
	}
	classes, err := classesOf(r, "classes_")
	if err != nil {
		return nil, err
	}
	o := &outputCode{node: new(node), k: classes.len(), root: olderThan(c.version, 1, 3), check: olderThan(c.version, 1, 0)}
	if err := o.node.inputOfFitted(r, parts); err != nil {
		return nil, err
	}
	if o.list, err = readBinaries(r, parts); err != nil {
		return nil, err
	}
	if o.codes, err = r.Floats("code_book_"); err != nil {
		return nil, err
	}
	if len(o.codes) != o.k*len(parts) {
		return nil, r.Format("code_book_ has %d values for %d classes and %d estimators", len(o.codes), o.k, len(parts))
	}
	o.node.offer(one(models.Predict, models.Port{DType: classes.dtype}, classes, o.nearest))
	o.node.outline.Summary = fmt.Sprintf("%s · %d classes · %d bits", features(o.node.features), o.k, len(parts))
	return o.node, nil
}

// nearest is the argmin of euclidean_distances (sklearn/metrics/pairwise.py), which
// takes scores as they are: if they are large, the codes round to the same
// distance, and the first class wins.
func (o *outputCode) nearest(ws *workspace, x block, out []float64) error {
	n := len(o.list)
	all := ws.floats(x.rows * n)
	x = o.node.shared(ws, x)
	if o.check && o.node.types == nil && x.sparse == nil {
		if err := ws.finite(x, o.node.names); err != nil {
			return err
		}
	}
	if err := scores(ws, x, o.list, all); err != nil {
		return err
	}
	if i := kernel.Finite(all); i >= 0 {
		return &models.DataError{Row: ws.first + i/n, Column: -1, Text: notFinite(all[i])}
	}
	for i := range out {
		row, least := all[i*n:(i+1)*n], math.Inf(1)
		size := kernel.Dot(row, row)
		out[i] = 0
		for j := range o.k {
			code := o.codes[j*n : (j+1)*n]
			if d := o.distance(size, row, code); d < least {
				out[i], least = float64(j), d
			}
		}
	}
	return nil
}

// distance is that of a row, whose square is size, to a code, or its square.
func (o *outputCode) distance(size float64, row, code []float64) float64 {
	d := max(float64(size-2*kernel.Dot(row, code))+kernel.Dot(code, code), 0)
	if o.root {
		return math.Sqrt(d)
	}
	return d
}

// notFinite are the words of check_array about v where it is not told what it checks.
func notFinite(v float64) string {
	if math.IsNaN(v) {
		return "Input contains NaN."
	}
	return "Input contains infinity or a value too large for dtype('float64')."
}
