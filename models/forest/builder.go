package forest

import (
	"errors"
	"fmt"
	"math"
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
	forest  Forest
	columns map[column]uint32
	order   []int32 // of the tree at hand: nodes by their place in the layout
	seen    []bool
}

// NewBuilder begins a forest. The shape is the caller's to check.
func NewBuilder(shape Shape) *Builder {
	return &Builder{shape: shape, forest: Forest{Shape: shape}, columns: map[column]uint32{}}
}

// Add adds a tree whose leaves add to outputs output, …, output+Width-1. It
// keeps neither slice, and leaves both as they are. The error says what
// contradicts itself, for the reader to say where.
func (b *Builder) Add(nodes []Node, values []float64, output int) error {
	if err := b.checkTree(nodes, values, output); err != nil {
		return err
	}
	depth, err := b.layOut(nodes)
	if err != nil {
		return err
	}
	f := &b.forest
	if len(f.nodes64)+len(f.nodes32)+len(b.order) > maxNodes || len(f.values)+len(values) > maxValues {
		return fmt.Errorf("the trees have more than %d nodes or %d values", maxNodes, maxValues)
	}
	f.trees = append(f.trees, tree{root: int32(f.Nodes()), output: int32(output)})
	f.depth = max(f.depth, depth)
	if b.shape.Precision == Float32 {
		f.nodes32 = place(b, f.nodes32, nodes, values, key32)
	} else {
		f.nodes64 = place(b, f.nodes64, nodes, values, key64)
	}
	return nil
}

// Forest is the forest of all trees added.
func (b *Builder) Forest() *Forest { return &b.forest }

func (b *Builder) checkTree(nodes []Node, values []float64, output int) error {
	switch {
	case b.shape.Features < 0 || b.shape.Features > maxFeatures || b.shape.Width < 0:
		return fmt.Errorf("a forest of %d features and %d values a leaf", b.shape.Features, b.shape.Width)
	case len(nodes) == 0:
		return errors.New("a tree without nodes")
	case output < 0 || output+b.shape.Width > b.shape.Outputs:
		return fmt.Errorf("a tree for outputs %d to %d of %d", output, output+b.shape.Width-1, b.shape.Outputs)
	}
	rows := math.MaxInt
	if b.shape.Width > 0 {
		rows = len(values) / b.shape.Width
	}
	for i := range nodes {
		if err := b.checkNode(&nodes[i], len(nodes), rows); err != nil {
			return fmt.Errorf("node %d: %w", i, err)
		}
	}
	return nil
}

// checkNode checks a node of n with values for that many leaves.
func (b *Builder) checkNode(node *Node, n, rows int) error {
	if node.Kind == Leaf {
		if node.Leaf < 0 || node.Leaf >= rows {
			return fmt.Errorf("a leaf with values at %d of %d", node.Leaf, rows)
		}
		if node.ID < 0 || node.ID > math.MaxInt32 {
			return fmt.Errorf("a leaf of number %d", node.ID)
		}
		return nil
	}
	if node.Feature < 0 || node.Feature >= b.shape.Features {
		return fmt.Errorf("it asks for feature %d of %d", node.Feature, b.shape.Features)
	}
	if node.Left < 0 || node.Left >= n || node.Right < 0 || node.Right >= n {
		return fmt.Errorf("children %d and %d in a tree of %d nodes", node.Left, node.Right, n)
	}
	switch node.Kind {
	case AtMost, Below, Above:
		if math.IsNaN(node.Threshold) {
			return errors.New("its threshold is NaN")
		}
	case Member:
		if node.Set == nil {
			return errors.New("it asks for no set")
		}
	default:
		return fmt.Errorf("a node of kind %d", node.Kind)
	}
	return nil
}

// layOut orders the nodes that the root reaches breadth first, siblings side by
// side, and returns the depth of the tree. A node that is reached twice has two
// parents or lies on a cycle.
func (b *Builder) layOut(nodes []Node) (depth int, err error) {
	if cap(b.seen) < len(nodes) {
		b.seen = make([]bool, len(nodes))
	}
	b.seen = b.seen[:len(nodes)]
	clear(b.seen)
	b.order = append(b.order[:0], 0)
	b.seen[0] = true
	level := 1 // where the nodes of the next level begin
	for i := 0; i < len(b.order); i++ {
		if i == level {
			depth, level = depth+1, len(b.order)
		}
		node := &nodes[b.order[i]]
		if node.Kind == Leaf {
			continue
		}
		turned := node.turned()
		for _, child := range [2]int{turned.Left, turned.Right} {
			if b.seen[child] {
				return 0, fmt.Errorf("node %d is reached twice: the nodes are no tree", child)
			}
			b.seen[child] = true
			b.order = append(b.order, int32(child))
		}
	}
	return depth, nil
}

// place appends the nodes in b.order to the layout of the engine.
func place[K integer](b *Builder, layout []node[K], nodes []Node, values []float64, toKey func(float64) (K, bool)) []node[K] {
	f := &b.forest
	next := int32(len(layout)) + 1 // where the next children go
	for _, i := range b.order {
		n := &nodes[i]
		if n.Kind == Leaf {
			layout = append(layout, node[K]{child: ^int32(len(f.ids))})
			f.ids = append(f.ids, int32(n.ID))
			f.values = b.appendValues(f.values, values[n.Leaf*b.shape.Width:][:b.shape.Width])
			continue
		}
		turned := n.turned()
		layout = append(layout, node[K]{key: bound(&turned, toKey), slot: b.slot(&turned), child: next})
		next += 2
	}
	return layout
}

// turned asks "at most" where n asks "above".
func (n *Node) turned() Node {
	t := *n
	if n.Kind == Above {
		t.Kind, t.Left, t.Right, t.MissingLeft = AtMost, n.Right, n.Left, !n.MissingLeft
	}
	return t
}

// appendValues appends the values of a leaf in the precision of sums.
func (b *Builder) appendValues(dst, values []float64) []float64 {
	if b.shape.Sums != Float32 {
		return append(dst, values...)
	}
	for _, v := range values {
		dst = append(dst, float64(float32(v)))
	}
	return dst
}

// slot is where the engine finds the key to compare with, or the set to ask.
func (b *Builder) slot(n *Node) uint32 {
	if n.Kind == Member {
		b.forest.sets = append(b.forest.sets, membership{Set: *n.Set, feature: int32(n.Feature), missingLeft: n.MissingLeft})
		return asksSet | uint32(len(b.forest.sets)-1)
	}
	c := column{feature: int32(n.Feature), missingLeft: n.MissingLeft, zeroMissing: n.ZeroMissing}
	slot, ok := b.columns[c]
	if !ok {
		slot = uint32(len(b.columns))
		b.columns[c] = slot
		b.forest.columns = append(b.forest.columns, c)
	}
	return slot
}
