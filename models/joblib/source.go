package joblib

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz/lzma"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/bounded"
	"github.com/copal-ml/copal/models/pickle"
)

// A source is a file as it is on disk. It counts what is read of it and
// remembers its errors, so that they are not taken for damage of the file.
type source struct {
	r      *bufio.Reader
	below  io.Reader
	budget pickle.Budget
	total  int64 // bytes of the file; -1 if not known
	read   int64
	err    error
}

func newSource(r io.Reader, b pickle.Budget) *source {
	s := &source{below: r, budget: b, total: bounded.SizeOf(r)}
	s.r = bufio.NewReaderSize(readerFunc(s.fill), 64<<10)
	return s
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// fill reads the file itself.
func (s *source) fill(p []byte) (int, error) {
	n, err := s.below.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// Read and ReadByte take bytes that have been counted.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.read += int64(n)
	return n, err
}

func (s *source) ReadByte() (byte, error) {
	b, err := s.r.ReadByte()
	if err == nil {
		s.read++
	}
	return b, err
}

// size is the size of the file if it is known, else what was read of it.
func (s *source) size() int64 {
	if s.total >= 0 {
		return s.total
	}
	return s.read
}

// open finds out the compression and returns the decompressed stream.
func (s *source) open() (io.Reader, string, error) {
	head, err := s.r.Peek(sniffLength)
	if err != nil && err != io.EOF {
		return nil, "", fmt.Errorf("read model: %w", err)
	}
	name, _ := Sniff(head)
	if name == "" {
		return s.plain(), "", nil
	}
	r, err := s.decompressor(name)
	if err != nil {
		return nil, "", s.explain(name, err)
	}
	meter := &bounded.Meter{What: "decompressed data", Allow: allowance(s.budget), Input: s.size}
	return &inflated{name: name, r: r, src: s, meter: meter}, name, nil
}

// plain is the file itself, which knows its length if s does.
func (s *source) plain() io.Reader {
	if s.total < 0 {
		return s
	}
	return &sizedSource{s}
}

type sizedSource struct{ *source }

func (s *sizedSource) Len() int { return int(s.total - s.read) }

// decompressor begins to read the compressed stream.
func (s *source) decompressor(name string) (io.Reader, error) {
	switch name {
	case "zlib":
		return zlib.NewReader(s)
	case "gzip":
		return gzip.NewReader(s)
	case "bz2":
		return bzip2.NewReader(s), nil
	case "xz":
		return newXZ(s, allowance(s.budget), s.size), nil
	case "lzma":
		return s.lzmaAlone()
	case "lz4":
		return lz4.NewReader(s), nil
	case "zfile":
		return s.zfile()
	}
	panic("joblib: no decompressor for " + name)
}

// lzmaAlone reads the format before xz. Its header claims the size of a
// dictionary, and the decoder allocates it at once; but a dictionary larger than
// all that may be decompressed is never of use.
func (s *source) lzmaAlone() (io.Reader, error) {
	header := make([]byte, lzma.HeaderLen)
	if _, err := io.ReadFull(s, header); err != nil {
		return nil, err
	}
	size := dictionary(uint32(header[1])|uint32(header[2])<<8|uint32(header[3])<<16|uint32(header[4])<<24, allowance(s.budget).At(s.size()))
	header[1], header[2], header[3], header[4] = byte(size), byte(size>>8), byte(size>>16), byte(size>>24)
	return lzma.ReaderConfig{DictCap: int(size)}.NewReader(io.MultiReader(bytes.NewReader(header), s))
}

// dictionary is the size of the dictionary to allocate where a header claims one.
func dictionary(claim uint32, most int64) uint32 {
	return uint32(max(lzma.MinDictCap, min(int64(claim), most)))
}

// zfile reads the format of joblib before 0.10: "ZF", the decompressed length
// in hexadecimal padded to 19 characters (20 in joblib ≤ 0.8.4 of Python 2),
// and a zlib stream (read_zfile in joblib/numpy_pickle_compat.py).
func (s *source) zfile() (io.Reader, error) {
	header := make([]byte, len("ZF")+19)
	if _, err := io.ReadFull(s, header); err != nil {
		return nil, err
	}
	var length int64
	if _, err := fmt.Sscanf(string(header[2:]), "0x%x", &length); err != nil {
		return nil, fmt.Errorf("its length is %q", header[2:])
	}
	if next, err := s.r.Peek(1); err == nil && next[0] == ' ' {
		s.ReadByte()
	}
	r, err := zlib.NewReader(s)
	if err != nil {
		return nil, err
	}
	return &exact{r, length}, nil
}

// exact fails if r does not hold exactly left bytes.
type exact struct {
	r    io.Reader
	left int64
}

func (e *exact) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.left -= int64(n)
	if e.left < 0 || err == io.EOF && e.left != 0 {
		return n, errors.New("the length in its header is wrong")
	}
	return n, err
}

// inflated is a decompressed stream within its allowance.
type inflated struct {
	name  string
	r     io.Reader
	src   *source
	meter *bounded.Meter
}

func (i *inflated) Read(p []byte) (int, error) {
	n, err := i.r.Read(p)
	if over := i.meter.Charge(int64(n)); over != nil {
		return 0, &models.FormatError{Format: i.name, Offset: -1, Text: over.Error()}
	}
	if err != nil && err != io.EOF {
		err = i.src.explain(i.name, err)
	}
	return n, err
}

// explain turns an error of a decompressor into the file's fault, unless it is
// the file system's.
func (s *source) explain(name string, err error) error {
	var unsupported *models.UnsupportedError
	var over *bounded.OverError
	switch {
	case s.err != nil:
		return fmt.Errorf("read model at byte %d: %w", s.read, s.err)
	case errors.As(err, &unsupported):
		return err
	case errors.As(err, &over):
		return &models.FormatError{Format: name, Offset: -1, Text: over.Error()}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &models.FormatError{Format: name, Offset: s.read, Text: "the file ends early"}
	}
	return &models.FormatError{Format: name, Offset: -1, Text: "the compressed data is damaged", Err: err}
}
