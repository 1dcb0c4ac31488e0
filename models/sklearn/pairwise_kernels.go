package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A pairwiseKernel is one of sklearn.metrics.pairwise.pairwise_kernels.
type pairwiseKernel struct {
	kind                 string
	gamma, degree, coef0 float64
}

// readPairwiseKernel reads the kernel at the attribute name. Its parameters are
// attributes of r or, where those are None, entries of the dict params.
func readPairwiseKernel(r pyobj.Ref, name string, params pyobj.Ref, width int) (pairwiseKernel, error) {
	k := pairwiseKernel{gamma: 1, degree: 3, coef0: 1}
	attr, err := r.Need(name)
	if err != nil {
		return k, err
	}
	if k.kind, err = attr.Str(); err != nil {
		return k, attr.Unsupported("a kernel that is a Python function", "Use a kernel that scikit-learn has a name for.")
	}
	switch k.kind {
	case "poly", "polynomial", "rbf", "laplacian", "sigmoid":
		k.gamma = 1 / float64(width)
	case "linear", "cosine", "chi2", "additive_chi2":
	default:
		return k, attr.Unsupported("the kernel '"+k.kind+"'",
			"Copal computes linear, poly, rbf, laplacian, sigmoid, cosine, chi2 and additive_chi2.")
	}
	for _, p := range []struct {
		name string
		to   *float64
	}{{"gamma", &k.gamma}, {"degree", &k.degree}, {"coef0", &k.coef0}} {
		if v, ok := params.Key(p.name); ok && !v.IsNone() {
			if *p.to, err = v.Float(); err != nil {
				return k, err
			}
		}
		if *p.to, err = numberOr(r, p.name, *p.to); err != nil {
			return k, err
		}
	}
	return k, nil
}

// gram writes the kernel of rows of x with rows of y, y.rows a row.
func (k *pairwiseKernel) gram(dst, x []float64, y training) {
	dst = dst[:len(x)/y.width*y.rows]
	switch k.kind {
	case "rbf":
		kernel.SquaredDistances(dst, x, y.data, y.width)
	case "laplacian":
		(&distance{pair: manhattan}).all(dst, x, y.data, y.width)
	case "cosine":
		(&distance{pair: cosineSimilarity}).all(dst, x, y.data, y.width)
	case "chi2", "additive_chi2":
		(&distance{pair: chi2}).all(dst, x, y.data, y.width)
	default:
		kernel.Gram(dst, x, y.data, y.width)
	}
	k.finish(dst)
}

// finish turns products and distances into kernel values.
func (k *pairwiseKernel) finish(dst []float64) {
	switch k.kind {
	case "poly", "polynomial":
		for i, v := range dst {
			dst[i] = kernel.Pow(float64(v*k.gamma)+k.coef0, k.degree)
		}
	case "sigmoid":
		for i, v := range dst {
			dst[i] = kernel.Tanh(float64(v*k.gamma) + k.coef0)
		}
	case "rbf", "laplacian":
		for i, v := range dst {
			dst[i] = kernel.Exp(-k.gamma * v)
		}
	case "chi2":
		for i, v := range dst {
			dst[i] = kernel.Exp(k.gamma * v)
		}
	}
}

// check refuses what the kernel is not defined for.
func (k *pairwiseKernel) check(ws *workspace, x block, names []string) error {
	if k.kind != "chi2" && k.kind != "additive_chi2" {
		return nil
	}
	return ws.refuse(x, names, "X contains negative values.", func(v float64) bool { return v < 0 })
}

// refuse is an error for the first value that is bad; nil if there is none.
func (ws *workspace) refuse(x block, names []string, text string, bad func(v float64) bool) error {
	for i, v := range x.data {
		if !bad(v) {
			continue
		}
		e := &models.DataError{Row: ws.first + i/x.width, Column: i % x.width, Text: text}
		if e.Column < len(names) {
			e.Name = names[e.Column]
		}
		return e
	}
	return nil
}

// chi2 is additive_chi2_kernel: minus the sum of (x-y)²/(x+y).
func chi2(x, y []float64) (sum float64) {
	for i, v := range x {
		d, s := v-y[i], v+y[i]
		if s != 0 {
			sum += float64(d*d) / s
		}
	}
	return -sum
}

// cosineSimilarity is the product of rows of length 1.
func cosineSimilarity(x, y []float64) (sum float64) {
	nx, ny := length(x), length(y)
	for i, v := range x {
		sum += float64((v / nx) * (y[i] / ny))
	}
	return sum
}
