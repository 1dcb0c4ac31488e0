package formats

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/copal-ml/copal/models"
)

// FuzzOpen opens damaged models. What opens must answer: no damage may surface
// at request time as anything but a *models.DataError.
func FuzzOpen(f *testing.F) {
	for _, pattern := range []string{
		"sklearn/1.9/*.pkl", "sklearn/0.20/written_*.pkl", "sklearn/1.0/logistic_ovr.pkl", "skops/0.16/*.skops",
		"cloudpickle/*/*.pkl", "imblearn/0.14/*.pkl", "category_encoders/2.8/*.pkl", "sklearn_pandas/2.2/*.pkl",
		"statsmodels/0.14/*.pkl", "lightgbm/4.6/*.*", "xgboost/3.4/*.*", "xgboost/0.90/*.bin",
	} {
		seed(f, filepath.Join("..", "modeltest", "testdata", pattern))
	}
	seed(f, filepath.Join("testdata", "refused", "*.pkl"))
	seed(f, filepath.Join("..", "modeltest", "testdata", "skops", "0.16", "p*.skops"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Open(models.Source{ReaderAt: bytes.NewReader(data), Name: "fuzz", Size: int64(len(data))})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		answer(t, m)
	})
}

func seed(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		f.Fatalf("%s: no seeds (%v)", pattern, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// answer asks m everything about three rows.
func answer(t *testing.T, m *models.Model) {
	const rows = 3
	src, total := &models.Frame{Rows: rows}, 0
	for _, port := range m.Signature().Inputs {
		if total += port.Stride(); total > 1<<16 {
			return
		}
		src.Columns = append(src.Columns, question(port, rows))
	}
	for _, method := range m.Signature().Methods {
		for _, port := range method.Outputs {
			if port.Stride() > 1<<20 {
				return
			}
		}
	}
	if err := m.Signature().Check(src); err != nil {
		t.Fatal(err)
	}
	for _, method := range m.Signature().Methods {
		dst := new(models.Frame)
		err := m.Predict(dst, src, method.Name)
		if err == nil && (dst.Rows != rows || len(dst.Columns) != len(method.Outputs)) {
			t.Errorf("%s answered %d rows in %d columns", method.Name, dst.Rows, len(dst.Columns))
		}
		if _, ok := err.(*models.DataError); err != nil && !ok {
			t.Errorf("%s: %v", method.Name, err)
		}
	}
}

// question is a column for port.
func question(port models.Port, rows int) models.Column {
	c := models.Column{Name: port.Name, DType: port.DType, Width: port.Width}
	for i := range rows * port.Stride() {
		switch port.DType {
		case models.String:
			c.Str = append(c.Str, "The Σ of a text, number 2")
		case models.Float32:
			c.F32 = append(c.F32, float32(i%7)-3)
		case models.Int64:
			c.I64 = append(c.I64, int64(i%7)-3)
		case models.Bool:
			c.Bool = append(c.Bool, i%2 == 0)
		default:
			c.F64 = append(c.F64, float64(i%7)-3)
		}
	}
	return c
}
