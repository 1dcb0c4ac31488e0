package state

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Blobs are files named by the SHA-256 of what they hold.
type Blobs struct{ dir *Dir }

// OpenBlobs gives the blobs of d.
func OpenBlobs(d *Dir) (*Blobs, error) {
	return &Blobs{d}, os.MkdirAll(d.Path("blobs"), 0o700)
}

// Path is where a blob is, by its hexadecimal SHA-256.
func (b *Blobs) Path(hex string) string { return b.dir.Path("blobs", filepath.Base(hex)) }

// Open opens a blob.
func (b *Blobs) Open(hex string) (*os.File, error) { return os.Open(b.Path(hex)) }

// Add stores a temporary file under its sum; the file is gone from its old place.
func (b *Blobs) Add(temp, hex string) error { return os.Rename(temp, b.Path(hex)) }

// Put stores bytes and gives their sum.
func (b *Blobs) Put(data []byte) (string, error) {
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:])
	return name, b.dir.WriteFile(data, "blobs", name)
}

// Get reads a small blob.
func (b *Blobs) Get(hex string) ([]byte, error) { return os.ReadFile(b.Path(hex)) }

// Delete removes a blob; it is no error if there is none.
func (b *Blobs) Delete(hex string) error {
	err := os.Remove(b.Path(hex))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
