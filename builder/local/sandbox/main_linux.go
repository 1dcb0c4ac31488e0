package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// The stages' names, as argument zero of the executable run again.
const (
	keeperName    = "copal-sandbox-keeper"
	containerName = "copal-sandbox-container"
)

// self is the running executable, even if its file has been replaced since.
const self = "/proc/self/exe"

// Main runs a stage of a sandbox and does not return, if that is what this process
// was started for. Else it returns at once. Call it before anything else in main,
// and in TestMain of packages whose tests start containers.
func Main() {
	if len(os.Args) == 0 {
		return
	}
	switch os.Args[0] {
	case keeperName:
		runtime.LockOSThread() // see keeper.start
		os.Exit(keep())
	case containerName:
		runtime.LockOSThread() // rights and namespaces belong to threads
		os.Exit(become())
	}
}

// inStage says that this process should have been taken over by Main.
func inStage() bool {
	return len(os.Args) > 0 && (os.Args[0] == keeperName || os.Args[0] == containerName)
}

// fileOf puts s into a file that exists only in memory.
func (s *spec) file() (*os.File, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	fd, err := unix.MemfdCreate("spec", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("memory file: %w", err)
	}
	f := os.NewFile(uintptr(fd), "spec")
	if _, err := f.Write(b); err != nil {
		f.Close()
		return nil, fmt.Errorf("memory file: %w", err)
	}
	return f, nil
}

// readSpec reads what file wrote, from whatever offset f has.
func readSpec(f *os.File) (*spec, error) {
	if f == nil {
		return nil, errors.New("not started by a sandbox")
	}
	fi, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("not started by a sandbox: %w", err)
	}
	b, err := io.ReadAll(io.NewSectionReader(f, 0, fi.Size()))
	if err != nil {
		return nil, err
	}
	s := new(spec)
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("spec: %w", err)
	}
	return s, nil
}
