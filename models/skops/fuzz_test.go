package skops

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/archive"
	"github.com/copal-ml/copal/models/internal/bounded"
)

// FuzzSkops: no archive panics, hangs or fails with an error of another type.
func FuzzSkops(f *testing.F) {
	for _, pattern := range []string{"testdata/*.skops", "../modeltest/testdata/skops/0.16/[a-d]*.skops"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: no seeds (%v)", pattern, err)
		}
		for _, file := range files {
			rel, err := filepath.Rel("testdata", file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(read(f, rel))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		_, err := Decode(bytes.NewReader(in), int64(len(in)), Options{Memory: 4 << 20, PerByte: 64})
		wellTyped(t, err)
	})
}

// FuzzSchema is FuzzSkops without the checksums of an archive around the schema.
func FuzzSchema(f *testing.F) {
	f.Add([]byte(`{"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": [` +
		arrayNode(`"type": "numpy", "file": "1.npy"`) + `], "protocol": 2}`))
	for _, name := range []string{"plain-0.9.skops", "arrays-0.16.skops", "kinds-0.16.skops"} {
		schema, _ := unpack(f, read(f, name))
		f.Add(schema)
	}
	_, others := unpack(f, read(f, "kinds-0.16.skops"))
	others = append(others, member{"1.npy", npy("<f8", "(1,)") + "12345678"})
	f.Fuzz(func(t *testing.T, schema []byte) {
		in := archiveOf(t, append([]member{{Schema, string(schema)}}, others...)...)
		_, err := Decode(bytes.NewReader(in), int64(len(in)), Options{Memory: 4 << 20, PerByte: 64})
		wellTyped(t, err)
	})
}

func wellTyped(t *testing.T, err error) {
	t.Helper()
	var format *models.FormatError
	var unsupported *models.UnsupportedError
	if err != nil && !errors.As(err, &format) && !errors.As(err, &unsupported) {
		t.Errorf("an error of type %T: %v", err, err)
	}
}

// unpack gives the schema of a file, and its other members.
func unpack(f *testing.F, data []byte) (schema []byte, others []member) {
	f.Helper()
	meter := &bounded.Meter{Allow: bounded.Allowance{Base: 1 << 30}}
	a, err := archive.Open(bytes.NewReader(data), int64(len(data)), meter)
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range a.Names() {
		b, err := a.Bytes(name)
		if err != nil {
			f.Fatal(err)
		}
		if name == Schema {
			schema = b
		} else {
			others = append(others, member{name, string(b)})
		}
	}
	return schema, others
}
