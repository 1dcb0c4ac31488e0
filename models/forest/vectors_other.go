//go:build !goexperiment.simd || !amd64

package forest

// vectorKernels are the kernels that this processor can run: none without the
// experiment that compiles them.
func vectorKernels() []*kernels { return nil }
