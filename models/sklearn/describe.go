package sklearn

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// Describe fills in what the values of a file tell of a model that Compile has
// refused: the library, its version, and an outline in which the classes that
// are not supported say so. Root is nil if there are no values.
func Describe(info *models.Info, root pyobj.Value) {
	s := &sketch{left: maxSketch, seen: make(map[*pyobj.Object]bool)}
	switch v := root.(type) {
	case *pyobj.Object:
		_, name := classOf(v)
		if name == "" || pyobj.IsArray(root) {
			return
		}
		r := pyobj.NewRef(name, root)
		s.library(info, r)
		info.Outline = s.node(r)
	case *pyobj.Dict:
		s.container(info, root, "dict")
	case *pyobj.List:
		s.container(info, root, "list")
	case pyobj.Tuple:
		s.container(info, root, "tuple")
	}
}

// The limits of an outline: of nodes in all, of the parts that one attribute is
// shown with, of lists within lists, and of values looked at.
const (
	maxSketch = 200
	maxParts  = 8
	maxWithin = 4
	maxLooks  = 1 << 17
)

// A sketch is an outline of estimators that nobody understands: it follows the
// attributes that hold estimators, whatever they mean.
type sketch struct {
	left      int
	looks     int
	versioned bool                   // the estimators of scikit-learn tell their version
	seen      map[*pyobj.Object]bool // the current node and those above it
}

// container outlines the estimators in a value that is no estimator itself.
func (s *sketch) container(info *models.Info, root pyobj.Value, kind string) {
	var found []pyobj.Ref
	s.find(root, "", &found, 0)
	if len(found) == 0 {
		return
	}
	s.library(info, found[0])
	info.Outline = models.Node{Class: kind, Children: s.nodes(found, "")}
}

// library tells who wrote an estimator.
func (s *sketch) library(info *models.Info, r pyobj.Ref) {
	module, _, _ := r.Class()
	if v := versionOf(r); v.text != "" || within(module, "sklearn") {
		info.Library, info.Version = libraryOf(module).Name, v.text
	}
	s.versioned = info.Version != ""
}

func (s *sketch) node(r pyobj.Ref) models.Node {
	s.left--
	o := r.Value().(*pyobj.Object)
	module, name := classOf(o)
	n := models.Node{Path: r.Path(), Class: name, Summary: s.summary(r, module, name)}
	s.seen[o] = true
	for _, attr := range fittedAttrs(r) {
		if v, ok := r.Attr(attr); ok {
			var found []pyobj.Ref
			s.find(v.Value(), v.Path(), &found, 0)
			n.Children = append(n.Children, s.nodes(found, v.Path())...)
		}
	}
	delete(s.seen, o)
	return n
}

// nodes outlines the estimators that the value at path holds.
func (s *sketch) nodes(found []pyobj.Ref, path string) []models.Node {
	var out []models.Node
	for i, part := range found {
		if i == maxParts || s.left <= 0 {
			return append(out, models.Node{Path: path + "[…]", Class: fmt.Sprintf("%d more", len(found)-i)})
		}
		out = append(out, s.node(part))
	}
	return out
}

// summary is the width of an estimator, and the verdict on its class.
func (s *sketch) summary(r pyobj.Ref, module, name string) string {
	var parts []string
	if v, ok := r.Attr("n_features_in_"); ok {
		if n, err := v.Int(); err == nil {
			parts = append(parts, fmt.Sprintf("%d features", n))
		}
	}
	if _, ok := find(classes, module, name); !ok {
		parts = append(parts, "not supported")
	}
	return strings.Join(parts, " · ")
}

// fittedAttrs are the attributes of r, without those of which a fitted form is
// there as well: estimator beside estimator_.
func fittedAttrs(r pyobj.Ref) []string {
	names := r.Attrs()
	all := make(map[string]bool, len(names))
	for _, name := range names {
		all[name] = true
	}
	var out []string
	for _, name := range names {
		if !all[name+"_"] {
			out = append(out, name)
		}
	}
	return out
}

// find collects the estimators at v, which may be a list, a tuple, a dict or an
// array of them.
func (s *sketch) find(v pyobj.Value, path string, found *[]pyobj.Ref, depth int) {
	if s.looks++; depth > maxWithin || s.looks > maxLooks {
		return
	}
	switch v := v.(type) {
	case *pyobj.Object:
		if pyobj.IsArray(v) {
			if a, err := pyobj.Array(v); err == nil {
				s.findArray(a, path, found, depth)
			}
		} else if s.isEstimator(v) {
			*found = append(*found, pyobj.NewRef(path, v))
		}
	case *ndarray.Array:
		s.findArray(v, path, found, depth)
	case *pyobj.List:
		s.findItems(v.Items, path, found, depth)
	case pyobj.Tuple:
		s.findItems(v, path, found, depth)
	case *pyobj.Dict:
		for i, key := range v.Keys {
			if !isScalar(v.Values[i]) {
				s.find(v.Values[i], fmt.Sprintf("%s[%s]", path, clip(quoted(key))), found, depth+1)
			}
		}
	}
}

func (s *sketch) findArray(a *ndarray.Array, path string, found *[]pyobj.Ref, depth int) {
	for i, item := range a.Objects {
		if !isScalar(item) {
			s.find(item, fmt.Sprintf("%s[%d]", path, i), found, depth+1)
		}
	}
}

// findItems calls the parts of a tuple that begins with a name, such as the step
// of a pipeline, by that name, as search.items does.
func (s *sketch) findItems(items []pyobj.Value, path string, found *[]pyobj.Ref, depth int) {
	for i, item := range items {
		if isScalar(item) {
			continue
		}
		part := fmt.Sprintf("%s[%d]", path, i)
		pair, ok := item.(pyobj.Tuple)
		if !ok || len(pair) < 2 {
			s.find(item, part, found, depth+1)
			continue
		}
		if name, ok := pair[0].(string); ok {
			part = fmt.Sprintf("%s['%s']", path, clip(name))
		}
		for _, v := range pair {
			s.find(v, part, found, depth+2)
		}
	}
}

// classOf is the class of o; that of a function or of an instance whose code is
// in the file has a name and no module that is known.
func classOf(o *pyobj.Object) (module, name string) {
	made := o
	if class, ok := o.Class.(*pyobj.Object); ok {
		made = class
	}
	g := made.Global()
	if g == nil {
		return "", ""
	}
	module, name = g.Normal()
	if within(module, "cloudpickle") || within(module, "dill") {
		if code := pickledCode(made); code.name != "" {
			name = code.name
		}
	}
	return module, name
}

// isEstimator reports whether o is an estimator that is not above itself: an
// instance that tells the version of scikit-learn, or of a class of another
// library or of no library at all.
func (s *sketch) isEstimator(o *pyobj.Object) bool {
	module, name := classOf(o)
	if name == "" || s.seen[o] {
		return false
	}
	if _, ok := pyobj.NewRef("", o).Attr("_sklearn_version"); ok {
		return true
	}
	if within(module, "sklearn") {
		_, supported := find(classes, module, name)
		return supported && !s.versioned
	}
	return !known(module, name) || within(module, "xgboost") || within(module, "lightgbm") || within(module, "catboost")
}
