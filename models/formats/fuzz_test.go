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
	for _, pattern := range []string{"1.9/*.pkl", "0.20/written_*.pkl", "1.0/logistic_ovr.pkl"} {
		seed(f, filepath.Join("..", "modeltest", "testdata", "sklearn", pattern))
	}
	seed(f, filepath.Join("testdata", "refused", "*.pkl"))
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
	src := &models.Frame{Rows: rows}
	for _, port := range m.Signature().Inputs {
		n := rows * max(port.Width, 1)
		if port.Width > 1<<16 || len(src.Columns) > 1<<12 {
			return
		}
		c := src.Add(port.Name, port.DType, port.Width, n)
		for i := range n {
			if port.DType == models.String {
				c.Str[i] = []string{"a", "", "no such word"}[i%rows]
				c.Null = append(c.Null, i%rows == 1)
			} else {
				c.F64[i] = float64(i%7) - 3
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
