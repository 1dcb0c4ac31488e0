package sklearn

import "github.com/copal-ml/copal/models/kernel"

// A nearestSearch keeps a heap of the k nearest rows for each query of a block, while the
// block is compared with the training rows, tile by tile: as ArgKmin of
// sklearn/metrics/_pairwise_distances_reduction, with the largest distance on top.
type nearestSearch struct {
	*neighbourhood
	k       int
	tile    []float64 // distances of a block to tileRows rows
	found   []int     // tileRows of them
	singles []float32 // the queries of a block in single precision
	rounded [blockRows]kernel.RoughPoint
	near    [blockRows]bool // that they can be
}

// block finds the nearest rows to queries. What is not as near as the worst so far is
// passed over in single precision once k rows are known.
func (s *nearestSearch) block(dist []float64, index []int, queries []float64) {
	s.round(queries)
	n := len(queries) / s.width
	for first := 0; first < s.rows; first += tileRows {
		last := min(first+tileRows, s.rows)
		if s.rough == nil || first < s.k {
			s.measure(s.tile, queries, first, last)
			for q := range n {
				s.push(dist[q*s.k:(q+1)*s.k], index[q*s.k:(q+1)*s.k], s.tile[q*(last-first):(q+1)*(last-first)], first)
			}
			continue
		}
		for q := range n {
			s.pass(dist[q*s.k:(q+1)*s.k], index[q*s.k:(q+1)*s.k], queries[q*s.width:(q+1)*s.width], q, first, last)
		}
	}
}

func (s *nearestSearch) round(queries []float64) {
	if s.rough == nil {
		return
	}
	for q := range len(queries) / s.width {
		row := queries[q*s.width : (q+1)*s.width]
		s.rounded[q], s.near[q] = s.rough.Point(row, s.singles[q*s.width:])
	}
}

// push takes the distances to the rows from first on.
func (s *nearestSearch) push(heap []float64, at []int, tile []float64, first int) {
	for j, d := range tile {
		if d < heap[0] {
			heapPush(heap, at, d, first+j)
		}
	}
}

// pass takes rows [first, last) that might be near to query q, which is x.
func (s *nearestSearch) pass(heap []float64, at []int, x []float64, q, first, last int) {
	if !s.near[q] {
		tile := s.tile[:last-first]
		s.measure(tile, x, first, last)
		s.push(heap, at, tile, first)
		return
	}
	n := s.rough.Near(s.found, s.rounded[q], first, last, heap[0])
	for _, j := range s.found[:n] {
		if d := s.points.SquaredDistanceTo(x, j); d < heap[0] {
			heapPush(heap, at, d, j)
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
