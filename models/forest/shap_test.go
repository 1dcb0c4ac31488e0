package forest

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
)

// weigh gives the leaves random covers, some of them 0, and nodes their sums.
func weigh(r *rand.Rand, nodes []Node) {
	for i := len(nodes) - 1; i >= 0; i-- {
		if n := &nodes[i]; n.Kind == Leaf {
			n.Cover = float64(r.IntN(8))
		} else {
			n.Cover = nodes[n.Left].Cover + nodes[n.Right].Cover
		}
	}
	nodes[0].Cover += 0.5 // never 0; what is lost on the way down counts as nothing
}

// mean is the value of output j of a tree if only the features in known are.
func (s *sample) mean(k, i int, x []float64, known uint, j int) float64 {
	n := &s.trees[k][i]
	if n.Kind == Leaf {
		return s.values[k][n.Leaf*s.shape.Width+j]
	}
	if known>>n.Feature&1 == 1 {
		if s.yes(n, x[n.Feature]) {
			return s.mean(k, n.Left, x, known, j)
		}
		return s.mean(k, n.Right, x, known, j)
	}
	sum := 0.0
	for _, child := range []int{n.Left, n.Right} {
		if n.Cover > 0 {
			sum += s.trees[k][child].Cover / n.Cover * s.mean(k, child, x, known, j)
		}
	}
	return sum
}

// shapley is the definition: over all sets of other features, what it changes to
// know one more.
func (s *sample) shapley(x []float64) []float64 {
	m := s.shape.Features
	out := make([]float64, s.shape.Outputs*(m+1))
	for k := range s.trees {
		for j := range s.shape.Width {
			to := out[(s.outputs[k]+j)*(m+1):]
			to[m] += s.mean(k, 0, x, 0, j)
			for known := range uint(1) << m {
				n := bits.OnesCount(known)
				w := math.Gamma(float64(n+1)) * math.Gamma(float64(m-n)) / math.Gamma(float64(m+1))
				for i := range m {
					if known>>i&1 == 0 {
						to[i] += w * (s.mean(k, 0, x, known|1<<i, j) - s.mean(k, 0, x, known, j))
					}
				}
			}
		}
	}
	return out
}

func checkContributions(t *testing.T, s *sample, f *Forest, x []float64) {
	t.Helper()
	size := s.shape.Outputs * (s.shape.Features + 1)
	got := make([]float64, len(x)/s.shape.Features*size)
	if err := f.Contributions(got, x); err != nil {
		t.Fatal(err)
	}
	for i := range len(x) / s.shape.Features {
		row := x[i*s.shape.Features:][:s.shape.Features]
		for j, want := range s.shapley(row) {
			if v := got[i*size+j]; math.Abs(v-want) > 1e-12*float64(len(s.trees)) {
				t.Fatalf("row %d, number %d: %v, want %v", i, j, v, want)
			}
		}
	}
}

func TestContributionsAreShapleyValues(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for i, shape := range shapes() {
		shape.Features = 5
		shape.Sums = Float64 // the definition adds in float64
		for _, questions := range []int{0, 1, 5, 20} {
			t.Run(fmt.Sprint(i, questions), func(t *testing.T) {
				s := newSample(r, shape, 4, questions, true)
				for _, nodes := range s.trees {
					weigh(r, nodes)
				}
				checkContributions(t, s, s.builder(t).Forest(), s.rows(r, 20))
			})
		}
	}
}

func TestContributionsOfObliviousTrees(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	for _, precision := range []Precision{Float64, Float32} {
		s := &sample{shape: Shape{Features: 4, Width: 2, Outputs: 3, Precision: precision}}
		b := NewBuilder(s.shape)
		for depth := range 6 {
			tree := symmetric{levels: make([]Node, depth), values: noise(r, 2<<depth), weights: make([]float64, 1<<depth)}
			for i := range tree.levels {
				tree.levels[i] = s.tree(r, 1, true)[0]
			}
			for i := range tree.weights {
				tree.weights[i] = float64(r.IntN(5))
			}
			tree.weights[0] = 0.5
			if err := b.AddOblivious(tree.levels, tree.values, depth%2, tree.weights...); err != nil {
				t.Fatal(err)
			}
			s.trees, s.values, s.outputs = append(s.trees, tree.expand()), append(s.values, tree.values), append(s.outputs, depth%2)
		}
		checkContributions(t, s, b.Forest(), s.rows(r, 30))
	}
}

// Together with the mean, contributions add up to the sum.
func TestContributionsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	s := newSample(r, Shape{Features: 20, Width: 1, Outputs: 1}, 30, 200, true)
	for _, nodes := range s.trees {
		for i := len(nodes) - 1; i >= 0; i-- {
			nodes[i].Cover = 1
			if n := &nodes[i]; n.Kind != Leaf {
				n.Cover = nodes[n.Left].Cover + nodes[n.Right].Cover
			}
		}
	}
	const rows = 100
	f, x := s.builder(t).Forest(), s.rows(r, rows)
	parts, sums := make([]float64, rows*21), make([]float64, rows)
	if err := f.Contributions(parts, x); err != nil {
		t.Fatal(err)
	}
	f.Sum(sums, x)
	for i, want := range sums {
		got := 0.0
		for _, v := range parts[i*21:][:21] {
			got += v
		}
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("row %d: %v, want %v", i, got, want)
		}
	}
}

func TestNoContributions(t *testing.T) {
	f := func(want string, nodes []Node) {
		t.Helper()
		forest := build(t, Shape{Features: 2000, Width: 1, Outputs: 1}, nodes, make([]float64, len(nodes)))
		err := forest.Contributions(make([]float64, 2001), make([]float64, 2000))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	f("do not say", stump(Node{Kind: AtMost}))
	half := stump(Node{Kind: AtMost})
	half[1].Cover = 1
	f("tree 0 does not say", half)
	deep := chain(3000)
	for i := range deep {
		deep[i].Cover = 1
	}
	f("too deep", deep)
}

// chain is a tree of n questions, each of which leads to a leaf and to the next.
func chain(n int) []Node {
	nodes := make([]Node, 2*n+1)
	for i := range n {
		nodes[2*i] = Node{Kind: AtMost, Threshold: float64(i), Left: 2*i + 1, Right: 2*i + 2}
		nodes[2*i+1] = Node{Leaf: 2*i + 1, ID: 2*i + 1}
	}
	nodes[2*n] = Node{Leaf: 2 * n, ID: 2 * n}
	return nodes
}

// Features of one group count as one, which has their contributions together where
// no path asks both.
func TestGroups(t *testing.T) {
	b := NewBuilder(Shape{Features: 2, Width: 1, Outputs: 1})
	for i := range 2 {
		levels := []Node{{Kind: Above, Feature: i, Threshold: 0}}
		if err := b.AddOblivious(levels, []float64{1, float64(4 + i)}, 0, 3, 1); err != nil {
			t.Fatal(err)
		}
	}
	f := b.Forest()
	x := []float64{1, -1, 1, 1}
	single, together := make([]float64, 6), make([]float64, 4)
	if err := f.Contributions(single, x); err != nil {
		t.Fatal(err)
	}
	if err := f.GroupContributions(together, x, []int32{0, 0}, 1); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if got, want := together[2*i], single[3*i]+single[3*i+1]; math.Abs(got-want) > 1e-12 {
			t.Errorf("row %d: the group has %v, its features %v", i, got, want)
		}
		if got, want := together[2*i+1], single[3*i+2]; got != want {
			t.Errorf("row %d: the mean is %v, want %v", i, got, want)
		}
	}
}
