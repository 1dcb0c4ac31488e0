package sklearn

import "github.com/copal-ml/copal/models/kernel"

// A product is X @ weights.T + bias, packed where that gains.
type product struct {
	weights, bias []float64 // a row of n weights for each bias
	n             int
	packed        *kernel.Packed
}

// The least number of outputs, and the largest of features, that are packed: a
// single output is a sum of its own, and a text of many features comes sparse.
const (
	leastPacked = 4
	mostPacked  = 1 << 12
)

func newProduct(weights, bias []float64, n int) product {
	p := product{weights: weights, bias: bias, n: n}
	if len(bias) >= leastPacked && n <= mostPacked {
		packed := kernel.PackAffine(weights, bias, n)
		p.packed = &packed
	}
	return p
}

// run is kernel.Affine.
func (p *product) run(dst, x []float64) {
	if p.packed != nil {
		p.packed.Affine(dst, x)
		return
	}
	kernel.Affine(dst, x, p.weights, p.bias, p.n)
}

// A euclidean is points that are compared by the formula of euclidean_distances.
type euclidean struct {
	points  kernel.Packed
	squares []float64 // p.p of each point
}

func newEuclidean(points *grid) euclidean {
	e := euclidean{points: kernel.Pack(points.data, points.cols)}
	for i := range points.rows {
		e.squares = append(e.squares, kernel.Dot(points.row(i), points.row(i)))
	}
	return e
}

// squaredDistances is euclidean_distances(x, points, squared=True) of
// sklearn/metrics/pairwise.py, by its formula: max(0, x.x - 2 x.p + p.p), so that
// what is lost to cancellation is lost here too.
func (e *euclidean) squaredDistances(out, x []float64) {
	e.points.Affine(out, x)
	m, n := e.points.Rows(), e.points.Cols()
	for ; len(x) > 0; x, out = x[n:], out[m:] {
		xx := kernel.Dot(x[:n], x)
		for j, pp := range e.squares {
			d := float64(-2*out[j]) + xx
			out[j] = max(d+pp, 0)
		}
	}
}
