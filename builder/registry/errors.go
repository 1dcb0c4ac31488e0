package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/copal-ml/copal/builder/progress"
)

// A Kind sorts registry errors by what can be done about them.
type Kind uint8

// The kinds of errors.
const (
	Failure      Kind = iota // see the text
	NoImage                  // the repository has no such tag or digest
	NoRepository             // the repository does not exist
	Denied                   // no credentials, or not allowed
	Immutable                // the tag exists and may not be moved
)

// An Error is a failed push or pull.
type Error struct {
	Kind Kind
	What string // "push iris:v1 to 127.0.0.1:5000"
	Next string // what to do; may be empty
	Err  error  // the cause, with the registry's own words
}

func (e *Error) Error() string {
	s := e.What + ": " + e.Err.Error()
	if e.Next != "" {
		s += "; " + e.Next
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// explain sorts err and says what to do about it.
func explain(what string, repo name.Repository, err error) error {
	e := &Error{What: what, Err: err}
	var status *transport.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case errors.As(err, &status):
		e.Kind = kindOf(status)
		e.Next = next(e.Kind, repo)
	case broken(err):
		e.Next = "the registry closed the connection each time, which is also how ECR answers when a repository does not exist: " + next(NoRepository, repo)
	}
	return e
}

func kindOf(e *transport.Error) Kind {
	has := func(codes ...transport.ErrorCode) bool {
		return slices.ContainsFunc(e.Errors, func(d transport.Diagnostic) bool { return slices.Contains(codes, d.Code) })
	}
	switch {
	case strings.Contains(e.Error(), "immutable"):
		return Immutable
	case has(transport.NameUnknownErrorCode):
		return NoRepository
	case e.StatusCode == http.StatusUnauthorized, e.StatusCode == http.StatusForbidden,
		has(transport.UnauthorizedErrorCode, transport.DeniedErrorCode):
		return Denied
	case e.StatusCode == http.StatusNotFound && e.Request != nil && e.Request.Method == http.MethodPost:
		return NoRepository
	case e.StatusCode == http.StatusNotFound, has(transport.ManifestUnknownErrorCode):
		return NoImage
	}
	return Failure
}

func next(k Kind, repo name.Repository) string {
	host, path := repo.RegistryStr(), repo.RepositoryStr()
	region, isECR := ecrRegion(host)
	switch k {
	case NoImage:
		return "push it first, or check the tag"
	case NoRepository:
		if isECR {
			return fmt.Sprintf("create the repository with `aws ecr create-repository --repository-name %s --region %s`; `copal build --push` and `copal deploy` do it by themselves", path, region)
		}
		return fmt.Sprintf("create the repository %s in %s first", path, host)
	case Denied:
		if isECR {
			return "check the AWS credentials; pushing needs ecr:GetAuthorizationToken, BatchCheckLayerAvailability, InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload, PutImage and BatchGetImage on the repository"
		}
		return fmt.Sprintf("log in with `docker login %s`, or put credentials into $DOCKER_CONFIG/config.json", host)
	case Immutable:
		return "choose another tag; the repository does not let tags move"
	}
	return ""
}

// A statusError is an answer that was not wanted.
type statusError struct {
	answer *transport.Error
	words  string        // the registry's own
	after  time.Duration // that it asks to wait
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s: %d %s%s", e.answer.Request.Method, e.answer.StatusCode, http.StatusText(e.answer.StatusCode), e.words)
}

func (e *statusError) Unwrap() error { return e.answer }

// maxWords is how much of an error's body is read.
const maxWords = 8 << 10

// check returns the error in resp unless its status is one of codes. It reads
// and closes the body.
func check(resp *http.Response, codes ...int) error {
	defer resp.Body.Close()
	if slices.Contains(codes, resp.StatusCode) {
		_, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection is used again
		return err
	}
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, maxWords)) // what there is of it
	resp.Body = io.NopCloser(bytes.NewReader(raw))
	e := &statusError{}
	if !errors.As(transport.CheckError(resp, codes...), &e.answer) {
		return fmt.Errorf("%s: %s", resp.Request.Method, resp.Status)
	}
	for _, d := range e.answer.Errors {
		e.words += ": " + d.String()
	}
	if text := strings.TrimSpace(string(raw)); len(e.answer.Errors) == 0 && text != "" {
		e.words = ": " + text[:min(len(text), 300)]
	}
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	e.after = time.Duration(seconds) * time.Second
	return e
}

// temporary reports whether a new attempt may succeed.
func temporary(err error) bool {
	var status *transport.Error
	if errors.As(err, &status) {
		switch status.StatusCode {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
			http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	return broken(err)
}

// broken reports whether err is that of a connection that was cut.
func broken(err error) bool {
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.Is(err, errSource):
		return false
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return true
	case errors.As(err, &timeout) && timeout.Timeout():
		return true
	}
	// net/http has no value for this one.
	return strings.Contains(err.Error(), "server closed idle connection")
}

// retry calls f until it succeeds, fails for good, or has been tried often
// enough, and notes every new attempt at what. The last error says how often.
func (c *Client) retry(ctx context.Context, p progress.Func, what string, f func() error) error {
	wait := c.o.Backoff
	for attempt := 1; ; attempt++ {
		err := f()
		if err == nil || !temporary(err) {
			return err
		}
		if attempt == c.o.Attempts {
			return fmt.Errorf("after %d attempts: %w", attempt, err)
		}
		var status *statusError
		if errors.As(err, &status) {
			wait = max(wait, min(status.after, time.Minute))
		}
		p.Send(progress.Event{Kind: progress.Note, Text: fmt.Sprintf("%s: %s; trying again in %s", what, err, wait)})
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
		wait *= 2
	}
}
