package catboost

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/copal-ml/copal/models"
)

const fixtures = "../modeltest/testdata/catboost"

// files are models of the fixtures of all releases.
func files(t testing.TB, patterns ...string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(fixtures, "*", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no fixture is named %s (%v)", pattern, err)
		}
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path))] = b
		}
	}
	return all
}

// use reads a file and asks the model, if there is one.
func use(data []byte) error {
	m, err := Read(data)
	if err != nil || m.Features > 1000 || m.Outputs > 1000 {
		return err
	}
	x := make([]float64, 2*m.Features)
	for _, method := range m.Methods() {
		var out [][]float64
		for _, port := range method.Outputs {
			out = append(out, make([]float64, 2*port.Stride()))
		}
		method.Run(out, x)
	}
	return nil
}

// expected reports whether err is one that a broken file may give.
func expected(err error) bool {
	var format *models.FormatError
	var unsupported *models.UnsupportedError
	return err == nil || errors.As(err, &format) || errors.As(err, &unsupported)
}

func FuzzRead(f *testing.F) {
	for _, data := range files(f, "*.model.json", "*.cbm") {
		if len(data) < 9000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := use(data); !expected(err) {
			t.Errorf("%T: %v", err, err)
		}
	})
}

// A file that ends too early is broken, wherever it ends.
func TestTruncated(t *testing.T) {
	for name, data := range files(t, "one_hot_some.cbm", "combinations.cbm", "lossguide.cbm", "json_ctr.model.json") {
		data = bytes.TrimRight(data, "\n")
		step := max(len(data)/60, 1)
		for n := 0; n < len(data); n += step {
			var broken *models.FormatError
			if err := use(data[:n]); !errors.As(err, &broken) {
				t.Errorf("%s with %d of %d bytes: %v", name, n, len(data), err)
				break
			}
		}
	}
}

// A byte that is changed gives an error with a place, or another model, and takes
// no more memory than a file of its size may.
func TestChanged(t *testing.T) {
	for name, data := range files(t, "one_hot_some.cbm", "combinations.cbm", "lossguide.cbm", "three.cbm") {
		changed := make([]byte, len(data))
		for i := 0; i < len(data); i += max(len(data)/150, 1) {
			for _, v := range []byte{0, 0x7f, 0xff, data[i] + 1} {
				copy(changed, data)
				changed[i] = v
				if err := use(changed); !expected(err) {
					t.Fatalf("%s with byte %d as %#x: %T: %v", name, i, v, err, err)
				}
			}
		}
	}
}

// A file that claims more than it holds is refused before memory is taken for it.
func TestClaims(t *testing.T) {
	f := func(what string, data []byte) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var broken *models.FormatError
		if err := use(data); !errors.As(err, &broken) {
			t.Errorf("%s: got %v, want a *models.FormatError", what, err)
		}
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 64<<20 {
			t.Errorf("%s: takes %d MB for %d bytes", what, taken>>20, len(data))
		}
	}
	f("nothing", nil)
	f("only the magic", []byte(magic))
	f("a core of 4 GB", append([]byte(magic), 0xff, 0xff, 0xff, 0xff, 0))
	f("an offset outside", core(0xffffff00))
	f("a vtable outside", core(4, 0x7fffffff))
	f("no JSON", []byte("{"))
	f("no features", []byte(`{"oblivious_trees":[{"leaf_values":[1],"splits":[]}]}`))
	f("a feature far out", []byte(`{"features_info":{"float_features":[{"feature_index":0,"flat_feature_index":16777215,"borders":[]}]},"oblivious_trees":[{"leaf_values":[1],"splits":[]}]}`))
	f("leaves that do not fit", []byte(`{"features_info":{"float_features":[{"feature_index":0,"flat_feature_index":0,"borders":[1]}]},"oblivious_trees":[{"leaf_values":[1,2,3],"splits":[{"split_index":0}]}]}`))
	f("a split that is not there", []byte(`{"features_info":{"float_features":[{"feature_index":0,"flat_feature_index":0,"borders":[1]}]},"oblivious_trees":[{"leaf_values":[1,2],"splits":[{"split_index":1}]}]}`))
	f("deep JSON", bytes.Repeat([]byte(`{"trees":[`), 1<<20))
	f("a vector shared by many tables", shared())
}

// core is a file with a core of these words.
func core(words ...uint32) []byte {
	data := binary.LittleEndian.AppendUint32([]byte(magic), uint32(4*len(words)))
	for _, w := range words {
		data = binary.LittleEndian.AppendUint32(data, w)
	}
	return data
}

// shared is a model of 50,000 features that all have the one long vector of borders.
func shared() []byte {
	const features, borders = 50_000, 50_000
	var b []byte
	put := func(words ...uint32) {
		for _, w := range words {
			b = binary.LittleEndian.AppendUint32(b, w)
		}
	}
	put(16)                         // 0: the root
	put(12<<16|8, 4<<16|8, 0)       // 4: its vtable: fields 0 and 1 at 8 and 4
	put(12, 68-20, 28-24)           // 16: the root, and the offsets of trees and version
	put(uint32(len(formatVersion))) // 28
	b = append(append(b, formatVersion...), 0, 0)
	put(8<<16|16, 0, 0, 4<<16) // 52: the vtable of the trees: field 5 at 4
	put(16, 4)                 // 68: the trees, and the offset of the features
	list := uint32(len(b))     // their vector
	put(features)
	table := list + 4 + 4*features + 16
	for i := range uint32(features) {
		put(table - (list + 4 + 4*i))
	}
	put(8<<16|12, 0, 0, 4<<16) // vtable of a feature: field 3 at 4
	put(16, 4, borders)
	b = append(b, make([]byte, 4*borders)...)
	return append(binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(b))), b...)
}
