//go:build !linux

package sandbox

import (
	"context"
	"fmt"
	"runtime"

	"github.com/copal-ml/copal/builder/local"
)

// Main does nothing: there are no sandboxes here.
func Main() {}

// Available says why containers cannot be run.
func Available() error {
	return fmt.Errorf("sandbox: %w: they need the namespaces of Linux, this machine runs %s", ErrUnavailable, runtime.GOOS)
}

// Describe says how containers are run.
func (r *Runner) Describe() string { return "not available on " + runtime.GOOS }

// Start fails.
func (r *Runner) Start(context.Context, local.Container) (local.Instance, error) {
	return nil, Available()
}

type host struct{}

func examine() host   { return host{} }
func (h host) sweep() {}
