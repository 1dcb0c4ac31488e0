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
	kind         string
	gamma, coef0 float64
	degree       float64
	points       *grid     // X_fit_
	norms        []float64 // of points, for cosine
	fitRows      []float64
	fitAll       float64
	vectors      *grid     // components × points
	near         euclidean // the points
	product      product   // with vectors
	names        []string
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
	if k.kind != "precomputed" {
		k.near = newEuclidean(k.points)
	}
	k.product = newProduct(k.vectors.data, make([]float64, k.vectors.rows), k.vectors.cols)
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
	m := k.points.rows
	rows := min(blockOf(m), x.rows)
	similar := ws.floats(rows * m)
	for from := 0; from < x.rows; from += rows {
		to := min(from+rows, x.rows)
		part := similar[:(to-from)*m]
		k.similarities(part, data[from*n:to*n])
		k.project(y.data[from*width:to*width], part)
	}
	return y, nil
}

// project centres the similarities of rows in place and projects them.
func (k *kernelProjection) project(out, similar []float64) {
	m := k.points.rows
	for rest := similar; len(rest) > 0; rest = rest[m:] {
		row := rest[:m]
		mean := kernel.Sum(row) / float64(m)
		for j := range row {
			row[j] -= k.fitRows[j]
			row[j] -= mean
			row[j] += k.fitAll
		}
	}
	k.product.run(out, similar)
}

// similarities is pairwise_kernels (sklearn/metrics/pairwise.py) of rows with the points.
func (k *kernelProjection) similarities(out, rows []float64) {
	if k.kind == "precomputed" {
		copy(out, rows)
		return
	}
	if k.kind == "rbf" {
		k.near.squaredDistances(out, rows)
		kernel.ExpScaled(out, -k.gamma)
		return
	}
	k.near.points.Affine(out, rows)
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
		for n := k.points.cols; len(rows) > 0; rows, out = rows[n:], out[len(k.norms):] {
			norm := nonZero(math.Sqrt(kernel.Dot(rows[:n], rows)))
			for j, v := range k.norms {
				out[j] /= norm * nonZero(v)
			}
		}
	}
}

func nonZero(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}
