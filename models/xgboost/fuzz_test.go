package xgboost

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/copal-ml/copal/models"
)

const fixtures = "../modeltest/testdata/xgboost"

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
func use(t testing.TB, data []byte) error {
	b, err := Read(bytes.NewReader(data))
	if err != nil {
		return err
	}
	m, err := b.Compile(Options{})
	if err != nil || b.Features > 1000 || b.Outputs > 1000 {
		return err
	}
	x := make([]float64, 2*b.Features)
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
	for name, data := range files(f, "*.model.json", "*.ubj", "*.bin") {
		if len(data) < 6000 || filepath.Dir(name) == "3.4" && len(data) < 9000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := use(t, data); !expected(err) {
			t.Errorf("%T: %v", err, err)
		}
	})
}

// A file that ends too early is broken, wherever it ends; in the old binary format
// what follows the attributes may be missing.
func TestTruncated(t *testing.T) {
	for _, name := range []string{"3.4/sets.ubj", "3.4/one_hot.model.json", "0.90/binary_logistic_bin.bin", "3.0/vector_leaves.ubj"} {
		data, err := os.ReadFile(filepath.Join(fixtures, name))
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(data)-60; n += 1 + len(data)/400 {
			var format *models.FormatError
			if err := use(t, data[:n]); !errors.As(err, &format) {
				t.Fatalf("%s: %d of %d bytes: got %v", name, n, len(data), err)
			} else if format.Offset != int64(n) {
				t.Fatalf("%s: %d of %d bytes: the error is at %d: %v", name, n, len(data), format.Offset, err)
			}
		}
	}
}

// One byte that is changed gives a model or an error.
func TestMutated(t *testing.T) {
	for name, data := range files(t, "sets.ubj", "vector_leaves.ubj", "dart_bin.bin", "linear_multi.ubj", "classifier_json.model.json") {
		for i := 0; i < len(data); i += 1 + len(data)/200 {
			changed := bytes.Clone(data)
			for _, c := range []byte{0, 0xff, data[i] ^ 1, data[i] ^ 0x80, '[', '9'} {
				changed[i] = c
				if err := use(t, changed); !expected(err) {
					t.Fatalf("%s: byte %d is %#x: %T: %v", name, i, c, err, err)
				}
			}
		}
	}
}

// Short files that claim much take little memory.
func TestClaims(t *testing.T) {
	f := func(name, data string) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := use(t, []byte(data))
		runtime.ReadMemStats(&after)
		if err == nil || !expected(err) {
			t.Errorf("%s: got %v", name, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
			t.Errorf("%s takes %d bytes", name, used)
		}
	}
	f("a long array", "{L\x00\x00\x00\x00\x00\x00\x00\x07version[$l#L\x00\x00\x7f\xff\xff\xff\xff\xff")
	f("a long string", "{L\x00\x00\x00\x00\x00\x00\x00\x07learner{L\x00\x00\x00\x00\x00\xff\xff\xff")
	f("a string without end", "{L\x00\x7f\xff\xff\xff\xff\xff\xfflearner")
	f("a negative length", "{L\xff\xff\xff\xff\xff\xff\xff\xff")
	f("deep objects", `{"learner":`+string(bytes.Repeat([]byte(`{"a":`), 10_000)))
	f("deep arrays", `{"version":`+string(bytes.Repeat([]byte(`[`), 10_000)))
	f("deep arrays that are skipped", `{"x":`+string(bytes.Repeat([]byte(`[`), 10_000)))
	binary := make([]byte, 600)
	binary[4], binary[136], binary[137+7] = 1, 0, 0
	copy(binary[144:], "\x06\x00\x00\x00\x00\x00\x00\x00gbtree\xff\xff\xff\x7f")
	f("many trees", "binf"+string(binary))
}
