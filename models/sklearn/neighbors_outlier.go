package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A localOutlier is LocalOutlierFactor with novelty=True
// (sklearn/neighbors/_lof.py).
type localOutlier struct {
	neighbourhood
	k      int
	lrd    []float64 // local reachability density of each training row
	reach  []float64 // distance of each training row to its k-th neighbour
	offset float64
}

func localOutlierFactor(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	novelty, err := flag(r, "novelty", false)
	if err != nil {
		return nil, err
	}
	if !novelty {
		return nil, r.Unsupported("LocalOutlierFactor with novelty=False, which predicts for its training rows only,",
			"Fit it with novelty=True.")
	}
	s, err := readNeighbourhood(r, n)
	if err != nil {
		return nil, err
	}
	m := &localOutlier{neighbourhood: *s}
	if err := m.read(r); err != nil {
		return nil, err
	}
	n.offer(one(models.Predict, models.Port{DType: models.Int64}, nil, m.classify))
	n.offer(one(models.DecisionFunction, numbers(0), nil, m.decide))
	n.offer(one(models.ScoreSamples, numbers(0), nil, m.score))
	// kneighbors looks for n_neighbors, of which there may be too few.
	if k, err := m.readCount(r, "n_neighbors"); err == nil {
		n.offer(m.kneighbors(k))
	}
	n.outline.Summary = fmt.Sprintf("%s · %d neighbours of %d rows · %s", features(n.features), m.k, m.rows, m.distance.name)
	return n, nil
}

func (m *localOutlier) read(r pyobj.Ref) error {
	var err error
	if m.k, err = m.readCount(r, "n_neighbors_"); err != nil {
		return err
	}
	if m.offset, err = oneNumber(r, "offset_"); err != nil {
		return err
	}
	if m.lrd, err = r.Floats("_lrd"); err != nil {
		return err
	}
	dist, err := readTraining(r, "_distances_fit_X_")
	if err != nil {
		return err
	}
	if len(m.lrd) != m.rows || dist.rows != m.rows || dist.width < m.k {
		return r.Format("%d training rows, %d densities, distances of shape %d × %d for %d neighbours",
			m.rows, len(m.lrd), dist.rows, dist.width, m.k)
	}
	for i := range m.rows {
		m.reach = append(m.reach, dist.row(i)[m.k-1])
	}
	return nil
}

// score is score_samples: minus the mean of the neighbours' densities over that of
// the row.
func (m *localOutlier) score(ws *workspace, x block, out []float64) error {
	dist, index, err := m.nearest(ws, x, m.k)
	if err != nil {
		return err
	}
	for i := range out {
		d, at := dist[i*m.k:(i+1)*m.k], index[i*m.k:(i+1)*m.k]
		for j, v := range d {
			d[j] = max(v, m.reach[at[j]])
		}
		density := 1 / (kernel.Sum(d)/float64(m.k) + 1e-10)
		for j := range d {
			d[j] = m.lrd[at[j]] / density
		}
		out[i] = -(kernel.Sum(d) / float64(m.k))
	}
	return nil
}

func (m *localOutlier) decide(ws *workspace, x block, out []float64) error {
	if err := m.score(ws, x, out); err != nil {
		return err
	}
	for i := range out {
		out[i] -= m.offset
	}
	return nil
}

func (m *localOutlier) classify(ws *workspace, x block, out []float64) error {
	if err := m.decide(ws, x, out); err != nil {
		return err
	}
	for i, v := range out {
		out[i] = 1
		if v < 0 {
			out[i] = -1
		}
	}
	return nil
}
