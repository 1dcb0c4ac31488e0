package skops

import (
	"github.com/copal-ml/copal/models/pyobj"
)

// instance is made without arguments and then given its state; content is absent
// if it has none.
func instance(d *decoder, n node) (pyobj.Value, error) {
	o, err := d.object(n, pyobj.New)
	if err != nil {
		return nil, err
	}
	o.State, err = d.optional(n.content)
	return o, err
}

// constructed is made by calling its class with the arguments that are content:
// frozenset, range, datetime, Decimal.
func constructed(d *decoder, n node) (pyobj.Value, error) {
	o, err := d.called(n, n.content)
	if err != nil {
		return nil, err
	}
	if err := d.charge(n.at, pyobj.PlainCost(o)); err != nil {
		return nil, err
	}
	return pyobj.Plain(o), nil
}

// called is a call of the class that n names, with the arguments at p.
func (d *decoder) called(n node, p place) (*pyobj.Object, error) {
	o, err := d.object(n, pyobj.Reduce)
	if err != nil {
		return nil, err
	}
	v, err := d.optional(p)
	if err != nil {
		return nil, err
	}
	args, ok := v.(pyobj.Tuple)
	if !ok {
		return nil, d.errorf(n.at, "the arguments are %s, not a tuple", pyobj.Describe(v))
	}
	o.Args = args
	return o, nil
}

// reduced keeps the arguments and the state that __reduce__ gave. An empty state
// is none.
func reduced(d *decoder, n node) (pyobj.Value, error) {
	o, err := d.object(n, pyobj.Reduce)
	if err != nil {
		return nil, err
	}
	args, err := d.arguments(n)
	if err != nil {
		return nil, err
	}
	o.Args = args
	state, err := d.optional(n.content)
	if err != nil {
		return nil, err
	}
	switch s := state.(type) {
	case *pyobj.Dict:
		if s.Len() > 0 {
			o.State = s
		}
	case pyobj.Tuple:
		if len(s) > 0 {
			o.State = s
		}
	}
	return o, nil
}

// arguments reads {"args": node}.
func (d *decoder) arguments(n node) (pyobj.Tuple, error) {
	if n.reduce.at == 0 {
		return nil, d.errorf(n.at, "a %s without __reduce__", n.loader)
	}
	var args pyobj.Value
	err := d.doc.members(n.reduce, func(key string, v place) (err error) {
		if key == "args" {
			args, err = d.value(v)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	switch args := args.(type) {
	case pyobj.Tuple:
		return args, nil
	case nil: // a loss without parameters: args is None in scikit-learn 1.6 and later
		return pyobj.Tuple{}, nil
	}
	return nil, d.errorf(n.reduce, "the arguments are %s, not a tuple", pyobj.Describe(args))
}

// function is a class or function by name. Protocol 0 has the name in content.
func function(d *decoder, n node) (pyobj.Value, error) {
	if n.content.at > 0 && d.doc.kind(n.content) == '{' {
		err := d.doc.members(n.content, func(key string, v place) error {
			s, ok := d.doc.str(v)
			switch {
			case !ok:
			case key == "module_path":
				n.module = s
			case key == "function":
				n.class = s
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return d.typed(d.global(n.at, n.module, n.class))
}

// typed keeps a nil *Global from becoming a Value that is not nil.
func (d *decoder) typed(g *pyobj.Global, err error) (pyobj.Value, error) {
	if err != nil {
		return nil, err
	}
	return g, nil
}

// method is a bound method: an object of the global MODULE.CLASS.METHOD, made of
// the object that it is bound to.
func method(d *decoder, n node) (pyobj.Value, error) {
	if n.content.at == 0 {
		return nil, d.errorf(n.at, "a method without content")
	}
	name, of := "", place{}
	err := d.doc.members(n.content, func(key string, v place) error {
		switch key {
		case "func":
			name, _ = d.doc.str(v)
		case "obj":
			of = v
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if name == "" || of.at == 0 {
		return nil, d.errorf(n.content, "a method without func or obj")
	}
	self, err := d.value(of)
	if err != nil {
		return nil, err
	}
	owner, ok := self.(*pyobj.Object)
	if !ok || owner.Global() == nil {
		return nil, d.errorf(of, "a method of %s", pyobj.Describe(self))
	}
	bound := n // its own class is "method" before skops 0.10
	bound.module, bound.class = owner.Global().String(), name
	o, err := d.object(bound, pyobj.Reduce)
	if err != nil {
		return nil, err
	}
	o.Args = pyobj.Tuple{self}
	return o, nil
}

// partial is functools.partial, in the form of its __reduce__.
func partial(d *decoder, n node) (pyobj.Value, error) {
	o, err := d.object(n, pyobj.Reduce)
	if err != nil {
		return nil, err
	}
	v, err := d.parts(n, "func", "args", "kwds", "namespace")
	if err != nil {
		return nil, err
	}
	o.Args, o.State = pyobj.Tuple{v[0]}, pyobj.Tuple(v)
	return o, nil
}

// operator is operator.attrgetter and its siblings.
func operator(d *decoder, n node) (pyobj.Value, error) { return d.called(n, n.attrs) }

// generator is a numpy.random.Generator, of which nothing is needed to predict.
// Protocol 0 holds its state as plain JSON.
func generator(d *decoder, n node) (pyobj.Value, error) { return d.object(n, pyobj.New) }
