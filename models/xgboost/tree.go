package xgboost

import (
	"github.com/copal-ml/copal/models/forest"
)

// A node is one of a tree.
type node struct {
	left, right int32 // left is -1 of a leaf
	feature     int32
	value       float32 // what x is compared with, or what the leaf is worth
	cover       float32 // sum of the hessian of the rows that came here
	missingLeft bool
	categorical bool
}

// A tree is one as the file has it.
type tree struct {
	nodes   []node
	width   int       // values of a leaf, where they are in vectors; else 0
	vectors []float32 // width values a node, or a leaf
	byLeaf  bool      // leaves count their vectors by what is their right child

	sets       []set // of the categorical nodes
	categories []int32
}

// A set is the categories[first:first+size] that go right at a node.
type set struct{ node, first, size int32 }

// A treeReader has the arrays of a tree before they are nodes; it is used again
// for the next tree.
type treeReader struct {
	left, right, feature, missingLeft, kind []int32
	value, cover, base, leaf                []float32
	setNodes, setFirst, setSize, categories []int32
	leafSize                                int
}

func (d *document) readTrees(t tokens) error {
	d.trees = nil
	r := new(treeReader)
	return t.array(func() error {
		one, err := r.read(t)
		d.trees = append(d.trees, one)
		return err
	})
}

// read takes a tree (src/tree/tree_model.cc, RegTree::LoadModel).
func (r *treeReader) read(t tokens) (tree, error) {
	r.reset()
	err := t.object(func(key string) (err error) {
		if ints := r.integersOf(key); ints != nil {
			*ints, err = t.integers((*ints)[:0])
			return err
		}
		if floats := r.floatsOf(key); floats != nil {
			*floats, err = t.floats((*floats)[:0])
			return err
		}
		if key != "tree_param" {
			return t.skip()
		}
		p, err := readParams(t)
		var ok bool
		if r.leafSize, ok = p.integer("size_leaf_vector", 0); err == nil && (!ok || r.leafSize < 0 || r.leafSize > maxOutputs) {
			err = t.errorf("size_leaf_vector is %q", p["size_leaf_vector"])
		}
		return err
	})
	if err != nil {
		return tree{}, err
	}
	one, err := r.tree()
	if err != nil {
		err = t.errorf("%w", err)
	}
	return one, err
}

func (r *treeReader) reset() {
	for _, list := range []*[]int32{&r.left, &r.right, &r.feature, &r.missingLeft, &r.kind, &r.setNodes, &r.setFirst, &r.setSize, &r.categories} {
		*list = (*list)[:0]
	}
	for _, list := range []*[]float32{&r.value, &r.cover, &r.base, &r.leaf} {
		*list = (*list)[:0]
	}
	r.leafSize = 0
}

func (r *treeReader) integersOf(key string) *[]int32 {
	switch key {
	case "left_children":
		return &r.left
	case "right_children":
		return &r.right
	case "split_indices":
		return &r.feature
	case "default_left":
		return &r.missingLeft
	case "split_type":
		return &r.kind
	case "categories_nodes":
		return &r.setNodes
	case "categories_segments":
		return &r.setFirst
	case "categories_sizes":
		return &r.setSize
	case "categories":
		return &r.categories
	}
	return nil
}

func (r *treeReader) floatsOf(key string) *[]float32 {
	switch key {
	case "split_conditions":
		return &r.value
	case "sum_hessian":
		return &r.cover
	case "base_weights":
		return &r.base
	case "leaf_weights":
		return &r.leaf
	}
	return nil
}

// addTo adds the tree to a forest, with leaves that value makes of theirs.
func (t *tree) addTo(b *forest.Builder, output int, s *treeScratch, value func(float32) float32) error {
	s.nodes, s.values = s.nodes[:0], s.values[:0]
	sets := t.sets
	for i := range t.nodes {
		n := &t.nodes[i]
		out := forest.Node{Cover: float64(n.cover)}
		switch {
		case n.left == -1:
			out.Kind, out.ID, out.Leaf = forest.Leaf, i, s.leaf(t, n, i, value)
		case n.categorical:
			out.Kind, out.Set = forest.Member, new(forest.Set)
			for len(sets) > 0 && int(sets[0].node) < i {
				sets = sets[1:]
			}
			if len(sets) > 0 && int(sets[0].node) == i {
				*out.Set = t.members(sets[0])
			} else {
				*out.Set = t.members(set{})
			}
		default:
			out.Kind, out.Threshold = forest.Below, float64(n.value)
		}
		if out.Kind != forest.Leaf {
			out.Left, out.Right, out.Feature, out.MissingLeft = int(n.left), int(n.right), int(n.feature), n.missingLeft
		}
		s.nodes = append(s.nodes, out)
	}
	return b.Add(s.nodes, s.values, output)
}

// A treeScratch is used for tree after tree.
type treeScratch struct {
	nodes  []forest.Node
	values []float64
}

// leaf adds the values of leaf i, and returns which of the leaves it is.
func (s *treeScratch) leaf(t *tree, n *node, i int, value func(float32) float32) int {
	if t.width == 0 {
		s.values = append(s.values, float64(value(n.value)))
		return len(s.values) - 1
	}
	if t.byLeaf {
		i = int(n.right)
	}
	for _, v := range t.vectors[i*t.width:][:t.width] {
		s.values = append(s.values, float64(value(v)))
	}
	return len(s.values)/t.width - 1
}

// firstInvalid is the first category that never matches
// (src/common/categorical.h, InvalidCat).
const firstInvalid = 1 << 24

// members are the categories that go right; every other value goes left.
func (t *tree) members(s set) forest.Set {
	known := []uint32{}
	for _, c := range t.categories[s.first:][:s.size] {
		if c < 0 || c >= firstInvalid {
			continue
		}
		for int(c/32) >= len(known) {
			known = append(known, 0)
		}
		known[c/32] |= 1 << (c % 32)
	}
	return forest.Set{Known: known, OtherLeft: true}
}

// maxWords bounds the sets of categories, which are as large as their largest
// number and not as their number.
const maxWords = 1 << 25

// words is the size of the sets of the tree.
func (t *tree) words() int {
	sum := 0
	for _, s := range t.sets {
		largest := int32(0)
		for _, c := range t.categories[s.first:][:s.size] {
			if c < firstInvalid {
				largest = max(largest, c)
			}
		}
		sum += int(largest)/32 + 1
	}
	return sum
}
