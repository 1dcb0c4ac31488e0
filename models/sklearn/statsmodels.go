package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// statsmodelsClasses are the results of statsmodels, as results.save() pickles
// them. What they answer depends on the model inside.
var statsmodelsClasses = []class{
	{"BinaryResultsWrapper", "statsmodels", statsmodelsResults},
	{"GLMResultsWrapper", "statsmodels", statsmodelsResults},
	{"GeneralizedPoissonResultsWrapper", "statsmodels", statsmodelsResults},
	{"MultinomialResultsWrapper", "statsmodels", statsmodelsResults},
	{"NegativeBinomialPResultsWrapper", "statsmodels", statsmodelsResults},
	{"NegativeBinomialResultsWrapper", "statsmodels", statsmodelsResults},
	{"PoissonResultsWrapper", "statsmodels", statsmodelsResults},
	{"RLMResultsWrapper", "statsmodels", statsmodelsResults},
	{"RegressionResultsWrapper", "statsmodels", statsmodelsResults},
}

// regressions are the models whose predict(params, exog) is a function of
// exog @ params (base/model.py, discrete/discrete_model.py).
var regressions = []struct {
	name    string
	inverse func(eta []float64) // nil: the identity
	extra   bool                // the last parameter is of the variance
}{
	{"OLS", nil, false},
	{"WLS", nil, false},
	{"GLS", nil, false},
	{"GLSAR", nil, false},
	{"RLM", nil, false},
	{"QuantReg", nil, false},
	{"Logit", kernel.Expit, false},
	{"Probit", normalEach, false},
	{"Poisson", kernel.ExpEach, false},
	{"GeneralizedPoisson", kernel.ExpEach, true},
	{"NegativeBinomial", kernel.ExpEach, true},
	{"NegativeBinomialP", kernel.ExpEach, true},
}

const statsmodelsHint = "Copal runs OLS, WLS, GLS, RLM, QuantReg, GLM, Logit, Probit, MNLogit, Poisson and NegativeBinomial of statsmodels."

// A fitted is the linear part of a model of statsmodels, and what follows.
type fitted struct {
	weights  []float64 // a row of features values for each output
	outputs  int       // 0 for one bare answer; else MNLogit's classes but the first
	features int
	inverse  func(eta []float64)
}

// statsmodelsResults compiles results.predict(exog).
func statsmodelsResults(c *compiler, r pyobj.Ref) (*node, error) {
	results, err := r.Need("_results")
	if err != nil {
		return nil, err
	}
	model, err := results.Need("model")
	if err != nil {
		return nil, err
	}
	_, name, _ := model.Class()
	f, err := readFitted(results, model, name)
	if err != nil {
		return nil, err
	}
	n := &node{features: f.features}
	n.outline.Summary = fmt.Sprintf("%s · %s", name, features(f.features))
	if _, ok := model.Attr("formula"); ok {
		return n, f.throughFormula(n, model)
	}
	if n.names, err = exogNames(model, f.features); err != nil {
		return nil, err
	}
	n.offer(f.predict(f.run))
	return n, nil
}

func readFitted(results, model pyobj.Ref, name string) (*fitted, error) {
	params, err := results.Need("params")
	if err != nil {
		return nil, err
	}
	a, err := params.Array()
	if err != nil {
		return nil, err
	}
	values, err := a.Float64s()
	if err != nil {
		return nil, params.Format("%w", err)
	}
	if name == "MNLogit" {
		return multinomialFitted(params, values, a.Shape)
	}
	if a.Dims() != 1 || a.Len() == 0 {
		return nil, params.Format("parameters of shape %v", a.Shape)
	}
	f := &fitted{weights: values, features: len(values)}
	if name == "GLM" {
		f.inverse, err = inverseLink(model)
		return f, err
	}
	return f, f.regression(model, name)
}

// regression finds the model of that name among regressions.
func (f *fitted) regression(model pyobj.Ref, name string) error {
	for _, known := range regressions {
		if known.name != name {
			continue
		}
		f.inverse = known.inverse
		if known.extra && !geometric(model) {
			f.features--
			f.weights = f.weights[:f.features]
		}
		if f.features < 1 {
			return model.Format("its results have no parameter but the variance")
		}
		return nil
	}
	return model.Unsupported("the model "+name, statsmodelsHint)
}

// geometric reports whether a NegativeBinomial has no parameter of the variance.
func geometric(model pyobj.Ref) bool {
	method, err := word(model, "loglike_method", "")
	return err == nil && method == "geometric"
}

// multinomialFitted is MNLogit: probabilities of all classes, the first of which
// has no parameters.
func multinomialFitted(r pyobj.Ref, values []float64, shape []int) (*fitted, error) {
	if len(shape) != 2 || len(values) == 0 {
		return nil, r.Format("parameters of shape %v", shape)
	}
	t := training{data: values, rows: shape[0], width: shape[1]}
	return &fitted{weights: t.transposed().data, outputs: shape[1], features: shape[0]}, nil
}

// exogNames are the columns of the table that the model was fitted on, where it
// still knows them; remove_data drops them.
func exogNames(model pyobj.Ref, width int) ([]string, error) {
	data, ok := model.Attr("data")
	if !ok {
		return nil, nil
	}
	exog, ok := data.Attr("orig_exog")
	if !ok || !exog.IsDataFrame() {
		return nil, nil
	}
	f, err := exog.DataFrame()
	if err != nil {
		return nil, err
	}
	if len(f.Columns) != width {
		return nil, exog.Format("%d columns for %d parameters", len(f.Columns), width)
	}
	names := make([]string, width)
	for j, label := range f.Columns {
		if names[j], err = labelText(exog, label); err != nil {
			return nil, err
		}
	}
	if numbered(names) {
		return nil, nil
	}
	return names, nil
}

// predict is the method of f over a design matrix.
func (f *fitted) predict(run func(ws *workspace, x block, out []float64) error) *method {
	if f.outputs > 0 {
		return one(models.Predict, numbers(f.outputs+1), nil, run)
	}
	return one(models.Predict, numbers(0), nil, run)
}

var noBias = []float64{0}

// run is predict(params, exog). NaN is no error: it gives NaN.
func (f *fitted) run(ws *workspace, x block, out []float64) error {
	m := ws.matrix(x)
	if f.outputs > 0 {
		f.multinomial(ws, m, out)
		return nil
	}
	kernel.Affine(out, m.data, f.weights, noBias, f.features)
	if f.inverse != nil {
		f.inverse(out)
	}
	return nil
}

// multinomial is MNLogit.cdf:
//
//	e := (1, exp(x @ params))
//	e / Σ e
func (f *fitted) multinomial(ws *workspace, m block, out []float64) {
	k := f.outputs
	eta, zeros := ws.floats(m.rows*k), ws.floats(k)
	clear(zeros)
	kernel.Affine(eta, m.data, f.weights, zeros, f.features)
	kernel.ExpEach(eta)
	for i := range m.rows {
		row := out[i*(k+1) : (i+1)*(k+1)]
		row[0] = 1
		copy(row[1:], eta[i*k:(i+1)*k])
	}
	kernel.NormalizeRows(out, k+1)
}
