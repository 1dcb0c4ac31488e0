package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var mixtureClasses = []class{
	{"BayesianGaussianMixture", "sklearn", bayesianMixture},
	{"EllipticEnvelope", "sklearn", ellipticEnvelope},
	{"GaussianMixture", "sklearn", gaussianMixture},
}

// A mixture is a mixture of Gaussians (sklearn/mixture/_base.py,
// _gaussian_mixture.py): the log-probability of a row in component k is
//
//	-(features*log(2 pi) + maha[k])/2 + logDet[k] + extra[k] + logWeight[k]
//
// where maha is the squared Mahalanobis distance to its mean.
type mixture struct {
	kind      string // covariance_type
	means     *grid
	factors   []*grid   // full and tied: precisions_cholesky_, transposed
	shifts    []float64 // full and tied: means @ factor, a row a component
	precision *grid     // diag: precisions; spherical: one row of them
	squares   []float64 // diag and spherical: mean² · precision, summed
	scaled    *grid     // diag: means · precisions
	logDet    []float64
	extra     []float64 // of BayesianGaussianMixture, and zero
	logWeight []float64
	zeros     []float64
	names     []string
}

func readMixture(r pyobj.Ref) (*mixture, error) {
	m := new(mixture)
	var err error
	if m.means, err = readGrid(r, "means_"); err != nil {
		return nil, err
	}
	if m.kind, err = word(r, "covariance_type", "full"); err != nil {
		return nil, err
	}
	attr, err := r.Need("precisions_cholesky_")
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	data, err := a.Float64s()
	if err != nil {
		return nil, attr.Format("%w", err)
	}
	k, n := m.means.rows, m.means.cols
	want := map[string]int{"full": k * n * n, "tied": n * n, "diag": k * n, "spherical": k}
	if size, ok := want[m.kind]; !ok || len(data) != size {
		return nil, attr.Format("%d values for covariance_type=%q, %d components and %d features", len(data), m.kind, k, n)
	}
	m.zeros, m.extra, m.logDet = make([]float64, max(k, n)), make([]float64, k), make([]float64, k)
	switch m.kind {
	case "full", "tied":
		m.setFactors(data)
	default:
		m.setPrecisions(data)
	}
	return m, nil
}

// setFactors keeps the Cholesky factors of the precision matrices.
func (m *mixture) setFactors(data []float64) {
	k, n := m.means.rows, m.means.cols
	m.shifts = make([]float64, k*n)
	for i := range k {
		factor := &grid{n, n, data[:n*n]}
		if m.kind == "full" {
			factor.data = data[i*n*n : (i+1)*n*n]
		}
		for j := range n {
			m.logDet[i] += math.Log(factor.data[j*n+j])
		}
		if i == 0 || m.kind == "full" {
			m.factors = append(m.factors, factor.transposed())
		}
		kernel.Affine(m.shifts[i*n:(i+1)*n], m.means.row(i), m.factors[len(m.factors)-1].data, m.zeros[:n], n)
	}
}

// setPrecisions squares the roots of the precisions.
func (m *mixture) setPrecisions(roots []float64) {
	k, n := m.means.rows, m.means.cols
	m.precision = &grid{k, len(roots) / k, make([]float64, len(roots))}
	m.squares, m.scaled = make([]float64, k), newGrid(k, n)
	for i := range k {
		p := m.precision.row(i)
		for j := range p {
			v := roots[i*len(p)+j]
			p[j] = v * v
			m.logDet[i] += math.Log(v)
		}
		if m.kind == "spherical" {
			m.logDet[i] = float64(n) * math.Log(roots[i])
		}
		for j, mean := range m.means.row(i) {
			m.squares[i] += float64(mean * mean * p[j%len(p)])
			m.scaled.row(i)[j] = mean * p[j%len(p)]
		}
	}
}

// logProbabilities is _estimate_weighted_log_prob: out has a value a component.
func (m *mixture) logProbabilities(ws *workspace, x block, out []float64) error {
	data, err := ws.centered(x, nil, m.names)
	if err != nil {
		return err
	}
	k, n := m.means.rows, m.means.cols
	constant := float64(n) * math.Log(2*math.Pi)
	scratch := ws.floats(n)
	for i := range x.rows {
		row := data[i*n : (i+1)*n]
		for c := range k {
			out[i*k+c] = -0.5*(constant+m.distance(scratch, row, c)) + m.logDet[c] + m.extra[c] + m.logWeight[c]
		}
	}
	return nil
}

// distance is the squared Mahalanobis distance of row to component c.
func (m *mixture) distance(y, row []float64, c int) (sum float64) {
	n := len(row)
	switch m.kind {
	case "full", "tied":
		kernel.Affine(y, row, m.factors[c%len(m.factors)].data, m.zeros[:n], n)
		for j, v := range y {
			d := v - m.shifts[c*n+j]
			y[j] = d * d
		}
		return kernel.Sum(y)
	case "diag":
		for j, p := range m.precision.row(c) {
			sum += float64(row[j] * row[j] * p)
		}
		return m.squares[c] - 2*kernel.Dot(row, m.scaled.row(c)) + sum
	}
	p := m.precision.data[c]
	return m.squares[c] - 2*float64(kernel.Dot(row, m.means.row(c))*p) + float64(kernel.Dot(row, row)*p)
}

func (m *mixture) scores(ws *workspace, x block, out []float64) error {
	k := m.means.rows
	all := ws.floats(x.rows * k)
	if err := m.logProbabilities(ws, x, all); err != nil {
		return err
	}
	for i := range out {
		out[i] = kernel.LogSumExp(all[i*k : (i+1)*k])
	}
	return nil
}

func (m *mixture) probabilities(ws *workspace, x block, out []float64) error {
	if err := m.logProbabilities(ws, x, out); err != nil {
		return err
	}
	for k := m.means.rows; len(out) > 0; out = out[k:] {
		total := kernel.LogSumExp(out[:k])
		for j, v := range out[:k] {
			out[j] = kernel.Exp(v - total)
		}
	}
	return nil
}

func (m *mixture) predict(ws *workspace, x block, out []float64) error {
	k := m.means.rows
	all := ws.floats(x.rows * k)
	if err := m.logProbabilities(ws, x, all); err != nil {
		return err
	}
	for i := range out {
		out[i] = float64(kernel.ArgMax(all[i*k : (i+1)*k]))
	}
	return nil
}

func (m *mixture) node(r pyobj.Ref) (*node, error) {
	n := new(node)
	if err := n.input(r, m.means.cols); err != nil {
		return nil, err
	}
	if len(m.logWeight) != m.means.rows {
		return nil, r.Format("%d weights for %d components", len(m.logWeight), m.means.rows)
	}
	m.names = n.names
	n.offer(one(models.Predict, integer(), nil, m.predict))
	n.offer(one(models.PredictProba, numbers(m.means.rows), nil, m.probabilities))
	n.offer(one(models.ScoreSamples, numbers(0), nil, m.scores))
	n.outline.Summary = fmt.Sprintf("%s · %d components · %s", features(n.features), m.means.rows, m.kind)
	return n, nil
}

func gaussianMixture(_ *compiler, r pyobj.Ref) (*node, error) {
	m, err := readMixture(r)
	if err != nil {
		return nil, err
	}
	weights, err := perFeature(r, "weights_")
	if err != nil {
		return nil, err
	}
	for _, w := range weights {
		m.logWeight = append(m.logWeight, math.Log(w))
	}
	return m.node(r)
}

// bayesianMixture compiles BayesianGaussianMixture
// (sklearn/mixture/_bayesian_mixture.py).
func bayesianMixture(_ *compiler, r pyobj.Ref) (*node, error) {
	m, err := readMixture(r)
	if err != nil {
		return nil, err
	}
	freedom, err := r.Floats("degrees_of_freedom_")
	if err != nil {
		return nil, err
	}
	for len(freedom) > 0 && len(freedom) < m.means.rows && m.kind == "tied" { // one for all
		freedom = append(freedom, freedom[0])
	}
	precision, err := perFeature(r, "mean_precision_")
	if err != nil {
		return nil, err
	}
	if k := m.means.rows; len(freedom) != k || len(precision) != k {
		return nil, r.Format("%d degrees_of_freedom_ and %d mean_precision_ for %d components", len(freedom), len(precision), k)
	}
	n := float64(m.means.cols)
	for i, nu := range freedom {
		lambda := 0.0
		for j := range m.means.cols {
			lambda += digamma(0.5 * (nu - float64(j)))
		}
		lambda += n * math.Ln2
		m.extra[i] = -0.5*n*math.Log(nu) + 0.5*(lambda-n/precision[i])
	}
	if m.logWeight, err = bayesianWeights(r); err != nil {
		return nil, err
	}
	return m.node(r)
}

// bayesianWeights is _estimate_log_weights.
func bayesianWeights(r pyobj.Ref) ([]float64, error) {
	prior, err := word(r, "weight_concentration_prior_type", "dirichlet_process")
	if err != nil {
		return nil, err
	}
	attr, err := r.Need("weight_concentration_")
	if err != nil {
		return nil, err
	}
	if prior != "dirichlet_process" {
		return dirichletWeights(r)
	}
	var pair [2][]float64
	for i := range pair {
		item, err := attr.Index(i)
		if err != nil {
			return nil, err
		}
		a, err := item.Array()
		if err != nil {
			return nil, err
		}
		if pair[i], err = a.Float64s(); err != nil {
			return nil, item.Format("%w", err)
		}
	}
	a, b := pair[0], pair[1]
	if len(a) != len(b) {
		return nil, attr.Format("parts of %d and %d values", len(a), len(b))
	}
	out, rest := make([]float64, len(a)), 0.0
	for i := range out {
		sum := digamma(a[i] + b[i])
		out[i] = digamma(a[i]) - sum + rest
		rest += digamma(b[i]) - sum
	}
	return out, nil
}

func dirichletWeights(r pyobj.Ref) ([]float64, error) {
	w, err := perFeature(r, "weight_concentration_")
	if err != nil {
		return nil, err
	}
	total := digamma(kernel.Sum(w))
	out := make([]float64, len(w))
	for i, v := range w {
		out[i] = digamma(v) - total
	}
	return out, nil
}

// An envelope is EllipticEnvelope (sklearn/covariance/_elliptic_envelope.py): the
// negative squared Mahalanobis distance against an offset.
type envelope struct {
	location  []float64
	precision *grid
	offset    float64
	names     []string
}

func ellipticEnvelope(_ *compiler, r pyobj.Ref) (*node, error) {
	e, n := new(envelope), new(node)
	var err error
	if e.location, err = perFeature(r, "location_"); err != nil {
		return nil, err
	}
	attr, ok := r.Attr("precision_")
	if ok && !attr.IsNone() {
		e.precision, err = readGrid(r, "precision_")
	} else if e.precision, err = readGrid(r, "covariance_"); err == nil { // store_precision=False
		e.precision, err = e.precision.inverse(r)
	}
	if err != nil {
		return nil, err
	}
	if k := len(e.location); e.precision.rows != k || e.precision.cols != k {
		return nil, r.Format("a precision matrix of shape [%d %d] for %d features", e.precision.rows, e.precision.cols, k)
	}
	offset, err := r.Need("offset_")
	if err != nil {
		return nil, err
	}
	if e.offset, err = offset.Float(); err != nil {
		return nil, err
	}
	if err := n.input(r, len(e.location)); err != nil {
		return nil, err
	}
	e.names = n.names
	n.offer(one(models.Predict, integer(), nil, e.predict))
	n.offer(one(models.DecisionFunction, numbers(0), nil, e.decide))
	n.offer(one(models.ScoreSamples, numbers(0), nil, e.scores))
	n.outline.Summary = features(n.features)
	return n, nil
}

func (e *envelope) scores(ws *workspace, x block, out []float64) error {
	centered, err := ws.centered(x, e.location, e.names)
	if err != nil {
		return err
	}
	n := len(e.location)
	for i := range out {
		row, sum := centered[i*n:(i+1)*n], 0.0
		for j, v := range row {
			sum += float64(v * kernel.Dot(row, e.precision.row(j)))
		}
		root := math.Sqrt(sum)
		out[i] = -(root * root)
	}
	return nil
}

func (e *envelope) decide(ws *workspace, x block, out []float64) error {
	if err := e.scores(ws, x, out); err != nil {
		return err
	}
	for i := range out {
		out[i] -= e.offset
	}
	return nil
}

func (e *envelope) predict(ws *workspace, x block, out []float64) error {
	if err := e.decide(ws, x, out); err != nil {
		return err
	}
	for i, v := range out {
		out[i] = -1
		if v >= 0 {
			out[i] = 1
		}
	}
	return nil
}
