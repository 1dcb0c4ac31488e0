package modeltest

import (
	"fmt"
	"math"
	"slices"

	"github.com/copal-ml/copal/models"
)

// A Tolerance is how close an answer must be to the library's.
type Tolerance string

const (
	// Exact: the same bits. The two zeros are equal, and so are all NaNs.
	Exact Tolerance = "exact"

	// BLAS: 1e-12 relative to the largest value of the row, since the order of
	// a sum in BLAS depends on the processor.
	BLAS Tolerance = "blas"

	// Exp: as BLAS for what went into exp or log, and 4 units in the last
	// place for them: the relative error of exp(x) is the absolute error of x.
	Exp Tolerance = "exp"

	// Log: the logarithm of what is as close as Exp, so its absolute error is
	// bounded; where the probability is subnormal, that is.
	Log Tolerance = "log"

	// Single: 4 units in the last place of float32.
	Single Tolerance = "single"

	// Shap: 1e-6 relative to the largest value of the row, or to 1; libraries
	// compute contributions in float32.
	Shap Tolerance = "shap"
)

// compareAll compares column by column.
func (t Tolerance) compareAll(got, want []models.Column) error {
	if len(got) != len(want) {
		return fmt.Errorf("answered %d columns, want %d", len(got), len(want))
	}
	for i := range want {
		if err := t.compare(&got[i], &want[i]); err != nil {
			return fmt.Errorf("column %d: %w", i, err)
		}
	}
	return nil
}

// compare reports the first value of got that differs from want.
func (t Tolerance) compare(got, want *models.Column) error {
	if got.DType != want.DType || got.Width != want.Width {
		return fmt.Errorf("answers are %s of width %d, want %s of width %d", got.DType, got.Width, want.DType, want.Width)
	}
	if len(want.Null) == 0 && slices.Contains(got.Null, true) {
		return differ(slices.Index(got.Null, true), want.Stride(), "null", "a value")
	}
	for i, null := range want.Null {
		if answer := len(got.Null) > 0 && got.Null[i]; answer != null {
			return differ(i, want.Stride(), answer, null)
		}
	}
	for i := range want.Str {
		if got.Str[i] != want.Str[i] {
			return differ(i, want.Stride(), got.Str[i], want.Str[i])
		}
	}
	for i := range want.I64 {
		if got.I64[i] != want.I64[i] {
			return differ(i, want.Stride(), got.I64[i], want.I64[i])
		}
	}
	for i := range want.Bool {
		if got.Bool[i] != want.Bool[i] {
			return differ(i, want.Stride(), got.Bool[i], want.Bool[i])
		}
	}
	for i := range want.F64 {
		k := want.Stride()
		row := want.F64[i/k*k : i/k*k+k]
		if !t.near(got.F64[i], want.F64[i], row) {
			return differ(i, k, got.F64[i], want.F64[i])
		}
	}
	return nil
}

func differ(i, stride int, got, want any) error {
	return fmt.Errorf("row %d, value %d: got %v, want %v", i/stride, i%stride, got, want)
}

// near reports whether got is close enough to want, a value of row.
func (t Tolerance) near(got, want float64, row []float64) bool {
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return true
	}
	switch t {
	case BLAS:
		return math.Abs(got-want) <= 1e-12*sizeOf(row)
	case Exp:
		const tiny = 4 * math.SmallestNonzeroFloat64
		return math.Abs(got-want) <= max(1e-12*math.Abs(want), tiny)
	case Single:
		return math.Abs(got-want) <= 0x1p-21*math.Abs(want)
	case Shap:
		return math.Abs(got-want) <= 1e-6*max(1, sizeOf(row))
	case Log:
		const subnormal = -708
		if want < subnormal {
			return Exp.near(math.Exp(got), math.Exp(want), nil)
		}
		return math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))
	}
	return false
}

// sizeOf is the largest size of a row's finite values: with infinity, anything would
// be near.
func sizeOf(row []float64) float64 {
	size := 0.0
	for _, v := range row {
		if v-v == 0 {
			size = max(size, math.Abs(v))
		}
	}
	return size
}
