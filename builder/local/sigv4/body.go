package sigv4

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// A hashReader ends in ErrPayload when what it read has another SHA-256.
type hashReader struct {
	r    io.Reader
	h    hash.Hash
	want string
}

func newHashReader(r io.Reader, want string) *hashReader {
	return &hashReader{r, sha256.New(), want}
}

func (h *hashReader) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.h.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(h.h.Sum(nil)) != h.want {
		return n, ErrPayload
	}
	return n, err
}

const (
	maxChunkLine   = 1 << 10
	maxTrailerSize = 8 << 10
)

// A chunkReader takes the aws-chunked framing off and checks each chunk's
// signature at the chunk's end:
//
//	hex-size[;chunk-signature=…] CRLF data CRLF … 0[;chunk-signature=…] CRLF [name:value CRLF …] CRLF
type chunkReader struct {
	r       *bufio.Reader
	claim   *claim
	key     []byte
	signed  bool // chunks carry signatures
	trailed bool // trailers follow
	prev    string
	trailer http.Header

	left  int64 // of the current chunk
	open  bool  // within a chunk
	sig   string
	hash  hash.Hash
	total int64
	want  int64 // x-amz-decoded-content-length; -1 if not said
	err   error
}

func newChunkReader(r *http.Request, c *claim, key []byte, kind string, trailer http.Header) *chunkReader {
	want, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
	if err != nil {
		want = -1
	}
	return &chunkReader{
		r: bufio.NewReader(r.Body), claim: c, key: key,
		signed: kind != streamUnsignedT, trailed: kind != streamSigned,
		prev: c.signature, trailer: trailer, hash: sha256.New(), want: want,
	}
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := c.read(p)
	c.err = err
	return n, err
}

func (c *chunkReader) read(p []byte) (int, error) {
	if !c.open {
		if err := c.begin(); err != nil {
			return 0, err
		}
		if c.left == 0 {
			return 0, c.finish()
		}
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.hash.Write(p[:n])
	c.left -= int64(n)
	c.total += int64(n)
	if c.left > 0 {
		return n, noEOF(err)
	}
	if err := c.checkChunk(); err != nil {
		return n, err
	}
	c.open = false
	line, err := c.line()
	if err == nil && line != "" {
		err = fmt.Errorf("%w: chunk longer than it says", ErrBadChunk)
	}
	return n, err
}

// begin reads a chunk's head.
func (c *chunkReader) begin() error {
	line, err := c.line()
	if err != nil {
		return err
	}
	size, ext, _ := strings.Cut(line, ";")
	c.left, err = strconv.ParseInt(size, 16, 64)
	if err != nil || c.left < 0 {
		return fmt.Errorf("%w: chunk size %q", ErrBadChunk, size)
	}
	if c.signed {
		var ok bool
		if c.sig, ok = strings.CutPrefix(ext, "chunk-signature="); !ok {
			return fmt.Errorf("%w: chunk without signature", ErrBadChunk)
		}
	}
	c.open = true
	c.hash.Reset()
	return nil
}

func (c *chunkReader) checkChunk() error {
	if !c.signed {
		return nil
	}
	text := c.prev + "\n" + hexSum(nil) + "\n" + hex.EncodeToString(c.hash.Sum(nil))
	want := sign(c.key, stringToSign("AWS4-HMAC-SHA256-PAYLOAD", c.claim, text))
	if !hmac.Equal([]byte(want), []byte(c.sig)) {
		return ErrMismatch
	}
	c.prev = c.sig
	return nil
}

// finish reads what follows the empty chunk.
func (c *chunkReader) finish() error {
	if err := c.checkChunk(); err != nil {
		return err
	}
	if c.want >= 0 && c.total != c.want {
		return fmt.Errorf("%w: %d bytes came, x-amz-decoded-content-length says %d", ErrBadChunk, c.total, c.want)
	}
	var signedText strings.Builder
	sig, size := "", 0
	for {
		line, err := c.line()
		// The last empty line may be cut off by clients that count it out.
		if errors.Is(err, io.ErrUnexpectedEOF) || err == nil && line == "" {
			break
		}
		if err != nil {
			return err
		}
		if size += len(line); size > maxTrailerSize {
			return fmt.Errorf("%w: trailers over %d bytes", ErrBadChunk, maxTrailerSize)
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !c.trailed {
			return fmt.Errorf("%w: trailer %q", ErrBadChunk, line)
		}
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if name == "x-amz-trailer-signature" {
			sig = value
			continue
		}
		c.trailer.Add(name, value)
		signedText.WriteString(name + ":" + value + "\n")
	}
	if c.signed && c.trailed {
		text := c.prev + "\n" + hexSum([]byte(signedText.String()))
		want := sign(c.key, stringToSign("AWS4-HMAC-SHA256-TRAILER", c.claim, text))
		if !hmac.Equal([]byte(want), []byte(sig)) {
			return ErrMismatch
		}
	}
	return io.EOF
}

// line reads up to CRLF.
func (c *chunkReader) line() (string, error) {
	var b []byte
	for {
		ch, err := c.r.ReadByte()
		if err != nil {
			return "", noEOF(err)
		}
		if ch == '\n' {
			return strings.TrimSuffix(string(b), "\r"), nil
		}
		if b = append(b, ch); len(b) > maxChunkLine {
			return "", fmt.Errorf("%w: line over %d bytes", ErrBadChunk, maxChunkLine)
		}
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
