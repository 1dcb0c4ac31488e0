package sandbox

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A host is what this machine lets us do.
type host struct {
	userNamespace bool   // needed to have the right to make the others
	cgroup        string // where memory control groups can be made; "" if nowhere
	v2            bool
}

// examine looks at the machine. It tries what it reports: files of control groups
// lie about what may be written.
func examine() host {
	h := host{userNamespace: !privileged()}
	for _, c := range groupParents() {
		if c.usable() {
			h.cgroup, h.v2 = c.dir, c.v2
			break
		}
	}
	return h
}

// privileged says whether this process may make namespaces as it is. Root in a
// container often may not.
func privileged() bool {
	var caps [2]unix.CapUserData
	err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &caps[0])
	return err == nil && os.Geteuid() == 0 && caps[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0 && caps[0].Effective&(1<<unix.CAP_NET_ADMIN) != 0
}

// Describe says how containers are run.
func (r *Runner) Describe() string {
	parts := []string{"Linux namespaces", "read-only root", "no network"}
	if r.host.userNamespace {
		parts[0] = "Linux user namespaces"
	}
	if r.host.cgroup != "" {
		return strings.Join(append(parts, "memory control group"), ", ")
	}
	return strings.Join(append(parts, "memory limited per process (no writable memory control group)"), ", ")
}

// sweep removes the groups of keepers that were killed together with their
// platform.
func (h host) sweep() {
	if h.cgroup == "" {
		return
	}
	dirs, _ := filepath.Glob(filepath.Join(h.cgroup, groupPrefix+"*"))
	for _, d := range dirs {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(d), groupPrefix))
		if err == nil && !alive(pid) {
			removeGroup(d, time.Second)
		}
	}
}

// alive says whether the process runs; one that only waits to be noticed does not.
func alive(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(b), ") Z ")
}

// A groupParent is a control group that may be able to have ours below it.
type groupParent struct {
	dir string
	v2  bool
}

// groupParents lists them, best first: the memory hierarchy of version 1 at our own
// place, or that of version 2 at our own place and above. Version 2 gives
// controllers only to the children of groups that hold no process themselves,
// which our own usually is not (cgroups(7), "no internal processes").
func groupParents() []groupParent {
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	var found []groupParent
	for line := range strings.Lines(string(own)) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(f) != 3 {
			continue
		}
		if slices.Contains(strings.Split(f[1], ","), "memory") {
			if _, dir, ok := mountedAt(string(mounts), "cgroup", "memory", f[2]); ok {
				found = append(found, groupParent{dir: dir})
			}
		}
		if f[0] == "0" && f[1] == "" {
			mount, dir, ok := mountedAt(string(mounts), "cgroup2", "", f[2])
			for ok && len(dir) >= len(mount) {
				found = append(found, groupParent{dir: dir, v2: true})
				dir = filepath.Dir(dir)
			}
		}
	}
	return found
}

// mountedAt finds the folder of a control group in the lines of mountinfo (proc(5)):
// of the given file system type, with the given superblock option.
func mountedAt(mountinfo, kind, option, group string) (mount, dir string, ok bool) {
	for sc := bufio.NewScanner(strings.NewReader(mountinfo)); sc.Scan(); {
		left, right, found := strings.Cut(sc.Text(), " - ")
		l, r := strings.Fields(left), strings.Fields(right)
		if !found || len(l) < 5 || len(r) < 3 || r[0] != kind {
			continue
		}
		if option != "" && !slices.Contains(strings.Split(r[2], ","), option) {
			continue
		}
		rel, err := filepath.Rel(l[3], group) // a container's mount may start below the root
		if err != nil || strings.HasPrefix(rel, "..") {
			rel = "."
		}
		return l[4], filepath.Join(l[4], rel), true
	}
	return "", "", false
}

// usable tries to make a group and to limit it.
func (p groupParent) usable() bool {
	if p.v2 && !p.delegates() {
		return false
	}
	dir := filepath.Join(p.dir, fmt.Sprintf("%s%d-try", groupPrefix, os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return false
	}
	defer removeGroup(dir, 0)
	g := &cgroup{dir: dir, v2: p.v2}
	if err := g.limit(1 << 30); err != nil {
		return false
	}
	procs, err := os.OpenFile(filepath.Join(dir, "cgroup.procs"), os.O_WRONLY, 0)
	if err != nil {
		return false
	}
	procs.Close()
	return true
}

// delegates says whether groups below p have the memory controller, and asks for
// it where that is allowed. Moving a process out of p needs the right to write
// there too.
func (p groupParent) delegates() bool {
	control := filepath.Join(p.dir, "cgroup.subtree_control")
	b, err := os.ReadFile(control)
	if err != nil || unix.Access(filepath.Join(p.dir, "cgroup.procs"), unix.W_OK) != nil {
		return false
	}
	if slices.Contains(strings.Fields(string(b)), "memory") {
		return true
	}
	return os.WriteFile(control, []byte("+memory"), 0) == nil
}
