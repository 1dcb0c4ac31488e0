package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWithFewerRights runs the other tests again as those who have fewer rights: an
// ordinary user, and root in a container.
func TestWithFewerRights(t *testing.T) {
	if !privileged() {
		t.Skip("not root with capabilities: the other tests already run with few rights")
	}
	if testing.Short() {
		t.Skip("-short: the tests are not run again with fewer rights")
	}
	dir := buildProbes(t)
	f := func(name string, uid uint32) {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			cmd := exec.Cmd{
				Path: self, Args: []string{"again.test", "-test.v"}, Dir: dir, Stdout: &out, Stderr: &out,
				Env:         []string{"TMPDIR=" + dir, "SANDBOX_TEST_PROBES=" + dir, "SANDBOX_TEST_DROP=1"},
				SysProcAttr: &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}},
			}
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			if _, why, ok := strings.Cut(out.String(), "sandbox: containers cannot be run here"); ok {
				t.Skip("containers cannot be run here" + why)
			}
			if n := strings.Count(out.String(), "--- PASS: Test"); n < 15 {
				t.Errorf("only %d tests passed:\n%s", n, out.String())
			}
		})
	}
	f("ordinary user", 65534)
	f("root in a container", 0)
}

// TestUnavailable asks where no namespace can be made.
func TestUnavailable(t *testing.T) {
	if !privileged() {
		t.Skip("not root with capabilities: cannot try to be root without")
	}
	cmd := exec.Command(self, "-test.v", "-test.run", "^TestExit$")
	cmd.Env = append(os.Environ(), "SANDBOX_TEST_DROP=all")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const want = "sandbox: containers cannot be run here: making namespaces: "
	if !strings.Contains(string(out), want) || !strings.Contains(string(out), "it needs CAP_SETFCAP") || !strings.Contains(string(out), "--- SKIP: TestExit") {
		t.Errorf("got %s", out)
	}
}

// buildProbes puts them into a folder that every user can work in; t.TempDir is
// in one that only its owner can enter.
func buildProbes(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rights-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
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
	return dir
}

// dockers are the capabilities that Docker leaves to root in a container.
var dockers = []uintptr{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID, unix.CAP_KILL, unix.CAP_SETGID, unix.CAP_SETUID,
	unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE, unix.CAP_SYS_CHROOT, unix.CAP_MKNOD, unix.CAP_AUDIT_WRITE, unix.CAP_SETFCAP,
}

// dropCapabilities starts this program again with those at most.
func dropCapabilities() int {
	runtime.LockOSThread()
	for c := uintptr(0); unix.Prctl(unix.PR_CAPBSET_READ, c, 0, 0, 0) == nil; c++ {
		if os.Getenv("SANDBOX_TEST_DROP") == "all" || !slices.Contains(dockers, c) {
			unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0) // not allowed: there are none to drop
		}
	}
	os.Unsetenv("SANDBOX_TEST_DROP")
	fmt.Fprintln(os.Stderr, unix.Exec(self, os.Args, os.Environ()))
	return 1
}
