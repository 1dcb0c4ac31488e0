package serve

import (
	"fmt"

	"github.com/valyala/fasthttp"

	"github.com/copal-ml/copal/runtime/contract"
)

// Handler answers one request. It is exported for tests and for callers that
// bring their own fasthttp.Server.
func (s *Server) Handler(ctx *fasthttp.RequestCtx) {
	s.requests.Add(1)
	s.endKeepAlive(ctx)
	switch string(ctx.Path()) {
	case contract.InvocationsPath:
		s.invocations(ctx)
	case contract.PingPath:
		s.ping(ctx)
	case contract.SignaturePath:
		s.about(ctx)
	default:
		s.write(ctx, Problem{
			Status:   fasthttp.StatusNotFound,
			Error:    "no such path",
			Got:      string(ctx.Path()),
			Expected: fmt.Sprintf("%s, %s or %s", contract.InvocationsPath, contract.PingPath, contract.SignaturePath),
		})
	}
}

// endKeepAlive asks the caller to leave, once Shutdown has begun.
func (s *Server) endKeepAlive(ctx *fasthttp.RequestCtx) {
	if s.draining.Load() {
		ctx.SetConnectionClose()
	}
}

// ping answers with an empty body. POST is in the contract beside GET.
func (s *Server) ping(ctx *fasthttp.RequestCtx) {
	if !ctx.IsGet() && !ctx.IsHead() && !ctx.IsPost() {
		s.write(ctx, wrongMethod(ctx, "GET, HEAD, POST"))
		return
	}
	if s.model.Load() == nil || s.draining.Load() {
		ctx.SetStatusCode(fasthttp.StatusServiceUnavailable)
	}
}

// about answers with the signature.
func (s *Server) about(ctx *fasthttp.RequestCtx) {
	if !ctx.IsGet() && !ctx.IsHead() {
		s.write(ctx, wrongMethod(ctx, "GET, HEAD"))
		return
	}
	m := s.model.Load()
	if m == nil {
		s.write(ctx, notReady())
		return
	}
	ctx.SetContentType("application/json")
	ctx.SetBody(m.about)
}

func wrongMethod(ctx *fasthttp.RequestCtx, allow string) Problem {
	return Problem{
		Status:   fasthttp.StatusMethodNotAllowed,
		Error:    "wrong HTTP method for " + string(ctx.Path()),
		Got:      string(ctx.Method()),
		Expected: allow,
		allow:    allow,
	}
}

func notReady() Problem {
	return Problem{
		Status: fasthttp.StatusServiceUnavailable,
		Error:  "the model is still loading",
		retry:  1,
	}
}
