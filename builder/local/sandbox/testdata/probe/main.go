// Command probe is what the tests run in containers: a server that tells what it
// sees and does what harm it can.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	switch os.Getenv("PROBE") {
	case "exit":
		fmt.Print("first\nlast line without end")
		os.Exit(7)
	case "lines":
		fmt.Println(strings.Repeat("x", 300<<10))
		fmt.Fprintln(os.Stderr, "short")
		os.Exit(0)
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
	case "suicide":
		syscall.Kill(os.Getpid(), syscall.SIGKILL) // PID 1 is immune to itself
	default:
		terms := make(chan os.Signal, 1)
		signal.Notify(terms, syscall.SIGTERM)
		go func() {
			<-terms
			fmt.Println("got SIGTERM")
			os.Exit(0)
		}()
	}
	http.HandleFunc("/ping", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/report", func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(report()) })
	http.HandleFunc("/allocate", allocate)
	http.HandleFunc("/child", child)
	port := os.Getenv("SAGEMAKER_BIND_TO_PORT")
	if port == "" {
		port = "8080"
	}
	fmt.Println(http.ListenAndServe("0.0.0.0:"+port, nil))
	os.Exit(1)
}

func report() map[string]any {
	hostname, _ := os.Hostname()
	cwd, _ := os.Getwd()
	return map[string]any{
		"pid": os.Getpid(), "uid": os.Getuid(), "gid": os.Getgid(), "args": os.Args, "env": os.Environ(),
		"hostname": hostname, "cwd": cwd, "interfaces": interfaces(), "files": list("/proc/self/fd"),
		"root": list("/"), "model": list("/opt/ml/model"), "dev": list("/dev"), "processes": processes(), "writable": writable(),
		"status": status(), "denied": denied(), "modelText": read("/opt/ml/model/model.txt"),
		"mounts": read("/proc/self/mountinfo"),
	}
}

func read(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func list(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return []string{err.Error()}
	}
	names := []string{}
	for _, e := range entries {
		name := e.Name()
		if dir == "/proc/self/fd" {
			target, err := os.Readlink(filepath.Join(dir, name))
			if err != nil {
				continue // the folder itself, closed again
			}
			name += " " + target
		}
		names = append(names, name)
	}
	return names
}

func processes() []string {
	var pids []string
	for _, name := range list("/proc") {
		if _, err := strconv.Atoi(name); err == nil {
			pids = append(pids, name)
		}
	}
	return pids
}

func interfaces() []string {
	var names []string
	all, _ := net.Interfaces()
	for _, i := range all {
		names = append(names, i.Name)
	}
	return names
}

// writable tries to write everywhere.
func writable() []string {
	found := []string{}
	for _, dir := range []string{"/", "/copal", "/dev", "/proc", "/proc/sys/kernel", "/opt/ml/model", "/opt", "/tmp", "/etc"} {
		name := filepath.Join(dir, "probe")
		if os.WriteFile(name, nil, 0o600) == nil {
			found = append(found, dir)
			os.Remove(name)
		}
	}
	for _, file := range []string{"/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/copal/serve", "/proc/self/oom_score_adj"} {
		if f, err := os.OpenFile(file, os.O_WRONLY, 0); err == nil {
			found = append(found, file)
			f.Close()
		}
	}
	return found
}

// denied tries what a container must not do, and lists what worked.
func denied() []string {
	worked := []string{}
	try := func(name string, err error) {
		if err == nil {
			worked = append(worked, name)
		}
	}
	try("mount", syscall.Mount("none", "/tmp", "tmpfs", 0, ""))
	try("remount", syscall.Mount("", "/", "", syscall.MS_REMOUNT|syscall.MS_BIND, ""))
	try("unmount", syscall.Unmount("/opt/ml/model", 0))
	try("chroot", syscall.Chroot("/tmp"))
	try("mknod", syscall.Mknod("/tmp/sda", syscall.S_IFBLK|0o600, 8<<8))
	try("hostname", syscall.Sethostname([]byte("x")))
	try("setuid", syscall.Setuid(12345))
	_, err := net.DialTimeout("tcp", "192.0.2.1:80", time.Second)
	_, _, e := syscall.RawSyscall(syscall.SYS_UNSHARE, syscall.CLONE_NEWUSER, 0, 0)
	if e == 0 {
		worked = append(worked, "user namespace")
	}
	_, err2 := os.StartProcess("/copal/serve", []string{"child"}, &os.ProcAttr{Env: []string{"PROBE=exit"}, Sys: &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER}})
	try("clone", err2)
	try("network", err)
	return worked
}

func status() map[string]string {
	m := map[string]string{}
	for _, line := range strings.Split(read("/proc/self/status"), "\n") {
		if k, v, ok := strings.Cut(line, ":"); ok {
			m[k] = strings.TrimSpace(v)
		}
	}
	return m
}

var kept [][]byte

func allocate(w http.ResponseWriter, r *http.Request) {
	mib, _ := strconv.Atoi(r.FormValue("mib"))
	for range mib {
		b := make([]byte, 1<<20)
		for i := range b {
			b[i] = byte(i * 7)
		}
		kept = append(kept, b)
	}
	fmt.Fprintln(w, len(kept))
}

// child starts a process that ignores the end of its parent.
func child(w http.ResponseWriter, _ *http.Request) {
	_, err := os.StartProcess("/copal/serve", []string{"child"}, &os.ProcAttr{
		Env: []string{"PROBE=deaf", "SAGEMAKER_BIND_TO_PORT=9999"},
		Sys: &syscall.SysProcAttr{Setsid: true},
	})
	fmt.Fprintln(w, err)
}
