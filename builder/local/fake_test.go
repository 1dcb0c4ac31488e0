package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// fakeRunner serves /ping and /invocations in this process. The image's
// environment says how: BEHAVIOUR of the container's Env.
type fakeRunner struct {
	started, stopped atomic.Int32
	mu               sync.Mutex
	instances        []*fakeInstance
}

func (*fakeRunner) Describe() string { return "in this process, for tests" }

func (f *fakeRunner) Start(_ context.Context, c Container) (Instance, error) {
	if c.Env["BEHAVIOUR"] == "no-start" {
		return nil, errors.New("exec /copal/serve: no such file")
	}
	if _, err := c.Image.Manifest(); err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	in := &fakeInstance{c: c, ln: ln, done: make(chan struct{}), runner: f}
	in.srv = &http.Server{Handler: in}
	c.Log("serving")
	go in.srv.Serve(in.ln)
	if c.Env["BEHAVIOUR"] == "exit" {
		in.end(errors.New("exit status 2"))
	}
	f.started.Add(1)
	f.mu.Lock()
	f.instances = append(f.instances, in)
	f.mu.Unlock()
	return in, nil
}

func (f *fakeRunner) last() *fakeInstance {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.instances[len(f.instances)-1]
}

type fakeInstance struct {
	c      Container
	ln     net.Listener
	srv    *http.Server
	done   chan struct{}
	once   sync.Once
	err    error
	runner *fakeRunner
}

func (f *fakeInstance) Dial(context.Context) (net.Conn, error) {
	return net.Dial("tcp", f.ln.Addr().String())
}
func (f *fakeInstance) Done() <-chan struct{} { return f.done }
func (f *fakeInstance) Err() error            { return f.err }

func (f *fakeInstance) end(err error) {
	f.once.Do(func() {
		f.err = err
		f.srv.Close()
		close(f.done)
	})
}

func (f *fakeInstance) Stop(context.Context) error {
	f.end(nil)
	f.runner.stopped.Add(1)
	return nil
}

func (f *fakeInstance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/ping" {
		if f.c.Env["BEHAVIOUR"] == "sick" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return
	}
	body, _ := io.ReadAll(r.Body)
	switch command, arg, _ := strings.Cut(string(body), " "); command {
	case "fail":
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"row 1 has 3 columns, expected 4"}`)
	case "sleep":
		d, _ := time.ParseDuration(arg)
		time.Sleep(d)
	case "crash":
		f.c.Log("killed: out of memory")
		f.end(errors.New("killed: out of memory"))
	case "headers":
		w.Header().Set("X-Long", strings.Repeat("x", 5000))
	case "read": // a file of the model folder
		data, err := os.ReadFile(f.c.ModelDir + "/" + arg)
		fmt.Fprint(w, string(data), err)
	case "env":
		fmt.Fprint(w, f.c.Env[arg])
	case "stream":
		for i := range 3 {
			fmt.Fprintf(w, "part %d\n", i)
			w.(http.Flusher).Flush()
		}
	default:
		w.Header().Set("Content-Type", r.Header.Get("Accept"))
		w.Header().Set("X-Amzn-Sagemaker-Custom-Attributes", r.Header.Get("X-Amzn-Sagemaker-Custom-Attributes"))
		fmt.Fprintf(w, "%s:%s", r.Header.Get("Content-Type"), body)
	}
}

// running is a platform that serves.
type running struct {
	*Platform
	runner *fakeRunner
	end    func() // stops it and waits; once
}

// start opens and serves a platform. change may be nil.
func start(t *testing.T, dir string, change func(*Config)) *running {
	t.Helper()
	runner := &fakeRunner{}
	cfg := Config{StateDir: dir, Runner: runner, Delays: Delays{Ping: time.Millisecond}, Log: &testLog{t: t}}
	if change != nil {
		change(&cfg)
	}
	p, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := p.Listen()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Serve(ctx, ln) }()
	end := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if a, b := runner.started.Load(), runner.stopped.Load(); a != b {
			t.Errorf("%d containers started, %d stopped", a, b)
		}
	})
	t.Cleanup(end)
	return &running{p, runner, end}
}

type testLog struct {
	t  *testing.T
	mu sync.Mutex
}

func (l *testLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if testing.Verbose() {
		fmt.Fprint(os.Stderr, string(b))
	}
	return len(b), nil
}

// aws is the configuration of an SDK client of the platform.
func (r *running) aws() aws.Config {
	e := r.Env()
	return aws.Config{
		Region: e.Region, BaseEndpoint: aws.String(e.Endpoint), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(e.AccessKeyID, e.SecretAccessKey, ""),
	}
}
