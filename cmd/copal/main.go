// Copal turns a trained model file into a SageMaker endpoint.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/copal-ml/copal/builder/local/sandbox"
	"github.com/copal-ml/copal/cmd/copal/cli"
)

func main() {
	sandbox.Main() // a stage of a container ends here
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C kills
	return cli.Main(ctx, os.Args[1:], cli.Console{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Getenv})
}
