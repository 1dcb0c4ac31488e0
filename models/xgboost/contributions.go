package xgboost

import (
	"math"

	"github.com/copal-ml/copal/models/booster"
)

// explain adds the method of contributions, if there are any. XGBoost has none of
// vector leaves before 3.4, and forgot the weights of dart before 1.0.
func (m *Model) explain(list []booster.Method) []booster.Method {
	b := m.Booster
	if f := m.Forest; f != nil {
		forgets := b.Kind == "dart" && b.Before(1, 0) || f.Width > 1 && b.Before(3, 4)
		if f.Trees() == 0 || forgets || f.Explainable() != nil {
			return list
		}
	}
	return append(list, booster.Contributions(b.Features, b.Outputs, b.Names, m.Contributions))
}

// Contributions writes what each feature adds to the margin, and behind these
// what the model gives on average: Outputs × (Features + 1) values a row, as
// Booster.predict with pred_contribs. They are computed in float64, where XGBoost
// uses float32: those of each row add up to its margin. 3.4 loses that where the
// hessians of a node's children differ by many powers of ten, as with a learning
// rate above 1 and no min_child_weight: it can be off by thousands, while 1.7 agrees
// with the definition of Shapley values to 1e-6.
func (m *Model) Contributions(out, x []float64) {
	s := m.scratch.Get().(*buffer)
	defer m.scratch.Put(s)
	x = m.rows(s, x)
	n, k := m.Booster.Features+1, m.Booster.Outputs
	if m.Forest == nil {
		m.linearContributions(out, x)
		return
	}
	if m.Forest.Contributions(out, x) != nil { // Explainable has been asked
		clear(out)
	}
	for i := n - 1; i < len(out); i += n {
		out[i] += float64(m.base[i/n%k])
	}
}

// linearContributions is GBLinear::PredictContribution (src/gbm/gblinear.cc).
func (m *Model) linearContributions(out, x []float64) {
	n, k, w := m.Booster.Features, m.Booster.Outputs, m.Booster.linear
	for i := 0; i < len(x); i += n {
		for g := range k {
			row := out[(i/n*k+g)*(n+1):][:n+1]
			for j, v := range x[i : i+n] {
				row[j] = 0
				if !math.IsNaN(v) {
					row[j] = float64(float32(float32(v) * w[j*k+g]))
				}
			}
			row[n] = float64(w[n*k+g] + m.base[0])
		}
	}
}
