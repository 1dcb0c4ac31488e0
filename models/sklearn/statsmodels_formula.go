package sklearn

import (
	"github.com/copal-ml/copal/models/pyobj"
)

// throughFormula offers predict of a model that was fitted by a formula.
func (f *fitted) throughFormula(n *node, model pyobj.Ref) error {
	return model.Unsupported("a model fitted by a formula", "Fit it on a design matrix: statsmodels.api instead of statsmodels.formula.api.")
}
