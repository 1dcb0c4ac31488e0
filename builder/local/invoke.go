package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/builder/local/wire"
	"github.com/copal-ml/copal/runtime/contract"
)

var runtimePath = regexp.MustCompile(`^/endpoints/([^/]+)/(invocations|invocations-response-stream|async-invocations)$`)

func (p *Platform) routeRuntime(r *http.Request) route {
	rt := route{operation: "sagemaker-runtime:?", protocol: wire.RestJSON{}}
	m := runtimePath.FindStringSubmatch(r.URL.Path)
	if m == nil || r.Method != http.MethodPost {
		rt.serve = func(http.ResponseWriter, *http.Request, *call) error {
			return &wire.Error{Status: http.StatusNotFound, Code: "UnknownOperationException",
				Message: fmt.Sprintf("the local platform does not do sagemaker-runtime %s %s; it does InvokeEndpoint, InvokeEndpointWithResponseStream", r.Method, r.URL.Path)}
		}
		return rt
	}
	name := m[1]
	switch m[2] {
	case "invocations":
		rt.operation = "sagemaker-runtime:InvokeEndpoint"
		rt.serve = func(w http.ResponseWriter, r *http.Request, c *call) error { return p.invoke(w, r, c, name, false) }
	case "invocations-response-stream":
		rt.operation = "sagemaker-runtime:InvokeEndpointWithResponseStream"
		rt.serve = func(w http.ResponseWriter, r *http.Request, c *call) error { return p.invoke(w, r, c, name, true) }
	default:
		rt.operation = "sagemaker-runtime:InvokeEndpointAsync"
		rt.serve = func(http.ResponseWriter, *http.Request, *call) error {
			return wire.Errorf("ValidationError", "Endpoint %s of account %s is not an async endpoint; the local platform has none.", name, AccountID)
		}
	}
	return rt
}

// passed are the headers that reach the container
// (sagemaker-runtime service model, InvokeEndpointInput). All others are stripped.
var passed = []string{
	"Content-Type", "Accept", "X-Amzn-Sagemaker-Custom-Attributes", "X-Amzn-Sagemaker-Target-Model",
	"X-Amzn-Sagemaker-Inference-Id", "X-Amzn-Sagemaker-Session-Id", "X-Amzn-Sagemaker-Enable-Explanations",
}

func (p *Platform) invoke(w http.ResponseWriter, r *http.Request, c *call, name string, stream bool) error {
	body, err := io.ReadAll(c.signed.Body)
	if err != nil {
		return err
	}
	budget := p.cfg.Delays.Invoke
	ctx, cancel := context.WithTimeout(c.ctx, budget)
	defer cancel()
	d, rep, put, err := p.acquire(ctx, c, name, int64(len(body)))
	if err != nil {
		return err
	}
	defer put()
	if v := r.Header.Get("X-Amzn-Sagemaker-Target-Variant"); v != "" && v != d.rel.Variant.VariantName {
		return wire.Errorf("ValidationError", "Variant %s not found for endpoint %s of account %s.", v, name, AccountID)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://container"+contract.InvocationsPath, bytes.NewReader(body))
	if err != nil {
		return err
	}
	copyHeaders(req.Header, r.Header, stream)
	res, err := rep.client.Do(req)
	if err != nil {
		d.p.logf("endpoint %s: %v", name, err)
		rep.awaitEnd(ctx)
		return d.timedOut()
	}
	defer res.Body.Close()
	if err := d.checkResponse(res); err != nil {
		return err
	}
	out := w.Header()
	out.Set("X-Amzn-Requestid", c.id)
	out.Set("X-Amzn-Invoked-Production-Variant", d.rel.Variant.VariantName)
	for _, h := range []string{"X-Amzn-Sagemaker-Custom-Attributes", "X-Amzn-Sagemaker-Closed-Session-Id"} {
		if v := res.Header.Get(h); v != "" {
			out.Set(h, v)
		}
	}
	if v := res.Header.Get("X-Amzn-Sagemaker-Session-Id"); v != "" {
		out.Set("X-Amzn-Sagemaker-New-Session-Id", v)
	}
	if stream {
		return streamResponse(w, res)
	}
	return d.plainResponse(w, res)
}

func copyHeaders(to, from http.Header, stream bool) {
	for _, h := range passed {
		if v := from.Get(h); v != "" {
			to.Set(h, v)
		}
	}
	if v := from.Get("X-Amzn-Sagemaker-Accept"); stream && v != "" {
		to.Set("Accept", v)
	}
	to.Set("User-Agent", "AHC/2.0")
}

// acquire finds the deployment of an endpoint and a container of it.
func (p *Platform) acquire(ctx context.Context, c *call, name string, size int64) (*deployment, *replica, func(), error) {
	for {
		d, err := p.deploymentOf(ctx, name)
		if err != nil {
			return nil, nil, nil, err
		}
		if err := d.checkSize(size); err != nil {
			return nil, nil, nil, err
		}
		rep, put, err := d.fleet.acquire(ctx)
		switch {
		case err == nil:
			return d, rep, put, nil
		case errors.Is(err, errStopping) && ctx.Err() == nil && p.life.Err() == nil:
			continue // replaced between the two steps
		case errors.Is(err, errThrottled):
			return nil, nil, nil, &wire.Error{Status: http.StatusTooManyRequests, Code: "ThrottlingException", Message: "Rate exceeded"}
		case errors.Is(err, errNoContainer), ctx.Err() != nil:
			return nil, nil, nil, d.timedOut()
		default: // a cold start that failed
			return nil, nil, nil, &wire.Error{Status: http.StatusTooManyRequests, Code: "ModelNotReadyException", Message: err.Error()}
		}
	}
}

// deploymentOf waits for a deployment that is starting again after the platform did.
// Names are compared as they are written, unlike in the control plane.
func (p *Platform) deploymentOf(ctx context.Context, name string) (*deployment, error) {
	p.mu.Lock()
	e, ok := p.findEndpoint(name)
	d := p.running[strings.ToLower(name)]
	p.mu.Unlock()
	absent := wire.Errorf("ValidationError", "Endpoint %s of account %s not found.", name, AccountID)
	if !ok || e.Name != name || d == nil || e.Active == nil || !slices.Contains([]string{stateInService, stateUpdating, stateRollingBack}, e.Status) {
		return nil, absent
	}
	select {
	case <-d.started:
	case <-ctx.Done():
		return nil, d.timedOut()
	}
	if d.err != nil {
		return nil, absent
	}
	return d, nil
}

func (d *deployment) payloadLimit() int64 {
	if d.rel.serverless() {
		return contract.ServerlessPayload
	}
	return contract.RealTimePayload
}

func (d *deployment) checkSize(size int64) error {
	if limit := d.payloadLimit(); size > limit {
		return tooLarge(limit)
	}
	return nil
}

// tooLarge: aws/sagemaker-python-sdk, issue 171. The answer has a status and a
// message, and no code.
func tooLarge(limit int64) error {
	return &wire.Error{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("HTTP content length exceeded %d bytes.", limit)}
}

func (d *deployment) group() string { return logGroupOf(d.ep.Name) }

// modelError is what the container did wrong, in the words of the service
// (RamVegiraju/SageMaker-Deployment, issue 3).
func (d *deployment) modelError(status int, kind, text string) error {
	region := d.ep.Region
	return &wire.Error{
		Status: http.StatusFailedDependency,
		Code:   "ModelError",
		Message: fmt.Sprintf("Received %s (%d) from primary with message \"%s\". See https://%s.console.aws.amazon.com/cloudwatch/home?region=%s#logEventViewer:group=%s in account %s for more information.",
			kind, status, text, region, region, d.group(), AccountID),
		Members: map[string]any{
			"OriginalStatusCode": status,
			"OriginalMessage":    text,
			"LogStreamArn":       logGroupARN(region, d.group()),
			"ErrorCode":          errorCode(status),
		},
	}
}

func errorCode(status int) string {
	switch {
	case status == 0:
		return "INTERNAL_FAILURE_FROM_MODEL"
	case status < 500:
		return "CLIENT_ERROR_FROM_MODEL"
	}
	return "SERVER_ERROR_FROM_MODEL"
}

// timedOut is also what is said of a container that died (aws/amazon-sagemaker-examples, issue 799).
func (d *deployment) timedOut() error {
	return d.modelError(0, "server error", "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.")
}

const maxOriginalMessage = 2048 // sagemaker-runtime service model, ModelError

// checkResponse refuses what SageMaker refuses of a container.
func (d *deployment) checkResponse(res *http.Response) error {
	if res.StatusCode < 200 || res.StatusCode > 299 {
		text, err := io.ReadAll(io.LimitReader(res.Body, maxOriginalMessage))
		if err != nil {
			return d.timedOut()
		}
		kind := "client error"
		if res.StatusCode >= 500 || res.StatusCode < 400 {
			kind = "server error"
		}
		return d.modelError(res.StatusCode, kind, strings.ToValidUTF8(string(text), "\uFFFD"))
	}
	size := 0
	for k, values := range res.Header {
		for _, v := range values {
			size += len(k) + len(": \r\n") + len(v)
		}
	}
	if size > contract.ResponseHeaders { // aws/deep-learning-containers, issue 4668
		return d.modelError(0, "server error", "Response received from the primary container has headers with length greater than 4096 bytes. Reduce the length of your container's response headers and update your endpoint.")
	}
	return nil
}

func (d *deployment) plainResponse(w http.ResponseWriter, res *http.Response) error {
	limit := d.payloadLimit()
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return d.timedOut()
	}
	if int64(len(body)) > limit {
		return d.modelError(0, "server error", fmt.Sprintf("The response from container primary is larger than %d bytes.", limit))
	}
	if v := res.Header.Get("Content-Type"); v != "" {
		w.Header().Set("Content-Type", v)
	} else {
		w.Header()["Content-Type"] = nil // none, and none guessed
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	w.Write(body)
	return nil
}

// streamResponse sends what the container sends, as it comes, as events.
func streamResponse(w http.ResponseWriter, res *http.Response) error {
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	if v := res.Header.Get("Content-Type"); v != "" {
		w.Header().Set("X-Amzn-Sagemaker-Content-Type", v)
	}
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w)
	part := map[string]string{":message-type": "event", ":event-type": "PayloadPart", ":content-type": "application/octet-stream"}
	buf := make([]byte, 64<<10)
	for {
		n, err := res.Body.Read(buf)
		if n > 0 {
			if _, err := w.Write(wire.Event(part, buf[:n])); err != nil {
				return nil // the caller went away
			}
			if err := flush.Flush(); err != nil {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			code := "StreamBroken"
			if errors.Is(err, context.DeadlineExceeded) {
				code = "ModelInvocationTimeExceeded"
			}
			failure := map[string]string{":message-type": "exception", ":exception-type": "ModelStreamError", ":content-type": "application/json"}
			w.Write(wire.Event(maps.Clone(failure), fmt.Appendf(nil, `{"Message":%q,"ErrorCode":%q}`, "the container's answer broke off", code)))
			return nil
		}
	}
}
