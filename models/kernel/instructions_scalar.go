//go:build !(goexperiment.simd && amd64)

package kernel

// available lists the instruction sets that this processor has, best first.
func available() []instructions { return []instructions{scalar} }
