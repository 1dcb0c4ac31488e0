package sklearn

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// A place is where in a model a global is used.
type place struct {
	path string // "Pipeline.steps['prep'].func"; "" for the root itself
	code pickled
}

// locate finds the first use of a global, by depth.
func locate(root pyobj.Value, g models.Global) place {
	s := &search{wanted: g, seen: make(map[pyobj.Value]bool)}
	path := ""
	if o, ok := root.(*pyobj.Object); ok && o.Global() != nil {
		path = o.Global().Name
	}
	if s.value(root, path, 0); s.found == nil {
		return place{}
	}
	if s.found.path == path {
		s.found.path = "" // it is the root itself
	}
	return *s.found
}

// A search walks values once each.
type search struct {
	wanted models.Global
	seen   map[pyobj.Value]bool
	steps  int
	found  *place
}

// The search is for an error text: it gives up where that would take long.
const (
	maxSearchDepth = 100
	maxSearchSteps = 1 << 17
)

func (s *search) value(v pyobj.Value, path string, depth int) {
	s.steps++
	if s.found != nil || depth > maxSearchDepth || s.steps > maxSearchSteps || s.again(v) {
		return
	}
	switch v := v.(type) {
	case *pyobj.Global:
		if v.String() == s.wanted.Name {
			s.found = &place{path: path}
		}
	case *pyobj.Object:
		s.object(v, path, depth+1)
	case *pyobj.List:
		s.items(v.Items, path, depth+1)
	case pyobj.Tuple:
		s.items(v, path, depth+1)
	case *pyobj.Set:
		s.items(v.Items, path, depth+1)
	case *pyobj.Dict:
		s.dict(v, path, "%s['%s']", depth+1)
	}
}

// again reports whether v was seen. Tuples are not comparable, and what they
// hold is.
func (s *search) again(v pyobj.Value) bool {
	switch v.(type) {
	case *pyobj.Object, *pyobj.List, *pyobj.Set, *pyobj.Dict:
		if s.seen[v] {
			return true
		}
		s.seen[v] = true
	}
	return false
}

// makes reports whether o was to be made by the global that is wanted.
func (s *search) makes(o *pyobj.Object) bool {
	g := o.Global()
	return g != nil && g.String() == s.wanted.Name
}

func (s *search) object(o *pyobj.Object, path string, depth int) {
	if s.makes(o) {
		s.found = &place{path: path, code: pickledCode(o)}
		return
	}
	if class, ok := o.Class.(*pyobj.Object); ok && s.makes(class) { // an instance of what the file holds
		s.found = &place{path: path, code: pickledCode(class)}
		if s.found.code.name == "" {
			s.found.code = pickledCode(o)
		}
		return
	}
	s.value(o.Class, path, depth)
	s.items(o.Args, path, depth)
	if d, ok := o.State.(*pyobj.Dict); ok {
		s.dict(d, path, "%s.%s", depth)
	} else {
		s.value(o.State, path, depth)
	}
	s.items(o.Items, path, depth)
	if o.Dict != nil {
		s.dict(o.Dict, path, "%s['%s']", depth)
	}
}

// items names the steps of a pipeline, pairs of a name and a value, as
// scikit-learn's users do.
func (s *search) items(items []pyobj.Value, path string, depth int) {
	for i, item := range items {
		if isScalar(item) {
			continue
		}
		part := fmt.Sprintf("%s[%d]", path, i)
		if pair, ok := item.(pyobj.Tuple); ok && len(pair) >= 2 {
			if name, ok := pair[0].(string); ok {
				part = fmt.Sprintf("%s['%s']", path, clip(name))
				for _, v := range pair[1:] {
					s.value(v, part, depth)
				}
				continue
			}
		}
		s.value(item, part, depth)
	}
}

func (s *search) dict(d *pyobj.Dict, path, format string, depth int) {
	for i, key := range d.Keys {
		if !isScalar(key) {
			s.value(key, path, depth)
		}
		if isScalar(d.Values[i]) {
			continue
		}
		part := path + "[…]"
		if name, ok := key.(string); ok {
			part = fmt.Sprintf(format, path, clip(name))
		}
		s.value(d.Values[i], part, depth)
	}
}

// isScalar spares the search values that hold nothing.
func isScalar(v pyobj.Value) bool {
	switch v.(type) {
	case nil, bool, int64, float64, string, pyobj.Bytes:
		return true
	}
	return false
}

// clip bounds a name that becomes part of a path: paths of nested parts repeat it.
func clip(name string) string {
	const most = 60
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}
