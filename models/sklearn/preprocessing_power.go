package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var shapeClasses = []class{
	{"PowerTransformer", "sklearn", powerTransformer},
	{"QuantileTransformer", "sklearn", quantileTransformer},
}

// A power is PowerTransformer.transform (sklearn/preprocessing/_data.py).
type power struct {
	lambdas []float64
	boxCox  bool
	stable  bool // through expm1, as since 1.9
	scale   *transformer
	names   []string
}

func powerTransformer(c *compiler, r pyobj.Ref) (*node, error) {
	p, n := &power{stable: !olderThan(c.version, 1, 9)}, new(node)
	var err error
	if p.lambdas, err = perFeature(r, "lambdas_"); err != nil {
		return nil, err
	}
	if err := n.input(r, len(p.lambdas)); err != nil {
		return nil, err
	}
	p.names = n.names
	method, err := word(r, "method", "yeo-johnson")
	if err != nil {
		return nil, err
	}
	switch method {
	case "box-cox":
		p.boxCox = true
	case "yeo-johnson":
	default:
		return nil, r.Format("method=%s", quote(method))
	}
	if p.scale, err = c.powerScale(r, n.features); err != nil {
		return nil, err
	}
	n.transform = &transformer{run: p.run}
	n.outline.Summary = features(n.features) + " · " + method
	return n, nil
}

// powerScale compiles the StandardScaler of standardize=True.
func (c *compiler) powerScale(r pyobj.Ref, width int) (*transformer, error) {
	on, err := flag(r, "standardize", true)
	if err != nil || !on {
		return nil, err
	}
	attr, err := r.Need("_scaler")
	if err != nil {
		return nil, err
	}
	n, err := c.estimator(attr)
	if err != nil {
		return nil, err
	}
	if n.transform == nil || n.features != width || n.transform.width > 0 {
		return nil, attr.Format("it does not scale %d features", width)
	}
	return n.transform, nil
}

func (p *power) run(ws *workspace, x block) (block, error) {
	y, src := ws.writable(x)
	if err := ws.finiteOrNaN(block{width: y.width, data: src}, p.names); err != nil {
		return block{}, err
	}
	for i, v := range src {
		lambda := p.lambdas[i%y.width]
		switch {
		case !p.boxCox:
			y.data[i] = kernel.YeoJohnson(v, lambda, p.stable)
		case v <= 0:
			return block{}, ws.failed(i/y.width, i%y.width, p.names,
				"The Box-Cox transformation can only be applied to strictly positive data")
		default:
			y.data[i] = kernel.BoxCox(v, lambda)
		}
	}
	if p.scale != nil {
		return p.scale.run(ws, y)
	}
	return y, nil
}

// A quantile is QuantileTransformer.transform: the place of a value among the
// quantiles of fit, as the mean of the interpolations from below and from above.
type quantile struct {
	points     [][]float64 // by feature: quantiles_
	back       [][]float64 // -points, backwards
	references []float64
	backRefs   []float64
	normal     bool    // the answers are of the normal distribution
	near       bool    // what is close to an extreme of fit counts as it
	lo, hi     float64 // of the answers
	names      []string
}

// boundsThreshold is how close to the extremes of fit a value counts as one.
const boundsThreshold = 1e-7

func quantileTransformer(c *compiler, r pyobj.Ref) (*node, error) {
	q, n := new(quantile), new(node)
	var err error
	if q.references, err = perFeature(r, "references_"); err != nil {
		return nil, err
	}
	if err := q.readPoints(r); err != nil {
		return nil, err
	}
	if err := n.input(r, len(q.points)); err != nil {
		return nil, err
	}
	q.names = n.names
	shape, err := word(r, "output_distribution", "uniform")
	if err != nil {
		return nil, err
	}
	if q.normal = shape == "normal"; !q.normal && shape != "uniform" {
		return nil, r.Format("output_distribution=%s", quote(shape))
	}
	q.bound(olderThan(c.version, 0, 21))
	q.backRefs = negatedBackwards(q.references)
	n.transform = &transformer{run: q.run}
	n.outline.Summary = features(n.features) + " · " + shape
	return n, nil
}

// bound sets how far the answers go. Before 0.21 the uniform distribution kept
// off its ends as the normal one has to.
func (q *quantile) bound(old bool) {
	const spacing = 0x1p-52 // numpy.spacing(1)
	q.lo, q.hi, q.near = 0, 1, q.normal || old
	if q.near {
		q.lo, q.hi = boundsThreshold-spacing, 1-(boundsThreshold-spacing)
	}
	if q.normal {
		q.lo, q.hi = kernel.NormalQuantile(q.lo), kernel.NormalQuantile(q.hi)
	}
}

func (q *quantile) readPoints(r pyobj.Ref) error {
	attr, err := r.Need("quantiles_")
	if err != nil {
		return err
	}
	a, err := attr.Array()
	if err != nil {
		return err
	}
	values, err := a.Float64s()
	if err != nil {
		return attr.Format("%w", err)
	}
	if a.Dims() != 2 || a.Dim(0) < 1 || a.Dim(0) != len(q.references) {
		return attr.Format("quantiles of shape %v for %d references", a.Shape, len(q.references))
	}
	width := a.Dim(1)
	for j := range width {
		points := make([]float64, a.Dim(0))
		for i := range points {
			points[i] = values[i*width+j]
		}
		q.points, q.back = append(q.points, points), append(q.back, negatedBackwards(points))
	}
	return nil
}

func negatedBackwards(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[len(x)-1-i] = -v
	}
	return out
}

func (q *quantile) run(ws *workspace, x block) (block, error) {
	y, src := ws.writable(x)
	if err := ws.finiteOrNaN(block{width: y.width, data: src}, q.names); err != nil {
		return block{}, err
	}
	for i, v := range src {
		y.data[i] = q.place(v, i%y.width)
	}
	return y, nil
}

func (q *quantile) place(v float64, j int) float64 {
	if math.IsNaN(v) {
		return v
	}
	points := q.points[j]
	low, high := v == points[0], v == points[len(points)-1]
	if q.near {
		low, high = v-boundsThreshold < points[0], v+boundsThreshold > points[len(points)-1]
	}
	p := 0.5 * (kernel.Interpolate(v, points, q.references) - kernel.Interpolate(-v, q.back[j], q.backRefs))
	if high {
		p = 1
	}
	if low {
		p = 0
	}
	if q.normal {
		p = kernel.NormalQuantile(p)
	}
	return min(max(p, q.lo), q.hi)
}
