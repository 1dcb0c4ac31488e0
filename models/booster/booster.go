// Package booster is what readers of boosted models have in common, whatever
// their format: a [Model] is a list of methods over rows of numbers, and [New]
// makes a models.Predictor of one that stands in a file of its own. Package
// sklearn puts the same methods into a plan.
package booster

import (
	"github.com/copal-ml/copal/models"
)

// A Model is a booster that is ready to answer.
type Model struct {
	Class    string        // as errors name it: "Booster"
	Features int           // of a row
	Names    []string      // of the features; nil if not known
	Codes    []*Codes      // of the features, nil for one of numbers; nil if there are none
	Methods  []Method      // the default first
	Absent   models.Absent // entries of a sparse row

	byName bool // columns are of different types, and each has a name
}

// A Method answers with one slice of values for each output. It is safe for
// concurrent use.
type Method struct {
	Name    models.Method
	Outputs []models.Port

	// Run writes rows × Stride values of each output for the rows of x, which
	// has Features values a row. NaN is a missing value. Integers are given as
	// floats.
	Run func(out [][]float64, x []float64)
}

// One is a method of one output of width values a row; 0 is one bare value.
func One(name models.Method, dtype models.DType, width int, run func(out, x []float64)) Method {
	return Method{Name: name, Outputs: []models.Port{{DType: dtype, Width: width}},
		Run: func(out [][]float64, x []float64) { run(out[0], x) }}
}

// Width is the width of a port of n values a row: a single one is bare.
func Width(n int) int {
	if n == 1 {
		return 0
	}
	return n
}

// Contributions is the method of that name: a row of outputs × (features + 1)
// values, those of the features and the mean, is one column for each output.
func Contributions(features, outputs int, names []string, run func(out, x []float64)) Method {
	m := Method{Name: models.Contributions}
	width := features + 1
	for range outputs {
		m.Outputs = append(m.Outputs, models.Port{DType: models.Float64, Width: width, Names: contributionNames(names, features)})
	}
	if outputs == 1 {
		m.Run = func(out [][]float64, x []float64) { run(out[0], x) }
		return m
	}
	m.Run = func(out [][]float64, x []float64) {
		all := make([]float64, len(out[0])*outputs)
		run(all, x)
		for i := 0; i < len(all); i += width {
			k := i / width
			copy(out[k%outputs][k/outputs*width:], all[i:i+width])
		}
	}
	return m
}

// contributionNames are those of the features, and "bias" as libraries call the
// mean in their documentation; nil if there are none.
func contributionNames(names []string, features int) []string {
	if len(names) != features {
		return nil
	}
	return append(append(make([]string, 0, features+1), names...), "bias")
}
