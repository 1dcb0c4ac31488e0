//go:build !unix

package state

import (
	"errors"
	"os"
)

// acquire creates the lock file anew. Without flock a killed platform leaves it
// behind, and it must be removed by hand.
func acquire(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, ErrInUse
	}
	return f, err
}

func release(f *os.File) error { return errors.Join(f.Close(), os.Remove(f.Name())) }
