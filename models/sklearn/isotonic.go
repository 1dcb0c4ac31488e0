package sklearn

import (
	"fmt"
	"math"
	"strconv"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

var isotonicClasses = []class{
	{"IsotonicRegression", "sklearn", isotonicRegression},
}

// A curve is IsotonicRegression (sklearn/isotonic.py): linear interpolation
// between thresholds, which SciPy's interp1d delegates to numpy.interp for
// float64. It is immutable.
type curve struct {
	x, y   []float64 // thresholds and their answers, x ascending
	lo, hi float64   // X_min_ and X_max_
	single bool      // fitted on float32, and computes in it
	slope  bool      // of float32, as SciPy had it before 1.11
	bounds bounds
	names  []string
}

// bounds says what becomes of values outside the thresholds.
type bounds uint8

const (
	boundsNaN   bounds = iota
	boundsClip         // the answer of the nearest threshold
	boundsRaise        // an error
)

func isotonicRegression(c *compiler, r pyobj.Ref) (*node, error) {
	m, err := readCurve(r)
	if err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, 1); err != nil {
		return nil, err
	}
	m.names = n.names
	// A file tells nothing of SciPy; 1.11 came out with scikit-learn 1.3.
	m.slope = olderThan(c.version, 1, 3)
	n.offer(one(models.Predict, numbers(0), nil, m.run))
	n.offer(one(models.Transform, models.Port{Name: "isotonicregression0"}, nil, m.run))
	n.outline.Summary = fmt.Sprintf("%d thresholds", len(m.x))
	return n, nil
}

// readCurve reads the thresholds, which were called _necessary_X_ and
// _necessary_y_ up to 0.23.
func readCurve(r pyobj.Ref) (*curve, error) {
	m := new(curve)
	x, y := present(r, "X_thresholds_", "_necessary_X_"), present(r, "y_thresholds_", "_necessary_y_")
	if err := m.readThresholds(r, x, y); err != nil {
		return nil, err
	}
	choice, err := word(r, "out_of_bounds", "nan")
	if err != nil {
		return nil, err
	}
	switch choice {
	case "nan":
		return m, nil
	case "raise":
		m.bounds = boundsRaise
		return m, nil
	case "clip":
		m.bounds = boundsClip
	default:
		return nil, r.Unsupported(fmt.Sprintf("out_of_bounds=%q", choice), "scikit-learn knows nan, clip and raise.")
	}
	if m.lo, err = floatOf(r, "X_min_"); err != nil {
		return nil, err
	}
	m.hi, err = floatOf(r, "X_max_")
	return m, err
}

func (m *curve) readThresholds(r pyobj.Ref, xName, yName string) error {
	x, err := oneDimension(r, xName)
	if err != nil {
		return err
	}
	y, err := oneDimension(r, yName)
	if err != nil {
		return err
	}
	if m.x, err = x.Float64s(); err != nil {
		return r.Format("%s: %w", xName, err)
	}
	if m.y, err = y.Float64s(); err != nil {
		return r.Format("%s: %w", yName, err)
	}
	if len(m.x) != len(m.y) || len(m.x) == 0 {
		return r.Format("%s has %d values, %s %d", xName, len(m.x), yName, len(m.y))
	}
	for i, v := range m.x {
		if math.IsNaN(v) || i > 0 && v < m.x[i-1] {
			return r.Format("%s does not ascend at %d", xName, i)
		}
	}
	m.single = isSingle(x)
	return nil
}

func oneDimension(r pyobj.Ref, name string) (*ndarray.Array, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err == nil && a.Dims() != 1 {
		err = attr.Format("want an array of one dimension, got shape %v", a.Shape)
	}
	return a, err
}

func (m *curve) run(ws *workspace, x block, out []float64) error {
	copy(out, ws.matrix(x).data)
	if m.single {
		for i, v := range out {
			out[i] = float64(float32(v))
		}
	}
	if i := kernel.Finite(out); i >= 0 {
		return m.infinite(ws, i, out[i])
	}
	if m.bounds == boundsClip {
		kernel.Clip(out, m.lo, m.hi)
	}
	if len(m.x) == 1 {
		for i := range out {
			out[i] = m.y[0]
		}
		return nil
	}
	if m.bounds == boundsRaise {
		if err := m.inside(ws, out); err != nil {
			return err
		}
	}
	switch {
	case !m.single:
		kernel.InterpolateEach(out, m.x, m.y)
	case m.slope:
		kernel.InterpolateSlope(out, m.x, m.y)
	default:
		kernel.InterpolateSingle(out, m.x, m.y)
	}
	return nil
}

// inside refuses a value outside the thresholds in the words of
// scipy.interpolate.interp1d, which looks for one below first.
func (m *curve) inside(ws *workspace, values []float64) error {
	refuse := func(i int, where string, what string, limit float64) error {
		return m.bad(ws, i, fmt.Sprintf("A value (%s) in x_new is %s the interpolation range's %s value (%s).",
			floatText(values[i]), where, what, floatText(limit)))
	}
	first, last := m.x[0], m.x[len(m.x)-1]
	for i, v := range values {
		if v < first {
			return refuse(i, "below", "minimum", first)
		}
	}
	for i, v := range values {
		if v > last {
			return refuse(i, "above", "maximum", last)
		}
	}
	return nil
}

// infinite refuses NaN and infinity in the words of check_array, which is not told
// the name of the input here.
func (m *curve) infinite(ws *workspace, i int, v float64) error {
	if m.single && !math.IsNaN(v) {
		return m.bad(ws, i, "Input contains infinity or a value too large for dtype('float32').")
	}
	return m.bad(ws, i, notFinite(v))
}

func (m *curve) bad(ws *workspace, i int, text string) error {
	e := &models.DataError{Row: ws.first + i, Column: 0, Text: text}
	if len(m.names) > 0 {
		e.Name = m.names[0]
	}
	return e
}

// floatText is a number as Python prints it.
func floatText(v float64) string {
	if size := math.Abs(v); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if v == math.Trunc(v) {
		text += ".0"
	}
	return text
}
