package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Files that the keeper inherits, after stdin, stdout and stderr.
const (
	keeperControl = 3
	keeperSpec    = 4
)

// A keeper owns one container: it is in its network namespace, but in no other.
type keeper struct {
	spec    *spec
	ctl     *control
	group   *cgroup // nil without memory control group
	process *exec.Cmd
}

// keep is the keeper's main; its result is the exit status. The platform hears of
// errors as reports.
func keep() int {
	ctl, err := newControl(os.NewFile(keeperControl, "control"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "copal sandbox:", err)
		return 2
	}
	k := &keeper{ctl: ctl}
	if err := k.start(); err != nil {
		ctl.send(report{Failed: clip(err.Error())}, -1)
		k.group.remove() // nothing to report it to that matters more than err
		return 1
	}
	go k.serve() // until the platform or this process ends
	e := k.wait()
	ctl.send(report{Ended: e}, -1)
	return 0
}

// clip shortens an error to what fits into a message.
func clip(s string) string { return s[:min(len(s), maxMessage/8)] }

// start brings the network up and starts the container's process. It is killed
// when the thread that called this ends: that is the main thread, so when the
// keeper is killed.
func (k *keeper) start() error {
	specFile := os.NewFile(keeperSpec, "spec")
	defer specFile.Close()
	var err error
	if k.spec, err = readSpec(specFile); err != nil {
		return err
	}
	closeOnExec(keeperControl)
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("bringing up loopback: %w", err)
	}
	if k.group, err = newCgroup(k.spec.Memory); err != nil {
		return err
	}
	said, say, err := os.Pipe()
	if err != nil {
		return err
	}
	defer said.Close()
	k.process = k.command(specFile, say)
	err = k.process.Start()
	say.Close()
	k.group.closeProcs()
	if err != nil {
		return namespaceError(err)
	}
	// The pipe ends unwritten when the image's program has taken over.
	text, err := io.ReadAll(io.LimitReader(said, maxMessage))
	if err == nil && len(text) == 0 {
		return k.ctl.send(report{Started: true}, -1)
	}
	k.process.Process.Kill()
	k.process.Wait()
	return errors.Join(err, errors.New(string(text)))
}

func (k *keeper) command(spec, say *os.File) *exec.Cmd {
	return &exec.Cmd{
		Path:       self,
		Args:       []string{containerName},
		Env:        []string{}, // nothing of ours is for the container
		Stdout:     os.Stdout,
		Stderr:     os.Stderr,
		ExtraFiles: append([]*os.File{spec, say}, k.group.files()...),
		SysProcAttr: &syscall.SysProcAttr{
			Cloneflags:  unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
			Pdeathsig:   syscall.SIGKILL,
			AmbientCaps: stageCapabilities(os.Getuid()),
		},
	}
}

// wait waits for the end of the container's process. The kernel ends the others of
// its PID namespace before.
func (k *keeper) wait() *end {
	err := k.process.Wait()
	e := &end{OOM: k.group.killed()}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		e.Left = clip(err.Error())
	}
	if ws, ok := k.process.ProcessState.Sys().(syscall.WaitStatus); ok {
		if ws.Signaled() {
			e.Signal = int(ws.Signal())
		} else {
			e.Code = ws.ExitStatus()
		}
	}
	if err := k.group.remove(); err != nil {
		e.Left = clip(err.Error())
	}
	return e
}

// serve obeys the platform, and kills the container when that is gone.
func (k *keeper) serve() {
	for {
		var r request
		if _, err := k.ctl.receive(&r); err != nil {
			k.process.Process.Kill()
			return
		}
		switch {
		case r.Signal == int(unix.SIGTERM):
			go k.terminate()
		case r.Signal != 0:
			k.process.Process.Signal(syscall.Signal(r.Signal)) // fails only if it has ended
		case r.Dial != 0:
			go k.dial(r)
		}
	}
}

// terminate sends SIGTERM as soon as the program handles it: the kernel drops what
// the first process of a PID namespace has no handler for, and a program that was
// just started has none yet. After a while it is sent all the same.
func (k *keeper) terminate() {
	status := fmt.Sprintf("/proc/%d/status", k.process.Process.Pid)
	for range 400 {
		b, err := os.ReadFile(status)
		if err != nil || handles(string(b), unix.SIGTERM) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	k.process.Process.Signal(unix.SIGTERM) // fails only if it has ended
}

// handles reads from a /proc/PID/status whether a signal is caught or ignored.
func handles(status string, s syscall.Signal) bool {
	for line := range strings.Lines(status) {
		name, mask, _ := strings.Cut(line, ":")
		if name != "SigCgt" && name != "SigIgn" {
			continue
		}
		bits, err := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
		if err == nil && bits>>(uint(s)-1)&1 == 1 {
			return true
		}
	}
	return false
}

// dial opens a connection in the container's network and hands it to the platform,
// which from then on speaks with the container without a process between them.
func (k *keeper) dial(r request) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(r.Millis)*time.Millisecond)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", k.spec.Port))
	if err != nil {
		var errno syscall.Errno
		errors.As(err, &errno)
		k.ctl.send(report{Dialed: r.Dial, Errno: int(errno), Error: clip(err.Error())}, -1)
		return
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { k.ctl.send(report{Dialed: r.Dial}, int(fd)) })
	}
	if err != nil {
		k.ctl.send(report{Dialed: r.Dial, Error: clip(err.Error())}, -1)
	}
}

// loopbackUp sets the flag "up" of lo in this process's network namespace.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, req); err != nil {
		return err
	}
	req.SetUint16(req.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, req)
}
