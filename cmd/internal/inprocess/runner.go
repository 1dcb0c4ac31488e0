// Package inprocess serves the models of images inside this process, where the
// machine has no namespaces to make a sandbox of. It runs nothing that the image
// holds: it reads the manifest and the model, and serves them with the server
// that the image would have run.
package inprocess

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
	"github.com/copal-ml/copal/runtime/serve"
)

// A Runner is a local.Runner without isolation.
type Runner struct{}

var _ local.Runner = Runner{}

// Describe says what is missing.
func (Runner) Describe() string {
	return "served inside this process; not isolated: no sandbox, no memory limit, and a crash would take all of it down"
}

// Start begins to load the model and returns; /ping tells when it is ready.
func (Runner) Start(ctx context.Context, c local.Container) (local.Instance, error) {
	manifest, err := image.ReadManifest(c.Image)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	log := slog.New(slog.NewJSONHandler(lineWriter(c.Log), nil)).With("container", c.Name)
	srv, err := serve.New(serve.Config{Method: models.Method(c.Env[contract.EnvMethod]), Log: log})
	if err != nil {
		return nil, err
	}
	// The context is the start's, not the container's: that one ends with Stop.
	life, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	in := &instance{
		srv: srv, listener: fasthttputil.NewInmemoryListener(),
		life: life, cancel: cancel, done: make(chan struct{}),
	}
	in.owned.Go(func() { in.fail(srv.Serve(in.listener)) })
	in.owned.Go(func() { in.fail(in.load(c, manifest, log)) })
	go func() {
		defer close(in.done)
		in.owned.Wait()
	}()
	return in, nil
}

// An instance is one model in service.
type instance struct {
	srv      *serve.Server
	listener *fasthttputil.InmemoryListener
	life     context.Context
	cancel   context.CancelCauseFunc
	owned    sync.WaitGroup
	done     chan struct{}
	stop     sync.Once
}

// load opens the model and puts it into service.
func (in *instance) load(c local.Container, m contract.Manifest, log *slog.Logger) error {
	start := time.Now()
	p, err := openModel(in.life, c, m)
	if err == nil {
		err = in.srv.Ready(p, m)
	}
	if err != nil {
		log.Error("model not loaded", "error", err.Error())
		return err
	}
	log.Info("ready", "model", m.Model.Name, "class", m.Model.Class, "ms", time.Since(start).Milliseconds())
	return nil
}

// fail ends the instance with err, as a process would exit; nil is no failure.
func (in *instance) fail(err error) {
	if err == nil {
		return
	}
	in.cancel(err)
	in.stop.Do(func() { in.listener.Close() })
}

// Dial opens a connection to the server.
func (in *instance) Dial(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return in.listener.Dial()
}

// Done is closed when nothing of the instance runs any more.
func (in *instance) Done() <-chan struct{} { return in.done }

// Err is why it ended: nil after a Stop.
func (in *instance) Err() error {
	if err := context.Cause(in.life); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Stop drains the server and waits for it.
func (in *instance) Stop(ctx context.Context) error {
	in.cancel(context.Canceled)
	var err error
	in.stop.Do(func() { err = in.srv.Shutdown(ctx) })
	select {
	case <-in.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lineWriter gives each line of a log to a function that may be nil.
func lineWriter(log func(string)) logFunc {
	if log == nil {
		return func(string) {}
	}
	return log
}

type logFunc func(string)

// Write gets whole lines: slog's handlers write a record at once.
func (f logFunc) Write(p []byte) (int, error) {
	f(strings.TrimRight(string(p), "\n"))
	return len(p), nil
}
