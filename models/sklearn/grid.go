package sklearn

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A grid is a matrix of parameters, row-major.
type grid struct {
	rows, cols int
	data       []float64
}

// readGrid reads an attribute that is an array of two dimensions.
func readGrid(r pyobj.Ref, name string) (*grid, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	if isSparse(attr) {
		t, err := matrixAt(attr)
		return &grid{t.rows, t.width, t.data}, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	if a.Dims() != 2 || a.Len() == 0 {
		return nil, attr.Format("want an array of two dimensions, got shape %v", a.Shape)
	}
	g := &grid{rows: a.Shape[0], cols: a.Shape[1]}
	if g.data, err = a.Float64s(); err != nil {
		return nil, attr.Format("%w", err)
	}
	return g, nil
}

func newGrid(rows, cols int) *grid { return &grid{rows, cols, make([]float64, rows*cols)} }

func (g *grid) row(i int) []float64 { return g.data[i*g.cols : (i+1)*g.cols] }

// transposed is g with rows and columns exchanged.
func (g *grid) transposed() *grid {
	t := newGrid(g.cols, g.rows)
	for i := range g.rows {
		for j, v := range g.row(i) {
			t.data[j*g.rows+i] = v
		}
	}
	return t
}

// timesTransposed is g @ other.T.
func (g *grid) timesTransposed(other *grid) *grid {
	p := newGrid(g.rows, other.rows)
	kernel.Affine(p.data, g.data, other.data, make([]float64, other.rows), g.cols)
	return p
}

// addDiagonal adds to the diagonal, in place.
func (g *grid) addDiagonal(v func(i int) float64) {
	for i := range g.rows {
		g.data[i*g.cols+i] += v(i)
	}
}

// inverse of a square g.
func (g *grid) inverse(r pyobj.Ref) (*grid, error) {
	if g.rows != g.cols {
		return nil, r.Format("a matrix of shape [%d %d] cannot be inverted", g.rows, g.cols)
	}
	data, ok := kernel.InvertLU(g.data, g.rows)
	if !ok {
		return nil, r.Format("a matrix that must be inverted is singular")
	}
	return &grid{g.rows, g.cols, data}, nil
}

// maxSquare bounds the components of a model that needs a matrix of components ×
// components: components_ itself may be of one column.
const maxSquare = 4096

func few(r pyobj.Ref, components int) error {
	if components > maxSquare {
		return r.Unsupported(fmt.Sprintf("a decomposition into %d components", components), fmt.Sprintf("Use at most %d.", maxSquare))
	}
	return nil
}

// optional reads an attribute of one value a feature that may be None or absent.
func optional(r pyobj.Ref, name string) ([]float64, error) {
	attr, ok := r.Attr(name)
	if !ok || attr.IsNone() {
		return nil, nil
	}
	return perFeature(r, name)
}

// number reads a number; absent or None is the default.
func number(r pyobj.Ref, name string, missing float64) (float64, error) {
	attr, ok := r.Attr(name)
	if !ok || attr.IsNone() {
		return missing, nil
	}
	return attr.Float()
}

// prefixed names columns as ClassNamePrefixFeaturesOutMixin: "pca0", "pca1", …
func prefixed(class string, k int) func([]string) []string {
	return func([]string) []string {
		names := make([]string, k)
		for i := range names {
			names[i] = fmt.Sprintf("%s%d", strings.ToLower(class), i)
		}
		return names
	}
}
