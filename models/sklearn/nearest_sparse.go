package sklearn

import (
	"math"
	"slices"
)

// nearestSparse is nearest for a training matrix that is sparse.
func (s *neighbourhood) nearestSparse(ws *workspace, x block, k int) (dist []float64, index []int, err error) {
	q, err := ws.entries(x, s.names)
	if err != nil {
		return nil, nil, err
	}
	dist, index = ws.floats(x.rows*k), ws.ints(x.rows*k)
	all := ws.floats(s.rows)
	for i := range x.rows {
		heap, at := dist[i*k:(i+1)*k], index[i*k:(i+1)*k]
		for j := range heap {
			heap[j], at[j] = math.Inf(1), 0
		}
		s.reduced(all, q, i)
		for j, d := range all {
			if d < heap[0] {
				heapPush(heap, at, d, j)
			}
		}
		for j, row := range at {
			heap[j] = s.exactly(heap[j], q, i, row, math.Inf(1))
		}
		sortPairs(heap, at)
	}
	s.distance.finish(dist)
	return dist, index, nil
}

// reduced writes the reduced distances of row i of q to all rows, less exactly than
// distance.all does for near ones.
func (s *neighbourhood) reduced(dst []float64, q *csr, i int) {
	indices, values := q.row(i)
	if s.distance.squared {
		s.sparse.squaredDistances(dst, indices, values)
		return
	}
	s.sparse.products(dst, indices, values)
	norm := length(values)
	for j, p := range dst[:s.rows] {
		theirs := math.Sqrt(s.sparse.squares[j])
		if theirs == 0 {
			theirs = 1
		}
		dst[j] = min(max(1-p/norm/theirs, 0), 2)
	}
}

// exactly is the reduced distance of row i of q to row j, where reduced gives d: the sum
// of the squared differences where d, as a difference of large parts, is too inexact
// by itself or to be compared with limit.
func (s *neighbourhood) exactly(d float64, q *csr, i, j int, limit float64) float64 {
	indices, values := q.row(i)
	size := s.sparse.squares[j]
	near := d < 1e-3*size || math.Abs(d-limit) < 1e-9*(size+limit)
	if !s.distance.squared || !near || !slices.IsSorted(indices) {
		return d
	}
	return s.entries.squaredDistance(j, indices, values)
}
