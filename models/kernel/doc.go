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
// Matrices are row-major: element (i, j) of an r×c matrix a is a[i*c+j].
package kernel
