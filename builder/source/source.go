// Package source opens what users name as a model: so far, a file.
package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/copal-ml/copal/builder/layer"
)

// A File is a model file. It is opened anew for each reading, and every reading
// makes sure that it is still the same file.
type File struct {
	Path string // as given
	Name string // base name: "model.pkl"
	Size int64
	info os.FileInfo
}

// nameRE is what a name may be: it becomes part of a path in the container and
// of a manifest.
var nameRE = regexp.MustCompile(`^[^\x00-\x1f\x7f/\\]{1,255}$`)

// Open looks at the model at path. It fails for everything that cannot be built
// from, and says what to do.
func Open(path string) (*File, error) {
	if err := refuse(path); err != nil {
		return nil, err
	}
	fi, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("model %s: %w", path, os.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	f := &File{Path: path, Name: filepath.Base(path), Size: fi.Size(), info: fi}
	switch {
	case fi.IsDir():
		return nil, fmt.Errorf("model %s is a folder; models of several files are not supported yet: give the model file in it", path)
	case !fi.Mode().IsRegular():
		return nil, fmt.Errorf("model %s is not a regular file (%s): copy it to one first", path, fi.Mode().Type())
	case fi.Size() == 0:
		return nil, fmt.Errorf("model %s is empty: was it saved completely?", path)
	case !nameRE.MatchString(f.Name):
		return nil, fmt.Errorf("model name %q has control characters or a backslash: rename the file", f.Name)
	}
	return f, nil
}

// refuse names what will be supported and is not yet.
func refuse(path string) error {
	lower := strings.ToLower(path)
	switch {
	case path == "":
		return errors.New("no model given: name the model file, as in `copal build --embed model.pkl`")
	case strings.HasPrefix(lower, "s3://"):
		return fmt.Errorf("model %s is in S3, which is not supported yet: copy it here first with `aws s3 cp %s .`", path, path)
	case strings.Contains(lower, "://"):
		return fmt.Errorf("model %s is a URL, which is not supported: download it first", path)
	case strings.HasSuffix(lower, ".tar.gz"), strings.HasSuffix(lower, ".tgz"), strings.HasSuffix(lower, ".tar"):
		return fmt.Errorf("model %s is an archive, which is not supported yet: unpack it with `tar xf %s` and give the model file in it", path, path)
	}
	return nil
}

// Open opens the content. It fails if the file is no longer the one that Open
// of the package saw.
func (f *File) Open() (layer.Content, error) {
	c, err := os.Open(f.Path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	fi, err := c.Stat()
	if err == nil {
		err = f.same(fi)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Unchanged fails if the file has changed since the package's Open.
func (f *File) Unchanged() error {
	fi, err := os.Stat(f.Path)
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return f.same(fi)
}

func (f *File) same(fi os.FileInfo) error {
	if fi.Size() == f.Size && fi.ModTime().Equal(f.info.ModTime()) && os.SameFile(fi, f.info) {
		return nil
	}
	return fmt.Errorf("model %s changed while it was being read: run again when nothing writes to it", f.Path)
}

// SHA256 reads the file and returns its digest in hex. advance, if not nil, is
// told how many bytes have been read, of how many.
func (f *File) SHA256(ctx context.Context, advance func(done, total int64)) (string, error) {
	c, err := f.Open()
	if err != nil {
		return "", err
	}
	defer c.Close()
	h := sha256.New()
	buf := make([]byte, 1<<20)
	for off := int64(0); off < f.Size; {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := c.ReadAt(buf[:min(int64(len(buf)), f.Size-off)], off)
		h.Write(buf[:n])
		off += int64(n)
		if advance != nil {
			advance(off, f.Size)
		}
		if err != nil && !(errors.Is(err, io.EOF) && off == f.Size) {
			return "", fmt.Errorf("model %s: %w", f.Path, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), f.Unchanged()
}

// LayerFile is the file at path in an image.
func (f *File) LayerFile(path string) layer.File {
	return layer.File{Path: path, Mode: 0o644, Size: f.Size, Open: f.Open, Hash: true}
}
