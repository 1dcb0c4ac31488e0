// Package skops reads .skops files as data.
//
// A .skops file (skops 0.2 and later; skops/io/_persist.py) is a zip archive.
// Its member schema.json describes the model as a tree of nodes, and each array
// is a member of its own:
//
//	{"__class__": "StandardScaler", "__module__": "sklearn.preprocessing._data",
//	 "__loader__": "ObjectNode", "__id__": 139941676479696,
//	 "content": {… "mean_": {"__class__": "ndarray", "__module__": "numpy",
//	     "__loader__": "NdArrayNode", "type": "numpy", "file": "139941588885328.npy"} …},
//	 "protocol": 2, "_skops_version": "0.16.0"}
//
// What comes out are the values that the pickle of the same model would hold, in
// the forms of package pyobj, so that whoever reads estimators does not know the
// difference. A node that was seen before (by its __id__) is the same value.
// Nothing is imported or called: a class is a name.
package skops

import (
	"io"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/archive"
	"github.com/copal-ml/copal/models/internal/bounded"
	"github.com/copal-ml/copal/models/pyobj"
)

// Schema is the name of the member that makes a zip archive a .skops file.
const Schema = "schema.json"

// newest is the protocol of skops 0.10 to 0.16 (skops/io/_protocol.py).
const newest = 2

// Options are the choices of a reader. The zero value of a field is its default.
type Options struct {
	// Memory and PerByte bound the memory of all values, of the schema, and of
	// each compressed member: Memory + PerByte × the size of the file. The
	// defaults, 32 MiB and 128, are those of package pickle.
	Memory  int64
	PerByte int64

	// Depth bounds the nesting of the schema, default 1000: Python's own
	// reader of JSON stops at its recursion limit.
	Depth int
}

func (o Options) defaults() Options {
	if o.Memory == 0 {
		o.Memory = 32 << 20
	}
	if o.PerByte == 0 {
		o.PerByte = 128
	}
	if o.Depth == 0 {
		o.Depth = 1000
	}
	return o
}

// A File is a decoded .skops file.
type File struct {
	Root        pyobj.Value
	Protocol    int             // 0 to 2
	Version     string          // of skops; "" if the file does not tell
	Compression string          // of the schema: "deflate", "bz2"; "" if it is stored
	Globals     []models.Global // every class and function that the schema names, once, with its offset there
}

// Decode reads a .skops file of so many bytes. The errors are
// *models.FormatError for one that is broken or beyond its budget, where offsets
// count the bytes of schema.json; *models.UnsupportedError for one that needs
// what is not known here (encryption, a rare compression, a node of a later
// skops); and errors of r. Beside an error the File holds what could be read
// before it, or is nil.
func Decode(r io.ReaderAt, size int64, opt Options) (*File, error) {
	opt = opt.defaults()
	meter := &bounded.Meter{What: "memory for its values", Allow: bounded.Allowance{Base: opt.Memory, PerByte: opt.PerByte},
		Input: func() int64 { return size }}
	members, err := archive.Open(r, size, meter)
	if err != nil {
		return nil, err
	}
	text, err := members.Bytes(Schema)
	if err != nil {
		return nil, err
	}
	doc, err := scan(string(text), opt.Depth, meter)
	if err != nil {
		return nil, err
	}
	d := &decoder{doc: doc, members: members, meter: meter, loaders: loaders(),
		memo: make(map[int64]pyobj.Value), globals: make(map[string]*pyobj.Global)}
	return d.file(members.Method(Schema))
}

// file reads the facts at the root beside the model itself.
func (d *decoder) file(compression string) (*File, error) {
	f := &File{Compression: compression, Protocol: -1}
	root := place{}
	err := d.doc.members(root, func(key string, v place) error {
		switch key {
		case "protocol":
			n, ok := d.integer(v)
			if !ok || n < 0 {
				return d.errorf(v, "the protocol is no number")
			}
			f.Protocol = int(min(n, 1<<30))
		case "_skops_version":
			version, _ := d.doc.str(v)
			f.Version = strings.Clone(clip(version))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f.Protocol < 0 {
		return nil, d.errorf(root, "it has no protocol")
	}
	if f.Protocol > newest {
		return f, &models.UnsupportedError{Feature: "protocol " + d.memberText(root, "protocol") + " of skops", Version: f.Version, Offset: -1,
			Hint: "Copal reads protocols 0 to 2. Save the model with joblib.dump."}
	}
	f.Root, err = d.value(root)
	f.Globals = d.order
	if err != nil {
		f.Root = nil
	}
	return f, err
}
