package pickle

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

// TestBroken: in holds the character ¶ just before the opcode at fault; it is
// taken out before the pickle is read.
func TestBroken(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		at := int64(strings.Index(in, "¶"))
		_, err := Decode(strings.NewReader(strings.Replace(in, "¶", "", 1)), Options{})
		var format *models.FormatError
		if !errors.As(err, &format) {
			t.Errorf("%q: got %v, want a FormatError", in, err)
			return
		}
		if format.Offset != at || format.Format != "pickle" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want byte %d: %s", in, err, at, want)
		}
	}
	f("¶", "the file ends before STOP")
	f("N¶", "the file ends before STOP")
	f("K¶", "the file ends inside BININT1, which begins at byte 0")
	f("\x8c\x05ab¶", "the file ends inside SHORT_BINUNICODE, which begins at byte 0")
	f("NI12¶", "the file ends inside INT, which begins at byte 1")
	f("N¶\xff.", "unknown opcode 0xff")
	f("¶\x00", "unknown opcode 0x00")
	f("¶<html>", "unknown opcode 0x3c")
	f("¶.", "STOP: the stack is empty")
	f("(¶.", "STOP: the stack is empty")
	f("N(¶.", "STOP: the stack is empty")
	f("¶0.", "POP: the stack is empty")
	f("¶1.", "POP_MARK: there is no MARK")
	f("(¶2.", "DUP: the stack is empty")
	f("N¶t.", "TUPLE: there is no MARK")
	f("N¶\x86.", "TUPLE2: the stack holds fewer than 2 values")
	f("N(N¶\x86.", "TUPLE2: the stack holds fewer than 2 values")
	f("(N¶d.", "DICT: an odd number of keys and values")
	f("}(N¶u.", "SETITEMS: an odd number of keys and values")
	f("NNN¶s.", "SETITEM: cannot set items of None")
	f("NN¶a.", "APPEND: cannot append to None")
	f("})¶a.", "APPEND: cannot append to a dict of 0")
	f("N(N¶e.", "APPENDS: cannot append to None")
	f("N(N¶\x90.", "ADDITEMS: cannot add to None")
	f("(\x91(N¶\x90.", "ADDITEMS: cannot add to a set of 0")
	f("¶h\x00.", "BINGET: the memo has no entry 0")
	f("Nq\x05¶h\x04.", "BINGET: the memo has no entry 4")
	f("¶j\xff\xff\xff\xff.", "LONG_BINGET: the memo has no entry 4294967295")
	f("¶g-1\n.", `GET: "-1" is not a memo index`)
	f("N¶p-1\n.", `PUT: "-1" is not a memo index`)
	f("N¶p1e3\n.", `PUT: "1e3" is not a memo index`)
	f("N¶p9223372036854775807\n.", "PUT: memo index 9223372036854775807")
	f("N¶p99999999999999999999999\n.", "is not a memo index")
	f("¶q\x00.", "BINPUT: the stack is empty")
	f("¶\x94.", "MEMOIZE: the stack is empty")
	f("¶Iabc\n.", `INT: "abc" is not an int`)
	f("¶I\n.", `INT: "" is not an int`)
	f("¶L1LL\n.", `LONG: "1L" is not an int`)
	f("¶F0x1p4\n.", `FLOAT: "0x1p4" is not a float`)
	f("¶F\n.", `FLOAT: "" is not a float`)
	f("¶\x8b\xff\xff\xff\xff.", "LONG4: a negative byte count")
	f("¶T\xff\xff\xff\xff.", "BINSTRING: a negative byte count")
	f("¶Sabc\n.", "STRING: the string is not in quotes")
	f("¶S'abc\n.", "STRING: the string is not in quotes")
	f("¶S'\n.", "STRING: the string is not in quotes")
	f("¶S'\\xg0'\n.", "STRING: the string holds \\x without two hexadecimal digits")
	f("¶V\\u12\n.", "UNICODE: the text holds a broken \\u escape")
	f("¶V\\Uffffffff\n.", "UNICODE: the text holds a broken \\U escape")
	f("N¶\x8c\x02\xff\xfe.", "SHORT_BINUNICODE: the text is not UTF-8 at its byte 0")
	f("¶X\x03\x00\x00\x00ab\xed.", "BINUNICODE: the text is not UTF-8 at its byte 2")
	f("NN¶\x93.", "STACK_GLOBAL: the names are None and None")
	f("¶cos\n\n.", `GLOBAL: "os." is not the name of a global`)
	f("¶c\xff\nx\n.", "is not the name of a global")
	f("NN¶R.", "REDUCE: the arguments are None, not a tuple")
	f(")¶R.", "REDUCE: the stack is empty")
	f("N]¶\x81.", "NEWOBJ: the arguments are a list of 0, not a tuple")
	f("N)N¶\x92.", "NEWOBJ_EX: the keyword arguments are None, not a dict")
	f("(¶o.", "OBJ: there is no class above the MARK")
	f("¶im\nC\n.", "INST: there is no MARK")
	f("]}¶b.", "BUILD: cannot set the state of a list of 0")
	f("cm\nC\n)\x81}b}¶b.", "BUILD: the object made at byte 6 has its state already")
	f("¶\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", "FRAME: a frame of 18446744073709551615 bytes")
	f("¶\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", "BINBYTES8: declares 18446744073709551615 bytes")
}

// TestTruncated: a file that ends anywhere before its end is broken, exactly there.
func TestTruncated(t *testing.T) {
	for _, name := range []string{"plain-py27-c-p0", "plain-py313-p5", "arrays-py27-c-p0", "arrays-py27-p2", "arrays-py313-p5", "named-py36-p4"} {
		file := filepath.Join("testdata", name+".pkl")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n := range data {
			_, err := Decode(bytes.NewReader(data[:n]), Options{})
			var format *models.FormatError
			if !errors.As(err, &format) || format.Offset != int64(n) {
				t.Fatalf("%s cut to %d bytes: got %v, want a FormatError at that byte", filepath.Base(file), n, err)
			}
		}
	}
}

func TestTrailing(t *testing.T) {
	f, err := Decode(strings.NewReader("K\x01.K\x02."), Options{})
	if err != nil || f.Root != int64(1) || f.Trailing != 3 {
		t.Errorf("got %+v, %v; want 1 and 3 bytes left, as pickle.load reads them", f, err)
	}
}

func TestReadError(t *testing.T) {
	disk := errors.New("disk on fire")
	_, err := Decode(io.MultiReader(strings.NewReader("\x80\x04]"), iotest.ErrReader(disk)), Options{})
	var format *models.FormatError
	if !errors.Is(err, disk) || errors.As(err, &format) {
		t.Errorf("got %v, want the reader's own error", err)
	}
}

// TestInert: a pickle that would run a command yields its description.
func TestInert(t *testing.T) {
	f := func(in, global string, offset int64) {
		t.Helper()
		f, err := Decode(strings.NewReader(in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := models.Global{Name: global, Offset: offset}
		if len(f.Globals) != 1 || f.Globals[0] != want {
			t.Errorf("globals %+v, want %+v", f.Globals, want)
		}
		if o, ok := f.Root.(*pyobj.Object); !ok || o.Global().String() != global || o.Global().Offset != offset {
			t.Errorf("got %s, want an object of %s", pyobj.Describe(f.Root), global)
		}
	}
	f("cposix\nsystem\n(S'touch /tmp/owned'\ntR.", "posix.system", 0)
	f("\x80\x04N0\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.", "os.system", 16)
}

func TestGlobalsOnce(t *testing.T) {
	f, err := Decode(strings.NewReader("(ca\nb\ncc\nd\nca\nb\nt."), Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(f.Globals)
	if want := `[{"name":"a.b","offset":1},{"name":"c.d","offset":6}]`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// allocated is the number of bytes that f allocates in all.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func le(n uint64, width int) string {
	return string(binary.LittleEndian.AppendUint64(nil, n)[:width])
}

// bombs are small files, or endless ones, that ask for very much.
var bombs = []struct {
	name string
	in   func() io.Reader
	want string
}{
	{"nested tuples", text("N" + strings.Repeat("\x85", 1<<20) + "."), "TUPLE1: values are nested more than 1000 deep"},
	{"nested lists", text(strings.Repeat("]", 5000) + strings.Repeat("a", 4999) + "."), "APPEND: values are nested more than 1000 deep"},
	{"nested marks", text(strings.Repeat("(", 1<<20)), "MARK: values are nested more than 1000 deep"},
	{"nested through the memo", text("]q\x00" + strings.Repeat("](h\x00eq\x000h\x00", 2000) + "."), "values are nested more than 1000 deep"},
	{"nested objects", text("cm\nf\nq\x000N" + strings.Repeat("\x85q\x010h\x00h\x01R", 2000) + "."), "values are nested more than 1000 deep"},
	{"long text", text("X\xff\xff\xff\xff"), "the file ends inside BINUNICODE"},
	{"long bytes", text("\x8e" + le(1<<62, 8)), "the file ends inside BINBYTES8"},
	{"long bytearray", text("\x96" + le(1<<40, 8) + "abc"), "the file ends inside BYTEARRAY8"},
	{"long bytes, length not known", blind("\x8e" + le(1<<40, 8) + "abc"), "the file ends inside BINBYTES8"},
	{"long bytes without an end", endless("\x8e"+le(1<<62, 8), "a"), "it is longer than the limit"},
	{"long string", text("T\xff\xff\xff\x7f"), "the file ends inside BINSTRING"},
	{"a line without an end", endless("V", "a"), "it is longer than the limit"},
	{"large int", text("\x8b\xff\xff\xff\x7f"), "LONG4: an int of 2147483647 bytes; the limit is 4300"},
	{"many digits", text("I" + strings.Repeat("9", 1<<20) + "\n."), "INT: an int of 1048576 digits; the limit is 4300"},
	{"memo of 2^31", text("Nr\x00\x00\x00\x80N."), ""},
	{"memo of 2^63", text("Np9223372036854775806\n."), ""},
	{"sparse memo", endless("N", "r\x00\x00\x00\x80r\x00\x00\x00\x90"), "it is longer than the limit"},
	{"shared set", text("](" + strings.Repeat("N", 1000) + "eq\x00" + strings.Repeat("c__builtin__\nset\nh\x00\x85R", 50000) + "."), "memory for its values"},
	{"shared text", text("X\xe8\x03\x00\x00" + strings.Repeat("a", 1000) + "q\x00Vlatin1\nq\x010" + strings.Repeat("c_codecs\nencode\nh\x00h\x01\x86R", 50000) + "."), "memory for its values"},
	{"shared lists", text("](NNNNNNNNNNeq\x00" + strings.Repeat("](h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00eq\x00", 300) + "."), ""},
	{"a list in itself", text("]q\x00h\x00a."), ""},
	{"empty dicts", endless("(", "}"), "memory for its values"},
	{"dup", endless("N", "2"), "memory for its values"},
}

func text(s string) func() io.Reader { return func() io.Reader { return strings.NewReader(s) } }

// blind hides the length of its text.
func blind(s string) func() io.Reader {
	return func() io.Reader { return io.MultiReader(strings.NewReader(s)) }
}

// endless repeats part for ever.
func endless(head, part string) func() io.Reader {
	return func() io.Reader { return io.MultiReader(strings.NewReader(head), &loop{strings.Repeat(part, 1000), 0}) }
}

type loop struct {
	part string
	at   int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.part[l.at:])
	l.at = (l.at + n) % len(l.part)
	return n, nil
}

// TestBombs: with the default budget and files of at most a few MiB, nothing
// allocates more than the budget and what doubling slices waste.
func TestBombs(t *testing.T) {
	for _, c := range bombs {
		t.Run(c.name, func(t *testing.T) {
			var err error
			opt := Options{Budget: Budget{PerByte: 8, Input: 4 << 20}}
			used := allocated(func() { _, err = Decode(c.in(), opt) })
			var format *models.FormatError
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %v, want success", err)
			case c.want != "" && (!errors.As(err, &format) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want a FormatError: %s", err, c.want)
			}
			if used > 160<<20 {
				t.Errorf("%d MiB were allocated", used>>20)
			}
		})
	}
}

// TestSmallFile: whatever a file of 1 KiB does, it takes some tens of MiB at most.
func TestSmallFile(t *testing.T) {
	for _, part := range []string{"]", "}", ")", "N", "2", "N\x94", "N\x850", "K\x01", "J....", "U\x01a", "\x8f", "(l", "cm\nC\n", "Nr\xff\xff\xff\xff"} {
		in := "N" + strings.Repeat(part, 1023/len(part))
		used := allocated(func() { Decode(strings.NewReader(in), Options{}) })
		if used > 1<<20 {
			t.Errorf("1 KiB of %q took %d KiB", part, used>>10)
		}
	}
}

// TestBudgetText: the error says what the budget is and how it is derived.
func TestBudgetText(t *testing.T) {
	in := strings.Repeat("]", 4<<20)
	_, err := Decode(strings.NewReader(in), Options{Budget: Budget{Memory: 1 << 20, PerByte: 16}})
	want := "EMPTY_LIST: it needs more than 65 MiB of memory for its values (the limit is 1 MiB and 16 bytes for each of the 4194304 bytes of the file)"
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want … %s", err, want)
	}
}
