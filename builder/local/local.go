// Package local is the local platform: on one loopback port, the AWS protocols
// of just the operations that Copal uses, and endpoints that really run their
// image. It is a SageMaker for one machine, for development and tests.
package local

import (
	"context"
	"net"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A Runner starts containers as SageMaker would. Package local/sandbox has the
// one that uses Linux namespaces; the command line has one that serves the model
// in-process where those are not to be had.
type Runner interface {
	// Describe says in a few words how containers are run and what is not
	// isolated: "Linux namespaces, read-only root, no network, memory cgroup".
	Describe() string
	// Start begins c and returns as soon as its process runs; whether it is
	// healthy is for the caller to ask over Dial. ctx bounds the start only: the
	// container lives on when ctx ends.
	Start(ctx context.Context, c Container) (Instance, error)
}

// A Container is an image to run with the argument `serve`.
type Container struct {
	Name        string // for messages: "iris/AllTraffic"
	Image       v1.Image
	Env         map[string]string
	ModelDir    string // host folder shown read-only at /opt/ml/model; "" for none
	MemoryBytes int64  // limit; 0 for none
	Log         func(line string)
}

// An Instance is a running container.
type Instance interface {
	Dial(ctx context.Context) (net.Conn, error) // to the container's port
	Done() <-chan struct{}                      // closed when the process has ended
	Err() error                                 // why it ended: "exit status 2", "killed: out of memory"; after Done
	Stop(ctx context.Context) error             // SIGTERM, SIGKILL after 30 s or when ctx ends; waits, removes every trace
}
