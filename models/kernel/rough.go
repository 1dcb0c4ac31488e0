package kernel

import "math"

// A Rough is the rows of a matrix in single precision, half as much to read. It
// finds which of them might be nearer to a point than a limit; they are then
// measured as they are, so that no answer depends on it.
type Rough struct {
	cols   int
	panels [][16]float32 // value (i, k) is panels[i/16*cols+k][i%16]
	norm   float64       // of the longest row
}

// maxRough bounds what single precision squares without overflow.
const maxRough = 1e15

// NewRough rounds the rows of y, n values each. It is nil where it would not help:
// for huge values, and on a processor without vector instructions.
func NewRough(y []float64, n int) *Rough {
	if fastest.near == nil {
		return nil
	}
	r := &Rough{cols: n, panels: make([][16]float32, (len(y)/n+15)/16*n)}
	if r.fill(y); !(r.norm < maxRough) {
		return nil
	}
	return r
}

func (r *Rough) fill(y []float64) {
	n := r.cols
	for i := range len(y) / n {
		row := y[i*n : (i+1)*n]
		r.norm = max(r.norm, math.Sqrt(Dot(row, row)))
		for k, v := range row {
			r.panels[i/16*n+k][i%16] = float32(v)
		}
	}
}

// A RoughPoint is a point to which rows of a Rough are compared.
type RoughPoint struct {
	values []float32
	norm   float64
}

// Point rounds x into scratch of its length. ok is false for huge values.
func (r *Rough) Point(x []float64, scratch []float32) (p RoughPoint, ok bool) {
	p = RoughPoint{scratch[:len(x)], math.Sqrt(Dot(x, x))}
	for i, v := range x {
		p.values[i] = float32(v)
	}
	return p, p.norm < maxRough
}

// Near writes into at, in increasing order, those of rows [from, to) whose squared
// distance to p might be at most limit, and gives their number; all whose squared
// distance is less are among them. from is a multiple of 16, and at has room for
// to-from rounded up to such a multiple.
//
//	for i := range rows {
//		if SquaredDistance(p, row i) <= limit + error {
//			at = append(at, i)
//		}
//	}
func (r *Rough) Near(at []int, p RoughPoint, from, to int, limit float64) int {
	panels := r.panels[from/16*r.cols : (to+15)/16*r.cols]
	n := fastest.near(at, p.values, panels, r.bound(p, limit))
	for n > 0 && from+at[n-1] >= to {
		n-- // rows that only fill the last panel
	}
	for i := range n {
		at[i] += from
	}
	return n
}

// bound is what the squared distance in single precision of a row and p at most is,
// if in truth it is at most limit. With u = 2**-24, rounding the coordinates moves
// their distance by u times their norms, and each of the n+2 roundings of the sum of
// squares changes it by a factor 1+u.
func (r *Rough) bound(p RoughPoint, limit float64) float32 {
	const u, subnormal = 0x1p-24, 1e-37
	distance := math.Sqrt(limit) + 2*u*(r.norm+p.norm) + subnormal
	distance *= 1 + float64(r.cols+8)*u
	return math.Nextafter32(float32(distance*distance), float32(math.Inf(1)))
}

// SquaredDistanceTo is SquaredDistance(x, row i).
func (p *Packed) SquaredDistanceTo(x []float64, i int) (sum float64) {
	panel, lane := p.panels[i/8*p.cols:][:len(x)], i%8&7
	for k, v := range x {
		d := v - panel[k][lane]
		sum += float64(d * d)
	}
	return sum
}
