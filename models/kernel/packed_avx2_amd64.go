//go:build goexperiment.simd

package kernel

import "simd/archsimd"

type float64x4 = archsimd.Float64x4

func low4(y *[8]float64) float64x4  { return archsimd.LoadFloat64x4((*[4]float64)(y[:4])) }
func high4(y *[8]float64) float64x4 { return archsimd.LoadFloat64x4((*[4]float64)(y[4:])) }
func all4(v float64) float64x4      { return archsimd.BroadcastFloat64x4(v) }

// put8 writes the results of a panel, or those that dst has room for.
func put8(dst []float64, low, high float64x4) {
	if len(dst) >= 8 {
		low.Store((*[4]float64)(dst))
		high.Store((*[4]float64)(dst[4:]))
		return
	}
	var whole [8]float64
	low.Store((*[4]float64)(whole[:4]))
	high.Store((*[4]float64)(whole[4:]))
	copy(dst, whole[:])
}

// affine256 is affineScalar with the eight results of a panel in two registers:
// three rows of x share what they load.
func affine256(dst, x []float64, p Packed, least float64) {
	n, m := p.cols, p.rows
	rows := len(x) / n
	for j := range p.bias {
		panel, i := p.panels[j*n:][:n], 0
		for ; i+3 <= rows; i += 3 {
			affine256Three(dst[i*m+8*j:(i+3)*m], x[i*n:(i+3)*n], panel, &p.bias[j], m, least)
		}
		for ; i < rows; i++ {
			affine256One(dst[i*m+8*j:(i+1)*m], x[i*n:(i+1)*n], panel, &p.bias[j], least)
		}
	}
	archsimd.ClearAVXUpperBits()
}

func affine256Three(dst, x []float64, w [][8]float64, bias *[8]float64, m int, least float64) {
	n := len(w)
	x0, x1, x2 := x[:n], x[n:][:n], x[2*n:]
	var a0, a1, a2, b0, b1, b2 float64x4
	for k := range w {
		w, v := low4(&w[k]), high4(&w[k])
		q := all4(x0[k])
		a0, b0 = a0.Add(w.Mul(q)), b0.Add(v.Mul(q))
		q = all4(x1[k])
		a1, b1 = a1.Add(w.Mul(q)), b1.Add(v.Mul(q))
		q = all4(x2[k])
		a2, b2 = a2.Add(w.Mul(q)), b2.Add(v.Mul(q))
	}
	low, c, d, width := all4(least), low4(bias), high4(bias), min(8, len(dst)-2*m)
	put8(dst[:width], least4(a0.Add(c), low), least4(b0.Add(d), low))
	put8(dst[m:m+width], least4(a1.Add(c), low), least4(b1.Add(d), low))
	put8(dst[2*m:2*m+width], least4(a2.Add(c), low), least4(b2.Add(d), low))
}

func affine256One(dst, x []float64, w [][8]float64, bias *[8]float64, least float64) {
	var a, b float64x4
	w = w[:len(x)]
	for k, v := range x {
		q := all4(v)
		a, b = a.Add(low4(&w[k]).Mul(q)), b.Add(high4(&w[k]).Mul(q))
	}
	low := all4(least)
	put8(dst, least4(a.Add(low4(bias)), low), least4(b.Add(high4(bias)), low))
}

// distances256 is distancesScalar, blocked as affine256.
func distances256(dst, x []float64, p Packed) {
	n, m := p.cols, p.rows
	rows := len(x) / n
	for j := range p.bias {
		panel := p.panels[j*n:][:n]
		for i := 0; i+2 <= rows; i += 2 {
			distances256Two(dst[i*m+8*j:(i+2)*m], x[i*n:(i+2)*n], panel, m)
		}
		if i := rows - 1; rows%2 == 1 {
			distances256One(dst[i*m+8*j:(i+1)*m], x[i*n:(i+1)*n], panel)
		}
	}
	archsimd.ClearAVXUpperBits()
}

func distances256Two(dst, x []float64, w [][8]float64, m int) {
	n := len(w)
	x0, x1 := x[:n], x[n:][:n]
	var a0, a1, b0, b1 float64x4
	for k := range w {
		w, v := low4(&w[k]), high4(&w[k])
		q := all4(x0[k])
		d, e := q.Sub(w), q.Sub(v)
		a0, b0 = a0.Add(d.Mul(d)), b0.Add(e.Mul(e))
		q = all4(x1[k])
		d, e = q.Sub(w), q.Sub(v)
		a1, b1 = a1.Add(d.Mul(d)), b1.Add(e.Mul(e))
	}
	width := min(8, len(dst)-m)
	put8(dst[:width], a0, b0)
	put8(dst[m:m+width], a1, b1)
}

func distances256One(dst, x []float64, w [][8]float64) {
	var a, b float64x4
	w = w[:len(x)]
	for k, v := range x {
		q := all4(v)
		d, e := q.Sub(low4(&w[k])), q.Sub(high4(&w[k]))
		a, b = a.Add(d.Mul(d)), b.Add(e.Mul(e))
	}
	put8(dst, a, b)
}

// least4 is least8 in the narrower registers.
func least4(v, low float64x4) float64x4 { return low.Merge(v, v.Less(low)) }
