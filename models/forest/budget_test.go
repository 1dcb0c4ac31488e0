package forest

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestDeepChain(t *testing.T) {
	const depth = 100_000
	f := build(t, Shape{Features: 1, Width: 1, Outputs: 1}, chain(depth), make([]float64, 2*depth+1))
	x, ids := make([]float64, 200), make([]float64, 200)
	for i := range x {
		x[i] = float64(1000 * i)
	}
	f.Apply(ids, x)
	for i, id := range ids {
		if want := min(2000*i+1, 2*depth); id != float64(want) {
			t.Fatalf("x = %d: leaf %v, want %d", 1000*i, id, want)
		}
	}
	if f.Depth() != depth || f.sliced != nil {
		t.Errorf("depth %d, engine %s", f.Depth(), f.Engine())
	}
}

func TestAMillionTrees(t *testing.T) {
	b, leaf, values := NewBuilder(Shape{Features: 1, Width: 1, Outputs: 1}), []Node{{Kind: Leaf}}, []float64{1}
	for range 1_000_000 {
		if err := b.Add(leaf, values, 0); err != nil {
			t.Fatal(err)
		}
	}
	out := []float64{0}
	if b.Forest().Sum(out, []float64{0}); out[0] != 1e6 {
		t.Errorf("sum %v", out[0])
	}
}

// Leaves that share their values are counted one by one.
func TestSharedValues(t *testing.T) {
	const width = 1 << 16
	b := NewBuilder(Shape{Features: 1, Width: width, Outputs: width})
	nodes := chain(1 << 14)
	for i := range nodes {
		nodes[i].Leaf = 0
	}
	if err := b.Add(nodes, make([]float64, width), 0); err == nil {
		t.Error("8 GB of values were taken")
	}
}

func TestMoreColumnsThanSlots(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	s := newSample(r, Shape{Features: 5000, Width: 1, Outputs: 1, Precision: Float32}, 20, 2000, false)
	b := s.builder(t)
	if f := b.build(nil); f.wide == nil {
		t.Fatalf("%d columns fit into a packed node", len(f.columns))
	}
	checkEngines(t, s, b, s.rows(r, 70))
	levels := &sample{shape: s.shape}
	b = NewBuilder(s.shape)
	levels.levels(t, r, b, 2500, 7)
	if f := b.build(nil); f.oblivious != nil {
		t.Fatalf("%d columns fit into a level", len(f.columns))
	}
	checkEngines(t, levels, b, s.rows(r, 3))
}

func TestSpread(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	s := newSample(r, Shape{Features: 4, Width: 2, Outputs: 3}, 5, 20, true)
	for name, f := range engines(s.builder(t)) {
		for _, rows := range []int{0, 1, 64, 200, 500} {
			x := s.rows(r, rows)
			want, got := make([]float64, rows*3), make([]float64, rows*3)
			f.sum(want, x)
			if f.spread(3, got, x); !slices.Equal(got, want) {
				t.Errorf("%s: %d rows differ", name, rows)
			}
		}
	}
}

func TestWorkIsSpreadAboveAMillisecond(t *testing.T) {
	f := &Forest{rowTime: 1000}
	if n := f.parts(1900); n > 1 {
		t.Errorf("%d goroutines for 1.9 ms", n)
	}
	if n := f.parts(1); n != 0 {
		t.Errorf("%d goroutines for a row", n)
	}
}
