package sklearn

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// Compile makes a model of the value that a pickle holds. Globals are all that
// the pickle names. It fills in what the values tell of themselves: the
// library, its version, and the outline.
//
// The errors are *models.UnsupportedError for an estimator or a global that
// cannot be run, and *models.FormatError for one that contradicts itself.
func Compile(root pyobj.Value, globals []models.Global) (*models.Model, error) {
	if err := checkGlobals(root, globals); err != nil {
		return nil, err
	}
	r := pyobj.NewRef("", root)
	if what := otherRoot(root); what != "" {
		return nil, &models.UnsupportedError{Feature: "a file that holds " + what + " instead of an estimator",
			Offset: r.Offset(), Hint: "Save the fitted estimator itself. " + hint(every)}
	}
	module, name, _ := r.Class()
	r = r.Named(name)
	c := &compiler{classes: every, version: versionOf(r)}
	info := models.Info{Library: libraryOf(module).Name, Version: c.version.text}
	if c.version.text == "" {
		c.version = versionWithin(root)
	}
	n, err := c.estimator(r)
	if err != nil {
		return nil, c.withVersion(err)
	}
	if n.features == 0 && n.inputs == nil {
		return nil, c.withVersion(r.Unsupported(n.class+", which does not record how many features it takes,",
			"Fit it with scikit-learn 0.24 or later, which record it."))
	}
	info.Outline = n.outline
	if n.library != "" && within(module, n.library) {
		info.Version = n.version
	}
	return &models.Model{Predictor: newPredictor(n), Info: info}, nil
}

// otherRoot says what the root is if it is no instance of a class; "" if it is.
func otherRoot(root pyobj.Value) string {
	if pyobj.IsArray(root) {
		return "a NumPy array"
	}
	switch v := root.(type) {
	case *pyobj.Object:
		if v.Global() != nil {
			return ""
		}
	case *pyobj.Global:
		return "the class or function " + v.String() + " itself"
	case *pyobj.Dict:
		return "a dict of" + entries(v)
	}
	return pyobj.Describe(root)
}

// entries lists the first keys of a dict with the classes that they hold.
func entries(d *pyobj.Dict) string {
	const most = 4
	var parts []string
	for i, key := range d.Keys {
		if i == most {
			parts = append(parts, "…")
			break
		}
		what := pyobj.Describe(d.Values[i])
		if o, ok := d.Values[i].(*pyobj.Object); ok && o.Global() != nil {
			what = o.Global().Name
		}
		parts = append(parts, fmt.Sprintf("%v (%s)", quoted(key), what))
	}
	if len(parts) == 0 {
		return " nothing"
	}
	return " " + strings.Join(parts, ", ")
}

func quoted(key pyobj.Value) string {
	if s, ok := key.(string); ok && len(s) < 100 {
		return "'" + s + "'"
	}
	return pyobj.Describe(key)
}

// hint says what can be run instead.
func hint(table []class) string {
	return fmt.Sprintf("Copal runs %d estimators of scikit-learn and the libraries around it, which its README lists.", len(table))
}

// A compiler turns values into nodes.
type compiler struct {
	classes []class
	version version // of the root
	depth   int     // of the estimator in its pipelines
	count   int     // of estimators compiled so far
	columns int     // of all ColumnTransformers so far
}

// The limits of a model. Parts of a pickle may be shared, so that a short file
// can describe very many estimators.
const (
	maxNesting    = 100
	maxEstimators = 10_000
)

// estimator compiles the estimator at r.
func (c *compiler) estimator(r pyobj.Ref) (*node, error) {
	module, name, ok := r.Class()
	if _, is := r.Value().(*pyobj.Object); !ok || !is {
		return nil, r.Unsupported(pyobj.Describe(r.Value())+" in the place of an estimator", hint(c.classes))
	}
	class, ok := find(c.classes, module, name)
	if reason, instead := cannotAnswer(module, name); !ok && reason != "" {
		return nil, r.Unsupported(reason, instead)
	}
	if !ok {
		return nil, r.Unsupported(module+"."+name, hint(c.classes))
	}
	if c.depth++; c.depth > maxNesting {
		return nil, r.Format("estimators are nested more than %d deep", maxNesting)
	}
	if c.count++; c.count > maxEstimators {
		return nil, r.Format("more than %d estimators", maxEstimators)
	}
	n, err := class.compile(c, r)
	c.depth--
	if err != nil && !isFitted(r) {
		return nil, r.Unsupported("an estimator that is not fitted", "Call fit before saving the model.")
	}
	if err != nil {
		return nil, err
	}
	n.class, n.outline.Path, n.outline.Class = pick(n.class, name), r.Path(), name
	return n, nil
}

// signsOfFit are attributes of what need not have one that ends in an underscore.
var signsOfFit = []string{"steps", "transformer_list", "dictionary", "mapping", "_results", "_Booster", "handle", "_handle"}

// isFitted is the test of sklearn.utils.validation.check_is_fitted: an attribute
// whose name ends in an underscore. Encoders of category_encoders before 2.3 had
// no such names, and a mapping; statsmodels saves results. An estimator of estimators, whose parts were
// fitted or not, has an error of its own, and so have the boosters.
func isFitted(r pyobj.Ref) bool {
	for _, name := range r.Attrs() {
		if slices.Contains(signsOfFit, name) || strings.HasSuffix(name, "_") && !strings.HasPrefix(name, "__") {
			return true
		}
	}
	return false
}

// pick is the first that is not empty.
func pick(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// withVersion adds the version of the writer to what is unsupported.
func (c *compiler) withVersion(err error) error {
	var e *models.UnsupportedError
	if errors.As(err, &e) && e.Version == "" {
		e.Version = c.version.text
	}
	return err
}
