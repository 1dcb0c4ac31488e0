package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// A training is the rows that an estimator keeps of what it was fitted on, or
// points that it made of them: width values each.
type training struct {
	data  []float64
	rows  int
	width int
}

// readTraining reads an attribute that matrixAt can.
func readTraining(r pyobj.Ref, name string) (training, error) {
	attr, err := r.Need(name)
	if err != nil {
		return training{}, err
	}
	return matrixAt(attr)
}

// matrixAt reads a matrix, dense or sparse, with at least one row.
func matrixAt(attr pyobj.Ref) (training, error) {
	if isSparse(attr) {
		if shape, err := attr.Ints("_shape"); err == nil && len(shape) == 2 && shape[1] > 0 && shape[0] > maxSparse/shape[1] {
			return training{}, attr.Unsupported(fmt.Sprintf("a sparse matrix of shape %v, which would be kept as a dense one,", shape),
				"Fit on fewer rows or on fewer features.")
		}
		data, width, err := readSparse(attr)
		if err != nil {
			return training{}, err
		}
		return training{data: data, rows: len(data) / width, width: width}, nil
	}
	a, err := attr.Array()
	if err != nil {
		return training{}, err
	}
	if a.Dims() != 2 || a.Len() == 0 {
		return training{}, attr.Format("want a matrix, got shape %v", a.Shape)
	}
	data, err := a.Float64s()
	if err != nil {
		return training{}, attr.Format("%w", err)
	}
	return training{data: data, rows: a.Shape[0], width: a.Shape[1]}, nil
}

// row is row i of t.
func (t *training) row(i int) []float64 { return t.data[i*t.width : (i+1)*t.width] }

// transposed is the matrix of width rows.
func (t *training) transposed() training {
	out := training{data: make([]float64, len(t.data)), rows: t.width, width: t.rows}
	for i := range t.rows {
		for j, v := range t.row(i) {
			out.data[j*t.rows+i] = v
		}
	}
	return out
}

// numberOr reads a parameter that is a number; absent or None is the default.
func numberOr(r pyobj.Ref, name string, missing float64) (float64, error) {
	attr, ok := r.Attr(name)
	if !ok || attr.IsNone() {
		return missing, nil
	}
	return attr.Float()
}

// oneNumber reads an attribute that is a number, or an array of one.
func oneNumber(r pyobj.Ref, name string) (float64, error) {
	f, err := r.Floats(name)
	if err != nil {
		return 0, err
	}
	if len(f) != 1 {
		return 0, r.Format("%s has %d values, want 1", name, len(f))
	}
	return f[0], nil
}

// blockRows is how many rows of a window the estimators that compare with all
// training rows take at a time, at most.
const blockRows = 32

// blockOf is that number where each row makes n values: what the next step reads
// should still be in the cache.
func blockOf(n int) int { return min(max(blockValues/max(n, 1), 4), blockRows) }

const blockValues = 1 << 13

// rowsBetween is rows [from, to) of a matrix.
func (x block) rowsBetween(from, to int) []float64 {
	return x.data[from*x.width : to*x.width]
}

// classifies offers predict and, if proba is not nil, the probabilities of a
// classifier of one target.
func (n *node) classifies(classes *labels, classify, proba func(ws *workspace, x block, out []float64) error) {
	n.offer(one(models.Predict, models.Port{DType: classes.dtype}, classes, classify))
	if proba != nil {
		k := classes.len()
		n.offer(one(models.PredictProba, numbers(k), nil, proba))
		n.offer(one(models.PredictLogProba, numbers(k), nil, logOf(proba)))
	}
}
