package sklearn

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A spline is the B-spline basis of one feature: a scipy.interpolate.BSpline.
type spline struct {
	t          []float64 // knots
	c          []float64 // n × outs coefficients: row i is what basis function i adds
	n, outs, k int
	lo, hi     float64   // boundaries
	atLo, atHi []float64 // the values there, and the slopes
	slopeLo    []float64
	slopeHi    []float64
}

// A splines is SplineTransformer.transform (sklearn/preprocessing/_polynomial.py).
type splines struct {
	of      []*spline
	beyond  string // extrapolation
	bias    bool   // else the last column of each feature is left out
	missing bool   // NaN becomes zeros (handle_missing="zeros")
	width   int
	words   string // for a value beyond the knots
	names   []string
}

// maxDegree bounds degree; scratch grows with it.
const maxDegree = 1000

func splineTransformer(c *compiler, r pyobj.Ref) (*node, error) {
	s, n := &splines{words: "`X` contains values beyond the limits of the knots."}, new(node)
	if olderThan(c.version, 1, 8) {
		s.words = strings.ReplaceAll(s.words, "`", "")
	}
	items, err := parts(r, "bsplines_")
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		b, err := readSpline(item)
		if err != nil {
			return nil, err
		}
		if len(s.of) > 0 && (b.outs != s.of[0].outs || b.k != s.of[0].k) {
			return nil, item.Format("%d splines of degree %d beside %d of degree %d", b.outs, b.k, s.of[0].outs, s.of[0].k)
		}
		s.of = append(s.of, b)
	}
	if err := n.input(r, len(s.of)); err != nil {
		return nil, err
	}
	s.names = n.names
	if err := s.options(r); err != nil {
		return nil, err
	}
	n.transform = &transformer{width: s.width, run: s.run, names: s.outputNames}
	if s.beyond == "periodic" && olderThan(c.version, 1, 1) {
		n.transform.names = func([]string) []string { return nil } // it gave too many names
	}
	n.outline.Summary = fmt.Sprintf("%s · degree %d · %s", features(n.features), s.of[0].k, s.beyond)
	return n, nil
}

func (s *splines) options(r pyobj.Ref) (err error) {
	if s.beyond, err = word(r, "extrapolation", "constant"); err != nil {
		return err
	}
	switch s.beyond {
	case "constant", "linear":
		if s.of[0].k == 0 {
			return r.Unsupported("SplineTransformer(degree=0, extrapolation="+quote(s.beyond)+")", "Use KBinsDiscretizer.")
		}
	case "error", "continue", "periodic":
	default:
		return r.Format("extrapolation=%s", quote(s.beyond))
	}
	for j, b := range s.of {
		inner := b.k
		if s.beyond == "linear" && b.k == 1 && j > 0 {
			inner = 2 // transform of scikit-learn adds 1 to the degree, and so for all features that follow
		}
		b.boundaries(inner)
	}
	if s.bias, err = flag(r, "include_bias", true); err != nil {
		return err
	}
	handle, err := word(r, "handle_missing", "error")
	if err != nil {
		return err
	}
	s.missing = handle == "zeros"
	s.width = len(s.of) * s.each()
	if s.width == 0 {
		return r.Unsupported("a SplineTransformer without a column", "Use include_bias=True.")
	}
	return nil
}

// each is the number of columns of a feature.
func (s *splines) each() int {
	if s.bias {
		return s.of[0].outs
	}
	return s.of[0].outs - 1
}

// readSpline reads a BSpline. Its attributes are t and c, or _t and _c since SciPy
// 1.16; since 1.18 they are those of an object within its state.
func readSpline(r pyobj.Ref) (*spline, error) {
	if o, ok := r.Value().(*pyobj.Object); ok {
		if state, ok := o.State.(pyobj.Tuple); ok && len(state) > 0 {
			if inner, ok := state[0].(*pyobj.Object); ok {
				r = pyobj.NewRef(r.Path(), inner)
			}
		}
	}
	prefix := ""
	if _, ok := r.Attr("_t"); ok {
		prefix = "_"
	}
	t, err := r.Floats(prefix + "t")
	if err != nil {
		return nil, err
	}
	attr, err := r.Need(prefix + "c")
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	coefficients, err := a.Float64s()
	if err != nil {
		return nil, attr.Format("%w", err)
	}
	degree, err := r.Need("k")
	if err != nil {
		return nil, err
	}
	k, err := degree.Int()
	if err != nil {
		return nil, err
	}
	if k < 0 || k > maxDegree || a.Dims() != 2 || a.Dim(1) < 1 || !slices.IsSorted(t) {
		return nil, r.Format("a spline of degree %d with coefficients of shape %v", k, a.Shape)
	}
	b := &spline{t: t, c: coefficients, n: len(t) - int(k) - 1, outs: a.Dim(1), k: int(k)}
	if b.n <= b.k || a.Dim(0) < b.n {
		return nil, r.Format("a spline of degree %d with %d knots and %d coefficients", k, len(t), a.Dim(0))
	}
	return b, nil
}

// boundaries keeps what constant and linear extrapolation continue from the knot
// number inner on either side.
func (b *spline) boundaries(inner int) {
	b.lo, b.hi = b.t[inner], b.t[len(b.t)-inner-1]
	scratch := make([]float64, 2*b.k+2)
	for _, v := range []struct {
		into  *[]float64
		x     float64
		slope bool
	}{{&b.atLo, b.lo, false}, {&b.atHi, b.hi, false}, {&b.slopeLo, b.lo, true}, {&b.slopeHi, b.hi, true}} {
		*v.into = make([]float64, b.outs)
		if !v.slope || b.k > 0 {
			b.evaluate(*v.into, scratch, v.x, v.slope)
		}
	}
}

// evaluate is the spline at x; scratch has room for 2k+2 values.
func (b *spline) evaluate(dst, scratch []float64, x float64, slope bool) {
	if math.IsNaN(x) {
		for i := range dst {
			dst[i] = x
		}
		return
	}
	h := scratch[:b.k+1]
	ell := kernel.Interval(b.t, b.k, x)
	kernel.BSpline(h, scratch[b.k+1:], b.t, x, b.k, ell, slope)
	clear(dst)
	for a, w := range h {
		row := b.c[(ell+a-b.k)*b.outs:][:b.outs]
		for p := range dst {
			dst[p] += float64(row[p] * w)
		}
	}
}

func (s *splines) run(ws *workspace, x block) (block, error) {
	m := ws.matrix(x)
	if !s.missing { // else infinity passes with NaN
		if err := ws.finite(m, s.names); err != nil {
			return block{}, err
		}
	}
	y := block{rows: x.rows, width: s.width, data: ws.floats(x.rows * s.width), owned: true}
	scratch, all := ws.floats(2*s.of[0].k+2), ws.floats(s.of[0].outs)
	for i, v := range m.data {
		j := i % m.width
		if err := s.fill(ws, all, scratch, v, i/m.width, j); err != nil {
			return block{}, err
		}
		copy(y.data[i*s.each():(i+1)*s.each()], all)
	}
	return y, nil
}

// fill computes all columns of value v of feature j.
func (s *splines) fill(ws *workspace, dst, scratch []float64, v float64, i, j int) error {
	b := s.of[j]
	switch {
	case math.IsNaN(v):
		clear(dst)
	case s.beyond == "periodic":
		b.evaluate(dst, scratch, b.wrapped(v), false)
	case v >= b.lo && v <= b.hi || s.beyond == "continue":
		b.evaluate(dst, scratch, v, false)
	case s.beyond == "error":
		return ws.failed(i, j, s.names, s.words)
	default:
		clear(dst)
		if v < b.lo {
			b.extend(dst, v-b.lo, b.atLo, b.slopeLo, 0, s.beyond)
		}
		if v > b.hi {
			b.extend(dst, v-b.hi, b.atHi, b.slopeHi, b.outs-b.kept(s.beyond), s.beyond)
		}
	}
	return nil
}

// wrapped maps x to the period, as numpy's % does.
func (b *spline) wrapped(x float64) float64 {
	period := b.t[b.n] - b.t[b.k]
	if period <= 0 {
		return 0
	}
	rest := math.Mod(x-b.t[b.k], period)
	if rest < 0 {
		rest += period
	}
	return b.t[b.k] + rest
}

// kept is the number of basis functions that go on beyond a boundary.
func (b *spline) kept(beyond string) int {
	n := b.k
	if beyond == "linear" && b.k <= 1 {
		n++
	}
	return min(n, b.outs)
}

// extend continues some basis functions from on, beyond a boundary that is step
// away.
func (b *spline) extend(dst []float64, step float64, at, slope []float64, from int, beyond string) {
	for p := from; p < from+b.kept(beyond); p++ {
		dst[p] = at[p]
		if beyond == "linear" {
			dst[p] += float64(step * slope[p])
		}
	}
}

func (s *splines) outputNames(in []string) []string {
	var out []string
	for j := range s.of {
		for p := range s.each() {
			out = append(out, fmt.Sprintf("%s_sp_%d", in[j], p))
		}
	}
	return out
}
