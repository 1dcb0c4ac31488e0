package serverbin

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// TestPack packs a program and takes it out again.
func TestPack(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	want := bytes.Repeat([]byte("program"), 1000)
	path := filepath.Join(dir, "server")
	if err := os.WriteFile(path, want, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Pack(filepath.Join(dir, "bin"), "linux/amd64", path); err != nil {
		t.Fatal(err)
	}
	l, err := open(os.DirFS(dir), "linux/amd64")
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Layer(l); err != nil {
		t.Error(err)
	}
	if got, err := program(l); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}

	f := func(platform, wantErr string) {
		t.Helper()
		if _, err := open(os.DirFS(dir), platform); err == nil || !strings.Contains(err.Error(), wantErr) {
			t.Errorf("%s: error %v, want %q", platform, err, wantErr)
		}
	}
	f("linux/arm64", "this copal was built without its server for linux/arm64: run `make build`")
	if err := os.WriteFile(filepath.Join(dir, "bin", base("linux/amd64")+".tar.gz"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f("linux/amd64", "is damaged")
}

// TestEmbedded checks what this copal carries, digest and diffID.
func TestEmbedded(t *testing.T) {
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		l, err := Layer(platform)
		if err != nil {
			t.Skipf("nothing to check: %v", err)
		}
		if err := validate.Layer(l); err != nil {
			t.Errorf("%s: %v", platform, err)
		}
		if size, _ := l.Size(); size > 5<<20 {
			t.Errorf("%s: the server layer has %d bytes, the limit is 5 MiB", platform, size)
		}
		if b, err := Open(platform); err != nil || !bytes.HasPrefix(b, []byte("\x7fELF")) {
			t.Errorf("%s: the server is no program: %v", platform, err)
		}
	}
}
