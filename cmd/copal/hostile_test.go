package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// hostile KIND FILE writes a model file that no honest program wrote. The bytes
// are put together here, opcode by opcode (names as in CPython's pickletools.py),
// so that no dangerous file lies in the repository.
func hostile(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: hostile KIND FILE")
	}
	makeFile, ok := map[string]func(path string) []byte{
		"os-system":   callsSystem,
		"deep":        func(string) []byte { return deep(2_000_000) },
		"huge-length": func(string) []byte { return declares(0x8e, 1<<40) }, // BINBYTES8
		"huge-frame":  func(string) []byte { return declares(0x95, 1<<62) }, // FRAME
		"huge-memo":   func(string) []byte { return hugeMemo() },
		"zip-bomb":    func(string) []byte { return zipBomb() },
		"memo-bomb":   func(string) []byte { return billionLaughs(60) },
		"unsupported": func(string) []byte { return pickled(object("sklearn.preprocessing._encoders", "FutureEncoder", "")) },
		"nested": func(string) []byte {
			return pickled(pipelineWith(object("sklearn.preprocessing._encoders", "FutureEncoder", "")))
		},
		"own-class":     func(string) []byte { return pickled(object("__main__", "MyModel", "")) },
		"no-model":      func(string) []byte { return []byte("date,price\n2024-01-01,17\n") },
		"empty":         func(string) []byte { return nil },
		"pickled-dict":  func(string) []byte { return pickled("}" + str("a") + "K\x01s") },
		"random-binary": func(string) []byte { return bytes.Repeat([]byte{0x7f, 'E', 'L', 'F', 0, 1, 2, 0xff}, 512) },
	}[args[0]]
	if !ok {
		ts.Fatalf("no hostile file is called %q", args[0])
	}
	path := ts.MkAbs(args[1])
	ts.Check(os.WriteFile(path, makeFile(path), 0o644))
}

// pickled wraps the opcodes of one value into a protocol 4 pickle.
func pickled(value string) []byte { return []byte("\x80\x04" + value + ".") }

// str is SHORT_BINUNICODE.
func str(s string) string { return "\x8c" + string(rune(len(s))) + s }

// callsSystem pickles the call os.system("touch FILE.pwned").
func callsSystem(path string) []byte {
	command := "touch " + path + ".pwned"
	if len(command) > 127 {
		command = "touch pwned"
	}
	return pickled(str("posix") + str("system") + "\x93" + str(command) + "\x85R")
}

// deep is a list in a list in a list.
func deep(n int) []byte {
	return pickled(strings.Repeat("]", n) + strings.Repeat("a", n-1))
}

// declares is an opcode with an eight-byte length, and no data.
func declares(op byte, n uint64) []byte {
	return binary.LittleEndian.AppendUint64([]byte{0x80, 4, op}, n)
}

// hugeMemo stores None under memo index 2³¹−1 (LONG_BINPUT).
func hugeMemo() []byte { return pickled("Nr\xff\xff\xff\x7f") }

// billionLaughs is a list of two of the list before, n times over: 2ⁿ leaves if
// anyone walks them one by one.
func billionLaughs(n int) []byte {
	var b strings.Builder
	b.WriteString("]\x94")
	for i := range n {
		get := "h" + string([]byte{byte(i)})
		b.WriteString("](" + get + get + "e\x94")
	}
	return pickled(b.String())
}

// zipBomb is a gzip file of two megabytes that unpacks to two gigabytes of a
// bytes object.
func zipBomb() []byte {
	var head, zeros bytes.Buffer
	pack(&head, declares(0x8e, 2<<30))
	pack(&zeros, make([]byte, 16<<20))
	return append(head.Bytes(), bytes.Repeat(zeros.Bytes(), 128)...)
}

func pack(w *bytes.Buffer, p []byte) {
	z := gzip.NewWriter(w)
	if _, err := z.Write(p); err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
}

// object is an instance of a class with attributes: opcodes of key, value, ….
func object(module, class, attributes string) string {
	version := str("_sklearn_version") + str("1.5.2")
	return "c" + module + "\n" + class + "\n)\x81}(" + attributes + version + "ub"
}

// pipelineWith is Pipeline([("prep", step)]).
func pipelineWith(step string) string {
	steps := "](" + str("prep") + step + "\x86e"
	return object("sklearn.pipeline", "Pipeline", str("steps")+steps+str("memory")+"N"+str("verbose")+"\x89")
}
