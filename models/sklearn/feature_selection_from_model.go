package sklearn

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// selectFromModel compiles SelectFromModel
// (sklearn/feature_selection/_from_model.py), which computes its mask at every
// call from the importances of its estimator.
func selectFromModel(c *compiler, r pyobj.Ref) (*node, error) {
	inner, ok := r.Attr("estimator_")
	if !ok {
		var err error
		if inner, err = r.Need("estimator"); err != nil {
			return nil, err
		}
	}
	scores, err := importances(r, inner)
	if err != nil {
		return nil, err
	}
	threshold, err := c.importanceThreshold(r, inner, scores)
	if err != nil {
		return nil, err
	}
	mask, err := mostImportant(r, scores)
	if err != nil {
		return nil, err
	}
	for j, v := range scores {
		if v < threshold {
			mask[j] = false
		}
	}
	return selectorNode(r, mask, c.takesNaN(r, "estimator"))
}

// mostImportant keeps the max_features largest; of equal importances the first.
func mostImportant(r pyobj.Ref, scores []float64) ([]bool, error) {
	mask := slices.Repeat([]bool{true}, len(scores))
	limit, ok := r.Attr("max_features")
	if !ok || limit.IsNone() {
		return mask, nil
	}
	if resolved, ok := r.Attr("max_features_"); ok {
		limit = resolved
	}
	k, err := limit.Int()
	if err != nil {
		return nil, limit.Unsupported("max_features that is a function", "Give it as a number.")
	}
	if k < 0 {
		return nil, limit.Format("%d features", k)
	}
	negative := make([]float64, len(scores))
	for j, v := range scores {
		negative[j] = -v
	}
	for rank, j := range ascending(negative) {
		mask[j] = int64(rank) < k
	}
	return mask, nil
}

// importances is _get_feature_importances with transform_func='coefficientNorm': coef_ or
// feature_importances_ of the estimator, of which several rows are one coefficientNorm.
func importances(r, inner pyobj.Ref) ([]float64, error) {
	getter := "auto"
	if attr, ok := r.Attr("importance_getter"); ok {
		var err error
		if getter, err = attr.Str(); err != nil {
			return nil, attr.Unsupported("importance_getter that is a function", "Use 'auto', 'coef_' or 'feature_importances_'.")
		}
	}
	if getter != "auto" && getter != "coef_" && getter != "feature_importances_" {
		return nil, r.Unsupported("importance_getter='"+clip(getter)+"'", "Use 'auto', 'coef_' or 'feature_importances_'.")
	}
	if attr, ok := inner.Attr("coef_"); ok && getter != "feature_importances_" {
		order, err := normOrder(r)
		if err != nil {
			return nil, err
		}
		return coefNorms(attr, order)
	}
	if list, ok, err := treeImportances(inner); ok && getter != "coef_" {
		return list, err
	}
	_, class, _ := inner.Class()
	return nil, inner.Unsupported("feature selection by the importances of "+class+", which its file does not hold,",
		"Select with an estimator that has coef_, such as Lasso, or with a decision tree or a forest.")
}

func normOrder(r pyobj.Ref) (float64, error) {
	attr, ok := r.Attr("norm_order")
	if !ok {
		return 1, nil
	}
	return attr.Float()
}

// coefNorms is numpy.linalg.norm(coef, ord, axis=0), and abs of one row.
func coefNorms(attr pyobj.Ref, order float64) ([]float64, error) {
	l := new(linear)
	if err := l.readCoef(attr); err != nil {
		return nil, err
	}
	if l.flat {
		order = 1
	}
	out := make([]float64, l.features)
	column := make([]float64, len(l.coef)/l.features)
	for j := range out {
		for i := range column {
			column[i] = math.Abs(l.coef[i*l.features+j])
		}
		out[j] = coefficientNorm(column, order)
	}
	return out, nil
}

// coefficientNorm is numpy.linalg.norm of values that are not negative.
func coefficientNorm(values []float64, order float64) float64 {
	sum := 0.0
	switch {
	case math.IsInf(order, 1):
		return slices.Max(values)
	case math.IsInf(order, -1):
		return slices.Min(values)
	case order == 1:
		for _, v := range values {
			sum += v
		}
		return sum
	case order == 2:
		for _, v := range values {
			sum += float64(v * v)
		}
		return math.Sqrt(sum)
	}
	for _, v := range values {
		sum += math.Pow(v, order)
	}
	return math.Pow(sum, 1/order)
}

// importanceThreshold is _calculate_threshold: a number, "mean", "median", or a
// multiple of one of these; by default the mean, and 1e-5 after an L1 penalty.
func (c *compiler) importanceThreshold(r, inner pyobj.Ref, scores []float64) (float64, error) {
	attr, ok := r.Attr("threshold")
	if !ok || attr.IsNone() {
		if c.sparsified(r, inner) {
			return 1e-5, nil
		}
		return kernel.Mean(scores), nil
	}
	text, err := attr.Str()
	if err != nil {
		return attr.Float()
	}
	factor, reference, ok := strings.Cut(text, "*")
	if !ok {
		factor, reference = "1", text
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(factor), 64)
	if err != nil {
		return 0, attr.Format("threshold %q", clip(text))
	}
	switch strings.TrimSpace(reference) {
	case "mean":
		return f * kernel.Mean(scores), nil
	case "median":
		return f * kernel.Percentile(scores, 50), nil
	}
	return 0, attr.Format("threshold %q", clip(text))
}

// sparsified reports whether the estimator was fitted with an L1 penalty, by the
// rules of the version: Lasso and penalty='l1' always, l1_ratio=1 of an elastic
// net since 1.1.2, of logistic regression since 1.8.
func (c *compiler) sparsified(r, inner pyobj.Ref) bool {
	_, class, _ := inner.Class()
	if penalty, err := word(inner, "penalty", ""); err == nil && penalty == "l1" || strings.Contains(class, "Lasso") {
		return true
	}
	v := c.written(r)
	switch {
	case v.beforePatch(1, 1, 2):
		return false
	case v.before(1, 7):
		return strings.Contains(class, "ElasticNet") && (isOne(inner, "l1_ratio_") || isOne(inner, "l1_ratio"))
	case class == "ElasticNet", class == "LogisticRegression" && !v.before(1, 8):
		return isOne(inner, "l1_ratio")
	case class == "ElasticNetCV", class == "LogisticRegressionCV" && !v.before(1, 8):
		return isOne(inner, "l1_ratio_")
	}
	return false
}

// isOne is numpy.all(numpy.isclose(value, 1.0)).
func isOne(r pyobj.Ref, name string) bool {
	attr, ok := r.Attr(name)
	if !ok || attr.IsNone() {
		return false
	}
	list, err := r.Floats(name)
	if err != nil || len(list) == 0 {
		return false
	}
	for _, v := range list {
		if !(math.Abs(v-1) <= 1e-8+1e-5) {
			return false
		}
	}
	return true
}
