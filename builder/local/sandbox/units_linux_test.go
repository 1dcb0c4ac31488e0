package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestMountedAt(t *testing.T) {
	const hybrid = `22 1 0:20 / /proc rw,relatime - proc proc rw
30 25 0:26 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
31 25 0:27 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`
	const docker = `30 25 0:26 /docker/abc /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory
31 25 0:27 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup rw,nsdelegate
`
	f := func(mountinfo, kind, option, group, wantMount, wantDir string) {
		t.Helper()
		mount, dir, ok := mountedAt(mountinfo, kind, option, group)
		if mount != wantMount || dir != wantDir || ok != (wantDir != "") {
			t.Errorf("%s %s %s: %q %q %v", kind, option, group, mount, dir, ok)
		}
	}
	f(hybrid, "cgroup", "memory", "/user/1", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/user/1")
	f(hybrid, "cgroup2", "", "/", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified")
	f(hybrid, "cgroup", "cpu", "/", "", "")
	f(docker, "cgroup", "memory", "/docker/abc/x", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/x")
	f(docker, "cgroup", "memory", "/elsewhere", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory")
	f("broken\nlines - x\n", "cgroup2", "", "/", "", "")
}

// TestGroupFiles checks what is read and written in both versions of control
// groups, in folders that stand for them.
func TestGroupFiles(t *testing.T) {
	f := func(v2 bool, events, content string, want bool, limits ...string) {
		t.Helper()
		g := &cgroup{dir: t.TempDir(), v2: v2}
		for _, l := range append(limits, events) {
			name, _, _ := strings.Cut(l, "=")
			if err := os.WriteFile(filepath.Join(g.dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := g.killed(); got != want {
			t.Errorf("%s %q: killed is %v", events, content, got)
		}
		if err := g.limit(1 << 20); err != nil {
			t.Fatal(err)
		}
		for _, l := range limits {
			name, value, _ := strings.Cut(l, "=")
			if b, err := os.ReadFile(filepath.Join(g.dir, name)); string(b) != value {
				t.Errorf("%s: %q %v, want %q", name, b, err, value)
			}
		}
	}
	v1 := []string{"memory.limit_in_bytes=1048576", "memory.memsw.limit_in_bytes=1048576"}
	v2 := []string{"memory.max=1048576", "memory.swap.max=0", "memory.oom.group=1"}
	f(false, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", true, v1...)
	f(false, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", false, v1...)
	f(true, "memory.events", "low 0\nhigh 0\nmax 12\noom 1\noom_kill 2\noom_group_kill 1\n", true, v2...)
	f(true, "memory.events", "low 0\nhigh 0\nmax 12\noom 0\noom_kill 0\noom_group_kill 0\n", false, v2...)
	var none *cgroup
	if none.killed() || none.files() != nil || none.remove() != nil {
		t.Error("no group did something")
	}
}

func TestHandles(t *testing.T) {
	f := func(status string, want bool) {
		t.Helper()
		if got := handles(status, unix.SIGTERM); got != want {
			t.Errorf("%q: %v", status, got)
		}
	}
	f("Name:\tx\nSigIgn:\t0000000000000000\nSigCgt:\t0000000000004000\n", true)
	f("SigIgn:\t0000000000004000\nSigCgt:\t0000000000000000\n", true)
	f("SigBlk:\t0000000000004000\nSigCgt:\t0000000000000002\n", false)
	f("SigCgt:\tbroken", false)
}

func TestResolveUser(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"passwd": "root:x:0:0:root:/root:/bin/sh\nbroken\nmodel:x:1000:1001::/:\n",
		"group":  "root:x:0:\nmodels:x:2000:model\n",
	} {
		if err := os.WriteFile(filepath.Join(root, "etc", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f := func(s string, want user, wantErr string) {
		t.Helper()
		got, err := resolveUser(root, s)
		if wantErr != "" {
			if err == nil || !strings.Contains(err.Error(), wantErr) {
				t.Errorf("%q: got error %v, want %q", s, err, wantErr)
			}
			return
		}
		if err != nil || got != want {
			t.Errorf("%q: %v %v, want %v", s, got, err, want)
		}
	}
	f("", user{0, 0}, "")
	f("root", user{0, 0}, "")
	f("model", user{1000, 1001}, "")
	f("1000", user{1000, 1001}, "")
	f("1000:0", user{1000, 0}, "")
	f("model:models", user{1000, 2000}, "")
	f("4321", user{4321, 0}, "")
	f("4321:1234", user{4321, 1234}, "")
	f("nobody", user{}, `image user "nobody": etc/passwd has no "nobody"`)
	f("model:nobody", user{}, `etc/group has no "nobody"`)
	f("-1", user{}, `etc/passwd has no "-1"`)
	f("4294967296", user{}, "has no")
}

func TestEnvironment(t *testing.T) {
	got := environment([]string{"B=2", "PATH=/bin", "A=1", "broken"}, map[string]string{"A": "one", "C": ""})
	equal(t, "environment", got, []string{"A=one", "B=2", "C=", "HOME=/root", "PATH=/bin"})
}

func TestCopyLines(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		var got []string
		if err := copyLines(strings.NewReader(in), func(l string) { got = append(got, l) }); err != nil {
			t.Error(err)
		}
		equal(t, "lines", got, want)
	}
	x := strings.Repeat("x", maxLine)
	f("")
	f("a\nb\n", "a", "b")
	f("a\r\n\nb", "a", "", "b")
	f(x+"\n", x)
	f(x+"y\n", x, "y")
	f(x, x)
}
