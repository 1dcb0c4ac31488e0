package ndarray

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/copal-ml/copal/models"
)

func npyFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".npy"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestReadNPY reads what NumPy wrote (testdata/make.py).
func TestReadNPY(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		a, err := ReadNPY(bytes.NewReader(npyFile(t, name)), 1<<20)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		var items any
		switch a.DType.Kind {
		case 'U':
			items, err = a.Strings()
		case 'V':
			items = fmt.Sprint(a.DType.Fields, len(a.Data))
		default:
			items, err = a.Float64s()
		}
		if got := fmt.Sprint(a.DType, a.Shape, a.Fortran, items); err != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s", name, got, err, want)
		}
	}
	f("f8", "<f8 [2 3] false [0 0.25 0.5 0.75 1 1.25]")
	f("f8_fortran", "<f8 [2 3] true [0 0.25 0.5 0.75 1 1.25]")
	f("f4_big_endian", ">f4 [2 3] false [0 0.25 0.5 0.75 1 1.25]")
	f("version2", "<f8 [2 3] false [0 0.25 0.5 0.75 1 1.25]")
	f("version3", "<f8 [2 3] false [0 0.25 0.5 0.75 1 1.25]")
	f("unicode", "<U6 [2] false [setosa é]")
	f("zero_d", "<i8 [] false [7]")
	f("empty", "<i2 [0 3] false []")
	f("structured", "|V20 [1] false[{i 0 <i4 []} {v 4 <f8 [2]}] 20")
}

// TestAppendNPY writes the very bytes that NumPy writes.
func TestAppendNPY(t *testing.T) {
	for _, name := range []string{"f8", "f8_fortran", "f4_big_endian", "unicode", "zero_d", "empty"} {
		want := npyFile(t, name)
		a, err := ReadNPY(bytes.NewReader(want), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		got, err := AppendNPY([]byte("x"), a)
		if err != nil || string(got) != "x"+string(want) {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
	}
	objects, _ := NewObjects([]int{0}, nil)
	if _, err := AppendNPY(nil, objects); err == nil {
		t.Error("an array of objects was written")
	}
	if _, err := AppendNPY(nil, &Array{DType: DType{Kind: 'f', Size: 8}, Shape: []int{2}, Data: make([]byte, 8)}); err == nil {
		t.Error("an array without its data was written")
	}
}

func TestNPYTruncated(t *testing.T) {
	for _, name := range []string{"f8", "version2", "unicode", "structured"} {
		data := npyFile(t, name)
		for n := range data {
			_, err := ReadNPY(bytes.NewReader(data[:n]), 1<<20)
			var format *models.FormatError
			if !errors.As(err, &format) || format.Offset != int64(n) {
				t.Errorf("%s cut to %d bytes: got %v", name, n, err)
			}
		}
	}
}

// npy is a file with a header of that text.
func npy(header string) string {
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), byte(len(header) >> 8)}) + header
}

func TestNPYBroken(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		_, err := ReadNPY(strings.NewReader(in), 1<<20)
		var format *models.FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: got %v, want %s", in, err, want)
		}
	}
	f("\x93NUMPX\x01\x00", "at byte 0: it does not begin with")
	f("\x93NUMPY\x04\x00", "at byte 6: version 4.0")
	f("\x93NUMPY\x02\x00\xff\xff\xff\xff", "at byte 8: a header of 4294967295 bytes")
	f(npy(""), "at byte 10: the header ends early")
	f(npy("{"), "the header ends early")
	f(npy("{'descr'}"), "is not 'name': value")
	f(npy("{'descr': '<f8' 'shape': ()}"), "lacks a comma or a closing brace")
	f(npy("{'a': [1 2]}"), `lacks a comma or a closing ']'`)
	f(npy("{'a': os}"), `at byte 16: the header holds "os" where a value should be`)
	f(npy("{'a': 'b}"), "has a string without an end")
	f(npy(`{'a': 'b\n'}`), "has a string with escapes")
	f(npy("{} {}"), "the header goes on after its end")
	f(npy(strings.Repeat("[", 200)), "nested too deeply")
	f(npy("[1]"), "not a dict of descr")
	f(npy("{'descr': '<f8', 'fortran_order': 1, 'shape': ()}"), "fortran_order is not True or False")
	f(npy("{'descr': '<f8', 'fortran_order': False, 'shape': 3}"), "the shape is not a tuple")
	f(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"), "something other than dimensions")
	f(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}"), "too many elements")
	f(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,)}"), "declares 7.5 GiB of data, more than the budget of 1 MiB")
	f(npy("{'descr': '<q9', 'fortran_order': False, 'shape': ()}"), `unknown dtype "<q9"`)
	f(npy("{'descr': 3, 'fortran_order': False, 'shape': ()}"), "neither a string nor a list")
	f(npy("{'descr': [('a',)], 'fortran_order': False, 'shape': ()}"), "not (name, type[, shape])")
	f(npy("{'descr': [('a', '<f8', (1073741824,)), ('b', '<f8')], 'fortran_order': False, 'shape': ()}"), "beyond 2147483647 bytes")
	f(npy("{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}"), "which has no bytes")
}

func TestNPYObjects(t *testing.T) {
	_, err := ReadNPY(bytes.NewReader(npyFile(t, "objects")), 1<<20)
	var unsupported *models.UnsupportedError
	if !errors.As(err, &unsupported) || !strings.HasPrefix(err.Error(), "an array of Python objects in a .npy file is not supported") {
		t.Errorf("got %v", err)
	}
}

func TestNPYReadError(t *testing.T) {
	disk := errors.New("disk on fire")
	if _, err := ReadNPY(iotest.ErrReader(disk), 1<<20); !errors.Is(err, disk) {
		t.Errorf("got %v, want the reader's own error", err)
	}
}

// FuzzNPY: what is read can be written, and reads as the same.
func FuzzNPY(f *testing.F) {
	files, err := filepath.Glob("testdata/*.npy")
	if err != nil || len(files) < 10 {
		f.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		f.Add(npyFile(f, strings.TrimSuffix(filepath.Base(file), ".npy")))
	}
	f.Add([]byte(npy("{'descr': [('a', [('b', '<f8')]), ('', '|V4')], 'fortran_order': False, 'shape': ()}")))
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := ReadNPY(bytes.NewReader(in), 1<<20)
		if err != nil {
			var format *models.FormatError
			var unsupported *models.UnsupportedError
			if !errors.As(err, &format) && !errors.As(err, &unsupported) {
				t.Errorf("an error of type %T: %v", err, err)
			}
			return
		}
		a.Float64s()
		a.Strings()
		out, err := AppendNPY(nil, a)
		if err != nil {
			if len(a.DType.Fields) == 0 && a.DType.Kind != 'V' {
				t.Errorf("cannot be written: %v", err)
			}
			return
		}
		again, err := ReadNPY(bytes.NewReader(out), 1<<20)
		if err != nil || !bytes.Equal(again.Data, a.Data) || fmt.Sprint(again.Shape, again.DType, again.Fortran) != fmt.Sprint(a.Shape, a.DType, a.Fortran) {
			t.Errorf("got %+v, %v; want %+v", again, err, a)
		}
	})
}
