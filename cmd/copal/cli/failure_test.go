package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/copal-ml/copal/builder/deploy/aws"
	"github.com/copal-ml/copal/builder/registry"
	"github.com/copal-ml/copal/models"
)

// TestExplain has a line for each kind of end: its exit code and what the user
// reads.
func TestExplain(t *testing.T) {
	f := func(err error, code int, want ...string) {
		t.Helper()
		var stderr bytes.Buffer
		a := &app{Console: Console{Err: &stderr, Env: func(string) string { return "" }}}
		if got := a.report(explain(fmt.Errorf("wrapped: %w", err))); got != code {
			t.Errorf("%v: exit code %d, want %d", err, got, code)
		}
		for _, w := range want {
			if !strings.Contains(stderr.String(), w) {
				t.Errorf("%v: %q is not in\n%s", err, w, stderr.String())
			}
		}
	}
	f(errors.New("plain"), ExitFailure, "copal: error: wrapped: plain\n")
	f(usagef("do this", "wrong"), ExitUsage, "error: wrapped: wrong", "hint: do this")
	f(&models.UnsupportedError{Path: "Pipeline.steps['svc']", Feature: "sklearn.svm._classes.NuSVR", Offset: 12, Hint: "Use LinearSVR."},
		ExitUnsupported, "Pipeline.steps['svc']: sklearn.svm._classes.NuSVR is not supported (byte 12)", "hint: Use LinearSVR.")
	f(&models.FormatError{Format: "pickle", Offset: 7, Text: "cut off"}, ExitFailure, "at byte 7: cut off", "hint: ")
	f(&aws.Denied{What: "make role r", Action: "iam:CreateRole", Principal: "arn:me", Statement: `{"Effect": "Allow"}`},
		ExitDenied, "cannot make role r", "arn:me may not iam:CreateRole", "\n{\"Effect\": \"Allow\"}\n")
	f(&aws.Quota{What: "no room", Next: "copal deploy …"}, ExitDenied, "error: no room", "hint: copal deploy …")
	f(&aws.StillRunning{State: "endpoint iris is Creating", Cost: "Nothing is billed.", Resume: "Run it again.", Err: context.Canceled},
		ExitPending, "error: interrupted: endpoint iris is Creating\nNothing is billed.\n", "hint: Run it again.")
	f(&aws.SmokeFailed{Name: "iris", RolledBack: true, On: "iris-1", Err: errors.New("400")}, ExitSmoke, "did not answer", "hint: `copal logs iris`")
	f(&aws.Problem{What: "what", Why: "why", Next: "next"}, ExitFailure, "error: what\nwhy\n", "hint: next")
	f(&aws.ModelError{Status: 400, Message: `{"error":"row 0 has 3 features"}`}, ExitFailure, "the model answered 400", "row 0 has 3 features")
	f(&aws.ModelError{Status: 415, Message: `{"error":"not read here","got":"image/png","expected":"application/json, text/csv"}`},
		ExitFailure, "the model answered 415: not read here; got image/png; expected application/json", "hint: set --content-type to one of: application/json")
	f(&aws.ModelError{Status: 500, Message: "<html>"}, ExitFailure, "the model answered 500: <html>")
	f(&registry.Error{Kind: registry.Denied, What: "push iris:v1 to host", Next: "log in", Err: errors.New("401")}, ExitDenied, "error: push iris:v1 to host: 401", "hint: log in")
	f(&registry.Error{Kind: registry.NoRepository, What: "push iris:v1 to host", Next: "create it", Err: errors.New("404")}, ExitFailure, "hint: create it")
	f(context.Canceled, ExitFailure, "error: interrupted")
	f(&fs.PathError{Op: "open", Path: "m.pkl", Err: fs.ErrNotExist}, ExitFailure, "open m.pkl", "hint: check the name")
}

func TestExplainJoined(t *testing.T) {
	var stderr bytes.Buffer
	a := &app{Console: Console{Err: &stderr, Env: func(string) string { return "" }}}
	code := a.report(explain(errors.Join(
		&aws.Problem{What: "first", Next: "one"},
		&aws.Problem{What: "second", Next: "two"},
	)))
	want := "copal: error: first\ncopal: hint: one\ncopal: error: second\ncopal: hint: two\n"
	if code != ExitFailure || stderr.String() != want {
		t.Errorf("exit code %d and\n%swant\n%s", code, stderr.String(), want)
	}
}

func TestPanicsNever(t *testing.T) {
	for _, args := range [][]string{{""}, {"--"}, {"-"}, {"--json"}, {"status", ""}, {"invoke", "\x00"}, {"local", "env", "--state", "/nonexistent"}} {
		if _, stderr, code := run(t, args...); code == ExitOK || !strings.Contains(stderr, "copal: error: ") {
			t.Errorf("%q: exit code %d, standard error %q", args, code, stderr)
		}
	}
}
