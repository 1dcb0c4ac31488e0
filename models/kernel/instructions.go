package kernel

// An instructions is the kernels as written for one instruction set. All give the
// same bits, but for near, on which no answer depends.
type instructions struct {
	name      string
	affine    func(dst, x []float64, p Packed, least float64)
	distances func(dst, x []float64, p Packed)
	exp       func(x []float64, scale float64)
	expit     func(x []float64)
	tanh      func(x []float64)

	// near is nil for none: see Rough.
	near func(at []int, x []float32, panels [][16]float32, limit float32) int
}

// fastest is what this processor runs best.
var fastest = available()[0]

var scalar = instructions{
	name:      "scalar",
	affine:    affineScalar,
	distances: distancesScalar,
	exp:       expScalar,
	expit:     expitScalar,
	tanh:      tanhScalar,
}
