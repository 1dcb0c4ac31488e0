package aws

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Problem is a refusal, ours or the account's, with its next step.
type Problem struct {
	What string // "endpoint name \"my_model\" has '_' at position 3"
	Why  string // may be empty
	Next string // what to do: a command or a setting; may be empty
	Err  error  // the cause, if there is one
}

func (e *Problem) Error() string { return paragraphs(e.What, e.Why, e.Next) }
func (e *Problem) Unwrap() error { return e.Err }

// Denied reports a missing permission. Exit code 4.
type Denied struct {
	What      string // what was being done: "make role copal-iris-eu-west-1"
	Action    string // "iam:CreateRole"; "" if AWS did not say
	Resource  string // ARN, or "*"
	Principal string // who lacks it, as AWS named it
	Statement string // the policy statement that would allow it, indented JSON
	Next      string
	Err       error
}

func (e *Denied) Error() string {
	who := e.Principal
	if who == "" {
		who = "these credentials"
	}
	why := fmt.Sprintf("%s may not %s", who, e.Action)
	if e.Action == "" {
		why = e.Err.Error()
	} else if e.Resource != "" && e.Resource != "*" {
		why += " on " + e.Resource
	}
	next := e.Next
	if e.Statement != "" {
		next = "have this statement added to its policy, then run the same command again:\n" + e.Statement
	}
	return paragraphs("cannot "+e.What, why, next)
}
func (e *Denied) Unwrap() error { return e.Err }

// Quota reports a limit of the account, or capacity that AWS does not have.
// Exit code 4.
type Quota struct {
	What, Why, Next string
	Err             error
}

func (e *Quota) Error() string { return paragraphs(e.What, e.Why, e.Next) }
func (e *Quota) Unwrap() error { return e.Err }

// StillRunning reports that waiting was cut short while the account goes on
// working, or that some but not all was made. Running the same again resumes.
// Exit code 5.
type StillRunning struct {
	Name    string        // of the endpoint
	State   string        // "endpoint iris is Creating"
	Cost    string        // what is billed meanwhile
	Resume  string        // how to go on, and how to stop it
	Elapsed time.Duration // waited so far
	Err     error         // context.Canceled, context.DeadlineExceeded
}

func (e *StillRunning) Error() string {
	return paragraphs("interrupted: "+e.State, e.Cost, e.Resume)
}
func (e *StillRunning) Unwrap() error { return e.Err }

// SmokeFailed reports an endpoint that is in service and does not answer the
// test request. Exit code 6.
type SmokeFailed struct {
	Name       string
	RolledBack bool   // the endpoint is back on the configuration it had
	On         string // the configuration it is on now
	Why        string // why not, if it could not be rolled back
	Logs       string // last lines of the container, if they could be had
	Err        error
}

func (e *SmokeFailed) Error() string {
	state := fmt.Sprintf("It was rolled back to configuration %s.", e.On)
	if !e.RolledBack {
		state = e.Why
	}
	what := "did not answer the test request"
	if wrong := (*WrongAnswer)(nil); errors.As(e.Err, &wrong) {
		what = "answered the test request wrongly"
	}
	return paragraphs(fmt.Sprintf("endpoint %s %s: %v", e.Name, what, e.Err), state, e.Logs)
}
func (e *SmokeFailed) Unwrap() error { return e.Err }

// A WrongAnswer reports that the answer to the rows stored in the image is not
// the one stored with them.
type WrongAnswer struct{ Err error }

func (e *WrongAnswer) Error() string { return e.Err.Error() }
func (e *WrongAnswer) Unwrap() error { return e.Err }

// A ModelError is the model's own refusal of a request: SageMaker's 424.
type ModelError struct {
	Status  int    // that the container answered with: 400, 500
	Message string // its body, shortened by SageMaker
	Logs    string // ARN of the log stream
	Err     error
}

func (e *ModelError) Error() string {
	return fmt.Sprintf("the model answered %d: %s", e.Status, strings.TrimSpace(e.Message))
}
func (e *ModelError) Unwrap() error { return e.Err }

// paragraphs joins the parts of an error text that are not empty.
func paragraphs(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n")
}
