package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/forest"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var histClasses = []class{
	{"HistGradientBoostingClassifier", "sklearn", histClassifier},
	{"HistGradientBoostingRegressor", "sklearn", histRegressor},
}

// A hist is sklearn/ensemble/_hist_gradient_boosting: the baseline and then the
// leaf of each predictor, iteration by iteration, on float64 input.
type hist struct {
	*forest.Forest
	names      []string
	baseline   []float64
	categories histCategories
	finite     bool // 0.21 took no NaN
}

// readHist reads _predictors, a list of iterations that are lists of one tree an
// output.
func readHist(c *compiler, r pyobj.Ref) (*hist, *node, error) {
	n := new(node)
	width, err := histFeatures(r)
	if err != nil {
		return nil, nil, err
	}
	if err := n.input(r, width); err != nil {
		return nil, nil, err
	}
	h := &hist{names: n.names, finite: c.version.olderThan(0, 22)}
	if err := h.categories.read(r, c.version, width); err != nil {
		return nil, nil, err
	}
	return h, n, h.readPredictors(r)
}

func (h *hist) readPredictors(r pyobj.Ref) error {
	attr, err := r.Need("_predictors")
	if err != nil {
		return err
	}
	iterations, err := attr.Items()
	if err != nil {
		return err
	}
	if len(iterations) == 0 {
		return attr.Format("boosting without predictors")
	}
	outputs := iterations[0].Len()
	if err := h.readBaseline(r, outputs); err != nil {
		return err
	}
	b := forest.NewBuilder(forest.Shape{Features: h.categories.width, Width: 1, Outputs: outputs})
	for _, iteration := range iterations {
		trees, err := iteration.Items()
		if err != nil {
			return err
		}
		if len(trees) != outputs {
			return iteration.Format("%d predictors in an iteration, and %d in the first", len(trees), outputs)
		}
		for k, t := range trees {
			if err := h.categories.addPredictor(b, t, k); err != nil {
				return err
			}
		}
	}
	h.Forest = b.Forest()
	return nil
}

// histFeatures is the width of the input, under the name of its version.
func histFeatures(r pyobj.Ref) (int, error) {
	for _, name := range []string{"n_features_in_", "_n_features", "n_features_"} {
		if attr, ok := r.Attr(name); ok {
			n, err := attr.Int()
			if err == nil && (n < 1 || n > maxFeatures) {
				err = attr.Format("%d features", n)
			}
			return int(n), err
		}
	}
	_, err := r.Need("_n_features")
	return 0, err
}

// readBaseline reads _baseline_prediction: a number, or an array of one for each
// output, as a row or as a column.
func (h *hist) readBaseline(r pyobj.Ref, outputs int) error {
	attr, err := r.Need("_baseline_prediction")
	if err != nil {
		return err
	}
	a, err := attr.Array()
	if err != nil {
		return err
	}
	if a.DType.Kind == 'f' && a.DType.Size != 8 {
		return attr.Unsupported("boosting in "+a.DType.String(), "Fit it on targets of float64.")
	}
	if h.baseline, err = a.Float64s(); err != nil {
		return attr.Format("%w", err)
	}
	if outputs < 1 || len(h.baseline) != outputs {
		return attr.Format("%d baselines for %d outputs", len(h.baseline), outputs)
	}
	return nil
}

// raw is _raw_predict.
func (h *hist) raw(ws *workspace, x block, out []float64) error {
	m, err := h.categories.encode(ws, x, h.names)
	if err != nil {
		return err
	}
	if h.finite {
		if err := ws.finite(m, h.names); err != nil {
			return err
		}
	}
	for i := 0; i < len(out); i += len(h.baseline) {
		copy(out[i:], h.baseline)
	}
	h.Sum(out, m.data)
	return nil
}

func (h *hist) summary() string {
	return h.Summary() + h.categories.summary()
}

// histLinks are the losses of the regressor, and whether predict is the
// exponential of the raw prediction.
var histLinks = map[string]bool{
	"squared_error": false, "least_squares": false, "absolute_error": false, "least_absolute_deviation": false,
	"quantile": false, "poisson": true, "gamma": true,
}

func histRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	h, n, err := readHist(c, r)
	if err != nil {
		return nil, err
	}
	if h.Outputs != 1 {
		return nil, r.Format("%d trees an iteration in a regressor", h.Outputs)
	}
	loss, err := word(r, "loss", "")
	if err != nil {
		return nil, err
	}
	logLink, ok := histLinks[loss]
	if !ok {
		return nil, r.Unsupported(fmt.Sprintf("loss=%q", loss), "scikit-learn knows squared_error, absolute_error, quantile, poisson and gamma.")
	}
	run := treeScores(h.raw)
	if logLink {
		run = func(ws *workspace, x block, out []float64) error {
			if err := h.raw(ws, x, out); err != nil {
				return err
			}
			for i, v := range out {
				out[i] = kernel.Exp(v)
			}
			return nil
		}
	}
	n.offer(one(models.Predict, numbers(0), nil, run))
	n.types = h.categories.types
	n.outline.Summary = fmt.Sprintf("%s · %s · %s", features(n.features), loss, h.summary())
	return n, nil
}

func histClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	h, n, err := readHist(c, r)
	if err != nil {
		return nil, err
	}
	classes, err := boostedClasses(r, h.Outputs)
	if err != nil {
		return nil, err
	}
	k := classes.len()
	loss, err := word(r, "loss", "")
	if err != nil {
		return nil, err
	}
	if !hasWord("auto log_loss binary_crossentropy categorical_crossentropy", loss) {
		return nil, r.Unsupported(fmt.Sprintf("loss=%q", loss), "scikit-learn knows log_loss.")
	}
	l := &boostingLoss{classes: k, old: c.version.olderThan(1, 4), strict: true}
	l.offer(n, classes, h.raw, false)
	n.types = h.categories.types
	n.outline.Summary = fmt.Sprintf("%s · %d classes · %s", features(n.features), k, h.summary())
	return n, nil
}
