package sklearn

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models/pyobj"
)

// A pickled is what is known of a function or class whose code is in the file.
type pickled struct {
	kind string // "function" or "class"
	name string // "" if it is not known
	line int64  // where it begins in its file; 0 if that is not known
	near bool   // a method of the class begins at that line, not the class
}

// String names it for people: `function "custom" of line 26`.
func (p pickled) String() string {
	switch {
	case p.line > 0 && p.near:
		return fmt.Sprintf("%s %q with a method at line %d", p.kind, p.name, p.line)
	case p.line > 0:
		return fmt.Sprintf("%s %q of line %d", p.kind, p.name, p.line)
	}
	return fmt.Sprintf("%s %q", p.kind, p.name)
}

// pickledCode reads the call that was to make a function or class:
//
//	cloudpickle.cloudpickle._make_skeleton_class(type, name, bases, …)   state ({members}, …)
//	dill._dill._create_type(type, name, bases, {members})
//	anything else                                                        see codeName
func pickledCode(o *pyobj.Object) pickled {
	if g := o.Global(); g != nil && hasWord("_make_skeleton_class _make_skeleton_enum _create_type", g.Name) && len(o.Args) >= 2 {
		name, _ := o.Args[1].(string)
		p := pickled{kind: "class", name: clip(name)}
		p.line, p.near = classLine(o)
		return p
	}
	_, name, line := codeName(o.Args)
	return pickled{kind: "function", name: clip(name), line: line}
}

// classLine is where a class begins, which it tells since Python 3.13, or else
// the first of its methods.
func classLine(o *pyobj.Object) (line int64, near bool) {
	var members *pyobj.Dict
	if len(o.Args) > 3 {
		members, _ = o.Args[3].(*pyobj.Dict)
	}
	if state, ok := o.State.(pyobj.Tuple); ok && len(state) > 0 {
		members, _ = state[0].(*pyobj.Dict)
	}
	if v, _ := members.Get("__firstlineno__"); v != nil {
		if n, ok := v.(int64); ok {
			return n, false
		}
	}
	if members == nil {
		return 0, false
	}
	for _, v := range members.Values {
		if method, ok := v.(*pyobj.Object); ok {
			file, _, n := codeName(method.Args)
			if n > 0 && (line == 0 || n < line) && !strings.Contains(file, "site-packages") { // a wrapper's own line
				line = n
			}
		}
	}
	return line, line > 0
}

// codeName finds the file, the name and the first line of a function in the arguments that
// cloudpickle's _make_function or types.CodeType itself was to be called with. A
// code object begins with ints and the byte code; of its strings the first is the
// file, the second the name, and the next int is the line (Objects/codeobject.c,
// code_new).
func codeName(args pyobj.Tuple) (file, name string, line int64) {
	if len(args) == 0 {
		return "", "", 0
	}
	if code, ok := args[0].(*pyobj.Object); ok {
		args = code.Args
	}
	var words []string
	for _, a := range args {
		if s, ok := a.(string); ok {
			words = append(words, s)
		}
		if n, ok := a.(int64); ok && len(words) >= 2 {
			return words[0], words[1], n
		}
	}
	if len(words) < 2 {
		return "", "", 0
	}
	return words[0], words[1], 0
}
