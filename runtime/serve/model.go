package serve

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// A model is what is in service, with all that can be computed ahead.
type model struct {
	models.Predictor
	signature *models.Signature
	method    models.Method // default
	about     []byte        // the answer to GET /
}

func newModel(p models.Predictor, manifest contract.Manifest, method models.Method) (*model, error) {
	m := &model{Predictor: p, signature: p.Signature()}
	if len(m.signature.Methods) == 0 {
		return nil, fmt.Errorf("the model offers no method")
	}
	m.method = or(or(method, manifest.Method), m.signature.Methods[0].Name)
	if !m.offers(m.method) {
		return nil, fmt.Errorf("method %q (%s, or the image's manifest): the model offers %s",
			m.method, contract.EnvMethod, m.methods())
	}
	var err error
	m.about, err = json.Marshal(struct {
		Model     *contract.ModelFile `json:"model,omitempty"`
		Method    models.Method       `json:"method"`
		Signature *models.Signature   `json:"signature"`
	}{aboutFile(manifest), m.method, m.signature})
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	return m, nil
}

func aboutFile(m contract.Manifest) *contract.ModelFile {
	if m.Model == (contract.ModelFile{}) {
		return nil
	}
	return &m.Model
}

func (m *model) offers(name models.Method) bool {
	for i := range m.signature.Methods {
		if m.signature.Methods[i].Name == name {
			return true
		}
	}
	return false
}

// methods lists what the model offers: "predict, predict_proba".
func (m *model) methods() string {
	names := make([]string, len(m.signature.Methods))
	for i := range names {
		names[i] = string(m.signature.Methods[i].Name)
	}
	return strings.Join(names, ", ")
}

// warmUp predicts one row of zeros, so that the first caller finds caches and
// pools filled. A model that cannot take such a row is still a good model; one
// that panics is not.
func (s *Server) warmUp(m *model) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the model panicked on its warm-up row: %v\n%s", r, debug.Stack())
		}
	}()
	w := s.scratch.Get().(*scratch)
	defer s.scratch.Put(w)
	w.in.Reset()
	for _, p := range m.signature.Inputs {
		zeroColumn(w.in.Frame.Add(p.Name, p.DType, p.Width, max(p.Width, 1)))
	}
	w.in.Frame.Rows = 1
	if err := m.Predict(&w.out, &w.in.Frame, m.method); err != nil {
		s.log.Info("warm-up row refused", "error", err.Error())
	}
	return nil
}

func zeroColumn(c *models.Column) {
	clear(c.F64)
	clear(c.F32)
	clear(c.I64)
	clear(c.Bool)
	clear(c.Str)
}
