package skops

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
)

// A member is one file of an archive.
type member struct{ name, data string }

func archiveOf(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.Create(m.name)
		if err == nil {
			_, err = io.WriteString(f, m.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// file is a .skops file with the given members of the root node.
func file(t testing.TB, root string, others ...member) []byte {
	t.Helper()
	return archiveOf(t, append(others, member{Schema, `{"protocol": 2, ` + root + `}`})...)
}

// listOf is a file whose root is a list of nodes.
func listOf(t testing.TB, node string, others ...member) []byte {
	t.Helper()
	return file(t, `"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": [`+node+`]`, others...)
}

// broken expects a *models.FormatError.
func broken(t *testing.T, data []byte, want string) {
	t.Helper()
	_, err := decode(data)
	var e *models.FormatError
	if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
		t.Errorf("got  %v\nwant a *models.FormatError: %s", err, want)
	}
}

func refused(t *testing.T, data []byte, want string) {
	t.Helper()
	_, err := decode(data)
	var e *models.UnsupportedError
	if !errors.As(err, &e) || !strings.Contains(err.Error(), want) || e.Hint == "" {
		t.Errorf("got  %v\nwant a *models.UnsupportedError: %s", err, want)
	}
}

func TestBrokenSchema(t *testing.T) {
	f := func(schema, want string) {
		t.Helper()
		broken(t, archiveOf(t, member{Schema, schema}), want)
	}
	f("", "it does not begin with {")
	f("[]", "it does not begin with {")
	f("{", "at byte 1: schema.json: want a name in quotes")
	f(`{"a"`, "at byte 4: schema.json: want :")
	f(`{"a": `, "it ends early")
	f(`{"a": 1`, "want , or }")
	f(`{"a": 1,}`, "at byte 8: schema.json: want a name in quotes")
	f(`{"a": [1 2]}`, "at byte 9: schema.json: want , or ]")
	f(`{"a": [1,]}`, "want a value")
	f(`{"a": "x`, "a string that does not end")
	f(`{"a": "\q"}`, "a string with a wrong escape")
	f(`{"a": 1} x`, "something follows the end")
	f("{\"a\": \"\xff\"}", "it is not UTF-8")
	f(`{}`, "it has no protocol")
	f(`{"protocol": "2"}`, "the protocol is no number")
	f(`{"protocol": -1}`, "the protocol is no number")
	f(`{"protocol": 1, "a": `+strings.Repeat("[", 2000)+strings.Repeat("]", 2000)+"}", "it is nested too deeply")
}

func TestBrokenNodes(t *testing.T) {
	f := func(node, want string) {
		t.Helper()
		broken(t, listOf(t, node), want)
	}
	f(`3`, "want a node, an object")
	f(`{"__loader__": 3}`, "__loader__ is no string")
	f(`{"__loader__": "JsonNode", "__id__": "x"}`, "__id__ is no integer")
	f(`{"__loader__": "JsonNode"}`, "a JsonNode without text")
	f(`{"__loader__": "JsonNode", "content": 3}`, "a JsonNode without text")
	f(`{"__loader__": "JsonNode", "content": "\"x"}`, "is no string")
	f(`{"__loader__": "JsonNode", "content": "\"\\ud800\""}`, "is no string that UTF-8 can hold")
	f(`{"__loader__": "JsonNode", "content": "spam"}`, `"spam" is no value`)
	f(`{"__loader__": "JsonNode", "content": "1-1"}`, "is no number")
	f(`{"__loader__": "JsonNode", "content": "`+strings.Repeat("9", 5000)+`"}`, "an int of 5000 digits")
	f(`{"__loader__": "JsonNode", "content": "[1"}`, "want , or ]")
	f(`{"__loader__": "ObjectNode"}`, "is not the name of a class or function")
	f(`{"__loader__": "ListNode"}`, "a ListNode without content")
	f(`{"__loader__": "ListNode", "content": {}}`, "want [")
	f(`{"__loader__": "DictNode", "content": {}}`, "a dict without content or key_types")
	f(`{"__loader__": "DictNode", "content": {"a": {"__loader__": "JsonNode", "content": "1"}}, "key_types": {"content": []}}`,
		"a dict with 0 key types for more keys")
	f(`{"__loader__": "DictNode", "content": {"a": {"__loader__": "JsonNode", "content": "1"}}, "key_types": {"content": [{"__class__": "int"}]}}`,
		`"a" is no value`)
	f(`{"__loader__": "DictNode", "content": {"a": {}}, "key_types": {"content": [{"__class__": "Path"}]}}`, `the key "a" of type "Path"`)
	f(`{"__loader__": "DefaultDictNode", "content": {}}`, "a DefaultDictNode without main")
	f(`{"__loader__": "CachedNode", "__id__": 7}`, "a CachedNode of an object that did not come before")
	f(`{"__loader__": "SliceNode", "__class__": "slice", "__module__": "builtins"}`, "a slice without content")
	f(`{"__loader__": "MethodNode", "content": {"func": "f"}}`, "a method without func or obj")
	f(`{"__loader__": "MethodNode", "content": {"func": "f", "obj": {"__loader__": "JsonNode", "content": "1"}}}`, "a method of the int 1")
	f(`{"__loader__": "TreeNode", "__class__": "Tree", "__module__": "m"}`, "a TreeNode without __reduce__")
	f(`{"__loader__": "TreeNode", "__class__": "Tree", "__module__": "m", "__reduce__": {"args": {"__loader__": "JsonNode", "content": "1"}}}`,
		"the arguments are the int 1, not a tuple")
	f(`{"__loader__": "ConstructorFromReduceNode", "__class__": "date", "__module__": "datetime"}`, "the arguments are None, not a tuple")
	f(`{"__loader__": "DTypeNode", "__class__": "dtype", "__module__": "numpy"}`, "a dtype that is None")
	f(`{"__loader__": "BytesNode", "file": "x.bin"}`, "member x.bin: there is no such member")
	f(`{"__loader__": "BytesNode"}`, "a BytesNode without file")
}

// A model that contains itself, by a CachedNode or by an identity that repeats.
func TestCycles(t *testing.T) {
	broken(t, listOf(t, `{"__loader__": "ListNode", "__class__": "list", "__module__": "builtins", "__id__": 7,
		"content": [{"__loader__": "CachedNode", "__class__": null, "__module__": null, "__id__": 7}]}`), "the model contains itself")
	broken(t, listOf(t, `{"__loader__": "ListNode", "__class__": "list", "__module__": "builtins", "__id__": 7,
		"content": [{"__loader__": "ListNode", "__class__": "list", "__module__": "builtins", "content": [], "__id__": 7}]}`), "the model contains itself")
}

func arrayNode(more string) string {
	return `{"__loader__": "NdArrayNode", "__class__": "ndarray", "__module__": "numpy", ` + more + `}`
}

// npy is the header of an array in a file of its own.
func npy(dtype, shape string) string {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s}", dtype, shape)
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), 0}) + header
}

func TestBrokenArrays(t *testing.T) {
	f := func(data, want string) {
		t.Helper()
		broken(t, listOf(t, arrayNode(`"type": "numpy", "file": "1.npy"`), member{"1.npy", data}), want)
	}
	f("", "member 1.npy: not a valid npy file: at byte 0: the file ends early")
	f(npy("<f8", "(1,)"), "the file ends early")
	f(npy("<f8", "(1,)")+"1234567", "the file ends early")
	f(npy("<f8", "(1,)")+"12345678x", "member 1.npy: more bytes follow than it should hold")
	f(npy("<f8", "(1<")+"12345678", "member 1.npy: not a valid npy file")
	f(npy("<f8", "(9999999999,)")+"12345678", "more than the budget")

	j := func(more, want string) {
		t.Helper()
		broken(t, listOf(t, arrayNode(`"type": "json", `+more)), want)
	}
	one := `{"__loader__": "JsonNode", "content": "1"}`
	shape := func(sizes ...int) string {
		var parts []string
		for _, n := range sizes {
			parts = append(parts, fmt.Sprintf(`{"__loader__": "JsonNode", "content": "%d"}`, n))
		}
		return `"shape": {"__loader__": "TupleNode", "__class__": "tuple", "__module__": "builtins", "content": [` + strings.Join(parts, ",") + `]}`
	}
	j(`"content": []`, "a shape that is None")
	j(`"content": [], `+shape(), "an array of objects without dimensions")
	j(`"content": [`+one+`], `+shape(2), "1 objects in 1 dimensions")
	j(`"content": [`+one+`], `+shape(1, 1), "with the int 1 in the place of a row")
	j(`"content": [], `+shape(-1), "a shape with the dimension the int -1")
	j(`"content": [], `+shape(1<<40, 1<<40), "too")
	broken(t, listOf(t, arrayNode(`"type": "spam"`)), `an array of the type "spam"`)
}

func TestBrokenSparse(t *testing.T) {
	f := func(data, want string) {
		t.Helper()
		broken(t, listOf(t, `{"__loader__": "SparseMatrixNode", "__class__": "csr_matrix", "__module__": "scipy.sparse._csr", "type": "scipy", "file": "1.npz"}`,
			member{"1.npz", data}), want)
	}
	text := func(s string) string { return npy(fmt.Sprintf("|S%d", len(s)), "()") + s }
	f("", "member 1.npz: not a valid zip file")
	f(string(archiveOf(t)), "member format.npy: there is no such member")
	f(string(archiveOf(t, member{"format.npy", text("dia")})), `a csr_matrix in the format "dia"`)
	f(string(archiveOf(t, member{"format.npy", text("csr")}, member{"data.npy", "x"})), "member data.npy: not a valid npy file")
}

// What a valid file may hold and is not known here.
func TestRefused(t *testing.T) {
	refused(t, archiveOf(t, member{Schema, `{"protocol": 3}`}), "protocol 3 of skops is not supported")
	refused(t, listOf(t, `{"__loader__": "FutureNode"}`), `the node type "FutureNode" of skops is not supported (byte 101)`)

	locked := archiveOf(t, member{Schema, "{}"})
	locked[bytes.Index(locked, []byte("PK\x01\x02"))+8] |= 1
	refused(t, locked, `the encrypted member "schema.json" of a zip file is not supported`)

	lzma := archiveOf(t, member{Schema, "{}"})
	lzma[bytes.Index(lzma, []byte("PK\x01\x02"))+10] = 14
	refused(t, lzma, `compression method 14 of the member "schema.json" of a zip file is not supported`)
}

func TestBrokenArchive(t *testing.T) {
	good := read(t, "plain-0.16.skops")
	broken(t, nil, "its directory is missing or damaged")
	broken(t, good[:len(good)/2], "its directory is missing or damaged; was the file cut off?")
	broken(t, archiveOf(t, member{"x", ""}), "member schema.json: there is no such member")
	broken(t, archiveOf(t, member{Schema, "{}"}, member{Schema, "{}"}), "member schema.json: the name occurs twice")

	flipped := bytes.Clone(good)
	flipped[bytes.Index(flipped, []byte("PK\x01\x02"))+16] ^= 1 // the checksum of the first member
	broken(t, flipped, "its checksum is wrong")
}

// A member that unpacks to much more than the file may cost, and one that only
// claims to.
func TestBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 64<<20)
	within(t, func() {
		broken(t, archiveOf(t, member{Schema, "{" + strings.Repeat(" ", 64<<20)}), "it needs more than")
	})
	within(t, func() {
		broken(t, listOf(t, `{"__loader__": "BytesNode", "file": "1.bin"}`, member{"1.bin", zeros}), "member 1.bin: it needs more than")
	})
	within(t, func() {
		broken(t, listOf(t, arrayNode(`"type": "numpy", "file": "1.npy"`), member{"1.npy", npy("<f8", "(8388608,)") + zeros}), "more than the budget")
	})
	// The same small member, again and again.
	small := npy("<f8", "(131072,)") + zeros[:1<<20]
	nodes := strings.Repeat(arrayNode(`"type": "numpy", "file": "1.npy"`)+",", 100)
	within(t, func() {
		broken(t, listOf(t, nodes[:len(nodes)-1], member{"1.npy", small}), "more than")
	})

	var claim bytes.Buffer
	w := zip.NewWriter(&claim)
	f, err := w.CreateRaw(&zip.FileHeader{Name: Schema, Method: zip.Store, CRC32: crc32.ChecksumIEEE([]byte("{}")),
		CompressedSize64: 2, UncompressedSize64: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	within(t, func() { broken(t, claim.Bytes(), "schema.json") })
}

// within runs f, which may keep and drop no more than some times its budget.
func within(t *testing.T, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 512 {
		t.Errorf("it allocated %d MiB", got)
	}
}

// Errors of the source are not the file's fault.
func TestReadError(t *testing.T) {
	data := read(t, "plain-0.16.skops")
	fail := errors.New("the disk is gone")
	_, err := Decode(failing{bytes.NewReader(data), fail}, int64(len(data)), Options{})
	var format *models.FormatError
	if !errors.Is(err, fail) || errors.As(err, &format) {
		t.Errorf("got %v", err)
	}
}

type failing struct {
	io.ReaderAt
	err error
}

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

// Every beginning of a file is broken, and every damaged byte is harmless or found.
func TestDamage(t *testing.T) {
	good := read(t, "arrays-0.9.skops")
	for n := 0; n < len(good); n += 7 {
		broken(t, good[:n], "not a valid zip file")
	}
	for i := 0; i < len(good); i += 5 {
		bad := bytes.Clone(good)
		bad[i] ^= 0x41
		_, err := decode(bad)
		wellTyped(t, err)
	}
}
