package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A topics is LatentDirichletAllocation.transform
// (sklearn/decomposition/_lda.py, _update_doc_distribution): the topics of a
// document by variational inference, a document at a time.
type topics struct {
	words      *grid // exp_dirichlet_component_
	prior      float64
	iterations int
	tol        float64
	single     bool // fitted on float32, to which the counts are converted
	names      []string
}

func latentDirichlet(_ *compiler, r pyobj.Ref) (*node, error) {
	t := new(topics)
	var err error
	if t.words, err = readGrid(r, "exp_dirichlet_component_"); err != nil {
		return nil, err
	}
	prior, err := r.Need("doc_topic_prior_")
	if err != nil {
		return nil, err
	}
	if t.prior, err = prior.Float(); err != nil {
		return nil, err
	}
	count, err := number(r, "max_doc_update_iter", 100)
	if err != nil {
		return nil, err
	}
	if !(count >= 0 && count <= maxIterations) {
		return nil, r.Format("max_doc_update_iter is %v", count)
	}
	t.iterations = int(count)
	if t.tol, err = number(r, "mean_change_tol", 1e-3); err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, t.words.cols); err != nil {
		return nil, err
	}
	t.names, t.single = n.names, singleArray(r, "components_")
	k := t.words.rows
	n.transform = &transformer{width: k, run: t.run, names: prefixed("LatentDirichletAllocation", k)}
	n.outline.Summary = fmt.Sprintf("%s · %d topics", features(n.features), k)
	return n, nil
}

func (t *topics) run(ws *workspace, x block) (block, error) {
	x, err := ws.compressed(x, t.names)
	if err != nil {
		return block{}, err
	}
	m, k := x.sparse, t.words.rows
	for i, v := range m.values {
		if t.single && math.Abs(v) >= firstInfinite32 {
			err := ws.badSparse(m, i, t.names)
			if e, ok := err.(*models.DataError); ok {
				e.Text = tooLarge
			}
			return block{}, err
		}
		if v < 0 {
			return block{}, ws.negative(m, i, t.names, "LatentDirichletAllocation.transform.")
		}
	}
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	exps, last := ws.floats(k), ws.floats(k)
	for i := range x.rows {
		from, to := m.indptr[i], m.indptr[i+1]
		t.document(m.indices[from:to], m.values[from:to], y.data[i*k:(i+1)*k], exps, last)
	}
	kernel.NormalizeRows(y.data, k)
	return y, nil
}

// negative refuses entry k of m.
func (ws *workspace) negative(m *csr, k int, names []string, whom string) error {
	err := ws.badSparse(m, k, names)
	if e, ok := err.(*models.DataError); ok {
		e.Text = "Negative values in data passed to " + whom
	}
	return err
}

// document finds the topics of one document, not normalized.
func (t *topics) document(indices []int, counts, topic, exps, last []float64) {
	k := float64(len(topic))
	for j := range topic {
		topic[j], exps[j] = 1, math.Exp(psi(1)-psi(k))
	}
	for range t.iterations {
		copy(last, topic)
		clear(topic)
		for i, word := range indices {
			norm := 0.0
			for j, e := range exps {
				norm += float64(e * t.words.data[j*t.words.cols+word])
			}
			share := counts[i] / (norm + 0x1p-52)
			for j := range topic {
				topic[j] += float64(share * t.words.data[j*t.words.cols+word])
			}
		}
		total := 0.0
		for j := range topic {
			topic[j] = float64(exps[j]*topic[j]) + t.prior
			total += topic[j]
		}
		whole, change := psi(total), 0.0
		for j, v := range topic {
			exps[j] = math.Exp(psi(v) - whole)
			change += math.Abs(last[j] - v)
		}
		if change/k < t.tol {
			return
		}
	}
}

// psi is the digamma function as sklearn/decomposition/_online_lda_fast.pyx
// approximates it (J. Bernardo, "Algorithm AS 103: Psi (Digamma) Function", 1976).
func psi(x float64) (sum float64) {
	if x <= 1e-6 {
		return -0.577215664901532860606512090082402431 - 1/x
	}
	for ; x < 6; x++ {
		sum -= 1 / x
	}
	r := 1 / x
	sum += math.Log(x) - 0.5*r
	r *= r
	return sum - r*((1./12.)-r*((1./120.)-r*(1./252.)))
}
