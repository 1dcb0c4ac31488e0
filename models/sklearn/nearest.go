package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// A neighbourhood is what the estimators of sklearn/neighbors keep of the data:
// _fit_X and a metric. Queries are answered by comparing with every row, whatever
// tree the estimator built: the answers are the same but for the choice and order of
// neighbours at equal distance, which in scikit-learn depends on the tree, the
// number of queries and the number of threads. Here the first rows win.
type neighbourhood struct {
	training           // without data if sparse
	sparse   *inverted // nil if dense
	entries  *csr      // of sparse
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
	s.names = n.names
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
	tile := ws.floats(min(blockRows, m.rows) * min(tileRows, s.rows))
	for from := 0; from < m.rows; from += blockRows {
		to := min(from+blockRows, m.rows)
		s.push(dist[from*k:to*k], index[from*k:to*k], tile, m.rowsBetween(from, to), k)
	}
	for i := 0; i < len(dist); i += k {
		sortPairs(dist[i:i+k], index[i:i+k])
	}
	s.distance.finish(dist)
	return dist, index, nil
}

// push compares a block of queries with all training rows, tile by tile.
func (s *neighbourhood) push(dist []float64, index []int, tile, queries []float64, k int) {
	for first := 0; first < s.rows; first += tileRows {
		last := min(first+tileRows, s.rows)
		s.distance.all(tile, queries, s.data[first*s.width:last*s.width], s.width)
		n := last - first
		for q := 0; q*k < len(dist); q++ {
			heap, at := dist[q*k:(q+1)*k], index[q*k:(q+1)*k]
			for j, d := range tile[q*n : (q+1)*n] {
				if d < heap[0] {
					heapPush(heap, at, d, first+j)
				}
			}
		}
	}
}

// heapPush replaces the largest pair of value and index.
func heapPush(values []float64, indices []int, v float64, index int) {
	at := 0
	for {
		child := 2*at + 1
		if child >= len(values) {
			break
		}
		if right := child + 1; right < len(values) && (values[right] > values[child] ||
			values[right] == values[child] && indices[right] > indices[child]) {
			child = right
		}
		if values[child] < v || values[child] == v && indices[child] < index {
			break
		}
		values[at], indices[at] = values[child], indices[child]
		at = child
	}
	values[at], indices[at] = v, index
}

// sortPairs sorts by value, equal values by index.
func sortPairs(values []float64, indices []int) {
	if len(values) > 15 {
		heapSort(values, indices)
		return
	}
	for i := 1; i < len(values); i++ {
		v, index, j := values[i], indices[i], i
		for ; j > 0 && (values[j-1] > v || values[j-1] == v && indices[j-1] > index); j-- {
			values[j], indices[j] = values[j-1], indices[j-1]
		}
		values[j], indices[j] = v, index
	}
}

func heapSort(values []float64, indices []int) {
	for i := len(values)/2 - 1; i >= 0; i-- {
		sift(values, indices, i)
	}
	for n := len(values) - 1; n > 0; n-- {
		values[0], values[n] = values[n], values[0]
		indices[0], indices[n] = indices[n], indices[0]
		sift(values[:n], indices[:n], 0)
	}
}

func sift(values []float64, indices []int, at int) {
	before := func(i, j int) bool {
		return values[i] < values[j] || values[i] == values[j] && indices[i] < indices[j]
	}
	for {
		child := 2*at + 1
		if child >= len(values) {
			return
		}
		if child+1 < len(values) && before(child, child+1) {
			child++
		}
		if !before(at, child) {
			return
		}
		values[at], values[child] = values[child], values[at]
		indices[at], indices[child] = indices[child], indices[at]
		at = child
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
