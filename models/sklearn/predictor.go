package sklearn

import (
	"fmt"
	"sync"

	"github.com/copal-ml/copal/models"
)

// maxAnswer bounds the values that a transform answers with, since the columns of
// a sparse matrix cost the caller nothing: 512 MiB.
const maxAnswer = 1 << 26

// A predictor runs a plan.
type predictor struct {
	root      *node
	input     *input
	signature models.Signature
	scratch   sync.Pool // of *workspace
}

func newPredictor(root *node) *predictor {
	in := inputOf(root)
	p := &predictor{root: root, input: in, signature: signatureOf(root, in)}
	p.scratch.New = func() any { return new(workspace) }
	return p
}

func signatureOf(root *node, in *input) models.Signature {
	s := models.Signature{
		Inputs:    in.ports,
		Open:      len(in.ports) == 0,
		Absent:    root.absent,
		Estimator: root.class,
		Methods:   root.signatures(),
	}
	if in.place == nil {
		s.Features = root.names
	}
	if m := root.method(models.Predict); m != nil && len(m.outputs) == 1 && m.outputs[0].labels != nil && m.outputs[0].port.Width == 0 {
		s.Classes = m.outputs[0].labels.values()
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

func (p *predictor) offersNo(name models.Method) error {
	var offers []models.Method
	for _, m := range p.signature.Methods {
		offers = append(offers, m.Name)
	}
	return &models.DataError{Row: -1, Column: -1, Text: fmt.Sprintf(
		"the model offers no method %q; it offers %q", name, offers)}
}

func (p *predictor) answer(ws *workspace, dst, src *models.Frame, m *method) error {
	for _, o := range m.outputs {
		dst.Add(o.port.Name, o.port.DType, o.port.Width, src.Rows*stride(o.port))
	}
	return p.windows(ws, src.Rows, func(from, to int) error {
		x := p.input.window(ws, src, from, to)
		out := ws.outputs(dst, m, from, to)
		if err := m.run(ws, x, out); err != nil {
			return err
		}
		for i, o := range m.outputs {
			o.finish(&dst.Columns[i], from*stride(o.port), out[i])
		}
		return nil
	})
}

// stride is the number of values a row of p.
func stride(p models.Port) int { return max(p.Width, 1) }

// outputs are the slices that m answers rows [from, to) into: of the frame
// itself where it holds float64, else scratch.
func (ws *workspace) outputs(dst *models.Frame, m *method, from, to int) [][]float64 {
	first := len(ws.outs)
	for i, o := range m.outputs {
		k := stride(o.port)
		if o.port.DType == models.Float64 && o.labels == nil {
			ws.outs = append(ws.outs, dst.Columns[i].F64[from*k:to*k])
		} else {
			ws.outs = append(ws.outs, ws.floats((to-from)*k))
		}
	}
	return ws.outs[first:len(ws.outs):len(ws.outs)]
}

// finish writes values into dst from value at on, as labels or as integers
// (Apply and KNeighbors answer those).
func (o output) finish(dst *models.Column, at int, values []float64) {
	switch {
	case o.labels != nil:
		o.labels.gather(dst, at, values)
	case o.port.DType == models.Int64:
		for i, v := range values {
			dst.I64[at+i] = int64(v)
		}
	}
}

func (p *predictor) transform(ws *workspace, dst, src *models.Frame) error {
	if k := p.root.outputWidth(); src.Rows > maxAnswer/k {
		return &models.DataError{Row: -1, Column: -1, Text: fmt.Sprintf(
			"the answer to %d rows would hold %d values each; send at most %d rows", src.Rows, k, maxAnswer/k)}
	}
	ports := p.signature.Methods[len(p.signature.Methods)-1].Outputs // transform is the last
	for _, port := range ports {
		dst.Add(port.Name, port.DType, port.Width, src.Rows*stride(port))
	}
	return p.windows(ws, src.Rows, func(from, to int) error {
		y, err := p.root.transform.run(ws, p.input.window(ws, src, from, to))
		if err != nil {
			return err
		}
		if len(ports) > 1 || ports[0].DType != models.Float64 {
			ws.deliver(dst, y, from)
			return nil
		}
		k := ports[0].Width
		ws.fill(dst.Columns[0].F64[from*k:to*k], y)
		return nil
	})
}
