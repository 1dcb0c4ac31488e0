package sklearn

import (
	"fmt"
	"slices"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var embeddingClasses = []class{
	{"RandomTreesEmbedding", "sklearn", treesEmbedding},
}

// An embedding is RandomTreesEmbedding (sklearn/ensemble/_forest.py): the one-hot
// encoded leaves of all trees.
type embedding struct {
	*grove
	leaves [][]int64 // the numbers of each tree's leaves, rising
	starts []int     // the column of the first leaf of each tree
	width  int
	dense  bool
}

func treesEmbedding(c *compiler, r pyobj.Ref) (*node, error) {
	e := new(embedding)
	g, n, err := c.readForest(r, 0, e.addLeaves)
	if err != nil {
		return nil, err
	}
	e.grove = g
	if err := e.checkEncoder(r); err != nil {
		return nil, err
	}
	sparse, err := flag(r, "sparse_output", true)
	if err != nil {
		return nil, err
	}
	e.dense = !sparse
	n.offer(one(models.Apply, models.Port{DType: models.Int64, Width: g.Trees()}, nil, g.leaves))
	n.transform = &transformer{width: e.width, run: e.run, names: e.names}
	n.outline.Summary = fmt.Sprintf("%s · to %d leaves · %s", features(n.features), e.width, g.Summary())
	return n, nil
}

// addLeaves takes down the leaves of a tree, which hold no values.
func (e *embedding) addLeaves(t *rawTree) ([]float64, error) {
	l, err := t.links()
	if err != nil {
		return nil, err
	}
	var leaves []int64
	for i, left := range l.left {
		if left == treeLeaf {
			leaves = append(leaves, int64(i))
		}
	}
	e.leaves, e.starts = append(e.leaves, leaves), append(e.starts, e.width)
	e.width += len(leaves)
	return nil, nil
}

// checkEncoder checks that one_hot_encoder_ has a column for each leaf, so that no
// row can come to one that is not known.
func (e *embedding) checkEncoder(r pyobj.Ref) error {
	encoder, err := r.Need("one_hot_encoder_")
	if err != nil {
		return err
	}
	attr, err := encoder.Need("categories_")
	if err != nil {
		return err
	}
	lists, err := attr.Items()
	if err != nil {
		return err
	}
	if len(lists) != len(e.leaves) {
		return attr.Format("the leaves of %d trees, want %d", len(lists), len(e.leaves))
	}
	for t, list := range lists {
		a, err := list.Array()
		if err != nil {
			return err
		}
		leaves, err := a.Int64s()
		if err != nil {
			return list.Format("%w", err)
		}
		if !slices.Equal(leaves, e.leaves[t]) {
			return list.Unsupported("a RandomTreesEmbedding that does not encode each leaf of its trees", "Fit it without sample weights of 0.")
		}
	}
	return nil
}

func (e *embedding) names([]string) []string {
	var names []string
	for t, leaves := range e.leaves {
		for _, leaf := range leaves {
			names = append(names, fmt.Sprintf("randomtreesembedding_%d_%d", t, leaf))
		}
	}
	return names
}

// run is transform.
func (e *embedding) run(ws *workspace, x block) (block, error) {
	k := e.Trees()
	ids := ws.floats(x.rows * k)
	if err := e.grove.leaves(ws, x, ids); err != nil {
		return block{}, err
	}
	out := block{rows: x.rows, width: e.width, owned: true}
	if e.dense {
		out.data = ws.floats(x.rows * e.width)
		clear(out.data)
		for i, id := range ids {
			out.data[i/k*e.width+e.column(i%k, id)] = 1
		}
		return out, nil
	}
	m := ws.csr(x.rows, len(ids))
	for i, id := range ids {
		m.indices, m.values = append(m.indices, e.column(i%k, id)), append(m.values, 1)
		if (i+1)%k == 0 {
			m.indptr = append(m.indptr, i+1)
		}
	}
	out.sparse = m
	return out, nil
}

// column is that of a leaf.
func (e *embedding) column(tree int, id float64) int {
	i, _ := slices.BinarySearch(e.leaves[tree], int64(id))
	return e.starts[tree] + i
}
