package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// sparsePCA compiles SparsePCA and MiniBatchSparsePCA
// (sklearn/decomposition/_sparse_pca.py): a ridge regression of the row on the
// components, X @ C.T @ inv(C @ C.T + ridge_alpha).
func sparsePCA(_ *compiler, r pyobj.Ref) (*node, error) {
	p := new(projection)
	var err error
	if p.components, err = readGrid(r, "components_"); err != nil {
		return nil, err
	}
	if attr, ok := r.Attr("normalize_components"); ok && versionOf(r).before(0, 22) {
		if normalize, err := attr.Bool(); err != nil || !normalize {
			return nil, attr.Unsupported("normalize_components=False",
				"It scales an answer by the other rows of the request. Fit with normalize_components=True, or scikit-learn 0.22 or later.")
		}
	}
	if p.mean, err = perFeature(r, "mean_"); err != nil {
		return nil, err
	}
	p.single = singleArray(r, "components_")
	alpha, err := number(r, "ridge_alpha", 0.01)
	if err != nil {
		return nil, err
	}
	if err := few(r, p.components.rows); err != nil {
		return nil, err
	}
	inner := p.components.timesTransposed(p.components)
	inner.addDiagonal(func(int) float64 { return alpha })
	if p.after, err = inner.inverse(r); err != nil {
		return nil, err
	}
	_, class, _ := r.Class()
	return p.node(r, class)
}

// A coder is sparse_encode of a dictionary (sklearn/decomposition/_dict_learning.py),
// with the algorithms that have a definite answer.
type coder struct {
	dictionary *grid
	gram       *grid
	threshold  bool    // else orthogonal matching pursuit
	alpha      float64 // of threshold
	atoms      int     // of omp: how many
	positive   bool
	split      bool
	zeros      []float64
	names      []string
}

func sparseCoder(_ *compiler, r pyobj.Ref) (*node, error) {
	c := new(coder)
	var err error
	name := "components_"
	if _, ok := r.Attr(name); !ok { // SparseCoder since 0.24
		name = "dictionary"
	}
	if c.dictionary, err = readGrid(r, name); err != nil {
		return nil, err
	}
	if err := few(r, c.dictionary.rows); err != nil {
		return nil, err
	}
	if err := c.readAlgorithm(r); err != nil {
		return nil, err
	}
	if c.split, err = flag(r, "split_sign", false); err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, c.dictionary.cols); err != nil {
		return nil, err
	}
	k := c.dictionary.rows
	c.names, c.zeros, c.gram = n.names, make([]float64, k), c.dictionary.timesTransposed(c.dictionary)
	width := k
	if c.split {
		width *= 2
	}
	_, class, _ := r.Class()
	n.transform = &transformer{width: width, run: c.run, names: prefixed(class, width)}
	n.outline.Summary = fmt.Sprintf("%s · %d atoms", features(n.features), k)
	return n, nil
}

func (c *coder) readAlgorithm(r pyobj.Ref) error {
	kind, err := word(r, "transform_algorithm", "omp")
	if err != nil {
		return err
	}
	if c.positive, err = flag(r, "positive_code", false); err != nil {
		return err
	}
	switch kind {
	case "threshold":
		c.threshold = true
		missing := 1.0
		if !versionOf(r).before(1, 2) { // transform_alpha=None is alpha since 1.2
			if missing, err = number(r, "alpha", 1); err != nil {
				return err
			}
		}
		c.alpha, err = number(r, "transform_alpha", missing)
		return err
	case "omp":
	default:
		return r.Unsupported("transform_algorithm='"+kind+"'",
			"Its answers depend on when an iteration stops. Use transform_algorithm='omp' or 'threshold', which refit nothing: set_params works on a fitted model.")
	}
	k, n := c.dictionary.rows, c.dictionary.cols
	atoms, err := number(r, "transform_n_nonzero_coefs", min(max(float64(n)/10, 1), float64(k)))
	if err != nil {
		return err
	}
	if !(atoms >= 1 && atoms <= float64(k)) || c.positive {
		return r.Unsupported(fmt.Sprintf("transform_n_nonzero_coefs=%v of %d atoms, positive_code=%t", atoms, k, c.positive),
			"scikit-learn itself refuses that.")
	}
	c.atoms = int(atoms)
	return nil
}

func (c *coder) run(ws *workspace, x block) (block, error) {
	data, err := ws.centered(x, nil, c.names)
	if err != nil {
		return block{}, err
	}
	k, n := c.dictionary.rows, c.dictionary.cols
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	kernel.Affine(y.data, data, c.dictionary.data, c.zeros, n)
	p := &pursuit{gram: c.gram, residual: ws.floats(k), factor: ws.floats(c.atoms * c.atoms), gamma: ws.floats(c.atoms), chosen: ws.ints(c.atoms)}
	for i := range x.rows {
		code := y.data[i*k : (i+1)*k]
		if c.threshold {
			soft(code, c.alpha, c.positive)
		} else {
			p.code(code, c.atoms)
		}
	}
	if c.split {
		y.data, y.width = splitSigns(ws.floats(2*len(y.data)), y.data, k), 2*k
	}
	return y, nil
}

func soft(code []float64, alpha float64, positive bool) {
	for j, v := range code {
		code[j] = math.Copysign(max(math.Abs(v)-alpha, 0), v)
		if positive {
			code[j] = max(code[j], 0)
		}
	}
}

func splitSigns(dst, code []float64, k int) []float64 {
	for i, v := range code {
		row := dst[i/k*2*k:]
		row[i%k], row[k+i%k] = max(v, 0), -min(v, 0)
	}
	return dst
}

// A pursuit is orthogonal matching pursuit by the Gram matrix
// (sklearn/linear_model/_omp.py, _gram_omp; R. Rubinstein, M. Zibulevsky and
// M. Elad, "Efficient Implementation of the K-SVD Algorithm using Batch
// Orthogonal Matching Pursuit", 2008), with the Cholesky factor of the chosen
// atoms.
type pursuit struct {
	gram     *grid
	residual []float64 // correlation of each atom with what is not explained
	factor   []float64
	gamma    []float64
	chosen   []int
}

// code overwrites the correlations of a row with the atoms by its code.
func (p *pursuit) code(xy []float64, atoms int) {
	copy(p.residual, xy)
	active := 0
	for active < atoms {
		best := p.strongest(active)
		if best < 0 || !p.extend(active, best, atoms) {
			break
		}
		p.chosen[active] = best
		active++
		p.solve(xy, active, atoms)
		for j := range p.residual {
			sum := 0.0
			for a, atom := range p.chosen[:active] {
				sum += float64(p.gram.row(j)[atom] * p.gamma[a])
			}
			p.residual[j] = xy[j] - sum
		}
	}
	clear(xy)
	for a, atom := range p.chosen[:active] {
		xy[atom] = p.gamma[a]
	}
}

// strongest is the atom that explains most of the rest; -1 if it was chosen
// before or explains nothing.
func (p *pursuit) strongest(active int) int {
	best := 0
	for j, v := range p.residual {
		if math.Abs(v) > math.Abs(p.residual[best]) {
			best = j
		}
	}
	for _, atom := range p.chosen[:active] {
		if atom == best {
			return -1
		}
	}
	if p.residual[best]*p.residual[best] < 0x1p-52 {
		return -1
	}
	return best
}

// extend adds the row of an atom to the factor; false if the atom is dependent.
func (p *pursuit) extend(active, atom, stride int) bool {
	row, rest := p.factor[active*stride:], p.gram.row(atom)[atom]
	for i, other := range p.chosen[:active] {
		v := p.gram.row(atom)[other]
		for j := range i {
			v -= float64(p.factor[i*stride+j] * row[j])
		}
		row[i] = v / p.factor[i*stride+i]
		rest -= float64(row[i] * row[i])
	}
	if active > 0 && rest <= 0x1p-52 {
		return false
	}
	row[active] = math.Sqrt(rest)
	return true
}

// solve finds the weights of the chosen atoms.
func (p *pursuit) solve(xy []float64, active, stride int) {
	for i := range active {
		v := xy[p.chosen[i]]
		for j := range i {
			v -= float64(p.factor[i*stride+j] * p.gamma[j])
		}
		p.gamma[i] = v / p.factor[i*stride+i]
	}
	for i := active - 1; i >= 0; i-- {
		for j := i + 1; j < active; j++ {
			p.gamma[i] -= float64(p.factor[j*stride+i] * p.gamma[j])
		}
		p.gamma[i] /= p.factor[i*stride+i]
	}
}
