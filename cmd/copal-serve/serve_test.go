package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/copal-ml/copal/runtime/contract"
)

const (
	example = "../copal/example/model.pkl" // iris, four features, three classes
	row     = `{"features": [[5.1, 3.5, 1.4, 0.2]]}`
)

// imageRoot lays out the files of an image around the model file.
func imageRoot(t *testing.T, model string, edit func(*contract.Manifest)) (root string) {
	t.Helper()
	content, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	m := contract.Manifest{Version: contract.ManifestVersion, Model: contract.ModelFile{
		Name: "model.pkl", Embedded: true, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)),
		Format: "joblib", Library: "scikit-learn", Class: "LogisticRegression",
	}}
	if edit != nil {
		edit(&m)
	}
	root = t.TempDir()
	for path, b := range map[string][]byte{m.Model.Path(): content, contract.ManifestPath: m.Encode()} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// A process is a running copal-serve.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	addr string
	log  *bufio.Scanner
}

// build compiles the program as an image holds it.
func build(t *testing.T) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "copal-serve")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -buildid=", "-o", binary, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// launch starts binary on a free port and waits for the line that names it.
func launch(t *testing.T, binary, root string, env ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(binary, "-root", root, contract.ServeArgument)}
	p.cmd.Env = append([]string{contract.EnvPort + "=0"}, env...)
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	p.log = bufio.NewScanner(stderr)
	_, port, err := net.SplitHostPort(p.event("listening")["addr"].(string))
	if err != nil {
		t.Fatal(err)
	}
	p.addr = "127.0.0.1:" + port
	return p
}

// event reads the log up to the line with this message.
func (p *process) event(msg string) map[string]any {
	p.t.Helper()
	for p.log.Scan() {
		var line map[string]any
		if err := json.Unmarshal(p.log.Bytes(), &line); err != nil {
			p.t.Fatalf("a log line that is not JSON: %q", p.log.Text())
		}
		if line["msg"] == msg {
			return line
		}
	}
	p.t.Fatalf("the log ended without %q", msg)
	return nil
}

// stop sends SIGTERM and returns the exit code.
func (p *process) stop() int {
	p.cmd.Process.Signal(syscall.SIGTERM)
	for p.log.Scan() { // Wait wants the pipe read to its end
	}
	p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

func TestProcess(t *testing.T) {
	binary := build(t)
	t.Run("answers", func(t *testing.T) {
		p := launch(t, binary, imageRoot(t, example, nil), contract.EnvMethod+"=predict_proba")
		p.event("ready")
		resp, err := http.Post("http://"+p.addr+"/invocations", "application/json", strings.NewReader(row))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var answer struct{ Predictions [][]float64 }
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 200 || len(answer.Predictions) != 1 || len(answer.Predictions[0]) != 3 {
			t.Errorf("%d %v", resp.StatusCode, answer)
		}
		if code := p.stop(); code != exitOK {
			t.Errorf("exit code %d", code)
		}
	})
	t.Run("SIGTERM under load", func(t *testing.T) {
		p := launch(t, binary, imageRoot(t, example, nil))
		p.event("ready")
		underLoad(t, p)
	})
	t.Run("SIGTERM beside a silent connection", func(t *testing.T) {
		p := launch(t, binary, imageRoot(t, example, nil))
		p.event("ready")
		idle, err := net.Dial("tcp", p.addr) // has never sent anything
		if err != nil {
			t.Fatal(err)
		}
		defer idle.Close()
		start := time.Now()
		if code := p.stop(); code != exitOK {
			t.Errorf("exit code %d", code)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("stopped after %s", d)
		}
	})
}

// underLoad stops a server that callers keep busy. Every request that any of them
// sends is answered, up to the answer that asks them to close.
func underLoad(t *testing.T, p *process) {
	request := fmt.Sprintf("POST /invocations HTTP/1.1\r\nHost: model\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(row), row)
	var answered atomic.Int64
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			if err := callUntilClosed(p.addr, request, &answered); err != nil {
				t.Error(err)
			}
		})
	}
	for answered.Load() < 1000 {
		time.Sleep(time.Millisecond)
	}
	before := answered.Load()
	code := p.stop()
	callers.Wait()
	if code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if answered.Load() <= before {
		t.Errorf("no request was answered behind SIGTERM")
	}
}

func callUntilClosed(addr, request string, answered *atomic.Int64) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	br := bufio.NewReader(c)
	for {
		if _, err := io.WriteString(c, request); err != nil {
			return fmt.Errorf("send: %w", err)
		}
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != 200 {
			return fmt.Errorf("status %d, %q, %w", resp.StatusCode, body, err)
		}
		answered.Add(1)
		if resp.Close {
			return nil
		}
	}
}

// What keeps the server from starting is one line of the log, and exit code 1.
func TestRunFails(t *testing.T) {
	f := func(root, want string) {
		t.Helper()
		var log bytes.Buffer
		env := func(name string) string { return map[string]string{contract.EnvPort: "0"}[name] }
		if code := run(context.Background(), []string{"-root", root, "serve"}, env, &log); code != exitFailure {
			t.Errorf("exit code %d", code)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if last := lines[len(lines)-1]; !strings.Contains(last, want) || !strings.Contains(last, `"level":"ERROR"`) {
			t.Errorf("got %s\nwant %s", last, want)
		}
	}
	f(t.TempDir(), "copal/manifest.json: no such file or directory")
	f(imageRoot(t, example, func(m *contract.Manifest) { m.Version = 7 }), "image manifest version 7, this copal reads 1")
	f(imageRoot(t, example, func(m *contract.Manifest) { m.Model.SHA256 = "00" }), "is not the file that the image was built for")
	f(imageRoot(t, "load.go", nil), "is not supported")
	f(imageRoot(t, example, func(m *contract.Manifest) { m.Method = "transform" }), `method \"transform\"`)

	missing := imageRoot(t, example, nil)
	if err := os.Remove(filepath.Join(missing, contract.ModelPath)); err != nil {
		t.Fatal(err)
	}
	f(missing, "model/model: no such file or directory")
}

// A model that is not in the image is found where SageMaker mounts it.
func TestMountedModel(t *testing.T) {
	root := imageRoot(t, example, func(m *contract.Manifest) { m.Model.Embedded = false })
	if _, err := os.Stat(filepath.Join(root, contract.MountedModelDir, "model.pkl")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	log := &cancelOn{text: `"msg":"ready"`, cancel: cancel}
	env := func(name string) string { return map[string]string{contract.EnvPort: "0"}[name] }
	if code := run(ctx, []string{"-root", root}, env, log); code != exitOK {
		t.Errorf("exit code %d:\n%s", code, log.seen.String())
	}
}

// cancelOn is a log that ends the run when a text appears in it.
type cancelOn struct {
	text   string
	cancel func()
	mu     sync.Mutex
	seen   bytes.Buffer
}

func (c *cancelOn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if bytes.Contains(p, []byte(c.text)) {
		c.cancel()
	}
	return c.seen.Write(p)
}

func TestRunUsage(t *testing.T) {
	f := func(want string, env map[string]string, args ...string) {
		t.Helper()
		var log bytes.Buffer
		if code := run(context.Background(), args, func(name string) string { return env[name] }, &log); code != exitUsage {
			t.Errorf("%q: exit code %d", args, code)
		}
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q: got %s\nwant %s", args, log.String(), want)
		}
	}
	f(`the only argument is "serve"`, nil, "train")
	f(`the only argument is "serve"`, nil, "serve", "now")
	f("usage: copal-serve", nil, "-help")
	f(`SAGEMAKER_BIND_TO_PORT=\"http\": expected a whole number from 0 to 65535`, map[string]string{contract.EnvPort: "http"})
	f(`COPAL_MAX_BODY_MB=\"0\": expected a whole number from 1 to 4096`, map[string]string{contract.EnvMaxBody: "0"})
}

func TestSettings(t *testing.T) {
	f := func(env map[string]string, port, maxBody int) {
		t.Helper()
		s, err := readSettings(func(name string) string { return env[name] })
		if err != nil || s.port != port || s.MaxBody != maxBody {
			t.Errorf("%v: port %d, body %d, %v", env, s.port, s.MaxBody, err)
		}
	}
	f(nil, 8080, 25<<20)
	f(map[string]string{contract.EnvPort: "9000", contract.EnvMaxBody: "4"}, 9000, 4<<20)
	f(map[string]string{contract.EnvBatchPayload: "100"}, 8080, 100<<20)
	f(map[string]string{contract.EnvBatchPayload: "6"}, 8080, 25<<20)
}

func TestMemoryLimit(t *testing.T) {
	dir := t.TempDir()
	f := func(content string, want int64) {
		t.Helper()
		path := filepath.Join(dir, "memory.max")
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := memoryLimit([]string{filepath.Join(dir, "absent"), path}); got != want {
			t.Errorf("%q: got %d, want %d", content, got, want)
		}
	}
	f("1073741824\n", 1<<30)
	f("max\n", 0)
	f("9223372036854771712\n", 0)
	f("", 0)
	if got := memoryLimit([]string{filepath.Join(dir, "absent")}); got != 0 {
		t.Errorf("without a file: %d", got)
	}
}
