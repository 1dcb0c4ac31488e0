package verify

import (
	"math"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// A Report says what a comparison found. Rows and columns count from 0.
type Report struct {
	Method    models.Method `json:"method"`
	Rows      int           `json:"rows"`
	Values    int           `json:"values"`
	Equal     bool          `json:"equal"`     // every value within the tolerance
	Identical bool          `json:"identical"` // every value equal bit for bit
	Tolerance float64       `json:"tolerance"`

	DifferentRows   int `json:"different_rows"`
	DifferentValues int `json:"different_values"`

	// The largest differences of numbers; nil where all are equal.
	LargestAbsolute *Difference `json:"largest_absolute,omitempty"`
	LargestRelative *Difference `json:"largest_relative,omitempty"`

	Differences []Difference `json:"differences,omitempty"` // the first that are beyond the tolerance

	// Note says what was guessed of the files; "" if nothing was.
	Note string `json:"note,omitempty"`

	// RoundedTo is the number of decimals to which the expected numbers are
	// rounded, if that explains every difference; -1 if not.
	RoundedTo int `json:"-"`

	// OnlyNumbers reports that every difference is one of two finite numbers.
	OnlyNumbers bool `json:"-"`

	Smoke     *contract.Smoke `json:"-"` // of the rows kept; nil for none
	SmokeRows int             `json:"smoke_rows,omitempty"`
}

// A Difference is a value of an answer that is not the expected one.
type Difference struct {
	Row      int      `json:"row"`
	Column   int      `json:"column"`         // among the values of a row
	Name     string   `json:"name,omitempty"` // of the column: its class, if it has one
	Got      string   `json:"got"`
	Expected string   `json:"expected"`
	Absolute *float64 `json:"absolute,omitempty"` // of two numbers
	Relative *float64 `json:"relative,omitempty"` // to the larger of the two
}

// A comparison collects what is different.
type comparison struct {
	options Options
	layout  layout
	report  Report
	picked  *picker // nil if no rows are to be kept

	rounded     float64 // the largest difference that rounding explains
	unexplained bool    // it does not explain every difference
	texts       bool    // a value that differs is no number
}

func newComparison(o Options, l layout) *comparison {
	c := &comparison{options: o, layout: l,
		report: Report{Method: o.Method, Tolerance: tolerance(o, l), Identical: true}}
	if o.SmokeRows > 0 {
		c.picked = &picker{want: o.SmokeRows}
	}
	return c
}

// tolerance is the loosest that applies to a value of the answers.
func tolerance(o Options, l layout) float64 {
	t := 0.0
	for _, v := range l.values {
		t = max(t, o.toleranceOf(v.dtype))
	}
	return t
}

// row compares one row of the answers; cell order[i] is expected for value i.
func (c *comparison) row(in, out *models.Frame, row int, want []cell, order []int) {
	n, beyond := c.report.Rows, 0
	c.report.Rows++
	for i, v := range c.layout.values {
		column := &out.Columns[v.column]
		at := row*column.Stride() + v.offset
		o, diff := compareValue(column, at, want[order[i]], c.options.toleranceOf(v.dtype))
		c.report.Values++
		if o == identical {
			continue
		}
		c.note(o, n, i, column, at, want[order[i]], diff)
		if o == different {
			beyond++
		}
	}
	if beyond > 0 {
		c.report.DifferentRows++
		c.report.DifferentValues += beyond
	} else if c.picked != nil {
		c.picked.see(in, out, row, n, c.layout, want, order)
	}
}

// note keeps a difference if it is among the largest or the first.
func (c *comparison) note(o outcome, row, i int, column *models.Column, at int, want cell, diff float64) {
	c.report.Identical = false
	relative := diff
	if !math.IsNaN(diff) {
		w, _ := want.float()
		relative /= max(math.Abs(numberOf(column, at)), math.Abs(w))
	}
	largest, largestRelative := larger(c.report.LargestAbsolute, Difference.absolute, diff), larger(c.report.LargestRelative, Difference.relative, relative)
	listed := o == different && len(c.report.Differences) < c.options.Show
	if o == different {
		c.texts = c.texts || math.IsNaN(diff)
		c.noteRounding(want, diff)
	}
	if !largest && !largestRelative && !listed {
		return
	}
	d := Difference{Row: row, Column: i, Name: c.layout.values[i].label, Got: textOf(column, at), Expected: want.String()}
	if !math.IsNaN(diff) {
		d.Absolute, d.Relative = &diff, &relative
	}
	if largest {
		c.report.LargestAbsolute = &d
	}
	if largestRelative {
		c.report.LargestRelative = &d
	}
	if listed {
		c.report.Differences = append(c.report.Differences, d)
	}
}

func (d Difference) absolute() float64 { return *d.Absolute }
func (d Difference) relative() float64 { return *d.Relative }

// larger reports whether v, which may be NaN, is beyond what is kept.
func larger(kept *Difference, of func(Difference) float64, v float64) bool {
	return kept == nil && !math.IsNaN(v) || kept != nil && v > of(*kept)
}

func numberOf(c *models.Column, i int) float64 {
	if c.DType == models.Float32 {
		return float64(c.F32[i])
	}
	return c.F64[i]
}

// noteRounding looks whether the expected text has so few decimals that the
// difference is what it lost.
func (c *comparison) noteRounding(want cell, diff float64) {
	decimals := decimalsOf(want.text)
	if math.IsNaN(diff) || decimals < 0 || diff > 0.5000001*math.Pow(10, -float64(decimals)) {
		c.unexplained = true
		return
	}
	c.rounded = max(c.rounded, diff)
}

// decimalsOf counts the digits behind the point; -1 where rounding is no
// explanation.
func decimalsOf(text string) int {
	const most = 12
	whole, fraction, _ := strings.Cut(strings.TrimSpace(text), ".")
	if strings.Trim(whole, "+-0123456789") != "" || strings.Trim(fraction, "0123456789") != "" || len(fraction) > most {
		return -1
	}
	return len(fraction)
}

// finish closes the report.
func (c *comparison) finish(m models.Predictor, note string) (*Report, error) {
	r := &c.report
	r.Equal, r.Note, r.RoundedTo = r.DifferentValues == 0, note, -1
	r.OnlyNumbers = !r.Equal && !c.texts
	if !r.Equal && !c.unexplained {
		r.RoundedTo = int(math.Floor(-math.Log10(2 * c.rounded / 1.000001)))
	}
	if !r.Equal || c.picked == nil {
		return r, nil
	}
	var err error
	r.Smoke, r.SmokeRows, err = c.picked.smoke(m, c.options.Method, r.Tolerance)
	return r, err
}
