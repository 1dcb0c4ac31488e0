package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A density is KernelDensity: the logarithm of a sum of kernels around the rows
// that its tree keeps (sklearn/neighbors/_binary_tree.pxi.tp, kernel_density).
type density struct {
	training
	distance  distance
	names     []string
	kind      string
	bandwidth float64
	weights   []float64 // logarithms; nil without sample weights
	constant  float64   // log of the kernel's norm over the sum of weights
}

func kernelDensity(c *compiler, r pyobj.Ref) (*node, error) {
	n, m := new(node), new(density)
	for _, name := range []string{"atol", "rtol"} {
		if v, err := numberOr(r, name, 0); err != nil || v != 0 {
			return nil, r.Unsupported("KernelDensity with "+name, "Its answers depend on the tree: set atol and rtol to 0.")
		}
	}
	if err := m.readTree(r); err != nil {
		return nil, err
	}
	metric, err := r.Need("metric")
	if err != nil {
		return nil, err
	}
	params, _ := r.Attr("metric_params")
	if m.distance, err = readDistance(metric, params, m.width); err != nil {
		return nil, err
	}
	if m.bandwidth, err = oneNumber(r, either(r, "bandwidth_", "bandwidth")); err != nil {
		return nil, err
	}
	if m.kind, err = word(r, "kernel", "gaussian"); err != nil {
		return nil, err
	}
	norm, ok := logKernelNorm(m.kind, m.width)
	if !ok || !(m.bandwidth > 0) {
		return nil, r.Unsupported(fmt.Sprintf("the kernel '%s' with bandwidth %v", m.kind, m.bandwidth),
			"scikit-learn knows gaussian, tophat, epanechnikov, exponential, linear and cosine.")
	}
	m.constant += -norm - float64(float64(m.width)*math.Log(m.bandwidth))
	if err := n.input(r, m.width); err != nil {
		return nil, err
	}
	m.names = n.names
	n.offer(one(models.ScoreSamples, numbers(0), nil, m.score))
	n.outline.Summary = fmt.Sprintf("%s · %s kernel · bandwidth %v · %d rows", features(n.features), m.kind, m.bandwidth, m.rows)
	return n, nil
}

// readTree reads the data and the sample weights from the state of a KDTree or
// BallTree: a tuple (__getstate__ of _binary_tree.pxi.tp).
func (m *density) readTree(r pyobj.Ref) error {
	tree, err := r.Need("tree_")
	if err != nil {
		return err
	}
	o, ok := tree.Value().(*pyobj.Object)
	if !ok {
		return tree.Format("want a tree, got %s", pyobj.Describe(tree.Value()))
	}
	state, ok := o.State.(pyobj.Tuple)
	if !ok || len(state) < 12 {
		return tree.Format("want a tree with a state of 12 or 13 parts, got %s", pyobj.Describe(o.State))
	}
	holder := pyobj.NewRef(tree.Path(), &pyobj.Object{Class: o.Class, Offset: o.Offset, State: &pyobj.Dict{
		Keys: []pyobj.Value{"data"}, Values: []pyobj.Value{state[0]}}})
	if m.training, err = readTraining(holder, "data"); err != nil {
		return err
	}
	m.constant = -math.Log(float64(m.rows))
	if len(state) < 13 || state[12] == nil {
		return nil
	}
	a, err := pyobj.NewRef(tree.Path()+"[12]", state[12]).Array()
	if err != nil {
		return err
	}
	weights, err := a.Float64s()
	if err != nil || len(weights) != m.rows {
		return tree.Format("%d sample weights for %d rows", a.Len(), m.rows)
	}
	m.constant = -math.Log(kernel.Sum(weights))
	for _, w := range weights {
		m.weights = append(m.weights, math.Log(w))
	}
	return nil
}

func (m *density) score(ws *workspace, x block, out []float64) error {
	q := ws.matrix(x)
	if err := ws.finite(q, m.names); err != nil {
		return err
	}
	d := ws.floats(m.rows)
	for i := range out {
		m.distance.all(d, q.rowsBetween(i, i+1), m.data, m.width)
		m.distance.finish(d)
		for j, v := range d {
			d[j] = m.log(v)
			if m.weights != nil {
				d[j] += m.weights[j]
			}
		}
		out[i] = logSumExp(d) + m.constant
	}
	return nil
}

// log is compute_log_kernel at distance d.
func (m *density) log(d float64) float64 {
	h := m.bandwidth
	if m.kind == "gaussian" {
		return -0.5 * (d * d) / (h * h)
	}
	if m.kind == "exponential" {
		return -d / h
	}
	if d >= h {
		return math.Inf(-1)
	}
	switch m.kind {
	case "epanechnikov":
		return math.Log(1 - (d*d)/(h*h))
	case "linear":
		return math.Log(1 - d/h)
	case "cosine":
		return math.Log(math.Cos(0.5 * math.Pi * d / h))
	}
	return 0 // tophat
}

// logSumExp is log(Σ exp(x)), and -Inf if all x are. It overwrites x, to add as many
// values as there are training rows in pairs, which kernel.LogSumExp does not.
func logSumExp(x []float64) float64 {
	most := x[kernel.ArgMax(x)]
	if math.IsInf(most, 0) {
		return most
	}
	for i, v := range x {
		x[i] = kernel.Exp(v - most)
	}
	return math.Log(kernel.Sum(x)) + most
}

// logKernelNorm is minus the logarithm of the integral of a kernel of bandwidth 1 in d
// dimensions, without sign (_log_kernel_norm).
func logKernelNorm(kind string, d int) (float64, bool) {
	n := float64(d)
	lgamma := func(v float64) float64 { g, _ := math.Lgamma(v); return g }
	volume := func(n float64) float64 { return float64(0.5*n*math.Log(math.Pi)) - lgamma(0.5*n+1) }
	surface := func(n float64) float64 { return math.Log(2*math.Pi) + volume(n-1) }
	switch kind {
	case "gaussian":
		return 0.5 * n * math.Log(2*math.Pi), true
	case "tophat":
		return volume(n), true
	case "epanechnikov":
		return volume(n) + math.Log(2/(n+2)), true
	case "exponential":
		return surface(n-1) + lgamma(n), true
	case "linear":
		return volume(n) - math.Log(n+1), true
	case "cosine":
		sum, term := 0.0, 2/math.Pi
		for k := 1.0; k <= n; k += 2 {
			sum += term
			term *= -(n - k) * (n - k - 1) * (2 / math.Pi) * (2 / math.Pi)
		}
		return math.Log(sum) + surface(n-1), true
	}
	return 0, false
}
