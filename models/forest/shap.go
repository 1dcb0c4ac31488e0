package forest

import (
	"errors"
	"fmt"
)

// maxPaths bounds the scratch of contributions, in parts of paths: each level of a
// tree keeps one path of as many parts as there are features on it.
const maxPaths = 1 << 20

// Explainable says why there are no contributions, if there are none.
func (f *Forest) Explainable() error {
	if f.oblivious != nil && !f.weights.empty() {
		return f.expanded().Explainable()
	}
	if f.covers.empty() {
		return errors.New("the trees do not say how many training rows came to each node")
	}
	for i := range f.trees {
		if t := &f.trees[i]; t.most > 0 && !(f.covers.at(int(t.root)) > 0) {
			return fmt.Errorf("tree %d does not say how many training rows came to it", i)
		}
	}
	if f.pathParts() > maxPaths {
		return fmt.Errorf("trees of depth %d on %d features are too deep to be explained", f.depth, f.Features)
	}
	return nil
}

// Contributions writes, for each row of x, Features+1 numbers for each output:
// what each feature adds to the sum, and what the trees give on average. They
// are the path-dependent SHAP values of Lundberg et al., Consistent
// Individualized Feature Attribution for Tree Ensembles (2018), algorithm 2,
// which XGBoost and LightGBM compute as pred_contribs; they add up to what Sum
// adds. They need the Cover of all nodes.
func (f *Forest) Contributions(out, x []float64) error {
	return f.GroupContributions(out, x, nil, f.Features)
}

// GroupContributions is Contributions where some features count as one, as they
// are all computed of the same: feature i belongs to group groups[i], which is
// below n. A nil groups is one group a feature.
func (f *Forest) GroupContributions(out, x []float64, groups []int32, n int) error {
	if err := f.Explainable(); err != nil {
		return err
	}
	if f.oblivious != nil {
		return f.expanded().GroupContributions(out, x, groups, n)
	}
	clear(out)
	e := newExplainer(f)
	e.groups, e.count = groups, n
	expected := e.expected()
	f.blocks(x, func(b *block, first int, rows []float64) {
		b.keys = f.keys(b.keys, rows)
		for i := range len(rows) / f.Features {
			size := f.Outputs * (n + 1)
			e.row(out[(first+i)*size:][:size], b.keys[i*f.rowWidth():], rows[i*f.Features:][:f.Features], expected)
		}
	})
	return nil
}

// pathParts is how many parts the paths from a root to a leaf have at most.
func (f *Forest) pathParts() int {
	depth := int(f.depth) + 1
	return depth * (min(depth, f.Features+1) + 1)
}

// An explainer computes the contributions of one row after the other.
type explainer struct {
	*Forest
	keys   []int32
	x      []float64
	out    []float64
	output int // of the tree at hand
	paths  []part
	groups []int32 // of features; nil if each is its own
	count  int     // of groups

	inverse []float64 // of the numbers up to the length of a path
}

// A part of a path is a feature that was asked on it: the share of training rows
// that went on where the feature is not known, and of this row, 0 or 1, where it
// is. The weight belongs to the number of features known, and not to this one.
type part struct {
	feature           int32
	zero, one, weight float64
}

func newExplainer(f *Forest) *explainer {
	e := &explainer{Forest: f, paths: make([]part, f.pathParts()), inverse: make([]float64, f.depth+3)}
	for i := range e.inverse {
		e.inverse[i] = 1 / float64(i)
	}
	return e
}

// expected is the mean of the trees over the training rows, for each output.
func (e *explainer) expected() []float64 {
	mean, shares := make([]float64, e.Outputs), make([]float64, 0, e.Nodes())
	shares = shares[:e.Nodes()]
	for i := range e.trees {
		t := &e.trees[i]
		shares[t.root] = 1
		for a := t.root; a < e.end(i); a++ {
			left, leaf := e.child(a)
			if !leaf {
				shares[left], shares[left+1] = shares[a]*e.share(a, left), shares[a]*e.share(a, left+1)
				continue
			}
			for j := range e.Width {
				mean[int(t.output)+j] += shares[a] * e.value(a, j)
			}
		}
	}
	return mean
}

// row computes the contributions of one row.
func (e *explainer) row(out []float64, keys []int32, x, expected []float64) {
	e.out, e.keys, e.x = out, keys, x
	for j, mean := range expected {
		out[j*(e.count+1)+e.count] = mean
	}
	for i := range e.trees {
		e.output = int(e.trees[i].output)
		e.visit(e.trees[i].root, nil, e.paths, part{feature: -1, zero: 1, one: 1})
	}
}

// visit goes to node a, which the last part leads to from path, and on to all its
// leaves. Paths below have their place in free.
func (e *explainer) visit(a uint32, path, free []part, last part) {
	n := copy(free, path)
	path, free = e.extend(free[:n+1], last), free[n+1:]
	left, leaf := e.child(a)
	if leaf {
		e.give(a, path)
		return
	}
	feature, right := e.ask(a)
	if e.groups != nil {
		feature = e.groups[feature]
	}
	zero, one := 1.0, 1.0
	for i := 1; i < len(path); i++ {
		if path[i].feature == feature {
			zero, one = path[i].zero, path[i].one
			path = e.unwind(path, i)
			break
		}
	}
	for side := range uint32(2) {
		next := part{feature: feature, zero: zero * e.share(a, left+side)}
		if side == right {
			next.one = one
		}
		// What no training row and not this row comes to adds nothing.
		if next.zero != 0 || next.one != 0 {
			e.visit(left+side, path, free, next)
		}
	}
}

// give adds what the features on a path add to the values of leaf a.
func (e *explainer) give(a uint32, path []part) {
	for i := 1; i < len(path); i++ {
		p := &path[i]
		w := e.unwound(path, i) * (p.one - p.zero)
		for j := range e.Width {
			e.out[(e.output+j)*(e.count+1)+int(p.feature)] += w * e.value(a, j)
		}
	}
}

// extend puts p behind all parts of path but the last, which is free for it.
func (e *explainer) extend(path []part, p part) []part {
	last := len(path) - 1
	p.weight = 0
	if last == 0 {
		p.weight = 1
	}
	path[last] = p
	one, zero := p.one*e.inverse[last+1], p.zero*e.inverse[last+1]
	for i := last - 1; i >= 0; i-- {
		path[i+1].weight += one * path[i].weight * float64(i+1)
		path[i].weight *= zero * float64(last-i)
	}
	return path
}

// unwind takes part i out again, as if it had never been put there.
func (e *explainer) unwind(path []part, i int) []part {
	last := len(path) - 1
	zero, one, n := path[i].zero, path[i].one, float64(last+1)
	next := path[last].weight
	for j := last - 1; j >= 0; j-- {
		old := path[j].weight
		if one != 0 {
			path[j].weight = next * n * e.inverse[j+1]
			next = old - path[j].weight*zero*float64(last-j)*e.inverse[last+1]
		} else {
			path[j].weight = old * n * e.inverse[last-j] / zero
		}
	}
	for j := i; j < last; j++ {
		w := path[j].weight
		path[j] = path[j+1]
		path[j].weight = w
	}
	return path[:last]
}

// unwound is the sum of all weights without part i, whose one is 0 or 1.
func (e *explainer) unwound(path []part, i int) float64 {
	last, sum := len(path)-1, 0.0
	if path[i].one == 0 {
		for j := range last {
			sum += path[j].weight * e.inverse[last-j]
		}
		return sum * float64(last+1) / path[i].zero
	}
	n, zero := float64(last+1), path[i].zero*e.inverse[last+1]
	next := path[last].weight
	for j := last - 1; j >= 0; j-- {
		w := next * n * e.inverse[j+1]
		sum += w
		next = path[j].weight - w*zero*float64(last-j)
	}
	return sum
}
