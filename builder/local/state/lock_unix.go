//go:build unix

package state

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// acquire takes an flock, which the kernel drops with the process: a killed
// platform leaves no stale lock.
func acquire(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrInUse
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func release(f *os.File) error { return f.Close() }
