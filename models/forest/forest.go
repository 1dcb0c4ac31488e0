package forest

import (
	"errors"
	"math"
	"sync"
)

// A Forest is an ensemble of trees. It is immutable and safe for concurrent use.
type Forest struct {
	Shape

	trees   []tree
	nodes32 []node[int32] // one of the two, by Precision
	nodes64 []node[int64]
	sets    []membership
	columns []column
	values  []float64 // Width a leaf
	ids     []int32   // of the leaves
	depth   int

	scratch sync.Pool // of *block
}

// A tree is where one begins and the output that its values are added to.
type tree struct{ root, output int32 }

// A node of the layout: a key above key goes to child+1, any other to child.
// The child of a leaf is ^leaf.
type node[K integer] struct {
	key   K
	slot  uint32 // the column whose key it asks, or asksSet|set
	child int32
}

// A column is a feature as some nodes see it, where missing values have the key
// that sends them their way.
type column struct {
	feature                  int32
	missingLeft, zeroMissing bool
}

// nearZero is kZeroThreshold of LightGBM (include/LightGBM/meta.h).
const nearZero = float64(float32(1e-35))

func (c *column) missing(v float64) bool {
	return v != v || c.zeroMissing && math.Abs(v) <= nearZero
}

// asksSet marks the slot of a node that asks for a category.
const asksSet = 1 << 31

// Trees is the number of trees.
func (f *Forest) Trees() int { return len(f.trees) }

// Nodes is the number of nodes of all trees, leaves included.
func (f *Forest) Nodes() int { return len(f.nodes32) + len(f.nodes64) }

// Leaves is the number of leaves of all trees.
func (f *Forest) Leaves() int { return len(f.ids) }

// Depth is the largest number of questions that a tree asks of a row.
func (f *Forest) Depth() int { return f.depth }

// Sum adds, for each row of x (Features values), the values of the leaf that
// each tree comes to:
//
//	for each row i, for each tree t in order {
//		for j := range Width {
//			out[i*Outputs+t.output+j] += values(leaf of t)[j]
//		}
//	}
//
// It does not allocate once warm.
func (f *Forest) Sum(out, x []float64) {
	w := f.Width
	f.walk(x, func(first, tree int, leaves []int32) {
		at := first*f.Outputs + int(f.trees[tree].output)
		for _, leaf := range leaves {
			dst := out[at:][:w]
			f.add(dst, f.values[int(leaf)*w:][:w])
			at += f.Outputs
		}
	})
}

// add adds the values of a leaf.
func (f *Forest) add(dst, values []float64) {
	if f.Sums == Float32 {
		for j, v := range values {
			dst[j] = float64(float32(dst[j]) + float32(v))
		}
		return
	}
	for j, v := range values {
		dst[j] += v
	}
}

// Engine names what runs.
func (f *Forest) Engine() string { return "scalar" }

// Contributions writes, for each row of x, Features+1 numbers for each output:
// what each feature adds to the sum, and what the trees give on average. They
// are the SHAP values of Lundberg et al., Consistent Individualized Feature
// Attribution for Tree Ensembles (2018), algorithm 2, which needs the Cover of
// all nodes.
func (f *Forest) Contributions(out, x []float64) error {
	return errors.New("the trees do not say how many training rows came to each node")
}

// Apply writes the number of the leaf that each tree comes to, Trees() a row.
func (f *Forest) Apply(ids, x []float64) {
	n := len(f.trees)
	f.walk(x, func(first, tree int, leaves []int32) {
		for i, leaf := range leaves {
			ids[(first+i)*n+tree] = float64(f.ids[leaf])
		}
	})
}

// A block is scratch for some rows.
type block struct {
	k32    []int32 // keys, one a column
	k64    []int64
	leaves [blockRows]int32
}

// blockRows is how many rows go through a tree before the next tree, so that the
// nodes of a tree are fetched once for all of them.
const blockRows = 64

// walk calls visit for blocks of rows, which begin at row first, and for each
// tree in order, with the leaves that the rows come to.
func (f *Forest) walk(x []float64, visit func(first, tree int, leaves []int32)) {
	if f.Features == 0 {
		return
	}
	b, _ := f.scratch.Get().(*block)
	if b == nil {
		b = new(block)
	}
	defer f.scratch.Put(b)
	for first := 0; len(x) > 0; first += blockRows {
		rows := x[:min(len(x), blockRows*f.Features)]
		x = x[len(rows):]
		if f.Precision == Float32 {
			b.k32 = keys(f, b.k32, rows, func(v float64) int32 { return ordered32(float32(v)) }, missingLeft32, missingRight32)
		} else {
			b.k64 = keys(f, b.k64, rows, ordered64, missingLeft64, missingRight64)
		}
		for t := range f.trees {
			leaves := b.leaves[:len(rows)/f.Features]
			if f.Precision == Float32 {
				descendRows(f, leaves, f.nodes32, t, b.k32, rows)
			} else {
				descendRows(f, leaves, f.nodes64, t, b.k64, rows)
			}
			visit(first, t, leaves)
		}
	}
}

// keys writes, for each row, a key for each column.
func keys[K integer](f *Forest, dst []K, x []float64, key func(float64) K, low, high K) []K {
	n := len(f.columns)
	size := len(x) / f.Features * n
	if cap(dst) < size {
		dst = make([]K, size)
	}
	dst = dst[:size]
	for row := dst; len(row) > 0; row, x = row[n:], x[f.Features:] {
		for i := range f.columns {
			c := &f.columns[i]
			v := x[c.feature]
			switch {
			case !c.missing(v):
				row[i] = key(v)
			case c.missingLeft:
				row[i] = low
			default:
				row[i] = high
			}
		}
	}
	return dst
}

// descendRows finds the leaves that rows come to in one tree.
func descendRows[K integer](f *Forest, leaves []int32, nodes []node[K], tree int, keys []K, x []float64) {
	n, columns, root := f.Features, len(f.columns), f.trees[tree].root
	for i := range leaves {
		row := keys[columns*i:][:columns]
		if len(f.sets) == 0 {
			leaves[i] = descend(nodes, root, row)
		} else {
			leaves[i] = descendMixed(f, nodes, root, row, x[n*i:][:n])
		}
	}
}

// descend goes down a tree of thresholds. Which way to go is computed, not
// jumped: nothing is to be predicted but the end.
func descend[K integer](nodes []node[K], at int32, row []K) int32 {
	for {
		n := &nodes[at]
		if n.child < 0 {
			return ^n.child
		}
		right := int32(0)
		if row[n.slot] > n.key {
			right = 1
		}
		at = n.child + right
	}
}

// descendMixed goes down a tree of thresholds and categories.
func descendMixed[K integer](f *Forest, nodes []node[K], at int32, row []K, x []float64) int32 {
	for {
		n := &nodes[at]
		if n.child < 0 {
			return ^n.child
		}
		right := int32(0)
		switch {
		case n.slot >= asksSet:
			if set := &f.sets[n.slot-asksSet]; !set.left(x[set.feature]) {
				right = 1
			}
		case row[n.slot] > n.key:
			right = 1
		}
		at = n.child + right
	}
}

// A membership is the question of a Member node.
type membership struct {
	Set
	feature     int32
	missingLeft bool
}

func (m *membership) left(v float64) bool {
	switch {
	case math.IsNaN(v):
		return m.missingLeft
	case v < 0 && (v <= -1 || !m.Truncates):
		return m.OtherLeft
	}
	c := uint64(math.MaxUint64)
	if v < 1<<53 {
		c = uint64(max(v, 0))
	}
	switch {
	case has(m.Members, c):
		return true
	case m.Known == nil || has(m.Known, c):
		return false
	}
	return m.OtherLeft
}

func has(bits []uint32, c uint64) bool {
	return c/32 < uint64(len(bits)) && bits[c/32]>>(c%32)&1 == 1
}
