package serve

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A listener hands out connections that can close without losing an answer, and
// knows those that have never been used.
type listener struct {
	net.Listener
	mu     sync.Mutex
	silent map[*conn]struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	wrapped := &conn{Conn: c, from: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.silent == nil {
		l.silent = make(map[*conn]struct{})
	}
	l.silent[wrapped] = struct{}{}
	return wrapped, nil
}

func (l *listener) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.silent, c)
}

// hangUp closes the connections that have never sent a byte, as clients keep
// them in reserve. fasthttp counts such a connection as busy for 5 s.
func (l *listener) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.silent {
		c.Conn.Close() //nolint:errcheck // nobody is listening on it
	}
}

// A conn that lingers reads on for a while after its last answer. To close a
// socket with unread input makes the kernel send a reset, and a reset takes from
// the caller the answer that it has not read yet: whoever sends a body that is
// too large would see a broken pipe instead of the 413 (RFC 9112 section 9.6).
type conn struct {
	net.Conn
	from   *listener
	heard  bool // only the goroutine that serves the connection uses it
	linger atomic.Bool
}

const (
	lingerTime  = 5 * time.Second
	lingerBytes = 256 << 20
)

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.heard {
		c.heard = true
		c.from.forget(c)
	}
	return n, err
}

func (c *conn) Close() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if ok && c.linger.Load() && half.CloseWrite() == nil {
		if c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
			io.CopyN(io.Discard, c.Conn, lingerBytes) //nolint:errcheck // whatever ends it, we close
		}
	}
	c.from.forget(c)
	return c.Conn.Close()
}
