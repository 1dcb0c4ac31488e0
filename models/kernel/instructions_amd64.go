//go:build goexperiment.simd

package kernel

import "simd/archsimd"

// available lists the instruction sets that this processor has, best first.
func available() []instructions {
	avx2 := instructions{
		name:      "AVX2",
		affine:    affine256,
		distances: distances256,
		exp:       exp256,
		expit:     expit256,
		tanh:      tanh256,
		near:      near256,
	}
	avx512 := avx2 // looking up a table gains nothing from wider registers
	avx512.name, avx512.affine, avx512.distances, avx512.near = "AVX-512", affine512, distances512, near512
	switch {
	case archsimd.X86.AVX512():
		return []instructions{avx512, avx2, scalar}
	case archsimd.X86.AVX2() && archsimd.X86.FMA():
		return []instructions{avx2, scalar}
	}
	return []instructions{scalar}
}
