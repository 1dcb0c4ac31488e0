package sandbox

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/copal-ml/copal/builder/local"
)

// probe is the executable that the images of these tests hold.
var probe = sync.OnceValues(func() ([]byte, error) { return buildProbe(runtime.GOARCH) })

// cacheDir is one for all tests: they run the same image.
var cacheDir = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "rootfs-") })

func TestMain(m *testing.M) {
	Main()
	if os.Getenv("SANDBOX_TEST_DROP") != "" {
		os.Exit(dropCapabilities())
	}
	if dir := os.Getenv("SANDBOX_TEST_PLATFORM"); dir != "" {
		os.Exit(platform(dir))
	}
	flag.Parse()
	code := m.Run()
	if dir, err := cacheDir(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

func buildProbe(arch string) ([]byte, error) {
	if dir := os.Getenv("SANDBOX_TEST_PROBES"); dir != "" { // TestUnprivileged has built them
		return os.ReadFile(filepath.Join(dir, arch))
	}
	dir, err := os.MkdirTemp("", "probe-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "probe")
	cmd := exec.Command("go", "build", "-p", "2", "-ldflags", "-s -w", "-o", file, "./testdata/probe")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the probe: %w\n%s", err, out)
	}
	return os.ReadFile(file)
}

// probeImage is an image with only the probe in it.
func probeImage(t testing.TB) v1.Image {
	t.Helper()
	b, err := probe()
	if err != nil {
		t.Fatal(err)
	}
	return image(t, v1.Config{Entrypoint: []string{"/copal/serve"}, Env: []string{"FROM_IMAGE=1", "BOTH=image"}},
		tar.Header{Name: "copal/", Typeflag: tar.TypeDir, Mode: 0o755},
		file("copal/serve", 0o755, string(b)))
}

// file is an archive member whose content travels in a record of its header.
func file(name string, mode int64, content string) tar.Header {
	return tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode, Uname: content}
}

// image makes an image of one layer.
func image(t testing.TB, cfg v1.Config, members ...tar.Header) v1.Image {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range members {
		content := h.Uname
		h.Uname, h.Size = "", int64(len(content))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }, tarball.WithCompressedCaching)
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err == nil {
		img, err = mutate.ConfigFile(img, configFile(t, img, cfg))
	}
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func configFile(t testing.TB, img v1.Image, cfg v1.Config) *v1.ConfigFile {
	t.Helper()
	f, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	f = f.DeepCopy()
	f.OS, f.Architecture, f.Config = "linux", runtime.GOARCH, cfg
	return f
}

// newRunner skips where containers cannot be run, and says why.
func newRunner(t testing.TB, o Options) *Runner {
	t.Helper()
	if o.CacheDir == "" {
		dir, err := cacheDir()
		if err != nil {
			t.Fatal(err)
		}
		o.CacheDir = dir
	}
	r, err := New(o)
	if err != nil {
		t.Skip(err)
	}
	return r
}

// start runs c until the test ends, and waits until it listens.
func start(t testing.TB, r *Runner, c local.Container) local.Instance {
	t.Helper()
	c.Name = t.Name()
	in, err := r.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	ping(t, in)
	return in
}

// ping asks for /ping until it is answered.
func ping(t testing.TB, in local.Instance) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(500 * time.Microsecond) {
		c, err := in.Dial(t.Context())
		if err == nil {
			c.Close()
			get(t, in, "/ping")
			return
		}
		if !errors.Is(err, syscall.ECONNREFUSED) || time.Now().After(deadline) {
			t.Fatalf("%v (ended: %v)", err, in.Err())
		}
	}
}

// get makes one request over a connection of its own.
func get(t testing.TB, in local.Instance, path string) string {
	t.Helper()
	body, err := tryGet(in, path)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func tryGet(in local.Instance, path string) (string, error) {
	tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return in.Dial(ctx) }}
	defer tr.CloseIdleConnections()
	resp, err := (&http.Client{Transport: tr}).Get("http://container" + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

// A view is what the probe reports.
type view struct {
	PID, UID, GID                                                               int
	Args, Env, Interfaces, Files, Root, Model, Dev, Processes, Writable, Denied []string
	Hostname, CWD, ModelText, Mounts                                            string
	Status                                                                      map[string]string
}

func look(t testing.TB, in local.Instance) view {
	t.Helper()
	var v view
	if err := json.Unmarshal([]byte(get(t, in, "/report")), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func equal(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
