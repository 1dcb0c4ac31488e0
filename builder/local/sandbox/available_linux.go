package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/copal-ml/copal/builder/local"
)

// Available says why containers cannot be run here, or nil. It makes an empty
// container and takes it away again, as everything less can be wrong.
func Available() error {
	dir, err := os.MkdirTemp("", "copal-sandbox-")
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // even on a machine that is busy
	defer cancel()
	s := &spec{Root: dir, Hostname: "probe", Probe: true}
	in, err := launch(ctx, s, local.Container{Name: "probe"}, time.Second, func() error { return nil })
	if err != nil {
		return fmt.Errorf("sandbox: %w: %w", ErrUnavailable, err)
	}
	return in.Stop(ctx)
}

// namespaceError adds to a failure to make namespaces what forbids them.
func namespaceError(err error) error {
	var why []string
	if !privileged() {
		for _, s := range [...]struct{ file, bad, say string }{
			{"/proc/sys/user/max_user_namespaces", "0", "user namespaces are switched off (sysctl user.max_user_namespaces=0)"},
			{"/proc/sys/kernel/unprivileged_userns_clone", "0", "user namespaces are for root only (sysctl kernel.unprivileged_userns_clone=0)"},
			{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor restricts user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=1)"},
		} {
			if b, err := os.ReadFile(s.file); err == nil && strings.TrimSpace(string(b)) == s.bad {
				why = append(why, s.say)
			}
		}
	}
	if os.Geteuid() == 0 && !privileged() {
		why = append(why, "this root has not CAP_SYS_ADMIN and CAP_NET_ADMIN, and to do without them in a user namespace it needs CAP_SETFCAP")
	}
	if n, _ := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0); n > 0 && errors.Is(err, unix.EPERM) {
		why = append(why, "a seccomp filter is set on this process, as Docker does without --security-opt seccomp=unconfined")
	}
	if len(why) == 0 {
		return fmt.Errorf("making namespaces: %w", err)
	}
	return fmt.Errorf("making namespaces: %w: %s", err, strings.Join(why, "; "))
}
