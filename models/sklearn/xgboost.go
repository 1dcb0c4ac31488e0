package sklearn

import (
	"bytes"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
	"github.com/copal-ml/copal/models/pyobj"
	"github.com/copal-ml/copal/models/xgboost"
)

// The wrappers of XGBoost for scikit-learn (python-package/xgboost/sklearn.py),
// and a Booster that was pickled alone.
var xgboostClasses = []class{
	{"Booster", "xgboost", xgbBooster},
	{"XGBClassifier", "xgboost", xgbClassifier},
	{"XGBRFClassifier", "xgboost", xgbClassifier},
	{"XGBRFRegressor", "xgboost", xgbRegressor},
	{"XGBRanker", "xgboost", xgbRegressor},
	{"XGBRegressor", "xgboost", xgbRegressor},
}

// xgbBooster compiles xgboost.core.Booster: what its predict answers, with all trees.
func xgbBooster(_ *compiler, r pyobj.Ref) (*node, error) {
	b, err := readBooster(r)
	if err != nil {
		return nil, err
	}
	m, n, err := xgbNode(r, b, xgboost.Options{})
	if err != nil {
		return nil, err
	}
	n.offerBooster(m)
	return n, nil
}

func xgbRegressor(_ *compiler, r pyobj.Ref) (*node, error) {
	m, n, err := xgbEstimator(r)
	if err != nil {
		return nil, err
	}
	n.offerBooster(m)
	return n, nil
}

// readBooster reads the model in a Booster: the state has it as bytes, which
// XGBoost calls handle.
func readBooster(r pyobj.Ref) (*xgboost.Booster, error) {
	handle, err := r.Need("handle")
	if err != nil {
		return nil, err
	}
	if handle.IsNone() {
		return nil, r.Unsupported("a Booster without a model", "Train it before saving.")
	}
	data, ok := handle.Value().(pyobj.Bytes)
	if !ok {
		return nil, handle.Format("want bytes, got %s", pyobj.Describe(handle.Value()))
	}
	b, err := xgboost.Read(bytes.NewReader(data))
	return b, boosterPlace(handle, err)
}

// xgbNode makes a node of a booster, which has no methods yet.
func xgbNode(r pyobj.Ref, b *xgboost.Booster, opt xgboost.Options) (*xgboost.Model, *node, error) {
	m, err := b.Compile(opt)
	if err != nil {
		return nil, nil, boosterPlace(r, err)
	}
	n := &node{features: b.Features, names: b.Names, library: xgboost.Library, version: b.Version, absent: models.AbsentMissing}
	n.outline.Summary = m.Summary()
	n.setCodes(b.Codes)
	return m, n, nil
}

// xgbEstimator compiles what all wrappers share: the booster with the parameter
// missing and the rounds up to the best one.
func xgbEstimator(r pyobj.Ref) (*xgboost.Model, *node, error) {
	attr, ok := r.Attr("_Booster")
	if !ok || attr.IsNone() {
		return nil, nil, r.Unsupported("an estimator that is not fitted", "Call fit before saving the model.")
	}
	b, err := readBooster(attr)
	if err != nil {
		return nil, nil, err
	}
	opt := xgboost.Options{InPlace: true}
	if opt.Missing, opt.HasMissing, err = xgbMissing(r); err != nil {
		return nil, nil, err
	}
	if opt.Rounds, err = xgbRounds(r, b); err != nil {
		return nil, nil, err
	}
	return xgbNode(r, b, opt)
}

// xgbMissing reads the parameter missing; before 1.0 None stood for NaN.
func xgbMissing(r pyobj.Ref) (value float64, ok bool, err error) {
	attr, ok := r.Attr("missing")
	if !ok || attr.IsNone() {
		return 0, false, nil
	}
	v, err := attr.Float()
	return v, !math.IsNaN(v), err
}

// xgbRounds is how many rounds predict uses, 0 for all. Since 1.4 it asks the
// booster for best_iteration, which early stopping sets; before, the estimator
// for best_ntree_limit, which counts the trees of a round each.
func xgbRounds(r pyobj.Ref, b *xgboost.Booster) (int, error) {
	if b.Kind == "gblinear" {
		return 0, nil
	}
	if !b.Before(1, 4) {
		best, ok := b.BestIteration()
		if !ok {
			return 0, nil
		}
		return best + 1, nil
	}
	attr, ok := r.Attr("best_ntree_limit")
	if !ok || attr.IsNone() {
		return 0, nil
	}
	n, err := attr.Int()
	if err != nil || n < 0 || n > math.MaxInt32 {
		return 0, attr.Format("want a number of trees, got %s", pyobj.Describe(attr.Value()))
	}
	return b.RoundsOf(int(n)), nil
}

// offerBooster offers what a booster answers that n does not already.
func (n *node) offerBooster(m *xgboost.Model) {
	for _, answer := range m.Methods() {
		if n.method(answer.Name) == nil {
			n.offer(boosterMethod(answer, n.xgbRows))
		}
	}
}

// A boosterRows calls run with x as dense matrices, from row first on.
type boosterRows = func(ws *workspace, x block, run func(first int, rows block)) error

// boosterMethod makes a method of that of a booster, which rows feeds with dense
// matrices.
func boosterMethod(b booster.Method, rows boosterRows) *method {
	m := &method{name: b.Name}
	for _, port := range b.Outputs {
		m.outputs = append(m.outputs, output{port: port})
	}
	m.run = func(ws *workspace, x block, out [][]float64) error {
		return rows(ws, x, func(first int, rows block) {
			parts := ws.slices(out...)
			for i, o := range m.outputs {
				k := stride(o.port)
				parts[i] = out[i][first*k : (first+rows.rows)*k]
			}
			b.Run(parts, rows.data)
		})
	}
	return m
}

// setCodes sets the types of the columns, where some are categories of pandas.
func (n *node) setCodes(codes []*booster.Codes) {
	if codes == nil {
		return
	}
	types := make([]models.DType, len(codes))
	for i, c := range codes {
		if c != nil {
			types[i] = c.DType()
		}
	}
	n.types, n.codes = typesOf(types), codes
}

// xgbRows is boosterRows for XGBoost: what a sparse matrix does not hold is missing,
// and not zero (doc/faq.rst).
func (n *node) xgbRows(ws *workspace, x block, run func(first int, rows block)) error {
	return n.boosterRows(ws, x, math.NaN(), run)
}

// boosterRows calls run with x as dense matrices, from row first on: all at once,
// but a few rows at a time where x is sparse. absent is what a sparse x does not
// hold.
func (n *node) boosterRows(ws *workspace, x block, absent float64, run func(first int, rows block)) error {
	switch {
	case n.codes != nil:
		rows, err := ws.coded(x, n.codes, n.names)
		if err != nil {
			return err
		}
		run(0, rows)
	case x.sparse == nil:
		run(0, ws.matrix(x))
	default:
		ws.denseWindows(x, absent, run)
	}
	return nil
}

// denseWindows calls run with a sparse x as dense matrices of a few rows, in which
// absent is what x does not hold.
func (ws *workspace) denseWindows(x block, absent float64, run func(first int, rows block)) {
	step := max(windowValues/max(x.width, 1), 1)
	data := ws.floats(min(step, x.rows) * x.width)
	for first := 0; first < x.rows; first += step {
		m := block{rows: min(step, x.rows-first), width: x.width}
		m.data = data[:m.rows*m.width]
		for i := range m.data {
			m.data[i] = absent
		}
		for i := range m.rows {
			row := m.data[i*m.width:]
			for k := x.sparse.indptr[first+i]; k < x.sparse.indptr[first+i+1]; k++ {
				row[x.sparse.indices[k]] = x.sparse.values[k]
			}
		}
		run(first, m)
	}
}

// xgbAsk writes what run answers to the rows of x, width values a row.
func (n *node) xgbAsk(ws *workspace, x block, width int, out []float64, run func(out, rows []float64)) error {
	return n.xgbRows(ws, x, func(first int, rows block) {
		run(out[first*width:(first+rows.rows)*width], rows.data)
	})
}
