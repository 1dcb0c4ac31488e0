package rootfs

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// Names of whiteouts: ".wh.NAME" hides NAME of lower layers, ".wh..wh..opq" hides
// all that lower layers have in its folder.
const (
	whiteoutPrefix = ".wh."
	whiteoutOpaque = ".wh..wh..opq"
)

// Bounds of one name: PATH_MAX, and a depth far beyond that of real images.
const (
	maxName  = 4096
	maxDepth = 256
)

type unpacker struct {
	root   *os.Root
	limits Limits
	left   Limits
	chown  bool            // root gives files to the owners in the image
	fresh  map[string]bool // paths of the layer at hand, which its whiteouts spare
}

// apply unpacks one layer's archive.
func (u *unpacker) apply(ctx context.Context, r io.Reader) error {
	u.fresh = make(map[string]bool)
	tr := tar.NewReader(r)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the archive: %w", err)
		}
		if u.left.Entries--; u.left.Entries < 0 {
			return fmt.Errorf("%w: its layers hold more than %d files", ErrBudget, u.limits.Entries)
		}
		if err := u.entry(h, tr); err != nil {
			return fmt.Errorf("%q: %w", h.Name, err)
		}
	}
}

func (u *unpacker) entry(h *tar.Header, body io.Reader) error {
	name, err := cleanName(h.Name)
	if err != nil {
		return err
	}
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if name == "." {
		return u.rootEntry(h)
	}
	dir, err := u.folder(path.Dir(name))
	if err != nil {
		return err
	}
	base := path.Base(name)
	if strings.HasPrefix(base, whiteoutPrefix) {
		return u.whiteout(dir, base)
	}
	p := path.Join(dir, base)
	if err := u.clear(p, h); err != nil {
		return err
	}
	u.keep(p)
	return u.create(p, h, body)
}

// cleanName gives name relative to the root; "." for the root itself.
func cleanName(name string) (string, error) {
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", errors.New(`the name leads out of the image ("..")`)
		}
	}
	if strings.ContainsRune(name, 0) {
		return "", errors.New("the name holds a zero byte")
	}
	name = path.Clean(strings.TrimLeft(name, "/"))
	if len(name) > maxName || strings.Count(name, "/") >= maxDepth {
		return "", fmt.Errorf("the name is longer than %d bytes or %d folders", maxName, maxDepth)
	}
	return name, nil
}

func (u *unpacker) rootEntry(h *tar.Header) error {
	if h.Typeflag != tar.TypeDir {
		return errors.New("the root of an image is a folder")
	}
	return u.directory(".", h)
}

// clear makes room at p. Only a folder that stays a folder keeps what it holds.
func (u *unpacker) clear(p string, h *tar.Header) error {
	fi, err := u.root.Lstat(p)
	if errors.Is(err, fs.ErrNotExist) || err == nil && fi.IsDir() && h.Typeflag == tar.TypeDir {
		return nil
	}
	if err != nil {
		return err
	}
	return u.root.RemoveAll(p)
}

func (u *unpacker) create(p string, h *tar.Header, body io.Reader) error {
	switch h.Typeflag {
	case tar.TypeDir:
		return u.directory(p, h)
	case tar.TypeReg, tar.TypeGNUSparse:
		return u.file(p, h, body)
	case tar.TypeSymlink:
		if err := u.root.Symlink(h.Linkname, p); err != nil {
			return err
		}
		return u.own(p, h)
	case tar.TypeLink:
		return u.hardLink(p, h.Linkname)
	case tar.TypeChar, tar.TypeBlock:
		return errors.New("images with device nodes are not run")
	case tar.TypeFifo:
		return errors.New("images with named pipes are not run")
	}
	return fmt.Errorf("archive member of unknown type %q", h.Typeflag)
}

// directory makes or changes a folder. Its owner keeps all rights: without them
// later layers, and a cache that is not run by root, could not work in it.
func (u *unpacker) directory(p string, h *tar.Header) error {
	if err := u.root.Mkdir(p, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := u.own(p, h); err != nil {
		return err
	}
	return u.root.Chmod(p, h.FileInfo().Mode()&(fs.ModePerm|fs.ModeSticky)|0o700)
}

func (u *unpacker) file(p string, h *tar.Header, body io.Reader) error {
	f, err := u.root.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if h.Size > u.left.Bytes { // sparse: claims more than the archive holds
		return fmt.Errorf("%w: it holds a file of %d bytes", ErrBudget, h.Size)
	}
	if err := u.copy(f, h, body); err != nil {
		return err
	}
	if err := u.own(p, h); err != nil {
		return err
	}
	if err := f.Chmod(h.FileInfo().Mode().Perm()); err != nil {
		return err
	}
	return f.Close()
}

// copy writes the body. The holes of a sparse file are not in the archive's
// bytes, so they are counted here.
func (u *unpacker) copy(f *os.File, h *tar.Header, body io.Reader) error {
	before := u.left.Bytes
	n, err := io.Copy(f, body)
	if err != nil {
		return err
	}
	if holes := n - (before - u.left.Bytes); holes > 0 {
		u.left.Bytes -= holes
	}
	if u.left.Bytes < 0 {
		return fmt.Errorf("%w: its files hold more than %d bytes", ErrBudget, u.limits.Bytes)
	}
	return nil
}

// hardLink links p to a regular file of the tree; a link to anything else would
// let one name change what another name promised.
func (u *unpacker) hardLink(p, target string) error {
	name, err := cleanName(target)
	if err != nil {
		return fmt.Errorf("hard link to %q: %w", target, err)
	}
	dir, err := u.resolve(path.Dir(name), nil)
	if err != nil {
		return fmt.Errorf("hard link to %q: %w", target, err)
	}
	from := path.Join(dir, path.Base(name))
	fi, err := u.root.Lstat(from)
	if err != nil {
		return fmt.Errorf("hard link to %q: %w", target, err)
	}
	if !fi.Mode().IsRegular() {
		return fmt.Errorf("hard link to %q, which is no regular file", target)
	}
	return u.root.Link(from, p)
}

// own sets the owner, where this process may: root in a container often may not,
// and runs containers in which all files are its own.
func (u *unpacker) own(p string, h *tar.Header) error {
	if !u.chown {
		return nil
	}
	if err := u.root.Lchown(p, h.Uid, h.Gid); err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}
