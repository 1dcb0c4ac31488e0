package lightgbm

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
)

// A link is what an objective makes of the margins of a row: ConvertOutput in
// src/objective. nil leaves them as they are.
type link func(margins []float64)

// aliases are the names that files of older releases give to an objective
// (include/LightGBM/config.h, ParseObjectiveAlias).
var aliases = map[string]string{
	"regression_l2": "regression", "mean_squared_error": "regression", "mse": "regression", "l2": "regression",
	"l2_root": "regression", "root_mean_squared_error": "regression", "rmse": "regression",
	"mean_absolute_error": "regression_l1", "l1": "regression_l1", "mae": "regression_l1",
	"softmax":        "multiclass",
	"multiclass_ova": "multiclassova", "ova": "multiclassova", "ovr": "multiclassova",
	"xentropy": "cross_entropy", "xentlambda": "cross_entropy_lambda",
	"mean_absolute_percentage_error": "mape",
	"xendcg":                         "rank_xendcg", "xe_ndcg": "rank_xendcg", "xe_ndcg_mart": "rank_xendcg", "xendcg_mart": "rank_xendcg",
	"none": "custom", "null": "custom", "na": "custom",
}

// linkOf is the link of an objective as the file writes it: "binary sigmoid:1". An
// objective of the user's own is not in the file.
func (m *Model) linkOf() (link, error) {
	words := strings.Fields(m.Objective)
	if len(words) == 0 {
		return nil, nil
	}
	name := words[0]
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	options := make(map[string]string)
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, ":")
		options[key] = value
	}
	switch name {
	case "regression":
		if _, ok := options["sqrt"]; ok {
			return squares, nil
		}
		return nil, nil
	case "regression_l1", "quantile", "huber", "fair", "mape", "lambdarank", "rank_xendcg", "custom":
		return nil, nil
	case "poisson", "gamma", "tweedie":
		return exponentials, nil
	case "cross_entropy":
		return sigmoid(1), nil
	case "cross_entropy_lambda":
		return softplus, nil
	case "multiclass":
		return kernel.SoftmaxInOrder, nil
	case "binary", "multiclassova":
		scale, err := strconv.ParseFloat(options["sigmoid"], 64)
		if err != nil || !(scale > 0) {
			return nil, m.broken("the objective is %q", m.Objective)
		}
		return sigmoid(scale), nil
	}
	return nil, &models.UnsupportedError{Feature: fmt.Sprintf("the objective %q", name), Offset: -1,
		Hint: "Ask the model for margins: train it with one of the objectives of LightGBM 2 to 4, or with your own."}
}

func squares(margins []float64) {
	for i, v := range margins {
		margins[i] = math.Copysign(1, v) * v * v
		if v == 0 {
			margins[i] = 0
		}
	}
}

func exponentials(margins []float64) {
	for i, v := range margins {
		margins[i] = kernel.Exp(v)
	}
}

func softplus(margins []float64) {
	for i, v := range margins {
		margins[i] = math.Log1p(kernel.Exp(v))
	}
}

func sigmoid(scale float64) link {
	return func(margins []float64) {
		for i, v := range margins {
			margins[i] = 1 / (1 + kernel.Exp(-scale*v))
		}
	}
}

func (m *Model) broken(format string, args ...any) error {
	return &models.FormatError{Format: m.Format, Offset: -1, Text: fmt.Sprintf(format, args...)}
}
