package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// An instance is the platform's side of a container: it owns the keeper.
type instance struct {
	keeper  *exec.Cmd
	ctl     *control
	grace   time.Duration
	memory  memory
	release func() error

	started  chan error    // gets one value
	done     chan struct{} // closed when nothing is left
	err      error         // of the container's process; set before done is closed
	left     error         // what could not be removed; set before done is closed
	starved  atomic.Bool   // its output told of a lack of memory
	stopping atomic.Bool
	forced   atomic.Bool // it was sent SIGKILL

	mu     sync.Mutex
	dials  map[uint64]chan<- dialed // waiting; nil when the keeper is gone
	number uint64                   // of the last dial
}

// A dialed is the keeper's answer to a dial.
type dialed struct {
	file *os.File
	err  error
}

// Done is closed when the container has ended, all its output has been logged and
// every trace of it is removed.
func (in *instance) Done() <-chan struct{} { return in.done }

// Err says why the container ended; nil if it exited with status 0, or has not
// ended.
func (in *instance) Err() error {
	select {
	case <-in.done:
		return in.err
	default:
		return nil
	}
}

// supervise runs from start to end of the keeper.
func (in *instance) supervise(logs *os.File, log func(string)) {
	var pump sync.WaitGroup
	pump.Go(func() {
		defer logs.Close()
		copyLines(logs, func(line string) { in.log(log, line) })
	})
	e, lost := in.reports()
	wait := in.keeper.Wait()
	pump.Wait() // the last process that could write is gone
	in.ctl.Close()
	in.settle(e, lost, wait)
	select {
	case in.started <- in.err: // the keeper ended before it said anything
	default:
	}
	close(in.done)
}

// log passes a line on, and watches for the one sign of RLIMIT_DATA.
func (in *instance) log(log func(string), line string) {
	if in.memory.Bytes > 0 && in.memory.Cgroup == "" {
		l := strings.ToLower(line)
		if strings.Contains(l, "out of memory") || strings.Contains(l, "cannot allocate memory") || strings.Contains(l, "memoryerror") {
			in.starved.Store(true)
		}
	}
	if log != nil {
		log(line)
	}
}

// reports handles what the keeper says until it ends. The end is nil if it did not
// report one.
func (in *instance) reports() (e *end, err error) {
	defer in.abandon()
	for {
		var r report
		f, err := in.ctl.receive(&r)
		switch {
		case err != nil:
			return e, err
		case r.Started:
			in.started <- nil
		case r.Failed != "":
			in.started <- errors.New(r.Failed)
		case r.Ended != nil:
			e = r.Ended
		case r.Dialed != 0:
			in.answer(r, f)
		}
	}
}

// settle finds out how things ended and removes what the keeper did not.
func (in *instance) settle(e *end, lost, wait error) {
	if e == nil {
		in.err = fmt.Errorf("its keeper ended (%s): %w", in.keeper.ProcessState, errors.Join(lost, wait))
		if in.memory.Bytes > 0 && in.memory.Cgroup != "" {
			dir := filepath.Join(in.memory.Cgroup, groupPrefix+strconv.Itoa(in.keeper.Process.Pid))
			in.left = removeGroup(dir, 2*time.Second)
		}
	} else {
		in.err = in.explainEnd(e)
		if e.Left != "" {
			in.left = errors.New(e.Left)
		}
	}
	in.left = errors.Join(in.left, in.release())
}

// explainEnd puts an end into words.
func (in *instance) explainEnd(e *end) error {
	limit := fmt.Sprintf("out of memory (limit %d MiB)", in.memory.Bytes>>20)
	switch {
	case e.OOM && (e.Signal != 0 || e.Code != 0):
		return errors.New("killed: " + limit)
	case in.forced.Load() && e.Signal == int(unix.SIGKILL):
		return errors.New("killed: did not end in time after SIGTERM")
	case e.Signal != 0:
		return fmt.Errorf("killed: %s", syscall.Signal(e.Signal))
	case e.Code != 0 && in.starved.Load():
		return fmt.Errorf("exit status %d: %s", e.Code, limit)
	case e.Code != 0:
		return fmt.Errorf("exit status %d", e.Code)
	}
	return nil
}

// Dial opens a connection to the container's port. While nothing listens there the
// error is ECONNREFUSED.
func (in *instance) Dial(ctx context.Context) (net.Conn, error) {
	number, answer, err := in.expect()
	if err != nil {
		return nil, err
	}
	defer in.forget(number, answer)
	patience := 30 * time.Second
	if t, ok := ctx.Deadline(); ok {
		patience = time.Until(t)
	}
	if err := in.ctl.send(request{Dial: number, Millis: max(1, patience.Milliseconds())}, -1); err != nil {
		return nil, in.gone()
	}
	select {
	case d := <-answer:
		if d.err != nil {
			return nil, d.err
		}
		defer d.file.Close()
		return net.FileConn(d.file)
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
	}
}

// expect registers a dial.
func (in *instance) expect() (uint64, <-chan dialed, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.dials == nil {
		return 0, nil, in.gone()
	}
	in.number++
	answer := make(chan dialed, 1)
	in.dials[in.number] = answer
	return in.number, answer, nil
}

// forget ends the wait for an answer. One that has come meanwhile is closed.
func (in *instance) forget(number uint64, answer <-chan dialed) {
	in.mu.Lock()
	defer in.mu.Unlock()
	delete(in.dials, number)
	select {
	case d := <-answer:
		if d.file != nil {
			d.file.Close()
		}
	default:
	}
}

// answer gives a connection to the dial that waits for it.
func (in *instance) answer(r report, f *os.File) {
	d := dialed{file: f}
	if f == nil {
		d.err = dialError(r)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if c, ok := in.dials[r.Dialed]; ok {
		c <- d
		delete(in.dials, r.Dialed)
	} else if f != nil {
		f.Close()
	}
}

func dialError(r report) error {
	if r.Errno != 0 {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.Errno(r.Errno))}
	}
	return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New(r.Error)}
}

// abandon fails the dials that nobody will answer.
func (in *instance) abandon() {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, c := range in.dials {
		c <- dialed{err: in.gone()}
	}
	in.dials = nil
}

func (in *instance) gone() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: errEnded}
}

// errEnded says that there is nothing to connect to.
var errEnded = errors.New("the container has ended")

// Stop sends SIGTERM to the container's process, and SIGKILL after the grace or
// when ctx ends. It returns when nothing is left of the container, with an error if
// something could not be removed. It may be called again, and by many.
func (in *instance) Stop(ctx context.Context) error {
	if in.stopping.CompareAndSwap(false, true) {
		in.ctl.send(request{Signal: int(unix.SIGTERM)}, -1) // fails only if it has ended
	}
	timer := time.NewTimer(in.grace)
	defer timer.Stop()
	select {
	case <-in.done:
		return in.left
	case <-ctx.Done():
	case <-timer.C:
	}
	in.kill()
	<-in.done
	return in.left
}

// kill ends the container at once: through its keeper, or if that is stuck, with
// it.
func (in *instance) kill() {
	in.forced.Store(true)
	in.ctl.send(request{Signal: int(unix.SIGKILL)}, -1)
	select {
	case <-in.done:
	case <-time.After(5 * time.Second):
		in.keeper.Process.Kill()
	}
}
