package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copal-ml/copal/builder/progress"
)

// A failure is an error as the user gets it: what happened, what to do next,
// and the exit code.
type failure struct {
	code  int
	err   error
	hints []string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usagef is a wrong command line. The hint is the next thing to type; it may be
// empty, and each of its lines is one.
func usagef(hint, format string, args ...any) error {
	return fail(ExitUsage, hint, format, args...)
}

// failf is a failure with a next step.
func failf(hint, format string, args ...any) error {
	return fail(ExitFailure, hint, format, args...)
}

func fail(code int, hint, format string, args ...any) error {
	f := &failure{code: code, err: fmt.Errorf(format, args...)}
	if hint != "" {
		f.hints = strings.Split(hint, "\n")
	}
	return f
}

// asFailure finds the failure in err, or returns nil.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// A printed error comes after the result that tells of it, which with --json is
// the one object of the command.
type printed struct{ error }

func (p *printed) Unwrap() error { return p.error }

// An errorResult is what a failed command prints with --json.
type errorResult struct {
	Error    string   `json:"error"`
	Hints    []string `json:"hints,omitempty"`
	ExitCode int      `json:"exit_code"`
}

// report prints failures as the last thing that a run says, and returns the exit
// code, which is that of the first.
func (a *app) report(failures []*failure) int {
	result := errorResult{ExitCode: failures[0].code}
	var texts []string
	for _, f := range failures {
		if f.code == ExitPending && !slices.ContainsFunc(a.args, needsQuoting) {
			f.hints = append(f.hints, "copal "+strings.Join(a.args, " "))
		}
		a.say(progress.Failed, f.Error())
		for _, h := range f.hints {
			a.say(progress.Note, h)
		}
		texts = append(texts, f.Error())
		result.Hints = append(result.Hints, f.hints...)
	}
	if told := (*printed)(nil); a.json && !errors.As(failures[0].err, &told) {
		result.Error = strings.Join(texts, "\n")
		// The exit code stays that of the failure even if this cannot be written.
		_ = a.printJSON(result)
	}
	return result.ExitCode
}
