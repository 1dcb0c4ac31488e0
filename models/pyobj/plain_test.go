package pyobj

import (
	"fmt"
	"math"
	"math/big"
	"testing"
)

func TestDict(t *testing.T) {
	d := &Dict{}
	keys := []Value{"a", Bytes("a"), int64(1), nil, 2.5, new(big.Int).Lsh(big.NewInt(1), 64), "b", "c", "d", "e", "f"}
	for i, k := range keys {
		d.Set(k, int64(i))
	}
	d.Set(true, "one")   // == 1
	d.Set(1.0, "one")    // == 1
	d.Set(Tuple{}, "t1") // not hashable here: kept, never found
	d.Set(Tuple{}, "t2")
	if d.Len() != len(keys)+2 {
		t.Errorf("%d entries", d.Len())
	}
	for i, k := range keys {
		want := any(int64(i))
		if k == any(int64(1)) {
			want = "one"
		}
		if v, ok := d.Get(k); !ok || v != want {
			t.Errorf("%v: got %v, want %v", k, v, want)
		}
	}
	d.Set(math.NaN(), 1) // equal to nothing
	if _, ok := d.Get(math.NaN()); ok {
		t.Error("NaN was found")
	}
	if _, ok := (*Dict)(nil).Get("a"); ok {
		t.Error("found in no dict")
	}
}

func TestNormal(t *testing.T) {
	f := func(module, name, want string) {
		t.Helper()
		m, n := (&Global{Module: module, Name: name}).Normal()
		if m+"."+n != want {
			t.Errorf("got %s.%s, want %s", m, n, want)
		}
	}
	f("numpy._core.multiarray", "scalar", "numpy.core.multiarray.scalar")
	f("numpy._core", "x", "numpy.core.x")
	f("numpy._corex", "x", "numpy._corex.x")
	f("__builtin__", "set", "builtins.set")
	f("__builtin__", "unicode", "builtins.str")
	f("copy_reg", "_reconstructor", "copyreg._reconstructor")
	f("sklearn.svm", "SVC", "sklearn.svm.SVC")
	if !Is(global("numpy._core.multiarray.scalar"), fnScalar) || Is(global("a.b.c"), "a.b") || Is("a.b", "a.b") {
		t.Error("Is is wrong")
	}
}

func TestPlain(t *testing.T) {
	f := func(o *Object, want string) {
		t.Helper()
		v := Plain(o)
		got := fmt.Sprintf("%T %s", v, Describe(v))
		if v == Value(o) {
			got = "same"
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", Describe(o), got, want)
		}
	}
	f(call("_codecs.encode", "é", "latin1"), "pyobj.Bytes 1 bytes")
	f(call("_codecs.encode", "€", "latin1"), "same")
	f(call("_codecs.encode", "e", "utf-8"), "same")
	f(call("_codecs.decode", "e", "latin1"), "same")
	f(call("builtins.bytearray", Bytes("ab")), "pyobj.Bytes 2 bytes")
	f(call("__builtin__.bytearray", "é", "latin-1"), "pyobj.Bytes 1 bytes")
	f(call("builtins.bytes"), "pyobj.Bytes 0 bytes")
	f(call("builtins.bytearray", int64(1<<40)), "same")
	f(call("builtins.set", list("a")), "*pyobj.Set a set of 1")
	f(call("builtins.frozenset"), "*pyobj.Set a set of 0")
	f(call("builtins.set", Tuple{}), "same")
	f(call("builtins.eval", "1"), "same")
	f(call("os.system", "ls"), "same")
	f(call("copyreg._reconstructor", global("m.C"), global("builtins.object"), nil), "*pyobj.Object an object of m.C")
	f(call("copyreg._reconstructor", global("m.C")), "same")
	f(call("copyreg.__newobj__", global("m.C"), "x"), "*pyobj.Object an object of m.C")
	f(call("copyreg.__newobj__"), "same")
	f(call("copyreg.__newobj_ex__", global("m.C"), Tuple{}, dict()), "*pyobj.Object an object of m.C")
	f(call("copyreg.__newobj_ex__", global("m.C"), nil, nil), "same")
	f(&Object{Class: "not a global"}, "same")
}
