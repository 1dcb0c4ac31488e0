package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/copal-ml/copal/builder/local"
)

// Start unpacks the image, if no container did before, and starts its program. ctx
// bounds the start alone. The error of a program that cannot be started says why:
// "exec /copal/serve: exec format error: the image's program is for linux/arm64, …".
func (r *Runner) Start(ctx context.Context, c local.Container) (local.Instance, error) {
	in, err := r.start(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("container %s: %w", c.Name, err)
	}
	return in, nil
}

func (r *Runner) start(ctx context.Context, c local.Container) (*instance, error) {
	cfg, err := c.Image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image configuration: %w", err)
	}
	tree, err := r.cache.Open(ctx, c.Image)
	if err != nil {
		return nil, fmt.Errorf("unpacking the image: %w", err)
	}
	u, err := resolveUser(tree.Path, cfg.Config.User)
	if err != nil {
		return nil, errors.Join(err, tree.Close())
	}
	s := arrange(c, cfg, tree.Path, tree.Digest, u)
	s.Memory = memory{Bytes: c.MemoryBytes, Cgroup: r.host.cgroup, V2: r.host.v2}
	if c.ModelDir != "" {
		if s.ModelDir, err = realFolder(c.ModelDir); err != nil {
			return nil, errors.Join(fmt.Errorf("model folder: %w", err), tree.Close())
		}
	}
	return launch(ctx, s, c, r.grace, tree.Close)
}

// launch starts a keeper for s and waits until the program runs. release is called
// once, when the container is gone or was never there.
func launch(ctx context.Context, s *spec, c local.Container, grace time.Duration, release func() error) (*instance, error) {
	if inStage() {
		return nil, errors.Join(errors.New("sandbox.Main was not called first thing in main"), release())
	}
	in := &instance{grace: grace, memory: s.Memory, release: release, started: make(chan error, 1), done: make(chan struct{}), dials: make(map[uint64]chan<- dialed)}
	logs, err := in.startKeeper(s)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	go in.supervise(logs, c.Log)
	select {
	case err = <-in.started:
		if err == nil {
			return in, nil
		}
	case <-ctx.Done():
		err = context.Cause(ctx)
		in.keeper.Process.Kill() // it does not listen yet; the container dies with it
	}
	<-in.done
	return nil, err
}

// startKeeper starts the process and returns where its container's output comes out.
func (in *instance) startKeeper(s *spec) (logs *os.File, err error) {
	file, err := s.file()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	ctl, theirs, err := controlPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	logs, output, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, ctl.Close())
	}
	defer output.Close()
	in.ctl = ctl
	in.keeper = &exec.Cmd{
		Path:        self,
		Args:        []string{keeperName},
		Env:         []string{}, // the platform's holds credentials
		Dir:         "/",
		Stdout:      output,
		Stderr:      output,
		ExtraFiles:  []*os.File{theirs, file},
		SysProcAttr: keeperAttributes(s),
	}
	if err := in.keeper.Start(); err != nil {
		return nil, errors.Join(namespaceError(err), ctl.Close(), logs.Close())
	}
	return logs, nil
}

// keeperAttributes asks for a network namespace, in a session of its own: Ctrl-C is
// for the platform, which then stops its containers in good order. Who has not the
// rights becomes, in a user namespace, the user that the image wants.
func keeperAttributes(s *spec) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true, Cloneflags: unix.CLONE_NEWNET}
	if privileged() {
		return a
	}
	a.Cloneflags |= unix.CLONE_NEWUSER
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: s.UID, HostID: os.Geteuid(), Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: s.GID, HostID: os.Getegid(), Size: 1}}
	a.AmbientCaps = stageCapabilities(s.UID)
	return a
}
