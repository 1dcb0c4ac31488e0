// Package pickle reads Python pickles of protocols 0 to 5 as data.
//
// A pickle is a program for a small stack machine (CPython: Lib/pickletools.py
// describes all 68 opcodes). This machine runs the program but never what it
// asks Python to do: where Python would import a class it makes a
// [pyobj.Global], and where Python would call one it makes a [pyobj.Object]
// that remembers the call.
//
//	c os\nsystem\n          → Global{os system}
//	( S'rm -rf /'\n t R     → Object{Class: Global{os system}, Args: ("rm -rf /")}
//
// The only calls that are carried out here are those that pickle itself needs
// to write plain values: copyreg's reconstructors, and bytes, bytearray and set
// before the protocols that have opcodes for them ([pyobj.Plain]).
//
// # Strings of Python 2
//
// A Python 2 str (STRING, BINSTRING, SHORT_BINSTRING) may be text or binary
// data. It becomes a string if all of it is ASCII other than NUL, else
// [pyobj.Bytes].
//
// # What follows STOP
//
// pickle.load reads up to STOP, so that several pickles can follow each other in
// a file. Decode does the same: it answers the first, reads the rest to check
// that the file is whole (checksums of compressed files stand at their end), and
// reports its length as File.Trailing.
package pickle

import (
	"io"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// A Budget bounds what a file may cost. The zero value of each field is its
// default.
//
// The defaults come from files as they are: an array costs what it takes in the
// file; a dict of short strings, the most expensive thing in real models, costs
// up to 20 times its bytes in the file, and compression multiplies that by 3 to
// 10. A hostile file of 1 KiB gets no more than the 32 MiB.
type Budget struct {
	// Memory and PerByte bound the memory of all values made, also of those
	// dropped again: Memory + PerByte × the size of the file as it is on disk.
	// They bound the decompressed size of a compressed file as well.
	Memory  int64 // default 32 MiB
	PerByte int64 // default 128

	// Depth bounds how deep containers nest in each other as the pickle builds
	// them. CPython's own pickler stops at its recursion limit, 1000.
	Depth int // default 1000

	// Integer bounds the size of one int: bytes of LONG1 and LONG4, digits of
	// INT and LONG. Reading digits takes quadratic time in CPython, which stops
	// at 4300 (sys.int_info.default_max_str_digits).
	Integer int // default 4300

	// Input bounds the stream as such, for a source that never ends.
	Input int64 // default 64 GiB
}

// Defaults is b with its zero fields filled in.
func (b Budget) Defaults() Budget {
	set(&b.Memory, 32<<20)
	set(&b.PerByte, 128)
	set(&b.Depth, 1000)
	set(&b.Integer, 4300)
	set(&b.Input, 64<<30)
	return b
}

func set[T int | int64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Options are the choices of a reader.
type Options struct {
	Budget Budget

	// Built, if set, is called after each BUILD with the object that got its
	// state. What it returns replaces the object on the stack. It may take raw
	// bytes from the stream: that is how joblib stores arrays.
	Built func(d *Decoder, o *pyobj.Object) (pyobj.Value, error)

	// Size tells how many bytes of the file on disk have been read or will be,
	// where that is not the stream itself because the stream was decompressed.
	Size func() int64
}

// A File is a decoded pickle.
type File struct {
	Root     pyobj.Value
	Protocol int             // that PROTO names; without PROTO 1 if any binary opcode occurs, else 0
	Globals  []models.Global // every global named, once, in file order
	Trailing int64           // bytes after STOP, not read
}

// Decode reads one pickle. The errors are *models.FormatError for a stream that
// is broken or beyond its budget, *models.UnsupportedError for one that needs
// what the file does not hold (tensors of a PyTorch checkpoint, out-of-band
// buffers, a registry of extension codes), and errors of r. Beside an error the
// File holds the protocol and the globals as far as the stream was read.
func Decode(r io.Reader, opt Options) (*File, error) {
	d := newDecoder(r, opt)
	root, err := d.run()
	file := &File{Protocol: d.protocol, Globals: d.globals.list}
	if err != nil {
		return file, err
	}
	if file.Trailing, err = d.in.Drain(); err != nil {
		return file, d.readError(err)
	}
	file.Root = root
	return file, nil
}

// beginnings are the opcodes that need nothing on the stack.
const beginnings = "(cIJKMLSTUBCVXNFG]})\x80\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96"

// Begins reports whether a pickle of any use can begin with b.
func Begins(b byte) bool { return strings.IndexByte(beginnings, b) >= 0 }
