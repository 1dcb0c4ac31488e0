package forest

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
	s.fillSets(f, b, x)
	if f.Sums == Float32 {
		b.sums32 = resize(b.sums32, f.Outputs)
		sumTile(s, f, b, out, b.sums32, s.values.short, s.kernels.add32)
	} else {
		b.sums64 = resize(b.sums64, f.Outputs)
		sumTile(s, f, b, out, b.sums64, s.values.long, s.kernels.add64)
	}
}

// sumTile is sum in the precision of values, once the planes are there.
func sumTile[T float32 | float64](s *sliced, f *Forest, b *sliceBlock, out []float64, sums [][tile]T, values []T,
	add func(sums *[tile]T, leaf *[tile]uint8, values []T, leaves int)) {
	gather(sums, out)
	for i := range s.trees {
		t := &s.trees[i]
		nodes := s.slices[t.slices:][:t.count]
		switch {
		case !s.oblivious:
			s.kernels.leaves(&b.leaf, nodes, s.places[t.places:][:t.leaves], b.planes, &b.masks)
		case t.count <= 8:
			s.kernels.levels(&b.leaf, nodes, b.planes)
		default:
			s.kernels.levels(&b.leaf, nodes[:8], b.planes)
			s.kernels.levels(&b.high, nodes[8:], b.planes)
		}
		for j := range f.Width {
			to, at := &sums[int(t.output)+j], int(t.values)+j*int(t.leaves)
			if t.leaves > sliceLeaves {
				addDeep(to, b, values[at:])
			} else {
				add(to, &b.leaf, values[at:], int(t.leaves))
			}
		}
	}
	scatter(out, sums)
}

// addDeep adds the values of an oblivious tree of more than 8 levels.
func addDeep[T float32 | float64](sums *[tile]T, b *sliceBlock, values []T) {
	for i, low := range b.leaf {
		sums[i] += values[int(low)|int(b.high[i])<<8]
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

// fillSets asks the sets, whose planes are behind those of columns.
func (s *sliced) fillSets(f *Forest, b *sliceBlock, x []float64) {
	b.codes = resize(b.codes, len(s.codings))
	for i := range s.codings {
		b.codes[i].fill(f, &s.codings[i], x)
	}
	for i := range s.sets {
		set := &s.sets[i]
		s.kernels.member(&b.planes[len(s.planes)+i], &b.codes[set.coding], &set.right)
	}
}
