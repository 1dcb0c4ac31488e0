// Package atomicfile writes files that appear complete or not at all.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A File is a file that is not yet at its place.
type File struct {
	*os.File
	path string
}

// Create opens a new file beside path, with the permissions that the umask
// leaves. Either Commit or Abort must be called.
func Create(path string) (*File, error) {
	temp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".partial-"+rand.Text())
	f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return &File{f, path}, nil
}

// Commit puts the file at its path, in place of what is there.
func (f *File) Commit() error {
	if err := f.Close(); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), f.path); err != nil {
		return errors.Join(fmt.Errorf("put %s in place: %w", f.path, err), os.Remove(f.Name()))
	}
	return nil
}

// Abort removes the file. After Commit it does nothing.
func (f *File) Abort() {
	if f.Close() == nil {
		os.Remove(f.Name())
	}
}

// Write writes b to path.
func Write(path string, b []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(b); err != nil {
		return err
	}
	return f.Commit()
}
