package formats_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
)

const example = "../../cmd/copal/example"

func ExampleOpenFile() {
	m, err := formats.OpenFile(filepath.Join(example, "model.pkl"))
	if err != nil {
		fmt.Println(err)
		return
	}
	question := &models.Frame{Rows: 1, Columns: []models.Column{{Width: 4, F64: []float64{5.1, 3.5, 1.4, 0.2}}}}
	if err := m.Signature().Check(question); err != nil {
		fmt.Println(err)
		return
	}
	var answer models.Frame
	if err := m.Predict(&answer, question, models.Predict); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Info.Outline.Class, "·", m.Info.Outline.Summary)
	fmt.Println(answer.Columns[0].I64)
	// Output:
	// LogisticRegression · 4 features · 3 classes · multinomial
	// [0]
}

// The project's own example answers as the script that made it wrote down.
func TestExampleModel(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(example, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Rows    [][]float64
		Predict []int64
		Proba   [][]float64 `json:"predict_proba"`
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	m, err := formats.OpenFile(filepath.Join(example, "model.pkl"))
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range want.Rows {
		src := &models.Frame{Rows: 1, Columns: []models.Column{{Width: len(row), F64: row}}}
		var label, proba models.Frame
		if err := m.Predict(&label, src, models.Predict); err != nil {
			t.Fatal(err)
		}
		if err := m.Predict(&proba, src, models.PredictProba); err != nil {
			t.Fatal(err)
		}
		if got := label.Columns[0].I64[0]; got != want.Predict[i] {
			t.Errorf("row %d: got %d, want %d", i, got, want.Predict[i])
		}
		for j, p := range proba.Columns[0].F64 {
			if math.Abs(p-want.Proba[i][j]) > 1e-12*p {
				t.Errorf("row %d, class %d: got %v, want %v", i, j, p, want.Proba[i][j])
			}
		}
	}
}
