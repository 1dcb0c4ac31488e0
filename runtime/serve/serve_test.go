package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/serve"
)

// A rig is a server and a way to talk raw bytes to it.
type rig struct {
	*serve.Server
	t    *testing.T
	dial func() net.Conn
	log  *lockedBuffer
}

// start serves cfg in memory until the test ends.
func start(t *testing.T, cfg serve.Config) *rig {
	t.Helper()
	log := new(lockedBuffer)
	cfg.Log = slog.New(slog.NewJSONHandler(log, nil))
	cfg.Quiet = 10 * time.Millisecond
	srv, err := serve.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ln := fasthttputil.NewInmemoryListener()
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return &rig{srv, t, func() net.Conn {
		c, err := ln.Dial()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}, log}
}

func serving(t *testing.T, p models.Predictor) *rig {
	t.Helper()
	return start(t, serve.Config{Predictor: p})
}

// An answer is what came back on the wire.
type answer struct {
	*http.Response
	body string
}

// send writes a raw request and reads one answer.
func (r *rig) send(request string) answer {
	r.t.Helper()
	c := r.dial()
	defer c.Close()
	return exchange(r.t, c, bufio.NewReader(c), request)
}

func exchange(t *testing.T, c net.Conn, br *bufio.Reader, request string) answer {
	t.Helper()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	written := make(chan error, 1)
	go func() {
		_, err := io.WriteString(c, request)
		written <- err
	}()
	a := receive(t, br, request)
	<-written
	return a
}

func receive(t *testing.T, br *bufio.Reader, request string) answer {
	t.Helper()
	method, _, _ := strings.Cut(request, " ")
	resp, err := http.ReadResponse(br, &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%.60q: %v", request, err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%.60q: body: %v", request, err)
	}
	return answer{resp, string(body)}
}

// post is a raw request with a body, which is JSON unless headers say otherwise.
func post(path, body string, headers ...string) string {
	if !strings.Contains(strings.Join(headers, "\n"), "Content-Type:") {
		headers = append(headers, "Content-Type: application/json")
	}
	headers = append([]string{"Host: model"}, headers...)
	return fmt.Sprintf("POST %s HTTP/1.1\r\n%s\r\nContent-Length: %d\r\n\r\n%s", path, strings.Join(headers, "\r\n"), len(body), body)
}

func get(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: model\r\n\r\n" }

// expect sends a request and compares status and body.
func (r *rig) expect(request string, status int, body string) {
	r.t.Helper()
	if a := r.send(request); a.StatusCode != status || a.body != body {
		r.t.Errorf("%.80q:\n got %d %s\nwant %d %s", request, a.StatusCode, a.body, status, body)
	}
}

// A lockedBuffer is a log that a test can read while the server writes.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
