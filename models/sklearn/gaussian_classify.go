package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A laplace is _BinaryGaussianProcessClassifierLaplace
// (sklearn/gaussian_process/_gpc.py).
type laplace struct {
	process
	residual []float64 // y_train_ - pi_
	root     []float64 // W_sr_
}

func readLaplace(r pyobj.Ref) (*laplace, error) {
	p, err := readProcess(r)
	if err != nil {
		return nil, err
	}
	m := &laplace{process: p}
	y, err := r.Floats("y_train_")
	if err != nil {
		return nil, err
	}
	pi, err := r.Floats("pi_")
	if err != nil {
		return nil, err
	}
	if m.root, err = r.Floats("W_sr_"); err != nil {
		return nil, err
	}
	if n := m.train.rows; len(y) != n || len(pi) != n || len(m.root) != n {
		return nil, r.Format("%d targets, %d probabilities and %d weights for %d rows", len(y), len(pi), len(m.root), n)
	}
	for i, v := range y {
		m.residual = append(m.residual, v-pi[i])
	}
	return m, nil
}

// latent writes the mean of the latent function at each row.
func (m *laplace) latent(ws *workspace, q block, out []float64) {
	m.each(ws, q, func(i int, k []float64) { out[i] = kernel.Dot(k, m.residual) })
}

// probability writes the probability of the second class at each row, with the
// five error functions of Williams and Barber that approximate the integral of
// a sigmoid.
func (m *laplace) probability(ws *workspace, q block, out []float64) {
	variance := ws.floats(q.rows)
	m.covariance.diag(ws, variance, q.data)
	m.each(ws, q, func(i int, k []float64) {
		mean := kernel.Dot(k, m.residual)
		for j := range k {
			k[j] *= m.root[j]
		}
		m.solve(k)
		out[i] = sigmoidIntegral(mean, variance[i]-kernel.Dot(k, k))
	})
}

var (
	laplaceLambdas = [...]float64{0.41, 0.4, 0.37, 0.44, 0.39}
	laplaceCoefs   = [...]float64{-1854.8214151, 3516.89893646, 221.29346712, 128.12323805, -2010.49422654}
)

func sigmoidIntegral(mean, variance float64) float64 {
	alpha := 1 / (2 * variance)
	sum, half := 0.0, 0.0
	for j, l := range laplaceLambdas {
		gamma := l * mean
		integral := math.Sqrt(math.Pi/alpha) * math.Erf(gamma*math.Sqrt(alpha/(alpha+float64(l*l)))) /
			(2 * math.Sqrt(variance*2*math.Pi))
		sum += float64(laplaceCoefs[j] * integral)
		half += laplaceCoefs[j]
	}
	return sum + float64(0.5*half)
}

// A processClassifier is GaussianProcessClassifier: one machine for two classes,
// else one for each class or for each pair.
type processClassifier struct {
	lastTie  bool // of one_vs_rest
	machines []*laplace
	classes  *labels
	names    []string
}

func gaussianProcessClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	n, m := new(node), &processClassifier{lastTie: c.written(r).before(1, 8)}
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	if m.classes, err = readLabels(attr); err != nil {
		return nil, err
	}
	multi, err := word(r, "multi_class", "one_vs_rest")
	if err != nil {
		return nil, err
	}
	if err := m.read(r, multi); err != nil {
		return nil, err
	}
	if err := n.input(r, m.machines[0].train.width); err != nil {
		return nil, err
	}
	m.names = n.names
	switch {
	case m.classes.len() == 2:
		m.offer(n, m.binary, m.binaryProba)
	case multi == "one_vs_one":
		n.classifies(m.classes, m.pairwise, nil)
	default:
		m.offer(n, m.rest, m.restProba)
	}
	n.outline.Summary = fmt.Sprintf("%s · %d classes · %d machines", features(n.features), m.classes.len(), len(m.machines))
	return n, nil
}

// offer adds predict and predict_proba; there is no predict_log_proba.
func (m *processClassifier) offer(n *node, classify, proba func(ws *workspace, x block, out []float64) error) {
	n.classifies(m.classes, classify, nil)
	n.offer(one(models.PredictProba, numbers(m.classes.len()), nil, proba))
}

func (m *processClassifier) read(r pyobj.Ref, multi string) error {
	base, err := r.Need("base_estimator_")
	if err != nil {
		return err
	}
	k := m.classes.len()
	want, parts := 1, []pyobj.Ref{base}
	if k > 2 {
		list, err := base.Need("estimators_")
		if err != nil {
			return err
		}
		if parts, err = list.Items(); err != nil {
			return err
		}
		want = k
		if multi == "one_vs_one" {
			want = k * (k - 1) / 2
		}
	}
	if len(parts) != want || k < 2 {
		return base.Format("%d machines for %d classes", len(parts), k)
	}
	for _, part := range parts {
		machine, err := readLaplace(part)
		if err != nil {
			return err
		}
		m.machines = append(m.machines, machine)
		if machine.train.width != m.machines[0].train.width {
			return part.Format("the machines differ in their features")
		}
	}
	return nil
}

// input gives the rows as a matrix of numbers.
func (m *processClassifier) input(ws *workspace, x block) (block, error) {
	q := ws.matrix(x)
	return q, ws.finite(q, m.names)
}

func (m *processClassifier) binary(ws *workspace, x block, out []float64) error {
	q, err := m.input(ws, x)
	if err != nil {
		return err
	}
	m.machines[0].latent(ws, q, out)
	for i, v := range out {
		out[i] = 0
		if v > 0 {
			out[i] = 1
		}
	}
	return nil
}

func (m *processClassifier) binaryProba(ws *workspace, x block, out []float64) error {
	q, err := m.input(ws, x)
	if err != nil {
		return err
	}
	p := ws.floats(q.rows)
	m.machines[0].probability(ws, q, p)
	for i, v := range p {
		out[2*i], out[2*i+1] = 1-v, v
	}
	return nil
}

// all writes the probability of each machine, a row a machine.
func (m *processClassifier) all(ws *workspace, x block) ([]float64, error) {
	q, err := m.input(ws, x)
	if err != nil {
		return nil, err
	}
	p := ws.floats(q.rows * len(m.machines))
	for j, machine := range m.machines {
		machine.probability(ws, q, p[j*q.rows:(j+1)*q.rows])
	}
	return p, nil
}

// rest is predict of OneVsRestClassifier: of equal probabilities the first, and
// before 1.8 the last.
func (m *processClassifier) rest(ws *workspace, x block, out []float64) error {
	p, err := m.all(ws, x)
	if err != nil {
		return err
	}
	for i := range out {
		best := 0
		for j := range m.machines {
			if v, most := p[j*x.rows+i], p[best*x.rows+i]; v > most || v == most && m.lastTie {
				best = j
			}
		}
		out[i] = float64(best)
	}
	return nil
}

func (m *processClassifier) restProba(ws *workspace, x block, out []float64) error {
	p, err := m.all(ws, x)
	if err != nil {
		return err
	}
	k := len(m.machines)
	for i := range x.rows {
		for j := range k {
			out[i*k+j] = p[j*x.rows+i]
		}
	}
	kernel.NormalizeRows(out, k)
	return nil
}

// pairwise is predict of OneVsOneClassifier: votes of the pairs, and the
// probabilities as confidences.
func (m *processClassifier) pairwise(ws *workspace, x block, out []float64) error {
	q, err := m.input(ws, x)
	if err != nil {
		return err
	}
	p, k := ws.floats(q.rows*len(m.machines)), m.classes.len()
	votes := ws.floats(q.rows * len(m.machines))
	for j, machine := range m.machines {
		machine.probability(ws, q, p[j*q.rows:(j+1)*q.rows])
		machine.latent(ws, q, votes[j*q.rows:(j+1)*q.rows])
	}
	score, sums := ws.floats(k), ws.floats(k)
	for i := range out {
		clear(score)
		clear(sums)
		pair := 0
		for a := range k {
			for b := a + 1; b < k; b++ {
				at := pair*q.rows + i
				sums[a] -= p[at]
				sums[b] += p[at]
				if votes[at] > 0 {
					score[b]++
				} else {
					score[a]++
				}
				pair++
			}
		}
		for j, s := range sums {
			score[j] += s / (3 * (math.Abs(s) + 1))
		}
		out[i] = float64(kernel.ArgMax(score))
	}
	return nil
}
