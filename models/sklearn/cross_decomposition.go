package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var crossDecompositionClasses = []class{
	{"CCA", "sklearn", partialLeastSquares},
	{"PLSCanonical", "sklearn", partialLeastSquares},
	{"PLSRegression", "sklearn", partialLeastSquares},
	{"PLSSVD", "sklearn", plsSVD},
}

// partialLeastSquares compiles the children of _PLS
// (sklearn/cross_decomposition/_pls.py).
func partialLeastSquares(c *compiler, r pyobj.Ref) (*node, error) {
	n, scores, err := plsScores(r, "x_rotations_")
	if err != nil {
		return nil, err
	}
	predict, err := plsPredict(c, r, scores)
	if err != nil {
		return nil, err
	}
	flat, err := flag(r, "_predict_1d", false) // since 1.3
	if err != nil {
		return nil, err
	}
	width := predict.width()
	if flat && width != 1 {
		return nil, r.Format("_predict_1d with %d targets", width)
	}
	if flat {
		width = 0
	}
	n.offer(one(models.Predict, numbers(width), nil, predict.run))
	return n, nil
}

// plsSVD compiles PLSSVD, which only transforms.
func plsSVD(c *compiler, r pyobj.Ref) (*node, error) {
	n, _, err := plsScores(r, "x_weights_")
	return n, err
}

// plsScores reads transform: ((X - mean) / std) @ weights. The mean and the
// deviation became private in 0.24.
func plsScores(r pyobj.Ref, weights string) (*node, *affine, error) {
	t, err := matrixOf(r, weights, 0)
	if err != nil {
		return nil, nil, err
	}
	n := new(node)
	if err := n.input(r, t.rows); err != nil {
		return nil, nil, err
	}
	p := &affine{weights: t.columns(t.cols), features: t.rows, names: n.names}
	if p.mean, err = perFeatureOf(r, present(r, "_x_mean", "x_mean_"), t.rows); err != nil {
		return nil, nil, err
	}
	if p.scale, err = perFeatureOf(r, present(r, "_x_std", "x_std_"), t.rows); err != nil {
		return nil, nil, err
	}
	n.transform = p.transformer()
	n.outline.Summary = fmt.Sprintf("%s · %d components", features(t.rows), t.cols)
	return n, p, nil
}

// plsPredict reads predict. Its formula has had four forms:
//
//	up to 1.0     (X - mean) / std @ coef_ + y_mean
//	1.1 and 1.2   (X - mean) / std @ _coef_.T + intercept_
//	1.3 and 1.4   (X - mean) / std @ coef_.T + intercept_
//	since 1.5     (X - mean) @ coef_.T + intercept_
func plsPredict(c *compiler, r pyobj.Ref, scores *affine) (*affine, error) {
	p := &affine{mean: scores.mean, scale: scores.scale, features: scores.features, names: scores.names}
	v, bias := c.written(r), "intercept_"
	if v.before(1, 1) {
		t, err := matrixOf(r, "coef_", p.features)
		if err != nil {
			return nil, err
		}
		p.weights, bias = t.columns(t.cols), present(r, "_y_mean", "y_mean_")
	} else {
		t, err := matrixOf(r, present(r, "_coef_", "coef_"), 0)
		if err != nil {
			return nil, err
		}
		if t.cols != p.features {
			return nil, r.Format("coef_ has %d columns for %d features", t.cols, p.features)
		}
		p.weights = t.data
	}
	if !v.before(1, 5) {
		p.scale = nil
	}
	var err error
	if p.bias, err = r.Floats(bias); err != nil {
		return nil, err
	}
	if len(p.bias) != p.width() {
		return nil, r.Format("%s has %d values for %d targets", bias, len(p.bias), p.width())
	}
	p.product = newProduct(p.weights, p.bias, p.features)
	return p, nil
}
