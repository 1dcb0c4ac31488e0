package forest

import (
	"fmt"
	"math"
	"slices"
)

// maxNodes bounds the nodes of a forest, and maxValues the numbers in its leaves:
// files can share one array among many trees.
const (
	maxNodes  = 1 << 28
	maxValues = 1 << 29
)

// maxFeatures keeps the place of a key in 31 bits.
const maxFeatures = 1 << 29

// A Builder collects the trees of a forest.
type Builder struct {
	shape   Shape
	trees   []draft
	nodes   []question
	columns []column
	places  map[column]uint32 // in columns
	near    []uint32          // one more than places, or 0, of the first features: see place
	sets    []membership
	known   map[string]uint32 // in sets, by what they ask
	values  []float64
	ids     []int32
	covers  []float64 // of nodes; nil until one is known

	symmetric []symmetric // all trees, while they are oblivious
	leaves    int         // of these

	order []int32 // of the tree at hand: nodes by their place in the layout
	seen  []bool
}

// A draft is a tree before its engine is known.
type draft struct {
	first, count int // in nodes
	leaf         int // its first leaf
	output       int32
	plain, most  int32 // see tree

}

// A question is a node that goes right where the key of a column is above key,
// or where a value is not in a set.
type question struct {
	key  int64
	slot uint32 // the column, or asksSet|set
	left int32  // in its tree, the right one behind it; ^leaf of a leaf, a number in the forest
}

// NewBuilder begins a forest. The shape is the caller's to check.
func NewBuilder(shape Shape) *Builder {
	return &Builder{shape: shape, places: map[column]uint32{}, known: map[string]uint32{}}
}

// Grow makes room for that many more nodes of trees.
func (b *Builder) Grow(nodes int) {
	nodes = min(nodes, maxNodes)
	b.nodes = slices.Grow(b.nodes, nodes)
	if b.covers != nil {
		b.covers = slices.Grow(b.covers, nodes)
	}
	b.ids = slices.Grow(b.ids, nodes/2+1)
	if b.shape.Width == 1 { // leaves of many values may share them
		b.values = slices.Grow(b.values, nodes/2+1)
	}
}

// Add adds a tree whose leaves add to outputs output, …, output+Width-1. It
// keeps neither slice, and leaves both as they are. The error says what
// contradicts itself, for the reader to say where.
func (b *Builder) Add(nodes []Node, values []float64, output int) error {
	if err := b.checkTree(nodes, values, output); err != nil {
		return err
	}
	if err := b.expandAll(); err != nil {
		return err
	}
	return b.addNodes(nodes, values, output)
}

// addNodes adds a tree that has been checked node by node.
func (b *Builder) addNodes(nodes []Node, values []float64, output int) error {
	plain, most, err := b.layOut(nodes)
	if err != nil {
		return err
	}
	if err := b.checkSize(len(b.order)); err != nil {
		return err
	}
	if cap(b.nodes)-len(b.nodes) < len(b.order) {
		b.Grow(max(len(b.order), len(b.nodes))) // twice as many: append copies all more often
	}
	d := draft{first: len(b.nodes), count: len(b.order), leaf: len(b.ids), output: int32(output), plain: plain, most: most}
	b.trees = append(b.trees, d)
	next := int32(1) // where the next children go
	for _, i := range b.order {
		n := &nodes[i]
		b.cover(n.Cover)
		if n.Kind == Leaf {
			b.nodes = append(b.nodes, question{left: ^int32(len(b.ids))})
			b.addLeaf(n.ID, values[n.Leaf*b.shape.Width:])
			continue
		}
		q := b.question(n)
		q.left = next
		b.nodes = append(b.nodes, q)
		next += 2
	}
	return nil
}

// checkSize keeps the budget: many leaves can name the same values.
func (b *Builder) checkSize(nodes int) error {
	if len(b.nodes)+nodes > maxNodes || len(b.values)+(nodes+1)/2*b.shape.Width > maxValues {
		return fmt.Errorf("the trees have more than %d nodes or %d values", maxNodes, maxValues)
	}
	return nil
}

// addLeaf adds the next leaf.
func (b *Builder) addLeaf(id int, values []float64) {
	b.ids = append(b.ids, int32(id))
	b.values = append(b.values, values[:b.shape.Width]...)
}

// cover keeps the cover of the next node, if any node has one.
func (b *Builder) cover(v float64) {
	if b.covers == nil {
		if v == 0 {
			return
		}
		b.covers = make([]float64, len(b.nodes), max(cap(b.nodes), 64))
	}
	b.covers = append(b.covers, v)
}

// question is what n asks.
func (b *Builder) question(n *Node) question {
	if n.Kind == Member {
		return question{slot: asksSet | b.set(n)}
	}
	c := column{feature: int32(n.Feature), missingLeft: n.missingLow(), zeroMissing: n.ZeroMissing}
	return question{key: bound(n, b.shape.Precision), slot: b.place(c)}
}

// nearFeatures are so few that the places of their columns are in a list: a map
// takes much of the time to add a tree.
const nearFeatures = 1 << 14

// place is the number of a column.
func (b *Builder) place(c column) uint32 {
	if c.feature >= nearFeatures {
		return b.farPlace(c)
	}
	i := int(c.feature) * 4
	if c.missingLeft {
		i++
	}
	if c.zeroMissing {
		i += 2
	}
	for len(b.near) <= i {
		b.near = append(b.near, 0)
	}
	if b.near[i] == 0 {
		b.near[i] = b.farPlace(c) + 1
	}
	return b.near[i] - 1
}

// farPlace is place for any feature.
func (b *Builder) farPlace(c column) uint32 {
	slot, ok := b.places[c]
	if !ok {
		slot = uint32(len(b.columns))
		b.places[c] = slot
		b.columns = append(b.columns, c)
	}
	return slot
}

// set is the number of the set that n asks.
func (b *Builder) set(n *Node) uint32 {
	m := membership{Set: *n.Set, feature: int32(n.Feature), missingLeft: n.MissingLeft}
	key := m.same()
	i, ok := b.known[key]
	if !ok {
		i = uint32(len(b.sets))
		b.known[key] = i
		b.sets = append(b.sets, m)
	}
	return i
}

// children are the nodes that a question leads to, first that of a low key: where
// n asks "above", its keys ask "at most".
func (n *Node) children() (low, high int) {
	if n.Kind == Above {
		return n.Right, n.Left
	}
	return n.Left, n.Right
}

// missingLow reports whether NaN goes where a low key goes.
func (n *Node) missingLow() bool { return n.MissingLeft != (n.Kind == Above) }

// layOut orders the nodes that the root reaches breadth first, siblings side by
// side, and returns the rounds for all rows and for the last one. A node that is
// reached twice has two parents or lies on a cycle.
func (b *Builder) layOut(nodes []Node) (plain, most int32, err error) {
	if cap(b.seen) < len(nodes) {
		b.seen = make([]bool, len(nodes))
	}
	b.seen = b.seen[:len(nodes)]
	clear(b.seen)
	b.order = append(b.order[:0], 0)
	b.seen[0] = true
	level := 1     // where the nodes of the next level begin
	stopped := 0.0 // share of rows that are at a leaf, if half of them go left
	for i := 0; i < len(b.order); i++ {
		if i == level {
			most, level = most+1, len(b.order)
		}
		if stopped <= fewStopped {
			plain = most
		}
		n := &nodes[b.order[i]]
		if n.Kind == Leaf {
			stopped += math.Ldexp(1, -int(most))
			continue
		}
		low, high := n.children()
		for _, child := range [2]int{low, high} {
			if b.seen[child] {
				return 0, 0, fmt.Errorf("node %d is reached twice: the nodes are no tree", child)
			}
			b.seen[child] = true
			b.order = append(b.order, int32(child))
		}
	}
	return rounds(plain, most), most, nil
}

// rounds is how many of most rounds are for all: the last ones, too, if they are
// too few to be worth a list.
func rounds(plain, most int32) int32 {
	if most-plain <= 2 {
		return most
	}
	return plain
}
