package lightgbm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unsafe"

	"github.com/copal-ml/copal/models"
)

// windowSize is how much of a file is in memory at a time while it is read.
const windowSize = 256 << 10

// maxText bounds a line that is kept as text.
const maxText = 1 << 28

// A scanner reads lines of the form key=value, where a value may be a long list.
type scanner struct {
	src  io.Reader
	buf  []byte
	pos  int   // of the next byte in buf
	base int64 // offset of buf[0] in the file
	err  error // of src, once it has ended
}

func newScanner(src io.Reader) *scanner {
	return &scanner{src: src, buf: make([]byte, 0, windowSize)}
}

func (s *scanner) offset() int64 { return s.base + int64(s.pos) }

// fill reads on behind what is left of the window. It reports whether there is
// anything to read.
func (s *scanner) fill() bool {
	left := copy(s.buf[:cap(s.buf)], s.buf[s.pos:])
	s.base, s.pos = s.base+int64(s.pos), 0
	s.buf = s.buf[:left]
	for s.err == nil && len(s.buf) == left {
		var n int
		n, s.err = s.src.Read(s.buf[left:cap(s.buf)])
		s.buf = s.buf[:left+n]
	}
	return len(s.buf) > left
}

// key takes what is before the = of a line, or the whole line. end reports that
// the line is over, and so that there is no value.
func (s *scanner) key() (key string, end bool, err error) {
	const most = 256
	for n := 0; ; {
		for ; s.pos+n < len(s.buf); n++ {
			switch c := s.buf[s.pos+n]; {
			case c == '=' || c == '\n':
				key = string(bytes.TrimSuffix(s.buf[s.pos:s.pos+n], []byte("\r")))
				s.pos += n + 1
				return key, c == '\n', nil
			case n == most:
				return "", false, s.errorf("a line of more than %d bytes without =", most)
			}
		}
		if !s.fill() {
			if n == 0 || s.failed() {
				return "", true, s.ended()
			}
			key = string(s.buf[s.pos:])
			s.pos = len(s.buf)
			return key, true, nil
		}
	}
}

// skipLine passes over the rest of the line.
func (s *scanner) skipLine() error {
	for {
		if i := bytes.IndexByte(s.buf[s.pos:], '\n'); i >= 0 {
			s.pos += i + 1
			return nil
		}
		s.pos = len(s.buf)
		if !s.fill() {
			if s.failed() {
				return s.err
			}
			return nil
		}
	}
}

// text takes the rest of the line.
func (s *scanner) text() (string, error) {
	var line []byte
	for {
		if i := bytes.IndexByte(s.buf[s.pos:], '\n'); i >= 0 {
			line = append(line, s.buf[s.pos:s.pos+i]...)
			s.pos += i + 1
			break
		}
		line = append(line, s.buf[s.pos:]...)
		s.pos = len(s.buf)
		if len(line) > maxText {
			return "", s.errorf("a line of more than %d bytes", maxText)
		}
		if !s.fill() {
			if s.failed() {
				return "", s.err
			}
			break
		}
	}
	return string(bytes.TrimSuffix(line, []byte("\r"))), nil
}

// word takes the next number of a list; it is empty at the end of the line, which
// is left for the caller. It is valid until the next call.
func (s *scanner) word() ([]byte, error) {
	const most = 64
	for {
		for s.pos < len(s.buf) && s.buf[s.pos] == ' ' {
			s.pos++
		}
		for n := s.pos; n < len(s.buf); n++ {
			if c := s.buf[n]; c == ' ' || c == '\n' || c == '\r' {
				word := s.buf[s.pos:n]
				s.pos = n
				return word, nil
			}
			if n-s.pos > most {
				return nil, s.errorf("a number of more than %d characters", most)
			}
		}
		if !s.fill() {
			if s.failed() {
				return nil, s.err
			}
			word := s.buf[s.pos:]
			s.pos = len(s.buf)
			return word, nil
		}
	}
}

// floats appends n numbers to list, which are all of the line.
func (s *scanner) floats(list []float64, n int) ([]float64, error) {
	for range n {
		word, err := s.word()
		if err != nil {
			return list, err
		}
		v, err := float(word)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return list, s.errorf("want %d numbers, got %d and %q", n, len(list), word)
		}
		list = append(list, v)
	}
	return list, s.endOfList(n)
}

// integers appends n integers to list, which are all of the line.
func (s *scanner) integers(list []int32, n int) ([]int32, error) {
	for range n {
		word, err := s.word()
		if err != nil {
			return list, err
		}
		v, ok := integer(word)
		if !ok {
			return list, s.errorf("want %d integers, got %d and %q", n, len(list), word)
		}
		list = append(list, v)
	}
	return list, s.endOfList(n)
}

func (s *scanner) endOfList(n int) error {
	word, err := s.word()
	if err == nil && len(word) > 0 {
		err = s.errorf("a list of more than %d numbers", n)
	}
	if err != nil {
		return err
	}
	return s.skipLine()
}

// integer reads a decimal of 32 bits, with or without a sign; words of bits are
// written without (cat_threshold).
func integer(word []byte) (int32, bool) {
	negative := len(word) > 0 && word[0] == '-'
	if negative {
		word = word[1:]
	}
	if len(word) == 0 || len(word) > 10 {
		return 0, false
	}
	v := int64(0)
	for _, c := range word {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if negative {
		v = -v
	}
	return int32(uint32(v)), v >= -1<<31 && v < 1<<32
}

// view is b as a string, for the length of a call.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// over reports whether there is nothing left to read.
func (s *scanner) over() bool { return s.pos == len(s.buf) && !s.fill() }

// failed reports whether the source broke, rather than ended.
func (s *scanner) failed() bool {
	return s.err != nil && !errors.Is(s.err, io.EOF) && !errors.Is(s.err, io.ErrUnexpectedEOF)
}

func (s *scanner) ended() error {
	if s.failed() {
		return s.err
	}
	return s.errorf("the file ends too early")
}

// errorf is a *models.FormatError for the place that is being read.
func (s *scanner) errorf(format string, args ...any) error {
	return &models.FormatError{Format: formatText, Offset: s.offset(), Text: fmt.Errorf(format, args...).Error()}
}
