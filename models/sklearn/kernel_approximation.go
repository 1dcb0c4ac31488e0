package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var kernelClasses = []class{
	{"KernelRidge", "sklearn", kernelRidge},
	{"Nystroem", "sklearn", nystroem},
	{"RBFSampler", "sklearn", rbfSampler},
	{"SkewedChi2Sampler", "sklearn", skewedChi2Sampler},
	{"AdditiveChi2Sampler", "sklearn", additiveChi2Sampler},
	{"PolynomialCountSketch", "sklearn", polynomialCountSketch},
	{"GaussianRandomProjection", "sklearn", gaussianRandomProjection},
	{"SparseRandomProjection", "sklearn", sparseRandomProjection},
}

func gaussianRandomProjection(c *compiler, r pyobj.Ref) (*node, error) {
	return productTransformer(r, "gaussianrandomprojection")
}

func sparseRandomProjection(c *compiler, r pyobj.Ref) (*node, error) {
	return productTransformer(r, "sparserandomprojection")
}

// A kernelMachine is a matrix product with the kernel of the input and some rows:
// kernel(X, rows) @ weights.T.
type kernelMachine struct {
	kernel  pairwiseKernel
	rows    keptRows  // without data if sparse
	sparse  *inverted // nil if dense
	weights training  // a row an output
	product product   // with weights
	whole   bool      // the kernel is precomputed: the input is kernel(X, rows)
	names   []string
}

func (m *kernelMachine) run(ws *workspace, x block, out []float64) error {
	if m.sparse != nil {
		return m.runSparse(ws, x, out)
	}
	q := ws.matrix(x)
	if err := ws.finite(q, m.names); err != nil {
		return err
	}
	if m.whole {
		m.product.run(out, q.data)
		return nil
	}
	if err := m.kernel.check(ws, q, m.names); err != nil {
		return err
	}
	rows := min(blockOf(m.rows.rows), q.rows)
	k := ws.floats(rows * m.rows.rows)
	for from := 0; from < q.rows; from += rows {
		to := min(from+rows, q.rows)
		m.kernel.gram(k, q.rowsBetween(from, to), &m.rows)
		m.product.run(out[from*m.weights.rows:to*m.weights.rows], k[:(to-from)*m.rows.rows])
	}
	return nil
}

func (m *kernelMachine) weigh(weights training) {
	m.weights, m.product = weights, newProduct(weights.data, make([]float64, weights.rows), weights.width)
}

// runSparse is run for sparse rows.
func (m *kernelMachine) runSparse(ws *workspace, x block, out []float64) error {
	q, err := ws.entries(x, m.names)
	if err != nil {
		return err
	}
	k, n := ws.floats(m.rows.rows), m.weights.rows
	for i := range x.rows {
		indices, values := q.row(i)
		m.kernel.gramSparse(k, indices, values, m.sparse)
		m.product.run(out[i*n:(i+1)*n], k)
	}
	return nil
}

// readRows reads the rows at the attribute name, which stay sparse if they are and
// the kernel is one of products or distances.
func (m *kernelMachine) readRows(r pyobj.Ref, name string) error {
	attr, err := r.Need(name)
	if err != nil {
		return err
	}
	switch kind, _ := word(r, "kernel", ""); kind {
	case "linear", "poly", "polynomial", "rbf", "sigmoid":
		if !isSparse(attr) {
			break
		}
		rows, err := readCSR(attr)
		if err != nil {
			return err
		}
		m.rows.rows, m.rows.width, m.sparse = rows.rows, rows.width, invert(rows)
		return nil
	}
	rows, err := matrixAt(attr)
	if err == nil {
		m.rows = keep(rows)
	}
	return err
}

// kernelRidge compiles KernelRidge (sklearn/kernel_ridge.py).
func kernelRidge(c *compiler, r pyobj.Ref) (*node, error) {
	n, m := new(node), new(kernelMachine)
	var err error
	if err = m.readRows(r, "X_fit_"); err != nil {
		return nil, err
	}
	attr, err := r.Need("dual_coef_")
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	coef, err := a.Float64s()
	if err != nil || a.Dims() < 1 || a.Dims() > 2 || a.Shape[0] != m.rows.rows || len(coef) == 0 {
		return nil, attr.Format("coefficients of shape %v for %d rows", a.Shape, m.rows.rows)
	}
	t := training{data: coef, rows: m.rows.rows, width: len(coef) / m.rows.rows}
	m.weigh(t.transposed())
	width := m.rows.width
	if name, _ := word(r, "kernel", ""); name == kernelPrecomputed {
		m.whole, width, m.kernel.kind = true, m.rows.rows, kernelPrecomputed
	} else if m.kernel, err = readPairwiseKernel(r, "kernel", pyobj.Ref{}, width); err != nil {
		return nil, err
	}
	if err := n.input(r, width); err != nil {
		return nil, err
	}
	m.names = n.names
	port := numbers(0)
	if a.Dims() == 2 {
		port = numbers(t.width)
	}
	n.offer(one(models.Predict, port, nil, m.run))
	n.outline.Summary = fmt.Sprintf("%s · %s kernel · %d rows", features(n.features), m.kernel.kind, m.rows.rows)
	return n, nil
}

// nystroem compiles Nystroem: kernel(X, components_) @ normalization_.T.
func nystroem(c *compiler, r pyobj.Ref) (*node, error) {
	n, m := new(node), new(kernelMachine)
	var err error
	if err = m.readRows(r, "components_"); err != nil {
		return nil, err
	}
	weights, err := readTraining(r, "normalization_")
	if err != nil {
		return nil, err
	}
	m.weigh(weights)
	if m.weights.width != m.rows.rows {
		return nil, r.Format("normalization_ is for %d components, not %d", m.weights.width, m.rows.rows)
	}
	params, _ := r.Attr("kernel_params")
	if m.kernel, err = readPairwiseKernel(r, "kernel", params, m.rows.width); err != nil {
		return nil, err
	}
	if err := n.input(r, m.rows.width); err != nil {
		return nil, err
	}
	m.names = n.names
	n.transform = &transformer{width: m.weights.rows, names: prefixed("nystroem", m.weights.rows),
		run: func(ws *workspace, x block) (block, error) {
			y := block{rows: x.rows, width: m.weights.rows, data: ws.floats(x.rows * m.weights.rows), owned: true}
			return y, m.run(ws, x, y.data)
		}}
	n.outline.Summary = fmt.Sprintf("%s · %s kernel · %d components", features(n.features), m.kernel.kind, m.rows.rows)
	return n, nil
}

// readSampler reads random_weights_ and random_offset_, and gives
// cos(X @ weights + offset) times √(2/components).
func readSampler(r pyobj.Ref, n *node, class string) (training, error) {
	w, err := readTraining(r, "random_weights_")
	if err != nil {
		return w, err
	}
	w = w.transposed()
	offset, err := r.Floats("random_offset_")
	if err != nil {
		return w, err
	}
	if len(offset) != w.rows {
		return w, r.Format("%d offsets for %d components", len(offset), w.rows)
	}
	if err := n.input(r, w.width); err != nil {
		return w, err
	}
	scale := math.Sqrt(2 / float64(w.rows))
	run := projected(w, offset, n.names, func(x []float64) {
		for i, v := range x {
			x[i] = math.Cos(v) * scale
		}
	})
	n.transform = &transformer{width: w.rows, names: prefixed(class, w.rows), run: run}
	n.outline.Summary = fmt.Sprintf("%s · %d components", features(n.features), w.rows)
	return w, nil
}

func rbfSampler(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	_, err := readSampler(r, n, "rbfsampler")
	return n, err
}

// skewedChi2Sampler compiles SkewedChi2Sampler: the sampler of log(X + skewedness).
func skewedChi2Sampler(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	if _, err := readSampler(r, n, "skewedchi2sampler"); err != nil {
		return nil, err
	}
	skew, err := numberOr(r, "skewedness", 1)
	if err != nil {
		return nil, err
	}
	inner, names := n.transform.run, n.names
	n.transform.run = func(ws *workspace, x block) (block, error) {
		y, src := ws.writable(x)
		in := block{rows: y.rows, width: y.width, data: src}
		if err := ws.finite(in, names); err != nil {
			return block{}, err
		}
		const text = "X may not contain entries smaller than -skewedness."
		if err := ws.refuse(in, names, text, func(v float64) bool { return v <= -skew }); err != nil {
			return block{}, err
		}
		for i, v := range src {
			y.data[i] = v + skew
		}
		kernel.Log(y.data)
		return inner(ws, y)
	}
	return n, nil
}

// additiveChi2Sampler compiles AdditiveChi2Sampler: of each feature √(x·L), and for
// each step j two more, √(2xL / cosh(πjL)) times cos and sin of j·L·log x. All are 0
// for 0.
func additiveChi2Sampler(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	var err error
	if n.features, n.names, err = recordedFeatures(r); err != nil {
		return nil, err
	}
	steps, err := numberOr(r, "sample_steps", 2)
	if err != nil {
		return nil, err
	}
	if !(steps >= 1 && steps <= 100) {
		return nil, r.Format("sample_steps is %v", steps)
	}
	interval := map[float64]float64{1: 0.8, 2: 0.5, 3: 0.4}[steps]
	for _, name := range []string{"sample_interval", "sample_interval_"} { // the second until 1.2
		if interval, err = numberOr(r, name, interval); err != nil {
			return nil, err
		}
	}
	if interval == 0 {
		return nil, r.Format("sample_interval is None for %v sample_steps", steps)
	}
	s := &chi2Steps{steps: int(steps), interval: interval, names: n.names}
	n.transform = &transformer{width: n.features * (2*s.steps - 1), run: s.run, names: s.outputNames}
	n.outline.Summary = fmt.Sprintf("%s · %d steps", features(n.features), s.steps)
	return n, nil
}

type chi2Steps struct {
	steps    int
	interval float64
	names    []string
}

func (s *chi2Steps) run(ws *workspace, x block) (block, error) {
	m := ws.matrix(x)
	if err := ws.finite(m, s.names); err != nil {
		return block{}, err
	}
	const text = "Negative values in data passed to X in AdditiveChi2Sampler.transform."
	if err := ws.refuse(m, s.names, text, func(v float64) bool { return v < 0 }); err != nil {
		return block{}, err
	}
	width := m.width * (2*s.steps - 1)
	y := block{rows: m.rows, width: width, data: ws.floats(m.rows * width), owned: true}
	clear(y.data)
	for i, v := range m.data {
		if v != 0 {
			s.expand(y.data[i/m.width*width+i%m.width:], v, m.width)
		}
	}
	return y, nil
}

// expand writes the values of v, one every width.
func (s *chi2Steps) expand(out []float64, v float64, width int) {
	out[0] = math.Sqrt(v * s.interval)
	for j := 1; j < s.steps; j++ {
		factor := math.Sqrt(2 * v * s.interval / math.Cosh(math.Pi*float64(j)*s.interval))
		sin, cos := math.Sincos(float64(j) * (s.interval * math.Log(v)))
		out[(2*j-1)*width], out[2*j*width] = factor*cos, factor*sin
	}
}

func (s *chi2Steps) outputNames(in []string) []string {
	var out []string
	add := func(suffix string) {
		for _, name := range in {
			out = append(out, "additivechi2sampler_"+name+"_"+suffix)
		}
	}
	add("sqrt")
	for j := 1; j < s.steps; j++ {
		add(fmt.Sprintf("cos%d", j))
		add(fmt.Sprintf("sin%d", j))
	}
	return out
}
