package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A distance is a metric between rows. As the trees of scikit-learn
// (sklearn/metrics/_dist_metrics.pyx.tp) it is computed in a reduced form, which
// has the same order: the square of the Euclidean distance.
type distance struct {
	name    string
	pair    func(x, y []float64) float64
	squared bool      // pair is the squared Euclidean distance, which has a kernel
	power   float64   // the distance is the reduced one to 1/power; 0 and 1 stand for itself
	scale   []float64 // seuclidean: the variances; minkowski: the weights; mahalanobis: VI, row by row
}

// rateOf is the metric of that name between vectors of truth values, of which zero is
// false; nil if there is none. Of n places, both vectors are true at some, and at
// least one is at either.
func rateOf(name string) func(both, either, n float64) float64 {
	switch name {
	case "jaccard":
		return func(both, either, n float64) float64 { return orZero(either-both, either) }
	case "dice": // of two vectors of zeros it is NaN, so that they are no neighbours
		return func(both, either, n float64) float64 { return (either - both) / (either + both) }
	case "rogerstanimoto", "sokalmichener":
		return func(both, either, n float64) float64 { return 2 * (either - both) / (n + either - both) }
	case "russellrao":
		return func(both, either, n float64) float64 { return (n - both) / n }
	case "sokalsneath":
		return func(both, either, n float64) float64 { return (either - both) / (either - both + float64(0.5*both)) }
	}
	return nil
}

func orZero(x, y float64) float64 {
	if y == 0 {
		return 0
	}
	return x / y
}

// readDistance reads a metric of the name and parameters at r, for rows of the
// given width.
func readDistance(name, params pyobj.Ref, width int) (distance, error) {
	kind, err := name.Str()
	if err != nil {
		return distance{}, name.Unsupported("a metric that is a Python function", "Use a metric that scikit-learn has a name for.")
	}
	d := distance{name: kind, power: 1}
	switch kind {
	case "euclidean", "l2":
		d.pair, d.squared, d.power = kernel.SquaredDistance, true, 2
	case "sqeuclidean":
		d.pair, d.squared = kernel.SquaredDistance, true
	case "manhattan", "l1", "cityblock":
		d.pair = manhattan
	case "chebyshev", "infinity":
		d.pair = chebyshev
	case "cosine":
		d.pair = cosineDistance
	case "hamming", "matching":
		d.pair = hamming
	case "canberra":
		d.pair = canberra
	case "correlation":
		d.pair = correlation
	case "haversine":
		if width != 2 {
			return d, name.Format("haversine of %d features, want a latitude and a longitude", width)
		}
		d.pair = haversine
	case "braycurtis":
		d.pair = brayCurtis
	case "minkowski", "p", "wminkowski", "seuclidean":
		err = d.readParameters(name, params, width)
	case "mahalanobis":
		err = d.readInverse(name, params, width)
	default:
		rate := rateOf(kind)
		if rate == nil {
			return d, name.Unsupported("the metric '"+kind+"'", "Copal computes euclidean, manhattan, chebyshev, minkowski, "+
				"seuclidean, mahalanobis, cosine, correlation, haversine, canberra, braycurtis, hamming, jaccard, dice, rogerstanimoto, sokalmichener, russellrao and sokalsneath.")
		}
		d.pair = func(x, y []float64) float64 { return truthRate(x, y, rate) }
	}
	return d, err
}

// readParameters reads p and w of minkowski, and V of seuclidean.
func (d *distance) readParameters(name, params pyobj.Ref, width int) error {
	key := "w"
	if d.name == "seuclidean" {
		key = "V"
	}
	if v, ok := params.Key(key); ok && !v.IsNone() {
		a, err := v.Array()
		if err != nil {
			return err
		}
		if d.scale, err = a.Float64s(); err != nil || len(d.scale) != width {
			return v.Format("want %d numbers", width)
		}
	}
	if d.name == "seuclidean" {
		if d.scale == nil {
			return name.Unsupported("the metric 'seuclidean' without V", "Give V in metric_params.")
		}
		d.power, d.pair = 2, d.standardized
		return nil
	}
	if d.name == "wminkowski" {
		return name.Unsupported("the metric 'wminkowski'", "Use minkowski with w in metric_params.")
	}
	d.power = 2 // of metric="p", which hands on no parameter p
	if p, ok := params.Key("p"); ok {
		var err error
		if d.power, err = p.Float(); err != nil {
			return err
		}
	}
	if !(d.power > 0) || math.IsInf(d.power, 0) {
		return name.Unsupported("minkowski with this p", "Use a p above 0, or the metric chebyshev.")
	}
	d.pair = d.minkowski
	return nil
}

// readInverse reads VI of mahalanobis, the inverse of the covariance.
func (d *distance) readInverse(name, params pyobj.Ref, width int) error {
	v, ok := params.Key("VI")
	if !ok {
		return name.Unsupported("the metric 'mahalanobis' without VI", "Give VI, the inverse of V, in metric_params.")
	}
	t, err := matrixAt(v)
	if err != nil {
		return err
	}
	if t.rows != width || t.width != width {
		return v.Format("VI is %d × %d for %d features", t.rows, t.width, width)
	}
	d.scale, d.power, d.pair = t.data, 2, d.mahalanobis
	return nil
}

// mahalanobis is (x-y) VI (x-y).
func (d *distance) mahalanobis(x, y []float64) (sum float64) {
	for i, v := range x {
		t, row := 0.0, d.scale[i*len(x):]
		for j, u := range x {
			t += float64((u - y[j]) * row[j])
		}
		sum += float64(t * (v - y[i]))
	}
	return sum
}

// standardized is the sum of squares over variances.
func (d *distance) standardized(x, y []float64) (sum float64) {
	for i, v := range x {
		t := v - y[i]
		sum += float64(t*t) / d.scale[i]
	}
	return sum
}

func (d *distance) minkowski(x, y []float64) (sum float64) {
	for i, v := range x {
		t := math.Pow(math.Abs(v-y[i]), d.power)
		if d.scale != nil {
			t *= d.scale[i]
		}
		sum += t
	}
	return sum
}

// all writes the reduced distances of rows of x to rows of y, len(y)/width a row.
func (d *distance) all(dst, x, y []float64, width int) {
	if d.squared {
		kernel.SquaredDistances(dst, x, y, width)
		return
	}
	for ; len(x) > 0; x = x[width:] {
		for rest := y; len(rest) > 0; rest = rest[width:] {
			dst[0] = d.pair(x[:width], rest[:width])
			dst = dst[1:]
		}
	}
}

// finish turns reduced distances into distances.
func (d *distance) finish(v []float64) {
	switch d.power {
	case 0, 1:
	case 2:
		for i := range v {
			v[i] = math.Sqrt(v[i])
		}
	default:
		for i := range v {
			v[i] = math.Pow(v[i], 1/d.power)
		}
	}
}

// reduce is the reduced form of a radius.
func (d *distance) reduce(radius float64) float64 {
	switch d.power {
	case 0, 1:
		return radius
	case 2:
		return radius * radius
	}
	return math.Pow(radius, d.power)
}

func manhattan(x, y []float64) (sum float64) {
	for i, v := range x {
		sum += math.Abs(v - y[i])
	}
	return sum
}

func chebyshev(x, y []float64) (most float64) {
	for i, v := range x {
		most = max(most, math.Abs(v-y[i]))
	}
	return most
}

// cosineDistance is sklearn.metrics.pairwise.cosine_distances: one minus the
// product of rows of length 1, between 0 and 2.
func cosineDistance(x, y []float64) float64 {
	return min(max(1-cosineSimilarity(x, y), 0), 2)
}

// length is the norm that a row is divided by: 1 for a row of zeros.
func length(x []float64) float64 {
	if n := math.Sqrt(kernel.Dot(x, x)); n != 0 {
		return n
	}
	return 1
}

func hamming(x, y []float64) float64 {
	differ := 0
	for i, v := range x {
		if v != y[i] {
			differ++
		}
	}
	return float64(differ) / float64(len(x))
}

func canberra(x, y []float64) (sum float64) {
	for i, v := range x {
		if both := math.Abs(v) + math.Abs(y[i]); both > 0 {
			sum += math.Abs(v-y[i]) / both
		}
	}
	return sum
}

// correlation is that of scipy.spatial.distance: the cosine distance of what
// deviates from the mean of each row; NaN for a constant row. What rounding or
// vanishing squares bring beyond 1 is 1 (src/distance_impl.h, cdist_cosine).
func correlation(x, y []float64) float64 {
	n := float64(len(x))
	xMean, yMean := kernel.Sum(x)/n, kernel.Sum(y)/n
	var xx, yy, xy float64
	for i, v := range x {
		a, b := v-xMean, y[i]-yMean
		xx, yy, xy = xx+float64(a*a), yy+float64(b*b), xy+float64(a*b)
	}
	similar := xy / float64(math.Sqrt(xx)*math.Sqrt(yy))
	if math.Abs(similar) > 1 {
		similar = math.Copysign(1, similar)
	}
	return 1 - similar
}

// haversine is the angle between two places, whose latitude and longitude are in
// radians.
func haversine(x, y []float64) float64 {
	a, b := math.Sin(0.5*(x[0]-y[0])), math.Sin(0.5*(x[1]-y[1]))
	return 2 * math.Asin(math.Sqrt(float64(a*a)+float64(math.Cos(x[0])*math.Cos(y[0])*b*b)))
}

func brayCurtis(x, y []float64) float64 {
	var num, den float64
	for i, v := range x {
		num += math.Abs(v - y[i])
		den += math.Abs(v) + math.Abs(y[i])
	}
	return orZero(num, den)
}

func truthRate(x, y []float64, rate func(both, either, n float64) float64) float64 {
	var both, either float64
	for i, v := range x {
		switch a, b := v != 0, y[i] != 0; {
		case a && b:
			both++
			either++
		case a || b:
			either++
		}
	}
	return rate(both, either, float64(len(x)))
}
