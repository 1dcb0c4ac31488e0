package cli

import (
	"errors"
	"fmt"
	"strings"
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
// empty.
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

// report prints f as the last thing that a run says, and returns its exit code.
func (a *app) report(f *failure) int {
	if f == nil {
		return ExitOK
	}
	for line := range strings.Lines(strings.TrimRight(f.Error(), "\n")) {
		fmt.Fprintf(a.Err, "copal: %s %s\n", a.paint(a.Err, red, "error:"), strings.TrimRight(line, "\n"))
	}
	for _, h := range f.hints {
		fmt.Fprintf(a.Err, "copal: %s %s\n", a.paint(a.Err, cyan, "hint:"), h)
	}
	if a.json {
		// The result of a failed command is its error; ignoring a write error
		// here keeps the exit code of the first one.
		_ = a.printJSON(errorResult{Error: f.Error(), Hints: f.hints, ExitCode: f.code})
	}
	return f.code
}

// An errorResult is what a failed command prints with --json.
type errorResult struct {
	Error    string   `json:"error"`
	Hints    []string `json:"hints,omitempty"`
	ExitCode int      `json:"exit_code"`
}

// asFailure is errors.As for the one type that this package makes.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return nil
}
