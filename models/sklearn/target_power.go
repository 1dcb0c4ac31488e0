package sklearn

import (
	"math"
	"sort"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// powered is PowerTransformer.inverse_transform (sklearn/preprocessing/_data.py):
// the inverse of the scaler, then that of the power.
func (c *compiler) powered(r pyobj.Ref, k int) (inverse, error) {
	lambdas, err := exactly(r, "lambdas_", k)
	if err != nil {
		return nil, err
	}
	method, err := word(r, "method", "yeo-johnson")
	if err != nil {
		return nil, err
	}
	back := inverseYeoJohnson
	if method == "box-cox" {
		back = inverseBoxCox
	}
	before := each(nil)
	if on, err := flag(r, "standardize", true); err != nil {
		return nil, err
	} else if on {
		scaler, err := r.Need("_scaler")
		if err != nil {
			return nil, err
		}
		if before, err = scaled(scaler, k, "scale_", "mean_"); err != nil {
			return nil, err
		}
	}
	return func(y []float64) {
		before(y)
		for i, v := range y {
			y[i] = back(v, lambdas[i%k])
		}
	}, nil
}

func inverseBoxCox(x, lambda float64) float64 {
	if lambda == 0 {
		return kernel.Exp(x)
	}
	return kernel.Pow(float64(x*lambda)+1, 1/lambda)
}

// inverseYeoJohnson is _yeo_johnson_inverse_transform.
func inverseYeoJohnson(x, lambda float64) float64 {
	const eps = 0x1p-52 // numpy.spacing(1.0)
	switch {
	case math.IsNaN(x):
		return x
	case x >= 0 && math.Abs(lambda) < eps:
		return math.Expm1(x)
	case x >= 0:
		return kernel.Pow(float64(x*lambda)+1, 1/lambda) - 1
	case math.Abs(lambda-2) > eps:
		return 1 - kernel.Pow(float64(-(2-lambda)*x)+1, 1/(2-lambda))
	}
	return -math.Expm1(-x)
}

// quantiled is QuantileTransformer.inverse_transform.
func quantiled(r pyobj.Ref, k int) (inverse, error) {
	attr, err := r.Need("quantiles_")
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	references, err := perFeature(r, "references_")
	if err != nil {
		return nil, err
	}
	n := len(references)
	if a.Dims() != 2 || a.Shape[0] != n || a.Shape[1] != k || n == 0 {
		return nil, attr.Format("quantiles of shape %v for %d references and %d targets", a.Shape, n, k)
	}
	flat, err := a.Float64s()
	if err != nil {
		return nil, attr.Format("%w", err)
	}
	quantiles := make([][]float64, k)
	for i, v := range flat {
		quantiles[i%k] = append(quantiles[i%k], v)
	}
	distribution, err := word(r, "output_distribution", "uniform")
	if err != nil {
		return nil, err
	}
	return func(y []float64) {
		for i, v := range y {
			y[i] = inverseQuantile(v, references, quantiles[i%k], distribution == "normal")
		}
	}, nil
}

// inverseQuantile is _transform_col with inverse=True.
func inverseQuantile(x float64, references, quantiles []float64, normal bool) float64 {
	slack := 0.0
	if normal {
		x, slack = 0.5*math.Erfc(-x/math.Sqrt2), 1e-7 // BOUNDS_THRESHOLD
	}
	last := len(quantiles) - 1
	switch {
	case x-slack < 0 || !normal && x == 0:
		return quantiles[0]
	case x+slack > 1 || !normal && x == 1:
		return quantiles[last]
	}
	return interpolate(x, references, quantiles)
}

// interpolate is numpy.interp for one value.
func interpolate(x float64, xp, fp []float64) float64 {
	last := len(xp) - 1
	switch {
	case math.IsNaN(x):
		return x
	case x >= xp[last]:
		return fp[last]
	case x < xp[0]:
		return fp[0]
	}
	j := sort.Search(len(xp), func(i int) bool { return xp[i] > x }) - 1
	slope := (fp[j+1] - fp[j]) / (xp[j+1] - xp[j])
	return float64(slope*(x-xp[j])) + fp[j]
}
