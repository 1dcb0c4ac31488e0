package serve_test

import (
	"fmt"
	"math"
	"time"

	"github.com/copal-ml/copal/models"
)

// linear is the smallest real model: sum(x), as a float, a label or a pair.
type linear struct{ sig models.Signature }

func newLinear(features int) *linear {
	return &linear{models.Signature{
		Inputs: []models.Port{{DType: models.Float64, Width: features}},
		Methods: []models.MethodSignature{
			{Name: models.Predict, Outputs: []models.Port{{DType: models.Int64}}},
			{Name: models.PredictProba, Outputs: []models.Port{{DType: models.Float64, Width: 2}}},
			{Name: models.DecisionFunction, Outputs: []models.Port{{DType: models.Float64}}},
		},
	}}
}

func (l *linear) Signature() *models.Signature { return &l.sig }

func (l *linear) Predict(dst, src *models.Frame, method models.Method) error {
	dst.Reset()
	dst.Rows = src.Rows
	n := src.Columns[0].Width
	x := src.Columns[0].F64
	var out *models.Column
	switch method {
	case models.Predict:
		out = dst.Add("", models.Int64, 0, src.Rows)
	case models.PredictProba:
		out = dst.Add("", models.Float64, 2, 2*src.Rows)
	default:
		out = dst.Add("", models.Float64, 0, src.Rows)
	}
	for row := range src.Rows {
		sum := 0.0
		for i, v := range x[row*n : (row+1)*n] {
			if math.IsNaN(v) {
				return &models.DataError{Row: row, Column: i, Text: "input contains NaN, which LinearTest does not take"}
			}
			sum += v
		}
		switch method {
		case models.Predict:
			out.I64[row] = int64(sum)
		case models.PredictProba:
			p := 1 / (1 + math.Exp(-sum))
			out.F64[2*row], out.F64[2*row+1] = 1-p, p
		default:
			out.F64[row] = sum
		}
	}
	return nil
}

// moody does what the first value of a row says.
type moody struct {
	linear
	gate chan struct{} // 3 waits for it
}

func newMoody() *moody { return &moody{linear: *newLinear(2), gate: make(chan struct{})} }

func (m *moody) Predict(dst, src *models.Frame, method models.Method) error {
	switch src.Columns[0].F64[0] {
	case 1:
		panic("the model is beside itself")
	case 2:
		return fmt.Errorf("a fault without a place")
	case 3:
		<-m.gate
	case 4:
		time.Sleep(20 * time.Millisecond)
	}
	return m.linear.Predict(dst, src, method)
}
