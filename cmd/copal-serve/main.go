// Copal-serve is the entrypoint of an image that copal builds: it loads the
// image's model and serves it as SageMaker's hosting contract wants it.
//
//	copal-serve [-root DIR] [serve]
//
// Settings come from the environment: SAGEMAKER_BIND_TO_PORT, COPAL_METHOD,
// COPAL_MAX_BODY_MB, COPAL_MAX_CONCURRENT, COPAL_MAX_QUEUE and GOMEMLIMIT. It logs to
// stderr, one line of JSON an event, and writes no file.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop) // a second signal kills
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stderr))
}
