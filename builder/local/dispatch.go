package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/copal-ml/copal/builder/local/sigv4"
	"github.com/copal-ml/copal/builder/local/wire"
	"github.com/copal-ml/copal/runtime/contract"
)

// A call is an authenticated request on its way to its operation.
type call struct {
	ctx    context.Context
	id     string // request id
	region string // that the client signed for
	now    time.Time
	signed *sigv4.Signed
}

// A route is what the dispatcher found out about a request.
type route struct {
	operation string // "sagemaker:CreateModel"
	protocol  wire.Protocol
	serve     func(w http.ResponseWriter, r *http.Request, c *call) error
}

// maxBody bounds requests that are read whole: the largest is an invocation.
const maxBody = contract.RealTimePayload

// ServeHTTP answers one request of any of the protocols. One port has them all:
// the registry is known by its path, the others by the service that the request is
// signed for.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{ctx: r.Context(), id: requestID(), now: time.Now()}
	var rt route
	var err error
	if r.URL.Path == "/v2" || strings.HasPrefix(r.URL.Path, "/v2/") { // too short for a bucket
		rt = p.routeRegistry(r)
	} else {
		rt, err = p.routeSigned(r, c)
	}
	rw := &recorder{ResponseWriter: w}
	if err == nil {
		err = p.serveRoute(rw, r, rt, c)
	}
	if err != nil {
		rt.protocol.WriteError(rw, c.id, asError(err))
	}
	p.logf("%s %s %d %s", c.now.Format(time.TimeOnly), rt.operation, rw.status, time.Since(c.now).Round(time.Millisecond))
}

// serveRoute runs the operation, or the fault that was planned for it.
func (p *Platform) serveRoute(w http.ResponseWriter, r *http.Request, rt route, c *call) error {
	switch p.cfg.Faults.next(rt.operation) {
	case Throttle:
		return wire.Errorf("ThrottlingException", "Rate exceeded")
	case ServerFail:
		return &wire.Error{Status: http.StatusInternalServerError, Code: "InternalFailure", Message: "We encountered an internal error. Please try again."}
	case Denied:
		return &wire.Error{Status: http.StatusForbidden, Code: "AccessDeniedException",
			Message: fmt.Sprintf("User: %s is not authorized to perform: %s because no identity-based policy allows the %[2]s action", userARN, rt.operation)}
	case LostCall:
		panic(http.ErrAbortHandler) // net/http's way to break the connection
	case LostAnswer:
		if err := rt.serve(&discard{header: http.Header{}}, r, c); err != nil {
			p.logf("%s: answer lost on purpose; it was: %v", rt.operation, err)
		}
		panic(http.ErrAbortHandler)
	}
	return rt.serve(w, r, c)
}

// routeSigned checks the signature and finds the operation.
func (p *Platform) routeSigned(r *http.Request, c *call) (route, error) {
	service := sigv4.Service(r)
	unsigned := route{operation: service + ":?", protocol: p.protocolOf(service, r)}
	v := sigv4.Verifier{Secret: p.secretOf, Now: time.Now, MaxBody: maxBody}
	signed, err := v.Verify(r)
	if err != nil {
		return unsigned, authError(unsigned.protocol, err)
	}
	c.signed, c.region = signed, signed.Region
	if service == "s3" {
		return p.routeS3(r), nil
	}
	if strings.HasPrefix(r.URL.Path, "/endpoints/") && service == "sagemaker" {
		return p.routeRuntime(r), nil
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return p.routeJSON(target)
	}
	if q, ok := p.queryServices()[service]; ok {
		return q.route(p, service, r, signed.Body)
	}
	return unsigned, &wire.Error{Status: http.StatusNotFound, Code: "UnknownOperationException",
		Message: fmt.Sprintf("the local platform has no service %q; it has ecr, iam, logs, s3, sagemaker, sts", service)}
}

func (p *Platform) secretOf(id string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.saved.SecretAccessKey, id == p.saved.AccessKeyID
}

func (p *Platform) protocolOf(service string, r *http.Request) wire.Protocol {
	switch {
	case service == "s3", service == "" && r.URL.Path != "/": // an object's plain URL, most likely
		return wire.S3{Resource: r.URL.Path}
	case r.Header.Get("X-Amz-Target") != "":
		return wire.JSON{}
	case service == "iam":
		return wire.Query{Namespace: iamNamespace}
	case service == "sts":
		return wire.Query{Namespace: stsNamespace}
	case strings.HasPrefix(r.URL.Path, "/endpoints/"):
		return wire.RestJSON{}
	}
	return wire.JSON{}
}

// A jsonOperation decodes its input itself.
type jsonOperation func(c *call, name string, body []byte) (any, error)

// jsonOp makes an operation of a method. A nil *Out is an answer without body.
func jsonOp[In, Out any](f func(*call, *In) (*Out, error)) jsonOperation {
	return func(c *call, name string, body []byte) (any, error) {
		in := new(In)
		if err := wire.DecodeJSON(name, body, in); err != nil {
			return nil, err
		}
		out, err := f(c, in)
		if err != nil || out == nil {
			return nil, err
		}
		return out, nil
	}
}

// locked runs an operation of a control plane: one at a time, none of them waits.
func locked(p *Platform, f func() (any, error)) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return f()
}

// A jsonService is a service of the awsJson protocol.
type jsonService struct {
	name   string // in operation names: "sagemaker"
	target string // prefix of X-Amz-Target
	ops    map[string]jsonOperation
}

func (p *Platform) jsonServices() []jsonService {
	return []jsonService{
		{"sagemaker", "SageMaker", p.sagemakerOps()},
		{"ecr", "AmazonEC2ContainerRegistry_V20150921", p.ecrOps()},
		{"logs", "Logs_20140328", p.logsOps()},
	}
}

func (p *Platform) routeJSON(target string) (route, error) {
	prefix, name, _ := strings.Cut(target, ".")
	for _, s := range p.jsonServices() {
		if s.target != prefix {
			continue
		}
		rt := route{operation: s.name + ":" + name, protocol: wire.JSON{}}
		op, ok := s.ops[name]
		if !ok {
			return rt, unknownOperation(s.name, name, s.ops)
		}
		rt.serve = func(w http.ResponseWriter, _ *http.Request, c *call) error {
			body, err := io.ReadAll(c.signed.Body)
			if err != nil {
				return err
			}
			out, err := locked(p, func() (any, error) { return op(c, name, body) })
			if err == nil {
				wire.WriteJSON(w, c.id, out)
			}
			return err
		}
		return rt, nil
	}
	return route{operation: target, protocol: wire.JSON{}},
		wire.Errorf("UnknownOperationException", "the local platform has no service for X-Amz-Target %q", target)
}

// A queryOperation gives what goes into <NameResult>; nil for nothing.
type queryOperation func(c *call, in wire.Form) (any, error)

// A queryService is a service of the awsQuery protocol.
type queryService struct {
	protocol wire.Query
	version  string
	ops      map[string]queryOperation
}

func (p *Platform) queryServices() map[string]queryService {
	return map[string]queryService{
		"iam": {wire.Query{Namespace: iamNamespace}, "2010-05-08", p.iamOps()},
		"sts": {wire.Query{Namespace: stsNamespace}, "2011-06-15", p.stsOps()},
	}
}

func (q queryService) route(p *Platform, service string, r *http.Request, body io.Reader) (route, error) {
	rt := route{operation: service + ":?", protocol: q.protocol}
	data, err := io.ReadAll(body)
	if err != nil {
		return rt, err
	}
	if r.Method == http.MethodGet { // presigned calls carry their form in the URL
		data = []byte(r.URL.RawQuery)
	}
	form, err := wire.ParseForm(data)
	if err != nil {
		return rt, err
	}
	name := form.Get("Action")
	rt.operation = service + ":" + name
	op, ok := q.ops[name]
	if !ok {
		e := unknownOperation(service, name, q.ops)
		e.Code = "InvalidAction"
		return rt, e
	}
	rt.serve = func(w http.ResponseWriter, _ *http.Request, c *call) error {
		result, err := locked(p, func() (any, error) { return op(c, form) })
		if err == nil {
			q.protocol.WriteQuery(w, c.id, name, result)
		}
		return err
	}
	return rt, nil
}

func unknownOperation[T any](service, name string, ops map[string]T) *wire.Error {
	return wire.Errorf("UnknownOperationException", "the local platform does not do %s %q; it does %s",
		service, name, strings.Join(slices.Sorted(maps.Keys(ops)), ", "))
}

// authError says a failed signature in the words of the protocol's services.
func authError(protocol wire.Protocol, err error) error {
	_, json := protocol.(wire.JSON)
	_, rest := protocol.(wire.RestJSON)
	_, s3 := protocol.(wire.S3)
	pick := func(forJSON, forQuery, forS3, message string) error {
		e := &wire.Error{Status: http.StatusForbidden, Code: forQuery, Message: message}
		if json || rest {
			e.Code = forJSON
		}
		if json {
			e.Status = http.StatusBadRequest
		}
		if s3 {
			e.Code = forS3
		}
		return e
	}
	switch {
	case errors.Is(err, sigv4.ErrMissing):
		return pick("MissingAuthenticationTokenException", "MissingAuthenticationToken", "AccessDenied", "Request is missing Authentication Token")
	case errors.Is(err, sigv4.ErrUnknownKey):
		return pick("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "The security token included in the request is invalid.")
	case errors.Is(err, sigv4.ErrMismatch), errors.Is(err, sigv4.ErrPayload):
		return pick("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	case errors.Is(err, sigv4.ErrSkewed):
		_, text, _ := strings.Cut(err.Error(), ": ")
		return pick("InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed", text)
	case errors.Is(err, sigv4.ErrIncomplete):
		_, text, _ := strings.Cut(err.Error(), ": ")
		return pick("IncompleteSignatureException", "IncompleteSignature", "AuthorizationHeaderMalformed", text)
	case errors.Is(err, sigv4.ErrTooLarge):
		return tooLarge(maxBody)
	}
	return err
}

// asError turns whatever went wrong into an answer.
func asError(err error) *wire.Error {
	var e *wire.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, sigv4.ErrPayload):
		return wire.Errorf("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	case errors.Is(err, sigv4.ErrMismatch):
		return &wire.Error{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch", Message: err.Error()}
	case errors.Is(err, sigv4.ErrBadChunk), errors.Is(err, io.ErrUnexpectedEOF):
		return wire.Errorf("IncompleteBody", "%v", err)
	}
	return &wire.Error{Status: http.StatusInternalServerError, Code: "InternalFailure", Message: err.Error()}
}

func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// A recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// discard takes an answer that nobody is to see.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}
