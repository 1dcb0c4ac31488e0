package lightgbm

import (
	"math"

	"github.com/copal-ml/copal/models/forest"
)

// The bits of decision_type (include/LightGBM/tree.h).
const (
	isCategorical = 1 << 0
	goesLeft      = 1 << 1 // where a value is missing
	missingShift  = 2
	missingMask   = 3
	missingZero   = 1
	missingNaN    = 2
)

// zero is the bound of what counts as 0: kZeroThreshold, a float in
// include/LightGBM/meta.h.
const zero = float64(float32(1e-35))

// A tree has the arrays of one as the file has them, and is used again for the
// next. Inner nodes and leaves are counted apart; a child below 0 is leaf ^child.
type tree struct {
	leaves, categories   int
	feature, left, right []int32 // of each inner node
	kind                 []int32 // decision_type
	threshold            []float64
	bounds, words        []int32 // sets of categories
	count, leafCount     []int32
	value                []float64 // of each leaf

	linear          bool
	constant        []float64
	sizes, features []int32
	coefficients    []float64

	sets  []*forest.Set // of the categories, as far as a node has asked for them
	nodes []forest.Node
}

// reset forgets the last tree but not its memory.
func (t *tree) reset() {
	for _, list := range []*[]int32{&t.feature, &t.left, &t.right, &t.kind, &t.bounds, &t.words, &t.count, &t.leafCount, &t.sizes, &t.features} {
		*list = (*list)[:0]
	}
	for _, list := range []*[]float64{&t.threshold, &t.value, &t.constant, &t.coefficients} {
		*list = (*list)[:0]
	}
	t.leaves, t.categories, t.linear, t.sets = 0, 0, false, t.sets[:0]
}

// tree reads the lines of one tree up to the empty line behind it (Tree::Tree).
func (r *reader) tree() error {
	t := &r.t
	t.reset()
	for {
		key, end, err := r.scan.key()
		if err != nil {
			return err
		}
		if key == "" && end {
			return r.checkTree()
		}
		if end {
			return r.scan.errorf("want key=value in a tree, got %q", key)
		}
		if err := r.field(key); err != nil {
			return err
		}
	}
}

// field reads a line of a tree. Gains, weights and values of inner nodes are of no
// use for predictions.
func (r *reader) field(key string) (err error) {
	t, s := &r.t, r.scan
	inner, leaves := max(t.leaves-1, 0), t.leaves
	switch key {
	case "num_leaves":
		t.leaves, err = r.count(false, key, math.MaxInt32)
	case "num_cat":
		t.categories, err = r.count(false, key, math.MaxInt32)
	case "split_feature":
		t.feature, err = s.integers(t.feature[:0], inner)
	case "threshold":
		t.threshold, err = s.floats(t.threshold[:0], inner)
	case "decision_type":
		t.kind, err = s.integers(t.kind[:0], inner)
	case "left_child":
		t.left, err = s.integers(t.left[:0], inner)
	case "right_child":
		t.right, err = s.integers(t.right[:0], inner)
	case "leaf_value":
		t.value, err = s.floats(t.value[:0], leaves)
	case "internal_count":
		t.count, err = s.integers(t.count[:0], inner)
	case "leaf_count":
		t.leafCount, err = r.leafCounts(leaves)
	case "cat_boundaries":
		t.bounds, err = s.integers(t.bounds[:0], t.categories+1)
	case "cat_threshold":
		t.words, err = s.integers(t.words[:0], t.wordCount())
	default:
		return r.linearField(key)
	}
	return err
}

// leafCounts reads leaf_count, which is empty for a tree of one leaf before 4.0.
func (r *reader) leafCounts(leaves int) ([]int32, error) {
	if leaves > 1 {
		return r.scan.integers(r.t.leafCount[:0], leaves)
	}
	return nil, r.scan.skipLine()
}

// wordCount is the number of words that the sets of categories take.
func (t *tree) wordCount() int {
	if len(t.bounds) == 0 {
		return 0
	}
	return max(int(t.bounds[len(t.bounds)-1]), 0)
}

func (r *reader) checkTree() error {
	t, inner := &r.t, max(r.t.leaves-1, 0)
	switch {
	case t.leaves < 1:
		return r.scan.errorf("a tree without num_leaves")
	case len(t.value) != t.leaves:
		return r.scan.errorf("a tree of %d leaves without leaf_value", t.leaves)
	case len(t.feature) != inner || len(t.threshold) != inner || len(t.left) != inner || len(t.right) != inner:
		return r.scan.errorf("a tree of %d leaves lacks split_feature, threshold, left_child or right_child", t.leaves)
	case len(t.kind) > 0 && len(t.kind) != inner:
		return r.scan.errorf("a tree of %d leaves has %d decision_type", t.leaves, len(t.kind))
	}
	for i := 1; i < len(t.bounds); i++ {
		if t.bounds[i] < t.bounds[i-1] || t.bounds[0] < 0 {
			return r.scan.errorf("cat_boundaries do not ascend")
		}
	}
	return first(r.checkChildren(), r.checkLinear())
}

// checkChildren checks that children are nodes or leaves of the tree; that they make
// a tree is for the forest to see.
func (r *reader) checkChildren() error {
	t := &r.t
	for _, list := range [][]int32{t.left, t.right} {
		for i, child := range list {
			if int(child) >= t.leaves-1 || int(^child) >= t.leaves {
				return r.scan.errorf("node %d has child %d in a tree of %d leaves", i, child, t.leaves)
			}
		}
	}
	return nil
}

// plant adds the tree to the forest, its leaves to the given output.
func (r *reader) plant(output int) error {
	t := &r.t
	t.nodes = t.nodes[:0]
	inner := t.leaves - 1
	if len(t.count) != inner || len(t.leafCount) != t.leaves {
		r.model.counted = r.model.counted && inner == 0
	}
	for i := range inner {
		n, err := r.inner(i)
		if err != nil {
			return err
		}
		t.nodes = append(t.nodes, n)
	}
	for i := range t.leaves {
		n := forest.Node{Kind: forest.Leaf, Leaf: i, ID: i}
		if len(t.leafCount) == t.leaves {
			n.Cover = float64(t.leafCount[i])
		} else if t.leaves == 1 {
			n.Cover = 1 // whatever it is, all rows are here
		}
		t.nodes = append(t.nodes, n)
	}
	if err := r.forest.Add(t.nodes, t.value, output); err != nil {
		return r.scan.errorf("%w", err)
	}
	return nil
}

// inner is inner node i for the forest (Tree::NumericalDecision and
// CategoricalDecision).
func (r *reader) inner(i int) (forest.Node, error) {
	t := &r.t
	n := forest.Node{Feature: int(t.feature[i]), Left: t.place(t.left[i]), Right: t.place(t.right[i])}
	if len(t.count) == t.leaves-1 {
		n.Cover = float64(t.count[i])
	}
	kind := int32(0)
	if len(t.kind) > 0 {
		kind = t.kind[i]
	}
	if kind&isCategorical != 0 {
		set, err := r.set(t.threshold[i])
		n.Kind, n.Set = forest.Member, set
		return n, err
	}
	n.Kind, n.Threshold = forest.AtMost, flushed(t.threshold[i])
	switch kind >> missingShift & missingMask {
	case missingZero:
		n.ZeroMissing, n.MissingLeft = true, kind&goesLeft != 0
	case missingNaN:
		n.MissingLeft = kind&goesLeft != 0
	default: // NaN counts as 0
		n.MissingLeft = 0 <= n.Threshold
	}
	return n, nil
}

// place is the number of a child among inner nodes and then leaves.
func (t *tree) place(child int32) int {
	if child >= 0 {
		return int(child)
	}
	return t.leaves - 1 + int(^child)
}

// flushed is the threshold that divides numbers as t divides them once those next
// to zero are zero, as the library makes them when it takes a row
// (src/c_api.cpp, RowPairFunctionFromDenseRows).
func flushed(t float64) float64 {
	switch {
	case t >= 0 && t < zero:
		return zero
	case t < 0 && t >= -zero:
		return math.Nextafter(-zero, math.Inf(-1))
	}
	return t
}

// set is the set of categories of that number, which go left; NaN and what is
// negative go right. Nodes of the same number share it.
func (r *reader) set(number float64) (*forest.Set, error) {
	t := &r.t
	i := int(number)
	if i < 0 || i+1 >= len(t.bounds) || float64(i) != number {
		return nil, r.scan.errorf("a node has set %v of %d", number, max(len(t.bounds)-1, 0))
	}
	from, to := int(t.bounds[i]), int(t.bounds[i+1])
	if to > len(t.words) {
		return nil, r.scan.errorf("set %d ends at word %d of %d", i, to, len(t.words))
	}
	for len(t.sets) < len(t.bounds)-1 {
		t.sets = append(t.sets, nil)
	}
	if t.sets[i] == nil {
		t.sets[i] = &forest.Set{Members: make([]uint32, to-from), Truncates: true}
		for k := range t.sets[i].Members {
			t.sets[i].Members[k] = uint32(t.words[from+k])
		}
	}
	return t.sets[i], nil
}
