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

// A keptRows is rows that a kernel compares with.
type keptRows struct {
	training
	packed kernel.Packed
}

func keep(t training) keptRows { return keptRows{t, kernel.Pack(t.data, t.width)} }

// gram writes the kernel of rows of x with rows of y, y.rows a row.
func (k *pairwiseKernel) gram(dst, x []float64, y *keptRows) {
	dst = dst[:len(x)/y.width*y.rows]
	switch k.kind {
	case "rbf":
		y.packed.SquaredDistances(dst, x)
	case "laplacian", "cosine", "chi2", "additive_chi2":
		(&distance{pair: k.between}).all(dst, x, y.data, y.width)
	default:
		y.packed.Affine(dst, x)
	}
	k.finish(dst)
}

// gramSparse writes the kernel of a sparse row with all rows of y, for the kernels of
// products and of distances.
func (k *pairwiseKernel) gramSparse(dst []float64, indices []int, values []float64, y *inverted) {
	if k.kind == "rbf" {
		y.squaredDistances(dst, indices, values)
	} else {
		y.products(dst, indices, values)
	}
	k.finish(dst)
}

// between is what finish makes a kernel value of.
func (k *pairwiseKernel) between(x, y []float64) float64 {
	switch k.kind {
	case "rbf":
		return kernel.SquaredDistance(x, y)
	case "laplacian":
		return manhattan(x, y)
	case "cosine":
		return cosineSimilarity(x, y)
	case "chi2", "additive_chi2":
		return chi2(x, y)
	}
	return kernel.Dot(x, y)
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
			dst[i] = float64(v*k.gamma) + k.coef0
		}
		kernel.TanhEach(dst)
	case "rbf", "laplacian":
		kernel.ExpScaled(dst, -k.gamma)
	case "chi2":
		kernel.ExpScaled(dst, k.gamma)
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
