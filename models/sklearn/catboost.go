package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
	"github.com/copal-ml/copal/models/catboost"
	"github.com/copal-ml/copal/models/pyobj"
)

// The estimators of CatBoost (catboost/python-package/catboost/core.py). The state
// of each has the model as a .cbm file.
var catboostClasses = []class{
	{"CatBoost", "catboost", catBare},
	{"CatBoostClassifier", "catboost", catClassifier},
	{"CatBoostRanker", "catboost", catBare},
	{"CatBoostRegressor", "catboost", catRegressor},
}

func catBare(_ *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := readCatBoost(r)
	if err != nil {
		return nil, err
	}
	n.offerCatBoost(m)
	return n, nil
}

// catRegressor compiles CatBoostRegressor, whose predict is the exponent of the
// margin for counts, as releases since 0.24 answer whichever wrote the model.
func catRegressor(_ *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := readCatBoost(r)
	if err != nil {
		return nil, err
	}
	n.offer(n.catMethod(booster.One(models.Predict, models.Float64, booster.Width(m.Outputs), m.Regression)))
	n.offerCatBoost(m)
	return n, nil
}

// catClassifier compiles CatBoostClassifier: predict gives labels, and for losses of
// several labels a row, which of them it has.
func catClassifier(_ *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := readCatBoost(r)
	if err != nil {
		return nil, err
	}
	if m.Multilabel() {
		n.offer(n.catMethod(booster.One(models.Predict, models.Int64, booster.Width(m.Outputs), m.Labels)))
		n.offerCatBoost(m)
		return n, nil
	}
	classes := catLabels(m)
	k := m.Outputs
	if want := max(k, 2); classes.len() != want {
		return nil, r.Format("%d classes, and the model has %d outputs", classes.len(), k)
	}
	scores := func(ws *workspace, x block, out []float64) error {
		k := classes.len()
		return n.catRows(ws, x, func(first int, rows block) { m.Scores(out[first*k:(first+rows.rows)*k], rows.data) })
	}
	n.offer(classify(classes, scores))
	n.offerCatBoost(m)
	return n, nil
}

// catLabels are the classes. If the file has none they are 0, 1, …: as floats in
// releases before 0.20, since which only probabilities as targets come without.
func catLabels(m *catboost.Model) *labels {
	l := &labels{dtype: models.Int64}
	for i := range m.Classes {
		switch v := m.Classes[i].(type) {
		case int64:
			l.i64 = append(l.i64, v)
		case float64:
			l.dtype, l.f64 = models.Float64, append(l.f64, v)
		case bool:
			l.dtype, l.bools = models.Bool, append(l.bools, v)
		case string:
			l.dtype, l.str = models.String, append(l.str, v)
		}
	}
	if len(m.Classes) == 0 {
		for i := range max(m.Outputs, 2) {
			if m.Loss == "CrossEntropy" {
				l.i64 = append(l.i64, int64(i))
			} else {
				l.dtype, l.f64 = models.Float64, append(l.f64, float64(i))
			}
		}
	}
	return l
}

// readCatBoost reads the model that the state of r holds.
func readCatBoost(r pyobj.Ref) (*catboost.Model, *node, error) {
	attr, ok := r.Attr("__model")
	if !ok || attr.IsNone() {
		return nil, nil, r.Unsupported("an estimator that is not fitted", "Call fit before saving the model.")
	}
	data, ok := attr.Value().(pyobj.Bytes)
	if !ok {
		return nil, nil, attr.Format("want bytes, got %s", pyobj.Describe(attr.Value()))
	}
	m, err := catboost.Read([]byte(data))
	if err != nil {
		return nil, nil, boosterPlace(attr, err)
	}
	n := &node{features: m.Features, names: m.Names, library: catboost.Library, version: m.Version, codes: m.Codes()}
	n.outline.Summary = m.Summary()
	if n.codes != nil {
		n.types = make([]models.DType, m.Features)
		for i, c := range n.codes {
			if c != nil {
				n.types[i] = c.DType()
			}
		}
	}
	return m, n, nil
}

// offerCatBoost offers what a model answers that n does not already.
func (n *node) offerCatBoost(m *catboost.Model) {
	for _, answer := range m.Methods() {
		if n.method(answer.Name) == nil {
			n.offer(n.catMethod(answer))
		}
	}
}

func (n *node) catMethod(m booster.Method) *method { return boosterMethod(m, n.catRows) }

// hashed reports whether feature i is one of categories that are hashed.
func (n *node) hashed(i int) bool { return i < len(n.codes) && n.codes[i].Hashed() }

// catRows calls run with x as dense matrices, categories as their hashes. What a
// sparse matrix does not hold is zero.
func (n *node) catRows(ws *workspace, x block, run func(first int, rows block)) error {
	if n.codes == nil {
		return n.lgbmRows(ws, x, run)
	}
	rows, err := ws.coded(x, n.codes, n.names)
	if err != nil {
		return err
	}
	for j := range n.codes {
		if !n.hashed(j) {
			continue
		}
		for i := range rows.rows {
			if math.IsNaN(rows.data[i*rows.width+j]) {
				return ws.failed(i, j, n.names, booster.MissingCategory)
			}
		}
	}
	run(0, rows)
	return nil
}
