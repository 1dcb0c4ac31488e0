package sink_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/registry"
	"github.com/copal-ml/copal/builder/sink"
)

// need skips, visibly, where a tool is not installed.
func need(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("%s is not installed: no second opinion from it", tool)
	}
}

// run gives a tool's output, with its own HOME and no configuration.
func run(t *testing.T, tool string, args ...string) string {
	t.Helper()
	cmd := exec.Command(tool, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "REGISTRY_AUTH_FILE=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// written puts an image at the output and returns the output.
func written(t *testing.T, output string, format image.Format) string {
	t.Helper()
	out, err := sink.Output(output, "iris:v1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out(context.Background(), artifact(t, format), nil); err != nil {
		t.Fatal(err)
	}
	return output
}

func TestSkopeo(t *testing.T) {
	need(t, "skopeo")
	dir := t.TempDir()
	f := func(ref string) {
		t.Helper()
		got := run(t, "skopeo", "inspect", ref)
		for _, want := range []string{`"Architecture": "amd64"`, `"Os": "linux"`, `"ml.copal.manifest"`} {
			if !strings.Contains(got, want) {
				t.Errorf("skopeo inspect %s gives\n%s\nwithout %s", ref, got, want)
			}
		}
	}
	f("docker-archive:" + written(t, filepath.Join(dir, "iris.tar"), image.Docker))
	f(written(t, "oci:"+filepath.Join(dir, "oci"), image.OCI) + ":iris:v1")
	f(written(t, "oci:"+filepath.Join(dir, "docker"), image.Docker) + ":iris:v1")
}

// TestUmoci unpacks the image as a container runtime would.
func TestUmoci(t *testing.T) {
	need(t, "umoci")
	dir := t.TempDir()
	written(t, "oci:"+filepath.Join(dir, "layout"), image.OCI)
	bundle := filepath.Join(dir, "bundle")
	args := []string{"unpack", "--image", filepath.Join(dir, "layout") + ":iris:v1", bundle}
	if os.Geteuid() != 0 {
		args = append(args, "--rootless")
	}
	run(t, "umoci", args...)
	for path, want := range map[string]os.FileMode{
		"model/model": 0o644, "copal/serve": 0o755, "copal/manifest.json": 0o644,
		"copal": os.ModeDir | 0o755, "tmp": os.ModeDir | os.ModeSticky | 0o777,
	} {
		fi, err := os.Stat(filepath.Join(bundle, "rootfs", path))
		if err != nil || fi.Mode() != want || fi.ModTime().Unix() != 0 {
			t.Errorf("%s: %v, %v; want mode %s, time 0", path, fi, err, want)
		}
	}
}

func TestCraneTarball(t *testing.T) {
	need(t, "crane")
	tar := written(t, filepath.Join(t.TempDir(), "iris.tar"), image.Docker)
	if got := run(t, "crane", "validate", "--tarball", tar); !strings.Contains(got, "PASS") {
		t.Errorf("crane says %s", got)
	}
}

func TestPodmanLoad(t *testing.T) {
	need(t, "podman")
	if os.Geteuid() != 0 {
		t.Skip("podman load is tried as root only")
	}
	dir := t.TempDir()
	storage := filepath.Join(dir, "storage.conf")
	conf := fmt.Sprintf("[storage]\ndriver = \"vfs\"\nrunroot = %q\ngraphroot = %q\n", filepath.Join(dir, "run"), filepath.Join(dir, "graph"))
	if err := os.WriteFile(storage, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CONTAINERS_STORAGE_CONF", storage)
	tar := written(t, filepath.Join(dir, "iris.tar"), image.Docker)
	if got := run(t, "podman", "load", "-i", tar); !strings.Contains(got, "iris:v1") {
		t.Errorf("podman says %s", got)
	}
	if got := run(t, "podman", "image", "inspect", "--format", "{{.Config.Entrypoint}}", "iris:v1"); !strings.Contains(got, "/copal/serve") {
		t.Errorf("podman says %s", got)
	}
}

// TestDockerRegistry pushes to Docker's own registry and lets others read it.
func TestDockerRegistry(t *testing.T) {
	need(t, "docker-registry")
	host := startRegistry(t)
	f := func(tag string, format image.Format) {
		t.Helper()
		ref, err := registry.ParseReference(host+"/team/iris:"+tag, false)
		if err != nil {
			t.Fatal(err)
		}
		c := registry.New(registry.Options{Keychain: authn.NewMultiKeychain()})
		a := artifact(t, format)
		got, err := sink.Registry(c, ref)(context.Background(), a, nil)
		want, _ := a.Image.Digest()
		if err != nil || got != host+"/team/iris@"+want.String() {
			t.Fatalf("%s, %v", got, err)
		}
		if _, err := exec.LookPath("crane"); err == nil {
			if out := run(t, "crane", "validate", "--remote", ref.String()); !strings.Contains(out, "PASS") {
				t.Errorf("crane says %s", out)
			}
		}
		if _, err := exec.LookPath("skopeo"); err == nil {
			if out := run(t, "skopeo", "inspect", "--tls-verify=false", "docker://"+ref.String()); !strings.Contains(out, want.String()) {
				t.Errorf("skopeo says %s", out)
			}
		}
	}
	f("docker", image.Docker)
	f("oci", image.OCI)
}

// startRegistry runs docker-registry on a free port and waits for it.
func startRegistry(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	l.Close()
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yml")
	if err := os.WriteFile(config, []byte(fmt.Sprintf("version: 0.1\nlog: {level: error}\nhttp: {addr: %q}\nstorage: {filesystem: {rootdirectory: %q}}\n", host, dir)), 0o644); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command("docker-registry", "serve", config)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for range 100 {
		if resp, err := http.Get("http://" + host + "/v2/"); err == nil {
			resp.Body.Close()
			return host
		}
		time.Sleep(50 * time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait()
	t.Fatalf("docker-registry does not answer: %s", log.String())
	return ""
}
