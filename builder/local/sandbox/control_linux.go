package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// The platform and the keeper talk over a pair of SOCK_SEQPACKET sockets, which
// keep messages apart, carry open connections, and end when either process does.

// A request goes from the platform to the keeper.
type request struct {
	Signal int    `json:",omitempty"` // send it to the container's process
	Dial   uint64 `json:",omitempty"` // number of a wanted connection, from 1
	Millis int64  `json:",omitempty"` // how long to try
}

// A report goes from the keeper to the platform. Exactly one of its fields counts.
type report struct {
	Started bool   `json:",omitempty"` // the image's process runs
	Failed  string `json:",omitempty"` // it could not be started
	Ended   *end   `json:",omitempty"` // the last report
	Dialed  uint64 `json:",omitempty"` // the connection comes along, or
	Errno   int    `json:",omitempty"` // why it does not, if the kernel said so, and
	Error   string `json:",omitempty"` // in words
}

// An end is how the container's process ended.
type end struct {
	Code   int    // exit status
	Signal int    // that killed it; 0 if it exited
	OOM    bool   // the memory limit killed one of its processes
	Left   string // what could not be removed
}

// maxMessage bounds one message; the longest are errors.
const maxMessage = 16 << 10

// A control is one end of the pair.
type control struct {
	conn *net.UnixConn
	mu   sync.Mutex // of sending
}

// controlPair makes both ends; the second is for a child process.
func controlPair() (*control, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket pair: %w", err)
	}
	other := os.NewFile(uintptr(fds[1]), "control")
	c, err := newControl(os.NewFile(uintptr(fds[0]), "control"))
	if err != nil {
		other.Close()
		return nil, nil, err
	}
	return c, other, nil
}

// newControl takes f over.
func newControl(f *os.File) (*control, error) {
	defer f.Close()
	conn, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	u, ok := conn.(*net.UnixConn)
	if !ok {
		conn.Close()
		return nil, errors.New("control socket: not a unix socket")
	}
	return &control{conn: u}, nil
}

func (c *control) Close() error { return c.conn.Close() }

// send writes one message, with the open file fd unless it is negative.
func (c *control) send(v any, fd int) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(b) > maxMessage {
		return fmt.Errorf("control message of %d bytes", len(b))
	}
	var oob []byte
	if fd >= 0 {
		oob = unix.UnixRights(fd)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _, err = c.conn.WriteMsgUnix(b, oob, nil)
	return err
}

// receive reads one message into v, and the file that came along, if any; io.EOF
// when the other process has ended. One goroutine may call it.
func (c *control) receive(v any) (*os.File, error) {
	b := make([]byte, maxMessage)
	oob := make([]byte, unix.CmsgSpace(4))
	n, oobn, _, _, err := c.conn.ReadMsgUnix(b, oob)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, io.EOF
	}
	f, err := fileIn(oob[:oobn])
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b[:n], v); err != nil {
		if f != nil {
			f.Close()
		}
		return nil, fmt.Errorf("control message: %w", err)
	}
	return f, nil
}

// fileIn takes the one file out of a control message.
func fileIn(oob []byte) (*os.File, error) {
	if len(oob) == 0 {
		return nil, nil
	}
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, fmt.Errorf("control message: %w", err)
	}
	for _, m := range msgs {
		fds, err := unix.ParseUnixRights(&m)
		if err == nil && len(fds) == 1 {
			return os.NewFile(uintptr(fds[0]), "connection"), nil
		}
	}
	return nil, errors.New("control message: no file in it")
}
