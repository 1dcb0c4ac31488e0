package joblib

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/bounded"
)

// xzReader reads .xz files ("The .xz File Format", version 1.2.1, tukaani.org;
// sections are given below). It is here because a block header claims the size of
// its dictionary, up to 4 GiB, and the reader of ulikunitz/xz allocates what is
// claimed; the LZMA2 decoder inside is that package's. Only the LZMA2 filter is
// read: joblib and Python's lzma module write no other unless told to.
type xzReader struct {
	in    io.Reader
	most  func() int64 // of a dictionary
	dicts *bounded.Meter

	check   byte     // type of the checks of this stream
	records [][2]int // unpadded and uncompressed size of each block
	block   *xzBlock
	err     error
}

// An xzBlock is the block that is being read.
type xzBlock struct {
	in     countingReader // of the compressed data
	data   io.Reader
	head   int // bytes of the header
	size   int // uncompressed so far
	hash   hash.Hash
	expect [2]int64 // compressed and uncompressed size, if the header has them; else -1
}

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

var (
	xzMagic     = []byte("\xfd7zXZ\x00")
	errXZ       = errors.New("a checksum or size does not match")
	errXZHeader = errors.New("a header is malformed")
)

func newXZ(in io.Reader, allow bounded.Allowance, input func() int64) *xzReader {
	x := &xzReader{in: in, most: func() int64 { return allow.At(input()) }}
	x.dicts = &bounded.Meter{What: "memory for dictionaries", Allow: allow, Input: input}
	x.err = x.streamHeader(nil)
	return x
}

// Read returns decompressed bytes. Streams may follow each other (§ 2).
func (x *xzReader) Read(p []byte) (int, error) {
	for x.err == nil {
		if x.block == nil {
			x.err = x.next()
			continue
		}
		n, err := x.block.data.Read(p)
		x.block.hash.Write(p[:n])
		x.block.size += n
		if err == io.EOF {
			err = x.blockEnd()
		}
		x.err = err
		if n > 0 {
			return n, nil
		}
	}
	return 0, x.err
}

func (x *xzReader) full(p []byte) error {
	_, err := io.ReadFull(x.in, p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// streamHeader reads § 2.1.1, of which head has been read.
func (x *xzReader) streamHeader(head []byte) error {
	b := make([]byte, 12)
	if err := x.full(b[copy(b, head):]); err != nil {
		return err
	}
	if !bytes.Equal(b[:6], xzMagic) || b[6] != 0 || b[7] > 15 {
		return errXZHeader
	}
	if binary.LittleEndian.Uint32(b[8:]) != crc32.ChecksumIEEE(b[6:8]) {
		return errXZ
	}
	x.check, x.records = b[7], nil
	return nil
}

// newCheck makes the hash of § 2.1.1.2.
func (x *xzReader) newCheck() (hash.Hash, error) {
	switch x.check {
	case 0:
		return noHash{}, nil
	case 1:
		return crc32.NewIEEE(), nil
	case 4:
		return crc64.New(crc64.MakeTable(crc64.ECMA)), nil
	case 10:
		return sha256.New(), nil
	}
	return nil, &models.UnsupportedError{Feature: fmt.Sprintf("the xz check type %d", x.check), Offset: -1}
}

// noHash is the check of no bytes.
type noHash struct{}

func (noHash) Write(p []byte) (int, error) { return len(p), nil }
func (noHash) Sum(b []byte) []byte         { return b }
func (noHash) Reset()                      {}
func (noHash) Size() int                   { return 0 }
func (noHash) BlockSize() int              { return 1 }

// next begins a block, or reads the index at the end of the stream.
func (x *xzReader) next() error {
	var size [1]byte
	if err := x.full(size[:]); err != nil {
		return err
	}
	if size[0] == 0 {
		if err := x.index(); err != nil {
			return err
		}
		return x.nextStream()
	}
	head := make([]byte, 4*(int(size[0])+1))
	head[0] = size[0]
	if err := x.full(head[1:]); err != nil {
		return err
	}
	end := len(head) - 4
	if binary.LittleEndian.Uint32(head[end:]) != crc32.ChecksumIEEE(head[:end]) {
		return errXZ
	}
	return x.begin(head[1:end], len(head))
}

// begin starts the block whose header (§ 3.1) is head, without size and CRC.
func (x *xzReader) begin(head []byte, size int) error {
	flags, r := head[0], bytes.NewReader(head[1:])
	b := &xzBlock{head: size, expect: [2]int64{-1, -1}}
	for i := range b.expect {
		if flags&(0x40<<i) == 0 {
			continue
		}
		v, err := xzInteger(r)
		if err != nil {
			return errXZHeader
		}
		b.expect[i] = int64(v)
	}
	id, err1 := xzInteger(r)
	width, err2 := xzInteger(r)
	prop, err3 := r.ReadByte()
	if err1 != nil || err2 != nil || err3 != nil || flags&0x3c != 0 {
		return errXZHeader
	}
	if flags&3 != 0 || id != 0x21 || width != 1 {
		return &models.UnsupportedError{Feature: "an xz filter other than LZMA2", Offset: -1, Hint: "Save the model with joblib's own compress option."}
	}
	for r.Len() > 0 {
		if c, _ := r.ReadByte(); c != 0 {
			return errXZHeader
		}
	}
	return x.startLZMA2(b, prop)
}

// startLZMA2 makes the decoder, with a dictionary no larger than what the whole
// file may decompress to. Blocks have a dictionary each, so they are counted.
func (x *xzReader) startLZMA2(b *xzBlock, prop byte) error {
	claim, err := lzma.DecodeDictCap(prop)
	if err != nil {
		return errXZHeader
	}
	size := dictionary(uint32(min(claim, 1<<32-1)), x.most())
	if err := x.dicts.Charge(int64(size)); err != nil {
		return err
	}
	if b.hash, err = x.newCheck(); err != nil {
		return err
	}
	b.in.r = x.in
	b.data, err = lzma.Reader2Config{DictCap: int(size)}.NewReader2(&b.in)
	x.block = b
	return err
}

// blockEnd reads padding and check (§ 3.3, 3.4) and compares the sizes.
func (x *xzReader) blockEnd() error {
	b := x.block
	x.block = nil
	sum := make([]byte, (4-b.in.n%4)%4+b.hash.Size())
	if err := x.full(sum); err != nil {
		return err
	}
	pad := len(sum) - b.hash.Size()
	want := b.hash.Sum(nil)
	if _, isCRC := b.hash.(interface{ Sum32() uint32 }); isCRC || x.check == 4 {
		reverse(want) // little-endian in the file
	}
	if !bytes.Equal(sum[:pad], make([]byte, pad)) || !bytes.Equal(sum[pad:], want) {
		return errXZ
	}
	for i, n := range []int{b.in.n, b.size} {
		if b.expect[i] >= 0 && b.expect[i] != int64(n) {
			return errXZ
		}
	}
	x.records = append(x.records, [2]int{b.head + b.in.n + b.hash.Size(), b.size})
	return nil
}

func reverse(b []byte) {
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
}

// index reads § 4, whose first byte has been read, and the footer, § 2.1.2.
func (x *xzReader) index() error {
	sum := crc32.NewIEEE()
	sum.Write([]byte{0})
	in := &countingReader{r: io.TeeReader(x.in, sum), n: 1}
	r := oneByte{in}
	n, err := xzInteger(r)
	if err != nil {
		return err
	}
	if n != uint64(len(x.records)) {
		return errXZ
	}
	for _, record := range x.records {
		for _, want := range record {
			got, err := xzInteger(r)
			if err != nil {
				return err
			}
			if got != uint64(want) {
				return errXZ
			}
		}
	}
	for in.n%4 != 0 {
		if c, err := r.ReadByte(); err != nil {
			return err
		} else if c != 0 {
			return errXZHeader
		}
	}
	want := sum.Sum32()
	var tail [16]byte
	if err := x.full(tail[:]); err != nil {
		return err
	}
	return x.footer(tail, want, in.n+4)
}

// footer checks the CRC of the index and the footer behind it.
func (x *xzReader) footer(tail [16]byte, sum uint32, index int) error {
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(tail[at:]) }
	if word(0) != sum || word(4) != crc32.ChecksumIEEE(tail[8:14]) || int64(word(8)) != int64(index/4-1) {
		return errXZ
	}
	if tail[12] != 0 || tail[13] != x.check || string(tail[14:]) != "YZ" {
		return errXZHeader
	}
	return nil
}

// nextStream looks for another stream, behind padding of zeros (§ 2.2).
func (x *xzReader) nextStream() error {
	for {
		var b [4]byte
		n, err := io.ReadFull(x.in, b[:])
		if err == io.EOF && n == 0 {
			return io.EOF
		}
		if err != nil {
			return err
		}
		if b != [4]byte{} {
			return x.streamHeader(b[:])
		}
	}
}

// oneByte reads single bytes from a reader.
type oneByte struct{ r io.Reader }

func (o oneByte) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(o.r, b[:])
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return b[0], err
}

// xzInteger reads § 1.2: seven bits a byte, the low ones first, nine bytes at most.
func xzInteger(r io.ByteReader) (uint64, error) {
	var v uint64
	for i := range 9 {
		c, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			if c == 0 && i > 0 {
				return 0, errXZHeader
			}
			return v, nil
		}
	}
	return 0, errXZHeader
}
