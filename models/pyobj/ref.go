package pyobj

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/ndarray"
)

// A Ref is a place inside a model: a value and the path that led to it. Readers
// of estimators walk from Ref to Ref, so that every error names its place:
//
//	root := pyobj.NewRef("Pipeline", file.Root)
//	steps, err := root.Need("steps")                 // Pipeline.steps
//	first, err := steps.Index(0)                     // Pipeline.steps[0]
//	scale, err := first.Index(1)
//	scale = scale.Named("Pipeline.steps['scale']")
//	mean, err := scale.Floats("mean_")               // Pipeline.steps['scale'].mean_
//
// Values may be cyclic or share parts so often that a walk over all paths would
// never end. All Refs from one NewRef therefore share a limit on steps, and each
// knows how deep it is: a walk that follows a cycle ends in an error. A Ref is
// for one goroutine.
type Ref struct {
	path  string
	value Value
	depth int
	walk  *walk
}

// A walk is what the Refs from one NewRef share.
type walk struct {
	steps  int
	unfold int64               // elements of nested sequences that may still be converted
	again  int64               // elements of arrays that were converted before
	seen   map[any]bool        // arrays that were converted, by identity
	items  map[*Object][]Value // of arrays of objects
}

// The limits of a walk. They are far beyond what a model needs.
const (
	maxRefDepth = 500
	maxRefSteps = 5_000_000
	maxAgain    = 4 << 20 // array elements
	maxUnfold   = 4 << 20 // elements
)

// NewRef begins a walk at v. path is what error texts call it: usually the name
// of its class.
func NewRef(path string, v Value) Ref {
	return Ref{path: path, value: v, walk: &walk{unfold: maxUnfold, seen: make(map[any]bool), items: make(map[*Object][]Value)}}
}

// Path is where r is: "Pipeline.steps[0][1].coef_".
func (r Ref) Path() string { return r.path }

// Value is the value at r.
func (r Ref) Value() Value { return r.value }

// Named is r under another path.
func (r Ref) Named(path string) Ref {
	r.path = path
	return r
}

// With is r with another value in its place, such as a part of an array.
func (r Ref) With(v Value) Ref {
	r.value = v
	return r
}

// IsNone reports whether r is None.
func (r Ref) IsNone() bool { return r.value == nil }

// step goes to a part of r.
func (r Ref) step(path string, v Value) (Ref, error) {
	r.walk.steps++
	if r.depth >= maxRefDepth {
		return Ref{}, r.Format("parts of the model are nested more than %d deep; does it contain itself?", maxRefDepth)
	}
	if r.walk.steps > maxRefSteps {
		return Ref{}, r.Format("reading the model takes more than %d steps; does it contain itself?", maxRefSteps)
	}
	return Ref{path: path, value: v, depth: r.depth + 1, walk: r.walk}, nil
}

// Attr returns the attribute of an instance: from its state, which is the dict
// __dict__, or a tuple of __dict__ and the dict of slots. It is false if there
// is no such attribute, or r is no instance. A walk beyond its limits finds no
// attributes; Need tells the reason.
func (r Ref) Attr(name string) (Ref, bool) {
	v, ok := r.attr(name)
	if !ok {
		return Ref{}, false
	}
	next, err := r.step(r.path+"."+name, v)
	return next, err == nil
}

func (r Ref) attr(name string) (Value, bool) {
	o, ok := r.value.(*Object)
	if !ok {
		return nil, false
	}
	switch state := o.State.(type) {
	case *Dict:
		return state.Get(name)
	case Tuple:
		for _, part := range state {
			if dict, ok := part.(*Dict); ok && len(state) == 2 {
				if v, ok := dict.Get(name); ok {
					return v, true
				}
			}
		}
	}
	return nil, false
}

// Need returns the attribute of an instance, or a *models.FormatError if there
// is none.
func (r Ref) Need(name string) (Ref, error) {
	v, ok := r.attr(name)
	if !ok {
		return Ref{}, r.Format("it is %s and has no attribute %s; is the model fitted?", Describe(r.value), name)
	}
	return r.step(r.path+"."+name, v)
}

// Attrs are the names of the attributes of an instance, in file order.
func (r Ref) Attrs() []string {
	o, ok := r.value.(*Object)
	if !ok {
		return nil
	}
	parts, ok := o.State.(Tuple)
	if !ok || len(parts) != 2 {
		parts = Tuple{o.State}
	}
	var names []string
	for _, part := range parts {
		if dict, ok := part.(*Dict); ok {
			for _, key := range dict.Keys {
				if name, ok := key.(string); ok {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// Class returns the class of an instance, or the class or function that r itself
// is, under its present name: see [Global.Normal].
func (r Ref) Class() (module, name string, ok bool) {
	v := r.value
	if o, is := v.(*Object); is {
		v = o.Class
	}
	g, ok := v.(*Global)
	if !ok {
		return "", "", false
	}
	module, name = g.Normal()
	return module, name, true
}

// items returns the items of a sequence: a list, a tuple, a set, an instance of
// a subclass of list, or an array of objects of one dimension.
func (r Ref) items() ([]Value, bool) {
	switch v := r.value.(type) {
	case *List:
		return v.Items, true
	case Tuple:
		return v, true
	case *Set:
		return v.Items, true
	case *Object:
		if len(v.Items) > 0 {
			return v.Items, true
		}
	}
	switch v := r.value.(type) {
	case *ndarray.Array:
		if v.DType.Kind == 'O' && v.Dims() == 1 {
			return asValues(v.Objects), true
		}
	case *Object:
		return r.objects(v)
	}
	return nil, false
}

// objects are the items of an array of objects, which are converted once.
func (r Ref) objects(o *Object) ([]Value, bool) {
	if items, ok := r.walk.items[o]; ok {
		return items, items != nil
	}
	var items []Value
	if dims(o) == 1 {
		if a, err := Array(o); err == nil && a.DType.Kind == 'O' {
			items = asValues(a.Objects)
		}
	}
	r.walk.items[o] = items
	return items, items != nil
}

func asValues(objects []any) []Value {
	out := make([]Value, len(objects))
	for i, o := range objects {
		out[i] = o
	}
	return out
}

// Len is the number of items of a sequence or entries of a dict; -1 if r is
// neither.
func (r Ref) Len() int {
	if items, ok := r.items(); ok {
		return len(items)
	}
	if dict := r.dict(); dict != nil {
		return dict.Len()
	}
	return -1
}

// Index returns item i of a sequence.
func (r Ref) Index(i int) (Ref, error) {
	items, ok := r.items()
	if !ok {
		return Ref{}, r.wrong("a sequence")
	}
	if i < 0 || i >= len(items) {
		return Ref{}, r.Format("it has %d items, and none at [%d]", len(items), i)
	}
	return r.step(fmt.Sprintf("%s[%d]", r.path, i), items[i])
}

// Items returns all items of a sequence.
func (r Ref) Items() ([]Ref, error) {
	items, ok := r.items()
	if !ok {
		return nil, r.wrong("a sequence")
	}
	out := make([]Ref, len(items))
	for i, v := range items {
		var err error
		if out[i], err = r.step(fmt.Sprintf("%s[%d]", r.path, i), v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// dict returns the entries of a dict or of an instance of a subclass of dict.
func (r Ref) dict() *Dict {
	switch v := r.value.(type) {
	case *Dict:
		return v
	case *Object:
		return v.Dict
	}
	return nil
}

// Key returns the entry of a dict under a string.
func (r Ref) Key(key string) (Ref, bool) {
	v, ok := r.dict().Get(key)
	if !ok {
		return Ref{}, false
	}
	next, err := r.step(fmt.Sprintf("%s['%s']", r.path, clip(key)), v)
	return next, err == nil
}

// Arg returns argument i of the call that was to make an instance.
func (r Ref) Arg(i int) (Ref, error) {
	o, ok := r.value.(*Object)
	if !ok {
		return Ref{}, r.wrong("an instance")
	}
	if i < 0 || i >= len(o.Args) {
		return Ref{}, r.Format("it was made with %d arguments; there is no argument %d", len(o.Args), i)
	}
	return r.step(fmt.Sprintf("%s.__reduce__[%d]", r.path, i), o.Args[i])
}

// Offset is where in the file the value was made; -1 if that is not known.
func (r Ref) Offset() int64 {
	switch v := r.value.(type) {
	case *Object:
		return v.Offset
	case *Global:
		return v.Offset
	}
	return -1
}

// Format makes a *models.FormatError for r: the file contradicts itself there.
func (r Ref) Format(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &models.FormatError{Format: "pickle", Offset: r.Offset(), Text: r.path + ": " + err.Error()}
}

// Unsupported makes a *models.UnsupportedError for r.
func (r Ref) Unsupported(feature, hint string) error {
	return &models.UnsupportedError{Path: r.path, Feature: feature, Offset: r.Offset(), Hint: hint}
}

// wrong reports that r is not what it should be.
func (r Ref) wrong(want string) error {
	return r.Format("want %s, got %s", want, Describe(r.value))
}
