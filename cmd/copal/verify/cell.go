package verify

import (
	"math"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// A cell is one expected value, as its file has it: a text that may mean a
// number or a truth value.
type cell struct {
	text string
	null bool // JSON's null, or an empty CSV field
}

// float reads the cell as Python's float does, and truth values as 1 and 0. A
// missing value is NaN.
func (c cell) float() (float64, bool) {
	if decimal(c.text) {
		f, err := strconv.ParseFloat(c.text, 64)
		return f, err == nil || math.IsInf(f, 0)
	}
	s := strings.ToLower(strings.TrimSpace(c.text))
	switch {
	case c.null, s == "", s == "none", s == "<na>":
		return math.NaN(), true
	case s == "true":
		return 1, true
	case s == "false":
		return 0, true
	case strings.ContainsAny(s, "xp_"): // Go's hexadecimal floats and separators
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0)
}

// decimal reports whether s has nothing but what a decimal number has.
func decimal(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c-'0' <= 9, c == '.', c == '-', c == '+', c == 'e', c == 'E':
		default:
			return false
		}
	}
	return s != ""
}

func (c cell) integer() (int64, bool) {
	s := strings.TrimSpace(c.text)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	f, ok := c.float()
	if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// String is the cell for a table.
func (c cell) String() string {
	if c.null {
		return "(missing)"
	}
	return c.text
}

// An outcome says how far an answer is from the expected one.
type outcome uint8

const (
	identical outcome = iota
	close             // another number, within the tolerance
	different
)

// compareValue holds value i of an answer against what is expected. For floats
// that are both numbers, diff is how far they are apart; else NaN.
func compareValue(got *models.Column, i int, want cell, tolerance float64) (o outcome, diff float64) {
	if len(got.Null) > 0 && got.Null[i] && got.DType > models.Float32 {
		return outcomeOf(want.null || missingWord(want.text)), math.NaN()
	}
	switch got.DType {
	case models.Float64:
		return compareFloat(got.F64[i], want, tolerance, func(f float64) float64 { return f })
	case models.Float32:
		return compareFloat(float64(got.F32[i]), want, tolerance, func(f float64) float64 { return float64(float32(f)) })
	case models.Int64:
		n, ok := want.integer()
		return outcomeOf(ok && n == got.I64[i]), math.NaN()
	case models.Bool:
		f, ok := want.float()
		return outcomeOf(ok && (got.Bool[i] && f == 1 || !got.Bool[i] && f == 0)), math.NaN()
	}
	return outcomeOf(sameText(got.Str[i], want)), math.NaN()
}

// compareFloat rounds what is expected to the width of the answer first.
func compareFloat(got float64, want cell, tolerance float64, round func(float64) float64) (outcome, float64) {
	w, ok := want.float()
	if !ok {
		return different, math.NaN()
	}
	w = round(w)
	switch {
	case got == w, math.IsNaN(got) && math.IsNaN(w):
		return identical, 0
	case math.IsNaN(got), math.IsNaN(w), math.IsInf(got-w, 0): // an infinity, or too far apart for a float
		return different, math.NaN()
	case contract.Agree(got, w, tolerance):
		return close, math.Abs(got - w)
	}
	return different, math.Abs(got - w)
}

func outcomeOf(same bool) outcome {
	if same {
		return identical
	}
	return different
}

// sameText compares a label. A label that is a number or a truth value may be
// written otherwise: "1" as 1.0, "true" as True.
func sameText(got string, want cell) bool {
	if want.null {
		return got == ""
	}
	if got == want.text {
		return true
	}
	g, ok := cell{text: got}.float()
	w, also := want.float()
	return ok && also && g == w && isWord(got) == isWord(want.text)
}

// isWord tells True from 1, which are both 1 as numbers.
func isWord(s string) bool {
	s = strings.TrimSpace(s)
	return strings.EqualFold(s, "true") || strings.EqualFold(s, "false")
}

func missingWord(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "nan", "none", "null", "<na>":
		return true
	}
	return false
}

// textOf writes value i of an answer as the server does.
func textOf(c *models.Column, i int) string {
	if len(c.Null) > 0 && c.Null[i] {
		return "(missing)"
	}
	switch c.DType {
	case models.Float64:
		return floatText(c.F64[i], 64)
	case models.Float32:
		return floatText(float64(c.F32[i]), 32)
	case models.Int64:
		return strconv.FormatInt(c.I64[i], 10)
	case models.Bool:
		return strconv.FormatBool(c.Bool[i])
	}
	return c.Str[i]
}

func floatText(f float64, bits int) string {
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'g', -1, bits)
	}
	return strconv.FormatFloat(f, 'f', -1, bits)
}
