//go:build goexperiment.simd

package forest

import "simd/archsimd"

// masks are which rows of a tile come to the nodes of a tree, by their places: as
// bits, or as bytes of half a tile.
type masks struct {
	bits  [2 * sliceLeaves]uint64
	bytes [2 * sliceLeaves][tile / 2]int8
}

// vectorKernels are the kernels that this processor can run, the best first.
func vectorKernels() []*kernels {
	var list []*kernels
	if archsimd.X86.AVX512() {
		list = append(list, &kernels{name: "bit-sliced AVX-512", rank32: rank32AVX512, rank64: rank64AVX512,
			member: memberAVX512, leaves: leavesAVX512, levels: levelsAVX512, add32: add32AVX512, add64: add64AVX512})
	}
	if archsimd.X86.AVX2() {
		list = append(list, &kernels{name: "bit-sliced AVX2", half: true, rank32: rank32AVX2, rank64: rank64AVX2,
			member: memberAVX2, leaves: leavesAVX2, levels: levelsAVX2, add32: addLoop[float32], add64: addLoop[float64]})
	}
	return list
}
