package sandbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/copal-ml/copal/builder/local"
)

func TestContainerSees(t *testing.T) {
	model := t.TempDir()
	if err := os.WriteFile(filepath.Join(model, "model.txt"), []byte("resin"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OF_THE_PLATFORM", "secret")
	in := start(t, newRunner(t, Options{}), local.Container{
		Image: probeImage(t), ModelDir: model, Env: map[string]string{"BOTH": "container", "MINE": "a b=c"},
	})
	v := look(t, in)
	if v.PID != 1 || v.UID != 0 || v.GID != 0 {
		t.Errorf("pid %d, uid %d, gid %d", v.PID, v.UID, v.GID)
	}
	equal(t, "args", v.Args, []string{"/copal/serve", "serve"})
	equal(t, "environment", v.Env, []string{"BOTH=container", "FROM_IMAGE=1", "HOME=/root", "MINE=a b=c", "PATH=" + defaultPath})
	equal(t, "processes", v.Processes, []string{"1"})
	equal(t, "interfaces", v.Interfaces, []string{"lo"})
	equal(t, "/", v.Root, []string{"copal", "dev", "opt", "proc", "tmp"})
	equal(t, "/dev", v.Dev, []string{"fd", "full", "null", "random", "stderr", "stdin", "stdout", "urandom", "zero"})
	equal(t, "/opt/ml/model", v.Model, []string{"model.txt"})
	equal(t, "writable", v.Writable, []string{"/tmp"})
	equal(t, "denied but worked", v.Denied, nil)
	if v.ModelText != "resin" {
		t.Errorf("model: %q", v.ModelText)
	}
	if len(v.Hostname) != 12 {
		t.Errorf("host name %q", v.Hostname)
	}
	for _, field := range []string{"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"} {
		if v.Status[field] != "0000000000000000" {
			t.Errorf("%s: %s", field, v.Status[field])
		}
	}
	if auditArch() != 0 && v.Status["Seccomp"] != "2" {
		t.Errorf("Seccomp: %s", v.Status["Seccomp"])
	}
	if v.Status["NoNewPrivs"] != "1" {
		t.Error("no_new_privs is not set")
	}
	for line := range strings.Lines(v.Mounts) {
		if !slices.Contains(mountPoints, strings.Fields(line)[4]) {
			t.Errorf("mounted: %s", line)
		}
	}
}

func TestContainerInheritsNoFiles(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "open")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.Fd()
	keepOnExec(t, f)
	in := start(t, newRunner(t, Options{}), local.Container{Image: probeImage(t)})
	files := look(t, in).Files
	for _, f := range files {
		_, target, _ := strings.Cut(f, " ")
		ok := target == "/dev/null" || strings.HasPrefix(target, "pipe:") || strings.HasPrefix(target, "socket:") ||
			strings.HasPrefix(target, "anon_inode:") || strings.HasPrefix(target, "/proc/")
		if !ok {
			t.Errorf("open in the container: %s", f)
		}
	}
	if !slices.ContainsFunc(files, func(f string) bool { return strings.HasPrefix(f, "0 /dev/null") }) {
		t.Errorf("stdin is not /dev/null: %q", files)
	}
}

// mountPoints are all that containers may have.
var mountPoints = []string{
	"/", "/proc", "/dev", "/tmp", "/opt/ml/model",
	"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	"/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug", "/proc/kmsg", "/proc/sysrq-trigger",
}
