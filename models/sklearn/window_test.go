package sklearn

import (
	"slices"
	"testing"

	"github.com/copal-ml/copal/models"
)

// widening makes width columns of one, which is what decides the windows.
func widening(width int) (*predictor, *[]int) {
	sizes := new([]int)
	run := func(ws *workspace, x block, out []float64) error {
		*sizes = append(*sizes, x.rows)
		clear(out)
		ws.floats(x.rows * width)
		return nil
	}
	n := &node{features: 1}
	n.offer(one(models.Predict, numbers(0), nil, run))
	return newPredictor(n), sizes
}

func TestInnerWidthsDecideTheWindow(t *testing.T) {
	f := func(width, rows int, want ...int) {
		t.Helper()
		p, sizes := widening(width)
		src := &models.Frame{Rows: rows, Columns: []models.Column{{Width: 1, F64: make([]float64, rows)}}}
		if err := p.Predict(new(models.Frame), src, models.Predict); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(*sizes, want) {
			t.Errorf("%d rows that become %d values each run in windows of %v, want %v", rows, width, *sizes, want)
		}
	}
	f(0, 1, 1)
	f(0, 8, 8)
	f(0, 20_000, 8, 16_384, 3_608)
	f(64, 600, 8, 256, 256, 80)
	f(1_000, 300, 8, 128, 128, 36) // not less, since weights are read for each window
	f(100_000, 30, 8, 10, 10, 2)   // but no more than 8 MiB
	f(4_000_000, 11, 8, 1, 1, 1)   // or one row
}
