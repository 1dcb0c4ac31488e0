package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var scalerClasses = []class{
	{"Binarizer", "sklearn", binarizer},
	{"KernelCenterer", "sklearn", kernelCenterer},
	{"MaxAbsScaler", "sklearn", maxAbsScaler},
	{"Normalizer", "sklearn", normalizer},
	{"RobustScaler", "sklearn", robustScaler},
}

// elementwise is a node whose transform rewrites the values of a matrix. NaN is
// let through; the result has the shape of the input.
func elementwise(n *node, change func(data []float64, width int)) *node {
	n.transform = &transformer{run: func(ws *workspace, x block) (block, error) {
		y, src := ws.writable(x)
		if err := ws.finiteOrNaN(block{width: y.width, data: src}, n.names); err != nil {
			return block{}, err
		}
		if &y.data[0] != &src[0] {
			copy(y.data, src)
		}
		change(y.data, y.width)
		return y, nil
	}}
	return n
}

// copied is x as a sparse matrix that may be overwritten.
func (ws *workspace) copied(x block) block {
	m := ws.csr(x.rows, len(x.sparse.values))
	m.indptr, m.indices = x.sparse.indptr, x.sparse.indices
	m.values = append(m.values, x.sparse.values...)
	return block{rows: x.rows, width: x.width, sparse: m}
}

// divideSparse divides the columns of a sparse matrix, which stays one.
func (ws *workspace) divideSparse(x block, scale []float64, names []string) (block, error) {
	y := ws.copied(x)
	for i := range y.rows {
		for k := y.sparse.indptr[i]; k < y.sparse.indptr[i+1]; k++ {
			j := y.sparse.indices[k]
			if math.IsInf(y.sparse.values[k], 0) {
				return block{}, ws.failed(i, j, names, containsInfinity)
			}
			y.sparse.values[k] /= scale[j]
		}
	}
	return y, nil
}

// maxAbsScaler is MaxAbsScaler.transform (sklearn/preprocessing/_data.py):
// X /= scale_, and since 1.8 optionally numpy.clip to [-1, 1].
func maxAbsScaler(c *compiler, r pyobj.Ref) (*node, error) {
	scale, err := perFeature(r, "scale_")
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, len(scale)); err != nil {
		return nil, err
	}
	clipped, err := flag(r, "clip", false)
	if err != nil {
		return nil, err
	}
	n.outline.Summary = features(n.features)
	elementwise(n, func(data []float64, width int) {
		kernel.DivColumns(data, data, scale)
		if clipped {
			kernel.Clip(data, -1, 1)
		}
	})
	n.keepSparse(scale, clipped)
	return n, nil
}

// keepSparse has the transform of n divide a sparse matrix as one, and clip it to
// [-1, 1] if asked for.
func (n *node) keepSparse(scale []float64, clipped bool) {
	dense := n.transform.run
	n.transform.run = func(ws *workspace, x block) (block, error) {
		if x.sparse != nil {
			y, err := ws.divideSparse(x, scale, n.names)
			if clipped && err == nil {
				kernel.Clip(y.sparse.values, -1, 1)
			}
			return y, err
		}
		return dense(ws, x)
	}
}

// robustScaler is RobustScaler.transform: X -= center_, X /= scale_, each if
// asked for.
func robustScaler(c *compiler, r pyobj.Ref) (*node, error) {
	var center, scale []float64
	for _, part := range []struct {
		on, name string
		into     *[]float64
	}{{"with_centering", "center_", &center}, {"with_scaling", "scale_", &scale}} {
		on, err := flag(r, part.on, true)
		if err != nil {
			return nil, err
		}
		if on {
			if *part.into, err = perFeature(r, part.name); err != nil {
				return nil, err
			}
		}
	}
	n := new(node)
	if err := n.inputOfParts(r, center, scale); err != nil {
		return nil, err
	}
	n.outline.Summary = features(n.features)
	elementwise(n, func(data []float64, width int) {
		if center != nil {
			kernel.SubColumns(data, data, center)
		}
		if scale != nil {
			kernel.DivColumns(data, data, scale)
		}
	})
	if center == nil && scale != nil {
		n.keepSparse(scale, false)
	}
	return n, nil
}

// inputOfParts sets what n takes to the length of the parts that it has.
func (n *node) inputOfParts(r pyobj.Ref, parts ...[]float64) error {
	width := 0
	for _, p := range parts {
		if p != nil && len(p) == 0 {
			return r.Format("a parameter holds no values")
		}
		if p != nil && width > 0 && len(p) != width {
			return r.Format("it has %d values of one parameter, %d of another", width, len(p))
		}
		width = max(width, len(p))
	}
	if width > 0 {
		return n.input(r, width)
	}
	return n.anyInput(r)
}

// anyInput is for an estimator without parameters, which may have recorded what
// it takes.
func (n *node) anyInput(r pyobj.Ref) (err error) {
	n.features, n.names, err = recordedFeatures(r)
	return err
}

// binarizer is Binarizer.transform: 1 above the threshold, else 0.
func binarizer(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("threshold")
	if err != nil {
		return nil, err
	}
	threshold, err := attr.Float()
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.anyInput(r); err != nil {
		return nil, err
	}
	n.outline.Summary = fmt.Sprintf("above %v", threshold)
	n.transform = &transformer{run: func(ws *workspace, x block) (block, error) {
		if x.sparse != nil && threshold >= 0 { // zeros stay zeros
			y := ws.copied(x)
			kernel.Above(y.sparse.values, x.sparse.values, threshold)
			return y, ws.finiteSparse(x.sparse, n.names)
		}
		y, src := ws.writable(x)
		if err := ws.finite(block{width: y.width, data: src}, n.names); err != nil {
			return block{}, err
		}
		kernel.Above(y.data, src, threshold)
		return y, nil
	}}
	return n, nil
}

// normalizer is Normalizer.transform: rows divided by their norm, where that is
// not 0. Before 0.24 the norm 'max' was the largest value, not the largest
// absolute one.
func normalizer(c *compiler, r pyobj.Ref) (*node, error) {
	name, err := word(r, "norm", "l2")
	if err != nil {
		return nil, err
	}
	norms := map[string]func([]float64) float64{"l1": norm1, "l2": norm2, "max": normMax}
	if olderThan(c.version, 0, 24) {
		norms["max"] = largest
	}
	norm, ok := norms[name]
	if !ok {
		return nil, r.Format("norm=%s", quote(name))
	}
	dense := norm
	if !olderThan(c.version, 1, 0) { // _handle_zeros_in_scale: a tiny norm counts as none
		dense = func(row []float64) float64 {
			const least = 10 * 0x1p-52
			if v := norm(row); !(v < least) {
				return v
			}
			return 0
		}
	}
	n := new(node)
	if err := n.anyInput(r); err != nil {
		return nil, err
	}
	n.outline.Summary = name
	n.transform = &transformer{run: func(ws *workspace, x block) (block, error) {
		if x.sparse != nil {
			return ws.normalizeSparse(x, norm), nil
		}
		y, src := ws.writable(x)
		if err := ws.finite(block{width: y.width, data: src}, n.names); err != nil {
			return block{}, err
		}
		for at := 0; at < len(src); at += y.width {
			divideRow(y.data[at:at+y.width], src[at:at+y.width], dense)
		}
		return y, nil
	}}
	return n, nil
}

func (ws *workspace) normalizeSparse(x block, norm func([]float64) float64) block {
	y := ws.copied(x)
	for i := range y.rows {
		row := y.sparse.values[y.sparse.indptr[i]:y.sparse.indptr[i+1]]
		if len(row) > 0 {
			divideRow(row, row, norm)
		}
	}
	return y
}

func divideRow(dst, src []float64, norm func([]float64) float64) {
	d := norm(src)
	if d == 0 {
		d = 1
	}
	for j, v := range src {
		dst[j] = v / d
	}
}

func norm1(x []float64) (sum float64) {
	for _, v := range x {
		sum += math.Abs(v)
	}
	return sum
}

func norm2(x []float64) float64 { return math.Sqrt(kernel.Dot(x, x)) }

func normMax(x []float64) (most float64) {
	for _, v := range x {
		most = max(most, math.Abs(v))
	}
	return most
}

func largest(x []float64) float64 {
	most := x[0]
	for _, v := range x {
		most = max(most, v)
	}
	return most
}

// kernelCenterer is KernelCenterer.transform: K less the means of the fitted
// rows and of its own, plus the mean of all.
func kernelCenterer(c *compiler, r pyobj.Ref) (*node, error) {
	rows, err := perFeature(r, "K_fit_rows_")
	if err != nil {
		return nil, err
	}
	attr, err := r.Need("K_fit_all_")
	if err != nil {
		return nil, err
	}
	all, err := attr.Float()
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, len(rows)); err != nil {
		return nil, err
	}
	n.outline.Summary = features(n.features)
	n.transform = &transformer{names: centererNames, run: func(ws *workspace, x block) (block, error) {
		y, src := ws.writable(x)
		if err := ws.finite(block{width: y.width, data: src}, n.names); err != nil {
			return block{}, err
		}
		for at := 0; at < len(src); at += y.width {
			row := src[at : at+y.width]
			mean := kernel.Sum(row) / float64(y.width)
			for j, v := range row {
				y.data[at+j] = v - rows[j] - mean + all
			}
		}
		return y, nil
	}}
	return n, nil
}

// centererNames are get_feature_names_out: the class and a number.
func centererNames(in []string) []string {
	out := make([]string, len(in))
	for j := range out {
		out[j] = fmt.Sprintf("kernelcenterer%d", j)
	}
	return out
}
