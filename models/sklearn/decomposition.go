package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var decompositionClasses = []class{
	{"DictionaryLearning", "sklearn", sparseCoder},
	{"FactorAnalysis", "sklearn", factorAnalysis},
	{"FastICA", "sklearn", fastICA},
	{"IncrementalPCA", "sklearn", pca},
	{"KernelPCA", "sklearn", kernelPCA},
	{"LatentDirichletAllocation", "sklearn", latentDirichlet},
	{"MiniBatchDictionaryLearning", "sklearn", sparseCoder},
	{"MiniBatchNMF", "sklearn", nmf},
	{"MiniBatchSparsePCA", "sklearn", sparsePCA},
	{"NMF", "sklearn", nmf},
	{"PCA", "sklearn", pca},
	{"SparseCoder", "sklearn", sparseCoder},
	{"SparsePCA", "sklearn", sparsePCA},
	{"TruncatedSVD", "sklearn", truncatedSVD},
}

// A projection is the linear transform of most decompositions:
// ((X - mean) @ components.T - offset) / scale @ after.T.
type projection struct {
	components *grid
	mean       []float64     // subtracted before; nil for none
	offset     []float64     // subtracted after; nil for none
	scale      []float64     // nil for none
	after      *grid         // nil for none
	weights    *coefficients // components
	zeros      []float64
	first      product // with components
	second     product // with after
	single     bool    // computes in float32: what was centered is rounded to it
	names      []string
}

// node makes a node that transforms by p.
func (p *projection) node(r pyobj.Ref, class string) (*node, error) {
	n := new(node)
	if err := n.input(r, p.components.cols); err != nil {
		return nil, err
	}
	k := p.components.rows
	for _, v := range [][]float64{p.offset, p.scale} {
		if v != nil && len(v) != k {
			return nil, r.Format("components_ has %d rows, another parameter %d values", k, len(v))
		}
	}
	if p.mean != nil && len(p.mean) != p.components.cols {
		return nil, r.Format("components_ has %d columns, mean_ %d values", p.components.cols, len(p.mean))
	}
	p.zeros, p.names = make([]float64, k), n.names
	p.weights = &coefficients{coef: p.components.data, features: p.components.cols}
	p.first = newProduct(p.components.data, p.zeros, p.components.cols)
	if p.after != nil {
		p.second = newProduct(p.after.data, p.zeros, k)
	}
	n.transform = &transformer{width: k, run: p.run, names: prefixed(class, k)}
	n.outline.Summary = fmt.Sprintf("%s · %d components", features(n.features), k)
	return n, nil
}

func (p *projection) run(ws *workspace, x block) (block, error) {
	k := p.components.rows
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	if x.sparse != nil && p.mean == nil {
		if err := p.weights.project(ws, x, y.data, p.zeros, p.names); err != nil {
			return block{}, err
		}
	} else if err := p.project(ws, x, y.data); err != nil {
		return block{}, err
	}
	if p.offset != nil {
		kernel.SubColumns(y.data, y.data, p.offset)
	}
	if p.scale != nil {
		kernel.DivColumns(y.data, y.data, p.scale)
	}
	if p.after != nil {
		z := ws.floats(len(y.data))
		p.second.run(z, y.data)
		y.data = z
	}
	return y, nil
}

func (p *projection) project(ws *workspace, x block, out []float64) error {
	centered, err := ws.centered(x, p.mean, p.names)
	if err != nil {
		return err
	}
	if p.single {
		if centered, err = ws.toFloat32(centered, x, p.names); err != nil {
			return err
		}
	}
	p.first.run(out, centered)
	return nil
}

// toFloat32 is values rounded to float32. It refuses what becomes infinite.
func (ws *workspace) toFloat32(values []float64, x block, names []string) ([]float64, error) {
	m := block{width: len(values) / x.rows, data: values}
	if err := (&grove{names: names}).check(ws, m, false); err != nil {
		return nil, ofInner(err)
	}
	out := ws.floats(len(values))
	copy(out, values)
	toSingle(out)
	return out, nil
}

// centered gives x - mean; a nil mean is zero. It refuses what is not finite.
func (ws *workspace) centered(x block, mean []float64, names []string) ([]float64, error) {
	m := ws.matrix(x)
	if err := ws.finite(m, names); err != nil {
		return nil, err
	}
	if mean == nil {
		return m.data, nil
	}
	out := ws.floats(len(m.data))
	kernel.SubColumns(out, m.data, mean)
	return out, nil
}

// pca compiles PCA and IncrementalPCA (sklearn/decomposition/_base.py). Since
// 1.5 the projected mean is subtracted after the projection, and the scale of
// whiten has a least value.
func pca(c *compiler, r pyobj.Ref) (*node, error) {
	p := new(projection)
	var err error
	if p.components, err = readGrid(r, "components_"); err != nil {
		return nil, err
	}
	mean, err := optional(r, "mean_")
	if err != nil {
		return nil, err
	}
	if mean != nil && len(mean) != p.components.cols {
		return nil, r.Format("components_ has %d columns, mean_ %d values", p.components.cols, len(mean))
	}
	whiten, err := flag(r, "whiten", false)
	if err != nil {
		return nil, err
	}
	variance, err := optional(r, "explained_variance_")
	if err != nil {
		return nil, err
	}
	old := versionOf(r).before(1, 5)
	if whiten {
		for _, v := range variance {
			s := math.Sqrt(v)
			if !old {
				s = max(s, 0x1p-52)
			}
			p.scale = append(p.scale, s)
		}
	}
	_, class, _ := r.Class()
	p.mean = mean
	if !old && mean != nil {
		p.mean = nil
		p.offset = (&grid{1, len(mean), mean}).timesTransposed(p.components).data
	}
	n, err := p.node(r, class)
	if err != nil || class != "PCA" {
		return n, err
	}
	if len(variance) != p.components.rows || mean == nil {
		return nil, r.Format("components_ has %d rows, explained_variance_ %d values", p.components.rows, len(variance))
	}
	density, err := pcaDensity(r, p.components, mean, variance, whiten)
	if err != nil {
		return nil, err
	}
	density.names = n.names
	n.offer(one(models.ScoreSamples, numbers(0), nil, density.run))
	return n, nil
}

// A gaussianDensity is the log-likelihood of a Gaussian whose precision matrix is a
// diagonal less a product of few columns: of the centred row x,
//
//	-(sum(diagonal * x*x) - y @ inner @ y)/2 - constant, where y = low @ x
//
// so that a matrix of features × features is never made.
type gaussianDensity struct {
	mean     []float64
	diagonal []float64
	low      *grid
	inner    *grid // one row for a diagonal matrix
	constant float64
	zeros    []float64
	names    []string
}

// newGaussianDensity takes the logarithm of the determinant of the precision.
func newGaussianDensity(mean, diagonal []float64, low, inner *grid, logdet float64) *gaussianDensity {
	return &gaussianDensity{mean: mean, diagonal: diagonal, low: low, inner: inner, zeros: make([]float64, low.rows),
		constant: 0.5 * (float64(len(mean))*math.Log(2*math.Pi) - logdet)}
}

func (d *gaussianDensity) run(ws *workspace, x block, out []float64) error {
	centered, err := ws.centered(x, d.mean, d.names)
	if err != nil {
		return err
	}
	n, k := len(d.mean), d.low.rows
	squares, y, z := ws.floats(n), ws.floats(k), ws.floats(k)
	for i := range out {
		row := centered[i*n : (i+1)*n]
		for j, v := range row {
			squares[j] = v * v * d.diagonal[j]
		}
		kernel.Affine(y, row, d.low.data, d.zeros, n)
		if d.inner.rows == 1 {
			kernel.MulColumns(z, y, d.inner.data)
		} else {
			kernel.Affine(z, y, d.inner.data, d.zeros, k) // it is symmetric
		}
		out[i] = -0.5*(kernel.Sum(squares)-kernel.Dot(y, z)) - d.constant
	}
	return nil
}

// pcaDensity is PCA.score_samples, with get_precision of _BasePCA by the matrix
// inversion lemma, in which the rows of components are orthogonal.
func pcaDensity(r pyobj.Ref, components *grid, mean, variance []float64, whiten bool) (*gaussianDensity, error) {
	noise, err := number(r, "noise_variance_", 0)
	if err != nil {
		return nil, err
	}
	diagonal, inner, logdet := make([]float64, len(mean)), newGrid(1, len(variance)), 0.0
	for i := range diagonal {
		if noise != 0 {
			diagonal[i] = 1 / noise
		}
	}
	if noise != 0 {
		logdet = -float64(len(mean)-len(variance)) * math.Log(noise)
	}
	scaled := newGrid(components.rows, components.cols)
	for i, v := range variance {
		size, diff := 1.0, max(v-noise, 0)
		if whiten {
			size = v
		}
		for j, c := range components.row(i) {
			scaled.row(i)[j] = c * math.Sqrt(size)
		}
		logdet -= math.Log(noise + float64(diff*size))
		switch {
		case noise == 0:
			inner.data[i] = -1 / (diff * size * size)
		case diff > 0:
			inner.data[i] = 1 / (size/noise + 1/diff) / (noise * noise)
		}
	}
	return newGaussianDensity(mean, diagonal, scaled, inner, logdet), nil
}

func truncatedSVD(c *compiler, r pyobj.Ref) (*node, error) {
	p := new(projection)
	var err error
	if p.components, err = readGrid(r, "components_"); err != nil {
		return nil, err
	}
	return p.node(r, "TruncatedSVD")
}

// fastICA compiles FastICA. whiten is a bool, or since 1.1 the name of a way to
// whiten; what it does to components_ is done already.
func fastICA(c *compiler, r pyobj.Ref) (*node, error) {
	p := new(projection)
	var err error
	if p.components, err = readGrid(r, "components_"); err != nil {
		return nil, err
	}
	attr, err := r.Need("whiten")
	if err != nil {
		return nil, err
	}
	whiten, err := attr.Bool()
	if _, named := attr.Str(); named == nil {
		whiten, err = true, nil
	}
	if err != nil {
		return nil, err
	}
	if whiten {
		if p.mean, err = perFeature(r, "mean_"); err != nil {
			return nil, err
		}
	}
	return p.node(r, "FastICA")
}

// factorAnalysis compiles FactorAnalysis: the expected latent variables of
// (X - mean) @ Wpsi.T @ cov_z, where Wpsi = components / noise.
func factorAnalysis(c *compiler, r pyobj.Ref) (*node, error) {
	components, err := readGrid(r, "components_")
	if err != nil {
		return nil, err
	}
	noise, err := perFeature(r, "noise_variance_")
	if err != nil {
		return nil, err
	}
	mean, err := perFeature(r, "mean_")
	if err != nil {
		return nil, err
	}
	if len(noise) != components.cols || len(mean) != components.cols {
		return nil, r.Format("components_ has %d columns, noise_variance_ %d values, mean_ %d", components.cols, len(noise), len(mean))
	}
	if err := few(r, components.rows); err != nil {
		return nil, err
	}
	weighted := newGrid(components.rows, components.cols)
	kernel.DivColumns(weighted.data, components.data, noise)
	inner := weighted.timesTransposed(components)
	inner.addDiagonal(func(int) float64 { return 1 })
	cov, err := inner.inverse(r)
	if err != nil {
		return nil, err
	}
	p := &projection{components: weighted, mean: mean, after: cov.transposed()}
	n, err := p.node(r, "FactorAnalysis")
	if err != nil {
		return nil, err
	}
	d := factorDensity(weighted, cov, mean, noise)
	d.names = n.names
	n.offer(one(models.ScoreSamples, numbers(0), nil, d.run))
	return n, nil
}

// factorDensity is FactorAnalysis.score_samples, with get_precision by the matrix
// inversion lemma.
func factorDensity(weighted, cov *grid, mean, noise []float64) *gaussianDensity {
	diagonal, logdet := make([]float64, len(noise)), kernel.LogDetLU(cov.data, cov.rows)
	for i, v := range noise {
		diagonal[i] = 1 / v
		logdet -= math.Log(v)
	}
	return newGaussianDensity(mean, diagonal, weighted, cov, logdet)
}
