package sandbox

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// confine takes from this process, for good, all that the image's program does not
// need. It works on the calling thread, which must be the one that calls exec: a
// program's rights are those of that thread.
func confine(s *spec) error {
	if err := limit(s.Memory); err != nil {
		return err
	}
	// The capabilities that a program may ever gain; as far as we may say so. With
	// no_new_privs below this is the second lock on the same door.
	for c := uintptr(0); unix.Prctl(unix.PR_CAPBSET_READ, c, 0, 0, 0) == nil; c++ {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); errors.Is(err, unix.EINVAL) {
			break
		}
	}
	if err := changeUser(s.UID, s.GID); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("dropping ambient capabilities: %w", err)
	}
	var none [2]unix.CapUserData // 64 bits in two halves
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("dropping capabilities: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	// Again: the kernel forgets it when a process changes its user.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("parent death signal: %w", err)
	}
	closeOnExec(3)
	return filterCalls()
}

// changeUser changes the user, if it is another. In a user namespace of one user it
// cannot be, and the supplementary groups are not ours to drop.
func changeUser(uid, gid int) error {
	if err := syscall.Setgroups(nil); err != nil && !errors.Is(err, unix.EPERM) {
		return fmt.Errorf("dropping groups: %w", err)
	}
	if os.Getgid() != gid {
		if err := syscall.Setgid(gid); err != nil {
			return fmt.Errorf("group %d: %w", gid, err)
		}
	}
	if os.Getuid() != uid {
		if err := syscall.Setuid(uid); err != nil {
			return fmt.Errorf("user %d: %w", uid, err)
		}
	}
	return nil
}

// limit sets resource limits: no core dumps, and where there is no control group,
// a limit on what the process allocates (RLIMIT_AS would count the address space
// that the Go runtime reserves and stop it at its start).
func limit(m memory) error {
	if err := lower(unix.RLIMIT_CORE, 0); err != nil {
		return fmt.Errorf("limit of core dumps: %w", err)
	}
	if m.Bytes > 0 && m.Cgroup == "" {
		if err := lower(unix.RLIMIT_DATA, uint64(m.Bytes)); err != nil {
			return fmt.Errorf("limit of data: %w", err)
		}
	}
	return nil
}

// lower sets both values of a limit, but never above what is set: that would need
// CAP_SYS_RESOURCE.
func lower(resource int, n uint64) error {
	var old unix.Rlimit
	if err := unix.Getrlimit(resource, &old); err != nil {
		return err
	}
	n = min(n, old.Max)
	return unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n})
}

// closeOnExec marks all files from first on, so that none of the platform's, and
// none that it was given unasked, gets into the container.
func closeOnExec(first int) {
	if unix.CloseRange(uint(first), math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) == nil {
		return
	}
	for fd := range openFiles() { // Linux before 5.11
		if fd >= first {
			unix.CloseOnExec(fd)
		}
	}
}

// openFiles lists the numbers of this process's open files.
func openFiles() map[int]bool {
	entries, err := os.ReadDir("/proc/self/fd")
	open := make(map[int]bool)
	if err != nil {
		for fd := range 1024 {
			open[fd] = true
		}
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil {
			open[fd] = true
		}
	}
	return open
}

// stageCapabilities are what the stages need of their user namespace: to bring
// loopback up, make namespaces and mounts, change the root and empty the bounding
// set. User 0 has them by being user 0; others keep them through exec only so.
func stageCapabilities(uid int) []uintptr {
	if uid == 0 {
		return nil
	}
	return []uintptr{unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN, unix.CAP_SYS_CHROOT, unix.CAP_SETPCAP}
}
