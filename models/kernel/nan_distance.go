package kernel

import "math"

// NaNEuclidean is the distance of x and y over the features that both have, scaled
// up to all; NaN if there are none (sklearn/metrics/pairwise.py,
// nan_euclidean_distances). A missing value is 0 in x or y and true in its mask.
// The reference is
//
//	sqrt(sum((x-y)²) over both present × n / count of both present)
//
// computed as scikit-learn does, with x² and y² apart, so that it rounds alike.
func NaNEuclidean(x, y []float64, missingX, missingY []bool) float64 {
	var xx, yy, xy, lostX, lostY float64
	present := 0
	for j, a := range x {
		b := y[j]
		xx += float64(a * a)
		yy += float64(b * b)
		xy += float64(a * b)
		if missingY[j] {
			lostX += float64(a * a)
		}
		if missingX[j] {
			lostY += float64(b * b)
		}
		if !missingX[j] && !missingY[j] {
			present++
		}
	}
	if present == 0 {
		return math.NaN()
	}
	d := max(-2*xy+xx+yy, 0)
	d = max(d-lostX-lostY, 0)
	return math.Sqrt(d / float64(present) * float64(len(x)))
}
