// Package pyobj holds inert Python values: what pickle, joblib and skops files
// describe, as data. Nothing here is ever called. A class instance is an
// [Object] that remembers how it was to be made; what that means is decided by
// whoever reads it (numpy forms in numpy.go, estimators in package sklearn).
package pyobj

import "math/big"

// A Value is one of
//
//	nil                None
//	bool, int64, float64, string
//	*big.Int           an int beyond 64 bits
//	Bytes              bytes and bytearray
//	*List, Tuple, *Dict, *Set
//	*Global            a class or function, by name
//	*Object            an instance, with the recipe that was to make it
//	*ndarray.Array     an array whose data joblib stored beside the pickle
//
// Values may be shared and may form cycles (through List, Dict, Set and
// Object), as in Python.
type Value any

// Bytes is a Python bytes or bytearray.
type Bytes []byte

// A Tuple is a Python tuple.
type Tuple []Value

// A List is a Python list.
type List struct{ Items []Value }

// A Set is a Python set or frozenset, in file order.
type Set struct {
	Items  []Value
	Frozen bool
}

// A Dict is a Python dict in insertion order. Keys that were set twice appear
// once, with the last value.
type Dict struct {
	Keys   []Value
	Values []Value
	index  map[any]int // scalar keys only, once there are more than fewKeys
}

// A Global is a class or function that the file names but does not hold.
type Global struct {
	Module, Name string
	Offset       int64 // of the opcode that named it
}

func (g *Global) String() string { return g.Module + "." + g.Name }

// A Make says which opcode was to construct an Object.
type Make uint8

// The ways to construct an object.
const (
	Reduce Make = iota // Callable(*Args)
	New                // Class.__new__(Class, *Args[, **Kwargs])
)

// An Object is an instance that Python would have constructed.
type Object struct {
	Class  Value // almost always *Global; a file may put anything here
	Make   Make
	Args   Tuple
	Kwargs *Dict   // NEWOBJ_EX only
	State  Value   // the argument of BUILD; nil if there was none
	Items  []Value // APPEND(S), ADDITEMS to an object (list subclasses, deque)
	Dict   *Dict   // SETITEM(S) to an object (dict subclasses)
	Offset int64   // of the opcode that constructs it
}

// Global returns the class of o if it is a global, else nil.
func (o *Object) Global() *Global {
	g, _ := o.Class.(*Global)
	return g
}

// fewKeys is the number of keys up to which a dict has no index.
const fewKeys = 8

// Set stores value under key, replacing an equal scalar key.
func (d *Dict) Set(key, value Value) {
	k, ok := hashable(key)
	if ok {
		if i := d.find(k); i >= 0 {
			d.Values[i] = value
			return
		}
		if d.index != nil {
			d.index[k] = len(d.Keys)
		}
	}
	d.Keys = append(d.Keys, key)
	d.Values = append(d.Values, value)
	if d.index == nil && len(d.Keys) > fewKeys {
		d.buildIndex()
	}
}

func (d *Dict) buildIndex() {
	d.index = make(map[any]int, 2*len(d.Keys))
	for i, key := range d.Keys {
		if k, ok := hashable(key); ok {
			d.index[k] = i
		}
	}
}

// find returns the place of a key as hashable returned it, or -1.
func (d *Dict) find(k any) int {
	if d.index != nil {
		if i, ok := d.index[k]; ok {
			return i
		}
		return -1
	}
	for i, key := range d.Keys {
		if other, ok := hashable(key); ok && other == k {
			return i
		}
	}
	return -1
}

// Get returns the value of a scalar key.
func (d *Dict) Get(key Value) (Value, bool) {
	if d == nil {
		return nil, false
	}
	k, ok := hashable(key)
	if !ok {
		return nil, false
	}
	i := d.find(k)
	if i < 0 {
		return nil, false
	}
	return d.Values[i], true
}

// Len is the number of entries.
func (d *Dict) Len() int {
	if d == nil {
		return 0
	}
	return len(d.Keys)
}

type none struct{}

// hashable maps scalars to comparable Go values as Python equality does for the
// cases that files hold; True and 1 and 1.0 are one key there and here.
func hashable(key Value) (any, bool) {
	switch v := key.(type) {
	case string, int64:
		return key, true
	case nil:
		return none{}, true
	case bool:
		if v {
			return int64(1), true
		}
		return int64(0), true
	case float64:
		if i := int64(v); float64(i) == v {
			return i, true
		}
		return v, true
	case Bytes:
		return bytesKey(v), true
	case *big.Int:
		return bigKey(v.String()), true
	}
	return nil, false
}

// Keys of these types are equal only among themselves.
type (
	bytesKey string
	bigKey   string
)
