package forest

import (
	"fmt"
	"math/bits"
	"slices"
)

// maxLevels is the depth that CatBoost grows at most.
const maxLevels = 16

// A symmetric tree is an oblivious one as it was added.
type symmetric struct {
	levels          []Node
	values, weights []float64
	output          int
}

// AddOblivious adds a tree that asks one question a level, of kind Above, AtMost,
// Below or Member: the answer yes to levels[i] sets bit i of the number of the
// leaf, whose values are values[leaf*Width:][:Width] and which Apply answers.
// What is missing answers yes where MissingLeft is set; Left, Right, Leaf and ID
// mean nothing. The weights, if there are any, are the Cover of each leaf. A
// forest of such trees only has an engine of its own.
func (b *Builder) AddOblivious(levels []Node, values []float64, output int, weights ...float64) error {
	if err := b.checkLevels(levels, values, output, weights); err != nil {
		return err
	}
	t := symmetric{levels: slices.Clone(levels), values: slices.Clone(values), weights: slices.Clone(weights), output: output}
	if len(b.trees) > 0 {
		return b.addExpanded(&t)
	}
	b.leaves += 1 << len(levels)
	b.symmetric = append(b.symmetric, t)
	return nil
}

func (b *Builder) checkLevels(levels []Node, values []float64, output int, weights []float64) error {
	if len(levels) > maxLevels {
		return fmt.Errorf("a tree of %d levels, more than %d", len(levels), maxLevels)
	}
	leaves := 1 << len(levels)
	if len(values) != leaves*b.shape.Width {
		return fmt.Errorf("%d values for %d leaves of %d", len(values), leaves, b.shape.Width)
	}
	if len(weights) != 0 && len(weights) != leaves {
		return fmt.Errorf("%d weights for %d leaves", len(weights), leaves)
	}
	if b.leaves+leaves > maxNodes/2 || (b.leaves+leaves)*b.shape.Width > maxValues {
		return fmt.Errorf("the trees have more than %d leaves or %d values", maxNodes/2, maxValues)
	}
	if err := b.checkTree([]Node{{Kind: Leaf}}, values, output); err != nil {
		return err
	}
	for i, n := range levels {
		n.Left, n.Right = 0, 0
		if n.Kind == Leaf {
			return fmt.Errorf("level %d is a leaf", i)
		}
		if err := b.checkNode(&n, 1, 1); err != nil {
			return fmt.Errorf("level %d: %w", i, err)
		}
	}
	return nil
}

// expandAll adds the oblivious trees so far as ordinary ones, which is what they
// are together with ordinary ones.
func (b *Builder) expandAll() error {
	list := b.symmetric
	b.symmetric, b.leaves = nil, 0
	for i := range list {
		if err := b.addExpanded(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *Builder) addExpanded(t *symmetric) error {
	return b.addNodes(t.expand(), t.values, t.output)
}

// expand makes nodes of levels, the root of the last one, as CatBoost explains its
// trees (catboost/libs/fstr/shap_values.cpp, on remainingDepth). Node i has the
// children 2i+1 for yes and 2i+2 for no.
func (t *symmetric) expand() []Node {
	depth := len(t.levels)
	nodes := make([]Node, 1<<(depth+1)-1)
	numbers := make([]int, len(nodes)) // the bits of the answers so far
	for i := range nodes {
		if i > 0 {
			parent := (i - 1) / 2
			numbers[i] = numbers[parent]
			if i%2 == 1 {
				numbers[i] |= 1 << (depth - 1 - level(parent))
			}
		}
		if d := level(i); d < depth {
			nodes[i] = t.levels[depth-1-d]
			nodes[i].Left, nodes[i].Right, nodes[i].Cover = 2*i+1, 2*i+2, 0
		} else {
			nodes[i] = Node{Kind: Leaf, Leaf: numbers[i], ID: numbers[i]}
		}
	}
	t.weigh(nodes)
	return nodes
}

// level is the depth of node i of a tree without gaps.
func level(i int) int { return bits.Len(uint(i+1)) - 1 }

// weigh gives leaves their weights, and all others those of their children.
func (t *symmetric) weigh(nodes []Node) {
	if len(t.weights) == 0 {
		return
	}
	for i := len(nodes) - 1; i >= 0; i-- {
		n := &nodes[i]
		if n.Kind == Leaf {
			n.Cover = t.weights[n.Leaf]
		} else {
			n.Cover = nodes[n.Left].Cover + nodes[n.Right].Cover
		}
	}
}

// An obliviousTree asks its levels whether a key is above theirs; each yes sets a
// bit of the leaf.
type obliviousTree struct {
	first, depth int32  // in levels
	leaf         int32  // its first leaf
	turned       uint32 // bits of levels whose yes was "not above"
	output       int32
}

// buildOblivious makes a forest of oblivious trees.
func (b *Builder) buildOblivious(k *kernels) *Forest {
	q := NewBuilder(b.shape) // of questions
	f := &Forest{Shape: b.shape}
	for i := range b.symmetric {
		f.addOblivious(q, &b.symmetric[i])
	}
	f.values, f.columns, f.sets = newTable(q.values, b.shape.Sums), q.columns, q.sets
	if f.rowWidth() >= slots {
		return b.buildExpanded(k)
	}
	if f.Precision == Float64 {
		f.bounds = q.bounds()
	}
	for i := range q.nodes {
		n := f.node(&q.nodes[i], 0)
		f.levels = append(f.levels, pack(n.key, 0, min(n.slot, setSlot)))
	}
	if len(q.covers) == f.leaves {
		f.weights = shortTable(q.covers)
	}
	if k != nil {
		f.sliced = q.sliceOblivious(f, k)
	}
	return f
}

// addOblivious adds a tree, whose questions and values go to q.
func (f *Forest) addOblivious(q *Builder, s *symmetric) {
	depth := len(s.levels)
	t := obliviousTree{first: int32(len(q.nodes)), depth: int32(depth), leaf: int32(f.leaves), output: int32(s.output)}
	for i := range s.levels {
		if s.levels[i].Kind != Above {
			t.turned |= 1 << i
		}
		q.nodes = append(q.nodes, q.question(&s.levels[i]))
	}
	for leaf := range uint32(1) << depth {
		q.values = append(q.values, s.values[int(leaf^t.turned)*f.Width:][:f.Width]...)
		if s.weights != nil {
			q.covers = append(q.covers, s.weights[leaf^t.turned])
		}
	}
	f.depth, f.leaves = max(f.depth, t.depth), f.leaves+1<<depth
	f.oblivious = append(f.oblivious, t)
}

// setSlot marks a level that asks the set of number key.
const setSlot = slots - 1

// buildExpanded makes a forest of ordinary trees instead.
func (b *Builder) buildExpanded(k *kernels) *Forest {
	e := NewBuilder(b.shape)
	e.symmetric = b.symmetric
	if err := e.expandAll(); err != nil {
		panic(err) // they have been checked
	}
	return e.build(k)
}

// obliviousLeaf is the leaf of tree t, by the bits of "above".
func (f *Forest) obliviousLeaf(t *obliviousTree, keys row, x []float64) uint32 {
	levels := f.levels[t.first:][:t.depth]
	if len(f.sets) == 0 {
		return obliviousLeaf(levels, keys)
	}
	leaf := uint32(0)
	for i := len(levels) - 1; i >= 0; i-- {
		bit := levels[i].next(keys)
		if levels[i]%slots == setSlot {
			bit = f.sets[levels[i]>>32].right(f, x)
		}
		leaf += leaf + bit
	}
	return leaf
}

// obliviousLeaf is the leaf for a row, the last level first.
func obliviousLeaf(levels []packed, keys row) uint32 {
	leaf := uint32(0)
	for i := len(levels) - 1; i >= 0; i-- {
		leaf += leaf + levels[i].next(keys)
	}
	return leaf
}

// sumOblivious is Sum for the rows of a block.
func (f *Forest) sumOblivious(b *block, out, x []float64) {
	width := f.rowWidth()
	b.at = resize(b.at, len(f.oblivious))
	for i := range len(x) / f.Features {
		keys, row := row(b.keys[i*width:]), x[i*f.Features:][:f.Features]
		for j := range f.oblivious {
			t := &f.oblivious[j]
			b.at[j] = uint32(t.leaf) + f.obliviousLeaf(t, keys, row)
		}
		to := out[i*f.Outputs:]
		for j, leaf := range b.at {
			f.add(to[f.oblivious[j].output:], leaf)
		}
	}
}

// applyOblivious is Apply for the rows of a block.
func (f *Forest) applyOblivious(b *block, ids, x []float64) {
	width := f.rowWidth()
	for i := range len(x) / f.Features {
		for j := range f.oblivious {
			t := &f.oblivious[j]
			ids[i*len(f.oblivious)+j] = float64(f.obliviousLeaf(t, row(b.keys[i*width:]), x[i*f.Features:]) ^ t.turned)
		}
	}
}
