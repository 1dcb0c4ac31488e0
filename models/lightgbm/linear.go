package lightgbm

import (
	"fmt"
	"math"
)

// linearLeaves are the leaves of linear trees: each has a model of its own
// (Tree::Predict with is_linear).
type linearLeaves struct {
	trees  []int // for each tree, its first leaf
	leaves []linearLeaf
	terms  []term
}

// A linearLeaf is constant + the terms from the end of those of the leaf before it,
// added in their order; it is value where one of its features is NaN.
type linearLeaf struct {
	constant, value float64
	end             int // of its terms
}

type term struct {
	feature     int
	coefficient float64
}

// linearField reads a line that only linear trees have.
func (r *reader) linearField(key string) (err error) {
	t, s := &r.t, r.scan
	switch key {
	case "is_linear":
		n := 0
		n, err = r.count(false, key, math.MaxInt32)
		t.linear = n != 0
	case "leaf_const":
		t.constant, err = s.floats(t.constant[:0], t.leaves)
	case "num_features":
		t.sizes, err = s.integers(t.sizes[:0], t.leaves)
	case "leaf_features":
		t.features, err = s.integers(t.features[:0], t.termCount())
	case "leaf_coeff":
		t.coefficients, err = s.floats(t.coefficients[:0], t.termCount())
	default:
		return s.skipLine()
	}
	return err
}

// termCount is the number of coefficients of all leaves.
func (t *tree) termCount() int {
	sum := 0
	for _, n := range t.sizes {
		sum += max(int(n), 0)
	}
	return sum
}

func (r *reader) checkLinear() error {
	t := &r.t
	if !t.linear {
		return nil
	}
	n := t.termCount()
	if len(t.constant) != t.leaves || len(t.sizes) != t.leaves || len(t.features) != n || len(t.coefficients) != n {
		return r.scan.errorf("a linear tree of %d leaves lacks leaf_const, num_features, leaf_features or leaf_coeff", t.leaves)
	}
	for _, f := range t.features {
		if f < 0 || int(f) >= r.model.Features {
			return r.scan.errorf("a leaf has feature %d of %d", f, r.model.Features)
		}
	}
	return nil
}

// addLinear keeps the leaves of a tree. The first linear tree makes those before it
// linear as well, with no terms, so that leaves can be found by their number.
func (r *reader) addLinear(trees int) error {
	t := &r.t
	if t.linear && r.model.linear == nil {
		if trees > 0 {
			return fmt.Errorf("a linear tree behind %d that are not", trees)
		}
		r.model.linear = new(linearLeaves)
	}
	l := r.model.linear
	if l == nil {
		return nil
	}
	l.trees = append(l.trees, len(l.leaves))
	at := 0
	for i, v := range t.value {
		leaf := linearLeaf{constant: v, value: v}
		if t.linear {
			leaf.constant = t.constant[i]
			for k := range int(max(t.sizes[i], 0)) {
				l.terms = append(l.terms, term{int(t.features[at+k]), t.coefficients[at+k]})
			}
			at += int(max(t.sizes[i], 0))
		}
		leaf.end = len(l.terms)
		l.leaves = append(l.leaves, leaf)
	}
	return nil
}

// output is what a leaf of tree gives to row x.
func (l *linearLeaves) output(tree, leaf int, x []float64) float64 {
	i := l.trees[tree] + leaf
	from, sum := 0, l.leaves[i].constant
	if i > 0 {
		from = l.leaves[i-1].end
	}
	for _, t := range l.terms[from:l.leaves[i].end] {
		v := x[t.feature]
		if v != v {
			return l.leaves[i].value
		}
		if math.Abs(v) > zero {
			sum += float64(t.coefficient * v)
		}
	}
	return sum
}

// sum adds what the trees give to each row of x, tree by tree.
func (l *linearLeaves) sum(out, x []float64, ids []float64, features, outputs int) {
	trees := len(l.trees)
	for i := range len(x) / features {
		row := x[i*features:][:features]
		for t := range trees {
			out[i*outputs+t%outputs] += l.output(t, int(ids[i*trees+t]), row)
		}
	}
}
