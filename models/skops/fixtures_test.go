package skops

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
	"github.com/copal-ml/copal/models/pyobj/pyobjtest"
)

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(data []byte) (*File, error) {
	return Decode(bytes.NewReader(data), int64(len(data)), Options{})
}

var versions = []string{"0.9", "0.16"}

// Files of testdata/make.py, against what Python says is in them.
func TestFixtures(t *testing.T) {
	for _, version := range versions {
		for _, name := range []string{"plain", "arrays"} {
			t.Run(name+"-"+version, func(t *testing.T) {
				f, err := decode(read(t, name+"-"+version+".skops"))
				if err != nil {
					t.Fatal(err)
				}
				pyobjtest.Equal(t, f.Root, filepath.Join("testdata", name+".json"))
			})
		}
	}
}

func TestFacts(t *testing.T) {
	f := func(file, version, compression string, protocol int) {
		t.Helper()
		got, err := decode(read(t, file))
		if err != nil {
			t.Fatal(err)
		}
		if got.Version != version || got.Compression != compression || got.Protocol != protocol {
			t.Errorf("%s: got version %s, compression %q, protocol %d", file, got.Version, got.Compression, got.Protocol)
		}
	}
	f("plain-0.9.skops", "0.9.0", "deflate", 1)
	f("plain-0.16.skops", "0.16.0", "deflate", 2)
}

// One of each kind of node, in the forms that pickles have.
func TestKinds(t *testing.T) {
	for _, version := range versions {
		file, err := decode(read(t, "kinds-"+version+".skops"))
		if err != nil {
			t.Fatal(err)
		}
		f := func(name, want string) {
			t.Helper()
			v, ok := file.Root.(*pyobj.Dict).Get(name)
			if got := brief(v); !ok || got != want {
				t.Errorf("%s, %s: got  %s\nwant %s", version, name, got, want)
			}
		}
		f("ordered", "new collections.OrderedDict() {'b': 1, 'a': 2}")
		f("bunch", "new sklearn.utils._bunch.Bunch() {'x': 1}")
		f("pair", "new collections.Pair(1, 'two')")
		f("slice", "builtins.slice(1, None, 2)")
		f("special", "scipy.special._special_ufuncs.expit")
		f("numpy function", "numpy.mean")
		f("builtin", "builtins.len")
		f("type", "builtins.float")
		f("dtype", "numpy.dtype('<f4')")
		f("dtype object", "numpy.dtype('|O')")
		f("partial", "functools.partial(numpy.clip) state (numpy.clip, (), {'a_min': 0}, None)")
		f("getter", "operator.itemgetter(1, 2)")
		f("generator", "new numpy.random._generator.Generator()")
		f("not masked", "array <f8 [2]")
		f("no mask", "array <f8 [2]")
		f("matrix", "array <i8 [1 2]")
		f("csc", "new scipy.sparse._csc.csc_matrix() state {'_shape': array <i8 [2], 'data': array <f8 [5],"+
			" 'indices': array <i4 [5], 'indptr': array <i4 [4]}")
		f("coo", "new scipy.sparse._coo.coo_matrix() state {'_shape': array <i8 [2], 'data': array <f8 [5],"+
			" 'row': array <i4 [5], 'col': array <i4 [5]}")
		f("dia", "new scipy.sparse._dia.dia_matrix() state {'_shape': array <i8 [2], 'data': array <f8 [1 3], 'offsets': array <i4 [1]}")
		f("tree", "sklearn.tree._tree.Tree(1, array <i8 [1], 1) state {'max_depth': 1, 'node_count': 3,"+
			" 'nodes': array |V64 [3], 'values': array <f8 [3 1 2]}")
	}
}

// What the versions write in different ways.
func TestKindsOfVersions(t *testing.T) {
	f := func(version, name, want string) {
		t.Helper()
		file, err := decode(read(t, "kinds-"+version+".skops"))
		if err != nil {
			t.Fatal(err)
		}
		v, ok := file.Root.(*pyobj.Dict).Get(name)
		if got := brief(v); !ok || got != want {
			t.Errorf("%s, %s: got  %s\nwant %s", version, name, got, want)
		}
	}
	f("0.9", "default", "new collections.defaultdict() {'a': [1]}")
	f("0.16", "default", "collections.defaultdict(builtins.list) {'a': [1]}")
	f("0.9", "ufunc", "numpy.core._multiarray_umath.log1p")
	f("0.16", "ufunc", "numpy.log1p")
	f("0.9", "masked", "new numpy.ma.core.MaskedArray() state (array <f8 [2], array |b1 [2])")
	f("0.16", "masked", "new numpy.ma.MaskedArray() state (array <f8 [2], array |b1 [2])")
	f("0.9", "frozen", "new builtins.frozenset()")
	f("0.16", "frozen", "{'a'}")
	f("0.16", "range", "builtins.range(1, 10, 3)")
	f("0.16", "date", "datetime.date(4 bytes)")
	f("0.9", "decimal", "new decimal.Decimal()")
	f("0.16", "decimal", "decimal.Decimal('1.50')")
	f("0.9", "array", "new scipy.sparse._csr.csr_array() state {'_shape': (2, 3), 'maxprint': 50, 'indptr': array <i4 [3],"+
		" 'indices': array <i4 [5], 'data': array <f8 [5]}")
	f("0.16", "array", "new scipy.sparse._csr.csr_array() state {'_shape': array <i8 [2], 'data': array <f8 [5],"+
		" 'indices': array <i4 [5], 'indptr': array <i4 [3]}")
}

// A bound method is named after its class, whatever the node calls it.
func TestMethod(t *testing.T) {
	for _, version := range versions {
		file, err := decode(read(t, "kinds-"+version+".skops"))
		if err != nil {
			t.Fatal(err)
		}
		v, _ := file.Root.(*pyobj.Dict).Get("method")
		o, ok := v.(*pyobj.Object)
		if !ok || o.Global().String() != "sklearn.tree._classes.DecisionTreeClassifier.predict" || len(o.Args) != 1 {
			t.Errorf("%s: got %s", version, brief(v))
		}
	}
}

// A node with an identity that was seen is the same value.
func TestShared(t *testing.T) {
	for _, version := range versions {
		file, err := decode(read(t, "plain-"+version+".skops"))
		if err != nil {
			t.Fatal(err)
		}
		v, _ := file.Root.(*pyobj.Dict).Get("shared")
		items := v.(*pyobj.List).Items
		if len(items) != 2 || items[0] != items[1] {
			t.Errorf("%s: the shared list is %v and %v", version, items[0], items[1])
		}
	}
}

// Every class and function is listed once, in the order of the file.
func TestGlobals(t *testing.T) {
	file, err := decode(read(t, "kinds-0.16.skops"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, g := range file.Globals {
		if seen[g.Name] || g.Offset < 0 {
			t.Errorf("%s at %d is listed twice or nowhere", g.Name, g.Offset)
		}
		seen[g.Name] = true
	}
	for _, name := range []string{"builtins.len", "operator.itemgetter", "numpy.int64", "sklearn.tree._tree.Tree"} {
		if !seen[name] {
			t.Errorf("%s is not listed", name)
		}
	}
}

// brief is a value in one line, its arrays without their contents.
func brief(v pyobj.Value) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case string:
		return "'" + v + "'"
	case *pyobj.Global:
		return v.String()
	case pyobj.Bytes:
		return fmt.Sprintf("%d bytes", len(v))
	case *ndarray.Array:
		return fmt.Sprintf("array %s %v", v.DType, v.Shape)
	case pyobj.Tuple:
		return "(" + briefs(v) + ")"
	case *pyobj.List:
		return "[" + briefs(v.Items) + "]"
	case *pyobj.Set:
		return "{" + briefs(v.Items) + "}"
	case *pyobj.Dict:
		var parts []string
		for i, key := range v.Keys {
			parts = append(parts, brief(key)+": "+brief(v.Values[i]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case *pyobj.Object:
		return briefObject(v)
	}
	return fmt.Sprint(v)
}

func briefs(items []pyobj.Value) string {
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = brief(item)
	}
	return strings.Join(parts, ", ")
}

func briefObject(o *pyobj.Object) string {
	s := o.Global().String() + "(" + briefs(o.Args) + ")"
	if o.Make == pyobj.New {
		s = "new " + s
	}
	if o.Dict != nil {
		return s + " " + brief(o.Dict)
	}
	if o.State != nil {
		return s + " state " + brief(o.State)
	}
	return s
}
