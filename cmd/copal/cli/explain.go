package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/copal-ml/copal/builder/deploy/aws"
	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/builder/registry"
	"github.com/copal-ml/copal/models"
)

// explain turns any error into what the user reads, one failure for each error
// that was joined into it.
func explain(err error) []*failure {
	var list []*failure
	for _, e := range parts(err) {
		list = append(list, explainOne(e))
	}
	return list
}

// parts undoes errors.Join, and only that: an error whose text says more than
// its parts stays whole.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var texts []string
	for _, e := range joined.Unwrap() {
		texts = append(texts, e.Error())
	}
	if strings.Join(texts, "\n") != err.Error() {
		return []error{err}
	}
	return joined.Unwrap()
}

// explainOne gives an error its exit code and its next step. Errors that a
// command made for the user have both; the rest are facts of the packages below.
func explainOne(err error) *failure {
	if f := asFailure(err); f != nil {
		return &failure{code: f.code, err: err, hints: f.hints}
	}
	for _, explain := range []func(error) *failure{explainVerify, explainAccount, explainRegistry, explainModel, explainMachine} {
		if f := explain(err); f != nil {
			return f
		}
	}
	return &failure{code: ExitFailure, err: err}
}

// explainAccount knows the errors of package deploy/aws.
func explainAccount(err error) *failure {
	var running *aws.StillRunning
	var smoke *aws.SmokeFailed
	var denied *aws.Denied
	var quota *aws.Quota
	var problem *aws.Problem
	var refused *aws.ModelError
	switch {
	case errors.As(err, &running):
		return &failure{ExitPending, sentences("interrupted: "+running.State, running.Cost), hintList(running.Resume)}
	case errors.As(err, &smoke):
		return &failure{ExitSmoke, err, hintList("`copal logs " + smoke.Name + "` shows what the container said")}
	case errors.As(err, &denied):
		return explainDenied(*denied)
	case errors.As(err, &quota):
		return &failure{ExitDenied, sentences(quota.What, quota.Why), hintList(quota.Next)}
	case errors.As(err, &refused):
		return explainRefusal(refused)
	case errors.As(err, &problem):
		return &failure{ExitFailure, sentences(problem.What, problem.Why), hintList(problem.Next)}
	}
	return nil
}

// explainDenied says who may not do what, and gives the policy statement to
// paste.
func explainDenied(e aws.Denied) *failure {
	hint := e.Next
	if e.Statement != "" {
		hint = "have this statement added to its policy, then run the same command again:\n" + e.Statement
	}
	e.Next, e.Statement = "", ""
	return &failure{ExitDenied, &e, hintList(hint)}
}

// explainRefusal takes apart what the server in a Copal image says of a request
// that it cannot answer (serve.Problem).
func explainRefusal(e *aws.ModelError) *failure {
	var said struct{ Error, Got, Expected string }
	if json.Unmarshal([]byte(e.Message), &said) != nil || said.Error == "" {
		return &failure{ExitFailure, e, nil} // not a server of ours
	}
	text := fmt.Sprintf("the model answered %d: %s", e.Status, said.Error)
	if said.Got != "" {
		text += "; got " + said.Got
	}
	if said.Expected != "" && !strings.Contains(said.Error, said.Expected) {
		text += "; expected " + said.Expected
	}
	hint := "correct the request; `copal inspect` of the model file shows what it takes"
	switch e.Status {
	case http.StatusUnsupportedMediaType:
		hint = "set --content-type to one of: " + said.Expected
	case http.StatusNotAcceptable:
		hint = "set --accept to one of: " + said.Expected
	case http.StatusInternalServerError:
		hint = "`copal logs` of the endpoint has more"
	}
	return &failure{ExitFailure, errors.New(text), []string{hint}}
}

// explainRegistry knows the errors of pushing and pulling.
func explainRegistry(err error) *failure {
	var e *registry.Error
	if !errors.As(err, &e) || errors.Is(err, context.Canceled) {
		return nil
	}
	code := ExitFailure
	if e.Kind == registry.Denied {
		code = ExitDenied
	}
	return &failure{code, fmt.Errorf("%s: %w", e.What, e.Err), hintList(e.Next)}
}

// explainModel knows the errors of reading a model.
func explainModel(err error) *failure {
	var unsupported *models.UnsupportedError
	var broken *models.FormatError
	switch {
	case errors.As(err, &unsupported):
		return &failure{ExitUnsupported, err, hintList(unsupported.Hint)}
	case errors.As(err, &broken):
		return &failure{ExitFailure, err, hintList("if the file was cut off or changed on its way here, copy it again; its size and checksum tell")}
	}
	return nil
}

// explainMachine knows what goes wrong around this process.
func explainMachine(err error) *failure {
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return &failure{ExitFailure, errors.New("interrupted"), hintList("the same command starts again")}
	case errors.Is(err, local.ErrNotRunning):
		return &failure{ExitFailure, err, nil} // its text names the command
	case errors.Is(err, fs.ErrNotExist):
		return &failure{ExitFailure, err, hintList("check the name; relative paths start in the current folder")}
	case errors.Is(err, fs.ErrPermission):
		return &failure{ExitFailure, err, hintList("`ls -l` shows whose it is")}
	case errors.Is(err, syscall.ENOSPC):
		return &failure{ExitFailure, err, hintList("the disk is full: `df -h`")}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &failure{ExitFailure, err, hintList("nothing listens there: is AWS_ENDPOINT_URL right, does `copal local` still run?")}
	case errors.As(err, &network):
		return &failure{ExitFailure, err, hintList("the network or the service did not answer; the same command tries again")}
	}
	return nil
}

// sentences puts what and why on lines of their own.
func sentences(parts ...string) error {
	return errors.New(strings.Join(hintList(parts...), "\n"))
}

func hintList(hints ...string) []string {
	var list []string
	for _, h := range hints {
		if h = strings.TrimSpace(h); h != "" {
			list = append(list, h)
		}
	}
	return list
}
