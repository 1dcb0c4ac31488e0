package verify

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine bounds one row of text.
const maxLine = 64 << 20

// A lineReader reads lines with their ends; with quotes, an end inside double
// quotes is part of its line, as in CSV (RFC 4180).
type lineReader struct {
	from   *source
	quotes bool
	line   int // lines read, as an editor counts them
	buf    []byte
}

// next returns the next line, valid until the one after it, or io.EOF.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	for inside := false; ; {
		part, err := l.from.ReadSlice('\n')
		l.buf = append(l.buf, part...)
		if l.quotes && bytes.Count(part, []byte{'"'})%2 == 1 {
			inside = !inside
		}
		switch {
		case errors.Is(err, io.EOF) && len(l.buf) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			l.line++
			return l.buf, nil
		case err == nil:
			if l.line++; !inside {
				return l.buf, nil
			}
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, inputError(l.from.name, "", "after line %d: %w", l.line, err)
		}
		if len(l.buf) > maxLine {
			return nil, inputError(l.from.name, "is a quote missing?", "the row at line %d is longer than %d MB", l.line+1, maxLine>>20)
		}
	}
}
