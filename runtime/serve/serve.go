// Package serve is the HTTP server inside a container, as SageMaker's hosting
// contract wants it
// (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html):
//
//	/ping          GET, HEAD, POST   200 once a model is ready; 503 before, and again from Shutdown on
//	/invocations   POST              rows in, predictions out; see package codec
//	/              GET, HEAD         the model's signature, as JSON
//
// A request without a content type is taken for JSON if it starts with a bracket
// or a brace, and for CSV otherwise. Without Accept the answer has the type of the
// request.
//
// The method (predict, predict_proba, …) is what the request says, and if it
// says nothing, Config.Method. A request says it in its body (the JSON member
// "method"), or else in the header X-Amzn-SageMaker-Custom-Attributes
// (method=NAME), or else in the query (?method=NAME).
//
// Every refusal is a short JSON object that says what was got, what was expected,
// and where: see [Problem].
package serve

import (
	"context"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// A Config is everything that New needs. The zero value of a field stands for
// its default.
//
// Memory: a connection holds its request's body, so up to MaxBody; a request that
// computes takes ten to twenty times its body (a value of two bytes is a float64
// of eight), and MaxConcurrent of them compute at a time.
type Config struct {
	// Predictor is served from the start. If it is nil, the server answers
	// 503 until Ready is called.
	Predictor models.Predictor
	Manifest  contract.Manifest

	// Method is the method of requests that name none; Manifest.Method if
	// empty, and without that the first of the signature.
	Method models.Method

	MaxBody       int           // bytes; contract.DefaultMaxBody
	MaxConcurrent int           // predictions computed at a time; 4 for each CPU
	MaxQueue      int           // requests that wait for their turn beyond these; 64 for each CPU
	Deadline      time.Duration // of one request, from its last byte to its answer; contract.Deadline
	ReadTimeout   time.Duration // in which a request must arrive, head and body; contract.InvokeTimeout
	Quiet         time.Duration // without a request, before Shutdown stops listening; 250 ms

	Log *slog.Logger // nil discards
}

// A Server answers for one model.
type Server struct {
	cfg  Config
	log  *slog.Logger
	http fasthttp.Server
	gate gate

	listener atomic.Pointer[listener] // nil before Serve
	model    atomic.Pointer[model]    // nil while loading
	draining atomic.Bool
	requests atomic.Uint64 // seen so far
	scratch  sync.Pool     // of *scratch
	overdue  sync.WaitGroup
}

// New returns a server that is not listening yet. Its only errors are settings
// that contradict the model.
func New(cfg Config) (*Server, error) {
	cpus := runtime.GOMAXPROCS(0)
	cfg.MaxBody = or(cfg.MaxBody, contract.DefaultMaxBody)
	cfg.MaxConcurrent = or(cfg.MaxConcurrent, 4*cpus)
	cfg.MaxQueue = or(cfg.MaxQueue, 64*cpus)
	cfg.Deadline = or(cfg.Deadline, contract.Deadline)
	cfg.ReadTimeout = or(cfg.ReadTimeout, contract.InvokeTimeout)
	cfg.Quiet = or(cfg.Quiet, 250*time.Millisecond)
	s := &Server{cfg: cfg, log: cfg.Log, gate: newGate(cfg.MaxConcurrent, cfg.MaxQueue)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.scratch.New = func() any { return new(scratch) }
	s.configure()
	if cfg.Predictor != nil {
		return s, s.Ready(cfg.Predictor, cfg.Manifest)
	}
	return s, nil
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

// Serve answers on ln until Shutdown, which closes it. It is called once.
func (s *Server) Serve(ln net.Listener) error {
	l := &listener{Listener: ln}
	s.listener.Store(l)
	return s.http.Serve(l)
}

// Ready puts a model into service, after one row of warm-up.
func (s *Server) Ready(p models.Predictor, m contract.Manifest) error {
	loaded, err := newModel(p, m, s.cfg.Method)
	if err != nil {
		return err
	}
	if err := s.warmUp(loaded); err != nil {
		return err
	}
	s.model.Store(loaded)
	return nil
}

// drainLimit is how long Shutdown listens on while requests keep coming.
const drainLimit = 5 * time.Second

// Shutdown fails /ping at once and tells every caller, with its answer, to close
// the connection. When no request has come for Config.Quiet, it stops listening,
// closes idle connections and waits for the requests in flight.
func (s *Server) Shutdown(ctx context.Context) error {
	s.draining.Store(true)
	s.awaitQuiet(ctx)
	if l := s.listener.Load(); l != nil {
		l.hangUp()
	}
	if err := s.http.ShutdownWithContext(ctx); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { s.overdue.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) awaitQuiet(ctx context.Context) {
	limit := time.Now().Add(drainLimit)
	seen, since := s.requests.Load(), time.Now()
	tick := time.NewTicker(s.cfg.Quiet / 10)
	defer tick.Stop()
	for time.Now().Before(limit) && time.Since(since) < s.cfg.Quiet {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if n := s.requests.Load(); n != seen {
			seen, since = n, time.Now()
		}
	}
}
