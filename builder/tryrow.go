package builder

import (
	"errors"
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
)

// pickMethod is the wanted method, or the model's default.
func pickMethod(s *models.Signature, want models.Method) (models.Method, error) {
	if len(s.Methods) == 0 {
		return "", errors.New("the model offers no method to ask it by")
	}
	if want == "" {
		return s.Methods[0].Name, nil
	}
	var names []string
	for _, m := range s.Methods {
		if m.Name == want {
			return want, nil
		}
		names = append(names, string(m.Name))
	}
	return "", fmt.Errorf("this model does not offer %s; it offers %s", want, strings.Join(names, ", "))
}

// tryRow asks the model for one row of zeros and empty strings. A refusal of the
// row by its values is an answer too: an encoder may not know the empty string.
func tryRow(m *models.Model, method models.Method) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the model loads but fails on a first row: %v; this is a fault in copal, please report it with `copal inspect` of the file", r)
		}
	}()
	var src, dst models.Frame
	src.Rows = 1
	for _, port := range m.Signature().Inputs {
		addZeros(&src, port)
	}
	err = m.Predict(&dst, &src, method)
	var data *models.DataError
	if errors.As(err, &data) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the model loads but fails on a first row: %w", err)
	}
	if dst.Rows != 1 {
		return fmt.Errorf("the model answers a first row with %d rows; this is a fault in copal", dst.Rows)
	}
	return nil
}

func addZeros(f *models.Frame, port models.Port) {
	n := max(port.Width, 1)
	c := f.Add(port.Name, port.DType, port.Width, n)
	clear(c.F64)
	clear(c.F32)
	clear(c.I64)
	clear(c.Bool)
	clear(c.Str)
}
