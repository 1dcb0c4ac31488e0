package forest

import (
	"math"
	"testing"
)

func TestAbove(t *testing.T) {
	forest := build(t, Shape{Features: 1}, stump(Node{Kind: Above, Threshold: 2, MissingLeft: true}), nil)
	f := func(x, want float64) {
		t.Helper()
		id := []float64{0}
		if forest.Apply(id, []float64{x}); id[0] != want {
			t.Errorf("%v went to %v, want %v", x, id[0], want)
		}
	}
	f(2, 2)
	f(math.Nextafter(2, 3), 1)
	f(math.NaN(), 1)
	f(math.Inf(1), 1)
	f(math.Inf(-1), 2)
}

func TestZeroMissing(t *testing.T) {
	edge := float64(float32(1e-35))
	f := func(n Node, x, want float64) {
		t.Helper()
		n.ZeroMissing = true
		forest, id := build(t, Shape{Features: 1}, stump(n), nil), []float64{0}
		if forest.Apply(id, []float64{x}); id[0] != want {
			t.Errorf("%+v: %v went to %v, want %v", n, x, id[0], want)
		}
	}
	low, high := Node{Kind: AtMost, Threshold: 1}, Node{Kind: AtMost, Threshold: -1, MissingLeft: true}
	for _, x := range []float64{0, math.Copysign(0, -1), edge, -edge, 5e-324, math.NaN()} {
		f(low, x, 2)
		f(high, x, 1)
	}
	for _, x := range []float64{math.Nextafter(edge, 1), math.Nextafter(-edge, -1)} {
		f(low, x, 1)
		f(high, x, 2)
	}
}

func TestTruncatedCategories(t *testing.T) {
	f := func(truncates bool, x, want float64) {
		t.Helper()
		set := &Set{Members: []uint32{1}, Truncates: truncates}
		forest, id := build(t, Shape{Features: 1}, stump(Node{Kind: Member, Set: set}), nil), []float64{0}
		if forest.Apply(id, []float64{x}); id[0] != want {
			t.Errorf("%v: %v went to %v, want %v", truncates, x, id[0], want)
		}
	}
	f(true, -0.99, 1)
	f(true, -1, 2)
	f(false, -0.99, 2)
	f(true, math.Inf(-1), 2)
}

func TestSumsOfFloat32(t *testing.T) {
	f := func(sums Precision, want float64) {
		t.Helper()
		b := NewBuilder(Shape{Features: 1, Width: 1, Outputs: 1, Sums: sums})
		for _, v := range []float64{1 << 24, 1, 1} {
			if err := b.Add([]Node{{Kind: Leaf}}, []float64{v}, 0); err != nil {
				t.Fatal(err)
			}
		}
		out := []float64{0}
		if b.Forest().Sum(out, []float64{0}); out[0] != want {
			t.Errorf("%d: %v, want %v", sums, out[0], want)
		}
	}
	f(Float64, 1<<24+2)
	f(Float32, 1<<24)
}

func TestOblivious(t *testing.T) {
	b := NewBuilder(Shape{Features: 2, Width: 1, Outputs: 1, Precision: Float32})
	levels := []Node{{Kind: Above, Feature: 1, Threshold: 0.5}, {Kind: Member, Feature: 0, Set: &Set{Members: []uint32{2}}}}
	if err := b.AddOblivious(levels, []float64{10, 11, 12, 13}, 0); err != nil {
		t.Fatal(err)
	}
	forest := b.Forest()
	f := func(want, x0, x1 float64) {
		t.Helper()
		id, out := []float64{0}, []float64{0}
		forest.Apply(id, []float64{x0, x1})
		forest.Sum(out, []float64{x0, x1})
		if id[0] != want || out[0] != 10+want {
			t.Errorf("%v, %v: leaf %v, sum %v, want %v", x0, x1, id[0], out[0], want)
		}
	}
	f(0, 0, 0)
	f(1, 0, 1)
	f(2, 1, 0.5)
	f(3, 1, 0.75)
	f(2, 1, math.NaN())
}

func TestObliviousRefusals(t *testing.T) {
	f := func(levels []Node, values []float64, weights ...float64) {
		t.Helper()
		b := NewBuilder(Shape{Features: 1, Width: 1, Outputs: 1})
		if err := b.AddOblivious(levels, values, 0, weights...); err == nil {
			t.Errorf("%d levels with %d values and %d weights were taken", len(levels), len(values), len(weights))
		}
	}
	f([]Node{{Kind: Above}}, []float64{1})
	f([]Node{{Kind: Above}}, []float64{1, 2, 3})
	f([]Node{{Kind: Above}}, []float64{1, 2}, 1)
	f([]Node{{Kind: Leaf}}, []float64{1, 2})
	f([]Node{{Kind: Above, Feature: 1}}, []float64{1, 2})
	f([]Node{{Kind: Member}}, []float64{1, 2})
	f(make([]Node, 25), []float64{1, 2})
	f(make([]Node, 64), nil)
}
