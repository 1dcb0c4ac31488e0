package xgboost

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
)

// Methods are what a Booster answers, by the names of scikit-learn where it has
// one.
func (m *Model) Methods() []booster.Method {
	b := m.Booster
	k := booster.Width(b.Outputs)
	list := []booster.Method{
		booster.One(models.Predict, models.Float64, booster.Width(m.Width()), m.Predict),
		booster.One(models.Margin, models.Float64, k, m.Margin),
	}
	if m.Forest != nil && m.Forest.Trees() > 0 {
		list = append(list, booster.One(models.Apply, models.Int64, m.Forest.Trees(), m.Apply))
	}
	return m.explain(list)
}

// Summary tells of the model for an outline.
func (m *Model) Summary() string {
	b := m.Booster
	text := fmt.Sprintf("%d features · %s · %s", b.Features, b.Kind, b.Objective)
	if b.Outputs > 1 {
		text += fmt.Sprintf(" · %d outputs", b.Outputs)
	}
	if n := b.coded(); n > 0 {
		text += fmt.Sprintf(" · %d of categories", n)
	}
	if m.Forest == nil {
		return text
	}
	return text + " · " + m.Forest.Summary()
}
