package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/copal-ml/copal/runtime/contract"
	"github.com/copal-ml/copal/runtime/serve"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// run serves until ctx ends, and then as long as requests in flight need. It
// returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) int {
	start := time.Now()
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	root, err := parseArgs(args, stderr)
	if err != nil {
		return exitUsage
	}
	set, err := readSettings(getenv)
	if err != nil {
		log.Error("settings", "error", err.Error())
		return exitUsage
	}
	limitMemory(getenv, log)
	cfg := set.Config
	cfg.Log = log
	srv, err := serve.New(cfg)
	if err != nil {
		log.Error("settings", "error", err.Error())
		return exitUsage
	}
	ln, err := net.Listen("tcp4", fmt.Sprintf("0.0.0.0:%d", set.port))
	if err != nil {
		log.Error("listen", "error", err.Error())
		return exitFailure
	}
	log.Info("listening", "addr", ln.Addr().String())
	if err := serveModel(ctx, srv, ln, root, start, log); err != nil {
		log.Error("stopped", "error", err.Error())
		return exitFailure
	}
	log.Info("stopped")
	return exitOK
}

// serveModel listens at once, so that /ping answers 503 while the model loads,
// and shuts down when ctx ends or loading fails.
func serveModel(ctx context.Context, srv *serve.Server, ln net.Listener, root string, start time.Time, log *slog.Logger) error {
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()

	loaded := make(chan error, 1)
	go func() { loaded <- load(srv, root, log) }()

	var failed error
	for waiting := true; waiting; {
		select {
		case err := <-served:
			return fmt.Errorf("serve: %w", err) // without Shutdown: the listener broke
		case <-ctx.Done():
			// A model that is still loading is not waited for: nobody can ask it.
			log.Info("stopping", "grace", contract.DrainTime.String())
			waiting = false
		case failed = <-loaded:
			if loaded, waiting = nil, failed == nil; waiting {
				log.Info("ready", "ms", time.Since(start).Milliseconds())
			}
		}
	}
	return errors.Join(failed, shutdown(srv, served))
}

func shutdown(srv *serve.Server, served <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), contract.DrainTime)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests were cut off after %s: %w", contract.DrainTime, err)
	}
	return <-served
}

// parseArgs returns the directory below which the image's files lie.
func parseArgs(args []string, stderr io.Writer) (root string, err error) {
	flags := flag.NewFlagSet("copal-serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&root, "root", "/", "directory that holds the image's files")
	flags.Usage = func() {
		fmt.Fprint(stderr, "usage: copal-serve [-root DIR] [serve]\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return "", err
	}
	if flags.NArg() > 1 || flags.NArg() == 1 && flags.Arg(0) != contract.ServeArgument {
		fmt.Fprintf(stderr, "copal-serve: %q: the only argument is %q, which SageMaker passes\n", flags.Args(), contract.ServeArgument)
		flags.Usage()
		return "", flag.ErrHelp
	}
	return root, nil
}
