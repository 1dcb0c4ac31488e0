package pickle

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// fuzzBudget keeps a fuzzing process small.
var fuzzBudget = Budget{Memory: 4 << 20, PerByte: 64}

// FuzzPickle: no input panics, hangs or fails with an error of another type, and
// what is decoded can be walked.
func FuzzPickle(f *testing.F) {
	for _, file := range fixtures(f) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, c := range append(opcodeCases, refused...) {
		f.Add([]byte(c.in))
	}
	for _, c := range bombs {
		if r, ok := c.in().(*strings.Reader); ok && r.Len() < 1<<14 {
			var b bytes.Buffer
			b.ReadFrom(r)
			f.Add(b.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		file, err := Decode(bytes.NewReader(in), Options{Budget: fuzzBudget})
		if err != nil {
			var format *models.FormatError
			var unsupported *models.UnsupportedError
			switch {
			case errors.As(err, &format):
				if format.Offset < 0 || format.Offset > int64(len(in)) {
					t.Errorf("offset %d of %d bytes: %v", format.Offset, len(in), err)
				}
			case errors.As(err, &unsupported):
			default:
				t.Errorf("an error of type %T: %v", err, err)
			}
			return
		}
		walk(pyobj.NewRef("root", file.Root), 3)
	})
}

// walk asks a value everything that a Ref can be asked.
func walk(r pyobj.Ref, depth int) {
	r.Class()
	r.Float()
	r.Int()
	r.Bool()
	r.Str()
	r.Strs()
	pyobj.Describe(r.Value())
	if a, err := r.Array(); err == nil && a.Len() < 1<<16 {
		a.Float64s()
		a.Float32s()
		a.Int64s()
		a.Bools()
		a.Strings()
	}
	if depth == 0 {
		return
	}
	for _, name := range r.Attrs()[:min(len(r.Attrs()), 8)] {
		if next, ok := r.Attr(name); ok {
			walk(next, depth-1)
		}
	}
	for i := range min(r.Len(), 4) {
		if next, err := r.Index(i); err == nil {
			walk(next, depth-1)
		}
	}
	for i := range 3 {
		if next, err := r.Arg(i); err == nil {
			walk(next, depth-1)
		}
	}
}
