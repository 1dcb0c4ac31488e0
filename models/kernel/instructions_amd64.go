//go:build goexperiment.simd

package kernel

import "simd/archsimd"

// available lists the instruction sets that this processor has, best first.
func available() []instructions {
	var list []instructions
	if archsimd.X86.AVX512() {
		list = append(list, instructions{name: "AVX-512", affine: affine512, distances: distances512})
	}
	if archsimd.X86.AVX2() {
		list = append(list, instructions{name: "AVX2", affine: affine256, distances: distances256})
	}
	return append(list, scalar)
}
