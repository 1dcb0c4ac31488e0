package pickle

import (
	"errors"
	"fmt"
	"io"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/bounded"
	"github.com/copal-ml/copal/models/pyobj"
)

// Costs of values in memory, charged before they are made: the Go structures
// plus what growing slices and maps waste.
const (
	costSlot   = 24
	costScalar = 8
	costHeader = 24 // of a string, Bytes or Tuple
	costItem   = 32 // of a list or set: two words, grown by doubling
	costEntry  = 160
	costList   = 24
	costDict   = 64
	costObject = 144
	costGlobal = 128
	costSparse = 96 // a memo entry out of order
)

// A Decoder is a pickle machine at work.
type Decoder struct {
	in     *bounded.Reader
	meter  *bounded.Meter
	budget Budget
	opt    Options

	at       int64 // offset of the current opcode
	op       *opcode
	protocol int
	proto    bool // PROTO was seen

	stack   []slot
	marks   []int // heights of the stack at each MARK that is open
	memo    memo
	globals *globals
	root    pyobj.Value
	done    bool
}

// A slot is a value on the stack or in the memo, and how deep it nests.
type slot struct {
	value pyobj.Value
	depth int
}

func newDecoder(r io.Reader, opt Options) *Decoder {
	b := opt.Budget.Defaults()
	m := &bounded.Meter{What: "memory for its values", Allow: bounded.Allowance{Base: b.Memory, PerByte: b.PerByte}, Input: opt.Size}
	in := bounded.NewReader(r, m, b.Input)
	if m.Input == nil {
		m.Input = in.Size
	}
	return &Decoder{in: in, meter: m, budget: b, opt: opt, globals: &globals{}}
}

// run executes opcodes up to STOP.
func (d *Decoder) run() (pyobj.Value, error) {
	for !d.done {
		d.at = d.in.Offset()
		code, err := d.in.Byte()
		if err != nil {
			d.op = nil
			return nil, d.readError(err)
		}
		d.op = &opcodes[code]
		if d.op.run == nil {
			return nil, d.errorf("unknown opcode 0x%02x", code)
		}
		if !d.proto && d.op.proto > d.protocol {
			d.protocol = min(d.op.proto, 1)
		}
		if err := d.op.run(d); err != nil {
			return nil, err
		}
	}
	return d.root, nil
}

// Nested reads a complete pickle that begins at the current place of the
// stream, with its own stack and memo and without the Built function. It shares
// the budget.
func (d *Decoder) Nested() (pyobj.Value, error) {
	inner := &Decoder{in: d.in, meter: d.meter, budget: d.budget, globals: d.globals}
	return inner.run()
}

// Offset is the place in the stream of the next byte to be read.
func (d *Decoder) Offset() int64 { return d.in.Offset() }

// Byte takes one raw byte from the stream.
func (d *Decoder) Byte() (byte, error) {
	b, err := d.in.Byte()
	if err != nil {
		return 0, d.readError(err)
	}
	return b, nil
}

// Bytes takes n raw bytes from the stream and charges them to the budget.
func (d *Decoder) Bytes(n int64) ([]byte, error) {
	b, err := d.in.Bytes(n)
	if err != nil {
		return nil, d.readError(err)
	}
	return b, nil
}

// Charge counts n bytes that the caller is about to allocate.
func (d *Decoder) Charge(n int64) error {
	if err := d.meter.Charge(n); err != nil {
		return d.readError(err)
	}
	return nil
}

// errorf reports what is wrong with the current opcode.
func (d *Decoder) errorf(format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if d.op != nil && d.op.name != "" {
		text = d.op.name + ": " + text
	}
	return &models.FormatError{Format: "pickle", Offset: d.at, Text: text}
}

// readError explains why the stream gave no more: its end and an exhausted
// budget are the file's fault, anything else is passed on.
func (d *Decoder) readError(err error) error {
	var over *bounded.OverError
	var long *bounded.LongError
	var format *models.FormatError
	switch {
	case errors.As(err, &format):
		return err
	case errors.As(err, &over):
		return d.errorf("%v", over)
	case errors.As(err, &long):
		return d.errorf("%v", long)
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		text := "the file ends before STOP"
		if d.op != nil {
			text = fmt.Sprintf("the file ends inside %s, which begins at byte %d", d.op.name, d.at)
		}
		return &models.FormatError{Format: "pickle", Offset: d.in.Offset(), Text: text}
	}
	return fmt.Errorf("read pickle at byte %d: %w", d.in.Offset(), err)
}

// floor is the height of the stack at the last open MARK.
func (d *Decoder) floor() int {
	if len(d.marks) == 0 {
		return 0
	}
	return d.marks[len(d.marks)-1]
}

// push puts a value on the stack. Its own memory has been charged.
func (d *Decoder) push(v pyobj.Value, depth int) error {
	if depth > d.budget.Depth {
		return d.errorf("values are nested more than %d deep", d.budget.Depth)
	}
	if len(d.stack) == cap(d.stack) {
		room := max(64, 2*cap(d.stack))
		if err := d.Charge(costSlot * int64(room)); err != nil {
			return err
		}
		grown := make([]slot, len(d.stack), room)
		copy(grown, d.stack)
		d.stack = grown
	}
	d.stack = append(d.stack, slot{v, depth})
	return nil
}

// make charges for a value and pushes it.
func (d *Decoder) make(v pyobj.Value, depth int, cost int64) error {
	if err := d.Charge(cost); err != nil {
		return err
	}
	return d.push(v, depth)
}

// pop takes the topmost value above the last MARK.
func (d *Decoder) pop() (slot, error) {
	top := len(d.stack) - 1
	if top < d.floor() {
		return slot{}, d.errorf("the stack is empty")
	}
	s := d.stack[top]
	d.stack[top] = slot{}
	d.stack = d.stack[:top]
	return s, nil
}

// top is the topmost value above the last MARK, in place.
func (d *Decoder) top() (*slot, error) {
	i := len(d.stack) - 1
	if i < d.floor() {
		return nil, d.errorf("the stack is empty")
	}
	return &d.stack[i], nil
}

// popMark takes everything above the last MARK, and the MARK. The result is
// valid until the next push.
func (d *Decoder) popMark() ([]slot, error) {
	if len(d.marks) == 0 {
		return nil, d.errorf("there is no MARK")
	}
	at := d.floor()
	items := d.stack[at:]
	d.stack = d.stack[:at]
	d.marks = d.marks[:len(d.marks)-1]
	return items, nil
}

// deepest is the depth of a container that holds items.
func deepest(items []slot) int {
	depth := 0
	for i := range items {
		depth = max(depth, items[i].depth)
	}
	return depth + 1
}
