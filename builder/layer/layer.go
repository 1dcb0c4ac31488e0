// Package layer turns files into an image layer: a gzip-compressed tar whose
// bytes depend on the files' contents, paths and modes and on nothing else.
//
// Every machine gives equal files an equal digest: owners are 0:0, times are
// the Unix epoch, parent directories are listed, entries are sorted, and the
// compression (see codec.go) is chosen by content. A layer is read once to learn
// its digests and once more each time it is sent; a large one is never held in
// memory, so memory is constant at any size.
package layer

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
)

// keepBelow is the compressed size up to which a layer is kept in memory after
// its first pass, so that the server is not compressed twice.
const keepBelow = 8 << 20

// A Content is the open content of a file.
type Content interface {
	io.ReaderAt
	io.Closer
}

// A File is one regular file or directory of a layer.
type File struct {
	Path string // inside the image: absolute, clean
	Mode int64  // permission bits, with 01000 for sticky
	Dir  bool   // a directory; Size and Open are not used
	Size int64
	Open func() (Content, error) // may be called several times
	Hash bool                    // compute SHA-256 of the content as well; see Layer.SHA256
}

// Bytes is a file that is held in memory.
func Bytes(path string, mode int64, b []byte) File {
	return File{Path: path, Mode: mode, Size: int64(len(b)), Open: func() (Content, error) {
		return nopCloser{bytes.NewReader(b)}, nil
	}}
}

// Dir is a directory whose mode is not the usual 0755.
func Dir(path string, mode int64) File { return File{Path: path, Mode: mode, Dir: true} }

type nopCloser struct{ io.ReaderAt }

func (nopCloser) Close() error { return nil }

// A Layer is a finished layer. It implements v1.Layer with Docker's media type.
type Layer struct {
	files  []File // sorted, with their parents; none of a Finished layer
	codec  codec
	digest v1.Hash
	diffID v1.Hash
	size   int64
	crc    uint32 // of the tar; what is read again must give the same
	sums   map[string]string
	data   []byte // the compressed bytes of a small layer
}

var _ v1.Layer = (*Layer)(nil)

// New reads files once and returns their layer. advance, if not nil, is told
// how many bytes of the tar have been read, of how many.
func New(ctx context.Context, files []File, advance func(done, total int64)) (*Layer, error) {
	return build(ctx, files, choose, advance)
}

// Squeeze is New with the best compression, which takes ten times as long.
func Squeeze(ctx context.Context, files []File) (*Layer, error) {
	return build(ctx, files, func(io.ReaderAt, int64) (codec, error) { return squeezed, nil }, nil)
}

// Finished is a layer whose compressed bytes, all in memory, exist already. The
// caller vouches for diffID.
func Finished(data []byte, diffID v1.Hash) *Layer {
	digest := sha256.New()
	digest.Write(data)
	return &Layer{digest: sum(digest), diffID: diffID, size: int64(len(data)), data: data}
}

func build(ctx context.Context, files []File, choose func(io.ReaderAt, int64) (codec, error), advance func(done, total int64)) (*Layer, error) {
	l := &Layer{sums: map[string]string{}}
	var err error
	if l.files, err = complete(files); err != nil {
		return nil, err
	}
	tar, err := open(l.files)
	if err != nil {
		return nil, err
	}
	defer tar.Close()
	if l.codec, err = choose(tar, tar.size); err != nil {
		return nil, err
	}
	return l, l.pass(ctx, tar, advance)
}

// pass reads the tar through the codec and notes every sum.
func (l *Layer) pass(ctx context.Context, tar *archive, advance func(done, total int64)) error {
	diffID, digest := sha256.New(), sha256.New()
	sums := tar.hashes()
	e := newEncoder(tar, tar.size, l.codec)
	e.raw = func(off int64, p []byte) error {
		diffID.Write(p)
		sums.write(off, p)
		if advance != nil {
			advance(off+int64(len(p)), tar.size)
		}
		return ctx.Err()
	}
	var kept capped
	var err error
	if l.size, err = io.Copy(io.MultiWriter(digest, &kept), e); err != nil {
		return err
	}
	l.digest, l.diffID, l.crc, l.data = sum(digest), sum(diffID), e.crc, kept.bytes()
	for path, h := range sums.byPath {
		l.sums[path] = hex.EncodeToString(h.Sum(nil))
	}
	return nil
}

func sum(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(h.Sum(nil))}
}

// Digest is the digest of the compressed bytes.
func (l *Layer) Digest() (v1.Hash, error) { return l.digest, nil }

// DiffID is the digest of the tar.
func (l *Layer) DiffID() (v1.Hash, error) { return l.diffID, nil }

// Size is the number of compressed bytes.
func (l *Layer) Size() (int64, error) { return l.size, nil }

// MediaType is Docker's type for gzip layers, the one that SageMaker and Lambda
// accept.
func (l *Layer) MediaType() (types.MediaType, error) { return types.DockerLayer, nil }

// SHA256 is the hex digest of the content of the file at path, which had Hash
// set.
func (l *Layer) SHA256(path string) string { return l.sums[path] }

// Compressed reads the files again and returns the layer's bytes. Its Read
// fails if the files no longer hold what they held in New.
func (l *Layer) Compressed() (io.ReadCloser, error) {
	if l.data != nil {
		return io.NopCloser(bytes.NewReader(l.data)), nil
	}
	tar, err := open(l.files)
	if err != nil {
		return nil, err
	}
	e := newEncoder(tar, tar.size, l.codec)
	e.want, e.name = &l.crc, l.largest()
	return readCloser{e, tar}, nil
}

// Uncompressed returns the tar.
func (l *Layer) Uncompressed() (io.ReadCloser, error) {
	if l.data != nil {
		return gzip.NewReader(bytes.NewReader(l.data))
	}
	tar, err := open(l.files)
	if err != nil {
		return nil, err
	}
	return readCloser{io.NewSectionReader(tar, 0, tar.size), tar}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

// capped keeps what is written to it until that is too much.
type capped struct {
	buf  bytes.Buffer
	over bool
}

func (c *capped) Write(p []byte) (int, error) {
	if c.over = c.over || c.buf.Len()+len(p) > keepBelow; c.over {
		c.buf = bytes.Buffer{}
		return len(p), nil
	}
	return c.buf.Write(p)
}

func (c *capped) bytes() []byte {
	if c.over {
		return nil
	}
	return c.buf.Bytes()
}

// largest is the path of the largest file, to name the layer by.
func (l *Layer) largest() string {
	largest := slices.MaxFunc(l.files, func(a, b File) int { return cmp.Compare(a.Size, b.Size) })
	return largest.Path
}

// errChanged reports a file that is not what it was.
func errChanged(path, how string) error {
	return fmt.Errorf("%s changed while it was being read (%s): run again when nothing writes to it", path, how)
}
