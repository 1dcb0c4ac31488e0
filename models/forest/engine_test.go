package forest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A sample is a forest as its nodes describe it.
type sample struct {
	shape   Shape
	trees   [][]Node
	values  [][]float64
	outputs []int
}

// numbers are thresholds and values of rows where engines could differ.
var numbers = []float64{0, math.Copysign(0, -1), 1, -1, 0.1, float64(float32(0.1)), 2.5, -2.5, 1e-35, float64(float32(1e-35)), -1e-36, 2e-35,
	5e-324, -5e-324, 1e-310, 1.4e-45, -1.4e-45, 1e-46, 3, 7, -0.5, 31, 32, 64, 3.4028234663852886e38, 1e39, -1e39, 1e300, math.Inf(1), math.Inf(-1)}

// number is any of numbers, or one that is next to it as float64 or as float32.
func number(r *rand.Rand) float64 {
	v := numbers[r.IntN(len(numbers))]
	switch r.IntN(4) {
	case 0:
		return math.Nextafter(v, math.Inf(r.IntN(2)*2-1))
	case 1:
		return float64(math.Nextafter32(float32(v), float32(math.Inf(r.IntN(2)*2-1))))
	case 2:
		return r.NormFloat64()
	}
	return v
}

// tree grows a tree of n questions, at random places.
func (s *sample) tree(r *rand.Rand, n int, sets bool) []Node {
	nodes, open := []Node{{}}, []int{0}
	for range n {
		k := r.IntN(len(open))
		q := Node{Kind: AtMost + Kind(r.IntN(2)), Feature: r.IntN(s.shape.Features), Threshold: number(r),
			MissingLeft: r.IntN(2) == 0, ZeroMissing: r.IntN(4) == 0, Left: len(nodes), Right: len(nodes) + 1}
		if r.IntN(4) == 0 {
			q.Kind = Above
		}
		if sets && r.IntN(3) == 0 {
			q.Kind, q.Set = Member, &Set{Members: []uint32{r.Uint32(), r.Uint32()}, OtherLeft: r.IntN(2) == 0, Truncates: r.IntN(2) == 0}
			if r.IntN(2) == 0 {
				q.Set.Known = []uint32{r.Uint32()}
			}
		}
		if math.IsNaN(q.Threshold) {
			q.Threshold = 0
		}
		nodes[open[k]] = q
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

// newSample makes trees of up to so many questions.
func newSample(r *rand.Rand, shape Shape, trees, questions int, sets bool) *sample {
	s := &sample{shape: shape}
	for range trees {
		nodes := s.tree(r, r.IntN(questions+1), sets)
		values := make([]float64, len(nodes)*shape.Width)
		for i := range values {
			values[i] = r.NormFloat64()
			if shape.Sums == Float32 {
				values[i] = float64(float32(values[i]))
			}
		}
		s.trees, s.values = append(s.trees, nodes), append(s.values, values)
		s.outputs = append(s.outputs, r.IntN(shape.Outputs-shape.Width+1))
	}
	return s
}

// levels makes oblivious trees of up to so many levels, and adds them.
func (s *sample) levels(t *testing.T, r *rand.Rand, b *Builder, trees, depth int) {
	t.Helper()
	for range trees {
		tree := symmetric{levels: make([]Node, r.IntN(depth+1)), output: r.IntN(s.shape.Outputs - s.shape.Width + 1)}
		for i := range tree.levels {
			tree.levels[i] = s.tree(r, 1, true)[0]
		}
		tree.values = make([]float64, s.shape.Width<<len(tree.levels))
		for i := range tree.values {
			tree.values[i] = float64(float32(r.NormFloat64()))
		}
		if err := b.AddOblivious(tree.levels, tree.values, tree.output); err != nil {
			t.Fatal(err)
		}
		s.trees, s.values, s.outputs = append(s.trees, tree.expand()), append(s.values, tree.values), append(s.outputs, tree.output)
	}
}

// rows are n rows of values that the nodes compare with, and others.
func (s *sample) rows(r *rand.Rand, n int) []float64 {
	x := make([]float64, n*s.shape.Features)
	for i := range x {
		switch r.IntN(6) {
		case 0:
			x[i] = math.NaN()
		case 1:
			x[i] = float64(r.IntN(70) - 3)
		case 2:
			nodes := s.trees[r.IntN(len(s.trees))]
			x[i] = nodes[r.IntN(len(nodes))].Threshold
		default:
			x[i] = number(r)
		}
	}
	return x
}

func (s *sample) builder(t testing.TB) *Builder {
	t.Helper()
	b := NewBuilder(s.shape)
	for i, nodes := range s.trees {
		if err := b.Add(nodes, s.values[i], s.outputs[i]); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// descend is the reference: down the nodes as they are described.
func (s *sample) descend(nodes []Node, x []float64) int {
	i := 0
	for nodes[i].Kind != Leaf {
		if n := &nodes[i]; s.yes(n, x[n.Feature]) {
			i = n.Left
		} else {
			i = n.Right
		}
	}
	return i
}

func (s *sample) yes(n *Node, v float64) bool {
	if n.Kind == Member && s.shape.Precision == Float32 {
		v = float64(float32(v))
	}
	if n.Kind == Member {
		return n.Set.yes(v, n.MissingLeft)
	}
	if math.IsNaN(v) || n.ZeroMissing && math.Abs(v) <= float64(float32(1e-35)) {
		return n.MissingLeft
	}
	if s.shape.Precision == Float32 {
		v = float64(float32(v))
	}
	switch n.Kind {
	case AtMost:
		return v <= n.Threshold
	case Below:
		return v < n.Threshold
	}
	return v > n.Threshold
}

func (s *Set) yes(v float64, missing bool) bool {
	if math.IsNaN(v) {
		return missing
	}
	if v < 0 && !s.Truncates {
		return s.OtherLeft
	}
	v = min(math.Trunc(v), 1000)
	bit := func(words []uint32) bool { c := int(v); return c < 32*len(words) && words[c/32]>>(c%32)&1 == 1 }
	return v >= 0 && bit(s.Members) || (v < 0 || s.Known != nil && !bit(s.Known)) && s.OtherLeft
}

// sums is the reference of Sum.
func (s *sample) sums(out, x []float64) {
	for row := x; len(row) > 0; row, out = row[s.shape.Features:], out[s.shape.Outputs:] {
		for k, nodes := range s.trees {
			leaf := nodes[s.descend(nodes, row)].Leaf
			for j, v := range s.values[k][leaf*s.shape.Width:][:s.shape.Width] {
				to := &out[s.outputs[k]+j]
				if s.shape.Sums == Float32 {
					*to = float64(float32(*to) + float32(v))
				} else {
					*to += v
				}
			}
		}
	}
}

// engines are a forest for each engine, whatever it is worth.
func engines(b *Builder) map[string]*Forest {
	all := map[string]*Forest{"scalar": b.build(nil)}
	for _, k := range append(vectorKernels(), &loops) {
		f := b.build(k)
		if f.sliced != nil {
			f.sliced.least = 0
			all[k.name] = f
		}
	}
	return all
}

// checkEngines compares all engines with the reference, bit for bit.
func checkEngines(t *testing.T, s *sample, b *Builder, x []float64) {
	t.Helper()
	rows := len(x) / s.shape.Features
	want := make([]float64, rows*s.shape.Outputs)
	for i := range want {
		want[i] = float64(float32(i) / 7)
	}
	start := append([]float64(nil), want...)
	s.sums(want, x)
	for name, f := range engines(b) {
		got, ids := append([]float64(nil), start...), make([]float64, rows*len(s.trees))
		f.Sum(got, x)
		for i := range got {
			if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
				t.Fatalf("%s, %+v: row %d, output %d: %v, want %v", name, s.shape, i/s.shape.Outputs, i%s.shape.Outputs, got[i], want[i])
			}
		}
		f.Apply(ids, x)
		for i, id := range ids {
			row := x[i/len(s.trees)*s.shape.Features:]
			nodes := s.trees[i%len(s.trees)]
			if want := nodes[s.descend(nodes, row[:s.shape.Features])].ID; id != float64(want) {
				t.Fatalf("%s, %+v: row %d, tree %d: leaf %v, want %d", name, s.shape, i/len(s.trees), i%len(s.trees), id, want)
			}
		}
	}
}

func shapes() (list []Shape) {
	for i := range 4 {
		list = append(list, Shape{Features: 3, Width: 1, Outputs: 1, Precision: Precision(i % 2), Sums: Precision(i / 2)},
			Shape{Features: 9, Width: 2, Outputs: 5, Precision: Precision(i % 2), Sums: Precision(i / 2)})
	}
	return list
}

func TestEnginesAreTheReference(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, shape := range shapes() {
		for _, questions := range []int{0, 7, 31, 63, 200, 700} {
			for _, sets := range []bool{false, true} {
				t.Run(fmt.Sprint(shape, questions, sets), func(t *testing.T) {
					s := newSample(r, shape, 12, questions, sets)
					b := s.builder(t)
					for _, rows := range []int{1, 8, 63, 65, 200} {
						checkEngines(t, s, b, s.rows(r, rows))
					}
				})
			}
		}
	}
}

// A column with more bounds than a byte tells apart has several planes.
func TestManyBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, shape := range shapes() {
		s := newSample(r, shape, 60, 100, false)
		checkEngines(t, s, s.builder(t), s.rows(r, 100))
	}
}

func TestObliviousEngines(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, shape := range shapes() {
		for _, depth := range []int{0, 1, 4, 6, 8, 11} {
			s, b := &sample{shape: shape}, NewBuilder(shape)
			s.levels(t, r, b, 12, depth)
			for _, rows := range []int{1, 63, 64, 130} {
				checkEngines(t, s, b, s.rows(r, rows))
			}
			if f := b.Forest(); f.oblivious == nil {
				t.Fatal("the engine of oblivious trees did not run")
			}
		}
	}
}

// Oblivious trees among others are added in their order.
func TestSomeObliviousTrees(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, shape := range shapes() {
		s, b := &sample{shape: shape}, NewBuilder(shape)
		s.levels(t, r, b, 3, 5)
		other := newSample(r, shape, 2, 9, true)
		for i, nodes := range other.trees {
			if err := b.Add(nodes, other.values[i], other.outputs[i]); err != nil {
				t.Fatal(err)
			}
		}
		s.trees, s.values, s.outputs = append(s.trees, other.trees...), append(s.values, other.values...), append(s.outputs, other.outputs...)
		s.levels(t, r, b, 3, 5)
		checkEngines(t, s, b, s.rows(r, 70))
	}
}

func FuzzEngines(f *testing.F) {
	for i := range uint64(8) {
		f.Add(i, uint8(i), uint16(i*40), uint16(i*20))
	}
	f.Fuzz(func(t *testing.T, seed uint64, shape uint8, questions, rows uint16) {
		r, list := rand.New(rand.NewPCG(seed, 1)), shapes()
		s := newSample(r, list[int(shape)%len(list)], 1+int(seed%20), int(questions%600), shape&0x80 != 0)
		checkEngines(t, s, s.builder(t), s.rows(r, int(rows%300)))
	})
}
