package sandbox

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestUnprivileged runs the other tests again as a user without any right.
func TestUnprivileged(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("not root: the other tests already run without privileges")
	}
	if testing.Short() {
		t.Skip("-short: the tests are not run again as an ordinary user")
	}
	dir, err := os.MkdirTemp("", "unprivileged-") // not t.TempDir: its parent is for its owner only
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		b, err := buildProbe(arch)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, arch), b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	cmd := exec.Cmd{
		Path: self, Args: []string{"unprivileged.test", "-test.v"}, Dir: dir, Stdout: &out, Stderr: &out,
		Env:         []string{"TMPDIR=" + dir, "SANDBOX_TEST_PROBES=" + dir},
		SysProcAttr: &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}},
	}
	err = cmd.Run()
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, "containers cannot be run here") {
			t.Skip(line)
		}
	}
	if n := strings.Count(out.String(), "--- PASS: Test"); n < 15 {
		t.Errorf("only %d tests passed:\n%s", n, out.String())
	}
	t.Logf("as user 65534 on %s:\n%s", runtime.GOARCH, out.String())
}
