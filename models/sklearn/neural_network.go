package sklearn

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var neuralNetworkClasses = []class{
	{"MLPClassifier", "sklearn", mlpClassifier},
	{"MLPRegressor", "sklearn", mlpRegressor},
	{"BernoulliRBM", "sklearn", bernoulliRBM},
}

// A perceptron is the network of MLPClassifier and MLPRegressor
// (sklearn/neural_network/_multilayer_perceptron.py, _forward_pass_fast).
// Parameters fitted as float32 are widened: numpy computes in float64 as soon as
// the input is.
type perceptron struct {
	layers []layer
	widest int
	names  []string
}

// A layer is activate(X @ weights + bias).
type layer struct {
	weights   kernel.Packed // a row an output
	rectified bool          // activate is max(v, 0), which costs nothing beside the product
	activate  func(x []float64, width int)
}

// run writes the activations of rows of x.
func (l *layer) run(dst, x []float64) {
	if l.rectified {
		l.weights.Rectified(dst, x)
		return
	}
	l.weights.Affine(dst, x)
	l.activate(dst, l.weights.Rows())
}

// runSparse writes the activations of the rows of a sparse matrix.
func (l *layer) runSparse(ws *workspace, x block, dst []float64, names []string) error {
	if err := ws.multiply(dst, x, &l.weights, names); err != nil {
		return err
	}
	if !l.rectified {
		l.activate(dst, l.weights.Rows())
		return nil
	}
	for i, v := range dst {
		dst[i] = max(v, 0)
	}
	return nil
}

// activation reads one of the functions of sklearn/neural_network/_base.py.
func activation(r pyobj.Ref, name string) (layer, error) {
	attr, err := r.Need(name)
	if err != nil {
		return layer{}, err
	}
	kind, err := attr.Str()
	if err != nil {
		return layer{}, err
	}
	switch kind {
	case "identity":
		return layer{activate: func([]float64, int) {}}, nil
	case "relu":
		return layer{rectified: true}, nil
	case "logistic":
		return layer{activate: func(x []float64, _ int) { kernel.Expit(x) }}, nil
	case "tanh":
		return layer{activate: func(x []float64, _ int) { kernel.TanhEach(x) }}, nil
	case "softmax":
		return layer{activate: kernel.Softmax}, nil
	case "exp":
		return layer{activate: func(x []float64, _ int) { kernel.ExpEach(x) }}, nil
	}
	return layer{}, attr.Unsupported("the activation '"+kind+"'", "scikit-learn knows identity, logistic, tanh and relu.")
}

func readPerceptron(r pyobj.Ref, n *node) (*perceptron, error) {
	hidden, err := activation(r, "activation")
	if err != nil {
		return nil, err
	}
	last, err := activation(r, "out_activation_")
	if err != nil {
		return nil, err
	}
	coefs, err := r.Need("coefs_")
	if err != nil {
		return nil, err
	}
	biases, err := r.Need("intercepts_")
	if err != nil {
		return nil, err
	}
	count := coefs.Len()
	if count < 1 || biases.Len() != count {
		return nil, r.Format("%d matrices of weights, %d intercepts", count, biases.Len())
	}
	m := new(perceptron)
	var widths []string
	for i := range count {
		activate := hidden
		if i == count-1 {
			activate = last
		}
		if err := m.readLayer(activate, coefs, biases, i); err != nil {
			return nil, err
		}
		widths = append(widths, fmt.Sprint(m.layers[i].weights.Rows()))
	}
	if err := n.input(r, m.layers[0].weights.Cols()); err != nil {
		return nil, err
	}
	m.names = n.names
	n.outline.Summary = fmt.Sprintf("%s · layers of %s", features(n.features), strings.Join(widths, ", "))
	return m, nil
}

// readLayer appends layer i, whose activation is that of l.
func (m *perceptron) readLayer(l layer, coefs, biases pyobj.Ref, i int) error {
	coef, err := coefs.Index(i)
	if err != nil {
		return err
	}
	w, err := matrixAt(coef)
	if err != nil {
		return err
	}
	bias, err := biases.Index(i)
	if err != nil {
		return err
	}
	a, err := bias.Array()
	if err != nil {
		return err
	}
	intercepts, err := a.Float64s()
	if err != nil {
		return bias.Format("%w", err)
	}
	if len(intercepts) != w.width {
		return bias.Format("%d intercepts for %d outputs", len(intercepts), w.width)
	}
	if i > 0 && m.layers[i-1].weights.Rows() != w.rows {
		return coef.Format("a layer takes %d values, the one before gives %d", w.rows, m.layers[i-1].weights.Rows())
	}
	l.weights = kernel.PackAffine(w.transposed().data, intercepts, w.rows)
	m.layers, m.widest = append(m.layers, l), max(m.widest, w.width)
	return nil
}

// outputs is the width of the last layer.
func (m *perceptron) outputs() int { return m.layers[len(m.layers)-1].weights.Rows() }

// forward writes the activations of the last layer.
func (m *perceptron) forward(ws *workspace, x block, out []float64) error {
	in, layers := x, m.layers
	if x.sparse == nil {
		in = ws.matrix(x)
		if err := ws.finite(in, m.names); err != nil {
			return err
		}
	} else {
		if len(layers) == 1 {
			return layers[0].runSparse(ws, x, out, m.names)
		}
		width := layers[0].weights.Rows()
		in = block{rows: x.rows, width: width, data: ws.floats(x.rows * width)}
		if err := layers[0].runSparse(ws, x, in.data, m.names); err != nil {
			return err
		}
		layers = layers[1:]
	}
	const rows = 2 * blockRows
	a, b := ws.floats(min(rows, in.rows)*m.widest), ws.floats(min(rows, in.rows)*m.widest)
	k := m.outputs()
	for from := 0; from < in.rows; from += rows {
		to := min(from+rows, in.rows)
		values := in.rowsBetween(from, to)
		for i := range layers {
			l := &layers[i]
			dst := a[:(to-from)*l.weights.Rows()]
			if i == len(layers)-1 {
				dst = out[from*k : to*k]
			}
			l.run(dst, values)
			values = dst
			a, b = b, a
		}
	}
	return nil
}

func mlpRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	m, err := readPerceptron(r, n)
	if err != nil {
		return nil, err
	}
	width := m.outputs()
	if width == 1 {
		width = 0
	}
	n.offer(one(models.Predict, numbers(width), nil, m.forward))
	return n, nil
}

// mlpClassifier compiles MLPClassifier. Its LabelBinarizer tells how the outputs
// become labels: of one target, the output above ½ or the largest one; of several
// yes-or-no targets (y_type_ multilabel-indicator), each that is above ½.
func mlpClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	m, err := readPerceptron(r, n)
	if err != nil {
		return nil, err
	}
	binarizer, err := r.Need("_label_binarizer")
	if err != nil {
		return nil, err
	}
	kind, err := word(binarizer, "y_type_", "multiclass")
	if err != nil {
		return nil, err
	}
	attr, err := binarizer.Need("classes_")
	if err != nil {
		return nil, err
	}
	classes, err := readLabels(attr)
	if err != nil {
		return nil, err
	}
	k := m.outputs()
	if want := classes.len(); k != want && !(want == 2 && k == 1) {
		return nil, r.Format("%d outputs for %d classes", k, want)
	}
	switch {
	case kind != "multilabel-indicator" && classes.len() < 2:
		return nil, attr.Unsupported("a classifier of one class", "It answers that class whatever it is asked; no model is needed.")
	case kind == "multilabel-indicator":
		n.offer(one(models.Predict, models.Port{DType: models.Int64, Width: k}, nil, m.several))
		n.offer(one(models.PredictProba, numbers(k), nil, m.forward))
		n.offer(one(models.PredictLogProba, numbers(k), nil, logOf(m.forward)))
	case k == 1:
		n.classifies(classes, m.several, m.pair)
	default:
		n.classifies(classes, m.largest, m.forward)
	}
	return n, nil
}

// several is 1 for each output above ½.
func (m *perceptron) several(ws *workspace, x block, out []float64) error {
	if err := m.forward(ws, x, out); err != nil {
		return err
	}
	for i, v := range out {
		out[i] = 0
		if v > 0.5 {
			out[i] = 1
		}
	}
	return nil
}

func (m *perceptron) largest(ws *workspace, x block, out []float64) error {
	k := m.outputs()
	p := ws.floats(x.rows * k)
	if err := m.forward(ws, x, p); err != nil {
		return err
	}
	for i := range out {
		out[i] = float64(kernel.ArgMax(p[i*k : (i+1)*k]))
	}
	return nil
}

// pair is (1-p, p) of the one output.
func (m *perceptron) pair(ws *workspace, x block, out []float64) error {
	p := ws.floats(x.rows)
	if err := m.forward(ws, x, p); err != nil {
		return err
	}
	for i, v := range p {
		out[2*i], out[2*i+1] = 1-v, v
	}
	return nil
}

// bernoulliRBM compiles transform of BernoulliRBM: the probabilities of the hidden
// units. score_samples draws random numbers and is left out.
func bernoulliRBM(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	w, err := readTraining(r, "components_")
	if err != nil {
		return nil, err
	}
	bias, err := r.Floats("intercept_hidden_")
	if err != nil {
		return nil, err
	}
	if len(bias) != w.rows {
		return nil, r.Format("%d intercepts for %d components", len(bias), w.rows)
	}
	if err := n.input(r, w.width); err != nil {
		return nil, err
	}
	n.transform = &transformer{width: w.rows, names: prefixed("bernoullirbm", w.rows), run: projected(w, bias, n.names, kernel.Expit)}
	n.outline.Summary = fmt.Sprintf("%s · %d components", features(n.features), w.rows)
	return n, nil
}

// projected is then(X @ w.T + bias).
func projected(w training, bias []float64, names []string, then func(x []float64)) func(ws *workspace, x block) (block, error) {
	weights := kernel.PackAffine(w.data, bias, w.width)
	return func(ws *workspace, x block) (block, error) {
		y := block{rows: x.rows, width: w.rows, data: ws.floats(x.rows * w.rows), owned: true}
		err := ws.multiply(y.data, x, &weights, names)
		then(y.data)
		return y, err
	}
}

// multiply writes x @ weights.T + bias for a block that may be sparse or dense. It
// refuses what is not finite.
func (ws *workspace) multiply(dst []float64, x block, weights *kernel.Packed, names []string) error {
	if x.sparse == nil {
		m := ws.matrix(x)
		weights.Affine(dst, m.data)
		return ws.finite(m, names)
	}
	for i := range x.rows {
		indices, values := x.sparse.row(i)
		weights.AffineSparse(dst[i*weights.Rows():(i+1)*weights.Rows()], indices, values)
	}
	return ws.finiteSparse(x.sparse, names)
}
