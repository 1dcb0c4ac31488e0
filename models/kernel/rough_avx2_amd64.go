//go:build goexperiment.simd

package kernel

import (
	"math/bits"
	"simd/archsimd"
)

type float32x8 = archsimd.Float32x8

// near256 is near512 in the narrower registers, two panels at a time.
func near256(at []int, x []float32, panels [][16]float32, limit float32) (found int) {
	n, most := len(x), archsimd.BroadcastFloat32x8(limit)
	count := len(panels) / n
	for j := 0; j < count; j += 2 {
		w, v := panels[j*n:][:n], panels[min(j+1, count-1)*n:][:n]
		var a0, a1, b0, b1 float32x8
		for k, value := range x {
			q := archsimd.BroadcastFloat32x8(value)
			d := q.Sub(archsimd.LoadFloat32x8((*[8]float32)(w[k][:8])))
			a0 = d.MulAdd(d, a0)
			d = q.Sub(archsimd.LoadFloat32x8((*[8]float32)(w[k][8:])))
			a1 = d.MulAdd(d, a1)
			d = q.Sub(archsimd.LoadFloat32x8((*[8]float32)(v[k][:8])))
			b0 = d.MulAdd(d, b0)
			d = q.Sub(archsimd.LoadFloat32x8((*[8]float32)(v[k][8:])))
			b1 = d.MulAdd(d, b1)
		}
		mask := uint32(a0.LessEqual(most).ToBits()) | uint32(a1.LessEqual(most).ToBits())<<8
		if j+1 < count {
			mask |= uint32(b0.LessEqual(most).ToBits())<<16 | uint32(b1.LessEqual(most).ToBits())<<24
		}
		for ; mask != 0; mask &= mask - 1 {
			at[found] = 16*j + bits.TrailingZeros32(mask)
			found++
		}
	}
	archsimd.ClearAVXUpperBits()
	return found
}
