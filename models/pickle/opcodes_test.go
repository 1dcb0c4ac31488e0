package pickle

import (
	"errors"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj/pyobjtest"

	"encoding/json"
)

// opcodeCases has at least one tiny pickle for every opcode that yields a value.
// in is the pickle, want what Python's loads makes of it as pyobjtest renders it.
var opcodeCases = []struct{ op, in, want string }{
	{"INT", "I42\n.", `{"i":"42"}`},
	{"INT", "I-7\n.", `{"i":"-7"}`},
	{"INT", "I00\n.", `false`},
	{"INT", "I01\n.", `true`},
	{"INT", "I9223372036854775808\n.", `{"i":"9223372036854775808"}`},
	{"INT", "I0x1f\n.", `{"i":"31"}`},
	{"BININT", "J\xff\xff\xff\xff.", `{"i":"-1"}`},
	{"BININT", "J\x00\x00\x00\x80.", `{"i":"-2147483648"}`},
	{"BININT1", "K\xff.", `{"i":"255"}`},
	{"BININT2", "M\x01\xff.", `{"i":"65281"}`},
	{"LONG", "L123L\n.", `{"i":"123"}`},
	{"LONG", "L-18446744073709551616L\n.", `{"i":"-18446744073709551616"}`},
	{"LONG", "L5\n.", `{"i":"5"}`},
	{"LONG1", "\x8a\x00.", `{"i":"0"}`},
	{"LONG1", "\x8a\x01\xff.", `{"i":"-1"}`},
	{"LONG1", "\x8a\x02\xff\x00.", `{"i":"255"}`},
	{"LONG1", "\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.", `{"i":"-9223372036854775808"}`},
	{"LONG1", "\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00.", `{"i":"9223372036854775808"}`},
	{"LONG4", "\x8b\x01\x00\x00\x00\x80.", `{"i":"-128"}`},
	{"LONG4", "\x8b\x00\x00\x00\x00.", `{"i":"0"}`},
	{"STRING", "S'abc'\n.", `{"s":"abc"}`},
	{"STRING", "S\"it's\"\n.", `{"s":"it's"}`},
	{"STRING", `S'a\n\t\\\'\x41\101\q'` + "\n.", `{"s":"a\n\t\\'AA\\q"}`},
	{"STRING", `S'\xff\x00'` + "\n.", `{"b":"ff00"}`},
	{"BINSTRING", "T\x03\x00\x00\x00abc.", `{"s":"abc"}`},
	{"SHORT_BINSTRING", "U\x02\xe9\xff.", `{"b":"e9ff"}`},
	{"SHORT_BINSTRING", "U\x00.", `{"s":""}`},
	{"BINBYTES", "B\x02\x00\x00\x00ab.", `{"b":"6162"}`},
	{"SHORT_BINBYTES", "C\x01\x00.", `{"b":"00"}`},
	{"BINBYTES8", "\x8e\x01\x00\x00\x00\x00\x00\x00\x00z.", `{"b":"7a"}`},
	{"BYTEARRAY8", "\x96\x01\x00\x00\x00\x00\x00\x00\x00z.", `{"b":"7a"}`},
	{"UNICODE", "Vabc\n.", `{"s":"abc"}`},
	{"UNICODE", `V\u20ac\U0001d11e\\u0041\x` + "\xe9\n.", `{"s":"€𝄞\\\\u0041\\xé"}`},
	{"UNICODE", "V\n.", `{"s":""}`},
	{"SHORT_BINUNICODE", "\x8c\x03\xe2\x82\xac.", `{"s":"€"}`},
	{"BINUNICODE", "X\x01\x00\x00\x00a.", `{"s":"a"}`},
	{"BINUNICODE8", "\x8d\x01\x00\x00\x00\x00\x00\x00\x00a.", `{"s":"a"}`},
	{"NONE", "N.", `null`},
	{"NEWTRUE", "\x88.", `true`},
	{"NEWFALSE", "\x89.", `false`},
	{"FLOAT", "F1.5\n.", `{"f":"0x1.8000000000000p+0"}`},
	{"FLOAT", "F-inf\n.", `{"f":"-inf"}`},
	{"FLOAT", "F1e999\n.", `{"f":"inf"}`},
	{"FLOAT", "Fnan\n.", `{"f":"nan"}`},
	{"BINFLOAT", "G\xbf\xf0\x00\x00\x00\x00\x00\x00.", `{"f":"-0x1.0000000000000p+0"}`},
	{"EMPTY_LIST", "].", `{"list":[]}`},
	{"APPEND", "]K\x01a.", `{"list":[{"i":"1"}]}`},
	{"APPENDS", "](K\x01K\x02e.", `{"list":[{"i":"1"},{"i":"2"}]}`},
	{"APPENDS", "](e.", `{"list":[]}`},
	{"LIST", "(K\x01Nl.", `{"list":[{"i":"1"},null]}`},
	{"EMPTY_TUPLE", ").", `{"tuple":[]}`},
	{"TUPLE", "(NNNNt.", `{"tuple":[null,null,null,null]}`},
	{"TUPLE1", "N\x85.", `{"tuple":[null]}`},
	{"TUPLE2", "NK\x01\x86.", `{"tuple":[null,{"i":"1"}]}`},
	{"TUPLE3", "NK\x01K\x02\x87.", `{"tuple":[null,{"i":"1"},{"i":"2"}]}`},
	{"EMPTY_DICT", "}.", `{"dict":[]}`},
	{"DICT", "(K\x01Nd.", `{"dict":[[{"i":"1"},null]]}`},
	{"SETITEM", "}K\x01Ns.", `{"dict":[[{"i":"1"},null]]}`},
	{"SETITEMS", "}(K\x01NK\x01\x88u.", `{"dict":[[{"i":"1"},true]]}`},
	{"EMPTY_SET", "\x8f.", `{"set":[]}`},
	{"ADDITEMS", "\x8f(K\x01K\x02\x90.", `{"set":[{"i":"1"},{"i":"2"}]}`},
	{"FROZENSET", "(K\x01\x91.", `{"set":[{"i":"1"}]}`},
	{"POP", "K\x01K\x020.", `{"i":"1"}`},
	{"POP", "K\x01(0.", `{"i":"1"}`},
	{"DUP", "K\x012\x86.", `{"tuple":[{"i":"1"},{"i":"1"}]}`},
	{"MARK", "((tt.", `{"tuple":[{"tuple":[]}]}`},
	{"POP_MARK", "K\x01(K\x02K\x031.", `{"i":"1"}`},
	{"GET", "]p3\n0g3\n.", `{"list":[]}`},
	{"PUT", "Np0\n.", `null`},
	{"PUT", "Np9223372036854775806\n0g9223372036854775806\n.", `null`},
	{"BINGET", "]q\x010h\x01.", `{"list":[]}`},
	{"LONG_BINGET", "]r\xff\xff\xff\x7f0j\xff\xff\xff\x7f.", `{"list":[]}`},
	{"BINPUT", "Nq\xff.", `null`},
	{"LONG_BINPUT", "Nr\xff\xff\xff\xff.", `null`},
	{"MEMOIZE", "K\x07\x94K\x08\x9400h\x00h\x01\x86.", `{"tuple":[{"i":"7"},{"i":"8"}]}`},
	{"MEMOIZE", "K\x07q\x05K\x08\x9400h\x05h\x01\x86.", `{"tuple":[{"i":"7"},{"i":"8"}]}`},
	{"GLOBAL", "cos\nsystem\n.", `{"global":"os.system"}`},
	{"STACK_GLOBAL", "\x8c\x02os\x8c\x06system\x93.", `{"global":"os.system"}`},
	{"REDUCE", "cm\nf\nK\x01\x85R.", `{"object":"m.f"}`},
	{"REDUCE", "c_codecs\nencode\n(V\xe9\nVlatin1\ntR.", `{"b":"e9"}`},
	{"REDUCE", "c__builtin__\nset\n(](K\x01etR.", `{"set":[{"i":"1"}]}`},
	{"REDUCE", "c__builtin__\nbytes\n)R.", `{"b":""}`},
	{"REDUCE", "ccopy_reg\n_reconstructor\n(cm\nC\nc__builtin__\nobject\nNtRK\x01b.", `{"object":"m.C","state":{"i":"1"}}`},
	{"REDUCE", "ccopy_reg\n_reconstructor\n(cm\nC\nc__builtin__\nlist\n](NetR.", `{"list":[null],"object":"m.C"}`},
	{"REDUCE", "ccopyreg\n__newobj__\ncm\nC\n\x85R.", `{"object":"m.C"}`},
	{"BUILD", "cm\nC\n)\x81}b.", `{"object":"m.C","state":{"dict":[]}}`},
	{"INST", "(K\x01im\nC\n.", `{"object":"m.C"}`},
	{"OBJ", "(cm\nC\nK\x01o.", `{"object":"m.C"}`},
	{"NEWOBJ", "cm\nC\n)\x81.", `{"object":"m.C"}`},
	{"NEWOBJ", "cm\nC\n)\x81(K\x01e.", `{"list":[{"i":"1"}],"object":"m.C"}`},
	{"NEWOBJ", "cm\nC\n)\x81K\x01Ns.", `{"dict":[[{"i":"1"},null]],"object":"m.C"}`},
	{"NEWOBJ", "cm\nC\n)\x81(K\x01\x90.", `{"list":[{"i":"1"}],"object":"m.C"}`},
	{"NEWOBJ_EX", "cm\nC\n)}\x92.", `{"object":"m.C"}`},
	{"PROTO", "\x80\x05N.", `null`},
	{"STOP", "N.", `null`},
	{"FRAME", "\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", `null`},
}

// refused are the opcodes that need what no file holds.
var refused = []struct{ op, in, want string }{
	{"NEXT_BUFFER", "\x80\x05\x97.", "an out-of-band buffer (NEXT_BUFFER) that is not in the file is not supported (byte 2)"},
	{"READONLY_BUFFER", "N\x98.", "an out-of-band buffer (READONLY_BUFFER) that is not in the file is not supported (byte 1)"},
	{"EXT1", "\x82\x05.", "extension code 5 (EXT1) of a copyreg registry that is not in the file is not supported (byte 0)"},
	{"EXT2", "\x83\x05\x01.", "extension code 261 (EXT2)"},
	{"EXT4", "\x84\x05\x00\x00\x01.", "extension code 16777221 (EXT4)"},
	{"PERSID", "Pstorage\n.", "a persistent id (PERSID), which PyTorch checkpoints use for tensors outside of the pickle, is not supported (byte 0)"},
	{"BINPERSID", "NNQ.", "a persistent id (BINPERSID), which PyTorch checkpoints use for tensors outside of the pickle, is not supported (byte 2)"},
	{"PERSID", "PK\x03\x04\x14\x00\n", "a zip archive is not supported (byte 0)"},
	{"PROTO", "\x80\x06N.", "pickle protocol 6 is not supported (byte 0)"},
}

func TestOpcodes(t *testing.T) {
	for _, c := range opcodeCases {
		f, err := Decode(strings.NewReader(c.in), Options{})
		if err != nil {
			t.Errorf("%s %q: %v", c.op, c.in, err)
			continue
		}
		var want any
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatalf("%s: %v", c.want, err)
		}
		wantText, _ := json.Marshal(want)
		gotText, _ := json.Marshal(pyobjtest.Render(f.Root))
		if string(gotText) != string(wantText) {
			t.Errorf("%s %q: got %s, want %s", c.op, c.in, gotText, wantText)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range refused {
		_, err := Decode(strings.NewReader(c.in), Options{})
		var unsupported *models.UnsupportedError
		if !errors.As(err, &unsupported) || !strings.HasPrefix(err.Error(), c.want) || unsupported.Hint == "" {
			t.Errorf("%s %q: got %v, want %s, with a hint", c.op, c.in, err, c.want)
		}
	}
}

// TestAllOpcodes keeps the table and the tests above complete.
func TestAllOpcodes(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range append(opcodeCases, refused...) {
		seen[c.op] = true
	}
	n := 0
	for code := range opcodes {
		op := &opcodes[code]
		if op.run == nil {
			if Begins(byte(code)) {
				t.Errorf("a pickle cannot begin with 0x%02x", code)
			}
			continue
		}
		n++
		if !seen[op.name] {
			t.Errorf("%s has no case", op.name)
		}
	}
	if n != 68 {
		t.Errorf("%d opcodes, want 68", n)
	}
}

// TestOpcodeTable compares the table with CPython's: testdata/opcodes.json is
// made by opcodes.py from pickletools.
func TestOpcodeTable(t *testing.T) {
	var want []struct {
		Code  int
		Name  string
		Proto int
	}
	readJSON(t, "testdata/opcodes.json", &want)
	if len(want) != 68 {
		t.Fatalf("pickletools has %d opcodes", len(want))
	}
	for _, w := range want {
		if got := opcodes[w.Code]; got.name != w.Name || got.proto != w.Proto {
			t.Errorf("0x%02x: got %s of protocol %d, want %s of %d", w.Code, got.name, got.proto, w.Name, w.Proto)
		}
	}
}
