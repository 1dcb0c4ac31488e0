package local

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// Bounds of model.tar.gz: what it says of itself is a claim.
const (
	maxModelBytes = 20 << 30
	maxModelFiles = 100_000
)

// unpackModel unpacks an object of the platform's S3 into a new folder, as SageMaker
// does before a container starts.
func (p *Platform) unpackModel(url string) (string, error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
	p.mu.Lock()
	o, ok := p.objects.Get(objectKey(bucket, key))
	p.mu.Unlock()
	if !ok {
		return "", fmt.Errorf("no object %s", url)
	}
	f, err := os.Open(p.objectPath(o))
	if err != nil {
		return "", err
	}
	defer f.Close()
	dir, err := os.MkdirTemp(p.dir.Path("run"), "model-")
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.Chmod(dir, 0o755), unpackTarGz(f, dir)); err != nil {
		return "", errors.Join(err, removeModel(dir))
	}
	return dir, nil
}

func removeModel(dir string) error { return os.RemoveAll(dir) }

// unpackTarGz writes the files and folders of an archive below dir. Anything else in
// it (a link, a device) and any name that leads out of dir is an error.
func unpackTarGz(r io.Reader, dir string) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("not a gzip file: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	t := tar.NewReader(z)
	left := int64(maxModelBytes)
	for n := 0; ; n++ {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("not a tar archive, or broken: %w", err)
		}
		if n >= maxModelFiles {
			return fmt.Errorf("over %d files", maxModelFiles)
		}
		size, err := unpackEntry(root, h, t, left)
		if err != nil {
			return fmt.Errorf("%q: %w", h.Name, err)
		}
		left -= size
	}
}

func unpackEntry(root *os.Root, h *tar.Header, body io.Reader, left int64) (int64, error) {
	name := path.Clean(h.Name)
	if path.IsAbs(h.Name) || name == ".." || strings.HasPrefix(name, "../") {
		return 0, errors.New("leads out of the model folder")
	}
	switch h.Typeflag {
	case tar.TypeXGlobalHeader:
		return 0, nil
	case tar.TypeDir:
		return 0, root.MkdirAll(name, 0o755)
	case tar.TypeReg:
	case tar.TypeSymlink, tar.TypeLink:
		return 0, errors.New("is a link; model archives must hold files only")
	default:
		return 0, fmt.Errorf("is neither file nor folder (type %q)", h.Typeflag)
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return 0, err
	}
	mode := os.FileMode(0o644)
	if h.Mode&0o111 != 0 {
		mode = 0o755
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(f, io.LimitReader(body, left+1))
	if n > left {
		err = fmt.Errorf("archive unpacks to more than %d bytes", int64(maxModelBytes))
	}
	return n, errors.Join(err, f.Close())
}
