package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/local/sandbox"
	"github.com/copal-ml/copal/builder/serverbin"
	"github.com/copal-ml/copal/builder/sink/store"
	"github.com/copal-ml/copal/runtime/contract"
)

var update = flag.Bool("update", false, "rewrite what the scripts in testdata/script expect")

func TestMain(m *testing.M) {
	sandbox.Main() // the test binary re-executes itself as copal does
	testscript.Main(m, map[string]func(){"copal": main})
}

// TestScript runs testdata/script: what a user types, sees, and gets as exit
// code. The verbs beside testscript's own are in the table below.
func TestScript(t *testing.T) {
	example, err := filepath.Abs("example")
	if err != nil {
		t.Fatal(err)
	}
	models, err := filepath.Abs("../../models")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLE", example)
			env.Setenv("FIXTURES", filepath.Join(models, "modeltest", "testdata"))
			env.Setenv("REFUSED", filepath.Join(models, "formats", "testdata", "refused"))
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, "data"))
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, "cache"))
			addr, err := freeAddr()
			env.Setenv("ADDR", addr)
			// No script may reach an account that the developer is signed in to.
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("AWS_CONFIG_FILE", filepath.Join(env.WorkDir, "no-aws-config"))
			env.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(env.WorkDir, "no-aws-credentials"))
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"interrupts": interrupts,
			"hostile":    hostile,
			"cut":        cut,
			"rows":       rows,
			"evalenv":    evalEnv,
			"post":       post,
			"registry":   startRegistry,
			"setref":     setRef,
			"mislead":    mislead,
		},
		Condition: func(name string) (bool, error) {
			if name != "serverbin" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			_, err := serverbin.Layer("linux/amd64")
			return err == nil, nil
		},
	})
}

// exits CODE COMMAND ARGS… runs a command that must end with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS...")
	}
	want := number(ts, args[0])
	if got := exitCode(ts, ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func exitCode(ts *testscript.TestScript, err error) int {
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	return exit.ExitCode()
}

// interrupts CODE PATTERN COMMAND ARGS… runs a command, sends it SIGINT as soon
// as PATTERN appears in its output or errors, and wants it to end with CODE.
func interrupts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: interrupts CODE PATTERN COMMAND ARGS...")
	}
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = scriptEnv(ts)
	seen := &trigger{pattern: regexp.MustCompile(args[1]), fired: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = io.MultiWriter(ts.Stdout(), seen), io.MultiWriter(ts.Stderr(), seen)
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-seen.fired:
		ts.Check(cmd.Process.Signal(syscall.SIGINT))
	case err := <-ended:
		ended <- err
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
	}
	err := <-ended
	if !seen.done {
		ts.Fatalf("%q never appeared:\n%s", args[1], seen.buf.String())
	}
	if got, want := exitCode(ts, err), number(ts, args[0]); got != want {
		ts.Fatalf("exit code %d, want %d:\n%s", got, want, seen.buf.String())
	}
}

// scriptEnv is the script's environment for a command that the script's own
// exec does not start.
func scriptEnv(ts *testscript.TestScript) []string {
	env := os.Environ()
	for _, name := range []string{
		"HOME", "PATH", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
		"AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
	} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// A trigger collects output and fires once when a pattern has appeared in it.
// After the process has ended nothing writes to it any more.
type trigger struct {
	pattern *regexp.Regexp
	fired   chan struct{}

	mu   sync.Mutex
	buf  bytes.Buffer
	done bool
}

func (t *trigger) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Write(p)
	if !t.done && t.pattern.Match(t.buf.Bytes()) {
		t.done = true
		close(t.fired)
	}
	return len(p), nil
}

// cut FILE NEW SIZE writes the first SIZE bytes of FILE to NEW.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: cut FILE NEW SIZE")
	}
	data, size := ts.ReadFile(args[0]), number(ts, args[2])
	if size >= len(data) {
		ts.Fatalf("%s has only %d bytes", args[0], len(data))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(data[:size]), 0o644))
}

// rows FILE SIZE writes a valid JSON request of at least SIZE bytes.
func rows(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: rows FILE SIZE")
	}
	const row = "[5.1,3.5,1.4,0.2]"
	n := number(ts, args[1])/(len(row)+1) + 1
	body := append([]byte(`{"features":[`+row), bytes.Repeat([]byte(","+row), n-1)...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(body, "]}"...), 0o644))
}

// evalenv is eval "$(copal local env)" after `exec copal local env`.
func evalEnv(ts *testscript.TestScript, _ bool, _ []string) {
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		if !ok {
			ts.Fatalf("%q is not an export", line)
		}
		ts.Setenv(name, value)
	}
}

// post ADDR PATH BODY sends a request to a server that may just be starting; the
// answer is the script's standard output.
func post(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: post ADDR PATH BODY")
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Post("http://"+args[0]+args[1], "application/json", strings.NewReader(args[2]))
		if err != nil || resp.StatusCode == http.StatusServiceUnavailable {
			if time.Now().After(deadline) {
				ts.Fatalf("no answer from %s: %v", args[0], err)
			}
			continue
		}
		_, err = io.Copy(ts.Stdout(), resp.Body)
		ts.Check(errors.Join(err, resp.Body.Close()))
		return
	}
}

// registry starts a container registry for the script and sets $REGISTRY.
func startRegistry(ts *testscript.TestScript, _ bool, _ []string) {
	srv := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	ts.Defer(srv.Close)
	ts.Setenv("REGISTRY", strings.TrimPrefix(srv.URL, "http://"))
}

// setref FILE sets $REF to the reference in FILE, and $HOST to its registry.
func setRef(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: setref FILE")
	}
	ref := strings.TrimSpace(ts.ReadFile(args[0]))
	host, _, _ := strings.Cut(ref, "/")
	ts.Setenv("REF", ref)
	ts.Setenv("HOST", host)
}

// mislead NAME OLD NEW replaces OLD by NEW in what an image of the local store
// says of itself, as if its server answered otherwise than it did at the build.
func mislead(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: mislead NAME OLD NEW")
	}
	s := store.Open(filepath.Join(ts.Getenv("XDG_DATA_HOME"), "copal"))
	img, _, err := s.Get(args[0])
	ts.Check(err)
	file, err := img.ConfigFile()
	ts.Check(err)
	file = file.DeepCopy()
	label := file.Config.Labels[contract.LabelManifest]
	if !strings.Contains(label, args[1]) {
		ts.Fatalf("%q is not in %s", args[1], label)
	}
	file.Config.Labels[contract.LabelManifest] = strings.Replace(label, args[1], args[2], 1)
	img, err = mutate.ConfigFile(img, file)
	ts.Check(err)
	_, err = s.Put(context.Background(), args[0], &image.Artifact{Image: img}, nil)
	ts.Check(err)
}

// freeAddr is a loopback address where nothing listens.
func freeAddr() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

func number(ts *testscript.TestScript, s string) int {
	n, err := strconv.Atoi(s)
	ts.Check(err)
	return n
}
