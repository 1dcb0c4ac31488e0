package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A kernelProjection is KernelPCA.transform: the kernel with the training rows,
// centred, times the scaled eigenvectors.
type kernelProjection struct {
	kind                string
	gamma, coef0        float64
	degree              float64
	points              *grid     // X_fit_
	norms               []float64 // of points, for cosine
	fitRows             []float64
	fitAll              float64
	vectors             *grid // components × points
	zeros, zerosVectors []float64
	names               []string
}

func kernelPCA(c *compiler, r pyobj.Ref) (*node, error) {
	k, err := readKernelPCA(r)
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, k.points.cols); err != nil {
		return nil, err
	}
	k.names = n.names
	n.transform = &transformer{width: k.vectors.rows, run: k.run, names: prefixed("KernelPCA", k.vectors.rows)}
	n.outline.Summary = fmt.Sprintf("%s · %s · %d points · %d components", features(n.features), k.kind, k.points.rows, k.vectors.rows)
	return n, nil
}

func readKernelPCA(r pyobj.Ref) (*kernelProjection, error) {
	k := new(kernelProjection)
	var err error
	if k.points, err = readGrid(r, "X_fit_"); err != nil {
		return nil, err
	}
	if err := k.readKernel(r); err != nil {
		return nil, err
	}
	if err := k.readCenter(r); err != nil {
		return nil, err
	}
	if err := k.readVectors(r); err != nil {
		return nil, err
	}
	k.zeros, k.zerosVectors = make([]float64, k.points.rows), make([]float64, k.vectors.rows)
	return k, nil
}

func (k *kernelProjection) readKernel(r pyobj.Ref) error {
	attr, err := r.Need("kernel")
	if err != nil {
		return err
	}
	if k.kind, err = attr.Str(); err != nil {
		return attr.Unsupported("kernel="+pyobj.Describe(attr.Value()), "Copal runs no Python. Use 'linear', 'poly', 'rbf', 'sigmoid' or 'cosine'.")
	}
	switch k.kind {
	case "linear", "poly", "rbf", "sigmoid":
	case "precomputed": // the features are the similarities themselves
		if k.points.rows != k.points.cols {
			return attr.Format("X_fit_ has shape [%d %d] with kernel='precomputed'", k.points.rows, k.points.cols)
		}
	case "cosine":
		for i := range k.points.rows {
			k.norms = append(k.norms, math.Sqrt(kernel.Dot(k.points.row(i), k.points.row(i))))
		}
	default:
		return attr.Unsupported("kernel='"+k.kind+"'", "Use 'linear', 'poly', 'rbf', 'sigmoid' or 'cosine'.")
	}
	gamma := "gamma"
	if _, ok := r.Attr("gamma_"); ok { // since 1.2
		gamma = "gamma_"
	}
	if k.gamma, err = number(r, gamma, 1/float64(k.points.cols)); err != nil {
		return err
	}
	if k.coef0, err = number(r, "coef0", 1); err != nil {
		return err
	}
	k.degree, err = number(r, "degree", 3)
	return err
}

func (k *kernelProjection) readCenter(r pyobj.Ref) error {
	attr, err := r.Need("_centerer")
	if err != nil {
		return err
	}
	if k.fitRows, err = perFeature(attr, "K_fit_rows_"); err != nil {
		return err
	}
	if len(k.fitRows) != k.points.rows {
		return attr.Format("%d means for %d rows of X_fit_", len(k.fitRows), k.points.rows)
	}
	all, err := attr.Need("K_fit_all_")
	if err != nil {
		return err
	}
	k.fitAll, err = all.Float()
	return err
}

// readVectors divides the eigenvectors by the roots of their eigenvalues. The
// attributes were renamed in 1.0. Up to 0.21 an eigenvalue of 0 divided too.
func (k *kernelProjection) readVectors(r pyobj.Ref) error {
	names := [2]string{"eigenvalues_", "eigenvectors_"}
	if _, ok := r.Attr(names[0]); !ok {
		names = [2]string{"lambdas_", "alphas_"}
	}
	values, err := perFeature(r, names[0])
	if err != nil {
		return err
	}
	vectors, err := readGrid(r, names[1])
	if err != nil {
		return err
	}
	if vectors.rows != k.points.rows || vectors.cols != len(values) {
		return r.Format("%s has shape [%d %d] for %d points and %d values", names[1], vectors.rows, vectors.cols, k.points.rows, len(values))
	}
	k.vectors = vectors.transposed()
	old := versionOf(r).before(0, 22)
	for i, v := range values {
		for j, a := range k.vectors.row(i) {
			switch {
			case v != 0 || old:
				k.vectors.row(i)[j] = a / math.Sqrt(v)
			default:
				k.vectors.row(i)[j] = 0
			}
		}
	}
	return nil
}

func (k *kernelProjection) run(ws *workspace, x block) (block, error) {
	data, err := ws.centered(x, nil, k.names)
	if err != nil {
		return block{}, err
	}
	n, width := k.points.cols, k.vectors.rows
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	similar := ws.floats(k.points.rows)
	for i := range x.rows {
		k.similarities(similar, data[i*n:(i+1)*n])
		k.project(y.data[i*width:(i+1)*width], similar)
	}
	return y, nil
}

// project centres the similarities of a row in place and projects them.
func (k *kernelProjection) project(out, similar []float64) {
	mean := kernel.Sum(similar) / float64(len(similar))
	for j := range similar {
		similar[j] -= k.fitRows[j]
		similar[j] -= mean
		similar[j] += k.fitAll
	}
	kernel.Affine(out, similar, k.vectors.data, k.zerosVectors, len(similar))
}

// similarities is pairwise_kernels (sklearn/metrics/pairwise.py) of a row with the points.
func (k *kernelProjection) similarities(out, row []float64) {
	if k.kind == "precomputed" {
		copy(out, row)
		return
	}
	if k.kind == "rbf" {
		squaredDistances(out, row, k.points)
		for i, d := range out {
			out[i] = kernel.Exp(-k.gamma * d)
		}
		return
	}
	kernel.Affine(out, row, k.points.data, k.zeros, k.points.cols)
	switch k.kind {
	case "poly":
		for i, v := range out {
			out[i] = kernel.Pow(float64(v*k.gamma)+k.coef0, k.degree)
		}
	case "sigmoid":
		for i, v := range out {
			out[i] = math.Tanh(float64(v*k.gamma) + k.coef0)
		}
	case "cosine":
		norm := nonZero(math.Sqrt(kernel.Dot(row, row)))
		for j := range out {
			out[j] /= norm * nonZero(k.norms[j])
		}
	}
}

func nonZero(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

// squaredDistances is euclidean_distances(x, points, squared=True) of
// sklearn/metrics/pairwise.py, by its formula: max(0, x.x - 2 x.p + p.p), so that
// what is lost to cancellation is lost here too.
func squaredDistances(out, x []float64, points *grid) {
	n, m := points.cols, points.rows
	for i := range len(out) / m {
		row := x[i*n : (i+1)*n]
		xx := kernel.Dot(row, row)
		for j := range m {
			p := points.row(j)
			d := float64(-2*kernel.Dot(row, p)) + xx
			out[i*m+j] = max(d+kernel.Dot(p, p), 0)
		}
	}
}
