package rootfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A Cache keeps unpacked images in a folder, one tree per image digest:
//
//	DIR/<hex>        the tree; complete if it is there
//	DIR/<hex>.lock   locked shared by users, exclusively while it is made or removed
//	DIR/<hex>.tmp    a tree being made
//
// Any number of processes may share it. The locks are the kernel's, so that a
// killed process leaves none.
type Cache struct {
	Dir    string // made when needed, for its owner only
	Limits Limits
}

// A Tree is an unpacked image in use. It must not be changed.
type Tree struct {
	Path   string // absolute
	Digest v1.Hash
	lock   *os.File
}

// Close ends the use of the tree. The folder stays until Prune.
func (t *Tree) Close() error { return t.lock.Close() }

// Open returns the tree of img, which it unpacks if it has not been yet.
func (c *Cache) Open(ctx context.Context, img v1.Image) (*Tree, error) {
	digest, err := img.Digest()
	if err != nil {
		return nil, fmt.Errorf("image digest: %w", err)
	}
	if _, err := v1.NewHash(digest.String()); err != nil { // it becomes a file name
		return nil, err
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	t := &Tree{Path: filepath.Join(dir, digest.Hex), Digest: digest}
	for {
		if t.lock, err = lock(ctx, t.Path+".lock", false); err != nil {
			return nil, err
		}
		if _, err := os.Stat(t.Path); err == nil {
			return t, nil
		}
		t.lock.Close()
		if err := c.make(ctx, t.Path, img); err != nil {
			return nil, err
		}
	}
}

// make unpacks img beside path and renames it when it is complete.
func (c *Cache) make(ctx context.Context, path string, img v1.Image) error {
	l, err := lock(ctx, path+".lock", true)
	if err != nil {
		return err
	}
	defer l.Close()
	if _, err := os.Stat(path); err == nil {
		return nil // another process was faster
	}
	tmp := path + ".tmp"
	if err := os.RemoveAll(tmp); err != nil { // of a killed process
		return err
	}
	if err := os.Mkdir(tmp, 0o755); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o755); err != nil { // whatever the umask: it is the container's "/"
		return err
	}
	if err := Unpack(ctx, tmp, img, c.Limits); err != nil {
		return errors.Join(err, os.RemoveAll(tmp))
	}
	return os.Rename(tmp, path)
}

// Prune removes the trees that nobody uses and keep does not list.
func (c *Cache) Prune(keep ...v1.Hash) error {
	locks, err := filepath.Glob(filepath.Join(c.Dir, "*.lock"))
	if err != nil {
		return err
	}
	kept := make(map[string]bool)
	for _, h := range keep {
		kept[h.Hex] = true
	}
	var errs []error
	for _, l := range locks {
		path := strings.TrimSuffix(l, ".lock")
		if !kept[filepath.Base(path)] {
			errs = append(errs, remove(path))
		}
	}
	return errors.Join(errs...)
}

// remove deletes one tree, unless it is in use.
func remove(path string) error {
	l, err := tryLock(path+".lock", true)
	if errors.Is(err, errLocked) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer l.Close()
	// The rename first: a tree under its own name is complete.
	if err := os.RemoveAll(path + ".tmp"); err != nil {
		return err
	}
	if err := os.Rename(path, path+".tmp"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(path + ".tmp"); err != nil {
		return err
	}
	return os.Remove(path + ".lock")
}

// errLocked says that another user has the lock.
var errLocked = errors.New("in use")

// lock waits until it has the lock.
func lock(ctx context.Context, path string, exclusive bool) (*os.File, error) {
	for {
		f, err := tryLock(path, exclusive)
		if !errors.Is(err, errLocked) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for %s: %w", path, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// tryLock opens and locks the file. The lock counts only if the path still names
// that file: Prune removes lock files.
func tryLock(path string, exclusive bool) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err := flock(f, exclusive); err != nil {
			f.Close()
			return nil, err
		}
		opened, err1 := f.Stat()
		named, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(opened, named) {
			return f, nil
		}
		f.Close()
		if err2 != nil && !errors.Is(err2, fs.ErrNotExist) {
			return nil, err2
		}
	}
}
