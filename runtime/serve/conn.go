package serve

import (
	"io"
	"net"
	"time"
)

// A listener hands out connections that can close without losing an answer.
type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// A conn that lingers reads on for a while after its last answer. To close a
// socket with unread input makes the kernel send a reset, and a reset takes from
// the caller the answer that it has not read yet: whoever sends a body that is
// too large would see a broken pipe instead of the 413 (RFC 9112 section 9.6).
type conn struct {
	net.Conn
	linger bool // set and read by the goroutine that serves the connection
}

const (
	lingerTime  = 5 * time.Second
	lingerBytes = 256 << 20
)

func (c *conn) Close() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if c.linger && ok && half.CloseWrite() == nil {
		if c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
			io.CopyN(io.Discard, c.Conn, lingerBytes) //nolint:errcheck // whatever ends it, we close
		}
	}
	return c.Conn.Close()
}
