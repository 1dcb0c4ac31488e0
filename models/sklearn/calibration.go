package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var calibrationClasses = []class{
	{"CalibratedClassifierCV", "sklearn", calibratedClassifier},
}

// A calibrated is CalibratedClassifierCV (sklearn/calibration.py): the mean over
// pairs of a classifier and its calibrators.
type calibrated struct {
	node    *node
	pairs   []calibratedPair
	classes int
}

// A calibratedPair is a _CalibratedClassifier.
type calibratedPair struct {
	m           *method // decision_function, or predict_proba where there is none
	proba       bool    // it is predict_proba
	classes     int
	codes       []int        // of the columns of m
	calibrators []calibrator // one for each; nil for temperature scaling
	beta        float64      // the inverse temperature
}

// A calibrator turns the scores of some rows into probabilities, in place.
type calibrator interface {
	calibrate(ws *workspace, scores []float64) error
}

// A sigmoidCalibration is _SigmoidCalibration: 1 / (1 + exp(a*x + b)).
type sigmoidCalibration struct{ a, b float64 }

func (p sigmoidCalibration) calibrate(ws *workspace, scores []float64) error {
	for i, v := range scores {
		scores[i] = -(float64(p.a*v) + p.b)
	}
	kernel.Expit(scores)
	return nil
}

// calibrate asks an IsotonicRegression.
func (m *curve) calibrate(ws *workspace, scores []float64) error {
	return m.run(ws, block{rows: len(scores), width: 1, data: scores}, scores)
}

func calibratedClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	classes, err := classesOf(r, "classes_")
	if err != nil {
		return nil, err
	}
	attr, err := r.Need("calibrated_classifiers_")
	if err != nil {
		return nil, err
	}
	items, err := attr.Items()
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, attr.Format("there are no classifiers")
	}
	m := &calibrated{node: new(node), pairs: make([]calibratedPair, len(items)), classes: classes.len()}
	if m.classes < 2 {
		return nil, r.Unsupported("calibration of one class", "Fit it on two classes or more.")
	}
	parts := make([]*node, len(items))
	for i, item := range items {
		if parts[i], err = m.pairs[i].read(c, item, classes); err != nil {
			return nil, err
		}
	}
	n := m.node
	if err := n.inputOf(r, parts...); err != nil {
		return nil, err
	}
	n.class = parts[0].class // it leaves the checks to its estimators
	n.offer(classify(classes, m.probabilities))
	n.offer(one(models.PredictProba, numbers(m.classes), nil, m.probabilities))
	method, err := word(r, "method", "sigmoid")
	if err != nil {
		return nil, err
	}
	n.outline.Summary = fmt.Sprintf("%s · %d classes · %s · %d estimators", features(n.features), m.classes, method, len(parts))
	return n, nil
}

// read reads a pair. Its attributes were renamed in 0.24 and in 1.2.
func (p *calibratedPair) read(c *compiler, r pyobj.Ref, classes *labels) (*node, error) {
	inner, err := c.member(r, "estimator", "base_estimator")
	if err != nil {
		return nil, err
	}
	p.classes = classes.len()
	if p.m = inner.simple(models.DecisionFunction); p.m == nil {
		p.proba = true
		if p.m, err = inner.need(r, models.PredictProba, 0); err != nil {
			return nil, err
		}
	}
	method, err := word(r, "method", "sigmoid")
	if err != nil {
		return nil, err
	}
	list, err := calibratorsOf(r)
	if err != nil {
		return nil, err
	}
	if method == "temperature" {
		return inner, p.readTemperature(r, list)
	}
	return inner, p.readCalibrators(r, inner, list, method, classes)
}

func calibratorsOf(r pyobj.Ref) ([]pyobj.Ref, error) {
	attr, ok := r.Attr("calibrators")
	if !ok {
		var err error
		if attr, err = r.Need("calibrators_"); err != nil {
			return nil, err
		}
	}
	return attr.Items()
}

// columns is the number of scores a row: two classes have one.
func (p *calibratedPair) columns() int {
	if p.proba && p.classes == 2 {
		return p.m.width() - 1
	}
	return p.m.width()
}

func (p *calibratedPair) readCalibrators(r pyobj.Ref, inner *node, list []pyobj.Ref, method string, classes *labels) error {
	predict, err := inner.need(r, models.Predict, 1)
	if err != nil {
		return err
	}
	if predict.labels() == nil {
		return r.Format("its estimator is no classifier")
	}
	var ok bool
	if p.codes, ok = predict.labels().within(classes); !ok {
		return r.Format("its estimator knows a class that is not in classes_")
	}
	if p.classes == 2 {
		p.codes = []int{1} // of the one score
	}
	if p.columns() != len(p.codes) || len(list) < len(p.codes) {
		return r.Format("%d scores and %d calibrators for %d classes", p.columns(), len(list), p.classes)
	}
	p.calibrators = make([]calibrator, len(p.codes))
	for i := range p.calibrators {
		switch method {
		case "sigmoid":
			p.calibrators[i], err = readPlatt(list[i])
		case "isotonic":
			p.calibrators[i], err = readCurve(list[i])
		default:
			err = r.Unsupported("method="+method, "Use sigmoid, isotonic or temperature.")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readPlatt(r pyobj.Ref) (calibrator, error) {
	var p sigmoidCalibration
	var err error
	if p.a, err = floatOf(r, "a_"); err != nil {
		return nil, err
	}
	p.b, err = floatOf(r, "b_")
	return p, err
}

func (p *calibratedPair) readTemperature(r pyobj.Ref, list []pyobj.Ref) error {
	if len(list) != 1 {
		return r.Format("%d calibrators, want 1 for temperature scaling", len(list))
	}
	attr, err := list[0].Need("beta_")
	if err != nil {
		return err
	}
	if p.beta, err = attr.Float(); err != nil {
		return err
	}
	if p.classes == 2 && p.columns() != 1 || p.classes > 2 && p.m.width() != p.classes {
		return r.Format("%d scores for %d classes", p.m.width(), p.classes)
	}
	return nil
}

// probabilities is predict_proba.
func (m *calibrated) probabilities(ws *workspace, x block, out []float64) error {
	x = m.node.shared(ws, x)
	clear(out)
	for i := range m.pairs {
		p := &m.pairs[i]
		at := ws.mark()
		scores, err := ws.ask(p.m, x)
		if err != nil {
			return err
		}
		proba := ws.floats(len(out))
		if p.calibrators == nil {
			p.soften(proba, scores)
		} else {
			err = p.calibrate(ws, proba, scores)
		}
		if err != nil {
			return err
		}
		for j, v := range proba {
			if v > 1 && v <= 1+1e-5 {
				v = 1
			}
			out[j] += v
		}
		ws.rewind(at)
	}
	scale(out, float64(len(m.pairs)))
	return nil
}

// calibrate asks the calibrator of each class, and divides by their sum; a row
// of zeros is uniform.
func (p *calibratedPair) calibrate(ws *workspace, out, scores []float64) error {
	k, width, skip := p.classes, p.m.width(), p.m.width()-p.columns()
	clear(out)
	column := ws.floats(len(out) / k)
	for j, c := range p.calibrators {
		for i := range column {
			column[i] = scores[i*width+skip+j]
		}
		if err := c.calibrate(ws, column); err != nil {
			return err
		}
		for i, v := range column {
			out[i*k+p.codes[j]] = v
		}
	}
	for row := out; len(row) > 0; row = row[k:] {
		if k == 2 {
			row[0] = 1 - row[1]
		} else {
			normalizeOrUniform(row[:k])
		}
	}
	return nil
}

func normalizeOrUniform(row []float64) {
	sum := kernel.Sum(row)
	for j := range row {
		if sum == 0 {
			row[j] = 1 / float64(len(row))
		} else {
			row[j] /= sum
		}
	}
}

// soften is _TemperatureScaling: softmax(beta * logits). Probabilities are
// taken for exp of logits, and one decision d stands for (-d, d).
func (p *calibratedPair) soften(out, scores []float64) {
	const eps = 1e-12
	switch {
	case p.proba:
		for i, v := range scores {
			if p.classes == 2 {
				v = scores[i|1] // the library takes the second column, and 1 minus it
				if i&1 == 0 {
					v = 1 - v
				}
			}
			out[i] = v + eps
		}
		kernel.Log(out)
	case p.classes == 2:
		for i, v := range scores {
			out[2*i], out[2*i+1] = -v, v
		}
	default:
		copy(out, scores)
	}
	for i := range out {
		out[i] *= p.beta
	}
	kernel.Softmax(out, p.classes)
}
