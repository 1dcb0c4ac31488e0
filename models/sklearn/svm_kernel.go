package sklearn

import (
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// The kernels of libsvm, by the names of the parameter kernel.
const (
	kernelLinear      = "linear"
	kernelPoly        = "poly"
	kernelRBF         = "rbf"
	kernelSigmoid     = "sigmoid"
	kernelPrecomputed = "precomputed"
)

// An svmKernel is Kernel::k_function of sklearn/svm/src/libsvm/svm.cpp.
type svmKernel struct {
	kind         string
	gamma, coef0 float64
	degree       int
}

func readSVMKernel(r pyobj.Ref) (svmKernel, error) {
	var k svmKernel
	attr, err := r.Need("kernel")
	if err != nil {
		return k, err
	}
	if k.kind, err = attr.Str(); err != nil {
		return k, attr.Unsupported("a kernel that is a Python function", "Use linear, poly, rbf, sigmoid or precomputed.")
	}
	switch k.kind {
	case kernelLinear, kernelPoly, kernelRBF, kernelSigmoid, kernelPrecomputed:
	default:
		return k, attr.Unsupported("kernel='"+k.kind+"'", "Use linear, poly, rbf, sigmoid or precomputed.")
	}
	if k.gamma, err = oneNumber(r, "_gamma"); err != nil {
		return k, err
	}
	if k.coef0, err = numberOr(r, "coef0", 0); err != nil {
		return k, err
	}
	degree, err := numberOr(r, "degree", 3)
	if err != nil {
		return k, err
	}
	if k.degree = int(degree); degree != float64(k.degree) || degree < 0 {
		return k, r.Format("degree is %v", degree)
	}
	return k, nil
}

// gram writes the kernel values of rows of x with rows of y: y.rows a row; both are
// dense.
func (k *svmKernel) gram(dst, x []float64, y vectors) {
	if k.kind == kernelRBF {
		y.squaredDistances(dst, x)
	} else {
		y.products(dst, x)
	}
	k.finish(dst[:len(x)/y.width*y.rows])
}

// gramSparse writes the kernel values of a sparse row with all rows of y.
func (k *svmKernel) gramSparse(dst []float64, indices []int, values []float64, y *inverted) {
	if k.kind == kernelRBF {
		y.squaredDistances(dst, indices, values)
	} else {
		y.products(dst, indices, values)
	}
	k.finish(dst)
}

// finish turns products, or squared distances, into kernel values.
func (k *svmKernel) finish(dst []float64) {
	switch k.kind {
	case kernelRBF:
		kernel.ExpScaled(dst, -k.gamma)
	case kernelPoly:
		for i, v := range dst {
			dst[i] = powi(float64(k.gamma*v)+k.coef0, k.degree)
		}
	case kernelSigmoid:
		for i, v := range dst {
			dst[i] = float64(k.gamma*v) + k.coef0
		}
		kernel.TanhEach(dst)
	}
}

// powi is that of libsvm: base to a whole power by repeated squaring.
func powi(base float64, times int) float64 {
	result := 1.0
	for ; times > 0; times /= 2 {
		if times%2 == 1 {
			result *= base
		}
		base *= base
	}
	return result
}
