package catboost

import (
	"math"
	"slices"

	"github.com/copal-ml/copal/models/kernel"
)

// Binary reports whether the one output is the margin of the second of two classes.
func (m *Model) Binary() bool {
	switch m.Loss {
	case "Logloss", "CrossEntropy", "Focal":
		return m.Outputs == 1
	}
	return m.Outputs == 1 && len(m.Classes) == 2
}

// Multilabel reports whether each output is a class of its own, which a row can
// have or not.
func (m *Model) Multilabel() bool { return m.Loss == "MultiLogloss" || m.Loss == "MultiCrossEntropy" }

// Scores writes numbers, for two classes or each output, whose largest is that of
// the class of a row, the first of equal ones.
func (m *Model) Scores(out, x []float64) {
	if !m.Binary() {
		m.Margin(out, x)
		return
	}
	margins := out[:len(out)/2]
	m.Margin(margins, x)
	for i := len(margins) - 1; i >= 0; i-- {
		out[2*i+1] = margins[i]
	}
	for i := 0; i < len(out); i += 2 {
		out[i] = m.border
	}
}

// Probabilities writes predict(prediction_type="Probability"): two a row for one
// output, else one for each (PrepareEval in catboost/libs/eval_result/eval_helpers.cpp).
func (m *Model) Probabilities(out, x []float64) {
	switch {
	case m.Outputs == 1:
		margins := out[:len(out)/2]
		m.Margin(margins, x)
		for i := len(margins) - 1; i >= 0; i-- {
			p := sigmoid(margins[i])
			out[2*i], out[2*i+1] = 1-p, p
		}
	case m.Loss == "MultiClassOneVsAll" || m.Multilabel():
		m.Margin(out, x)
		for i, v := range out {
			out[i] = sigmoid(v)
		}
	default:
		m.Margin(out, x)
		for i := 0; i < len(out); i += m.Outputs {
			kernel.SoftmaxInOrder(out[i:][:m.Outputs])
		}
	}
}

// LogProbabilities writes predict(prediction_type="LogProbability"), in the shape
// of Probabilities.
func (m *Model) LogProbabilities(out, x []float64) {
	switch {
	case m.Outputs == 1:
		margins := out[:len(out)/2]
		m.Margin(margins, x)
		for i := len(margins) - 1; i >= 0; i-- {
			v := margins[i]
			out[2*i], out[2*i+1] = logSigmoid(-v), logSigmoid(v)
		}
	case m.Loss == "MultiClassOneVsAll" || m.Multilabel():
		m.Margin(out, x)
		for i, v := range out {
			out[i] = logSigmoid(v)
		}
	default:
		m.Margin(out, x)
		for i := 0; i < len(out); i += m.Outputs {
			logSoftmax(out[i:][:m.Outputs])
		}
	}
}

// Regression writes what CatBoostRegressor.predict answers: the exponent of the
// margin for counts, mean and variance for RMSEWithUncertainty, else the margin
// (_get_default_prediction_type in catboost/core.py).
func (m *Model) Regression(out, x []float64) {
	m.Margin(out, x)
	switch m.Loss {
	case "Poisson", "Tweedie":
		for i, v := range out {
			out[i] = kernel.Exp(v)
		}
	case "RMSEWithUncertainty":
		for i := 1; i < len(out); i += 2 {
			out[i] = kernel.Exp(2 * out[i])
		}
	}
}

func sigmoid(v float64) float64 { return 1 / (1 + kernel.Exp(-v)) }

func logSigmoid(v float64) float64 { return -math.Log(1 + kernel.Exp(-v)) }

func logSoftmax(margins []float64) {
	largest, sum := slices.Max(margins), 0.0
	for _, v := range margins {
		sum += kernel.Exp(v - largest)
	}
	sum = math.Log(sum)
	for i, v := range margins {
		margins[i] = v - largest - sum
	}
}

// Labels writes which classes a row has, 1 or 0 for each output: those whose margin
// is above 0.
func (m *Model) Labels(out, x []float64) {
	m.Margin(out, x)
	for i, v := range out {
		out[i] = 0
		if v > 0 {
			out[i] = 1
		}
	}
}
