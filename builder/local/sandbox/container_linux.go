package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Files that the container's process inherits, after stdin, stdout and stderr.
const (
	containerSpec  = 3
	containerSay   = 4
	containerProcs = 5 // cgroup.procs; only with a memory control group
)

// become is the container's main: it returns only if the image's program could not
// be started, having written why.
func become() int {
	say := os.NewFile(containerSay, "say")
	err := enter()
	if err != nil {
		fmt.Fprint(say, clip(err.Error()))
	}
	say.Close()
	return 127 // as a shell says: command not found
}

// enter arranges the container and runs the image's program in it. It returns nil
// only for a probe.
func enter() error {
	s, err := readSpec(os.NewFile(containerSpec, "spec"))
	if err != nil {
		return err
	}
	closeOnExec(containerSpec)
	unix.Umask(0o022)
	if err := mountAll(s); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(s.Hostname)); err != nil {
		return fmt.Errorf("setting the host name: %w", err)
	}
	if err := joinCgroup(s.Memory); err != nil {
		return err
	}
	if err := confine(s); err != nil {
		return err
	}
	if s.Probe {
		return nil
	}
	if err := os.Chdir(s.Dir); err != nil {
		return fmt.Errorf("the image's working folder: %w", err)
	}
	return run(s)
}

// run replaces this program by the image's.
func run(s *spec) error {
	program, err := findProgram(s)
	if err != nil {
		return err
	}
	err = unix.Exec(program, s.Args, s.Env)
	return fmt.Errorf("exec %s: %w%s", program, err, explain(program, err))
}

// findProgram looks the first argument up in the container, as execvp would.
func findProgram(s *spec) (string, error) {
	name := s.Args[0]
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, dir := range filepath.SplitList(lookup(s.Env, "PATH")) {
		p := filepath.Join("/", dir, name)
		if fi, err := os.Stat(p); err == nil && fi.Mode().IsRegular() && fi.Mode()&0o111 != 0 {
			return p, nil
		}
	}
	hint := ""
	if len(s.Args) == 1 {
		hint = "; the image has no ENTRYPOINT, so the argument is taken for the program, as SageMaker does"
	}
	return "", fmt.Errorf("exec %s: %w%s", name, exec.ErrNotFound, hint)
}
