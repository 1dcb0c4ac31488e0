package sklearn

import (
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// A table is an array of two dimensions in a model, row-major.
type table struct {
	rows, cols int
	data       []float64
	single     bool // of float32: what is computed of it alone, NumPy computes in float32
}

// matrixOf reads the attribute name as an array of two dimensions and of rows
// rows, or of any if rows is 0.
func matrixOf(r pyobj.Ref, name string, rows int) (*table, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	return readMatrix(attr, rows)
}

func readMatrix(attr pyobj.Ref, rows int) (*table, error) {
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	if a.Dims() != 2 || a.Len() == 0 || rows > 0 && a.Shape[0] != rows {
		return nil, attr.Format("want a matrix of %d rows, got shape %v", rows, a.Shape)
	}
	t := &table{rows: a.Shape[0], cols: a.Shape[1], single: isSingle(a)}
	if t.data, err = a.Float64s(); err != nil {
		return nil, attr.Format("%w", err)
	}
	return t, nil
}

// singleArray reports whether the attribute name is an array of float32.
func singleArray(r pyobj.Ref, name string) bool {
	attr, ok := r.Attr(name)
	if !ok {
		return false
	}
	a, err := attr.Array()
	return err == nil && isSingle(a)
}

func isSingle(a *ndarray.Array) bool { return a.DType.Kind == 'f' && a.DType.Size == 4 }

// toSingle rounds x to float32.
func toSingle(x []float64) {
	for i, v := range x {
		x[i] = float64(float32(v))
	}
}

// logs takes the logarithm of each of x, as NumPy does for float64 or for float32.
func logs(x []float64, single bool) {
	kernel.Log(x)
	if single {
		toSingle(x)
	}
}

// logSum is the sum of the logarithms of x, which it overwrites.
func logSum(x []float64, single bool) float64 {
	logs(x, single)
	if !single {
		return kernel.Sum(x)
	}
	return kernel.SumSingle(x)
}

func (t *table) row(i int) []float64 { return t.data[i*t.cols : (i+1)*t.cols] }

// columns gives the first k columns one after the other, each as long as t has
// rows: the layout of weights.
func (t *table) columns(k int) []float64 {
	out := make([]float64, k*t.rows)
	for i := range t.rows {
		for j := range k {
			out[j*t.rows+i] = t.data[i*t.cols+j]
		}
	}
	return out
}

// itemsOf reads the attribute name as a sequence of n items.
func itemsOf(r pyobj.Ref, name string, n int) ([]pyobj.Ref, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	items, err := attr.Items()
	if err == nil && len(items) != n {
		err = attr.Format("%d items, want %d", len(items), n)
	}
	return items, err
}

// perFeatureOf is perFeature for a known number of features.
func perFeatureOf(r pyobj.Ref, name string, features int) ([]float64, error) {
	v, err := perFeature(r, name)
	if err == nil && len(v) != features {
		err = r.Format("%s has %d values for %d features", name, len(v), features)
	}
	return v, err
}

// An affine is ((X - mean) / scale) @ weights + bias.
type affine struct {
	mean, scale []float64 // nil: none
	weights     []float64 // a row of features values for each output
	bias        []float64 // nil: zeros
	product     product   // of both
	features    int
	names       []string
}

func (p *affine) width() int { return len(p.weights) / p.features }

func (p *affine) transformer() *transformer {
	if p.bias == nil {
		p.bias = make([]float64, p.width())
	}
	p.product = newProduct(p.weights, p.bias, p.features)
	return &transformer{width: p.width(), run: func(ws *workspace, x block) (block, error) {
		y := block{rows: x.rows, width: p.width(), data: ws.floats(x.rows * p.width()), owned: true}
		return y, p.run(ws, x, y.data)
	}}
}

func (p *affine) run(ws *workspace, x block, out []float64) error {
	m := ws.matrix(x)
	if err := ws.finite(m, p.names); err != nil {
		return err
	}
	src := m.data
	if p.mean != nil {
		m, _ = ws.writable(m)
		kernel.SubColumns(m.data, src, p.mean)
		src = m.data
	}
	if p.scale != nil {
		m, _ = ws.writable(m)
		kernel.DivColumns(m.data, src, p.scale)
		src = m.data
	}
	p.product.run(out, src)
	return nil
}
