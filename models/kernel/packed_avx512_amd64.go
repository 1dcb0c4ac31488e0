//go:build goexperiment.simd

package kernel

import "simd/archsimd"

type float64x8 = archsimd.Float64x8

func load8(y *[8]float64) float64x8 { return archsimd.LoadFloat64x8(y) }

func all8(v float64) float64x8 { return archsimd.BroadcastFloat64x8(v) }

// least8 is max(v, low), and NaN where v is; which of its operands the instruction
// for it returns then, the compiler does not promise.
func least8(v, low float64x8) float64x8 { return low.Merge(v, v.Less(low)) }

// affine512 is affineScalar with the eight results of a panel in one register. Two
// rows of x times three panels share what they load and fill the fifteen registers
// that the compiler has.
func affine512(dst, x []float64, p Packed, least float64) {
	n, m := p.cols, p.rows
	rows, count := len(x)/n&^3, len(p.bias)
	j := 0
	for ; j+3 <= count; j += 3 {
		for i := 0; i < rows; i += 2 {
			affine512Two(dst[i*m+8*j:(i+2)*m], x[i*n:(i+2)*n], p.panels[j*n:(j+3)*n], p.bias[j:j+3], m, least)
		}
	}
	for ; j < count; j++ {
		for i := 0; i < rows; i += 4 {
			affine512Four(dst[i*m+8*j:(i+4)*m], x[i*n:(i+4)*n], p.panels[j*n:(j+1)*n], &p.bias[j], m, least)
		}
	}
	for i := rows; i < len(x)/n; i++ {
		affine512One(dst[i*m:(i+1)*m], x[i*n:(i+1)*n], p, least)
	}
	archsimd.ClearAVXUpperBits()
}

// affine512Two takes two rows and three panels. dst begins with the first result.
func affine512Two(dst, x []float64, panels, bias [][8]float64, m int, least float64) {
	n := len(x) / 2
	x0, x1 := x[:n], x[n:]
	u, v, w := panels[:n], panels[n:][:n], panels[2*n:][:n]
	var a0, a1, b0, b1, c0, c1 float64x8
	for k := range u {
		u, v, w := load8(&u[k]), load8(&v[k]), load8(&w[k])
		q := all8(x0[k])
		a0, b0, c0 = a0.Add(u.Mul(q)), b0.Add(v.Mul(q)), c0.Add(w.Mul(q))
		q = all8(x1[k])
		a1, b1, c1 = a1.Add(u.Mul(q)), b1.Add(v.Mul(q)), c1.Add(w.Mul(q))
	}
	low := all8(least)
	d0, d1 := dst[:min(24, len(dst)-m)], dst[m:min(m+24, len(dst))]
	least8(a0.Add(load8(&bias[0])), low).StoreSlice(d0)
	least8(a1.Add(load8(&bias[0])), low).StoreSlice(d1)
	least8(b0.Add(load8(&bias[1])), low).StoreSlice(d0[8:])
	least8(b1.Add(load8(&bias[1])), low).StoreSlice(d1[8:])
	least8(c0.Add(load8(&bias[2])), low).StoreSlicePart(d0[16:])
	least8(c1.Add(load8(&bias[2])), low).StoreSlicePart(d1[16:])
}

// affine512Four takes four rows and one panel.
func affine512Four(dst, x []float64, panel [][8]float64, bias *[8]float64, m int, least float64) {
	n := len(panel)
	x0, x1, x2, x3 := x[:n], x[n:][:n], x[2*n:][:n], x[3*n:][:n]
	var a0, a1, a2, a3 float64x8
	for k := range panel {
		w := load8(&panel[k])
		a0 = a0.Add(w.Mul(all8(x0[k])))
		a1 = a1.Add(w.Mul(all8(x1[k])))
		a2 = a2.Add(w.Mul(all8(x2[k])))
		a3 = a3.Add(w.Mul(all8(x3[k])))
	}
	low, b, width := all8(least), load8(bias), min(8, len(dst)-3*m)
	least8(a0.Add(b), low).StoreSlicePart(dst[:width])
	least8(a1.Add(b), low).StoreSlicePart(dst[m : m+width])
	least8(a2.Add(b), low).StoreSlicePart(dst[2*m : 2*m+width])
	least8(a3.Add(b), low).StoreSlicePart(dst[3*m : 3*m+width])
}

// affine512One takes one row and four panels at a time, for an addition must not
// wait for the one before.
func affine512One(dst, x []float64, p Packed, least float64) {
	n, low := len(x), all8(least)
	for j := 0; j < len(p.bias); j += 4 {
		j1, j2, j3 := p.three(j)
		w0, w1, w2, w3 := p.panels[j*n:][:n], p.panels[j1*n:][:n], p.panels[j2*n:][:n], p.panels[j3*n:][:n]
		var a0, a1, a2, a3 float64x8
		for k, v := range x {
			q := all8(v)
			a0 = a0.Add(load8(&w0[k]).Mul(q))
			a1 = a1.Add(load8(&w1[k]).Mul(q))
			a2 = a2.Add(load8(&w2[k]).Mul(q))
			a3 = a3.Add(load8(&w3[k]).Mul(q))
		}
		least8(a0.Add(load8(&p.bias[j])), low).StoreSlicePart(dst[8*j:])
		least8(a1.Add(load8(&p.bias[j1])), low).StoreSlicePart(dst[8*j1:])
		least8(a2.Add(load8(&p.bias[j2])), low).StoreSlicePart(dst[8*j2:])
		least8(a3.Add(load8(&p.bias[j3])), low).StoreSlicePart(dst[8*j3:])
	}
}

// three are the panels after j, or the last one again where there are none.
func (p *Packed) three(j int) (int, int, int) {
	last := len(p.bias) - 1
	return min(j+1, last), min(j+2, last), min(j+3, last)
}

// distances512 is distancesScalar: two rows of x to two panels, or one to four.
func distances512(dst, x []float64, p Packed) {
	n, m := p.cols, p.rows
	rows, count := len(x)/n, len(p.bias)
	for j := 0; j < count; j += 2 {
		w, v := p.panels[j*n:][:n], p.panels[min(j+1, count-1)*n:][:n]
		for i := 0; i+2 <= rows; i += 2 {
			distances512Two(dst[i*m+8*j:(i+2)*m], x[i*n:(i+2)*n], w, v, m)
		}
	}
	if i := rows - 1; rows%2 == 1 {
		distances512One(dst[i*m:], x[i*n:], p)
	}
	archsimd.ClearAVXUpperBits()
}

func distances512Two(dst, x []float64, w, v [][8]float64, m int) {
	n := len(w)
	x0, x1 := x[:n], x[n:]
	v = v[:n]
	var a0, a1, b0, b1 float64x8
	for k := range w {
		w, v := load8(&w[k]), load8(&v[k])
		q := all8(x0[k])
		d, e := q.Sub(w), q.Sub(v)
		a0, b0 = a0.Add(d.Mul(d)), b0.Add(e.Mul(e))
		q = all8(x1[k])
		d, e = q.Sub(w), q.Sub(v)
		a1, b1 = a1.Add(d.Mul(d)), b1.Add(e.Mul(e))
	}
	d0, d1 := dst[:min(16, len(dst)-m)], dst[m:min(m+16, len(dst))]
	a0.StoreSlicePart(d0)
	a1.StoreSlicePart(d1)
	if len(d0) > 8 {
		b0.StoreSlicePart(d0[8:])
		b1.StoreSlicePart(d1[8:])
	}
}

func distances512One(dst, x []float64, p Packed) {
	n := p.cols
	for j := 0; j < len(p.bias); j += 4 {
		j1, j2, j3 := p.three(j)
		w0, w1, w2, w3 := p.panels[j*n:][:n], p.panels[j1*n:][:n], p.panels[j2*n:][:n], p.panels[j3*n:][:n]
		var a0, a1, a2, a3 float64x8
		for k, v := range x[:n] {
			q := all8(v)
			d := q.Sub(load8(&w0[k]))
			a0 = a0.Add(d.Mul(d))
			d = q.Sub(load8(&w1[k]))
			a1 = a1.Add(d.Mul(d))
			d = q.Sub(load8(&w2[k]))
			a2 = a2.Add(d.Mul(d))
			d = q.Sub(load8(&w3[k]))
			a3 = a3.Add(d.Mul(d))
		}
		a0.StoreSlicePart(dst[8*j : p.rows])
		a1.StoreSlicePart(dst[8*j1 : p.rows])
		a2.StoreSlicePart(dst[8*j2 : p.rows])
		a3.StoreSlicePart(dst[8*j3 : p.rows])
	}
}
