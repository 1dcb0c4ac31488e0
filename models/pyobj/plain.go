package pyobj

import (
	"fmt"
	"math/big"
	"unicode/utf8"

	"github.com/copal-ml/copal/models/ndarray"
)

// Normal returns the module and name of a global as current Python has them:
// the modules that Python 3 renamed (Lib/_compat_pickle.py) and the private
// home that NumPy 2 gave to numpy.core.
func (g *Global) Normal() (module, name string) {
	module, name = g.Module, g.Name
	switch module {
	case "__builtin__", "exceptions":
		module = "builtins"
		if name == "unicode" {
			name = "str"
		}
		if name == "xrange" {
			name = "range"
		}
	case "copy_reg":
		module = "copyreg"
	}
	const before, after = "numpy._core", "numpy.core"
	if len(module) >= len(before) && module[:len(before)] == before && (len(module) == len(before) || module[len(before)] == '.') {
		module = after + module[len(before):]
	}
	if module == "numpy.core._multiarray_umath" && (name == "_reconstruct" || name == "scalar") {
		module = "numpy.core.multiarray" // dill before 0.3.5 names the C module that has them
	}
	return module, name
}

// Is reports whether v is the global of that normal name, "builtins.set".
func Is(v Value, name string) bool {
	g, ok := v.(*Global)
	if !ok {
		return false
	}
	module, last := g.Normal()
	return len(name) == len(module)+1+len(last) && name[:len(module)] == module && name[len(module)] == '.' && name[len(module)+1:] == last
}

// Plain returns the plain value that o stands for, if it is one of the calls
// that picklers write for plain values; otherwise it returns o. Those calls are
//
//	copyreg._reconstructor(cls, base, value)     an instance, protocols 0 and 1
//	copyreg.__newobj__(cls, *args)               an instance, protocols 2 and 3
//	_codecs.encode(text, "latin1")               bytes, protocols 0 to 2
//	builtins.bytes(), bytearray(…)               bytes
//	builtins.set([…]), frozenset([…])            sets, protocols 0 to 3
//	dill._dill._create_array(f, args, state, …)  f(*args) and its state
//	dill._dill._get_attr(_import_module(m), n)   the global m.n, before dill 0.3.5
//	dill._dill._load_type(name)                  the global slice, range or functools.partial
func Plain(o *Object) Value {
	if o.Make != Reduce || o.Kwargs != nil {
		return o
	}
	g := o.Global()
	if g == nil {
		return o
	}
	switch module, name := g.Normal(); module {
	case "copyreg":
		return reconstructed(o, name)
	case "_codecs":
		if b, ok := encoded(o.Args); ok && name == "encode" {
			return b
		}
	case "builtins":
		if v, ok := builtin(name, o.Args); ok {
			return v
		}
	case "dill._dill":
		return undilled(o, name)
	}
	return o
}

// undilled turns the helpers of dill (dill/_dill.py) into what pickle writes. An
// array made by another function than NumPy's own stays as it is.
func undilled(o *Object, name string) Value {
	args := o.Args
	switch {
	case name == "_create_array" && len(args) >= 3 && Is(args[0], fnReconstruct):
		if of, ok := args[1].(Tuple); ok {
			return &Object{Class: args[0], Args: of, State: args[2], Offset: o.Offset}
		}
	case name == "_load_type" && len(args) == 1:
		switch args[0] {
		case "SliceType":
			return &Global{Module: "builtins", Name: "slice", Offset: o.Offset}
		case "RangeType", "XRangeType":
			return &Global{Module: "builtins", Name: "range", Offset: o.Offset}
		case "PartialType":
			return &Global{Module: "functools", Name: "partial", Offset: o.Offset}
		}
	case name == "_get_attr" && len(args) == 2:
		module, ok := args[0].(*Object)
		attr, ok2 := args[1].(string)
		if ok && ok2 && Is(module.Class, "dill._dill._import_module") && len(module.Args) > 0 {
			if of, ok := module.Args[0].(string); ok && of != "" && attr != "" {
				return &Global{Module: of, Name: attr, Offset: o.Offset}
			}
		}
	}
	return o
}

// PlainCost is an upper bound of the memory that Plain(o) takes beside o.
func PlainCost(o *Object) int64 {
	if len(o.Args) == 0 || o.Global() == nil {
		return 0
	}
	switch v := o.Args[0].(type) {
	case string:
		return int64(len(v))
	case *List:
		return 16 * int64(len(v.Items))
	}
	return 0
}

// reconstructed turns the helpers of copyreg into the object they make.
func reconstructed(o *Object, name string) Value {
	args := o.Args
	switch {
	case name == "_reconstructor" && len(args) == 3:
		made := &Object{Class: args[0], Make: New, Offset: o.Offset}
		switch base := args[2].(type) {
		case nil:
		case *List:
			made.Items = base.Items
		case *Dict:
			made.Dict = base
		default:
			made.Args = Tuple{base}
		}
		return made
	case name == "__newobj__" && len(args) >= 1:
		return &Object{Class: args[0], Make: New, Args: args[1:], Offset: o.Offset}
	case name == "__newobj_ex__" && len(args) == 3:
		positional, ok1 := args[1].(Tuple)
		named, ok2 := args[2].(*Dict)
		if ok1 && ok2 {
			return &Object{Class: args[0], Make: New, Args: positional, Kwargs: named, Offset: o.Offset}
		}
	}
	return o
}

// encoded evaluates the arguments of _codecs.encode for Latin-1.
func encoded(args Tuple) (Bytes, bool) {
	if len(args) != 2 {
		return nil, false
	}
	text, ok := args[0].(string)
	if !ok || args[1] != "latin1" && args[1] != "latin-1" {
		return nil, false
	}
	out := make(Bytes, 0, len(text))
	for _, c := range text {
		if c > 0xff {
			return nil, false
		}
		out = append(out, byte(c))
	}
	return out, true
}

func builtin(name string, args Tuple) (Value, bool) {
	switch name {
	case "bytes", "bytearray":
		return bytesOf(args)
	case "set", "frozenset":
		frozen := name == "frozenset"
		if len(args) == 0 {
			return &Set{Frozen: frozen}, true
		}
		if list, ok := args[0].(*List); ok && len(args) == 1 {
			return &Set{Items: append([]Value(nil), list.Items...), Frozen: frozen}, true
		}
	}
	return nil, false
}

func bytesOf(args Tuple) (Value, bool) {
	switch len(args) {
	case 0:
		return Bytes{}, true
	case 1:
		b, ok := args[0].(Bytes)
		return b, ok
	case 2:
		b, ok := encoded(args)
		return b, ok
	}
	return nil, false
}

// Describe names the kind of a value for an error text: "a list of 3",
// "the global os.system", "a numpy.ndarray".
func Describe(v Value) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return fmt.Sprintf("the bool %t", v)
	case int64:
		return fmt.Sprintf("the int %d", v)
	case float64:
		return fmt.Sprintf("the float %g", v)
	case *big.Int:
		return fmt.Sprintf("an int of %d bits", v.BitLen())
	case string:
		return fmt.Sprintf("the string %q", clip(v))
	case Bytes:
		return fmt.Sprintf("%d bytes", len(v))
	case Tuple:
		return fmt.Sprintf("a tuple of %d", len(v))
	case *List:
		return fmt.Sprintf("a list of %d", len(v.Items))
	case *Dict:
		return fmt.Sprintf("a dict of %d", v.Len())
	case *Set:
		return fmt.Sprintf("a set of %d", len(v.Items))
	case *Global:
		return "the global " + clip(v.String())
	case *Object:
		if g := v.Global(); g != nil {
			return "an object of " + clip(g.String())
		}
		return "an object without a named class"
	case *ndarray.Array:
		return fmt.Sprintf("an array of dtype %s and shape %v", v.DType, v.Shape)
	}
	return fmt.Sprintf("a %T", v)
}

// clip shortens text that a file chose.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
