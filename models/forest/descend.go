package forest

// Descent goes from the nodes at, one an item, to leaves. An item is a row in one
// tree, or a tree for one row. Where an item goes is computed, never jumped: a
// processor predicts thresholds badly. All items of a round are independent of
// each other, so that it works at many at a time while their nodes come from the
// cache. The first rounds are for all items; later ones only for those that have
// not come to a leaf.
//
// A leaf leads back to itself, so that it does not matter if a few have come to
// one. The reference loop:
//
//	for i := range at {
//		for n := nodes[at[i]]; !leaf(n); n = nodes[at[i]] {
//			at[i] += steps(n)
//			if row[slot(n)] > key(n) {
//				at[i]++
//			}
//		}
//	}

// fewStopped is the share of items at a leaf below which a round is for all.
const fewStopped = 0.4

// A row is the keys of one row; nodes ask those that are there.
type row = *[slots]int32

// next is how far it is from node n to its child.
func (n packed) next(keys row) uint32 {
	return uint32(n)>>slotBits + above(keys[n%slots], int32(n>>32))
}

// above is 1 if key is above bound, and 0 otherwise.
func above(key, bound int32) uint32 {
	return uint32(uint64(int64(bound)-int64(key)) >> 63)
}

// descendRows goes down one tree for rows of width keys; the first plain of
// most rounds are for all.
func descendRows(nodes []packed, root uint32, plain, most int32, at, active []uint32, keys []int32, width int) {
	active = active[:len(at)]
	for i := range at {
		at[i], active[i] = root, uint32(i)
	}
	for range plain {
		for i, a := range at {
			at[i] = a + nodes[a].next(row(keys[i*width:]))
		}
	}
	if plain == most {
		return
	}
	for len(active) > 0 {
		left := 0
		for _, i := range active {
			a := at[i]
			step := nodes[a].next(row(keys[int(i)*width:]))
			at[i], active[left] = a+step, i
			left += positive(step)
		}
		active = active[:left]
	}
}

// descendTrees goes down trees for one row; the first plain of most rounds are for
// all.
func descendTrees(nodes []packed, plain, most int32, at, active []uint32, keys row) {
	for range plain {
		for i, a := range at {
			at[i] = a + nodes[a].next(keys)
		}
	}
	if plain == most {
		return
	}
	active = active[:len(at)]
	for i := range active {
		active[i] = uint32(i)
	}
	for len(active) > 0 {
		left := 0
		for _, i := range active {
			a := at[i]
			step := nodes[a].next(keys)
			at[i], active[left] = a+step, i
			left += positive(step)
		}
		active = active[:left]
	}
}

// positive is 0 for 0 and 1 for all others.
func positive(n uint32) int { return int((uint64(n) + 1<<32 - 1) >> 32) }

// descendWide goes down a tree of thresholds and categories.
func (f *Forest) descendWide(a uint32, keys []int32, x []float64) uint32 {
	for {
		n := &f.wide[a]
		if n.steps == 0 {
			return a
		}
		a += n.steps
		if n.slot != asksSet {
			a += above(keys[n.slot], n.key)
		} else {
			a += f.sets[n.key].right(f, x)
		}
	}
}

// fetchRows are so many that it is worth it to fetch a tree first.
const fetchRows = 256

// fetch reads the nodes of a tree in order, which brings them into the cache much
// faster than a descent would, that asks for them one by one. What it returns is
// only to be used.
func fetch(nodes []packed) packed {
	const line = 8 // nodes that come at once
	all := packed(0)
	for i := 0; i < len(nodes); i += line {
		all |= nodes[i]
	}
	return all
}

// lastLeaf is where the leaves of tree t end.
func (f *Forest) lastLeaf(t int) int {
	if t+1 < len(f.trees) {
		return int(f.trees[t+1].leaf)
	}
	return f.leaves
}

// rowLeaves finds the node of the leaf of each tree for row i of a block.
func (f *Forest) rowLeaves(b *block, i int, x []float64) []uint32 {
	b.at, b.active = resize(b.at, len(f.trees)), resize(b.active, len(f.trees))
	for t := range f.trees {
		b.at[t] = f.trees[t].root
	}
	keys := b.keys[i*f.rowWidth():]
	if f.wide == nil {
		descendTrees(f.packed, f.plain, f.depth, b.at, b.active, row(keys))
	} else {
		x = x[i*f.Features:][:f.Features]
		for t, a := range b.at {
			b.at[t] = f.descendWide(a, keys, x)
		}
	}
	return b.at
}

// treeLeaves finds the node of the leaf of each row of a block in tree t.
func (f *Forest) treeLeaves(b *block, t int, x []float64) []uint32 {
	rows, width, tree := len(x)/f.Features, f.rowWidth(), &f.trees[t]
	b.at, b.active = resize(b.at, rows), resize(b.active, rows)
	if f.wide == nil {
		if rows >= fetchRows {
			b.fetched = fetch(f.packed[tree.root:f.end(t)])
			b.touched = f.values.fetch(int(tree.leaf)*f.Width, f.lastLeaf(t)*f.Width)
		}
		descendRows(f.packed, tree.root, tree.plain, tree.most, b.at, b.active, b.keys, width)
	} else {
		for i := range b.at {
			b.at[i] = f.descendWide(tree.root, b.keys[i*width:], x[i*f.Features:][:f.Features])
		}
	}
	return b.at
}

// leaf is the number of the leaf at a.
func (f *Forest) leaf(a uint32) uint32 {
	if f.wide == nil {
		return uint32(f.packed[a] >> 32)
	}
	return uint32(f.wide[a].key)
}
