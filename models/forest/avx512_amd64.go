//go:build goexperiment.simd

package forest

import (
	"encoding/binary"
	"math/bits"
	"simd/archsimd"
)

func rank32AVX512(to *[tile]int8, keys *[tile]int32, r *ranks[int32]) {
	pivots := archsimd.LoadInt32x16(&r.pivots)
	for i, key := range keys {
		k := archsimd.BroadcastInt32x16(key)
		at := bits.OnesCount16(k.Greater(pivots).ToBits()) & 15 * 16
		group := archsimd.LoadInt32x16((*[16]int32)(r.bounds[at:]))
		to[i] = turn(at + bits.OnesCount16(k.Greater(group).ToBits()))
	}
}

func rank64AVX512(to *[tile]int8, keys *[tile]int64, r *ranks[int64]) {
	low := archsimd.LoadInt64x8((*[8]int64)(r.pivots[:8]))
	high := archsimd.LoadInt64x8((*[8]int64)(r.pivots[8:]))
	for i, key := range keys {
		k := archsimd.BroadcastInt64x8(key)
		at := bits.OnesCount8(k.Greater(low).ToBits()) + bits.OnesCount8(k.Greater(high).ToBits())
		at = at & 15 * 16
		group := (*[16]int64)(r.bounds[at:])
		at += bits.OnesCount8(k.Greater(archsimd.LoadInt64x8((*[8]int64)(group[:8]))).ToBits())
		at += bits.OnesCount8(k.Greater(archsimd.LoadInt64x8((*[8]int64)(group[8:]))).ToBits())
		to[i] = turn(at)
	}
}

func memberAVX512(to *[tile]int8, codes *codePlanes, right *[maxCodes / 8]uint8) {
	half := archsimd.LoadUint8x16((*[16]uint8)(right[:16]))
	var low, high archsimd.Uint8x64
	low = low.SetLo(low.GetLo().SetLo(half).SetHi(half))
	low = low.SetHi(low.GetLo())
	half = archsimd.LoadUint8x16((*[16]uint8)(right[16:]))
	high = high.SetLo(high.GetLo().SetLo(half).SetHi(half))
	high = high.SetHi(high.GetLo())
	bytes := low.PermuteOrZeroGrouped(archsimd.LoadUint8x64(&codes.low).AsInt8x64())
	bytes = bytes.Or(high.PermuteOrZeroGrouped(archsimd.LoadUint8x64(&codes.high).AsInt8x64()))
	bytes = bytes.And(archsimd.LoadUint8x64(&codes.bit))
	bytes.Min(archsimd.BroadcastUint8x64(1)).AsInt8x64().Store(to)
}

func leavesAVX512(to *[tile]uint8, nodes []slice, leaves []uint16, planes [][tile]int8, m *masks) {
	mask := &m.bits
	mask[1] = ^uint64(0)
	for i := range nodes {
		n := &nodes[i]
		bins := archsimd.LoadInt8x64(&planes[n.plane])
		all := mask[n.at%uint16(len(mask))] // % spares the check of the bounds
		right := bins.Greater(archsimd.BroadcastInt8x64(n.bin)).ToBits() & all
		left := uint(2*i + 2)
		mask[left%uint(len(mask))] = all ^ right
		mask[(left+1)%uint(len(mask))] = right
	}
	one := archsimd.BroadcastInt8x64(1)
	var leaf, number archsimd.Int8x64
	for _, at := range leaves {
		leaf = number.Merge(leaf, archsimd.Mask8x64FromBits(mask[at%uint16(len(mask))]))
		number = number.Add(one)
	}
	leaf.AsUint8x64().Store(to)
}

func levelsAVX512(to *[tile]uint8, levels []slice, planes [][tile]int8) {
	bit := archsimd.BroadcastInt8x64(1)
	var leaf archsimd.Int8x64
	for i := range levels {
		l := &levels[i]
		yes := archsimd.LoadInt8x64(&planes[l.plane]).Greater(archsimd.BroadcastInt8x64(l.bin))
		leaf = leaf.Add(bit).Merge(leaf, yes)
		bit = bit.Add(bit)
	}
	leaf.AsUint8x64().Store(to)
}

// add32AVX512 looks the values of 16 rows up at once, in tables of 16 values that
// stay in registers.
func add32AVX512(sums *[tile]float32, leaf *[tile]uint8, values []float32, leaves int) {
	if leaves > 64 {
		addLoop(sums, leaf, values, leaves)
		return
	}
	t := (*[64]float32)(values)
	t0, t1 := archsimd.LoadFloat32x16((*[16]float32)(t[:16])), archsimd.LoadFloat32x16((*[16]float32)(t[16:32]))
	t2, t3 := archsimd.LoadFloat32x16((*[16]float32)(t[32:48])), archsimd.LoadFloat32x16((*[16]float32)(t[48:]))
	half := archsimd.BroadcastUint32x16(31)
	for i := 0; i < tile; i += 16 {
		at := archsimd.LoadUint8x16((*[16]uint8)(leaf[i:])).ExtendToUint32()
		v := t0.ConcatPermute(t1, at)
		if leaves > 32 {
			v = t2.ConcatPermute(t3, at).Merge(v, at.Greater(half))
		}
		sum := (*[16]float32)(sums[i:])
		archsimd.LoadFloat32x16(sum).Add(v).Store(sum)
	}
}

// add64AVX512 is the same for 8 rows and tables of 8 values.
func add64AVX512(sums *[tile]float64, leaf *[tile]uint8, values []float64, leaves int) {
	switch {
	case leaves <= 16:
		add64In16(sums, leaf, (*[16]float64)(values))
	case leaves <= 32:
		add64In32(sums, leaf, (*[32]float64)(values))
	case leaves <= 64:
		add64In64(sums, leaf, (*[64]float64)(values))
	default:
		addLoop(sums, leaf, values, leaves)
	}
}

func load8(t []float64) archsimd.Float64x8 { return archsimd.LoadFloat64x8((*[8]float64)(t)) }

// leaves8 are the leaves of 8 rows from row i on.
func leaves8(leaf *[tile]uint8, i int) archsimd.Uint64x8 {
	eight := binary.LittleEndian.Uint64(leaf[i:])
	return archsimd.BroadcastUint64x2(eight).AsUint8x16().ExtendLo8ToUint64()
}

func add64In16(sums *[tile]float64, leaf *[tile]uint8, t *[16]float64) {
	t0, t1 := load8(t[:8]), load8(t[8:])
	for i := 0; i < tile; i += 8 {
		sum := (*[8]float64)(sums[i:])
		archsimd.LoadFloat64x8(sum).Add(t0.ConcatPermute(t1, leaves8(leaf, i))).Store(sum)
	}
}

func add64In32(sums *[tile]float64, leaf *[tile]uint8, t *[32]float64) {
	t0, t1, t2, t3 := load8(t[:8]), load8(t[8:16]), load8(t[16:24]), load8(t[24:])
	half := archsimd.BroadcastUint64x8(15)
	for i := 0; i < tile; i += 8 {
		at := leaves8(leaf, i)
		v := t2.ConcatPermute(t3, at).Merge(t0.ConcatPermute(t1, at), at.Greater(half))
		sum := (*[8]float64)(sums[i:])
		archsimd.LoadFloat64x8(sum).Add(v).Store(sum)
	}
}

func add64In64(sums *[tile]float64, leaf *[tile]uint8, t *[64]float64) {
	t0, t1, t2, t3 := load8(t[:8]), load8(t[8:16]), load8(t[16:24]), load8(t[24:32])
	t4, t5, t6, t7 := load8(t[32:40]), load8(t[40:48]), load8(t[48:56]), load8(t[56:])
	half, quarter := archsimd.BroadcastUint64x8(31), archsimd.BroadcastUint64x8(16)
	for i := 0; i < tile; i += 8 {
		at := leaves8(leaf, i)
		odd := at.And(quarter).Equal(quarter)
		low := t2.ConcatPermute(t3, at).Merge(t0.ConcatPermute(t1, at), odd)
		high := t6.ConcatPermute(t7, at).Merge(t4.ConcatPermute(t5, at), odd)
		sum := (*[8]float64)(sums[i:])
		archsimd.LoadFloat64x8(sum).Add(high.Merge(low, at.Greater(half))).Store(sum)
	}
}
