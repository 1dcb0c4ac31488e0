package xgboost

import (
	"errors"
	"fmt"
	"io"

	"github.com/copal-ml/copal/models"
)

// windowSize is how much of a file is in memory at a time while it is read.
const windowSize = 128 << 10

// lookahead is the number of bytes that a token may need to be read at once: no
// number is longer.
const lookahead = 64

// An input is a window over a file. Memory is taken for what has arrived, never
// for what the file claims.
type input struct {
	src    io.Reader
	format string // as errors name it
	buf    []byte
	pos    int   // of the next byte in buf
	base   int64 // offset of buf[0] in the file
	err    error // of src, once it has ended
}

func newInput(src io.Reader, format string) *input {
	return &input{src: src, format: format, buf: make([]byte, 0, windowSize)}
}

// offset is where the next byte is in the file.
func (in *input) offset() int64 { return in.base + int64(in.pos) }

// ahead returns what is in the window: at least n bytes, which are at most
// lookahead, unless the file ends before.
func (in *input) ahead(n int) []byte {
	for len(in.buf)-in.pos < n && in.err == nil {
		in.fill()
	}
	return in.buf[in.pos:]
}

// fill reads on behind what is left of the window.
func (in *input) fill() {
	left := copy(in.buf[:cap(in.buf)], in.buf[in.pos:])
	in.base, in.pos = in.base+int64(in.pos), 0
	n, err := in.src.Read(in.buf[left:cap(in.buf)])
	in.buf, in.err = in.buf[:left+n], err
}

// peek is the next byte; it is not taken.
func (in *input) peek() (byte, error) {
	if in.pos == len(in.buf) && len(in.ahead(1)) == 0 {
		return 0, in.ended()
	}
	return in.buf[in.pos], nil
}

// next takes a byte.
func (in *input) next() (byte, error) {
	c, err := in.peek()
	if err == nil {
		in.pos++
	}
	return c, err
}

// exactly takes n bytes, at most lookahead, that stay valid until the next call.
func (in *input) exactly(n int) ([]byte, error) {
	b := in.ahead(n)
	if len(b) < n {
		return nil, in.ended()
	}
	in.pos += n
	return b[:n], nil
}

// long takes n bytes, of any number, as a copy.
func (in *input) long(n int64) ([]byte, error) {
	var out []byte
	for int64(len(out)) < n {
		b := in.ahead(1)
		if len(b) == 0 {
			return nil, in.ended()
		}
		b = b[:min(int64(len(b)), n-int64(len(out)))]
		out = append(out, b...)
		in.pos += len(b)
	}
	return out, nil
}

// discard passes over n bytes.
func (in *input) discard(n int64) error {
	for n > 0 {
		b := in.ahead(1)
		if len(b) == 0 {
			return in.ended()
		}
		step := min(n, int64(len(b)))
		in.pos += int(step)
		n -= step
	}
	return nil
}

// ended is the error of a file that is too short, or of its source.
func (in *input) ended() error {
	if in.err != nil && !errors.Is(in.err, io.EOF) && !errors.Is(in.err, io.ErrUnexpectedEOF) {
		return in.err
	}
	return &models.FormatError{Format: in.format, Offset: in.base + int64(len(in.buf)), Text: "the file ends too early"}
}

// errorf is a *models.FormatError for the place that is being read.
func (in *input) errorf(format string, args ...any) error {
	return &models.FormatError{Format: in.format, Offset: in.offset(), Text: fmt.Errorf(format, args...).Error()}
}
