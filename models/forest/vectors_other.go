//go:build !goexperiment.simd || !amd64

package forest

// masks are which rows of a tile come to the nodes of a tree, by their places.
type masks struct {
	bits [2 * sliceLeaves]uint64
}

// vectorKernels are the kernels that this processor can run: none without the
// experiment that compiles them.
func vectorKernels() []*kernels { return nil }
