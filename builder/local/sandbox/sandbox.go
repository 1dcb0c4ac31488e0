// Package sandbox runs container images as SageMaker would, with nothing but the
// namespaces of the Linux kernel: no daemon, no root (but it works as root too), no
// other program. It implements local.Runner.
//
// A container sees its image as a read-only root, /opt/ml/model read-only, a /tmp
// in memory, the harmless devices, its own processes and a network that has only
// loopback. It holds no capability and cannot gain one; that is stricter than
// SageMaker, where containers are root with the usual capabilities.
//
// Three processes make a container:
//
//	platform   this package's callers
//	keeper     the same executable, re-executed in a new network namespace: opens
//	           connections to the container's port and hands them to the platform,
//	           passes on signals, removes every trace, ends when the platform ends
//	container  the same executable in new mount, PID, UTS and IPC namespaces; it
//	           arranges its mounts, drops its rights and becomes the image's process
//
// The executable must call Main first thing in main.
package sandbox

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/builder/local/rootfs"
	"github.com/copal-ml/copal/runtime/contract"
)

// Options say how containers are run.
type Options struct {
	CacheDir string        // keeps unpacked images; required
	Grace    time.Duration // from SIGTERM to SIGKILL; default contract.StopGrace
	Limits   rootfs.Limits // of unpacked images
}

// A Runner starts containers. It is immutable and safe for concurrent use.
type Runner struct {
	cache rootfs.Cache
	grace time.Duration
	host  host
}

var _ local.Runner = (*Runner)(nil)

// ErrUnavailable is wrapped by the errors of Available and New that say what this
// machine lacks.
var ErrUnavailable = errors.New("containers cannot be run here")

// New returns a runner, or the error of Available.
func New(o Options) (*Runner, error) {
	if o.CacheDir == "" {
		return nil, errors.New("sandbox: no cache folder")
	}
	if err := Available(); err != nil {
		return nil, err
	}
	if o.Grace == 0 {
		o.Grace = contract.StopGrace
	}
	r := &Runner{cache: rootfs.Cache{Dir: o.CacheDir, Limits: o.Limits}, grace: o.Grace, host: examine()}
	r.host.sweep()
	return r, nil
}

// Prune removes the unpacked images that no container uses and keep does not list.
func (r *Runner) Prune(keep ...v1.Hash) error { return r.cache.Prune(keep...) }

// Run starts c and waits until it ends by itself (its Err is returned) or ctx
// ends (it is stopped, and ctx's error returned). started, if not nil, is called
// with the instance once its process runs.
func Run(ctx context.Context, r local.Runner, c local.Container, started func(local.Instance)) error {
	in, err := r.Start(ctx, c)
	if err != nil {
		return err
	}
	if started != nil {
		started(in)
	}
	select {
	case <-in.Done():
		return in.Err()
	case <-ctx.Done():
		return errors.Join(ctx.Err(), in.Stop(context.WithoutCancel(ctx)))
	}
}

// Forward gives the container's port to the connections that l accepts, until
// ctx ends or l fails. It closes l and returns when all connections are closed.
func Forward(ctx context.Context, l net.Listener, in local.Instance) error {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			if err == nil {
				c.Close()
			}
			return ctx.Err()
		}
		if err != nil {
			l.Close()
			return err
		}
		wg.Go(func() { forward(ctx, c, in) })
	}
}

// forward joins one connection with a new one to the container.
func forward(ctx context.Context, c net.Conn, in local.Instance) {
	defer c.Close()
	up, err := in.Dial(ctx)
	if err != nil {
		return
	}
	defer up.Close()
	stop := context.AfterFunc(ctx, func() { c.Close(); up.Close() })
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { pipe(up, c) })
	wg.Go(func() { pipe(c, up) })
	wg.Wait()
}

// pipe copies until src ends, and passes that end on.
func pipe(dst, src net.Conn) {
	_, err := io.Copy(dst, src)
	if w, ok := dst.(interface{ CloseWrite() error }); ok && err == nil {
		w.CloseWrite()
		return
	}
	dst.Close()
}
