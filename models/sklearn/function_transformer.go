package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var functionClasses = []class{
	{"FunctionTransformer", "sklearn", functionTransformer},
}

// An applied function is FunctionTransformer.transform (sklearn/preprocessing/
// _function_transformer.py) with a function of NumPy or SciPy.
type applied struct {
	f        func(x float64) float64 // nil for func=None
	validate bool                    // check_array, which refuses NaN and infinity
	names    []string
}

func functionTransformer(c *compiler, r pyobj.Ref) (*node, error) {
	n, e := new(node), new(applied)
	var err error
	if n.features, n.names, err = recordedFeatures(r); err != nil {
		return nil, err
	}
	if e.validate, err = validates(c, r); err != nil {
		return nil, err
	}
	name := "identity"
	if e.f, name, err = function(r, "func", "kw_args"); err != nil {
		return nil, err
	}
	e.names = n.names
	n.transform = &transformer{run: e.run, names: e.outputNames(r)}
	if e.f == nil && !e.validate {
		n.transform.run, n.transform.follow = identity().run, identity().follow
		n.types = make([]models.DType, n.features)
		for j := range n.types {
			n.types[j] = anything
		}
	}
	n.outline.Summary = name
	return n, nil
}

// validates reads validate; None, the default before 0.22, is True.
func validates(c *compiler, r pyobj.Ref) (bool, error) {
	if attr, ok := r.Attr("validate"); ok && attr.IsNone() {
		return olderThan(c.version, 0, 22), nil
	}
	return flag(r, "validate", false)
}

// outputNames follows feature_names_out (since 1.1): 'one-to-one' keeps the
// names, a function makes others, and by default there are none.
func (e *applied) outputNames(r pyobj.Ref) func(in []string) []string {
	if text, err := word(r, "feature_names_out", ""); err == nil && text == "one-to-one" {
		return nil
	}
	return func([]string) []string { return nil }
}

func (e *applied) run(ws *workspace, x block) (block, error) {
	y, src := ws.writable(x)
	if e.validate {
		if err := ws.finite(block{width: y.width, data: src}, e.names); err != nil {
			return block{}, err
		}
	}
	if e.f == nil {
		copy(y.data, src)
		return y, nil
	}
	for i, v := range src {
		y.data[i] = e.f(v)
	}
	return y, nil
}

// function reads a function of one argument, and the named ones that it is given
// beside. None is nil.
func function(r pyobj.Ref, name, kwName string) (f func(float64) float64, text string, err error) {
	attr, ok := r.Attr(name)
	if !ok || attr.IsNone() {
		return nil, "identity", nil
	}
	kw, ok := r.Attr(kwName)
	if ok && kw.Len() < 1 {
		ok = false
	}
	module, base, err := functionName(attr)
	if err != nil {
		return nil, "", attr.Unsupported("a "+name+" that is "+pyobj.Describe(attr.Value()), functionHint)
	}
	if within(module, "numpy") || within(module, "scipy.special") {
		switch {
		case ok:
			f, err = withArguments(attr, base, kw)
		default:
			f = ufunc(base)
		}
		if f != nil || err != nil {
			return f, base, err
		}
		if hasWord(identities, base) {
			return nil, base, nil
		}
	}
	return nil, "", attr.Unsupported("the function "+module+"."+base, functionHint)
}

// functionName is where a function was defined. numpy pickled its own as
// numpy.core._ufunc_reconstruct(module, name) before 1.18.
func functionName(r pyobj.Ref) (module, name string, err error) {
	module, name, ok := r.Class()
	if o, instance := r.Value().(*pyobj.Object); !instance {
		if !ok {
			err = r.Format("no function")
		}
		return module, name, err
	} else if len(o.Args) != 2 || name != "_ufunc_reconstruct" {
		return "", "", r.Format("no function")
	}
	parts := [2]string{}
	for i := range parts {
		arg, err := r.Arg(i)
		if err != nil {
			return "", "", err
		}
		if parts[i], err = arg.Str(); err != nil {
			return "", "", err
		}
	}
	return parts[0], parts[1], nil
}

const functionHint = "Copal runs no Python code. It computes the applied functions of NumPy (log1p, sqrt, clip, …) and scipy.special's expit and logit."

// identities give their argument.
const identities = "array asarray asanyarray ascontiguousarray atleast_2d copy positive real float64 conjugate conj"

// withArguments is numpy's clip, round and nan_to_num with their named arguments.
func withArguments(r pyobj.Ref, name string, kw pyobj.Ref) (func(float64) float64, error) {
	a := arguments{kw: kw, left: kw.Len()}
	var f func(float64) float64
	switch name {
	case "clip":
		lo, hi := a.number(math.Inf(-1), "a_min", "min"), a.number(math.Inf(1), "a_max", "max")
		f = func(x float64) float64 { return clipTo(x, lo, hi) }
	case "round", "round_", "around", "round2":
		power := math.Pow(10, math.Abs(a.number(0, "decimals")))
		down := a.number(0, "decimals") < 0
		f = func(x float64) float64 { return roundTo(x, power, down) }
	case "nan_to_num":
		a.skip("copy")
		nan, up, low := a.number(0, "nan"), a.number(math.MaxFloat64, "posinf"), a.number(-math.MaxFloat64, "neginf")
		f = func(x float64) float64 { return nanToNum(x, nan, up, low) }
	default:
		return nil, kw.Unsupported("named arguments of "+name, functionHint)
	}
	if a.err != nil {
		return nil, a.err
	}
	if a.left > 0 {
		return nil, kw.Unsupported("these named arguments of "+name, functionHint)
	}
	return f, nil
}

// arguments are those of a call, by name.
type arguments struct {
	kw   pyobj.Ref
	left int
	err  error
}

func (a *arguments) number(missing float64, names ...string) float64 {
	for _, name := range names {
		v, ok := a.kw.Key(name)
		if !ok {
			continue
		}
		a.skip(name)
		if v.IsNone() {
			return missing
		}
		f, err := v.Float()
		if err != nil && a.err == nil {
			a.err = err
		}
		return f
	}
	return missing
}

// skip counts an argument as read.
func (a *arguments) skip(name string) {
	if _, ok := a.kw.Key(name); ok {
		a.left--
	}
}
