//go:build goexperiment.simd

package forest

import (
	"math/bits"
	"simd/archsimd"
)

// The kernels for AVX2 take the 64 rows of a tile in two halves. There are no
// masks of bits: a mask is a byte for each row, and what is chosen is computed.

func rank32AVX2(to *[tile]int8, keys *[tile]int32, r *ranks[int32]) {
	for i, key := range keys {
		k := archsimd.BroadcastInt32x8(key)
		at := above16(k, &r.pivots) & 15 * 16
		to[i] = turn(at + above16(k, (*[16]int32)(r.bounds[at:])))
	}
}

// above16 is how many bounds the key is above.
func above16(key archsimd.Int32x8, bounds *[16]int32) int {
	low := archsimd.LoadInt32x8((*[8]int32)(bounds[:8]))
	high := archsimd.LoadInt32x8((*[8]int32)(bounds[8:]))
	return bits.OnesCount8(key.Greater(low).ToBits()) + bits.OnesCount8(key.Greater(high).ToBits())
}

func rank64AVX2(to *[tile]int8, keys *[tile]int64, r *ranks[int64]) {
	for i, key := range keys {
		k := archsimd.BroadcastInt64x4(key)
		at := above16Long(k, &r.pivots) & 15 * 16
		to[i] = turn(at + above16Long(k, (*[16]int64)(r.bounds[at:])))
	}
}

func above16Long(key archsimd.Int64x4, bounds *[16]int64) int {
	n := 0
	for i := 0; i < 16; i += 4 {
		n += bits.OnesCount8(key.Greater(archsimd.LoadInt64x4((*[4]int64)(bounds[i:]))).ToBits())
	}
	return n
}

func memberAVX2(to *[tile]int8, codes *codePlanes, right *[maxCodes / 8]uint8) {
	var low, high archsimd.Uint8x32
	half := archsimd.LoadUint8x16((*[16]uint8)(right[:16]))
	low = low.SetLo(half).SetHi(half)
	half = archsimd.LoadUint8x16((*[16]uint8)(right[16:]))
	high = high.SetLo(half).SetHi(half)
	for i := 0; i < tile; i += 32 {
		bytes := low.PermuteOrZeroGrouped(archsimd.LoadUint8x32((*[32]uint8)(codes.low[i:])).AsInt8x32())
		bytes = bytes.Or(high.PermuteOrZeroGrouped(archsimd.LoadUint8x32((*[32]uint8)(codes.high[i:])).AsInt8x32()))
		bytes = bytes.And(archsimd.LoadUint8x32((*[32]uint8)(codes.bit[i:])))
		bytes.Min(archsimd.BroadcastUint8x32(1)).AsInt8x32().Store((*[32]int8)(to[i:]))
	}
}

func leavesAVX2(to *[tile]uint8, nodes []slice, leaves []uint16, planes [][tile]int8, m *masks) {
	leavesHalf((*[32]uint8)(to[:32]), nodes, leaves, planes, &m.bytes, 0)
	leavesHalf((*[32]uint8)(to[32:]), nodes, leaves, planes, &m.bytes, 32)
}

// leavesHalf is for the 32 rows from row first on.
func leavesHalf(to *[32]uint8, nodes []slice, leaves []uint16, planes [][tile]int8, m *[2 * sliceLeaves][32]int8, first int) {
	first &= 32
	archsimd.BroadcastInt8x32(-1).Store(&m[1])
	for i := range nodes {
		n := &nodes[i]
		bins := archsimd.LoadInt8x32((*[32]int8)(planes[n.plane][first:]))
		all := archsimd.LoadInt8x32(&m[n.at%uint16(len(m))])
		right := bins.Greater(archsimd.BroadcastInt8x32(n.bin)).ToInt8x32().And(all)
		left := uint(2*i + 2)
		all.Xor(right).Store(&m[left%uint(len(m))])
		right.Store(&m[(left+1)%uint(len(m))])
	}
	one := archsimd.BroadcastInt8x32(1)
	var leaf, number archsimd.Int8x32
	for _, at := range leaves {
		leaf = leaf.Or(number.And(archsimd.LoadInt8x32(&m[at%uint16(len(m))])))
		number = number.Add(one)
	}
	leaf.AsUint8x32().Store(to)
}

func levelsAVX2(to *[tile]uint8, levels []slice, planes [][tile]int8) {
	bit := archsimd.BroadcastInt8x32(1)
	var low, high archsimd.Int8x32
	for i := range levels {
		l := &levels[i]
		bins, bound := &planes[l.plane], archsimd.BroadcastInt8x32(l.bin)
		low = low.Or(archsimd.LoadInt8x32((*[32]int8)(bins[:32])).Greater(bound).ToInt8x32().And(bit))
		high = high.Or(archsimd.LoadInt8x32((*[32]int8)(bins[32:])).Greater(bound).ToInt8x32().And(bit))
		bit = bit.Add(bit)
	}
	low.AsUint8x32().Store((*[32]uint8)(to[:32]))
	high.AsUint8x32().Store((*[32]uint8)(to[32:]))
}
