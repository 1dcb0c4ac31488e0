// Package verify holds the answers of a model against those that the user's own
// Python gave to the same rows.
//
// The rows go through the codec and the checks of the server, window by window,
// and each answer is held against its line of the expected file. Numbers agree
// within a tolerance (contract.Agree); labels, truth values and texts agree if
// they mean the same ("1", 1 and 1.0; True and true).
package verify

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

// Options say what to compare. "-" as a path is standard input.
type Options struct {
	Data, Expect string    // paths
	Stdin        io.Reader // of "-"
	Header       codec.Header
	Method       models.Method // one that the model offers

	// Tolerance of numbers; negative for the defaults.
	Tolerance float64

	// Show is how many differing values the report lists.
	Show int

	// SmokeRows is how many rows to keep for the image's smoke test.
	SmokeRows int
}

// The default tolerances. A model that computes in float64 is mostly within
// 1e-12 of its library, and what its answers lose in a text file less; one that
// answers in float32 has seven digits.
const (
	Tolerance64 = 1e-9
	Tolerance32 = 1e-6
)

// An InputError reports a file that cannot be compared.
type InputError struct {
	Name string // of the file
	Err  error
	Hint string // the next step; may be empty
}

func (e *InputError) Error() string { return e.Name + ": " + e.Err.Error() }
func (e *InputError) Unwrap() error { return e.Err }

func inputError(name, hint, format string, args ...any) error {
	return &InputError{Name: name, Err: fmt.Errorf(format, args...), Hint: hint}
}

// Run compares m with the files of o. Differences are no error: the report has
// them. The errors are *InputError, but for those of reading.
func Run(m models.Predictor, o Options) (*Report, error) {
	data, err := openSource(o.Data, o.Stdin)
	if err != nil {
		return nil, err
	}
	defer data.Close()
	windows, err := openWindows(data, m.Signature(), o.Header)
	if err != nil {
		return nil, err
	}
	answers := layoutOf(m.Signature(), o.Method)
	readings, err := openReadings(o, answers)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, r := range readings {
			r.close()
		}
	}()
	run := run{model: m, method: o.Method, readings: readings, names: [2]string{data.name, readings[0].name}}
	for {
		err := run.window(windows)
		if errors.Is(err, io.EOF) {
			return run.finish(windows)
		}
		if err != nil {
			return nil, err
		}
	}
}

// A run is the state between two windows.
type run struct {
	model    models.Predictor
	method   models.Method
	readings []*reading
	rows     int       // of the data so far
	names    [2]string // of the files
	in       codec.Request
	out      models.Frame
}

// window predicts the next rows as the server does and compares them.
func (r *run) window(from windows) error {
	w, err := from.next()
	if err != nil {
		return err
	}
	if err := w.codec.Decode(&r.in, r.model.Signature(), w.body); err != nil {
		return from.explain(w, r.rows, err)
	}
	if from.decoded(w, r.in.Frame.Rows); r.in.Frame.Rows == 0 {
		return nil
	}
	if r.in.Method != "" && r.in.Method != r.method {
		return inputError(r.names[0], "say --method "+string(r.in.Method)+", or take the method out of the file",
			"it asks for the method %s, and %s is compared", r.in.Method, r.method)
	}
	if err := r.predict(); err != nil {
		return from.explain(w, r.rows, err)
	}
	for row := range r.out.Rows {
		for _, reading := range r.readings {
			if err := reading.compare(&r.in.Frame, &r.out, row); err != nil {
				return err
			}
		}
	}
	r.rows += r.out.Rows
	return nil
}

// predict answers as the server would, which survives a fault in a model.
func (r *run) predict() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the model fails on these rows: %v; this is a fault in copal", v)
		}
	}()
	if err := r.model.Signature().Check(&r.in.Frame); err != nil {
		return err
	}
	return r.model.Predict(&r.out, &r.in.Frame, r.method)
}

// finish chooses the reading of the expected file that has as many rows as the
// data, and reports what it found.
func (r *run) finish(from windows) (*Report, error) {
	if r.rows == 0 {
		return nil, inputError(r.names[0], "verify needs a row at least", "it holds no rows")
	}
	nearest := -1
	for i, reading := range r.readings {
		n, err := reading.count()
		if err != nil {
			return nil, err
		}
		if n == r.rows {
			return reading.finish(r.model, joined(from.note(), r.guess(i)))
		}
		if nearest < 0 || abs(n-r.rows) < abs(nearest-r.rows) {
			nearest = n
		}
	}
	return nil, &RowsError{Data: r.names[0], Expect: r.names[1], DataRows: r.rows, ExpectRows: nearest, Guess: from.note()}
}

func abs(n int) int { return max(n, -n) }

// guess says that the first line of the expected file may be a header, if it
// was compared as an answer.
func (r *run) guess(chosen int) string {
	if chosen == len(r.readings)-1 || r.readings[chosen].report.DifferentValues == 0 {
		return ""
	}
	return r.names[1] + ": its first line is compared as an answer; if it is a header, an answer is missing"
}

func joined(notes ...string) string {
	return strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), "\n")
}

// A RowsError reports files of different length.
type RowsError struct {
	Data, Expect         string
	DataRows, ExpectRows int
	Guess                string // what was made of the data's first line
}

func (e *RowsError) Error() string {
	return fmt.Sprintf("%s has %s and %s has %d: there is no telling which belong together",
		e.Data, count(e.DataRows, "row"), e.Expect, e.ExpectRows)
}

// Hint is the likely reason.
func (e *RowsError) Hint() string {
	switch missing := e.DataRows - e.ExpectRows; {
	case e.Guess != "":
		return e.Guess
	case missing == 1:
		return "if the first line of " + e.Data + " is a header, add --header present; if not, an answer is missing"
	case missing == -1:
		return "if the first line of " + e.Data + " is a row, add --header absent; if not, a row is missing"
	}
	return "write both from the same rows: X and model.predict(X)"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// toleranceOf is what numbers of a type may differ by.
func (o Options) toleranceOf(t models.DType) float64 {
	switch {
	case o.Tolerance >= 0:
		return o.Tolerance
	case t == models.Float32:
		return Tolerance32
	}
	return Tolerance64
}
