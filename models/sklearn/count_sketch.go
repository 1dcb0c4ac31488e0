package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/pyobj"
)

// A countSketch is PolynomialCountSketch: of each degree the features, with a sign,
// are added up in the component that a hash tells; the answer is the circular
// convolution of these sketches, which scikit-learn computes by Fourier
// transforms and we term by term.
type countSketch struct {
	components int
	width      int // of the input
	gamma      float64
	coef0      float64 // its root is one feature more, unless 0
	index      []int   // a row of features a degree
	sign       []float64
	degree     int
	names      []string
}

func polynomialCountSketch(c *compiler, r pyobj.Ref) (*node, error) {
	n, s := new(node), new(countSketch)
	index, err := readTraining(r, "indexHash_")
	if err != nil {
		return nil, err
	}
	sign, err := readTraining(r, "bitHash_")
	if err != nil {
		return nil, err
	}
	if index.rows != sign.rows || index.width != sign.width {
		return nil, r.Format("indexHash_ is %d × %d, bitHash_ %d × %d", index.rows, index.width, sign.rows, sign.width)
	}
	if err := s.readParameters(r); err != nil {
		return nil, err
	}
	for _, v := range index.data {
		if !(v >= 0 && v < float64(s.components)) || v != math.Trunc(v) {
			return nil, r.Format("indexHash_ has %v for %d components", v, s.components)
		}
		s.index = append(s.index, int(v))
	}
	s.sign, s.degree, s.width = sign.data, index.rows, index.width
	if s.coef0 != 0 {
		s.width--
	}
	if err := n.input(r, s.width); err != nil {
		return nil, err
	}
	s.names = n.names
	n.transform = &transformer{width: s.components, names: prefixed("polynomialcountsketch", s.components), run: s.run}
	n.outline.Summary = fmt.Sprintf("%s · degree %d · %d components", features(n.features), s.degree, s.components)
	return n, nil
}

func (s *countSketch) readParameters(r pyobj.Ref) error {
	components, err := numberOr(r, "n_components", 100)
	if err != nil {
		return err
	}
	if !(components >= 1 && components <= 1<<20) {
		return r.Format("n_components is %v", components)
	}
	s.components = int(components)
	if s.gamma, err = numberOr(r, "gamma", 1); err != nil {
		return err
	}
	s.coef0, err = numberOr(r, "coef0", 0)
	return err
}

func (s *countSketch) run(ws *workspace, x block) (block, error) {
	m := ws.matrix(x)
	if err := ws.finite(m, s.names); err != nil {
		return block{}, err
	}
	y := block{rows: m.rows, width: s.components, data: ws.floats(m.rows * s.components), owned: true}
	other := ws.floats(s.components)
	for i := range m.rows {
		out := y.data[i*s.components : (i+1)*s.components]
		clear(out)
		s.spread(m.rowsBetween(i, i+1), 0, func(at int, v float64) { out[at] += v })
		for d := 1; d < s.degree; d++ {
			copy(other, out)
			clear(out)
			s.spread(m.rowsBetween(i, i+1), d, func(at int, v float64) {
				for j, u := range other[:s.components-at] {
					out[at+j] += float64(u * v)
				}
				for j, u := range other[s.components-at:] {
					out[j] += float64(u * v)
				}
			})
		}
	}
	return y, nil
}

// spread calls add with the component and the value of each feature of a row.
func (s *countSketch) spread(row []float64, d int, add func(at int, v float64)) {
	stride := len(s.index) / s.degree
	index, sign := s.index[d*stride:(d+1)*stride], s.sign[d*stride:(d+1)*stride]
	scale := math.Sqrt(s.gamma)
	for j, v := range row {
		add(index[j], sign[j]*(scale*v))
	}
	if s.coef0 != 0 {
		add(index[len(row)], sign[len(row)]*math.Sqrt(s.coef0))
	}
}
