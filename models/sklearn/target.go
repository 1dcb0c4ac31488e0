package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// transformedTarget is TransformedTargetRegressor.predict (sklearn/compose/
// _target.py): what regressor_ predicts, through the inverse of transformer_.
func transformedTarget(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("regressor_")
	if err != nil {
		return nil, err
	}
	inner, err := c.estimator(attr)
	if err != nil {
		return nil, err
	}
	m := inner.method(models.Predict)
	if m == nil || len(m.outputs) != 1 || m.outputs[0].labels != nil {
		return nil, attr.Unsupported(inner.outline.Class+" in the place of a regressor", "Use a regressor.")
	}
	back, err := r.Need("transformer_")
	if err != nil {
		return nil, err
	}
	inv, err := c.inverse(back, stride(m.outputs[0].port))
	if err != nil {
		return nil, err
	}
	port, err := targetPort(r, m.outputs[0].port)
	if err != nil {
		return nil, err
	}
	n := wrapped(inner)
	n.transform, n.methods = nil, nil
	_, name, _ := back.Class()
	n.outline.Summary += " · target through " + name
	n.offer(one(models.Predict, port, nil, func(ws *workspace, x block, out []float64) error {
		if err := m.single(ws, x, out); err != nil {
			return err
		}
		inv(out)
		return nil
	}))
	return n, nil
}

// targetPort is the shape of the prediction: that of the target at fit.
func targetPort(r pyobj.Ref, port models.Port) (models.Port, error) {
	dims, err := r.Need("_training_dim")
	if err != nil {
		return port, err
	}
	d, err := dims.Int()
	if err != nil {
		return port, err
	}
	if d == 1 && port.Width == 1 {
		port.Width = 0
	}
	if d == 2 && port.Width == 0 {
		port.Width = 1
	}
	return port, nil
}

// An inverse undoes a transformer, in place, for rows of k values.
type inverse func(y []float64)

// inverse reads the inverse_transform of the transformers that have one here.
func (c *compiler) inverse(r pyobj.Ref, k int) (inverse, error) {
	module, name, _ := r.Class()
	if within(module, "sklearn") {
		switch name {
		case "FunctionTransformer":
			f, _, err := function(r, "inverse_func", "inv_kw_args")
			return each(f), err
		case "StandardScaler":
			return scaled(r, k, "scale_", "mean_")
		case "RobustScaler":
			return scaled(r, k, "scale_", "center_")
		case "MaxAbsScaler":
			return scaled(r, k, "scale_", "")
		case "MinMaxScaler":
			return ranged(r, k)
		case "PowerTransformer":
			return c.powered(r, k)
		case "QuantileTransformer":
			return quantiled(r, k)
		case "Pipeline":
			return c.inverseSteps(r, k)
		}
	}
	return nil, r.Unsupported("the inverse of "+module+"."+name,
		"Copal undoes FunctionTransformer, the scalers, PowerTransformer and QuantileTransformer, and pipelines of them.")
}

// inverseSteps undoes a pipeline from its end.
func (c *compiler) inverseSteps(r pyobj.Ref, k int) (inverse, error) {
	if c.depth++; c.depth > maxNesting {
		return nil, r.Format("estimators are nested more than %d deep", maxNesting)
	}
	defer func() { c.depth-- }()
	steps, err := r.Need("steps")
	if err != nil {
		return nil, err
	}
	items, err := steps.Items()
	if err != nil {
		return nil, err
	}
	var list []inverse
	for _, item := range items {
		est, err := item.Index(1)
		if err != nil {
			return nil, err
		}
		if word, err := est.Str(); est.IsNone() || err == nil && word == "passthrough" {
			continue
		}
		inv, err := c.inverse(est, k)
		if err != nil {
			return nil, err
		}
		list = append(list, inv)
	}
	return func(y []float64) {
		for i := len(list) - 1; i >= 0; i-- {
			list[i](y)
		}
	}, nil
}

// each applies f to every value; nil is the identity.
func each(f func(float64) float64) inverse {
	return func(y []float64) {
		if f == nil {
			return
		}
		for i, v := range y {
			y[i] = f(v)
		}
	}
}

// scaled is y *= scale, y += shift, for the attributes that are there and not
// None.
func scaled(r pyobj.Ref, k int, scaleName, shiftName string) (inverse, error) {
	scale, err := optionalOf(r, scaleName, k)
	if err != nil {
		return nil, err
	}
	shift, err := optionalOf(r, shiftName, k)
	if err != nil {
		return nil, err
	}
	if on, err := flag(r, "with_mean", true); err != nil || !on {
		shift = nil
	}
	return func(y []float64) {
		for i := range y {
			if scale != nil {
				y[i] = float64(y[i] * scale[i%k])
			}
			if shift != nil {
				y[i] += shift[i%k]
			}
		}
	}, nil
}

// optionalOf reads an attribute of k values; nil if it is absent or None.
func optionalOf(r pyobj.Ref, name string, k int) ([]float64, error) {
	attr, ok := r.Attr(name)
	if !ok || attr.IsNone() {
		return nil, nil
	}
	return exactly(r, name, k)
}

// exactly reads an attribute of k values.
func exactly(r pyobj.Ref, name string, k int) ([]float64, error) {
	values, err := perFeature(r, name)
	if err != nil {
		return nil, err
	}
	if len(values) != k {
		return nil, r.Format("%s has %d values for %d targets", name, len(values), k)
	}
	return values, nil
}

// ranged is MinMaxScaler's: y -= min_, y /= scale_.
func ranged(r pyobj.Ref, k int) (inverse, error) {
	low, err := exactly(r, "min_", k)
	if err != nil {
		return nil, err
	}
	scale, err := exactly(r, "scale_", k)
	if err != nil {
		return nil, err
	}
	return func(y []float64) {
		for i := range y {
			y[i] = (y[i] - low[i%k]) / scale[i%k]
		}
	}, nil
}
