package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// groupPrefix starts the names of our control groups; the keeper's process ID ends
// them, so that what two killed processes left can be told from what is in use.
const groupPrefix = "copal-"

// A cgroup is one container's memory control group. A nil one does nothing.
type cgroup struct {
	dir   string
	v2    bool
	procs *os.File // open for the container's process to enter
}

// newCgroup makes the group that m asks for; nil if it asks for none.
func newCgroup(m memory) (*cgroup, error) {
	if m.Bytes == 0 || m.Cgroup == "" {
		return nil, nil
	}
	g := &cgroup{dir: filepath.Join(m.Cgroup, groupPrefix+strconv.Itoa(os.Getpid())), v2: m.V2}
	if err := os.Mkdir(g.dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("memory control group: %w", err)
	}
	err := g.limit(m.Bytes)
	if err == nil {
		g.procs, err = os.OpenFile(filepath.Join(g.dir, "cgroup.procs"), os.O_WRONLY, 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("memory control group: %w", err), g.remove())
	}
	return g, nil
}

// limit writes the limit, and takes swap away where the kernel counts it: a limit
// that may be swapped around is none.
func (g *cgroup) limit(n int64) error {
	if g.v2 {
		g.set("memory.swap.max", "0")
		g.set("memory.oom.group", "1")
		return g.set("memory.max", strconv.FormatInt(n, 10))
	}
	err := g.set("memory.limit_in_bytes", strconv.FormatInt(n, 10))
	g.set("memory.memsw.limit_in_bytes", strconv.FormatInt(n, 10))
	return err
}

func (g *cgroup) set(file, value string) error {
	return os.WriteFile(filepath.Join(g.dir, file), []byte(value), 0)
}

// files are for the container's process to inherit.
func (g *cgroup) files() []*os.File {
	if g == nil {
		return nil
	}
	return []*os.File{g.procs}
}

func (g *cgroup) closeProcs() {
	if g != nil {
		g.procs.Close()
	}
}

// killed says whether the limit ended a process of the group.
func (g *cgroup) killed() bool {
	if g == nil {
		return false
	}
	file := "memory.oom_control"
	if g.v2 {
		file = "memory.events"
	}
	b, _ := os.ReadFile(filepath.Join(g.dir, file)) // unreadable: nothing known
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		if n, ok := strings.CutPrefix(sc.Text(), "oom_kill "); ok {
			return n != "0"
		}
	}
	return false
}

// remove removes the group, whose processes have ended. The kernel may take a
// moment to see that.
func (g *cgroup) remove() error {
	if g == nil {
		return nil
	}
	return removeGroup(g.dir, 2*time.Second)
}

func removeGroup(dir string, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; {
		err := unix.Rmdir(dir)
		if err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		if !errors.Is(err, unix.EBUSY) || time.Now().After(deadline) {
			return fmt.Errorf("removing control group %s: %w", dir, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// joinCgroup moves this process into its group, as late as possible: the memory of
// the stages is not the container's. The group is then all that the process sees of
// groups, where the kernel can do that.
func joinCgroup(m memory) error {
	if m.Bytes == 0 || m.Cgroup == "" {
		return nil
	}
	procs := os.NewFile(containerProcs, "cgroup.procs")
	defer procs.Close()
	if _, err := procs.WriteString("0"); err != nil {
		return fmt.Errorf("entering the memory control group: %w", err)
	}
	unix.Unshare(unix.CLONE_NEWCGROUP)
	return nil
}
