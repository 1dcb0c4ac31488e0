package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A covariance is a kernel of sklearn/gaussian_process/kernels.py between rows of
// the input and the training rows it is bound to.
type covariance interface {
	// gram writes the kernel of rows of x with all training rows.
	gram(ws *workspace, dst, x []float64)

	// diag writes the kernel of each row with itself.
	diag(ws *workspace, dst, x []float64)
}

// maxCovariances bounds the parts of a kernel expression, which a file can share.
const maxCovariances = 1000

// A covarianceReader builds a kernel expression.
type covarianceReader struct {
	train training
	count int
}

const covarianceHint = "Copal computes RBF, Matern with nu 0.5, 1.5, 2.5 or inf, RationalQuadratic, ExpSineSquared, " +
	"DotProduct, WhiteKernel, ConstantKernel, PairwiseKernel, and their sums, products and powers."

func (b *covarianceReader) read(r pyobj.Ref) (covariance, error) {
	if b.count++; b.count > maxCovariances {
		return nil, r.Format("a kernel of more than %d parts", maxCovariances)
	}
	_, name, _ := r.Class()
	switch name {
	case "Sum", "Product":
		return b.operator(r, name == "Product")
	case "Exponentiation":
		return b.power(r)
	case "ConstantKernel", "WhiteKernel":
		return b.constant(r, name == "WhiteKernel")
	case "DotProduct":
		s, err := oneNumber(r, "sigma_0")
		return &dotProduct{keep(b.train), s * s}, err
	case "RBF", "Matern":
		return b.stationary(r, name == "Matern")
	case "RationalQuadratic", "ExpSineSquared":
		return b.isotropic(r, name == "ExpSineSquared")
	case "PairwiseKernel":
		return b.pairwise(r)
	}
	return nil, r.Unsupported("the kernel "+name, covarianceHint)
}

// A covariancePair is the sum or product of two kernels.
type covariancePair struct {
	first, second covariance
	product       bool
}

func (b *covarianceReader) operator(r pyobj.Ref, product bool) (covariance, error) {
	first, err := r.Need("k1")
	if err != nil {
		return nil, err
	}
	second, err := r.Need("k2")
	if err != nil {
		return nil, err
	}
	k := &covariancePair{product: product}
	if k.first, err = b.read(first); err != nil {
		return nil, err
	}
	k.second, err = b.read(second)
	return k, err
}

func (k *covariancePair) gram(ws *workspace, dst, x []float64) {
	k.first.gram(ws, dst, x)
	other := ws.floats(len(dst))
	k.second.gram(ws, other, x)
	k.join(dst, other)
}

func (k *covariancePair) join(dst, other []float64) {
	for i, v := range other {
		if k.product {
			dst[i] *= v
		} else {
			dst[i] += v
		}
	}
}

func (k *covariancePair) diag(ws *workspace, dst, x []float64) {
	k.first.diag(ws, dst, x)
	other := ws.floats(len(dst))
	k.second.diag(ws, other, x)
	k.join(dst, other)
}

// A covariancePower is a kernel to a power.
type covariancePower struct {
	base     covariance
	exponent float64
}

func (b *covarianceReader) power(r pyobj.Ref) (covariance, error) {
	base, err := r.Need("kernel")
	if err != nil {
		return nil, err
	}
	k := new(covariancePower)
	if k.exponent, err = oneNumber(r, "exponent"); err != nil {
		return nil, err
	}
	k.base, err = b.read(base)
	return k, err
}

func (k *covariancePower) gram(ws *workspace, dst, x []float64) {
	k.base.gram(ws, dst, x)
	k.raise(dst)
}

func (k *covariancePower) diag(ws *workspace, dst, x []float64) {
	k.base.diag(ws, dst, x)
	k.raise(dst)
}

func (k *covariancePower) raise(v []float64) {
	for i := range v {
		v[i] = kernel.Pow(v[i], k.exponent)
	}
}

// A constantCovariance is ConstantKernel, or WhiteKernel, which is 0 between rows
// that are not the same.
type constantCovariance struct{ off, same float64 }

func (b *covarianceReader) constant(r pyobj.Ref, white bool) (covariance, error) {
	if white {
		v, err := oneNumber(r, "noise_level")
		return constantCovariance{0, v}, err
	}
	v, err := oneNumber(r, "constant_value")
	return constantCovariance{v, v}, err
}

func (k constantCovariance) gram(_ *workspace, dst, _ []float64) { fillWith(dst, k.off) }
func (k constantCovariance) diag(_ *workspace, dst, _ []float64) { fillWith(dst, k.same) }

func fillWith(dst []float64, v float64) {
	for i := range dst {
		dst[i] = v
	}
}

// A dotProduct is x·y + sigma_0².
type dotProduct struct {
	train keptRows
	sigma float64 // squared
}

func (k *dotProduct) gram(_ *workspace, dst, x []float64) {
	k.train.packed.Affine(dst, x)
	for i := range dst {
		dst[i] += k.sigma
	}
}

func (k *dotProduct) diag(ws *workspace, dst, x []float64) {
	for i := range dst {
		row := x[i*k.train.width:][:k.train.width]
		dst[i] = kernel.Dot(row, row) + k.sigma
	}
}

// A stationaryCovariance is a function of the squared distance, after a division
// by length scales. It is 1 of a row with itself.
type stationaryCovariance struct {
	train  kernel.Packed
	scales []float64 // nil for none
	of     func(squared []float64)
}

// overEach applies f to every value.
func overEach(f func(v float64) float64) func(x []float64) {
	return func(x []float64) {
		for i, v := range x {
			x[i] = f(v)
		}
	}
}

func (k *stationaryCovariance) gram(ws *workspace, dst, x []float64) {
	if k.scales != nil {
		scaled := ws.floats(len(x))
		kernel.DivColumns(scaled, x, k.scales)
		x = scaled
	}
	k.train.SquaredDistances(dst, x)
	k.of(dst)
}

func (k *stationaryCovariance) diag(_ *workspace, dst, _ []float64) { fillWith(dst, 1) }

// stationary reads RBF and Matern, with a length scale for all features or for
// each.
func (b *covarianceReader) stationary(r pyobj.Ref, matern bool) (covariance, error) {
	scales, err := r.Floats("length_scale")
	if err != nil {
		return nil, err
	}
	width := b.train.width
	if len(scales) != 1 && len(scales) != width {
		return nil, r.Format("%d length scales for %d features", len(scales), width)
	}
	k := &stationaryCovariance{scales: make([]float64, width), of: squaredExponential}
	for j := range k.scales {
		k.scales[j] = scales[j%len(scales)]
	}
	scaled := make([]float64, len(b.train.data))
	kernel.DivColumns(scaled, b.train.data, k.scales)
	k.train = kernel.Pack(scaled, width)
	if !matern {
		return k, nil
	}
	nu, err := oneNumber(r, "nu")
	if err != nil {
		return nil, err
	}
	switch nu {
	case 0.5:
		k.of = overEach(func(v float64) float64 { return kernel.Exp(-math.Sqrt(v)) })
	case 1.5:
		k.of = overEach(matern3)
	case 2.5:
		k.of = overEach(matern5)
	case math.Inf(1):
	default:
		return nil, r.Unsupported("a Matern kernel with this nu, which needs Bessel functions,", "Use nu 0.5, 1.5, 2.5 or inf.")
	}
	return k, nil
}

func squaredExponential(x []float64) { kernel.ExpScaled(x, -0.5) }

func matern3(v float64) float64 {
	d := math.Sqrt(v) * math.Sqrt(3)
	return (1 + d) * kernel.Exp(-d)
}

func matern5(v float64) float64 {
	d := math.Sqrt(v) * math.Sqrt(5)
	return (1 + d + float64(d*d)/3) * kernel.Exp(-d)
}

// isotropic reads RationalQuadratic and ExpSineSquared, which have one length
// scale.
func (b *covarianceReader) isotropic(r pyobj.Ref, periodic bool) (covariance, error) {
	length, err := oneNumber(r, "length_scale")
	if err != nil {
		return nil, err
	}
	k := &stationaryCovariance{train: kernel.Pack(b.train.data, b.train.width)}
	if periodic {
		period, err := oneNumber(r, "periodicity")
		k.of = overEach(func(v float64) float64 {
			s := math.Sin(math.Pi/period*math.Sqrt(v)) / length
			return kernel.Exp(-2 * (s * s))
		})
		return k, err
	}
	alpha, err := oneNumber(r, "alpha")
	k.of = overEach(func(v float64) float64 { return kernel.Pow(1+v/(2*alpha*(length*length)), -alpha) })
	return k, err
}

// A pairwiseCovariance is PairwiseKernel.
type pairwiseCovariance struct {
	train  keptRows
	kernel pairwiseKernel
}

func (b *covarianceReader) pairwise(r pyobj.Ref) (covariance, error) {
	if attr, ok := r.Attr("pairwise_kernels_kwargs"); ok && !attr.IsNone() && attr.Len() != 0 {
		return nil, attr.Unsupported("PairwiseKernel with pairwise_kernels_kwargs", "Leave them at their defaults.")
	}
	k, err := readPairwiseKernel(r, "metric", pyobj.Ref{}, b.train.width)
	if err == nil && (k.kind == "chi2" || k.kind == "additive_chi2") {
		err = r.Unsupported("PairwiseKernel with "+k.kind, covarianceHint)
	}
	return &pairwiseCovariance{keep(b.train), k}, err
}

func (k *pairwiseCovariance) gram(_ *workspace, dst, x []float64) { k.kernel.gram(dst, x, &k.train) }

func (k *pairwiseCovariance) diag(ws *workspace, dst, x []float64) {
	w := k.train.width
	for i := range dst {
		row := x[i*w : (i+1)*w]
		dst[i] = k.kernel.between(row, row)
	}
	k.kernel.finish(dst)
}
