package forest

import (
	"math"
	"slices"
)

// slice makes the form of the bit-sliced engine, or nil if the forest does not
// fit it.
func (b *Builder) slice(f *Forest, k *kernels) *sliced {
	for _, d := range b.trees {
		if d.count > 2*sliceLeaves-1 {
			return nil
		}
	}
	s, places := b.slicePlanes(f, k)
	if s == nil {
		return nil
	}
	for _, d := range b.trees {
		s.addTree(b, d, places)
	}
	s.addValues(f)
	return s
}

// sliceOblivious is the same for oblivious trees, whose levels are b.nodes.
func (b *Builder) sliceOblivious(f *Forest, k *kernels) *sliced {
	s, places := b.slicePlanes(f, k)
	if s == nil {
		return nil
	}
	s.oblivious = true
	for i := range b.nodes {
		s.slices = append(s.slices, places.slice(&b.nodes[i]))
	}
	for i := range f.oblivious {
		t := &f.oblivious[i]
		s.trees = append(s.trees, sliceTree{slices: t.first, count: t.depth, leaves: 1 << t.depth, values: t.leaf * int32(f.Width), output: t.output})
	}
	s.addValues(f)
	return s
}

// planePlaces say which planes belong to the questions of nodes.
type planePlaces struct {
	first  []int     // plane of each column
	bounds [][]int64 // of each column
	sets   int       // where the planes of sets begin
}

// slicePlanes begins the form of the bit-sliced engine with its planes; it is nil
// if there are too many.
func (b *Builder) slicePlanes(f *Forest, k *kernels) (*sliced, *planePlaces) {
	s := &sliced{kernels: k}
	if !s.addSets(f.sets) {
		return nil, nil
	}
	places := &planePlaces{bounds: f.bounds}
	if f.bounds == nil {
		places.bounds = b.bounds()
	}
	places.first = s.addPlanes(b, places.bounds)
	places.sets = len(s.planes)
	if len(s.planes)+len(s.sets) > math.MaxUint16 {
		return nil, nil
	}
	return s, places
}

// addPlanes makes the planes of all columns, and returns the first one of each.
func (s *sliced) addPlanes(b *Builder, bounds [][]int64) (first []int) {
	for i, list := range bounds {
		first = append(first, len(s.planes))
		for part := range slices.Chunk(list, planeBounds) {
			p := plane{column: int32(i)}
			if b.shape.Precision == Float32 {
				p.ranks = int32(len(s.ranks32))
				s.ranks32 = append(s.ranks32, newRanks[int32](part, math.MaxInt32))
			} else {
				p.ranks = int32(len(s.ranks64))
				s.ranks64 = append(s.ranks64, newRanks[int64](part, math.MaxInt64))
			}
			s.planes = append(s.planes, p)
		}
	}
	return first
}

func newRanks[K int32 | int64](bounds []int64, last K) (r ranks[K]) {
	for i := range r.bounds {
		r.bounds[i] = last
		if i < len(bounds) {
			r.bounds[i] = K(bounds[i])
		}
		if i%16 == 15 {
			r.pivots[i/16] = r.bounds[i]
		}
	}
	return r
}

// addTree adds a tree.
func (s *sliced) addTree(b *Builder, d draft, places *planePlaces) {
	t := sliceTree{slices: int32(len(s.slices)), places: int32(len(s.places)), values: int32(d.leaf * b.shape.Width), output: d.output}
	for i := range d.count {
		n := &b.nodes[d.first+i]
		if n.left < 0 {
			s.places = append(s.places, uint16(i+1))
			continue
		}
		q := places.slice(n)
		q.at = uint16(i + 1)
		s.slices = append(s.slices, q)
	}
	t.count, t.leaves = int32(len(s.slices))-t.slices, int32(len(s.places))-t.places
	s.trees = append(s.trees, t)
}

// slice is a question in the terms of planes.
func (p *planePlaces) slice(q *question) slice {
	if q.slot >= asksSet {
		return slice{plane: uint16(p.sets + int(q.slot-asksSet))}
	}
	at, _ := slices.BinarySearch(p.bounds[q.slot], q.key)
	return slice{plane: uint16(p.first[q.slot] + at/planeBounds), bin: turn(at % planeBounds)}
}

// turn makes a byte compare as int8.
func turn(n int) int8 { return int8(uint8(n) ^ 0x80) }

// addValues takes the values of leaves output by output.
func (s *sliced) addValues(f *Forest) {
	if f.Width == 1 {
		s.values = f.values
		return
	}
	var values []float64
	for _, t := range s.trees {
		for j := range f.Width {
			for i := range int(t.leaves) {
				values = append(values, f.values.at(int(t.values)+i*f.Width+j))
			}
		}
	}
	s.values = newTable(values, f.Sums)
}
