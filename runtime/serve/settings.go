package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/copal-ml/copal/runtime/contract"
)

const (
	// readBuffer bounds all request headers together: four of SageMaker's may
	// be 1024 bytes each, and fasthttp's default is 4096.
	readBuffer = 16 << 10

	// idleTimeout is longer than clients and load balancers keep idle
	// connections (60 s is common), so that the caller closes first and never
	// sends into a connection that we are closing.
	idleTimeout = 120 * time.Second

	// maxConns bounds the memory of connections that send nothing.
	maxConns = 8192
)

func (s *Server) configure() {
	s.http = fasthttp.Server{
		Handler:                      s.Handler,
		ErrorHandler:                 s.refuse,
		HeaderReceived:               s.headerReceived,
		Logger:                       connLog{s.log},
		Concurrency:                  maxConns,
		ReadBufferSize:               readBuffer,
		ReadTimeout:                  s.cfg.ReadTimeout, // whoever sends a byte a second is cut off
		WriteTimeout:                 contract.InvokeTimeout,
		IdleTimeout:                  idleTimeout,
		MaxRequestBodySize:           s.cfg.MaxBody, // 0 would be fasthttp's 4 MiB, see or in New
		DisablePreParseMultipartForm: true,          // it writes temporary files
		NoDefaultServerHeader:        true,
		NoDefaultContentType:         true,
		SecureErrorLogMessage:        true, // no payload in logs
		CloseOnShutdown:              true,
	}
}

// headerReceived withdraws "Expect: 100-continue" from a body that is announced
// as too large, so that the caller is refused before sending it (RFC 9110 section 10.1.1).
func (s *Server) headerReceived(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if h.ContentLength() > s.cfg.MaxBody {
		h.Del(fasthttp.HeaderExpect)
	}
	return fasthttp.RequestConfig{}
}

// refuse answers what fasthttp could not read as a request. The connection is
// closed behind the answer.
func (s *Server) refuse(ctx *fasthttp.RequestCtx, err error) {
	s.requests.Add(1)
	p := s.unreadable(ctx, err)
	if c, ok := ctx.Conn().(*conn); ok && p.Status != fasthttp.StatusRequestTimeout {
		c.linger.Store(true)
	}
	s.write(ctx, p)
}

func (s *Server) unreadable(ctx *fasthttp.RequestCtx, err error) Problem {
	var late interface{ Timeout() bool }
	var small *fasthttp.ErrSmallBuffer
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		got := "more than that"
		if n := ctx.Request.Header.ContentLength(); n > s.cfg.MaxBody {
			got = fmt.Sprintf("%d bytes", n)
		}
		return Problem{
			Status:   fasthttp.StatusRequestEntityTooLarge,
			Error:    "the request body is too large; send fewer rows at a time, or raise " + contract.EnvMaxBody,
			Got:      got,
			Expected: fmt.Sprintf("at most %d bytes", s.cfg.MaxBody),
		}
	case errors.As(err, &small):
		return Problem{
			Status:   fasthttp.StatusRequestHeaderFieldsTooLarge,
			Error:    "the request headers are too large",
			Expected: fmt.Sprintf("at most %d bytes of headers", readBuffer),
		}
	case errors.As(err, &late) && late.Timeout():
		return Problem{
			Status:   fasthttp.StatusRequestTimeout,
			Error:    "the request did not arrive in time",
			Expected: fmt.Sprintf("all of it within %s", s.cfg.ReadTimeout),
		}
	}
	return Problem{
		Status:   fasthttp.StatusBadRequest,
		Error:    "not a well-formed HTTP/1.1 request",
		Got:      err.Error(),
		Expected: "POST " + contract.InvocationsPath + " with Content-Length or chunked",
	}
}

// connLog makes log lines of fasthttp's messages, which are about connections.
// What refuse has answered is in the log already.
type connLog struct{ log *slog.Logger }

func (l connLog) Printf(format string, args ...any) {
	level := slog.LevelWarn
	if strings.HasPrefix(format, "error when serving connection") {
		level = slog.LevelDebug
	}
	l.log.Log(context.Background(), level, "connection", "error", fmt.Sprintf(format, args...))
}
