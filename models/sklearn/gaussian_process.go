package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var gaussianProcessClasses = []class{
	{"GaussianProcessRegressor", "sklearn", gaussianProcessRegressor},
	{"GaussianProcessClassifier", "sklearn", gaussianProcessClassifier},
}

// A process is what a Gaussian process keeps: the training rows, a kernel, and the
// lower Cholesky factor of the training rows' covariance.
type process struct {
	train      training
	covariance covariance
	factor     training
}

func readProcess(r pyobj.Ref) (process, error) {
	var p process
	var err error
	if p.train, err = readTraining(r, "X_train_"); err != nil {
		return p, err
	}
	k, err := r.Need("kernel_")
	if err != nil {
		return p, err
	}
	if p.covariance, err = (&covarianceReader{train: p.train}).read(k); err != nil {
		return p, err
	}
	if p.factor, err = readTraining(r, "L_"); err != nil {
		return p, err
	}
	if p.factor.rows != p.train.rows || p.factor.width != p.train.rows {
		return p, r.Format("L_ is %d × %d for %d rows", p.factor.rows, p.factor.width, p.train.rows)
	}
	return p, nil
}

// each calls f with the covariances of every row of q with the training rows.
// Scratch of the kernels is taken back for each block.
func (p *process) each(ws *workspace, q block, f func(i int, k []float64)) {
	const rows = 8
	n := p.train.rows
	k := ws.floats(min(rows, q.rows) * n)
	used := ws.used
	for from := 0; from < q.rows; from += rows {
		to := min(from+rows, q.rows)
		p.covariance.gram(ws, k[:(to-from)*n], q.rowsBetween(from, to))
		for i := from; i < to; i++ {
			f(i, k[(i-from)*n:][:n])
		}
		ws.used = used
	}
}

// solve overwrites v by L⁻¹v.
func (p *process) solve(v []float64) {
	for i := range v {
		row := p.factor.row(i)
		v[i] = (v[i] - kernel.Dot(row[:i], v)) / row[i]
	}
}

// A processRegressor is GaussianProcessRegressor (sklearn/gaussian_process/_gpr.py).
type processRegressor struct {
	process
	alpha     training  // transposed: a row a target
	mean, std []float64 // of each target; std is of length 1 for all
	names     []string
}

func gaussianProcessRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	p, err := readProcess(r)
	if err != nil {
		return nil, err
	}
	m := &processRegressor{process: p}
	if err := n.input(r, p.train.width); err != nil {
		return nil, err
	}
	m.names = n.names
	flat, err := m.readTargets(r)
	if err != nil {
		return nil, err
	}
	k := m.alpha.rows
	// Since 1.1 a target of one column is answered as a bare one.
	if squeezed := c.version.major > 1 || c.version.major == 1 && c.version.minor >= 1; k == 1 && squeezed {
		flat = true
	}
	port, deviation := numbers(k), numbers(len(m.std))
	if flat {
		port = numbers(0)
	}
	if len(m.std) == 1 {
		deviation = numbers(0)
	}
	n.offer(one(models.Predict, port, nil, func(ws *workspace, x block, out []float64) error {
		return m.predict(ws, x, out, nil)
	}))
	n.offer(&method{name: models.PredictStd, outputs: []output{{port: port}, {port: deviation}},
		run: func(ws *workspace, x block, out [][]float64) error { return m.predict(ws, x, out[0], out[1]) }})
	n.outline.Summary = fmt.Sprintf("%s · %d rows", features(n.features), m.train.rows)
	return n, nil
}

// readTargets reads alpha_ and the normalisation of the targets. Before 0.23 only the
// mean was taken off.
func (m *processRegressor) readTargets(r pyobj.Ref) (flat bool, err error) {
	attr, err := r.Need("alpha_")
	if err != nil {
		return false, err
	}
	a, err := attr.Array()
	if err != nil {
		return false, err
	}
	alpha, err := a.Float64s()
	if err != nil || a.Dims() < 1 || a.Dims() > 2 || a.Shape[0] != m.train.rows || len(alpha) == 0 {
		return false, attr.Format("alpha_ of shape %v for %d rows", a.Shape, m.train.rows)
	}
	k := len(alpha) / m.train.rows
	t := training{data: alpha, rows: m.train.rows, width: k}
	m.alpha = t.transposed()
	if m.mean, err = r.Floats("_y_train_mean"); err != nil {
		return false, err
	}
	m.std = []float64{1}
	if _, ok := r.Attr("_y_train_std"); ok {
		if m.std, err = r.Floats("_y_train_std"); err != nil {
			return false, err
		}
	}
	for _, v := range [][]float64{m.mean, m.std} {
		if len(v) != 1 && len(v) != k {
			return false, r.Format("%d means and %d deviations of %d targets", len(m.mean), len(m.std), k)
		}
	}
	return a.Dims() == 1, nil
}

// predict writes the mean, and the standard deviation if std is not nil.
func (m *processRegressor) predict(ws *workspace, x block, mean, std []float64) error {
	q := ws.matrix(x)
	if err := ws.finite(q, m.names); err != nil {
		return err
	}
	k := m.alpha.rows
	variance := ws.floats(q.rows)
	if std != nil {
		m.covariance.diag(ws, variance, q.data)
	}
	m.each(ws, q, func(i int, values []float64) {
		for j := range k {
			v := kernel.Dot(m.alpha.row(j), values)
			mean[i*k+j] = float64(m.std[j%len(m.std)]*v) + m.mean[j%len(m.mean)]
		}
		if std == nil {
			return
		}
		m.solve(values)
		v := max(variance[i]-kernel.Dot(values, values), 0)
		for j, s := range m.std {
			std[i*len(m.std)+j] = math.Sqrt(v * (s * s))
		}
	})
	return nil
}
