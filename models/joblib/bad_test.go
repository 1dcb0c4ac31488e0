package joblib

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pickle"
	"github.com/copal-ml/copal/models/pyobj/pyobjtest"
)

// TestTruncated: a file that ends anywhere before its end is broken, checksums
// behind the last byte of the pickle included.
func TestTruncated(t *testing.T) {
	for _, name := range []string{
		"arrays-py313", "arrays-py38", "small-p0-py313", "zfile-py27", "arrays-zfile-py27",
		"small-zlib-py313", "small-gzip-py313", "small-bz2-py313", "small-xz-py313", "small-lzma-py313", "small-lz4-py313",
	} {
		data := read(t, filepath.Join("testdata", name+".joblib"))
		for n := range data {
			_, err := Decode(bytes.NewReader(data[:n]), Options{Open: siblings})
			var format *models.FormatError
			if !errors.As(err, &format) {
				t.Errorf("%s cut to %d of %d bytes: got %v, want a FormatError", name, n, len(data), err)
				continue
			}
			if format.Format != "pickle" && format.Offset != int64(n) {
				t.Errorf("%s cut to %d: got %v, want that byte", name, n, err)
			}
		}
	}
}

// TestDamaged: no file with a changed byte panics, and a checksum finds out any
// change that matters. LZMA-alone has none, and LZ4 as joblib writes it only of
// its header.
func TestDamaged(t *testing.T) {
	f := func(name string, checked bool) {
		t.Helper()
		data := read(t, filepath.Join("testdata", name+".joblib"))
		good, err := Decode(bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprint(pyobjtest.Render(good.Root))
		for i := range data {
			bad := bytes.Clone(data)
			bad[i] ^= 0x20
			f, err := Decode(bytes.NewReader(bad), Options{})
			if checked && err == nil && fmt.Sprint(pyobjtest.Render(f.Root)) != want {
				t.Errorf("%s with another byte %d: another model, and no error", name, i)
			}
		}
	}
	f("small-zlib-py313", true)
	f("small-gzip-py313", true)
	f("small-bz2-py313", true)
	f("small-xz-py313", true)
	f("small-lz4-py313", false)
	f("small-lzma-py313", false)
	f("arrays-py313", false)
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// zeros is a pickle of n zero bytes.
func zeros(n int) io.Reader {
	head := binary.LittleEndian.AppendUint32([]byte("\x80\x04B"), uint32(n))
	return io.MultiReader(bytes.NewReader(head), io.LimitReader(zeroReader{}, int64(n)), strings.NewReader("."))
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// pack compresses a stream.
func pack(t testing.TB, r io.Reader, open func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := open(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(struct{ io.Writer }{w}, r); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var packers = map[string]func(io.Writer) (io.WriteCloser, error){
	"zlib": func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil },
	"gzip": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
	"lz4":  func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil },
	"xz":   func(w io.Writer) (io.WriteCloser, error) { return xz.WriterConfig{DictCap: 1 << 20}.NewWriter(w) },
	"lzma": func(w io.Writer) (io.WriteCloser, error) { return lzma.WriterConfig{DictCap: 1 << 20}.NewWriter(w) },
	"zfile": func(w io.Writer) (io.WriteCloser, error) {
		fmt.Fprintf(w, "ZF%-19s", "0x2625a08")
		return zlib.NewWriter(w), nil
	},
}

// TestDecompressionBomb: 40 to 100 MB that compress to almost nothing end at the
// budget, and the error says what it is.
func TestDecompressionBomb(t *testing.T) {
	files := map[string][]byte{"bz2": read(t, "testdata/bomb.bz2")}
	for name, open := range packers {
		files[name] = pack(t, zeros(40_000_000), open)
	}
	budget := pickle.Budget{Memory: 8 << 20, PerByte: 16}
	for name, data := range files {
		var err error
		used := allocated(func() { _, err = Decode(bytes.NewReader(data), Options{Budget: budget}) })
		var format *models.FormatError
		want := fmt.Sprintf("(the limit is 8 MiB and 16 bytes for each of the %d bytes of the file)", len(data))
		if !errors.As(err, &format) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want a FormatError … %s", name, err, want)
		}
		if used > 64<<20 {
			t.Errorf("%s: %d MiB were allocated for %d bytes", name, used>>20, len(data))
		}
	}
}

// TestDefaultBudget: with the default budget, no small file takes more than some
// tens of MiB for its values, and as much for its decompression.
func TestDefaultBudget(t *testing.T) {
	files := map[string][]byte{"bz2": read(t, "testdata/bomb.bz2")}
	for _, part := range []string{"]", "}", ")", "N\x94", "K\x01", "\x8c\x01a", "]N\x85a", "(}", "J1234"} {
		files[part] = pack(t, strings.NewReader("\x80\x04"+strings.Repeat(part, 20<<20/len(part))), packers["zlib"])
	}
	for name, data := range files {
		var err error
		used := allocated(func() { _, err = Decode(bytes.NewReader(data), Options{}) })
		var format *models.FormatError
		if !errors.As(err, &format) || used > 128<<20 {
			t.Errorf("%q: %d bytes took %d MiB: %v", name, len(data), used>>20, err)
		}
	}
}

// TestDictionaryBomb: a header that claims a dictionary of 4 GiB.
func TestDictionaryBomb(t *testing.T) {
	small := func() io.Reader { return strings.NewReader("\x80\x04N.") }
	old := pack(t, small(), packers["lzma"])
	binary.LittleEndian.PutUint32(old[1:], 0xffffff00)
	newer := pack(t, small(), packers["xz"])
	// The block header follows the 12 bytes of the stream header; the last
	// property byte before its padding is the size of the dictionary.
	block := newer[12 : 12+4*(int(newer[12])+1)]
	at := bytes.LastIndex(block[:len(block)-4], []byte{0x21, 1}) + 2
	block[at] = 40
	binary.LittleEndian.PutUint32(block[len(block)-4:], crc32.ChecksumIEEE(block[:len(block)-4]))
	for name, data := range map[string][]byte{"lzma": old, "xz": newer} {
		var f *File
		var err error
		used := allocated(func() { f, err = Decode(bytes.NewReader(data), Options{}) })
		if err != nil || f.Root != nil || f.Compression != name {
			t.Errorf("%s: got %+v, %v", name, f, err)
		}
		if used > 48<<20 {
			t.Errorf("%s: %d MiB were allocated", name, used>>20)
		}
	}
}

// TestManyBlocks: each block of an xz file has a dictionary, and a file can have
// very many blocks.
func TestManyBlocks(t *testing.T) {
	one := pack(t, strings.NewReader("N"), packers["xz"])
	block := one[12 : 12+4*(int(one[12])+1)]
	at := bytes.LastIndex(block[:len(block)-4], []byte{0x21, 1}) + 2
	block[at] = 40
	binary.LittleEndian.PutUint32(block[len(block)-4:], crc32.ChecksumIEEE(block[:len(block)-4]))
	var err error
	used := allocated(func() { _, err = Decode(bytes.NewReader(bytes.Repeat(one, 5000)), Options{}) })
	if err == nil || !strings.Contains(err.Error(), "memory for dictionaries") || used > 256<<20 {
		t.Errorf("got %v after %d MiB", err, used>>20)
	}
}

// TestStreams: files of several streams, as cat or parallel compressors write them.
func TestStreams(t *testing.T) {
	for _, name := range []string{"gzip", "xz", "lz4"} {
		data := append(pack(t, strings.NewReader("\x80\x04]"), packers[name]), pack(t, strings.NewReader("Na."), packers[name])...)
		f, err := Decode(bytes.NewReader(data), Options{})
		if err != nil || fmt.Sprint(pyobjtest.Render(f.Root)) != "map[list:[<nil>]]" {
			t.Errorf("%s: got %+v, %v", name, f, err)
		}
	}
}

func TestSniff(t *testing.T) {
	f := func(head, want string, ok bool) {
		t.Helper()
		if got, gotOK := Sniff([]byte(head)); got != want || gotOK != ok {
			t.Errorf("%q: got %q, %t; want %q, %t", head, got, gotOK, want, ok)
		}
	}
	f("\x80\x04\x95\x00", "", true)
	f("(dp0\n", "", true)
	f("ZF0x10  ", "zfile", true)
	f("\x78\x9c\x00", "zlib", true)
	f("\x1f\x8b\x08", "gzip", true)
	f("BZh9", "bz2", true)
	f("\xfd7zXZ\x00\x00", "xz", true)
	f("\x5d\x00\x00\x80\x00", "lzma", true)
	f("\x04\x22\x4d\x18\x64", "lz4", true)
	f("<html>", "", false)
	f("PK\x03\x04", "", false)
	f("tree\nversion=v4", "", false)
	f("{\"learner\"", "", false)
	f("", "", false)
	f("B\x01\x00\x00\x00Z.", "", true) // BINBYTES, not bz2
}

func TestNoModel(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		_, err := Decode(strings.NewReader(in), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", in, err, want)
		}
	}
	f("", "not a valid pickle file: at byte 0: the file ends before STOP")
	f("<html>", "not a valid pickle file: at byte 0: unknown opcode 0x3c")
	f("\x78\x9d\x00\x00", "not a valid zlib file: the compressed data is damaged")
	f("\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x00", "not a valid gzip file: the compressed data is damaged")
	f("ZF0xzz               \x78\x9c", "not a valid zfile file: the compressed data is damaged: its length is")
	f("PK\x03\x04\x14\x00\n", "a zip archive is not supported")
}

func TestReadError(t *testing.T) {
	disk := errors.New("disk on fire")
	for _, head := range []string{"", "\x80\x04]", "\x78\x9c", "\x1f\x8b", "\xfd7zXZ\x00"} {
		_, err := Decode(io.MultiReader(strings.NewReader(head), iotest.ErrReader(disk)), Options{})
		var format *models.FormatError
		if !errors.Is(err, disk) || errors.As(err, &format) {
			t.Errorf("%q: got %v, want the reader's own error", head, err)
		}
	}
}

// TestSiblingMissing: the error names the file that must be beside the model.
func TestSiblingMissing(t *testing.T) {
	for _, c := range []struct{ file, name string }{
		{"siblings-py27", "siblings-py27.joblib_01.npy"},
		{"zfile-py27", "zfile-py27.joblib_01.npy.z"},
	} {
		data := read(t, filepath.Join("testdata", c.file+".joblib"))
		none := func(string) (io.ReadCloser, error) { return nil, os.ErrNotExist }
		for _, open := range []func(string) (io.ReadCloser, error){nil, none} {
			_, err := Decode(bytes.NewReader(data), Options{Open: open})
			var unsupported *models.UnsupportedError
			if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), c.name) || !strings.Contains(unsupported.Hint, c.name) {
				t.Errorf("%s: got %v, want an UnsupportedError that names %s", c.file, err, c.name)
			}
		}
	}
}

// TestSiblingBroken: damage beside the model is told apart from damage in it.
func TestSiblingBroken(t *testing.T) {
	for _, name := range []string{"siblings-py27", "zfile-py27"} {
		data := read(t, filepath.Join("testdata", name+".joblib"))
		files, err := filepath.Glob("testdata/" + name + ".joblib_*")
		if err != nil || len(files) != 1 {
			t.Fatalf("%q, %v", files, err)
		}
		whole := read(t, files[0])
		for n := range whole {
			open := func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(whole[:n])), nil }
			_, err := Decode(bytes.NewReader(data), Options{Open: open})
			var format *models.FormatError
			if !errors.As(err, &format) || !strings.HasPrefix(err.Error(), filepath.Base(files[0])+": ") {
				t.Errorf("%s with %d bytes of its sibling: got %v", name, n, err)
			}
		}
	}
}

// TestSiblingName: a wrapper cannot name a file outside of the model's folder.
func TestSiblingName(t *testing.T) {
	for _, name := range []string{"../secret", "/etc/passwd", "..", "", `..\x`} {
		in := "cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}\x8c\x08filename\x8c" + string(rune(len(name))) + name + "sb."
		open := func(string) (io.ReadCloser, error) { t.Errorf("%q was opened", name); return nil, os.ErrNotExist }
		_, err := Decode(strings.NewReader(in), Options{Open: open})
		var format *models.FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), "its filename is") {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

// wrapper is a NumpyArrayWrapper with these entries in its state.
func wrapper(state string) string {
	return "\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(" + state + "ub"
}

const (
	dtypeF8 = "\x8c\x05dtypecnumpy\ndtype\n(\x8c\x02f8\x89\x88tR(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
	orderC  = "\x8c\x05order\x8c\x01C"
)

func TestWrapperBroken(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		_, err := Decode(strings.NewReader(in), Options{})
		var format *models.FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", in, err, want)
		}
	}
	shape := func(dims string) string { return "\x8c\x05shape(" + dims + "t" }
	f(wrapper(orderC+dtypeF8), "at byte 42: an object of joblib.numpy_pickle.NumpyArrayWrapper: a shape that is None")
	f(wrapper(orderC+shape("K\x01")), "a dtype that is None")
	f(wrapper(dtypeF8+shape("K\x01")), "its order is None")
	f(wrapper(orderC+dtypeF8+shape("J\xff\xff\xff\xff")), "a shape with the dimension the int -1")
	f(wrapper(orderC+dtypeF8+shape("J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7f")), "too many elements")
	f(wrapper(orderC+dtypeF8+shape("J\xff\xff\xff\x7fJ\xff\xff\xff\x7f")), "has too many bytes")
	f(wrapper(orderC+dtypeF8+shape("J\xff\xff\xff\x7f"))+"12345678", "the file ends inside BUILD")
	f(wrapper(orderC+dtypeF8+shape("K\x01")+"\x8c\x1bnumpy_array_alignment_bytesK\x10")+"\x05\xff", "the file ends inside BUILD")
	f(wrapper(orderC+strings.Replace(dtypeF8, "f8", "O8", 1)+shape("K\x01"))+"N..", "the pickle inside is None, not an array")
	f(wrapper(orderC+strings.Replace(dtypeF8, "f8", "q9", 1)+shape("K\x01")), `unknown dtype "q9"`)
}
