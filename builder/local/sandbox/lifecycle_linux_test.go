package sandbox

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/copal-ml/copal/builder/local"
)

// logged collects log lines.
type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
}

func (l *logged) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// runToEnd starts a container in the given mode of the probe and waits for its end.
func runToEnd(t *testing.T, c local.Container, mode string) (local.Instance, []string) {
	t.Helper()
	var log logged
	c.Log = log.add
	c.Env = map[string]string{"PROBE": mode}
	in, err := newRunner(t, Options{}).Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-in.Done():
	case <-time.After(time.Minute):
		t.Fatal("still running")
	}
	return in, log.all()
}

func wantErr(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q", err, want)
	}
}

func TestExit(t *testing.T) {
	in, lines := runToEnd(t, local.Container{Image: probeImage(t)}, "exit")
	wantErr(t, in.Err(), "exit status 7")
	equal(t, "log", lines, []string{"first", "last line without end"})
	_, err := in.Dial(t.Context())
	wantErr(t, err, "the container has ended")
	if err := in.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLongLines(t *testing.T) {
	in, lines := runToEnd(t, local.Container{Image: probeImage(t)}, "lines")
	if err := in.Err(); err != nil {
		t.Error(err)
	}
	var lengths []string
	for _, l := range lines {
		lengths = append(lengths, strconv.Itoa(len(l)))
	}
	equal(t, "lengths", lengths, []string{"262144", "45056", "5"})
}

func TestStopByTerm(t *testing.T) {
	var log logged
	in := start(t, newRunner(t, Options{}), local.Container{Image: probeImage(t), Log: log.add})
	if err := in.Err(); err != nil {
		t.Errorf("running, but %v", err)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := in.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := in.Err(); err != nil {
		t.Error(err)
	}
	equal(t, "log", log.all(), []string{"got SIGTERM"})
}

func TestStopByKill(t *testing.T) {
	f := func(name string, grace, patience time.Duration) {
		t.Run(name, func(t *testing.T) {
			in := start(t, newRunner(t, Options{Grace: grace}), local.Container{Image: probeImage(t), Env: map[string]string{"PROBE": "deaf"}})
			get(t, in, "/child")
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			begin := time.Now()
			if err := in.Stop(ctx); err != nil {
				t.Error(err)
			}
			if took := time.Since(begin); took < 100*time.Millisecond || took > 40*time.Second {
				t.Errorf("took %v", took)
			}
			wantErr(t, in.Err(), "killed: did not end in time after SIGTERM")
		})
	}
	f("after the grace", 100*time.Millisecond, time.Minute)
	f("when the context ends", time.Minute, 100*time.Millisecond)
}

func TestMemoryLimit(t *testing.T) {
	in := start(t, newRunner(t, Options{}), local.Container{Image: probeImage(t), MemoryBytes: 256 << 20})
	get(t, in, "/allocate?mib=16")
	if _, err := tryGet(in, "/allocate?mib=512"); err == nil {
		t.Error("got more memory than the limit")
	}
	<-in.Done()
	wantErr(t, in.Err(), "out of memory (limit 256 MiB)")
}

func TestMemoryLimitWithoutGroup(t *testing.T) {
	r := newRunner(t, Options{})
	r.host.cgroup = ""
	if got := r.Describe(); !strings.Contains(got, "memory limited per process") {
		t.Error(got)
	}
	in := start(t, r, local.Container{Image: probeImage(t), MemoryBytes: 256 << 20})
	if _, err := tryGet(in, "/allocate?mib=512"); err == nil {
		t.Error("got more memory than the limit")
	}
	<-in.Done()
	wantErr(t, in.Err(), "exit status 2: out of memory (limit 256 MiB)")
}

func TestPort(t *testing.T) {
	r, img := newRunner(t, Options{}), probeImage(t)
	one := start(t, r, local.Container{Image: img})
	two := start(t, r, local.Container{Image: img}) // the same port, another network
	other := start(t, r, local.Container{Image: img, Env: map[string]string{"SAGEMAKER_BIND_TO_PORT": "7070"}})
	for _, in := range []local.Instance{one, two, other} {
		get(t, in, "/ping")
	}
	for _, port := range []string{"8080", "7070"} {
		if c, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second); err == nil {
			c.Close()
			if owner := listeners(port); owner == 0 {
				t.Errorf("the container's port %s can be reached from outside", port)
			}
		}
	}
}

// listeners counts the sockets of this network namespace that listen on port:
// others on this machine may.
func listeners(port string) int {
	n, _ := strconv.Atoi(port)
	b, _ := os.ReadFile("/proc/net/tcp")
	b6, _ := os.ReadFile("/proc/net/tcp6")
	return strings.Count(string(b)+string(b6), fmt.Sprintf(":%04X ", n))
}

func TestDialOfCanceledContext(t *testing.T) {
	in := start(t, newRunner(t, Options{}), local.Container{Image: probeImage(t)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := in.Dial(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestDialIsPlainTCP(t *testing.T) {
	in := start(t, newRunner(t, Options{}), local.Container{Image: probeImage(t)})
	c, err := in.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, ok := c.(*net.TCPConn); !ok {
		t.Errorf("%T", c)
	}
	c.SetDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestForward(t *testing.T) {
	in := start(t, newRunner(t, Options{}), local.Container{Image: probeImage(t)})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Forward(ctx, l, in) }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET /ping HTTP/1.0\r\n\r\n")
	b, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(b), "HTTP/1.0 200 OK") {
		t.Errorf("%q %v", b, err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRun(t *testing.T) {
	r := newRunner(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	err := Run(ctx, r, local.Container{Image: probeImage(t)}, func(local.Instance) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wantErr(t, Run(t.Context(), r, local.Container{Image: probeImage(t), Env: map[string]string{"PROBE": "exit"}}, nil), "exit status 7")
}

func TestCannotStart(t *testing.T) {
	r := newRunner(t, Options{})
	f := func(want string, cfg v1.Config, members ...tar.Header) {
		t.Helper()
		_, err := r.Start(t.Context(), local.Container{Name: "iris/AllTraffic", Image: image(t, cfg, members...)})
		wantErr(t, err, want)
		wantErr(t, err, "container iris/AllTraffic: ")
	}
	serve := v1.Config{Entrypoint: []string{"/serve"}}
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	foreign, err := buildProbe(other)
	if err != nil {
		t.Fatal(err)
	}
	f("exec /serve: exec format error: the image's program is for linux/"+other+", this machine is linux/"+runtime.GOARCH, serve, file("serve", 0o755, string(foreign)))
	f("exec /serve: exec format error: it is neither an ELF executable nor a script", serve, file("serve", 0o755, "echo hello"))
	f("exec /serve: no such file or directory: the image has no such file", serve)
	f("exec /serve: no such file or directory: the image lacks the interpreter", serve, file("serve", 0o755, "#!/bin/sh\n"))
	f("exec /serve: permission denied: its mode is -rw-r--r--, it must be executable by everyone", serve, file("serve", 0o644, "x"))
	f("exec /serve: permission denied: it is a folder", serve, tar.Header{Name: "serve", Typeflag: tar.TypeDir, Mode: 0o755})
	f("exec /serve: too many levels of symbolic links: its symbolic links lead in a circle", serve,
		tar.Header{Name: "serve", Typeflag: tar.TypeSymlink, Linkname: "evres"}, tar.Header{Name: "evres", Typeflag: tar.TypeSymlink, Linkname: "serve"})
	f("exec serve: executable file not found in $PATH; the image has no ENTRYPOINT", v1.Config{Cmd: []string{"/serve"}}, file("serve", 0o755, "x"))
	f("the image's working folder: chdir /app: no such file", v1.Config{Entrypoint: serve.Entrypoint, WorkingDir: "/app"}, file("serve", 0o755, "x"))
	f(`image user "nobody": `, v1.Config{Entrypoint: serve.Entrypoint, User: "nobody"}, file("serve", 0o755, "x"))
	f("/proc in the image is not a folder", serve, tar.Header{Name: "proc", Typeflag: tar.TypeSymlink, Linkname: "/etc"}, tar.Header{Name: "etc", Typeflag: tar.TypeDir, Mode: 0o755})
	f("the image has no folder /dev and it cannot be made", serve, file("dev", 0o644, ""))

	_, err = r.Start(t.Context(), local.Container{Image: probeImage(t), ModelDir: filepath.Join(t.TempDir(), "absent")})
	wantErr(t, err, "model folder: ")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = r.Start(ctx, local.Container{Image: probeImage(t)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestLinksOutOfTheImage mounts at names that the image made links of: they must
// lead to places in the image.
func TestLinksOutOfTheImage(t *testing.T) {
	b, err := probe()
	if err != nil {
		t.Fatal(err)
	}
	img := image(t, v1.Config{Entrypoint: []string{"/copal/serve"}, User: "model"},
		tar.Header{Name: "opt", Typeflag: tar.TypeSymlink, Linkname: "/etc"},
		tar.Header{Name: "etc", Typeflag: tar.TypeDir, Mode: 0o755},
		file("etc/passwd", 0o644, "root:x:0:0::/:\nmodel:x:1234:1235::/:\n"),
		file("copal/serve", 0o755, string(b)))
	model := t.TempDir()
	if err := os.WriteFile(filepath.Join(model, "model.txt"), []byte("resin"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(model, 0o755); err != nil {
		t.Fatal(err)
	}
	v := look(t, start(t, newRunner(t, Options{}), local.Container{Image: img, ModelDir: model}))
	equal(t, "/opt/ml/model", v.Model, []string{"model.txt"})
	if v.UID != 1234 || v.GID != 1235 {
		t.Errorf("uid %d, gid %d", v.UID, v.GID)
	}
	if _, err := os.Stat("/etc/ml"); err == nil {
		t.Error("/etc/ml was made on this machine")
	}
	equal(t, "writable", v.Writable, []string{"/tmp"})
	equal(t, "denied but worked", v.Denied, nil)
}

// traces are what containers leave on a machine while they run.
type traces struct {
	left                      []string // processes and control groups
	mounts, files, goroutines int
}

// beyond says what is there and was not before. Less than before is no trace:
// what the test itself needed a moment ago may be gone.
func (now traces) beyond(before traces) []string {
	found := now.left
	for _, count := range []struct {
		what        string
		now, before int
	}{
		{"mounts", now.mounts, before.mounts},
		{"files", now.files, before.files},
		{"goroutines", now.goroutines, before.goroutines},
	} {
		if count.now > count.before {
			found = append(found, fmt.Sprintf("%d %s after %d", count.now, count.what, count.before))
		}
	}
	return found
}

func tracesOf(t *testing.T, r *Runner) (found traces) {
	t.Helper()
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue
		}
		f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		if ppid, _ := strconv.Atoi(f[1]); ppid == os.Getpid() {
			found.left = append(found.left, "process "+e.Name())
		}
	}
	if r.host.cgroup != "" {
		groups, _ := filepath.Glob(filepath.Join(r.host.cgroup, groupPrefix+"*"))
		for _, g := range groups {
			keeper, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(g), groupPrefix))
			if err != nil || !alive(keeper) { // else another platform's, in use
				found.left = append(found.left, "group "+g)
			}
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	found.mounts, found.files, found.goroutines = strings.Count(string(mounts), "\n"), len(fds), runtime.NumGoroutine()
	return found
}

func TestNothingIsLeft(t *testing.T) {
	r, img := newRunner(t, Options{Grace: 50 * time.Millisecond}), probeImage(t)
	begin := func(i int) {
		mode := []string{"", "deaf", "exit"}[i%3]
		in, err := r.Start(t.Context(), local.Container{Image: img, MemoryBytes: 256 << 20, Env: map[string]string{"PROBE": mode}})
		if err != nil {
			t.Fatal(err)
		}
		if mode != "exit" {
			ping(t, in)
		}
		if err := in.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}
	begin(0)
	before := tracesOf(t, r)
	for i := range 20 {
		begin(i)
	}
	var left []string
	for range 50 { // goroutines of closed connections, and others' groups, take a moment
		if left = tracesOf(t, r).beyond(before); len(left) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("left: %q", left)
}

// TestPlatformKilled kills a process that runs a container, and then also the
// keeper, without warning.
func TestPlatformKilled(t *testing.T) {
	f := func(name string, killKeeper bool) {
		t.Run(name, func(t *testing.T) {
			r := newRunner(t, Options{})
			cmd := exec.Command(self)
			cmd.Args[0] = "platform"
			cmd.Env = append(os.Environ(), "SANDBOX_TEST_PLATFORM="+t.TempDir())
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var keeper int
			if _, err := fmt.Fscan(bufio.NewReader(out), &keeper); err != nil {
				t.Fatal(err)
			}
			inner := children(keeper)
			if len(inner) != 1 {
				t.Fatalf("the keeper has the children %v", inner)
			}
			cmd.Process.Kill()
			if killKeeper {
				syscall.Kill(keeper, syscall.SIGKILL)
			}
			cmd.Wait()
			for _, pid := range append(inner, keeper) {
				waitGone(t, pid)
			}
			r.host.sweep()
			if dir := filepath.Join(r.host.cgroup, groupPrefix+strconv.Itoa(keeper)); r.host.cgroup != "" {
				if _, err := os.Stat(dir); err == nil {
					t.Errorf("%s is left", dir)
				}
			}
		})
	}
	f("platform", false)
	f("platform and keeper", true)
}

// platform is the main of the process that TestPlatformKilled kills.
func platform(dir string) int {
	t := &testing.T{}
	r, err := New(Options{CacheDir: dir})
	if err != nil {
		return 1
	}
	in, err := r.Start(context.Background(), local.Container{Image: probeImage(t), MemoryBytes: 256 << 20})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(in.(*instance).keeper.Process.Pid)
	select {}
}

func children(pid int) []int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	var pids []int
	for _, f := range strings.Fields(string(b)) {
		n, _ := strconv.Atoi(f)
		pids = append(pids, n)
	}
	return pids
}

// waitGone waits until a process has ended; one that waits for a parent to notice has.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	for range 3000 {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(b), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d is left", pid)
}

// TestKeeperKilled: without its keeper a container ends too, and says so.
func TestKeeperKilled(t *testing.T) {
	r := newRunner(t, Options{})
	in := start(t, r, local.Container{Image: probeImage(t), MemoryBytes: 256 << 20})
	keeper := in.(*instance).keeper.Process
	inner := children(keeper.Pid)
	keeper.Kill()
	<-in.Done()
	wantErr(t, in.Err(), "its keeper ended (signal: killed)")
	for _, pid := range inner {
		waitGone(t, pid)
	}
	if err := in.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func BenchmarkStartToPing(b *testing.B) {
	r, img := newRunner(b, Options{}), probeImage(b)
	for b.Loop() {
		in, err := r.Start(b.Context(), local.Container{Image: img, MemoryBytes: 256 << 20})
		if err != nil {
			b.Fatal(err)
		}
		ping(b, in)
		b.StopTimer()
		if err := in.Stop(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
