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
	mean       []float64 // subtracted before; nil for none
	offset     []float64 // subtracted after; nil for none
	scale      []float64 // nil for none
	after      *grid     // nil for none
	zeros      []float64
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
	n.transform = &transformer{width: k, run: p.run, names: prefixed(class, k)}
	n.outline.Summary = fmt.Sprintf("%s · %d components", features(n.features), k)
	return n, nil
}

func (p *projection) run(ws *workspace, x block) (block, error) {
	k := p.components.rows
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	if x.sparse != nil && p.mean == nil {
		l := linear{coef: p.components.data, intercept: p.zeros, features: p.components.cols, names: p.names}
		if err := l.decideSparse(ws, x, y.data); err != nil {
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
		kernel.Affine(z, y.data, p.after.data, p.zeros, k)
		y.data = z
	}
	return y, nil
}

func (p *projection) project(ws *workspace, x block, out []float64) error {
	centered, err := ws.centered(x, p.mean, p.names)
	if err != nil {
		return err
	}
	kernel.Affine(out, centered, p.components.data, p.zeros, p.components.cols)
	return nil
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

// A gaussianDensity is the log-likelihood of a Gaussian with a mean and a precision
// matrix: -(xr @ precision @ xr)/2 - (features*log(2 pi) - logdet(precision))/2.
type gaussianDensity struct {
	mean      []float64
	precision *grid
	constant  float64
	names     []string
}

func newGaussianDensity(mean []float64, precision *grid) *gaussianDensity {
	n := precision.rows
	logdet := kernel.LogDetLU(precision.data, n)
	return &gaussianDensity{mean: mean, precision: precision, constant: 0.5 * (float64(n)*math.Log(2*math.Pi) - logdet)}
}

func (d *gaussianDensity) run(ws *workspace, x block, out []float64) error {
	centered, err := ws.centered(x, d.mean, d.names)
	if err != nil {
		return err
	}
	n := len(d.mean)
	product := ws.floats(n)
	for i := range out {
		row := centered[i*n : (i+1)*n]
		for j := range product {
			product[j] = kernel.Dot(row, d.precision.row(j)) // it is symmetric
		}
		for j, v := range row {
			product[j] *= v
		}
		out[i] = -0.5*kernel.Sum(product) - d.constant
	}
	return nil
}

// pcaDensity is get_precision of _BasePCA, by the matrix inversion lemma.
func pcaDensity(r pyobj.Ref, components *grid, mean, variance []float64, whiten bool) (*gaussianDensity, error) {
	noise, err := number(r, "noise_variance_", 0)
	if err != nil {
		return nil, err
	}
	if whiten {
		t := components.transposed()
		root := make([]float64, len(variance))
		for i, v := range variance {
			root[i] = math.Sqrt(v)
		}
		components = t.scaledColumns(root).transposed()
	}
	diff := make([]float64, len(variance))
	for i, v := range variance {
		diff[i] = max(v-noise, 0)
	}
	old := versionOf(r).before(1, 1) // inverted the covariance only for as many components as features
	if noise == 0 || old && components.rows == components.cols {
		t := components.transposed()
		cov := t.scaledColumns(diff).timesTransposed(t)
		cov.addDiagonal(func(int) float64 { return noise })
		precision, err := cov.inverse(r)
		if err != nil {
			return nil, err
		}
		return newGaussianDensity(mean, precision), nil
	}
	inner := components.timesTransposed(components)
	for i := range inner.data {
		inner.data[i] /= noise
	}
	inner.addDiagonal(func(i int) float64 { return 1 / diff[i] })
	inverse, err := inner.inverse(r)
	if err != nil {
		return nil, err
	}
	t := components.transposed()
	precision := t.timesTransposed(inverse).timesTransposed(t)
	for i := range precision.data {
		precision.data[i] /= -(noise * noise)
	}
	precision.addDiagonal(func(int) float64 { return 1 / noise })
	return newGaussianDensity(mean, precision), nil
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
	d, err := factorDensity(r, components, weighted, cov, mean, noise)
	if err != nil {
		return nil, err
	}
	d.names = n.names
	n.offer(one(models.ScoreSamples, numbers(0), nil, d.run))
	return n, nil
}

// factorDensity is FactorAnalysis.get_precision.
func factorDensity(r pyobj.Ref, components, weighted, cov *grid, mean, noise []float64) (*gaussianDensity, error) {
	t := components.transposed()
	if components.rows == components.cols {
		full := t.timesTransposed(t)
		full.addDiagonal(func(i int) float64 { return noise[i] })
		precision, err := full.inverse(r)
		if err != nil {
			return nil, err
		}
		return newGaussianDensity(mean, precision), nil
	}
	precision := t.timesTransposed(cov.transposed()).timesTransposed(t)
	for i := range precision.rows {
		row := precision.row(i)
		for j := range row {
			row[j] /= noise[i]
			row[j] /= -noise[j]
		}
	}
	precision.addDiagonal(func(i int) float64 { return 1 / noise[i] })
	return newGaussianDensity(mean, precision), nil
}
