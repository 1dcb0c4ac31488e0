package sklearn

import (
	"fmt"
	"sync"

	"github.com/copal-ml/copal/models"
)

// windowValues bounds the input values that run through the plan at a time, so
// that scratch stays in the cache and does not grow with the request.
const windowValues = 1 << 14

// A predictor runs a plan.
type predictor struct {
	root      *node
	signature models.Signature
	scratch   sync.Pool // of *workspace
}

func newPredictor(root *node) *predictor {
	p := &predictor{root: root, signature: signatureOf(root)}
	p.scratch.New = func() any { return new(workspace) }
	return p
}

func signatureOf(root *node) models.Signature {
	s := models.Signature{
		Inputs:    []models.Port{numbers(root.features)},
		Features:  root.names,
		Estimator: root.class,
		Methods:   root.methods(),
	}
	if root.predict != nil && root.predict.labels != nil {
		s.Classes = root.predict.labels.values()
	}
	return s
}

func (p *predictor) Signature() *models.Signature { return &p.signature }

func (p *predictor) Predict(dst, src *models.Frame, name models.Method) error {
	dst.Reset()
	dst.Rows = src.Rows
	ws := p.scratch.Get().(*workspace)
	defer p.scratch.Put(ws)
	defer ws.release()
	if name == models.Transform && p.root.transform != nil {
		return p.transform(ws, dst, src)
	}
	m := p.root.method(name)
	if m == nil {
		return p.offersNo(name)
	}
	return p.answer(ws, dst, src, m)
}

// method returns the method of that name, or nil if n does not offer it.
func (n *node) method(name models.Method) *method {
	switch name {
	case models.Predict:
		return n.predict
	case models.PredictProba:
		return n.proba
	case models.DecisionFunction:
		return n.decision
	}
	return nil
}

func (p *predictor) offersNo(name models.Method) error {
	var offers []models.Method
	for _, m := range p.signature.Methods {
		offers = append(offers, m.Name)
	}
	return &models.DataError{Row: -1, Column: -1, Text: fmt.Sprintf(
		"the model offers no method %q; it offers %q", name, offers)}
}

func (p *predictor) answer(ws *workspace, dst, src *models.Frame, m *method) error {
	k := max(m.port.Width, 1)
	column := dst.Add(m.port.Name, m.port.DType, m.port.Width, src.Rows*k)
	return p.windows(src.Rows, func(from, to int) error {
		ws.reset()
		x := ws.window(src, from, to)
		if m.labels == nil {
			return m.run(ws, x, column.F64[from*k:to*k])
		}
		codes := ws.floats((to - from) * k)
		if err := m.run(ws, x, codes); err != nil {
			return err
		}
		m.labels.gather(column, from*k, codes)
		return nil
	})
}

func (p *predictor) transform(ws *workspace, dst, src *models.Frame) error {
	k := p.root.outputWidth()
	column := dst.Add("", models.Float64, k, src.Rows*k)
	return p.windows(src.Rows, func(from, to int) error {
		ws.reset()
		y, err := p.root.transform.run(ws, ws.window(src, from, to))
		if err != nil {
			return err
		}
		copy(column.F64[from*k:to*k], ws.matrix(y).data)
		return nil
	})
}

// windows calls f for consecutive ranges of rows.
func (p *predictor) windows(rows int, f func(from, to int) error) error {
	step := max(windowValues/max(p.root.features, 1), 4)
	for from := 0; from < rows; from += step {
		if err := f(from, min(from+step, rows)); err != nil {
			return err
		}
	}
	return nil
}
