package bounded

import (
	"bytes"
	"io"
	"os"
)

const (
	bufferSize = 32 << 10
	firstStep  = 256 << 10 // of an allocation whose size is only claimed
)

// A Reader reads a stream with its own buffer and knows its offset. When the
// stream ends before a read is satisfied it returns io.ErrUnexpectedEOF, and
// Offset is then the length of the stream; other errors of the source come
// through as they are.
type Reader struct {
	src   io.Reader
	meter *Meter
	buf   []byte
	r, w  int   // buf[r:w] is unread
	off   int64 // of buf[r] in the stream
	size  int64 // of the stream; -1 if not known
	limit int64 // no byte from here on is read
	err   error // of src, after buf[r:w]
}

// NewReader reads at most limit bytes of src: whatever needs more gets a
// *LongError. What Bytes and Line return is charged to m.
func NewReader(src io.Reader, m *Meter, limit int64) *Reader {
	r := &Reader{src: src, meter: m, size: SizeOf(src), limit: limit}
	room := int64(bufferSize)
	if r.size >= 0 {
		room = min(room, r.size+1)
	}
	r.buf = make([]byte, room)
	return r
}

// A LongError reports a stream beyond its limit.
type LongError struct{ Limit int64 }

func (e *LongError) Error() string { return "it is longer than the limit of " + Size(e.Limit) }

// SizeOf is the number of bytes left in r, or -1 if r does not know.
func SizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }: // bytes.Reader, bytes.Buffer, strings.Reader
		return int64(r.Len())
	case *os.File:
		info, err := r.Stat()
		if err != nil || !info.Mode().IsRegular() {
			return -1
		}
		at, err := r.Seek(0, io.SeekCurrent)
		if err != nil {
			return -1
		}
		return info.Size() - at
	}
	return -1
}

// Size is the length of the stream if it is known, else what was read of it.
func (r *Reader) Size() int64 {
	if r.size >= 0 {
		return r.size
	}
	return r.off + int64(r.w-r.r)
}

// Offset is the number of bytes taken so far.
func (r *Reader) Offset() int64 { return r.off }

// fill reads more into an empty buffer.
func (r *Reader) fill() error {
	if r.err != nil {
		return r.err
	}
	if r.off >= r.limit {
		r.err = &LongError{r.limit}
		return r.err
	}
	r.r, r.w = 0, 0
	for range 100 {
		n, err := r.src.Read(r.buf)
		r.w, r.err = n, err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	r.err = io.ErrNoProgress
	return r.err
}

// Byte takes one byte. At the very end it returns io.EOF.
func (r *Reader) Byte() (byte, error) {
	if r.r == r.w {
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	b := r.buf[r.r]
	r.r++
	r.off++
	return b, nil
}

// MaxTake is the largest n of Take.
const MaxTake = 4 << 10

// Take takes n bytes, at most MaxTake, without copying them. The result is valid
// until the next call. It charges nothing.
func (r *Reader) Take(n int) ([]byte, error) {
	if r.w-r.r < n {
		if err := r.gather(n); err != nil {
			return nil, err
		}
	}
	b := r.buf[r.r : r.r+n]
	r.r += n
	r.off += int64(n)
	return b, nil
}

// gather makes the buffer hold n unread bytes in one piece.
func (r *Reader) gather(n int) error {
	if len(r.buf) < n {
		grown := make([]byte, MaxTake)
		r.w = copy(grown, r.buf[r.r:r.w])
		r.buf, r.r = grown, 0
	}
	r.w = copy(r.buf, r.buf[r.r:r.w])
	r.r = 0
	for tries := 0; r.w < n; tries++ {
		if r.err == nil && r.off >= r.limit {
			r.err = &LongError{r.limit}
		}
		if r.err == nil && tries == 100 {
			r.err = io.ErrNoProgress
		}
		if r.err != nil {
			r.off += int64(r.w)
			r.r = r.w
			return unexpected(r.err)
		}
		k, err := r.src.Read(r.buf[r.w:])
		r.w += k
		r.err = err
		if k > 0 {
			tries = 0
		}
	}
	return nil
}

// Full fills p.
func (r *Reader) Full(p []byte) error {
	for len(p) > 0 {
		if r.r == r.w {
			if len(p) >= len(r.buf) && r.err == nil {
				return r.direct(p)
			}
			if err := r.fill(); err != nil {
				return unexpected(err)
			}
		}
		n := copy(p, r.buf[r.r:r.w])
		r.r += n
		r.off += int64(n)
		p = p[n:]
	}
	return nil
}

// direct fills p from the source, past the empty buffer.
func (r *Reader) direct(p []byte) error {
	if int64(len(p)) > r.limit-r.off {
		r.err = &LongError{r.limit}
		return r.err
	}
	n, err := io.ReadFull(r.src, p)
	r.off += int64(n)
	if err != nil {
		r.err = err
		if err == io.ErrUnexpectedEOF {
			r.err = io.EOF
		}
		return unexpected(err)
	}
	return nil
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Bytes takes n bytes into new memory. It allocates n at once only where the
// stream is known to hold them; otherwise it allocates as they arrive.
func (r *Reader) Bytes(n int64) ([]byte, error) {
	if n < 0 {
		return nil, io.ErrUnexpectedEOF
	}
	if r.size >= 0 && n > r.size-r.off {
		return nil, r.drain()
	}
	step := n
	if r.size < 0 || r.size > r.limit {
		step = min(n, firstStep)
	}
	var out []byte
	for {
		if err := r.meter.Charge(step - int64(len(out))); err != nil {
			return nil, err
		}
		next := make([]byte, step)
		have := copy(next, out)
		if err := r.Full(next[have:]); err != nil {
			return nil, err
		}
		out = next
		if step == n {
			return out, nil
		}
		step = min(n, 2*step)
	}
}

// drain takes what is left, so that Offset tells where the stream ended.
func (r *Reader) drain() error {
	if _, err := r.Drain(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}

// Drain takes and drops what is left and returns how much it was.
func (r *Reader) Drain() (int64, error) {
	start := r.off
	for {
		r.off += int64(r.w - r.r)
		r.r = r.w
		if err := r.fill(); err == io.EOF {
			return r.off - start, nil
		} else if err != nil {
			return r.off - start, err
		}
	}
}

// Line takes a line and returns it without its "\n". The result is valid until
// the next call.
func (r *Reader) Line() ([]byte, error) {
	var long []byte
	for {
		if r.r == r.w {
			if err := r.fill(); err != nil {
				return nil, unexpected(err)
			}
		}
		chunk := r.buf[r.r:r.w]
		i := bytes.IndexByte(chunk, '\n')
		if i >= 0 {
			chunk = chunk[:i]
			r.r += i + 1
			r.off += int64(i + 1)
			if long == nil {
				return chunk, nil
			}
		} else {
			r.r = r.w
			r.off += int64(len(chunk))
		}
		if err := r.meter.Charge(int64(len(chunk))); err != nil {
			return nil, err
		}
		long = append(long, chunk...)
		if i >= 0 {
			return long, nil
		}
	}
}
