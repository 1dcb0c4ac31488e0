// Package state keeps the platform's records in a folder: a JSON file a record,
// blobs beside them. A file is written whole under another name and renamed, so a
// killed process leaves the old record or the new one, never half of either.
package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrInUse is what Open wraps when another process holds the folder.
var ErrInUse = errors.New("another local platform is running on this state folder")

const lockFile = "lock"

// A Dir is a state folder that this process holds alone.
type Dir struct {
	root string
	lock *os.File
}

// Open creates the folder where needed and takes its lock.
func Open(root string) (*Dir, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	f, err := acquire(filepath.Join(root, lockFile))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", root, err)
	}
	d := &Dir{root: root, lock: f}
	if err := os.RemoveAll(d.Path("tmp")); err != nil { // left by a killed process
		return nil, errors.Join(err, d.Close())
	}
	if err := os.MkdirAll(d.Path("tmp"), 0o700); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// InUse tells whether a process holds the folder.
func InUse(root string) (bool, error) {
	name := filepath.Join(root, lockFile)
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	f, err := acquire(name)
	if errors.Is(err, ErrInUse) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, release(f)
}

// Close gives the folder free.
func (d *Dir) Close() error { return release(d.lock) }

// Path is the name of a file or folder in d.
func (d *Dir) Path(elem ...string) string {
	return filepath.Join(append([]string{d.root}, elem...)...)
}

// Temp creates a file to write and later rename to its place.
func (d *Dir) Temp() (*os.File, error) { return os.CreateTemp(d.Path("tmp"), "") }

// WriteFile replaces a file of d as one step.
func (d *Dir) WriteFile(data []byte, elem ...string) error {
	f, err := d.Temp()
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), d.Path(elem...))
}

// WriteJSON replaces a JSON file of d as one step.
func (d *Dir) WriteJSON(v any, elem ...string) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return d.WriteFile(data, elem...)
}
