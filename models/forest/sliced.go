package forest

import (
	"math"
	"slices"
)

// tile is the number of rows that the bit-sliced engine takes at once: what a
// node answers to them is one word, bit i for row i.
const tile = 64

// sliceLeaves is how many leaves a tree may have for the bit-sliced engine, whose
// leaves have numbers of a byte.
const sliceLeaves = 256

// planeBounds is how many bounds a plane tells apart in a byte.
const planeBounds = 255

// A plane tells of each row how many of up to 255 bounds of a column its key is
// above, as a byte with its sign bit turned, so that it compares as int8. A
// column with more bounds has several planes.
type plane struct {
	column int32
	ranks  int32 // in ranks32 or ranks64
}

// ranks are sorted bounds, filled up with the largest key, in two levels: above
// how many of pivots is a key, then above how many of the 16 there.
type ranks[K int32 | int64] struct {
	pivots [16]K
	bounds [256]K
}

// A slice is a node of the bit-sliced engine: rows whose byte in plane is above
// bin go right. The nodes of a tree are in breadth-first order, and siblings side
// by side: with the root in place 1, the children of inner node k are in 2k+2
// and 2k+3. The place of the node itself is at.
type slice struct {
	plane, at uint16
	bin       int8
}

// A sliceTree says which slices and leaves belong to a tree.
type sliceTree struct {
	slices, count int32 // its inner nodes
	leaves        int32 // one more than slices
	places        int32 // of its leaves, in sliced.places
	values        int32 // of its first leaf; those of the next output are leaves further on
	output        int32
}

// sliced are the trees for the bit-sliced engine.
type sliced struct {
	kernels   *kernels
	oblivious bool // slices are levels
	least     int  // rows that make it worth it
	trees     []sliceTree
	slices    []slice
	places    []uint16 // of leaves
	planes    []plane
	codings   []coding
	sets      []setPlane // their planes are behind planes
	ranks32   []ranks[int32]
	ranks64   []ranks[int64]
	values    table // output by output
}

// kernels are the loops of the bit-sliced engine, for one kind of processor. The
// reference loops are in sliced_loops.go.
type kernels struct {
	name   string
	half   bool // they take 32 rows at a time
	rank32 func(to *[tile]int8, keys *[tile]int32, r *ranks[int32])
	rank64 func(to *[tile]int8, keys *[tile]int64, r *ranks[int64])
	member func(to *[tile]int8, codes *codePlanes, right *[maxCodes / 8]uint8)
	leaves func(to *[tile]uint8, nodes []slice, leaves []uint16, planes [][tile]int8, m *masks)
	levels func(to *[tile]uint8, levels []slice, planes [][tile]int8)
	add32  func(sums *[tile]float32, leaf *[tile]uint8, values []float32, leaves int)
	add64  func(sums *[tile]float64, leaf *[tile]uint8, values []float64, leaves int)
}

// masks are which rows of a tile come to the nodes of a tree, by their places: as
// bits, or as bytes of half a tile.
type masks struct {
	bits  [2 * sliceLeaves]uint64
	bytes [2 * sliceLeaves][tile / 2]int8
}

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
	places := &planePlaces{bounds: b.bounds()}
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

// A sliceBlock is scratch for a tile.
type sliceBlock struct {
	keys32 [tile]int32
	keys64 [tile]int64
	leaf   [tile]uint8
	high   [tile]uint8 // of oblivious trees, bits from 8 on
	planes [][tile]int8
	codes  []codePlanes
	sums32 [][tile]float32 // one an output
	sums64 [][tile]float64
	masks  masks
}

// sum is Sum for at most tile rows.
func (s *sliced) sum(f *Forest, b *sliceBlock, out, x []float64) {
	s.fillPlanes(f, b, x)
	if f.Sums == Float32 {
		b.sums32 = resize(b.sums32, f.Outputs)
		gather(b.sums32, out)
	} else {
		b.sums64 = resize(b.sums64, f.Outputs)
		gather(b.sums64, out)
	}
	for i := range s.trees {
		t := &s.trees[i]
		nodes := s.slices[t.slices:][:t.count]
		switch {
		case !s.oblivious:
			s.kernels.leaves(&b.leaf, nodes, s.places[t.places:][:t.leaves], b.planes, &b.masks)
		case t.count <= 8:
			s.kernels.levels(&b.leaf, nodes, b.planes)
		default:
			s.addDeep(f, b, t, nodes)
			continue
		}
		for j := range f.Width {
			at := int(t.values) + j*int(t.leaves)
			if f.Sums == Float32 {
				s.kernels.add32(&b.sums32[int(t.output)+j], &b.leaf, s.values.short[at:], int(t.leaves))
			} else {
				s.kernels.add64(&b.sums64[int(t.output)+j], &b.leaf, s.values.long[at:], int(t.leaves))
			}
		}
	}
	if f.Sums == Float32 {
		scatter(out, b.sums32)
	} else {
		scatter(out, b.sums64)
	}
}

// addDeep adds the values of an oblivious tree of more than 8 levels.
func (s *sliced) addDeep(f *Forest, b *sliceBlock, t *sliceTree, levels []slice) {
	s.kernels.levels(&b.leaf, levels[:8], b.planes)
	s.kernels.levels(&b.high, levels[8:], b.planes)
	for j := range f.Width {
		at := int(t.values) + j*int(t.leaves)
		for i, low := range b.leaf {
			leaf := at + (int(low) | int(b.high[i])<<8)
			if f.Sums == Float32 {
				b.sums32[int(t.output)+j][i] += s.values.short[leaf]
			} else {
				b.sums64[int(t.output)+j][i] += s.values.long[leaf]
			}
		}
	}
}

// gather takes the sums of each output out of rows of outputs.
func gather[T float32 | float64](to [][tile]T, rows []float64) {
	n := len(to)
	for j := range to {
		for i := range min(len(rows)/n, tile) {
			to[j][i] = T(rows[i*n+j])
		}
	}
}

func scatter[T float32 | float64](rows []float64, from [][tile]T) {
	n := len(from)
	for j := range from {
		for i := range min(len(rows)/n, tile) {
			rows[i*n+j] = float64(from[j][i])
		}
	}
}

// fillPlanes ranks the values of rows. Rows that are not there have no meaning.
func (s *sliced) fillPlanes(f *Forest, b *sliceBlock, x []float64) {
	b.planes = resize(b.planes, len(s.planes)+len(s.sets))
	b.codes = resize(b.codes, len(s.codings))
	for i := range s.codings {
		b.codes[i].fill(f, &s.codings[i], x)
	}
	for i := range s.sets {
		set := &s.sets[i]
		s.kernels.member(&b.planes[len(s.planes)+i], &b.codes[set.coding], &set.right)
	}
	for i, p := range s.planes {
		c := &f.columns[p.column]
		known := i > 0 && s.planes[i-1].column == p.column
		if f.Precision == Float32 {
			if !known {
				c.keys32(&b.keys32, f.Features, x)
			}
			s.kernels.rank32(&b.planes[i], &b.keys32, &s.ranks32[p.ranks])
		} else {
			if !known {
				c.keys64(&b.keys64, f.Features, x)
			}
			s.kernels.rank64(&b.planes[i], &b.keys64, &s.ranks64[p.ranks])
		}
	}
}
