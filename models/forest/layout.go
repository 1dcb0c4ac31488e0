package forest

import "slices"

// A packed node is key<<32 | steps<<slotBits | slot: a row whose key at slot is
// above key goes to the node behind the one that many steps on, any other to that
// one. A leaf asks slot 0, whose key is below all others, has no steps and so
// leads back to itself; its key is its number in the forest.
type packed uint64

// slotBits leave 20 bits for steps: a million nodes a tree, and 4095 columns.
const (
	slotBits = 12
	slots    = 1 << slotBits
	maxSteps = 1<<(32-slotBits) - 1
)

func pack(key int32, steps, slot uint32) packed {
	return packed(uint32(key))<<32 | packed(steps<<slotBits|slot)
}

// A wide node is the same where numbers are larger or categories are asked for.
type wide struct {
	key         int32 // or the number of a set
	steps, slot uint32
}

// asksSet marks the slot of a question about a category.
const asksSet = 1 << 31

// Forest is the forest of all trees added, with the best engine for it here.
func (b *Builder) Forest() *Forest {
	var best *kernels
	if list := vectorKernels(); len(list) > 0 {
		best = list[0]
	}
	f := b.build(best)
	f.choose()
	return f
}

// build makes a forest that runs on kernels too, if there are any and they suit
// it.
func (b *Builder) build(k *kernels) *Forest {
	if len(b.symmetric) > 0 {
		return b.buildOblivious(k)
	}
	f := &Forest{Shape: b.shape, columns: slices.Clone(b.columns), sets: slices.Clone(b.sets),
		values: newTable(b.values, b.shape.Sums), ids: slices.Clone(b.ids), covers: shortTable(b.covers)}
	f.trees = make([]tree, len(b.trees))
	plain := 0
	for i, d := range b.trees {
		f.trees[i] = tree{root: uint32(d.first), leaf: uint32(d.leaf), output: d.output, plain: d.plain, most: d.most}
		f.depth = max(f.depth, d.most)
		plain += int(d.plain)
	}
	f.plain = rounds(int32((plain+len(b.trees)/2)/max(len(b.trees), 1)), f.depth)
	f.leaves = len(f.ids)
	if f.Precision == Float64 {
		f.bounds = b.bounds()
	}
	f.place(b)
	if k != nil {
		f.sliced = b.slice(f, k)
	}
	return f
}

// bounds are, for each column, the keys that its nodes compare with, in order.
func (b *Builder) bounds() [][]int64 {
	bounds := make([][]int64, len(b.columns))
	for i := range b.nodes {
		if n := &b.nodes[i]; n.left >= 0 && n.slot < asksSet {
			bounds[n.slot] = append(bounds[n.slot], n.key)
		}
	}
	for i, list := range bounds {
		slices.Sort(list)
		bounds[i] = slices.Clone(slices.Compact(list))
	}
	return bounds
}

// place lays out the trees for the scalar engine.
func (f *Forest) place(b *Builder) {
	nodes := make([]wide, len(b.nodes))
	narrow := len(f.sets) == 0 && f.rowWidth() <= slots
	for _, d := range b.trees {
		for i := range d.count {
			n := &nodes[d.first+i]
			*n = f.node(&b.nodes[d.first+i], uint32(i))
			narrow = narrow && n.steps <= maxSteps
		}
	}
	if !narrow {
		f.wide = nodes
		return
	}
	f.packed = make([]packed, len(nodes))
	for i, n := range nodes {
		f.packed[i] = pack(n.key, n.steps, n.slot)
	}
}

// node is the node of question q, number i of its tree.
func (f *Forest) node(q *question, i uint32) wide {
	switch {
	case q.left < 0:
		return wide{key: ^q.left}
	case q.slot >= asksSet:
		return wide{key: int32(q.slot - asksSet), slot: asksSet, steps: uint32(q.left) - i}
	case f.bounds != nil:
		at, _ := slices.BinarySearch(f.bounds[q.slot], q.key)
		return wide{key: int32(at), slot: q.slot + 1, steps: uint32(q.left) - i}
	}
	return wide{key: int32(q.key), slot: q.slot + 1, steps: uint32(q.left) - i}
}
