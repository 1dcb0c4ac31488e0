package modeltest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
)

// A Comparison is how a model answers against what its library answered.
type Comparison struct {
	Fixture *Fixture
	Load    error // why the model was refused; nothing is asked then

	Exact    int // questions answered with the very bits
	Near     int // answered within the tolerance of the class
	Noisy    int // answered within what the library owes to rounding
	Refusals int // refused, as by the library
	Reworded int // those of them that have other words

	Mismatches []string
	Largest    float64 // relative difference of the values that are mismatched
}

// noiseFactor is how many times the change by one unit in the last place an
// answer may be away: a sum in another order rounds differently at every term.
const noiseFactor = 64

// Compare opens the model at path (without its ending) and asks it once what its
// library was asked, and again row by row. The error is one of the fixture, not
// of the model.
func Compare(path string) (*Comparison, error) {
	f, err := ReadFixture(path + ".json")
	if err != nil {
		return nil, err
	}
	c := &Comparison{Fixture: f}
	m, err := formats.OpenFile(path + "." + cmp.Or(f.Model, "pkl"))
	if err != nil {
		c.Load = err
		return c, nil
	}
	c.dropUnanswered(m)
	checkInfo(c, f, m)
	if c.namesFit() {
		checkNames(c, f, m)
	}
	for i := range f.Batches {
		for _, method := range m.Signature().Methods {
			c.ask(question{t: c, f: f, m: m, batch: &f.Batches[i], number: i, method: method.Name})
		}
	}
	return c, nil
}

// Helper makes c a reporter.
func (c *Comparison) Helper() {}

// Errorf adds a mismatch.
func (c *Comparison) Errorf(format string, args ...any) {
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " ")
	c.Mismatches = append(c.Mismatches, text)
}

// ask asks one question, if the library had an answer to it.
func (c *Comparison) ask(q question) {
	before := len(c.Mismatches)
	if words, refused := q.batch.Refused[q.method]; refused {
		c.refused(q, words)
		return
	}
	want, answered := q.batch.Answers[q.method]
	if !answered {
		return
	}
	src, got := q.batch.Frame(), new(models.Frame)
	if err := q.predict(got, src); err != nil {
		q.errorf("%v", err)
		return
	}
	c.judge(q, got.Columns, want)
	if len(c.Mismatches) == before {
		c.rowByRow(q, got)
		q.otherForm(got)
	}
}

// dropUnanswered forgets the methods that the model does not offer and the library
// only has: they never answer.
func (c *Comparison) dropUnanswered(m *models.Model) {
	for method := range c.Fixture.Tolerance {
		offered := slices.ContainsFunc(m.Signature().Methods, func(s models.MethodSignature) bool { return s.Name == method })
		answered := slices.ContainsFunc(c.Fixture.Batches, func(b Batch) bool { return b.Answers[method] != nil })
		if !offered && !answered {
			delete(c.Fixture.Tolerance, method)
		}
	}
}

// namesFit reports whether the library has a name for each column of its transform:
// with split_sign=True it names half of them.
func (c *Comparison) namesFit() bool {
	for _, b := range c.Fixture.Batches {
		if a := b.Answers[models.Transform]; len(a) == 1 {
			return a[0].Stride() == len(c.Fixture.Names)
		}
	}
	return true
}

// refused wants a refusal; other words than the library's are only counted.
func (c *Comparison) refused(q question, words string) {
	var data *models.DataError
	switch err := q.predict(new(models.Frame), q.batch.Frame()); {
	case !errors.As(err, &data):
		q.errorf("got error %v, want a *models.DataError: %s", err, words)
		return
	case wordsSettled(q.f) && !strings.HasPrefix(data.Text, words):
		c.Reworded++
	}
	c.Refusals++
}

// rowByRow asks for each row alone whose answer does not depend on the rows beside
// it in the library either.
func (c *Comparison) rowByRow(q question, want *models.Frame) {
	src, noise := q.batch.Frame(), q.batch.Noise[q.method]
	const free = 1e-6
	for i := range src.Rows {
		if i < len(noise) && !(float64(noise[i]) < free) {
			continue
		}
		if err := q.same(rows(src, i, i+1), rows(want, i, i+1)); err != nil {
			q.errorf("row %d alone: %v", i, err)
			return
		}
	}
}

// judge counts an answer as one of the ways to agree, or as a mismatch.
func (c *Comparison) judge(q question, got, want []models.Column) {
	if Exact.compareAll(got, want) == nil {
		c.Exact++
		return
	}
	tolerance := q.f.Tolerance[q.method]
	err := tolerance.compareAll(got, want)
	if err == nil {
		c.Near++
		return
	}
	if sameShape(got, want) && tolerance.nearWithNoise(got, want, q.batch.Noise[q.method]) {
		c.Noisy++
		return
	}
	if sameShape(got, want) {
		c.Largest = max(c.Largest, largest(got, want))
	}
	q.errorf("%v", err)
}

func sameShape(got, want []models.Column) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		a, b := &got[i], &want[i]
		if a.DType != b.DType || a.Width != b.Width || len(a.F64) != len(b.F64) {
			return false
		}
	}
	return true
}

// nearWithNoise reports whether each row agrees, or is within noise of that row.
func (t Tolerance) nearWithNoise(got, want []models.Column, noise []number) bool {
	for j := range want {
		k := want[j].Stride()
		for i, limit := range noise {
			a, b := span(&got[j], i*k, i*k+k), span(&want[j], i*k, i*k+k)
			if t.compare(a, b) != nil && !(largestDifference(a, b) <= noiseFactor*float64(limit)) {
				return false
			}
		}
	}
	return len(noise) > 0
}

// span is the values [from, to) of c.
func span(c *models.Column, from, to int) *models.Column {
	part := &models.Column{DType: c.DType, Width: c.Width}
	part.F64, part.I64 = cut(c.F64, from, to), cut(c.I64, from, to)
	part.Bool, part.Str = cut(c.Bool, from, to), cut(c.Str, from, to)
	if len(c.Null) > 0 {
		part.Null = c.Null[from:to]
	}
	return part
}

// largestDifference is that of numbers; infinite for values of any other kind.
func largestDifference(got, want *models.Column) float64 {
	if len(want.F64) == 0 {
		return math.Inf(1)
	}
	d := 0.0
	for i, v := range want.F64 {
		if got.F64[i] == v || math.IsNaN(v) && math.IsNaN(got.F64[i]) {
			continue
		}
		if e := math.Abs(got.F64[i] - v); e <= math.MaxFloat64 {
			d = max(d, e)
			continue
		}
		return math.Inf(1)
	}
	return d
}

// largest is the largest difference of all columns, relative to the largest
// number of its row.
func largest(got, want []models.Column) float64 {
	d := 0.0
	for j := range want {
		k := want[j].Stride()
		for i := 0; i+k <= len(want[j].F64); i += k {
			size := sizeOf(want[j].F64[i : i+k])
			if e := largestDifference(span(&got[j], i, i+k), span(&want[j], i, i+k)); e > 0 {
				d = max(d, e/max(size, math.SmallestNonzeroFloat64))
			}
		}
		if len(want[j].F64) == 0 && Exact.compare(&got[j], &want[j]) != nil {
			d = math.Inf(1)
		}
	}
	return d
}
