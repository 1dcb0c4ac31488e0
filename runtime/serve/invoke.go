package serve

import (
	"bytes"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
	"github.com/copal-ml/copal/runtime/contract"
)

// A scratch is the memory of one prediction, kept for the next.
type scratch struct {
	in  codec.Request
	out models.Frame
}

const (
	// inlineBody is the size up to which a request is answered by the
	// goroutine that read it, without a timer: no model takes a minute for the
	// few thousand values that fit in here.
	inlineBody = 64 << 10

	// keepBuffer is the capacity above which memory is left to the garbage
	// collector instead of being kept for the next request.
	keepBuffer = 1 << 20
)

// invocations admits a request and answers it within the deadline.
func (s *Server) invocations(ctx *fasthttp.RequestCtx) {
	if !ctx.IsPost() {
		s.write(ctx, wrongMethod(ctx, "POST"))
		return
	}
	m := s.model.Load()
	if m == nil {
		s.write(ctx, notReady())
		return
	}
	large := len(ctx.Request.Body()) > inlineBody
	var start time.Time // a clock costs as much as a row
	if large {
		start = time.Now()
	}
	if !s.gate.enter(s.cfg.Deadline) {
		s.write(ctx, s.tooBusy())
		return
	}
	if large {
		s.answerInTime(ctx, m, s.cfg.Deadline-time.Since(start))
		return
	}
	s.answer(ctx, m)
}

// answerInTime gives up on a prediction after patience. The prediction itself
// cannot be stopped: it keeps its place behind the gate until it ends, and
// Shutdown waits for it.
func (s *Server) answerInTime(ctx *fasthttp.RequestCtx, m *model, patience time.Duration) {
	done := make(chan struct{})
	s.overdue.Go(func() {
		defer close(done)
		s.answer(ctx, m)
	})
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
		ctx.Request.ReleaseBody(keepBuffer)
	case <-timer.C:
		var late fasthttp.RequestCtx
		s.write(&late, Problem{
			Status:   fasthttp.StatusGatewayTimeout,
			Error:    "the prediction took too long; send fewer rows at a time",
			Expected: fmt.Sprintf("an answer within %s", s.cfg.Deadline),
		})
		ctx.TimeoutErrorWithResponse(&late.Response)
	}
}

// answer computes and writes the answer, and leaves the gate.
func (s *Server) answer(ctx *fasthttp.RequestCtx, m *model) {
	defer s.gate.leave()
	defer func() {
		if r := recover(); r != nil {
			s.write(ctx, problemOf(fmt.Errorf("panic: %v\n%s", r, debug.Stack())))
		}
	}()
	if p, ok := s.predict(ctx, m); !ok {
		s.write(ctx, p)
	}
}

// predict is the way of a request: codec, frame, model, frame, codec.
func (s *Server) predict(ctx *fasthttp.RequestCtx, m *model) (Problem, bool) {
	body := ctx.Request.Body()
	in, out, p, ok := negotiate(ctx, body)
	if !ok {
		return p, false
	}
	w := s.scratch.Get().(*scratch)
	defer s.release(w)
	if err := in.Codec.Decode(&w.in, m.signature, body); err != nil {
		return problemOf(err), false
	}
	method, p, ok := m.methodOf(ctx, w.in.Method)
	if !ok {
		return p, false
	}
	if w.in.Frame.Rows == 0 {
		return noRows(m), false
	}
	if err := m.signature.Check(&w.in.Frame); err != nil {
		return problemOf(err), false
	}
	if err := m.Predict(&w.out, &w.in.Frame, method); err != nil {
		return problemOf(err), false
	}
	b, err := out.Codec.Append(ctx.Response.SwapBody(nil)[:0], &w.out)
	if err != nil {
		return problemOf(err), false
	}
	ctx.SetContentType(out.Name)
	if cap(b) > keepBuffer {
		ctx.Response.SetBodyRaw(b) // which the connection does not keep
	} else {
		ctx.Response.SwapBody(b)
	}
	return Problem{}, true
}

// release returns w to the pool without references to the request. Frames that
// a large request has grown are left to the garbage collector.
func (s *Server) release(w *scratch) {
	w.in.Reset()
	w.out.Reset()
	if size(&w.in.Frame)+size(&w.out) <= keepBuffer {
		s.scratch.Put(w)
	}
}

// size is the memory that f holds for reuse, in bytes.
func size(f *models.Frame) int {
	n := 0
	for _, c := range f.Columns[:cap(f.Columns)] {
		n += 8*cap(c.F64) + 4*cap(c.F32) + 8*cap(c.I64) + cap(c.Bool) + 16*cap(c.Str) + cap(c.Null)
	}
	return n
}

// negotiate finds the codecs of the request and of the answer.
func negotiate(ctx *fasthttp.RequestCtx, body []byte) (in, out codec.Type, p Problem, ok bool) {
	h := &ctx.Request.Header
	contentType := header(h, h.ContentType(), contract.HeaderContentType)
	in, expected, ok := codec.ForContentType(contentType, body)
	if !ok {
		return in, out, Problem{
			Status: fasthttp.StatusUnsupportedMediaType, Error: "this Content-Type is not read here",
			Got: string(contentType), Expected: expected,
		}, false
	}
	if enc := h.ContentEncoding(); len(enc) > 0 && !bytes.EqualFold(enc, []byte("identity")) {
		return in, out, Problem{
			Status: fasthttp.StatusUnsupportedMediaType, Error: "compressed request bodies are not read here",
			Got: "Content-Encoding: " + string(enc), Expected: "no Content-Encoding",
		}, false
	}
	if len(body) == 0 {
		return in, out, Problem{
			Status: fasthttp.StatusBadRequest, Error: "the request has no body", Got: "0 bytes",
			Expected: `rows, such as {"features": [[…], […]]} as application/json or one line a row as text/csv`,
		}, false
	}
	accept := header(h, h.Peek(fasthttp.HeaderAccept), contract.HeaderAccept)
	if out, ok = codec.ForAccept(accept, in); !ok {
		return in, out, Problem{
			Status: fasthttp.StatusNotAcceptable, Error: "no answer in a media type that Accept allows",
			Got: string(accept), Expected: codec.Names(),
		}, false
	}
	return in, out, Problem{}, true
}

// header is the plain header, or SageMaker's own where that is absent.
func header(h *fasthttp.RequestHeader, plain []byte, own string) []byte {
	if len(plain) > 0 {
		return plain
	}
	return h.Peek(own)
}

func (s *Server) tooBusy() Problem {
	return Problem{
		Status: fasthttp.StatusServiceUnavailable,
		Error: fmt.Sprintf("too many requests at a time: %d computing (%s), %d waiting (%s); retry, or add instances",
			s.cfg.MaxConcurrent, contract.EnvMaxConcurrent, s.cfg.MaxQueue, contract.EnvMaxQueue),
		retry: 1,
	}
}

func noRows(m *model) Problem {
	return Problem{
		Status: fasthttp.StatusBadRequest, Error: "the request has no rows", Got: "0 rows",
		Expected: fmt.Sprintf("one row or more, of %s each", width(m.signature)),
	}
}

func width(s *models.Signature) string {
	n := 0
	for _, p := range s.Inputs {
		n += max(p.Width, 1)
	}
	if n == 1 {
		return "1 value"
	}
	return fmt.Sprintf("%d values", n)
}
