package forest

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// stump asks one question of feature 0: leaf 1 on yes, leaf 2 on no.
func stump(n Node) []Node {
	n.Left, n.Right = 1, 2
	return []Node{n, {Kind: Leaf, Leaf: 0, ID: 1}, {Kind: Leaf, Leaf: 1, ID: 2}}
}

func build(t testing.TB, shape Shape, nodes []Node, values []float64) *Forest {
	t.Helper()
	b := NewBuilder(shape)
	if err := b.Add(nodes, values, 0); err != nil {
		t.Fatal(err)
	}
	return b.Forest()
}

// neighbours are numbers on and around each threshold, in float64 and in float32.
func neighbours(list ...float64) []float64 {
	out := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324, -5e-324, 1e-46, -1e-46, 1e39}
	for _, v := range list {
		w := float64(float32(v))
		out = append(out, v, math.Nextafter(v, 1e300), math.Nextafter(v, -1e300), w,
			float64(math.Nextafter32(float32(v), math.MaxFloat32)), float64(math.Nextafter32(float32(v), -math.MaxFloat32)))
	}
	return out
}

func TestQuestionsAreThoseOfFloats(t *testing.T) {
	thresholds := []float64{0, math.Copysign(0, -1), 1, -1, 0.1, -0.1, 2.45, 1e-46, -1e-46, 1e-310, 5e-324, -5e-324,
		3.4028235e38, 1e39, -1e39, math.Inf(1), math.Inf(-1), math.MaxFloat64}
	f := func(kind Kind, precision Precision, yes func(x, t float64) bool) {
		t.Helper()
		for _, threshold := range thresholds {
			forest := build(t, Shape{Features: 1, Precision: precision}, stump(Node{Kind: kind, Threshold: threshold}), nil)
			for _, x := range neighbours(thresholds...) {
				seen, want, id := x, 2.0, []float64{0}
				if precision == Float32 {
					seen = float64(float32(x))
				}
				if yes(seen, threshold) {
					want = 1
				}
				if forest.Apply(id, []float64{x}); id[0] != want {
					t.Errorf("kind %d, precision %d: x = %g, t = %g: went to %v", kind, precision, x, threshold, id[0])
				}
			}
		}
	}
	atMost := func(x, t float64) bool { return x <= t }
	below := func(x, t float64) bool { return x < t }
	f(AtMost, Float64, atMost)
	f(AtMost, Float32, atMost)
	f(Below, Float64, below)
	f(Below, Float32, below)
}

func TestMissing(t *testing.T) {
	f := func(n Node, want float64) {
		t.Helper()
		for _, precision := range []Precision{Float64, Float32} {
			id := []float64{0}
			forest := build(t, Shape{Features: 1, Precision: precision}, stump(n), nil)
			for _, nan := range []float64{math.NaN(), math.Float64frombits(0xfff8_0000_0000_0001)} {
				if forest.Apply(id, []float64{nan}); id[0] != want {
					t.Errorf("%+v: went to %v, want %v", n, id[0], want)
				}
			}
		}
	}
	inf := math.Inf(1)
	f(Node{Kind: AtMost, Threshold: -inf, MissingLeft: true}, 1)
	f(Node{Kind: AtMost, Threshold: inf}, 2)
	f(Node{Kind: Below, Threshold: -inf, MissingLeft: true}, 1)
	f(Node{Kind: Below, Threshold: inf}, 2)
	f(Node{Kind: Member, Set: &Set{}, MissingLeft: true}, 1)
	f(Node{Kind: Member, Set: &Set{OtherLeft: true}}, 2)
}

func TestCategories(t *testing.T) {
	f := func(set Set, want float64, values ...float64) {
		t.Helper()
		forest := build(t, Shape{Features: 1}, stump(Node{Kind: Member, Set: &set}), nil)
		for _, x := range values {
			id := []float64{0}
			if forest.Apply(id, []float64{x}); id[0] != want {
				t.Errorf("%+v: %v went to %v, want %v", set, x, id[0], want)
			}
		}
	}
	bits := func(list ...int) []uint32 {
		words := make([]uint32, 2)
		for _, c := range list {
			words[c/32] |= 1 << (c % 32)
		}
		return words
	}
	all := Set{Members: bits(0, 3, 40)}
	f(all, 1, 0, 3, 40, 3.9, math.Copysign(0, -1))
	f(all, 2, 1, 4, 41, 64, 1e6, 1e300, math.Inf(1), -1, -0.5)
	some := Set{Members: bits(0, 3), Known: bits(0, 1, 3), OtherLeft: true}
	f(some, 1, 0, 3, 2, 64, 1e300, -1, -0.1, math.Inf(-1))
	f(some, 2, 1, 1.5)
}

func TestRefusesWhatIsNoTree(t *testing.T) {
	leaf := Node{Kind: Leaf}
	f := func(want string, nodes ...Node) {
		t.Helper()
		b := NewBuilder(Shape{Features: 2, Width: 1, Outputs: 1})
		err := b.Add(nodes, []float64{0, 0, 0}, 0)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
		if n := b.Forest().Nodes(); n != 0 {
			t.Errorf("%d nodes were added", n)
		}
	}
	f("without nodes")
	f("reached twice", Node{Kind: AtMost, Left: 0, Right: 1}, leaf)
	f("reached twice", Node{Kind: AtMost, Left: 1, Right: 1}, leaf)
	f("reached twice", Node{Kind: AtMost, Left: 1, Right: 2}, Node{Kind: AtMost, Left: 0, Right: 2}, leaf)
	f("reached twice", Node{Kind: AtMost, Left: 1, Right: 2}, Node{Kind: AtMost, Left: 2, Right: 3}, leaf, leaf)
	f("children 3 and 1", Node{Kind: AtMost, Left: 3, Right: 1}, leaf, leaf)
	f("children 1 and -1", Node{Kind: AtMost, Left: 1, Right: -1}, leaf, leaf)
	f("feature 2 of 2", Node{Kind: AtMost, Feature: 2, Left: 1, Right: 2}, leaf, leaf)
	f("feature -2 of 2", Node{Kind: AtMost, Feature: -2, Left: 1, Right: 2}, leaf, leaf)
	f("threshold is NaN", Node{Kind: AtMost, Threshold: math.NaN(), Left: 1, Right: 2}, leaf, leaf)
	f("no set", Node{Kind: Member, Left: 1, Right: 2}, leaf, leaf)
	f("values at 3 of 3", Node{Kind: Leaf, Leaf: 3})
	f("values at -1 of 3", Node{Kind: Leaf, Leaf: -1})
	f("leaf of number -1", Node{Kind: Leaf, ID: -1})
	f("kind 9", Node{Kind: 9, Left: 1, Right: 2}, leaf, leaf)
}

func TestRefusesOutputsThatAreNotThere(t *testing.T) {
	b := NewBuilder(Shape{Features: 1, Width: 2, Outputs: 3})
	for _, output := range []int{-1, 2} {
		if err := b.Add([]Node{{Kind: Leaf}}, []float64{1, 2}, output); err == nil {
			t.Errorf("a tree for output %d was taken", output)
		}
	}
}

// random makes a tree of n questions with children in any order of places.
func random(r *rand.Rand, n, features int) []Node {
	nodes := []Node{{}}
	open := []int{0}
	for range n {
		k := r.IntN(len(open))
		i := open[k]
		nodes[i] = Node{Kind: AtMost, Feature: r.IntN(features), Threshold: r.NormFloat64(), MissingLeft: r.IntN(2) == 0,
			Left: len(nodes), Right: len(nodes) + 1}
		if r.IntN(4) == 0 {
			nodes[i].Kind, nodes[i].Set = Member, &Set{Members: []uint32{r.Uint32()}, Known: []uint32{r.Uint32()}, OtherLeft: r.IntN(2) == 0}
		}
		open[k] = len(nodes)
		open = append(open, len(nodes)+1)
		nodes = append(nodes, Node{}, Node{})
	}
	for i := range nodes {
		if nodes[i].Kind == Leaf {
			nodes[i].Leaf, nodes[i].ID = i, i
		}
	}
	return nodes
}

// reference goes down a tree as it is described.
func reference(nodes []Node, x []float64) int {
	i := 0
	for nodes[i].Kind != Leaf {
		n := &nodes[i]
		v, left := x[n.Feature], false
		switch {
		case math.IsNaN(v):
			left = n.MissingLeft
		case n.Kind == AtMost:
			left = v <= n.Threshold
		case v < 0:
			left = n.Set.OtherLeft
		case v < 32 && n.Set.Members[0]>>int(v)&1 == 1:
			left = true
		case v < 32 && n.Set.Known[0]>>int(v)&1 == 1:
		default:
			left = n.Set.OtherLeft
		}
		i = n.Right
		if left {
			i = n.Left
		}
	}
	return i
}

func TestForestIsItsTrees(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const features, trees, rows = 5, 7, 200 // rows beyond a block
	b := NewBuilder(Shape{Features: features, Width: 2, Outputs: 4})
	var described [][]Node
	var values [][]float64
	for i := range trees {
		nodes := random(r, i*5, features)
		list := make([]float64, 2*len(nodes))
		for j := range list {
			list[j] = r.NormFloat64()
		}
		if err := b.Add(nodes, list, i%3); err != nil {
			t.Fatal(err)
		}
		described, values = append(described, nodes), append(values, list)
	}
	x := make([]float64, rows*features)
	for i := range x {
		x[i] = r.NormFloat64() * 5
		if r.IntN(6) == 0 {
			x[i] = math.NaN()
		}
	}
	got, ids := make([]float64, rows*4), make([]float64, rows*trees)
	f := b.Forest()
	f.Sum(got, x)
	f.Apply(ids, x)
	for i := range rows {
		want := make([]float64, 4)
		for k, nodes := range described {
			leaf := reference(nodes, x[i*features:])
			if ids[i*trees+k] != float64(leaf) {
				t.Fatalf("row %d, tree %d: leaf %v, want %d", i, k, ids[i*trees+k], leaf)
			}
			want[k%3] += values[k][2*leaf]
			want[k%3+1] += values[k][2*leaf+1]
		}
		for j, v := range want {
			if got[i*4+j] != v {
				t.Fatalf("row %d, output %d: %v, want %v", i, j, got[i*4+j], v)
			}
		}
	}
}

func TestSizes(t *testing.T) {
	b := NewBuilder(Shape{Features: 1})
	for _, nodes := range [][]Node{{{Kind: Leaf}}, stump(Node{Kind: AtMost})} {
		if err := b.Add(nodes, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	if f := b.Forest(); f.Trees() != 2 || f.Nodes() != 4 || f.Leaves() != 3 || f.Depth() != 1 {
		t.Errorf("%d trees, %d nodes, %d leaves, depth %d", f.Trees(), f.Nodes(), f.Leaves(), f.Depth())
	}
}

func TestNothingAllocatesOnceWarm(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, shape := range shapes() {
		s := newSample(r, shape, 5, 30, true)
		for name, f := range engines(s.builder(t)) {
			x, out, ids := s.rows(r, 100), make([]float64, 100*shape.Outputs), make([]float64, 100*5)
			for _, rows := range []int{1, 100} {
				part := x[:rows*shape.Features]
				if n := testing.AllocsPerRun(20, func() { f.Sum(out, part); f.Apply(ids, part) }); n >= 1 {
					t.Errorf("%s, %+v, %d rows: %v allocations", name, shape, rows, n)
				}
			}
		}
	}
}

// FuzzAdd takes any nodes: they are refused, or every row comes to a leaf.
func FuzzAdd(f *testing.F) {
	f.Add([]byte{1, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{1, 0, 0, 0, 1, 1, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var nodes []Node
		for ; len(b) >= 4; b = b[4:] {
			nodes = append(nodes, Node{Kind: Kind(b[0]), Feature: int(int8(b[1])), Left: int(int8(b[2])), Right: int(int8(b[3])),
				Threshold: float64(int8(b[1])), Set: &Set{Members: []uint32{uint32(b[2])}}, Leaf: int(int8(b[1])), MissingLeft: b[3]&1 == 0})
		}
		build := NewBuilder(Shape{Features: 3, Width: 1, Outputs: 1})
		if build.Add(nodes, make([]float64, 8), 0) != nil {
			return
		}
		forest, out := build.Forest(), make([]float64, 2)
		forest.Sum(out, []float64{1, 2, 3, math.NaN(), -1, 1e300})
		forest.Apply(out, []float64{1, 2, 3, math.NaN(), -1, 1e300})
	})
}
