package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Of rows in any place and of any size, those within the limit are found by every
// instruction set, and few others.
func TestRoughFindsAllWithinTheLimit(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, set := range available() {
		if set.near == nil {
			continue
		}
		for _, n := range []int{1, 3, 20, 65} {
			for _, m := range []int{1, 15, 16, 17, 49, 300} {
				for _, scale := range []float64{1e-42, 1e-25, 1, 1e8} {
					for _, offset := range []float64{0, 1, 1e6} {
						set.finds(t, rng, n, m, scale, offset)
					}
				}
			}
		}
	}
}

func (set *instructions) finds(t *testing.T, rng *rand.Rand, n, m int, scale, offset float64) {
	t.Helper()
	y, x := randomValues(rng, m*n), randomValues(rng, n)
	for _, values := range [][]float64{y, x} {
		for i, v := range values {
			values[i] = scale * (v + offset)
		}
	}
	r := roughOf(y, n)
	p, ok := r.Point(x, make([]float32, n))
	if !ok {
		t.Fatal("refused")
	}
	for i := range m {
		limit := SquaredDistance(x, y[i*n:(i+1)*n])
		at := make([]int, m+15)
		at = at[:set.near(at, p.values, r.panels, r.bound(p, limit))]
		if !slices.IsSorted(at) {
			t.Fatalf("not in order: %v", at)
		}
		for j := range m {
			d := SquaredDistance(x, y[j*n:(j+1)*n])
			found := slices.Contains(at, j)
			if d <= limit && !found {
				t.Fatalf("%d × %d, scale %v, offset %v: row %d at %v, within %v, is not found", m, n, scale, offset, j, d, limit)
			}
			if offset == 0 && scale == 1 && d > 1.001*limit+1e-9 && found {
				t.Fatalf("%d × %d: row %d at %v, beyond %v, is found", m, n, j, d, limit)
			}
		}
	}
}

// roughOf is NewRough also where it would not help.
func roughOf(y []float64, n int) *Rough {
	r := &Rough{cols: n, panels: make([][16]float32, (len(y)/n+15)/16*n)}
	r.fill(y)
	return r
}

func TestRoughBetween(t *testing.T) {
	y := make([]float64, 40)
	for i := range y {
		y[i] = float64(i)
	}
	r := NewRough(y, 1)
	if r == nil {
		t.Skip("no vector instructions")
	}
	f := func(from, to int, x, limit float64, want ...int) {
		t.Helper()
		p, _ := r.Point([]float64{x}, make([]float32, 1))
		at := make([]int, 64)
		if at = at[:r.Near(at, p, from, to, limit)]; fmt.Sprint(at) != fmt.Sprint(want) {
			t.Errorf("[%d, %d) around %v: got %v, want %v", from, to, x, at, want)
		}
	}
	f(0, 40, 5, 1, 4, 5, 6)
	f(16, 40, 17, 4, 16, 17, 18, 19)
	f(16, 18, 17, 4, 16, 17)
	f(32, 40, 0, 100)
	f(32, 35, 0, math.Inf(1), 32, 33, 34)
}

func TestRoughRefusesHugeValues(t *testing.T) {
	if NewRough([]float64{1, 1e16}, 1) != nil || NewRough([]float64{math.NaN()}, 1) != nil {
		t.Error("huge rows are not refused")
	}
	r := roughOf([]float64{1}, 1)
	if _, ok := r.Point([]float64{1e200}, make([]float32, 1)); ok {
		t.Error("a huge point is not refused")
	}
}

func TestSquaredDistanceTo(t *testing.T) {
	y := randomValues(rand.New(rand.NewPCG(1, 1)), 30)
	p, x := Pack(y, 3), []float64{1, 2, 3}
	for i := range 10 {
		if got, want := p.SquaredDistanceTo(x, i), SquaredDistance(x, y[3*i:3*i+3]); got != want {
			t.Errorf("row %d: got %v, want %v", i, got, want)
		}
	}
}

func BenchmarkNear(b *testing.B) {
	y := randomValues(rand.New(rand.NewPCG(1, 1)), 10_000*20)
	r, at := roughOf(y, 20), make([]int, 10_000)
	p, _ := r.Point(y[:20], make([]float32, 20))
	for _, set := range available() {
		if set.near != nil {
			b.Run(set.name, func(b *testing.B) {
				for b.Loop() {
					set.near(at, p.values, r.panels, 4)
				}
			})
		}
	}
}
