package xgboost

import (
	"fmt"
	"math"
	"slices"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
)

// A link is what an objective makes of margins, and of base_score.
type link struct {
	margin func(base []float32) // ObjFunction::ProbToMargin; nil changes nothing
	apply  func(row []float64)  // ObjFunction::PredTransform of margins; nil changes nothing
	rows   bool                 // apply is for one row at a time
	class  bool                 // the answer is the place of the largest margin
}

// linkOf is the link of the objective. Ranges of releases are of XGBoost that
// wrote the file, as its answers are the ones that are to be equal.
func (b *Booster) linkOf() (link, error) {
	switch b.Objective {
	case "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:pseudohubererror", "reg:absoluteerror",
		"rank:pairwise", "rank:ndcg", "rank:map":
		return link{}, nil
	case "reg:logistic", "binary:logistic":
		return link{margin: b.logit, apply: b.sigmoid()}, nil
	case "binary:logitraw":
		if b.Before(1, 3) {
			return link{margin: b.logit}, nil
		}
		return link{}, nil
	case "binary:hinge":
		return link{apply: each(step)}, nil
	case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
		return link{margin: logarithm, apply: each(kernel.Exp32)}, nil
	case "multi:softprob":
		return link{apply: softmax, rows: true}, nil
	case "multi:softmax":
		return link{class: true}, nil
	case "reg:quantileerror":
		if b.Before(3, 4) {
			return link{}, nil
		}
		return link{apply: slices.Sort[[]float64], rows: true}, nil
	case "reg:expectileerror":
		return link{margin: gaps, apply: cumulate, rows: true}, nil
	}
	return link{}, &models.UnsupportedError{Feature: fmt.Sprintf("the objective %q", b.Objective), Version: b.Version, Offset: -1,
		Hint: "A model of an objective of your own is saved under the name of one of XGBoost; set it with Booster.set_param before saving."}
}

// each applies f to every value.
func each(f func(float32) float32) func([]float64) {
	return func(row []float64) {
		for i, v := range row {
			row[i] = float64(f(float32(v)))
		}
	}
}

func step(v float32) float32 {
	if v > 0 {
		return 1
	}
	return 0
}

// sigmoid is common::Sigmoid (src/common/math.h); since 1.6 exp does not overflow.
func (b *Booster) sigmoid() func([]float64) {
	if b.Before(1, 6) {
		return each(func(v float32) float32 { return 1 / (1 + kernel.Exp32(-v)) })
	}
	return each(func(v float32) float32 {
		const largest, epsilon = 88.7, 1e-16
		x := -v
		if x > largest {
			x = largest
		}
		return 1 / (kernel.Exp32(x) + 1 + epsilon)
	})
}

// logit is LogisticRegression::ProbToMargin (src/objective/regression_loss.h);
// since 3.2 probabilities are kept away from 0 and 1.
func (b *Booster) logit(base []float32) {
	for i, p := range base {
		if !b.Before(3, 2) {
			p = min(max(p, tiny), 1-tiny)
		}
		base[i] = -kernel.Log32(1/p - 1)
	}
}

// tiny is kRtEps (include/xgboost/base.h).
const tiny float32 = 1e-6

func logarithm(base []float32) {
	for i, v := range base {
		base[i] = kernel.Log32(v)
	}
}

// softmax is common::Softmax (src/common/math.h): terms of float32 with a sum of
// float64.
func softmax(row []float64) {
	most := float32(row[0])
	for _, v := range row[1:] {
		if w := float32(v); w > most || most != most {
			most = w
		}
	}
	sum := 0.0
	for i, v := range row {
		row[i] = float64(kernel.Exp32(float32(v) - most))
		sum += row[i]
	}
	for i, v := range row {
		row[i] = float64(float32(v) / float32(sum))
	}
}

// cumulate is ExpectileRegression::PredTransform: all margins but the first are
// what an expectile lies above the one before, before softplus.
func cumulate(row []float64) {
	at := float32(row[0])
	for i, v := range row[1:] {
		at += tiny + softplus(float32(v))
		row[i+1] = float64(at)
	}
}

// gaps is ExpectileRegression::ProbToMargin, the inverse of cumulate.
func gaps(base []float32) {
	for i := len(base) - 1; i > 0; i-- {
		gap := max(base[i]-base[i-1]-tiny, tiny)
		base[i] = gap + kernel.Log32(-kernel.Expm132(-gap))
	}
}

func softplus(v float32) float32 {
	if v > 0 {
		return v + float32(math.Log1p(float64(kernel.Exp32(-v))))
	}
	return float32(math.Log1p(float64(kernel.Exp32(v))))
}
