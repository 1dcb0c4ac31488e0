package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Every instruction set gives the bits of the reference loops in every shape around
// the blocks, and writes nothing beside the result.
func TestPackedIsItsReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, set := range available() {
		t.Run(set.name, func(t *testing.T) {
			for _, n := range []int{1, 2, 7, 33} {
				for rows := range 10 {
					for m := 1; m < 42; m++ {
						x, y, bias := random(rng, rows*n), random(rng, m*n), random(rng, m)
						set.matches(t, x, y, bias, n)
					}
				}
			}
		})
	}
}

func (set *instructions) matches(t *testing.T, x, y, bias []float64, n int) {
	t.Helper()
	size := len(x) / n * len(bias)
	want, weights := make([]float64, size), PackAffine(y, bias, n)
	f := func(run func(dst []float64)) {
		t.Helper()
		got := guarded(size)
		run(got.data)
		same(t, got.data, want)
		got.check(t)
	}
	Affine(want, x, y, bias, n)
	f(func(dst []float64) { set.affine(dst, x, weights, math.Inf(-1)) })
	for i, v := range want {
		want[i] = max(v, 0)
	}
	f(func(dst []float64) { set.affine(dst, x, weights, 0) })
	points := Pack(y, n)
	Gram(want, x, y, n)
	f(func(dst []float64) { set.affine(dst, x, points, math.Inf(-1)) })
	SquaredDistances(want, x, y, n)
	f(func(dst []float64) { set.distances(dst, x, points) })
}

// What is not a number stays so, and nothing else becomes so.
func TestPackedWithoutNumbers(t *testing.T) {
	values := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, -5e-324, math.MaxFloat64}
	for _, set := range available() {
		for _, v := range values {
			for _, w := range values {
				x := []float64{v, 1, v, 1, v, 1, v, 1, v, 1}
				set.matches(t, x, []float64{w, 0, 1, w}, []float64{0, math.Copysign(0, -1)}, 2)
			}
		}
	}
}

func TestPackedBetween(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	x, y := random(rng, 6), random(rng, 20*2)
	p := Pack(y, 2)
	f := func(from, to int) {
		t.Helper()
		part := p.Between(from, to)
		got, want := make([]float64, 3*(to-from)), make([]float64, 3*(to-from))
		part.SquaredDistances(got, x)
		SquaredDistances(want, x, y[from*2:to*2], 2)
		same(t, got, want)
		if part.Rows() != to-from || part.Cols() != 2 {
			t.Errorf("%d × %d", part.Rows(), part.Cols())
		}
	}
	f(0, 20)
	f(8, 20)
	f(0, 5)
	f(16, 17)
}

func TestPackedAllocatesNothing(t *testing.T) {
	x, dst := make([]float64, 6*10), make([]float64, 6*20)
	p := Pack(make([]float64, 20*10), 10)
	for name, run := range map[string]func(){
		"Affine":           func() { p.Affine(dst, x) },
		"Rectified":        func() { p.Rectified(dst, x) },
		"SquaredDistances": func() { part := p.Between(8, 20); part.SquaredDistances(dst, x) },
	} {
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func BenchmarkPacked(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	f := func(name string, rows, n, m int, run func(set *instructions, dst, x []float64, p Packed)) {
		x, p, dst := randomValues(rng, rows*n), Pack(randomValues(rng, m*n), n), make([]float64, rows*m)
		for _, set := range available() {
			b.Run(name+"/"+set.name, func(b *testing.B) {
				for b.Loop() {
					run(&set, dst, x, p)
				}
				b.ReportMetric(float64(b.N)*float64(rows*n*m)/float64(b.Elapsed().Nanoseconds()), "terms/ns")
			})
		}
	}
	affine := func(set *instructions, dst, x []float64, p Packed) { set.affine(dst, x, p, 0) }
	distances := func(set *instructions, dst, x []float64, p Packed) { set.distances(dst, x, p) }
	f("Affine32Rows100To100", 32, 100, 100, affine)
	f("AffineRow100To100", 1, 100, 100, affine)
	f("Affine32Rows20To100", 32, 20, 100, affine)
	f("Affine32Rows100To3", 32, 100, 3, affine)
	f("Distances16RowsOf20To256", 16, 20, 256, distances)
	f("DistancesRowOf20To10000", 1, 20, 10_000, distances)
}

func TestPackedSparse(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 8))
	for _, m := range []int{1, 7, 8, 19} {
		const n = 12
		weights, bias, values := random(r, m*n), random(r, m), random(r, 4)
		indices, want, got := []int{0, 3, 4, 11}, make([]float64, m), guarded(m)
		AffineSparse(want, indices, values, weights, bias, n)
		p := PackAffine(weights, bias, n)
		p.AffineSparse(got.data, indices, values)
		same(t, got.data, want)
		got.check(t)
	}
}
