package rootfs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// maxLinks is how many symbolic links one path may go through, as in Linux.
const maxLinks = 40

// folder resolves dir and makes what is missing of it.
func (u *unpacker) folder(dir string) (string, error) {
	return u.resolve(dir, func(p string) error {
		u.keep(p)
		return u.root.Mkdir(p, 0o755)
	})
}

// resolve follows the symbolic links in dir as a process inside of the image
// would: absolute ones start at the tree's root, ".." ends there. Layers do write
// through links of lower layers (/var/run, /lib), and os.Root by itself refuses
// absolute ones. A missing part is given to missing, or is an error if that is nil.
func (u *unpacker) resolve(dir string, missing func(string) error) (string, error) {
	at, rest, links := ".", dir, 0
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		switch part {
		case "", ".":
			continue
		case "..":
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		fi, err := u.root.Lstat(next)
		if errors.Is(err, fs.ErrNotExist) && missing != nil {
			err = missing(next)
			fi = nil
		}
		switch {
		case err != nil:
			return "", err
		case fi == nil || fi.IsDir():
			at = next
		case fi.Mode()&fs.ModeSymlink == 0:
			return "", fmt.Errorf("%s is not a folder", next)
		default:
			if links++; links > maxLinks {
				return "", fmt.Errorf("%s: symbolic links lead in a circle", dir)
			}
			target, err := u.root.Readlink(next)
			if err != nil {
				return "", err
			}
			if path.IsAbs(target) {
				at = "."
			}
			rest = target + "/" + rest
		}
	}
	return at, nil
}

// whiteout removes what the layer hides of the layers below it.
func (u *unpacker) whiteout(dir, base string) error {
	if base == whiteoutOpaque {
		return u.opaque(dir)
	}
	name := strings.TrimPrefix(base, whiteoutPrefix)
	if name == "" || name == "." || name == ".." {
		return errors.New("whiteout of nothing")
	}
	p := path.Join(dir, name)
	return u.hide(p)
}

// hide removes p as the layers below made it; what the layer at hand put there
// stays.
func (u *unpacker) hide(p string) error {
	if !u.fresh[p] {
		return u.root.RemoveAll(p)
	}
	fi, err := u.root.Lstat(p)
	if err != nil || !fi.IsDir() {
		return err
	}
	return u.opaque(p)
}

// opaque hides all that is in the folder dir.
func (u *unpacker) opaque(dir string) error {
	f, err := u.root.Open(dir)
	if err != nil {
		return err
	}
	names, err := f.Readdirnames(-1)
	f.Close()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := u.hide(path.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// keep notes that the layer at hand made p, and so needs the folders above it.
func (u *unpacker) keep(p string) {
	for ; p != "." && !u.fresh[p]; p = path.Dir(p) {
		u.fresh[p] = true
	}
}
