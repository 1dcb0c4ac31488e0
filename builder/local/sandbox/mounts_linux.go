package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/copal-ml/copal/runtime/contract"
)

// sizes of what containers can write, all of it memory within their limit.
const (
	tmpOptions = "mode=1777,size=64m,nr_inodes=16k"
	devOptions = "mode=755,size=64k,nr_inodes=64"
)

// devices are what a container finds in /dev, bound from the host's.
var devices = [...]string{"null", "zero", "full", "random", "urandom"}

// masked are files of /proc that tell of the machine rather than the container. The
// list is Docker's (https://github.com/moby/moby/blob/master/oci/defaults.go) as
// far as it is about reading: /proc as a whole is read-only here.
var masked = [...]string{"kcore", "keys", "latency_stats", "timer_list", "sched_debug", "kmsg", "sysrq-trigger"}

// mountAll makes the container's view of files and leaves nothing of the host's
// reachable. Its targets are resolved after the change of root, so that links in
// the image lead nowhere else.
func mountAll(s *spec) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if err := unix.Mount(s.Root, s.Root, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("binding the image: %w", err)
	}
	old, err := changeRoot(s.Root)
	if err != nil {
		return err
	}
	defer unix.Close(old)
	// From here absolute paths are the container's, relative ones the host's.
	if err := mountSystem(); err != nil {
		return err
	}
	if err := mountModel(s.ModelDir); err != nil {
		return err
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("detaching the host's files: %w", err)
	}
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	if err := remount("/", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV); err != nil {
		return fmt.Errorf("making the image read-only: %w", err)
	}
	return nil
}

// changeRoot makes root this process's root and returns the old one, open, which
// is also the working folder afterwards.
func changeRoot(root string) (old int, err error) {
	old, err = unix.Open("/", unix.O_DIRECTORY|unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("changing the root: %w", err)
	}
	if err = unix.Chdir(root); err == nil {
		// Both names the same: the old root ends up mounted over the new one
		// (pivot_root(2), NOTES) and no folder is needed to put it.
		err = unix.PivotRoot(".", ".")
	}
	if err == nil {
		err = unix.Fchdir(old)
	}
	if err != nil {
		unix.Close(old)
		return -1, fmt.Errorf("changing the root: %w", err)
	}
	return old, nil
}

// mountSystem mounts what every container has.
func mountSystem() error {
	if err := mountNew("proc", "/proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return err
	}
	if err := mountNew("tmpfs", "/dev", unix.MS_NOSUID|unix.MS_NOEXEC, devOptions); err != nil {
		return err
	}
	for _, d := range devices {
		if err := bindFile("dev/"+d, "/dev/"+d); err != nil {
			return err
		}
	}
	for link, target := range map[string]string{"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"} {
		if err := os.Symlink("/proc/self/"+target, "/dev/"+link); err != nil {
			return err
		}
	}
	for _, m := range masked {
		if err := mask("/proc/" + m); err != nil {
			return err
		}
	}
	if err := remount("/proc", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC); err != nil {
		return fmt.Errorf("making /proc read-only: %w", err)
	}
	if err := remount("/dev", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NOEXEC); err != nil {
		return fmt.Errorf("making /dev read-only: %w", err)
	}
	return mountNew("tmpfs", "/tmp", unix.MS_NOSUID|unix.MS_NODEV, tmpOptions)
}

// mountModel shows the host's folder dir read-only where SageMaker unpacks models.
func mountModel(dir string) error {
	if dir == "" {
		return nil
	}
	target := contract.MountedModelDir
	if err := folder(target); err != nil {
		return err
	}
	if err := unix.Mount(strings.TrimPrefix(dir, "/"), target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("binding the model folder %s: %w", dir, err)
	}
	if err := remount(target, unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV); err != nil {
		return fmt.Errorf("making the model folder read-only: %w", err)
	}
	return nil
}

func mountNew(kind, target string, flags uintptr, options string) error {
	if err := folder(target); err != nil {
		return err
	}
	if err := unix.Mount(kind, target, kind, flags, options); err != nil {
		return fmt.Errorf("mounting %s: %w", target, err)
	}
	return nil
}

// folder makes target in the image's tree if it is missing. That tree is in a
// cache, so this happens once an image.
func folder(target string) error {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return fmt.Errorf("the image has no folder %s and it cannot be made: %w", target, err)
	}
	if fi, err := os.Lstat(target); err != nil || !fi.IsDir() {
		return fmt.Errorf("%s in the image is not a folder", target)
	}
	return nil
}

// bindFile binds the host's file to target, which it makes.
func bindFile(host, target string) error {
	if err := os.WriteFile(target, nil, 0o666); err != nil {
		return err
	}
	if err := unix.Mount(host, target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("binding /%s: %w", host, err)
	}
	return nil
}

// mask hides a file, if the kernel has it.
func mask(file string) error {
	err := unix.Mount("/dev/null", file, "", unix.MS_BIND, "")
	if err == nil || errors.Is(err, unix.ENOENT) {
		return nil
	}
	return fmt.Errorf("hiding %s: %w", file, err)
}

// remount adds flags to a mount. Those that it has stay: in a user namespace they
// are locked.
func remount(target string, flags uintptr) error {
	var st unix.Statfs_t
	if err := unix.Statfs(target, &st); err != nil {
		return err
	}
	// These have the same values in statfs(2) and mount(2); times of access stay as
	// they are when a remount says nothing about them.
	const kept = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	flags |= uintptr(st.Flags) & kept
	return unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|flags, "")
}

// realFolder gives the host's folder dir without links: it is bound after the
// change of root, when an absolute link would lead into the image.
func realFolder(dir string) (string, error) {
	p, err := filepath.Abs(dir)
	if err == nil {
		p, err = filepath.EvalSymlinks(p)
	}
	if err != nil {
		return "", err
	}
	if fi, err := os.Stat(p); err != nil || !fi.IsDir() {
		return "", errors.Join(err, fmt.Errorf("%s is not a folder", dir))
	}
	return p, nil
}
