package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A neighbourhood is what the estimators of sklearn/neighbors keep of the data:
// _fit_X and a metric. Queries are answered by comparing with every row, whatever
// tree the estimator built: the answers are the same but for the choice and order of
// neighbours at equal distance, which in scikit-learn depends on the tree, the
// number of queries and the number of threads. Here the first rows win.
type neighbourhood struct {
	training           // without data if sparse or packed
	sparse   *inverted // nil if dense
	entries  *csr      // of sparse
	packed   bool      // the metric is Euclidean, and these two are the data
	points   kernel.Packed
	rough    *kernel.Rough // nil for none
	distance distance
	names    []string
}

// tileRows is how many rows of the training data are compared with a block of
// queries at a time.
const tileRows = 256

func readNeighbourhood(r pyobj.Ref, n *node) (*neighbourhood, error) {
	metric, err := r.Need("effective_metric_")
	if err != nil {
		return nil, err
	}
	if name, err := metric.Str(); err == nil && name == "precomputed" {
		return nil, metric.Unsupported("the metric 'precomputed'", "Fit on the points themselves, with one of scikit-learn's metrics.")
	}
	s := new(neighbourhood)
	if err := s.readRows(r, metric); err != nil {
		return nil, err
	}
	params, _ := r.Attr("effective_metric_params_")
	if s.distance, err = readDistance(metric, params, s.width); err != nil {
		return nil, err
	}
	if err := n.input(r, s.width); err != nil {
		return nil, err
	}
	if s.names = n.names; s.distance.squared && s.sparse == nil {
		s.packed, s.points, s.rough = true, kernel.Pack(s.data, s.width), kernel.NewRough(s.data, s.width)
		s.data = nil
	}
	return s, nil
}

// readRows reads _fit_X, which stays sparse if it is and the metric does not look at
// every feature.
func (s *neighbourhood) readRows(r, metric pyobj.Ref) error {
	attr, err := r.Need("_fit_X")
	if err != nil {
		return err
	}
	switch name, _ := metric.Str(); name {
	case "euclidean", "l2", "sqeuclidean", "cosine":
		if !isSparse(attr) {
			break
		}
		m, err := readCSR(attr)
		if err != nil {
			return err
		}
		s.rows, s.width, s.sparse, s.entries = m.rows, m.width, invert(m), &m.csr
		return nil
	}
	s.training, err = matrixAt(attr)
	return err
}

// measure writes the reduced distances of queries to rows [from, to), of which from
// is a multiple of tileRows.
func (s *neighbourhood) measure(dst, queries []float64, from, to int) {
	if s.packed {
		points := s.points.Between(from, to)
		points.SquaredDistances(dst, queries)
		return
	}
	s.distance.all(dst, queries, s.data[from*s.width:to*s.width], s.width)
}

// readCount reads n_neighbors, or another number of neighbours, which at most as
// many as there are rows.
func (s *neighbourhood) readCount(r pyobj.Ref, name string) (int, error) {
	attr, err := r.Need(name)
	if err != nil {
		return 0, err
	}
	k, err := attr.Int()
	if err != nil {
		return 0, err
	}
	if k < 1 || k > int64(s.rows) {
		return 0, attr.Unsupported("more neighbours than training rows, or less than 1,",
			"scikit-learn cannot predict with it either. Set n_neighbors to at most the number of training rows.")
	}
	return int(k), nil
}

// nearest gives the k nearest rows to each row of x, nearest first.
func (s *neighbourhood) nearest(ws *workspace, x block, k int) (dist []float64, index []int, err error) {
	if s.sparse != nil {
		return s.nearestSparse(ws, x, k)
	}
	m := ws.matrix(x)
	if err := ws.finite(m, s.names); err != nil {
		return nil, nil, err
	}
	dist, index = ws.floats(m.rows*k), ws.ints(m.rows*k)
	for i := range dist {
		dist[i], index[i] = math.Inf(1), 0
	}
	rows := min(blockRows, m.rows)
	run := &nearestSearch{neighbourhood: s, k: k, found: ws.ints(tileRows), tile: ws.floats(rows * min(tileRows, s.rows)), singles: ws.singles(rows * s.width)}
	for from := 0; from < m.rows; from += rows {
		to := min(from+rows, m.rows)
		run.block(dist[from*k:to*k], index[from*k:to*k], m.rowsBetween(from, to))
	}
	for i := 0; i < len(dist); i += k {
		sortPairs(dist[i:i+k], index[i:i+k])
	}
	if s.distance.name == "correlation" {
		undefined(dist, index, k)
	}
	s.distance.finish(dist)
	return dist, index, nil
}

// undefined puts rows whose distance is NaN, as that of a constant row is, into what
// the search left empty, for NumPy sorts them behind all others.
func undefined(dist []float64, index []int, k int) {
	for i := 0; i < len(dist); i += k {
		row := 0
		for j, d := range dist[i : i+k] {
			if math.IsInf(d, 1) {
				dist[i+j], index[i+j] = math.NaN(), row
				row++
			}
		}
	}
}

// kneighbors is the method of that name: distances and the rows' indices.
func (s *neighbourhood) kneighbors(k int) *method {
	return &method{
		name:    models.KNeighbors,
		outputs: []output{{port: numbers(k)}, {port: models.Port{DType: models.Int64, Width: k}}},
		run: func(ws *workspace, x block, out [][]float64) error {
			dist, index, err := s.nearest(ws, x, k)
			if err != nil {
				return err
			}
			copy(out[0], dist)
			for i, at := range index {
				out[1][i] = float64(at)
			}
			return nil
		},
	}
}

// weigh turns the distances of one query into weights 1/d; if one of them is
// infinite, the rows there count alone (sklearn/neighbors/_base.py, _get_weights).
func weigh(d []float64) {
	infinite := false
	for i, v := range d {
		d[i] = 1 / v
		infinite = infinite || math.IsInf(d[i], 0)
	}
	if !infinite {
		return
	}
	for i, v := range d {
		d[i] = 0
		if math.IsInf(v, 0) {
			d[i] = 1
		}
	}
}

// readWeights reports whether neighbours count by distance.
func readWeights(r pyobj.Ref) (byDistance bool, err error) {
	attr, ok := r.Attr("weights")
	if !ok || attr.IsNone() {
		return false, nil
	}
	name, err := attr.Str()
	switch {
	case err != nil:
		return false, attr.Unsupported("weights that are a Python function", "Use weights='uniform' or 'distance'.")
	case name != "uniform" && name != "distance":
		return false, attr.Unsupported("weights='"+name+"'", "Use weights='uniform' or 'distance'.")
	}
	return name == "distance", nil
}
