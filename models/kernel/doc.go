// Package kernel holds the inner loops of the models: dense products, links and
// reductions over float64.
//
// The comment of every function is its reference loop; what the function does
// beyond it is speed. Kernels neither allocate nor check nor return errors: the
// plans above them check every dimension once, at load. No kernel fuses a
// multiplication with an addition (the conversion in float64(x*y) + z forbids
// it, see the Go specification under "Floating-point operators") and none calls
// math.Exp, so results are equal on every machine.
//
// Some kernels are written once more in vector instructions (the files of
// goexperiment.simd), chosen when the program starts by what the processor has.
// There a lane is a result, never a part of a sum, so each result is computed by the
// same operations in the same order, and the bits are those of the scalar twin. For
// the same reason they do not fuse either, although BLAS does: a processor that adds
// while it multiplies gains little by it.
//
// Matrices are row-major: element (i, j) of an r×c matrix a is a[i*c+j].
package kernel
