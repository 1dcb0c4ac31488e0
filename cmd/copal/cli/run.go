package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/builder/local/sandbox"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
	"github.com/copal-ml/copal/runtime/contract"
	"github.com/copal-ml/copal/runtime/serve"
)

type runOptions struct {
	target    string
	addr      string
	method    string
	memory    int
	model     string
	inProcess bool
}

// A runResult is what `copal run --json` prints when it is ready.
type runResult struct {
	URL string `json:"url"`
}

func newRun(a *app) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run MODEL|IMAGE",
		Short: "Serve a model file or an image on a port of this machine",
		Long: `Run serves until Ctrl-C what an endpoint would serve: a model file inside this process,
an image in a sandbox with a read-only root and no network but its port. It prints the
address once the model is ready. No AWS protocol is spoken; that is copal local.`,
		Example: `  copal run model.pkl
  copal run iris:v1 --addr 127.0.0.1:9000 --memory 1024
  curl -d '[[5.1, 3.5, 1.4, 0.2]]' http://127.0.0.1:8080/invocations`,
		Args:              exactly("MODEL|IMAGE"),
		ValidArgsFunction: completeModelOrImage,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.target = args[0]
			return a.run(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&o.method, "method", "", "`method` to answer with, such as predict_proba; default: the model's first")
	flags.IntVar(&o.memory, "memory", 0, "memory limit of an image in `MB`; 0 for none")
	flags.StringVar(&o.model, "model", "", "model `file` for an image that does not embed it")
	flags.BoolVar(&o.inProcess, "in-process", false, "serve an image in this process even where a sandbox is possible")
	must(cmd.RegisterFlagCompletionFunc("method", choices(methodNames...)))
	return cmd
}

func (a *app) run(ctx context.Context, o runOptions) error {
	if isModelFile(o.target) {
		return a.runModel(ctx, o)
	}
	return a.runImage(ctx, o)
}

// runModel serves a file with the server that its image would have.
func (a *app) runModel(ctx context.Context, o runOptions) error {
	m, err := formats.OpenFile(o.target)
	if err != nil {
		return err
	}
	method, err := methodOf(m.Signature(), o.method)
	if err != nil {
		return err
	}
	srv, err := serve.New(serve.Config{Predictor: m, Method: method, Log: slog.New(slog.NewJSONHandler(a.Err, nil))})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", o.addr)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	if err := a.ready(ln); err != nil {
		return errors.Join(err, ln.Close(), <-ended)
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), contract.StopGrace)
	defer cancel()
	return errors.Join(srv.Shutdown(grace), <-ended)
}

// runImage starts a container and gives its port to the address.
func (a *app) runImage(ctx context.Context, o runOptions) error {
	img, err := a.localImage(o.target)
	if err != nil {
		return err
	}
	runner, err := a.runner(o.inProcess)
	if err != nil {
		return err
	}
	c := local.Container{Name: o.target, Image: img, Env: map[string]string{},
		MemoryBytes: int64(o.memory) << 20, Log: func(line string) { fmt.Fprintln(a.Err, line) }}
	if o.method != "" {
		c.Env[contract.EnvMethod] = o.method
	}
	if o.model != "" {
		dir, err := modelDir(o.model)
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		c.ModelDir = dir
	}
	ln, err := net.Listen("tcp", o.addr)
	if err != nil {
		return err
	}
	a.note("%s: %s.", o.target, runner.Describe())
	var serving sync.WaitGroup
	err = sandbox.Run(ctx, runner, c, func(in local.Instance) {
		serving.Go(func() { a.announce(ctx, ln, in) })
	})
	if ctx.Err() != nil {
		err = nil // Ctrl-C is how it ends
	}
	err = errors.Join(err, closed(ln))
	serving.Wait()
	return err
}

func closed(ln net.Listener) error {
	if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// announce opens the port to the container as soon as it answers pings.
func (a *app) announce(ctx context.Context, ln net.Listener, in local.Instance) {
	if awaitPing(ctx, in) != nil {
		return // the container ended; its error is the command's
	}
	if a.ready(ln) == nil {
		_ = sandbox.Forward(ctx, ln, in) // ends with the context or the container
	}
}

// awaitPing asks until the container is healthy, has ended, or ctx has.
func awaitPing(ctx context.Context, in local.Instance) error {
	client := &http.Client{Timeout: contract.PingTimeout, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return in.Dial(ctx) },
	}}
	for {
		resp, err := client.Get("http://container" + contract.PingPath)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-in.Done():
			return in.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// ready prints the address.
func (a *app) ready(ln net.Listener) error {
	url := "http://" + ln.Addr().String()
	a.note("Try: curl -d '[[…]]' %s%s   (Ctrl-C stops)", url, contract.InvocationsPath)
	return a.result(url, runResult{URL: url})
}

// modelDir is a folder with a copy of the file, as SageMaker mounts one.
func modelDir(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "copal-model-")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), data, 0o644); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, os.Chmod(dir, 0o755) // the container's user is another one
}

// methodOf refuses a method that the model does not offer; "" is its first.
func methodOf(s *models.Signature, name string) (models.Method, error) {
	var offered []string
	for _, m := range s.Methods {
		if name == "" || string(m.Name) == name {
			return m.Name, nil
		}
		offered = append(offered, string(m.Name))
	}
	return "", oneOf("--method", name, offered...)
}
