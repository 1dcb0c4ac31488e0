// Package joblib reads files of joblib.dump as data, and plain pickles through
// the same door.
//
// A joblib file is a pickle, usually compressed, in which each NumPy array is
// stored beside the opcodes that describe it:
//
//	… NumpyArrayWrapper{shape, order, dtype} BUILD │ n │ n × 0xff │ the bytes of the array │ … opcodes …
//
// The padding (joblib ≥ 1.2, joblib/numpy_pickle.py: NUMPY_ARRAY_ALIGNMENT_BYTES)
// puts the bytes at a multiple of 16 of the uncompressed stream. An array of
// objects is a complete pickle in that place instead. In the file that Decode
// returns, each wrapper has become the *ndarray.Array it stands for.
//
// joblib before 0.10 put arrays into files of their own beside the pickle,
// model.pkl_01.npy or model.pkl_01.npy.z: see Options.Open.
package joblib

import (
	"io"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/bounded"
	"github.com/copal-ml/copal/models/pickle"
	"github.com/copal-ml/copal/models/pyobj"
)

// Options are the choices of a reader.
type Options struct {
	Budget pickle.Budget

	// Open opens a file beside the model by its base name. Where it is nil or
	// fails, a model that needs such a file is a *models.UnsupportedError that
	// names the file.
	Open func(name string) (io.ReadCloser, error)
}

// A File is a decoded joblib file or pickle.
type File struct {
	pickle.File
	Compression string // "zlib", "gzip", "bz2", "xz", "lzma", "lz4", "zfile"; "" if there is none
	Joblib      bool   // the pickle stores arrays the way joblib does
}

// prefixes tell the compressions apart (joblib/compressor.py). None of them can
// begin a pickle.
var prefixes = []struct{ prefix, name string }{
	{"ZF", "zfile"}, // joblib before 0.10
	{"\x78", "zlib"},
	{"\x1f\x8b", "gzip"},
	{"BZh", "bz2"},
	{"\xfd7zXZ\x00", "xz"},
	{"\x5d\x00", "lzma"},
	{"\x04\x22\x4d\x18", "lz4"},
}

// sniffLength is the number of bytes that Sniff looks at.
const sniffLength = 6

// Sniff names the compression of a file from its first bytes. ok is false if the
// file can be neither a joblib file nor a pickle: pickles begin with the PROTO
// opcode or, in protocols 0 and 1, with any that
// needs nothing on the stack.
func Sniff(head []byte) (compression string, ok bool) {
	for _, p := range prefixes {
		if len(head) >= len(p.prefix) && string(head[:len(p.prefix)]) == p.prefix {
			return p.name, true
		}
	}
	return "", len(head) > 0 && pickle.Begins(head[0])
}

// Decode reads a joblib file or a pickle. It reads r to its end, so that a
// damaged checksum is found. The errors are those of [pickle.Decode]; offsets in
// a *models.FormatError of format "pickle" count uncompressed bytes. Beside an
// error the File holds what could be read before it, or is nil.
func Decode(r io.Reader, opt Options) (*File, error) {
	src := newSource(r, opt.Budget.Defaults())
	stream, compression, err := src.open()
	if err != nil {
		return nil, err
	}
	a := &arrays{open: opt.Open, budget: opt.Budget.Defaults(), size: src.size}
	file, err := pickle.Decode(stream, pickle.Options{Budget: opt.Budget, Built: a.built, Size: a.input})
	return &File{File: *file, Compression: compression, Joblib: a.found}, err
}

// arrays turns the wrappers of one file into arrays.
type arrays struct {
	open     func(name string) (io.ReadCloser, error)
	budget   pickle.Budget
	size     func() int64 // of the file
	siblings int64        // bytes read of files beside it
	found    bool
}

// input is the number of bytes of all files, to which the budget is proportional.
func (a *arrays) input() int64 { return a.size() + a.siblings }

// allowance is what a compressed file may grow to.
func allowance(b pickle.Budget) bounded.Allowance {
	return bounded.Allowance{Base: b.Memory, PerByte: b.PerByte}
}

// broken reports an object whose contents contradict each other.
func broken(o *pyobj.Object, err error) error {
	return &models.FormatError{Format: "joblib", Offset: o.Offset, Text: pyobj.Describe(o), Err: err}
}
