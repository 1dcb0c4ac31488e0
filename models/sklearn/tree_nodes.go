package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models/forest"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// A rawTree is a sklearn.tree._tree.Tree as Tree.__reduce__ gives it
// (sklearn/tree/_tree.pyx):
//
//	Tree(n_features, n_classes, n_outputs) + {max_depth, node_count, nodes, values}
//
// nodes is an array of records, of 56 bytes before 1.3 and of 64 since, which
// are read by the names of their fields. values has the shape (nodes, outputs,
// the largest number of classes).
type rawTree struct {
	at       pyobj.Ref
	features int
	outputs  int
	most     int // values that a node has for each output
	nodes    *ndarray.Array
	values   []float64
}

// readTree reads the attribute tree_ of an estimator.
func readTree(estimator pyobj.Ref) (*rawTree, error) {
	r, err := estimator.Need("tree_")
	if err != nil {
		return nil, err
	}
	features, err := treeArgument(r, 0)
	if err != nil {
		return nil, err
	}
	outputs, err := treeArgument(r, 2)
	if err != nil {
		return nil, err
	}
	t := &rawTree{at: r, features: features, outputs: outputs}
	if err := t.readNodes(); err != nil {
		return nil, err
	}
	return t, t.readValues()
}

// treeArgument reads a positive number from the call that was to make the tree.
func treeArgument(r pyobj.Ref, i int) (int, error) {
	arg, err := r.Arg(i)
	if err != nil {
		return 0, err
	}
	n, err := arg.Int()
	if err != nil {
		return 0, err
	}
	if n < 1 || n > maxFeatures {
		return 0, arg.Format("a tree of %d features or outputs", n)
	}
	return int(n), nil
}

func (t *rawTree) readNodes() error {
	attr, err := t.at.Need("nodes")
	if err != nil {
		return err
	}
	a, err := attr.Array()
	if err != nil {
		return err
	}
	if a.Dims() != 1 || a.Len() == 0 || len(a.DType.Fields) == 0 {
		return attr.Format("want an array of node records, got dtype %s and shape %v", a.DType, a.Shape)
	}
	count, err := t.at.Need("node_count")
	if err != nil {
		return err
	}
	n, err := count.Int()
	if err != nil {
		return err
	}
	if n != int64(a.Len()) {
		return count.Format("node_count is %d, and there are %d nodes", n, a.Len())
	}
	t.nodes = a
	return nil
}

func (t *rawTree) readValues() error {
	attr, err := t.at.Need("values")
	if err != nil {
		return err
	}
	a, err := attr.Array()
	if err != nil {
		return err
	}
	if a.Dims() != 3 || a.Dim(0) != t.nodes.Len() || a.Dim(1) != t.outputs || a.Dim(2) < 1 {
		return attr.Format("want values of shape (%d, %d, classes), got shape %v", t.nodes.Len(), t.outputs, a.Shape)
	}
	t.most = a.Dim(2)
	if t.values, err = a.Float64s(); err != nil {
		return attr.Format("%w", err)
	}
	return nil
}

// recordField takes the field of that name out of an array of records; nil if the
// records have none.
func recordField(records *ndarray.Array, name string) (*ndarray.Array, error) {
	for _, f := range records.DType.Fields {
		if f.Name != name {
			continue
		}
		if len(f.Shape) > 0 || !f.DType.Number() {
			return nil, fmt.Errorf("the field %s of a record is of dtype %s and shape %v", name, f.DType, f.Shape)
		}
		step, size := records.DType.Size, f.DType.Size
		data := make([]byte, 0, records.Len()*size)
		for i := range records.Len() {
			data = append(data, records.Data[i*step+f.Offset:][:size]...)
		}
		return ndarray.New(f.DType, []int{records.Len()}, false, data)
	}
	return nil, nil
}

// neededField is recordField where there must be one.
func neededField(records *ndarray.Array, name string) (*ndarray.Array, error) {
	a, err := recordField(records, name)
	if err == nil && a == nil {
		err = fmt.Errorf("the records have no field %s", name)
	}
	return a, err
}

// ints reads a field of the nodes; nil if they have none.
func (t *rawTree) ints(name string) ([]int64, error) {
	a, err := recordField(t.nodes, name)
	if err == nil && a != nil {
		var list []int64
		if list, err = a.Int64s(); err == nil {
			return list, nil
		}
	}
	if err != nil {
		return nil, t.at.Format("%w", err)
	}
	return nil, nil
}

// floats reads a field that the nodes must have.
func (t *rawTree) floats(name string) ([]float64, error) {
	a, err := neededField(t.nodes, name)
	if err != nil {
		return nil, t.at.Format("%w", err)
	}
	list, err := a.Float64s()
	if err != nil {
		return nil, t.at.Format("%w", err)
	}
	return list, nil
}

// treeLinks are the fields of the nodes that say how they hang together.
type treeLinks struct {
	left, right, feature []int64
	missingLeft          []int64 // nil before 1.3
}

func (t *rawTree) links() (l treeLinks, err error) {
	for _, f := range []struct {
		name string
		dst  *[]int64
		must bool
	}{
		{"left_child", &l.left, true}, {"right_child", &l.right, true},
		{"feature", &l.feature, true}, {"missing_go_to_left", &l.missingLeft, false},
	} {
		if *f.dst, err = t.ints(f.name); err != nil {
			return treeLinks{}, err
		}
		if f.must && *f.dst == nil {
			return treeLinks{}, t.at.Format("its nodes have no field %s", f.name)
		}
	}
	return l, nil
}

// treeLeaf marks a leaf: TREE_LEAF in _tree.pyx.
const treeLeaf = -1

// form gives the nodes as package forest takes them. Every leaf has its own place
// as its number and as the place of its values. subset, if it is not nil, are
// the features that the tree was given of those of the ensemble.
func (t *rawTree) form(subset []int) ([]forest.Node, error) {
	l, err := t.links()
	if err != nil {
		return nil, err
	}
	threshold, err := t.floats("threshold")
	if err != nil {
		return nil, err
	}
	nodes := make([]forest.Node, t.nodes.Len())
	for i := range nodes {
		if l.left[i] == treeLeaf {
			nodes[i] = forest.Node{Kind: forest.Leaf, Leaf: i, ID: i}
			continue
		}
		n := forest.Node{Kind: forest.AtMost, Threshold: threshold[i], Left: int(l.left[i]), Right: int(l.right[i])}
		if n.Feature = int(l.feature[i]); n.Feature < 0 || n.Feature >= t.features {
			return nil, t.at.Format("node %d asks for feature %d of %d", i, n.Feature, t.features)
		}
		if subset != nil {
			n.Feature = subset[n.Feature]
		}
		n.MissingLeft = l.missingLeft != nil && l.missingLeft[i] != 0
		nodes[i] = n
	}
	return nodes, nil
}

// addTo adds the tree to a forest; values are those of each node.
func (t *rawTree) addTo(b *forest.Builder, values []float64, output int, subset []int) error {
	nodes, err := t.form(subset)
	if err != nil {
		return err
	}
	if err := b.Add(nodes, values, output); err != nil {
		return t.at.Format("%w", err)
	}
	return nil
}
