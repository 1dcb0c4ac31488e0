package xgboost

import "fmt"

// tree makes nodes of the arrays. The forest checks that they are a tree.
func (r *treeReader) tree() (tree, error) {
	n := len(r.left)
	if n == 0 {
		return tree{}, fmt.Errorf("a tree without nodes")
	}
	for _, have := range []struct {
		name string
		n    int
		may  bool // be absent
	}{
		{"right_children", len(r.right), false}, {"split_indices", len(r.feature), false}, {"default_left", len(r.missingLeft), false},
		{"split_conditions", len(r.value), false}, {"split_type", len(r.kind), true}, {"sum_hessian", len(r.cover), true},
	} {
		if have.n != n && (have.n > 0 || !have.may) {
			return tree{}, fmt.Errorf("a tree has %d left_children and %d %s", n, have.n, have.name)
		}
	}
	t := tree{nodes: make([]node, n)}
	for i := range t.nodes {
		t.nodes[i] = node{left: r.left[i], right: r.right[i], feature: r.feature[i], value: r.value[i], missingLeft: r.missingLeft[i] != 0}
		if len(r.cover) > 0 {
			t.nodes[i].cover = r.cover[i]
		}
		if len(r.kind) > 0 {
			t.nodes[i].categorical = r.kind[i] == 1
		}
	}
	if err := r.vectors(&t); err != nil {
		return tree{}, err
	}
	return t, r.sets(&t)
}

// vectors takes the values of leaves that are vectors. Up to 3.1 they are the
// weights of the nodes; since 3.2 a leaf has the number of its vector in the place
// of its right child (src/tree/multi_target_tree_model.cc).
func (r *treeReader) vectors(t *tree) error {
	if r.leafSize <= 1 {
		return nil
	}
	from := r.base
	if t.byLeaf = len(r.leaf) > 0; t.byLeaf {
		from = r.leaf
	}
	t.width, t.vectors = r.leafSize, append([]float32(nil), from...)
	rows := len(from) / t.width
	for i := range t.nodes {
		at := i
		if t.byLeaf {
			at = int(t.nodes[i].right)
		}
		if t.nodes[i].left == -1 && (at < 0 || at >= rows) {
			return fmt.Errorf("leaf %d has vector %d of %d", i, at, rows)
		}
	}
	return nil
}

// sets takes the categories of categorical nodes, which are in the order of the nodes.
func (r *treeReader) sets(t *tree) error {
	if len(r.setNodes) != len(r.setFirst) || len(r.setNodes) != len(r.setSize) {
		return fmt.Errorf("%d categorical nodes have %d segments and %d sizes", len(r.setNodes), len(r.setFirst), len(r.setSize))
	}
	t.categories = append([]int32(nil), r.categories...)
	used := int64(0)
	for i, node := range r.setNodes {
		s := set{node, r.setFirst[i], r.setSize[i]}
		if s.first < 0 || s.size < 0 || int64(s.first)+int64(s.size) > int64(len(t.categories)) {
			return fmt.Errorf("node %d has categories from %d to %d of %d", s.node, s.first, int64(s.first)+int64(s.size), len(t.categories))
		}
		if used += int64(s.size); used > int64(len(t.categories)) {
			return fmt.Errorf("categorical nodes share their categories")
		}
		t.sets = append(t.sets, s)
	}
	return nil
}
