package sklearn

import (
	"math"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/lightgbm"
	"github.com/copal-ml/copal/models/pyobj"
)

// The wrappers of LightGBM for scikit-learn (python-package/lightgbm/sklearn.py),
// and a Booster that was pickled alone (basic.py).
var lightgbmClasses = []class{
	{"Booster", "lightgbm", lgbmBooster},
	{"LGBMClassifier", "lightgbm", lgbmClassifier},
	{"LGBMRanker", "lightgbm", lgbmRegressor},
	{"LGBMRegressor", "lightgbm", lgbmRegressor},
}

func lgbmBooster(_ *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := readLightGBM(r)
	if err != nil {
		return nil, err
	}
	n.offerLightGBM(m)
	return n, nil
}

func lgbmRegressor(_ *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := lgbmEstimator(r)
	if err != nil {
		return nil, err
	}
	n.offerLightGBM(m)
	return n, nil
}

// lgbmEstimator compiles what all wrappers share.
func lgbmEstimator(r pyobj.Ref) (*lightgbm.Model, *node, error) {
	attr, ok := r.Attr("_Booster")
	if !ok || attr.IsNone() {
		return nil, nil, r.Unsupported("an estimator that is not fitted", "Call fit before saving the model.")
	}
	return readLightGBM(attr)
}

// readLightGBM reads a Booster: its state has the model as text, which was called
// handle before 4.0 and _handle since. The text has all rounds, and predict uses
// those up to the best.
func readLightGBM(r pyobj.Ref) (*lightgbm.Model, *node, error) {
	handle, ok := r.Attr("_handle")
	if !ok {
		var err error
		if handle, err = r.Need("handle"); err != nil {
			return nil, nil, err
		}
	}
	if handle.IsNone() {
		return nil, nil, r.Unsupported("a Booster without a model", "Train it before saving.")
	}
	text, err := handle.Str()
	if err != nil {
		return nil, nil, err
	}
	opt := lightgbm.Options{}
	if opt.Rounds, err = bestRound(r); err != nil {
		return nil, nil, err
	}
	m, err := lightgbm.Read(strings.NewReader(text), opt)
	if err != nil {
		return nil, nil, boosterPlace(handle, err)
	}
	if err := addCategories(r, m); err != nil {
		return nil, nil, err
	}
	n := &node{features: m.Features, names: m.Names, library: lightgbm.Library, version: m.Version}
	n.outline.Summary = m.Summary()
	return m, n, n.lgbmCodes(handle, m)
}

// bestRound is best_iteration, which is 0 or -1 where training was not stopped.
func bestRound(r pyobj.Ref) (int, error) {
	attr, ok := r.Attr("best_iteration")
	if !ok || attr.IsNone() {
		return 0, nil
	}
	best, err := attr.Int()
	if err != nil || best > math.MaxInt32 {
		return 0, attr.Format("want a number of rounds, got %s", pyobj.Describe(attr.Value()))
	}
	return max(int(best), 0), nil
}

// addCategories reads pandas_categorical, which is in the text as well since 2.2.
func addCategories(r pyobj.Ref, m *lightgbm.Model) error {
	attr, ok := r.Attr("pandas_categorical")
	if !ok || attr.IsNone() || m.Categories != nil {
		return nil
	}
	lists, err := attr.Items()
	if err != nil {
		return err
	}
	for _, list := range lists {
		items, err := list.Items()
		if err != nil {
			return err
		}
		var categories lightgbm.Categories
		for _, item := range items {
			categories = append(categories, item.Value())
		}
		m.Categories = append(m.Categories, categories)
	}
	return nil
}

// lgbmCodes sets the types of the columns, where some are categories of pandas.
func (n *node) lgbmCodes(r pyobj.Ref, m *lightgbm.Model) error {
	codes, err := m.Codes()
	if err != nil {
		return boosterPlace(r, err)
	}
	n.setCodes(codes)
	return nil
}

// offerLightGBM offers what a booster answers that n does not already.
func (n *node) offerLightGBM(m *lightgbm.Model) {
	for _, answer := range m.Methods() {
		if n.method(answer.Name) == nil {
			n.offer(boosterMethod(answer, n.lgbmRows))
		}
	}
}

// lgbmRows is boosterRows for LightGBM: what a sparse matrix does not hold is zero
// (src/c_api.cpp, LGBM_BoosterPredictForCSR), as in scikit-learn.
func (n *node) lgbmRows(ws *workspace, x block, run func(first int, rows block)) error {
	return n.boosterRows(ws, x, 0, run)
}

// lgbmClassifier compiles LGBMClassifier: predict gives labels. With an objective
// of the user's own there are no probabilities, and predict gives margins.
func lgbmClassifier(_ *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := lgbmEstimator(r)
	if err != nil {
		return nil, err
	}
	if m.Objective == "" || m.Objective == "custom" {
		n.offerLightGBM(m)
		return n, nil
	}
	classes, err := lgbmLabels(r)
	if err != nil {
		return nil, err
	}
	k := m.Outputs
	if want := max(k, 2); classes.len() != want {
		return nil, r.Format("%d classes, and the booster has %d outputs", classes.len(), k)
	}
	n.offer(classify(classes, n.lgbmProbabilities(m)))
	n.offer(one(models.PredictProba, numbers(max(k, 2)), nil, n.lgbmProbabilities(m)))
	n.offerLightGBM(m)
	return n, nil
}

// lgbmLabels are the classes, of the estimator or of its label encoder.
func lgbmLabels(r pyobj.Ref) (*labels, error) {
	if attr, ok := r.Attr("_classes"); ok && !attr.IsNone() {
		return readLabels(attr)
	}
	encoder, err := r.Need("_le")
	if err != nil {
		return nil, err
	}
	attr, err := encoder.Need("classes_")
	if err != nil {
		return nil, err
	}
	return readLabels(attr)
}

// lgbmProbabilities is predict_proba; for one output it is 1-p and p.
func (n *node) lgbmProbabilities(m *lightgbm.Model) treeScores {
	k := m.Outputs
	return func(ws *workspace, x block, out []float64) error {
		return n.lgbmRows(ws, x, func(first int, rows block) {
			if k > 1 {
				m.Predict(out[first*k:(first+rows.rows)*k], rows.data)
				return
			}
			p := ws.floats(rows.rows)
			m.Predict(p, rows.data)
			for i, v := range p {
				out[2*(first+i)], out[2*(first+i)+1] = 1-v, v
			}
		})
	}
}
