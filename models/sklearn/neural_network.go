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

// A layer is activate(X @ weights + bias); weights are kept transposed, a row an
// output.
type layer struct {
	weights  training
	bias     []float64
	activate func(x []float64, width int)
}

// activation reads one of the functions of sklearn/neural_network/_base.py, in place
// over rows of width values.
func activation(r pyobj.Ref, name string) (func(x []float64, width int), error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	kind, err := attr.Str()
	if err != nil {
		return nil, err
	}
	switch kind {
	case "identity":
		return func([]float64, int) {}, nil
	case "relu":
		return relu, nil
	case "logistic":
		return func(x []float64, _ int) { kernel.Expit(x) }, nil
	case "tanh":
		return tanhAll, nil
	case "softmax":
		return kernel.Softmax, nil
	case "exp":
		return expAll, nil
	}
	return nil, attr.Unsupported("the activation '"+kind+"'", "scikit-learn knows identity, logistic, tanh and relu.")
}

func relu(x []float64, _ int) {
	for i, v := range x {
		x[i] = max(v, 0)
	}
}

func tanhAll(x []float64, _ int) {
	for i, v := range x {
		x[i] = kernel.Tanh(v)
	}
}

func expAll(x []float64, _ int) {
	for i, v := range x {
		x[i] = kernel.Exp(v)
	}
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
		if err := m.readLayer(coefs, biases, i); err != nil {
			return nil, err
		}
		m.layers[i].activate = hidden
		widths = append(widths, fmt.Sprint(m.layers[i].weights.rows))
	}
	m.layers[count-1].activate = last
	if err := n.input(r, m.layers[0].weights.width); err != nil {
		return nil, err
	}
	m.names = n.names
	n.outline.Summary = fmt.Sprintf("%s · layers of %s", features(n.features), strings.Join(widths, ", "))
	return m, nil
}

func (m *perceptron) readLayer(coefs, biases pyobj.Ref, i int) error {
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
	l := layer{weights: w.transposed()}
	if l.bias, err = a.Float64s(); err != nil {
		return bias.Format("%w", err)
	}
	if len(l.bias) != w.width {
		return bias.Format("%d intercepts for %d outputs", len(l.bias), w.width)
	}
	if i > 0 && m.layers[i-1].weights.rows != w.rows {
		return coef.Format("a layer takes %d values, the one before gives %d", w.rows, m.layers[i-1].weights.rows)
	}
	m.layers, m.widest = append(m.layers, l), max(m.widest, w.width)
	return nil
}

// outputs is the width of the last layer.
func (m *perceptron) outputs() int { return m.layers[len(m.layers)-1].weights.rows }

// forward writes the activations of the last layer.
func (m *perceptron) forward(ws *workspace, x block, out []float64) error {
	in := ws.matrix(x)
	if err := ws.finite(in, m.names); err != nil {
		return err
	}
	const rows = 2 * blockRows
	a, b := ws.floats(min(rows, in.rows)*m.widest), ws.floats(min(rows, in.rows)*m.widest)
	k := m.outputs()
	for from := 0; from < in.rows; from += rows {
		to := min(from+rows, in.rows)
		values := in.rowsBetween(from, to)
		for i := range m.layers {
			l := &m.layers[i]
			dst := a[:(to-from)*l.weights.rows]
			if i == len(m.layers)-1 {
				dst = out[from*k : to*k]
			}
			kernel.Affine(dst, values, l.weights.data, l.bias, l.weights.width)
			l.activate(dst, l.weights.rows)
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
	p := &product{coef: w.data, features: w.width}
	return func(ws *workspace, x block) (block, error) {
		if x.sparse != nil {
			y := block{rows: x.rows, width: w.rows, data: ws.floats(x.rows * w.rows), owned: true}
			err := p.project(ws, x, y.data, bias, names)
			then(y.data)
			return y, err
		}
		m := ws.matrix(x)
		if err := ws.finite(m, names); err != nil {
			return block{}, err
		}
		y := block{rows: m.rows, width: w.rows, data: ws.floats(m.rows * w.rows), owned: true}
		kernel.Affine(y.data, m.data, w.data, bias, w.width)
		then(y.data)
		return y, nil
	}
}
