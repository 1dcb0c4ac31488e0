package modeltest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/copal-ml/copal/models"
)

// A reporter is the part of testing.TB that the checks need.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// checkInfo holds what the model says of itself against the fixture.
func checkInfo(t reporter, f *Fixture, m *models.Model) {
	t.Helper()
	if got := m.Info; got.Library != f.Library || got.Version != f.Version || got.Outline.Class != f.Class {
		t.Errorf("got %s %s %s, want %s %s %s", got.Library, got.Version, got.Outline.Class, f.Library, f.Version, f.Class)
	}
	offered := make(map[models.Method]bool)
	for _, method := range m.Signature().Methods {
		offered[method.Name] = true
		if _, ok := f.Tolerance[method.Name]; !ok && !slices.Contains(f.Unasked, method.Name) {
			t.Errorf("the model offers %s, the library does not", method.Name)
		}
	}
	for method := range f.Tolerance {
		if !offered[method] {
			t.Errorf("the library offers %s, the model does not", method)
		}
	}
}

// checkNames holds the names of the transform's result, if the model tells them,
// against those of the library.
func checkNames(t reporter, f *Fixture, m *models.Model) {
	t.Helper()
	got := NamesOut(m)
	if len(f.Names) > 0 && got != nil && !slices.Equal(got, f.Names) {
		t.Errorf("the names of transform are\n%q, want\n%q", got, f.Names)
	}
}

// NamesOut are the names of what m's transform answers; nil if m does not tell.
func NamesOut(m *models.Model) []string {
	for _, method := range m.Signature().Methods {
		if method.Name != models.Transform {
			continue
		}
		if outputs := method.Outputs; len(outputs) == 1 && outputs[0].Width > 0 {
			return outputs[0].Names
		}
		var names []string
		for _, port := range method.Outputs {
			names = append(names, port.Name)
		}
		return names
	}
	return nil
}

// A question is one method asked about one batch.
type question struct {
	t      reporter
	f      *Fixture
	m      *models.Model
	batch  *Batch
	number int
	method models.Method
	rows   int // of the longest question
}

func (q question) errorf(format string, args ...any) {
	q.t.Helper()
	q.t.Errorf("batch %d, %s: %s", q.number, q.method, fmt.Sprintf(format, args...))
}

func (q question) ask() {
	q.t.Helper()
	words, refused := q.batch.Refused[q.method]
	want, answered := q.batch.Answers[q.method]
	switch {
	case refused:
		q.refused(words)
	case answered:
		q.answered(want)
	default:
		q.errorf("the fixture has no answer")
	}
}

// predict asks as a server does: the signature first, then the model.
func (q question) predict(dst, src *models.Frame) error {
	if err := q.m.Signature().Check(src); err != nil {
		return err
	}
	return q.m.Predict(dst, src, q.method)
}

func (q question) refused(words string) {
	q.t.Helper()
	err := q.predict(new(models.Frame), q.batch.Frame())
	var data *models.DataError
	if !errors.As(err, &data) {
		q.errorf("got error %v, want a *models.DataError: %s", err, words)
		return
	}
	if wordsSettled(q.f) && !strings.HasPrefix(data.Text, words) {
		q.errorf("refused with %q, the library says %q", data.Text, words)
	}
}

// wordsSettled reports whether the library already used the words that we use:
// scikit-learn names the input ("Input X contains NaN.") since 1.1.
func wordsSettled(f *Fixture) bool {
	var major, minor int
	if _, err := fmt.Sscanf(f.Version, "%d.%d", &major, &minor); err != nil {
		return false
	}
	return f.Library != "scikit-learn" || major > 1 || major == 1 && minor >= 1
}

func (q question) answered(want []models.Column) {
	q.t.Helper()
	src := q.batch.Frame()
	whole, guards := guardedFrame(want)
	if err := q.predict(whole, src); err != nil {
		q.errorf("%v", err)
		return
	}
	if whole.Rows != src.Rows {
		q.errorf("answered %d rows to %d", whole.Rows, src.Rows)
		return
	}
	if err := q.f.Tolerance[q.method].compareAll(whole.Columns, want); err != nil {
		q.errorf("%v", err)
		return
	}
	for _, g := range guards {
		if err := g.check(); err != nil {
			q.errorf("%v", err)
		}
	}
	if !reflect.DeepEqual(bits(src), bits(q.batch.Frame())) {
		q.errorf("the input was modified")
	}
	q.rowByRow(whole)
	if q.number == 0 {
		q.manyRows(whole)
	}
	q.otherForm(whole)
	q.concurrent(whole)
}

// same asks about src and wants the very bits of want.
func (q question) same(src, want *models.Frame) error {
	dst := new(models.Frame)
	if err := q.predict(dst, src); err != nil {
		return err
	}
	return Exact.compareAll(dst.Columns, want.Columns)
}

// rowByRow asks for each row alone.
func (q question) rowByRow(want *models.Frame) {
	q.t.Helper()
	src := q.batch.Frame()
	for i := range src.Rows {
		if err := q.same(rows(src, i, i+1), rows(want, i, i+1)); err != nil {
			q.errorf("row %d alone: %v", i, err)
			return
		}
	}
}

// manyRows asks for the batch over and over, beyond every block size.
func (q question) manyRows(want *models.Frame) {
	q.t.Helper()
	rows := q.rows
	if q.method == models.Contributions { // which take a thousand times as long
		rows = min(rows, 200)
	}
	times := rows/q.batch.Rows + 1
	if err := q.same(repeat(q.batch.Frame(), times), repeat(want, times)); err != nil {
		q.errorf("%d times: %v", times, err)
	}
}

// otherForm asks with a column per feature instead of a matrix.
func (q question) otherForm(want *models.Frame) {
	q.t.Helper()
	src := q.batch.Frame()
	if len(src.Columns) != 1 || src.Columns[0].Width == 0 {
		return
	}
	if err := q.same(asColumns(src), want); err != nil {
		q.errorf("as columns: %v", err)
	}
}

// concurrent asks from several goroutines at once.
func (q question) concurrent(want *models.Frame) {
	q.t.Helper()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				if err := q.same(q.batch.Frame(), want); err != nil {
					q.errorf("concurrent: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
}
