package layer

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// A codec is how a layer's tar becomes a gzip stream. Both codecs give a single
// gzip member with time 0 and OS 255 (SOCI before 0.14 and some other pullers
// read only the first member), and work on blocks that do not depend on each
// other.
type codec uint8

const (
	// stored wraps the tar in deflate blocks of type 0. Its bytes follow from
	// RFC 1951 alone, so a layer of weights never changes with a library, and
	// it is unpacked at the speed of memory.
	stored codec = iota
	// deflated is level 1 of klauspost/compress, each block on its own.
	deflated
	// squeezed is level 9, for layers that are made once and shipped often. It
	// is never chosen by content.
	squeezed
)

// levels are those of package flate.
var levels = [...]int{deflated: 1, squeezed: 9}

const (
	// maxStored is the most that a stored block holds: LEN is 16 bits.
	maxStored = 1<<16 - 1
	// blockSize is how much of the tar is encoded at a time.
	blockSize = 16 * maxStored
)

// Sampling, and the share that compression must save. Weights that shrink by
// 7 % take 26 times as long to unpack, at every cold start; text shrinks by 60 %.
const (
	samples    = 64
	sampleSize = 64 << 10
	worthwhile = 0.20
)

// choose picks the codec for size bytes of r from evenly spaced samples: by
// content only, so that equal layers are equal on every machine.
func choose(r io.ReaderAt, size int64) (codec, error) {
	var packed counter
	w, err := flate.NewWriter(&packed, levels[deflated])
	if err != nil {
		return stored, fmt.Errorf("deflate: %w", err)
	}
	var read int64
	buf := make([]byte, sampleSize)
	for _, off := range sampleOffsets(size) {
		p := buf[:min(sampleSize, size-off)]
		if _, err := r.ReadAt(p, off); err != nil {
			return stored, err
		}
		w.Write(p) // a counter does not fail
		read += int64(len(p))
	}
	w.Close()
	if float64(packed) <= float64(read)*(1-worthwhile) {
		return deflated, nil
	}
	return stored, nil
}

// sampleOffsets are the starts of the samples of size bytes: all of it when it
// is small, else from the first byte to the last.
func sampleOffsets(size int64) []int64 {
	var offs []int64
	if size <= samples*sampleSize {
		for off := int64(0); off < size; off += sampleSize {
			offs = append(offs, off)
		}
		return offs
	}
	step := (size - sampleSize) / (samples - 1)
	for i := range int64(samples) {
		offs = append(offs, i*step)
	}
	return offs
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// An encoder reads a tar as gzip.
type encoder struct {
	src   io.ReaderAt
	size  int64
	codec codec
	raw   func(off int64, p []byte) error // is shown each block of the tar; may be nil
	want  *uint32                         // the checksum that the tar must have; may be nil
	name  string                          // what to call the tar when it has not

	off   int64
	crc   uint32
	block []byte
	out   []byte // encoded and not yet read
	buf   []byte // backs out
	flate *flate.Writer
	state int // 0 header, 1 blocks, 2 done
}

func newEncoder(src io.ReaderAt, size int64, c codec) *encoder {
	return &encoder{src: src, size: size, codec: c, block: make([]byte, min(size, blockSize))}
}

// Read implements io.Reader.
func (e *encoder) Read(p []byte) (int, error) {
	for len(e.out) == 0 {
		if e.state == 2 {
			return 0, io.EOF
		}
		if err := e.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, e.out)
	e.out = e.out[n:]
	return n, nil
}

// Write appends to the buffer; deflate writes here.
func (e *encoder) Write(p []byte) (int, error) {
	e.buf = append(e.buf, p...)
	return len(p), nil
}

// next fills out with the next piece of the stream.
func (e *encoder) next() error {
	e.buf = e.buf[:0]
	switch {
	case e.state == 0:
		// RFC 1952 §2.3: ID, deflate, no flags, no time, no hint, OS unknown.
		e.buf = append(e.buf, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
		e.state = 1
	case e.off < e.size:
		if err := e.encodeBlock(); err != nil {
			return err
		}
	default:
		if e.want != nil && *e.want != e.crc {
			return errChanged(e.name, "its checksum differs")
		}
		// An empty final stored block, then CRC32 and ISIZE.
		e.buf = append(e.buf, 1, 0, 0, 0xff, 0xff)
		e.buf = binary.LittleEndian.AppendUint32(e.buf, e.crc)
		e.buf = binary.LittleEndian.AppendUint32(e.buf, uint32(e.size))
		e.state = 2
	}
	e.out = e.buf
	return nil
}

func (e *encoder) encodeBlock() error {
	p := e.block[:min(int64(len(e.block)), e.size-e.off)]
	if _, err := e.src.ReadAt(p, e.off); err != nil {
		return err
	}
	e.crc = crc32.Update(e.crc, crc32.IEEETable, p)
	if e.raw != nil {
		if err := e.raw(e.off, p); err != nil {
			return err
		}
	}
	e.off += int64(len(p))
	if e.codec == stored {
		e.store(p)
		return nil
	}
	return e.deflate(p)
}

// store appends p as stored blocks (RFC 1951 §3.2.4), which begin and end on
// byte boundaries.
func (e *encoder) store(p []byte) {
	for len(p) > 0 {
		n := min(len(p), maxStored)
		e.buf = append(e.buf, 0, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		e.buf = append(e.buf, p[:n]...)
		p = p[n:]
	}
}

// deflate appends p compressed by itself, ending on a byte boundary.
func (e *encoder) deflate(p []byte) error {
	if e.flate == nil {
		w, err := flate.NewWriter(e, levels[e.codec])
		if err != nil {
			return fmt.Errorf("deflate: %w", err)
		}
		e.flate = w
	} else {
		e.flate.Reset(e)
	}
	if _, err := e.flate.Write(p); err != nil {
		return fmt.Errorf("deflate: %w", err)
	}
	if err := e.flate.Flush(); err != nil {
		return fmt.Errorf("deflate: %w", err)
	}
	return nil
}
