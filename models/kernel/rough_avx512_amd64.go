//go:build goexperiment.simd

package kernel

import (
	"math/bits"
	"simd/archsimd"
)

type float32x16 = archsimd.Float32x16

// near512 writes the rows of panels whose squared distance to x, in single precision
// and fused, is at most limit. Four panels do not wait for each other.
func near512(at []int, x []float32, panels [][16]float32, limit float32) (found int) {
	n, most := len(x), archsimd.BroadcastFloat32x16(limit)
	count := len(panels) / n
	for j := 0; j < count; j += 4 {
		last := count - 1
		j1, j2, j3 := min(j+1, last), min(j+2, last), min(j+3, last)
		w0, w1, w2, w3 := panels[j*n:][:n], panels[j1*n:][:n], panels[j2*n:][:n], panels[j3*n:][:n]
		var a0, a1, a2, a3 float32x16
		for k, v := range x {
			q := archsimd.BroadcastFloat32x16(v)
			d := q.Sub(archsimd.LoadFloat32x16(&w0[k]))
			a0 = d.MulAdd(d, a0)
			d = q.Sub(archsimd.LoadFloat32x16(&w1[k]))
			a1 = d.MulAdd(d, a1)
			d = q.Sub(archsimd.LoadFloat32x16(&w2[k]))
			a2 = d.MulAdd(d, a2)
			d = q.Sub(archsimd.LoadFloat32x16(&w3[k]))
			a3 = d.MulAdd(d, a3)
		}
		mask := uint64(a0.LessEqual(most).ToBits()) | uint64(a1.LessEqual(most).ToBits())<<16 |
			uint64(a2.LessEqual(most).ToBits())<<32 | uint64(a3.LessEqual(most).ToBits())<<48
		if rest := count - j; rest < 4 {
			mask &= 1<<(16*rest) - 1
		}
		for ; mask != 0; mask &= mask - 1 {
			at[found] = 16*j + bits.TrailingZeros64(mask)
			found++
		}
	}
	archsimd.ClearAVXUpperBits()
	return found
}
