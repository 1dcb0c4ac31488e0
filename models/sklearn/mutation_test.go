package sklearn_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/joblib"
	"github.com/copal-ml/copal/models/modeltest"
	"github.com/copal-ml/copal/models/pyobj"
	"github.com/copal-ml/copal/models/sklearn"
)

// Every fixture of the newest version with one attribute at a time missing or of
// another type or shape: it is refused in the two ways that a file can be, or it
// answers. Nothing panics. The first fixture that has an attribute of a class gets
// all mutants of it, the others a few, others each time.
func TestMutations(t *testing.T) {
	if testing.Short() {
		t.Skip("short: nothing here depends on the instructions of kernels")
	}
	seen := map[string]bool{}
	for _, name := range modeltest.List(t, fixtures) {
		if !strings.HasPrefix(name, "1.9/") || strings.Contains(name, "/written_") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			root := decode(t, name)
			targets := attributes(nil, seen, root, "", 0)
			t.Parallel()
			for i := range targets {
				targets[i].mutate(t, root)
			}
		})
	}
}

func decode(t *testing.T, fixture string) pyobj.Value {
	t.Helper()
	f, err := os.Open(filepath.Join(fixtures, fixture+".pkl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	file, err := joblib.Decode(f, joblib.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return file.Root
}

// mutants are what takes the place of an attribute.
func mutants() []pyobj.Value {
	list := func(items ...pyobj.Value) *pyobj.List { return &pyobj.List{Items: items} }
	return []pyobj.Value{
		nil, true, int64(0), int64(-1), int64(1 << 60), 0.5, "x",
		list(), list(1.0), list("a", "b"), list(1.0, 2.0, 3.0, 4.0), list(4.0, 3.0, 2.0, 1.0),
		list(int64(-7), int64(9), int64(1<<40)),
		list(list(1.0, 2.0)), list(list(1.0), list(2.0)), list(list(list(1.0))),
		&pyobj.Dict{}, &pyobj.Object{Class: &pyobj.Global{Module: "sklearn.linear_model", Name: "Ridge"}, State: &pyobj.Dict{}},
	}
}

// An attribute is entry i of the state of an object.
type attribute struct {
	of    *pyobj.Object
	state *pyobj.Dict
	i     int
	path  string
	turn  int  // how many attributes come before it
	first bool // of its class and name
}

// attributes adds those of v and of the estimators in it.
func attributes(list []attribute, seen map[string]bool, v pyobj.Value, path string, depth int) []attribute {
	o, ok := v.(*pyobj.Object)
	if !ok || depth > 3 {
		return list
	}
	state, ok := o.State.(*pyobj.Dict)
	if !ok {
		return list
	}
	for i, key := range state.Keys {
		name := fmt.Sprintf("%s.%v", path, key)
		kind := fmt.Sprintf("%v.%v", o.Global(), key)
		list = append(list, attribute{o, state, i, name, len(list), !seen[kind]})
		seen[kind] = true
		list = attributes(list, seen, state.Values[i], name, depth+1)
	}
	return list
}

// mutate puts mutants in the place of the attribute, nothing, and the value again.
func (a *attribute) mutate(t *testing.T, root pyobj.Value) {
	const few = 5
	value, all := a.state.Values[a.i], mutants()
	for k, m := range all {
		if a.first || (k+a.turn)%len(all) < few {
			a.state.Values[a.i] = m
			try(t, root, fmt.Sprintf("%s = mutant %d", a.path, k))
		}
	}
	a.state.Values[a.i] = value
	a.of.State = without(a.state, a.i)
	try(t, root, a.path+" gone")
	a.of.State = a.state
}

// without is a copy of d without entry i.
func without(d *pyobj.Dict, i int) *pyobj.Dict {
	c := new(pyobj.Dict)
	for k, key := range d.Keys {
		if k != i {
			c.Set(key, d.Values[k])
		}
	}
	return c
}

// try compiles and asks.
func try(t *testing.T, root pyobj.Value, what string) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("%s: panic: %v", what, r)
		}
	}()
	m, err := sklearn.Compile(root, nil)
	var format *models.FormatError
	var unsupported *models.UnsupportedError
	switch {
	case errors.As(err, &format), errors.As(err, &unsupported):
		return
	case err != nil:
		t.Errorf("%s: %T: %v", what, err, err)
		return
	}
	s := m.Signature()
	src := question(s.Inputs)
	if src == nil || s.Check(src) != nil {
		return
	}
	for _, method := range s.Methods {
		var data *models.DataError
		if err := m.Predict(new(models.Frame), src, method.Name); err != nil && !errors.As(err, &data) {
			t.Errorf("%s: %s: %T: %v", what, method.Name, err, err)
		}
	}
}

// question is three rows for these ports; nil if they are too wide.
func question(ports []models.Port) *models.Frame {
	src := &models.Frame{Rows: 3}
	for _, p := range ports {
		if p.Width > 1000 || len(ports) > 1000 {
			return nil
		}
		c := models.Column{Name: p.Name, DType: p.DType, Width: p.Width}
		for i := range 3 * p.Stride() {
			if p.DType == models.String {
				c.Str = append(c.Str, []string{"red", "S", ""}[i%3])
			} else {
				c.F64 = append(c.F64, float64(i%5)-1)
			}
		}
		src.Columns = append(src.Columns, c)
	}
	return src
}
