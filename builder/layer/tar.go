package layer

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"slices"
	"sort"
	"strings"
	"time"
)

// complete checks files, adds the parent directories that are not among them,
// and sorts. AWS Lambda, on which serverless endpoints rest, refuses layers
// that leave parents out (MissingParentDirectory; rules_aws#103).
func complete(files []File) ([]File, error) {
	byPath := make(map[string]File, len(files))
	for _, f := range files {
		if !path.IsAbs(f.Path) || path.Clean(f.Path) != f.Path || f.Path == "/" {
			return nil, fmt.Errorf("layer path %q is not absolute and clean", f.Path)
		}
		if _, dup := byPath[f.Path]; dup {
			return nil, fmt.Errorf("layer path %s is given twice", f.Path)
		}
		byPath[f.Path] = f
	}
	for _, f := range files {
		for dir := path.Dir(f.Path); dir != "/"; dir = path.Dir(dir) {
			if parent, ok := byPath[dir]; !ok {
				byPath[dir] = Dir(dir, 0o755)
			} else if !parent.Dir {
				return nil, fmt.Errorf("layer path %s is below the file %s", f.Path, dir)
			}
		}
	}
	out := make([]File, 0, len(byPath))
	for _, f := range byPath {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// An archive is a tar as a random-access stream: headers that were made
// beforehand, between them the files' own bytes.
type archive struct {
	segments []segment
	size     int64
}

// A segment is a run of the tar: bytes of a file, or bytes that frame it.
type segment struct {
	off, size int64
	data      io.ReaderAt
	file      *File   // nil for framing
	closer    Content // the open file, if there is one
}

// open opens every file and lays out the tar.
func open(files []File) (a *archive, err error) {
	a = &archive{}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	var frame bytes.Buffer
	flush := func() {
		a.add(segment{size: int64(frame.Len()), data: bytes.NewReader(bytes.Clone(frame.Bytes()))})
		frame.Reset()
	}
	for i := range files {
		f := &files[i]
		// One writer a header: a writer insists on being given the content.
		tw := tar.NewWriter(&frame)
		if err := tw.WriteHeader(header(f)); err != nil {
			return a, fmt.Errorf("tar header of %s: %w", f.Path, err)
		}
		if f.Dir || f.Size == 0 {
			continue
		}
		flush()
		c, err := f.Open()
		if err != nil {
			return a, err
		}
		a.add(segment{size: f.Size, data: c, file: f, closer: c})
		frame.Write(make([]byte, -f.Size&511))
	}
	frame.Write(make([]byte, 1024))
	flush()
	return a, nil
}

// header is the one form that a file has in a layer: owner 0:0, no names, the
// epoch. PAX records appear only where ustar has no room (8 GiB, long paths).
func header(f *File) *tar.Header {
	h := &tar.Header{
		Typeflag: tar.TypeReg,
		Name:     f.Path[1:],
		Mode:     f.Mode,
		Size:     f.Size,
		ModTime:  time.Unix(0, 0),
	}
	if f.Dir {
		h.Typeflag, h.Name, h.Size = tar.TypeDir, h.Name+"/", 0
	}
	return h
}

func (a *archive) add(s segment) {
	if s.size == 0 && s.closer == nil {
		return
	}
	s.off = a.size
	a.segments = append(a.segments, s)
	a.size += s.size
}

// Close closes the files.
func (a *archive) Close() error {
	var errs []error
	for _, s := range a.segments {
		if s.closer != nil {
			errs = append(errs, s.closer.Close())
		}
	}
	return errors.Join(errs...)
}

// at is the index of the segment that holds offset off.
func (a *archive) at(off int64) int {
	return sort.Search(len(a.segments), func(i int) bool { return a.segments[i].off+a.segments[i].size > off })
}

// ReadAt implements io.ReaderAt over the whole tar.
func (a *archive) ReadAt(p []byte, off int64) (n int, err error) {
	for i := a.at(off); n < len(p) && i < len(a.segments); i++ {
		s := a.segments[i]
		from := off + int64(n) - s.off
		want := int(min(int64(len(p)-n), s.size-from))
		got, err := s.data.ReadAt(p[n:n+want], from)
		n += got
		if got == want {
			continue
		}
		if errors.Is(err, io.EOF) && s.file != nil {
			return n, errChanged(s.file.Path, fmt.Sprintf("it has %d bytes, not %d", from+int64(got), s.size))
		}
		return n, fmt.Errorf("read %s: %w", s.name(), err)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (s segment) name() string {
	if s.file == nil {
		return "tar header"
	}
	return s.file.Path
}

// hashes are the running digests of the files that want one.
type hashes struct {
	a      *archive
	byPath map[string]hash.Hash
}

func (a *archive) hashes() hashes {
	h := hashes{a, map[string]hash.Hash{}}
	for _, s := range a.segments {
		if s.file != nil && s.file.Hash {
			h.byPath[s.file.Path] = sha256.New()
		}
	}
	return h
}

// write takes the bytes p of the tar at offset off, in order.
func (h hashes) write(off int64, p []byte) {
	if len(h.byPath) == 0 {
		return
	}
	for i := h.a.at(off); len(p) > 0 && i < len(h.a.segments); i++ {
		s := h.a.segments[i]
		n := min(int64(len(p)), s.off+s.size-off)
		if s.file != nil && s.file.Hash {
			h.byPath[s.file.Path].Write(p[:n])
		}
		p, off = p[n:], off+n
	}
}
