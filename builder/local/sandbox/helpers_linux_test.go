package sandbox

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// keepOnExec makes f leak into every program that this process starts.
func keepOnExec(t testing.TB, f *os.File) {
	t.Helper()
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETFD, 0); err != nil {
		t.Fatal(err)
	}
}
