package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/copal-ml/copal/builder/progress"
)

// putBelow is the size from which a blob is sent with PATCH. Below it, PUT
// carries the blob and a round trip is saved.
const putBelow = 5 << 20

// errSource marks failures to read what is to be uploaded.
var errSource = errors.New("read the layer")

// upload sends one blob, once, from its first byte: ECR does not continue an
// upload that was cut (containers-roadmap#2831).
func (s *session) upload(ctx context.Context, b blob, meter *progress.Meter) error {
	to, err := s.begin(ctx)
	if err != nil {
		return err
	}
	if b.Size >= putBelow {
		to, err = s.send(ctx, http.MethodPatch, to, b, meter)
		if err != nil {
			return err
		}
	}
	commit := *to
	q := commit.Query()
	q.Set("digest", b.Digest.String())
	commit.RawQuery = q.Encode()
	if b.Size < putBelow {
		_, err = s.send(ctx, http.MethodPut, &commit, b, meter)
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, commit.String(), nil)
	if err != nil {
		return err
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return err
	}
	return check(resp, http.StatusCreated, http.StatusAccepted, http.StatusNoContent)
}

// begin asks for an upload and returns where to send it.
func (s *session) begin(ctx context.Context) (*url.URL, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base.String()+"blobs/uploads/", nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, err
	}
	if err := check(resp, http.StatusAccepted, http.StatusCreated); err != nil {
		return nil, err
	}
	return location(resp)
}

// location is where the upload that resp belongs to goes on.
func location(resp *http.Response) (*url.URL, error) {
	loc, err := resp.Location() // relative to the request
	if err != nil {
		return nil, fmt.Errorf("%s %s: the registry does not say where the upload goes on: %w", resp.Request.Method, resp.Status, err)
	}
	return loc, nil
}

// send carries the whole blob. ECR answers PATCH with 201, others with 202
// (dotnet/sdk-container-builds#279).
func (s *session) send(ctx context.Context, method string, to *url.URL, b blob, meter *progress.Meter) (*url.URL, error) {
	rc, err := b.open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSource, err)
	}
	body := &body{ReadCloser: rc, meter: meter}
	req, err := http.NewRequestWithContext(ctx, method, to.String(), body)
	if err != nil {
		return nil, errors.Join(err, rc.Close())
	}
	req.ContentLength = b.Size
	req.Header.Set("Content-Type", "application/octet-stream")
	resp, err := s.http.Do(req)
	if err == nil {
		err = check(resp, http.StatusCreated, http.StatusAccepted, http.StatusNoContent)
	}
	if source := body.err.Load(); source != nil {
		return nil, fmt.Errorf("%w: %w", errSource, *source)
	}
	if err != nil {
		meter.Add(-body.sent.Load())
		return nil, err
	}
	if method == http.MethodPut {
		return nil, nil
	}
	return location(resp)
}

// A body counts what is sent and keeps why it could not be read, which the
// transport hides behind its own error.
type body struct {
	io.ReadCloser
	meter *progress.Meter
	sent  atomic.Int64
	err   atomic.Pointer[error]
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.sent.Add(int64(n))
	b.meter.Add(int64(n))
	if err != nil && err != io.EOF {
		b.err.Store(&err)
	}
	return n, err
}
