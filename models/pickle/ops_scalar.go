package pickle

import (
	"encoding/binary"
	"math"
	"math/big"

	"github.com/copal-ml/copal/models/internal/bounded"
	"github.com/copal-ml/copal/models/pyobj"
)

// uint reads a little-endian argument of n bytes, at most 8.
func (d *Decoder) uint(n int) (uint64, error) {
	arg, err := d.in.Take(n)
	if err != nil {
		return 0, d.readError(err)
	}
	var b [8]byte
	copy(b[:], arg)
	return binary.LittleEndian.Uint64(b[:]), nil
}

// sized reads a length of n bytes and that many bytes.
func (d *Decoder) sized(n int) ([]byte, error) {
	size, err := d.uint(n)
	if err != nil {
		return nil, err
	}
	if size > math.MaxInt64 {
		return nil, d.errorf("declares %d bytes", size)
	}
	return d.Bytes(int64(size))
}

// line reads a text argument, which ends at a newline.
func (d *Decoder) line() ([]byte, error) {
	b, err := d.in.Line()
	if err != nil {
		return nil, d.readError(err)
	}
	return b, nil
}

func (d *Decoder) opNone() error  { return d.push(nil, 0) }
func (d *Decoder) opTrue() error  { return d.push(true, 0) }
func (d *Decoder) opFalse() error { return d.push(false, 0) }

func (d *Decoder) opBinInt() error {
	n, err := d.uint(4)
	if err != nil {
		return err
	}
	return d.make(int64(int32(n)), 0, costScalar)
}

func (d *Decoder) opBinInt1() error {
	n, err := d.uint(1)
	if err != nil {
		return err
	}
	return d.push(int64(n), 0) // Go holds small values in interfaces without allocating
}

func (d *Decoder) opBinInt2() error {
	n, err := d.uint(2)
	if err != nil {
		return err
	}
	return d.make(int64(n), 0, costScalar)
}

// opInt reads digits; "00" and "01" are the bools of protocols 0 and 1.
func (d *Decoder) opInt() error {
	text, err := d.line()
	if err != nil {
		return err
	}
	switch string(text) {
	case "00":
		return d.push(false, 0)
	case "01":
		return d.push(true, 0)
	}
	return d.digits(text)
}

// opLong reads digits with an "L" behind them.
func (d *Decoder) opLong() error {
	text, err := d.line()
	if err != nil {
		return err
	}
	if n := len(text); n > 0 && text[n-1] == 'L' {
		text = text[:n-1]
	}
	return d.digits(text)
}

func (d *Decoder) digits(text []byte) error {
	if len(text) > d.budget.Integer {
		return d.errorf("an int of %d digits; the limit is %d", len(text), d.budget.Integer)
	}
	n, ok := parseInt(string(text))
	if !ok {
		return d.errorf("%.40q is not an int", text)
	}
	return d.pushInt(n)
}

// pushInt pushes n as an int64 if it fits.
func (d *Decoder) pushInt(n *big.Int) error {
	if n.IsInt64() {
		return d.make(n.Int64(), 0, costScalar)
	}
	return d.make(n, 0, 48+int64(len(n.Bits()))*8)
}

func (d *Decoder) opLong1() error { return d.long(1) }
func (d *Decoder) opLong4() error { return d.long(4) }

// long reads an int as little-endian two's complement; no bytes are 0.
func (d *Decoder) long(width int) error {
	size, err := d.uint(width)
	if err != nil {
		return err
	}
	if size > math.MaxInt32 {
		return d.errorf("a negative byte count")
	}
	if size > uint64(d.budget.Integer) {
		return d.errorf("an int of %d bytes; the limit is %d", size, d.budget.Integer)
	}
	b, err := d.Bytes(int64(size))
	if err != nil {
		return err
	}
	return d.pushInt(twosComplement(b))
}

func (d *Decoder) opFloat() error {
	text, err := d.line()
	if err != nil {
		return err
	}
	f, ok := parseFloat(string(text))
	if !ok {
		return d.errorf("%.40q is not a float", text)
	}
	return d.make(f, 0, costScalar)
}

// opBinFloat is the one opcode with a big-endian argument.
func (d *Decoder) opBinFloat() error {
	b, err := d.in.Take(8)
	if err != nil {
		return d.readError(err)
	}
	return d.make(math.Float64frombits(binary.BigEndian.Uint64(b)), 0, costScalar)
}

// opString reads a quoted Python 2 string, as repr wrote it.
func (d *Decoder) opString() error {
	text, err := d.line()
	if err != nil {
		return err
	}
	b, fault := unquote(text)
	if fault != "" {
		return d.errorf("%s", fault)
	}
	if err := d.Charge(int64(len(b))); err != nil {
		return err
	}
	return d.python2(b)
}

func (d *Decoder) opBinString() error {
	size, err := d.uint(4)
	if err != nil {
		return err
	}
	if size > math.MaxInt32 {
		return d.errorf("a negative byte count")
	}
	b, err := d.Bytes(int64(size))
	if err != nil {
		return err
	}
	return d.python2(b)
}

func (d *Decoder) opShortBinString() error {
	b, err := d.sized(1)
	if err != nil {
		return err
	}
	return d.python2(b)
}

// python2 pushes a Python 2 str: text if it is ASCII without NUL, else bytes.
func (d *Decoder) python2(b []byte) error {
	for _, c := range b {
		if c >= 0x80 || c == 0 {
			return d.make(pyobj.Bytes(b), 0, costHeader)
		}
	}
	return d.make(string(b), 0, costHeader+int64(len(b)))
}

func (d *Decoder) bytes(width int) error {
	b, err := d.sized(width)
	if err != nil {
		return err
	}
	return d.make(pyobj.Bytes(b), 0, costHeader)
}

func (d *Decoder) opShortBinBytes() error { return d.bytes(1) }
func (d *Decoder) opBinBytes() error      { return d.bytes(4) }
func (d *Decoder) opBinBytes8() error     { return d.bytes(8) }

func (d *Decoder) text(width int) error {
	size, err := d.uint(width)
	if err != nil {
		return err
	}
	if size > math.MaxInt64 {
		return d.errorf("declares %d bytes", size)
	}
	var b []byte
	if size <= bounded.MaxTake { // nearly always
		if b, err = d.in.Take(int(size)); err != nil {
			return d.readError(err)
		}
	} else if b, err = d.Bytes(int64(size)); err != nil {
		return err
	}
	if i := invalidUTF8(b); i >= 0 {
		return d.errorf("the text is not UTF-8 at its byte %d", i)
	}
	return d.make(string(b), 0, costHeader+int64(len(b)))
}

func (d *Decoder) opShortBinUnicode() error { return d.text(1) }
func (d *Decoder) opBinUnicode() error      { return d.text(4) }
func (d *Decoder) opBinUnicode8() error     { return d.text(8) }

func (d *Decoder) opUnicode() error {
	text, err := d.line()
	if err != nil {
		return err
	}
	if err := d.Charge(costHeader + 2*int64(len(text))); err != nil {
		return err
	}
	s, fault := rawUnicodeEscape(text)
	if fault != "" {
		return d.errorf("%s", fault)
	}
	return d.push(s, 0)
}

// opProto must not name a protocol from the future.
func (d *Decoder) opProto() error {
	n, err := d.uint(1)
	if err != nil {
		return err
	}
	if n > highest {
		return d.unsupported("pickle protocol "+itoa(int64(n)), "Save the model with protocol 5 or lower.")
	}
	d.protocol, d.proto = int(n), true
	return nil
}

const highest = 5

// opFrame announces how many bytes to prefetch. They are read as they come:
// joblib ends a frame early to write raw bytes.
func (d *Decoder) opFrame() error {
	n, err := d.uint(8)
	if err != nil {
		return err
	}
	if n > math.MaxInt64 {
		return d.errorf("a frame of %d bytes", n)
	}
	return nil
}

func (d *Decoder) opStop() error {
	s, err := d.pop()
	if err != nil {
		return err
	}
	d.root, d.done = s.value, true
	return nil
}
