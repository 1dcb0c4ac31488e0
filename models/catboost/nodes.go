package catboost

import (
	"math"

	"github.com/copal-ml/copal/models/forest"
)

// addNodes adds a tree of so many nodes that is not symmetric. A node whose step to
// one side is 0 ends there; both are 0 in a leaf.
func (c *compiler) addNodes(at, size, leaf int) (int, error) {
	t := nodeTree{compiler: c, at: at, size: size, nodes: make([]forest.Node, size), firstLeaf: math.MaxInt}
	if size == 0 {
		return 0, c.broken("a tree without nodes")
	}
	for i := range size {
		if t.ends(i, 0) || t.ends(i, 1) {
			if err := t.note(i); err != nil {
				return 0, err
			}
		}
	}
	for i := range size {
		if err := t.node(i); err != nil {
			return 0, err
		}
	}
	t.weigh()
	return 0, c.builder.Add(t.nodes, t.values, 0)
}

// weigh gives each node the weights of its leaves. Children come behind their
// parents.
func (t *nodeTree) weigh() {
	for i := t.size - 1; i >= 0; i-- {
		n := &t.nodes[i]
		for _, child := range []int{n.Left, n.Right} {
			if n.Kind != forest.Leaf && child < len(t.nodes) {
				n.Cover += t.nodes[child].Cover
			}
		}
	}
}

// A nodeTree is a tree that is not symmetric, while it is read.
type nodeTree struct {
	*compiler
	at, size  int
	nodes     []forest.Node // beyond size: leaves that are a side of a node
	values    []float64     // of the leaves, in the order of nodes
	firstLeaf int
}

// ends reports whether a row that takes this side of node i stays there.
func (t *nodeTree) ends(i, side int) bool {
	s := t.steps[t.at+i]
	return side == 0 && s.left == 0 || side == 1 && s.right == 0
}

// note keeps the first of the tree's leaves.
func (t *nodeTree) note(i int) error {
	value := int64(t.document.ends[t.at+i])
	if value%int64(t.outputs) != 0 || value+int64(t.outputs) > int64(len(t.leaves)) {
		return t.broken("a leaf has its values at %d of %d", value, len(t.leaves))
	}
	t.firstLeaf = min(t.firstLeaf, int(value)/t.outputs)
	return nil
}

func (t *nodeTree) leaf(i int) forest.Node {
	leaf := int(t.document.ends[t.at+i]) / t.outputs
	n := forest.Node{Kind: forest.Leaf, Leaf: len(t.values) / t.outputs, ID: leaf - t.firstLeaf}
	t.values = append(t.values, t.leaves[leaf*t.outputs:][:t.outputs]...)
	if len(t.weights) > 0 {
		n.Cover = t.weights[leaf]
	}
	return n
}

// node makes node i: yes is the right side of the library, and the left one here.
func (t *nodeTree) node(i int) error {
	if t.ends(i, 0) && t.ends(i, 1) {
		t.nodes[i] = t.leaf(i)
		return nil
	}
	n, err := t.question(t.at + i)
	if err != nil {
		return err
	}
	s := t.steps[t.at+i]
	n.Left, n.Right = t.child(i, s.right), t.child(i, s.left)
	t.nodes[i] = n
	return nil
}

func (t *nodeTree) child(i, step int) int {
	if step != 0 {
		if i+step >= t.size {
			return math.MaxInt32 // which the builder refuses
		}
		return i + step
	}
	leaf := t.leaf(i)
	t.nodes = append(t.nodes, leaf)
	for _, v := range t.values[leaf.Leaf*t.outputs:] {
		t.model.partial = t.model.partial || v != 0 || leaf.Cover != 0
	}
	return len(t.nodes) - 1
}
