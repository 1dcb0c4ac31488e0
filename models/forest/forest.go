package forest

import (
	"sync"
)

// A Forest is an ensemble of trees. It is immutable and safe for concurrent use.
type Forest struct {
	Shape

	trees   []tree
	packed  []packed // nodes: one of the two
	wide    []wide
	columns []column
	bounds  [][]int64 // with Float64, of each column
	sets    []membership
	values  table   // Width a leaf
	ids     []int32 // of the leaves
	covers  table   // of the nodes; empty if unknown
	plain   int32   // mean of the trees
	depth   int32
	leaves  int

	oblivious []obliviousTree // instead of trees, nodes and ids
	levels    []packed        // of these; without steps

	sliced *sliced // nil if only the scalar engine runs

	weights  table // of the leaves of oblivious trees; empty if unknown
	expand   sync.Once
	ordinary *Forest // the oblivious trees, to be explained

	rowTime float64   // about what Sum takes for one of many rows, in nanoseconds
	scratch sync.Pool // of *block
}

// A tree is where one begins, and the output that its values are added to. Of its
// most rounds the first plain ones are for all rows: few have come to a leaf.
type tree struct {
	root, leaf  uint32 // the first node and leaf
	output      int32
	plain, most int32
}

// Trees is the number of trees.
func (f *Forest) Trees() int { return len(f.trees) + len(f.oblivious) }

// Nodes is the number of nodes of all trees, leaves included.
func (f *Forest) Nodes() int { return max(2*f.leaves-f.Trees(), 0) }

// Leaves is the number of leaves of all trees.
func (f *Forest) Leaves() int { return f.leaves }

// Depth is the largest number of questions that a tree asks of a row.
func (f *Forest) Depth() int { return int(f.depth) }

// Sum adds, for each row of x (Features values), the values of the leaf that
// each tree comes to:
//
//	for each row i, for each tree t in order {
//		for j := range Width {
//			out[i*Outputs+t.output+j] += values(leaf of t)[j]
//		}
//	}
//
// Many rows are spread over the cores; a few, which take less than two
// milliseconds, stay on the goroutine of the caller and do not allocate once warm.
func (f *Forest) Sum(out, x []float64) {
	if f.Features == 0 {
		return
	}
	if n := f.parts(len(x) / f.Features); n > 1 {
		f.spread(n, out, x)
		return
	}
	f.sum(out, x)
}

// spread is sum on n goroutines, which it waits for.
func (f *Forest) spread(n int, out, x []float64) {
	rows := len(x) / f.Features
	size := (rows/n/tile + 1) * tile
	var wait sync.WaitGroup
	for first := size; first < rows; first += size {
		last := min(first+size, rows)
		wait.Go(func() { f.sum(out[first*f.Outputs:last*f.Outputs], x[first*f.Features:last*f.Features]) })
	}
	f.sum(out, x[:min(size, rows)*f.Features])
	wait.Wait()
}

func (f *Forest) sum(out, x []float64) {
	f.blocks(x, func(b *block, first int, rows []float64) {
		f.sumBlock(b, out[first*f.Outputs:], rows)
	})
}

// Apply writes the number of the leaf that each tree comes to, Trees() a row.
func (f *Forest) Apply(ids, x []float64) {
	n := f.Trees()
	f.blocks(x, func(b *block, first int, rows []float64) {
		b.keys = f.keys(b.keys, rows)
		if f.oblivious != nil {
			f.applyOblivious(b, ids[first*n:], rows)
			return
		}
		for t := range f.trees {
			for i, at := range f.treeLeaves(b, t, rows) {
				ids[(first+i)*n+t] = float64(f.ids[f.leaf(at)])
			}
		}
	})
}

// blockKeys is how many keys a block may have: as many as stay in the cache of a
// core together with a tree.
const blockKeys = 1 << 16

// blockRows is how many rows go through a tree before the next tree, so that the
// nodes of a tree are fetched once for all of them.
func (f *Forest) blockRows() int {
	if f.sliced != nil || f.oblivious != nil {
		return tile
	}
	return max(blockKeys/f.rowWidth(), tile)
}

// A block is scratch for some rows.
type block struct {
	keys       []int32
	at, active []uint32
	fetched    packed // only so that it is fetched
	touched    float64
	sliced     *sliceBlock
}

// blocks calls run for the rows of x, a block at a time, the first of which is
// row first of x.
func (f *Forest) blocks(x []float64, run func(b *block, first int, rows []float64)) {
	if f.Features == 0 {
		return
	}
	b, _ := f.scratch.Get().(*block)
	if b == nil {
		b = new(block)
	}
	defer f.scratch.Put(b)
	size := f.blockRows()
	for first := 0; len(x) > 0; first += size {
		rows := x[:min(len(x), size*f.Features)]
		x = x[len(rows):]
		run(b, first, rows)
	}
}

// fewRows are so few that trees, and not rows, are the items of a descent.
const fewRows = 8

// sumBlock is Sum for the rows of a block.
func (f *Forest) sumBlock(b *block, out, x []float64) {
	if f.sliced != nil && len(x) >= f.sliced.least*f.Features {
		if b.sliced == nil {
			b.sliced = new(sliceBlock)
		}
		f.sliced.sum(f, b.sliced, out[:len(x)/f.Features*f.Outputs], x)
		return
	}
	b.keys = f.keys(b.keys, x)
	if f.oblivious != nil {
		f.sumOblivious(b, out, x)
		return
	}
	rows := len(x) / f.Features
	if rows < fewRows {
		for i := range rows {
			f.sumRow(out[i*f.Outputs:], f.rowLeaves(b, i, x))
		}
		return
	}
	for t := range f.trees {
		f.sumTree(out[f.trees[t].output:], f.treeLeaves(b, t, x))
	}
}

// sumRow adds the values of one leaf a tree, given their nodes.
func (f *Forest) sumRow(out []float64, leaves []uint32) {
	if f.Outputs != 1 || f.Width != 1 {
		for t, at := range leaves {
			f.add(out[f.trees[t].output:], f.leaf(at))
		}
		return
	}
	out[0] = f.sumOne(out[0], leaves)
}

// sumOne is sumRow for one output.
func (f *Forest) sumOne(sum float64, leaves []uint32) float64 {
	if f.Sums == Float64 {
		for _, at := range leaves {
			sum += f.values.long[f.leaf(at)]
		}
		return sum
	}
	short := float32(sum)
	for _, at := range leaves {
		short += f.values.short[f.leaf(at)]
	}
	return float64(short)
}

// sumTree adds the values of one leaf a row, given their nodes.
func (f *Forest) sumTree(out []float64, leaves []uint32) {
	if f.Width == 1 && f.Sums == Float64 && f.wide == nil {
		nodes, values, step := f.packed, f.values.long, f.Outputs
		for i, at := range leaves {
			out[i*step] += values[nodes[at]>>32]
		}
		return
	}
	for i, at := range leaves {
		f.add(out[i*f.Outputs:], f.leaf(at))
	}
}

// add adds the values of a leaf.
func (f *Forest) add(sums []float64, leaf uint32) {
	f.values.add(sums, int(leaf)*f.Width, f.Width)
}
