package pickle

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// unsupported reports something that a valid pickle may hold and this machine
// will not provide.
func (d *Decoder) unsupported(feature, hint string) error {
	return &models.UnsupportedError{Feature: feature, Offset: d.at, Hint: hint}
}

func (d *Decoder) opOutOfBand() error {
	return d.unsupported("an out-of-band buffer ("+d.op.name+") that is not in the file",
		"Save the model without buffer_callback, so that its arrays are in the pickle itself.")
}

func (d *Decoder) opPersID() error {
	if d.at == 0 && d.op.name == "PERSID" {
		if line, err := d.line(); err == nil && len(line) > 2 && string(line[:3]) == "K\x03\x04" {
			return d.unsupported("a zip archive", "PyTorch checkpoints, skops and Keras files are zip archives; this one is not a pickle.")
		}
	}
	return d.unsupported("a persistent id ("+d.op.name+"), which PyTorch checkpoints use for tensors outside of the pickle,",
		"Save a scikit-learn model with joblib.dump, or export the PyTorch model to ONNX.")
}

func (d *Decoder) opExt1() error { return d.extension(1) }
func (d *Decoder) opExt2() error { return d.extension(2) }
func (d *Decoder) opExt4() error { return d.extension(4) }

func (d *Decoder) extension(width int) error {
	code, err := d.uint(width)
	if err != nil {
		return err
	}
	return d.unsupported(fmt.Sprintf("extension code %d (%s) of a copyreg registry that is not in the file", code, d.op.name),
		"Save the model in a process that does not call copyreg.add_extension.")
}

func (d *Decoder) opGlobal() error {
	g, err := d.readGlobal()
	if err != nil {
		return err
	}
	return d.push(g, 0)
}

// readGlobal reads a module and a name, a line each.
func (d *Decoder) readGlobal() (*pyobj.Global, error) {
	line, err := d.line()
	if err != nil {
		return nil, err
	}
	module := string(line)
	if line, err = d.line(); err != nil {
		return nil, err
	}
	return d.global(module, string(line))
}

func (d *Decoder) opStackGlobal() error {
	name, err := d.pop()
	if err != nil {
		return err
	}
	module, err := d.pop()
	if err != nil {
		return err
	}
	m, ok1 := module.value.(string)
	n, ok2 := name.value.(string)
	if !ok1 || !ok2 {
		return d.errorf("the names are %s and %s", pyobj.Describe(module.value), pyobj.Describe(name.value))
	}
	g, err := d.global(m, n)
	if err != nil {
		return err
	}
	return d.push(g, 0)
}

// global makes a Global and lists it. A file names few globals, but often.
func (d *Decoder) global(module, name string) (*pyobj.Global, error) {
	if module == "" || name == "" || invalidUTF8([]byte(module)) >= 0 || invalidUTF8([]byte(name)) >= 0 {
		return nil, d.errorf("%.80q is not the name of a global", module+"."+name)
	}
	if err := d.Charge(costGlobal + 3*int64(len(module)+len(name))); err != nil {
		return nil, err
	}
	return d.globals.get(module, name, d.at), nil
}

func (d *Decoder) opReduce() error {
	args, err := d.popArgs()
	if err != nil {
		return err
	}
	class, err := d.pop()
	if err != nil {
		return err
	}
	depth := 1 + max(class.depth, args.depth)
	o := &pyobj.Object{Class: class.value, Make: pyobj.Reduce, Args: args.value.(pyobj.Tuple), Offset: d.at}
	return d.object(o, depth)
}

// popArgs takes the arguments of a call, a tuple.
func (d *Decoder) popArgs() (slot, error) {
	s, err := d.pop()
	if err != nil {
		return slot{}, err
	}
	if _, ok := s.value.(pyobj.Tuple); !ok {
		return slot{}, d.errorf("the arguments are %s, not a tuple", pyobj.Describe(s.value))
	}
	return s, nil
}

// object pushes o, or the plain value that it stands for. A global that a call
// stands for is listed as any other.
func (d *Decoder) object(o *pyobj.Object, depth int) error {
	if err := d.Charge(costObject + pyobj.PlainCost(o)); err != nil {
		return err
	}
	setState(o)
	v := pyobj.Plain(o)
	if g, ok := v.(*pyobj.Global); ok {
		listed, err := d.global(g.Module, g.Name)
		if err != nil {
			return err
		}
		v = listed
	}
	return d.push(v, depth)
}

// setState does what cloudpickle leaves to a call whose result it drops: it gives
// a class that travels by value its members. They are shown, not used.
func setState(o *pyobj.Object) {
	g := o.Global()
	if g == nil || g.Name != "_class_setstate" || !strings.HasPrefix(g.Module, "cloudpickle.") || len(o.Args) != 2 {
		return
	}
	if class, ok := o.Args[0].(*pyobj.Object); ok && class.State == nil {
		class.State = o.Args[1]
	}
}

func (d *Decoder) opNewObj() error {
	args, err := d.popArgs()
	if err != nil {
		return err
	}
	class, err := d.pop()
	if err != nil {
		return err
	}
	o := &pyobj.Object{Class: class.value, Make: pyobj.New, Args: args.value.(pyobj.Tuple), Offset: d.at}
	return d.object(o, 1+max(class.depth, args.depth))
}

func (d *Decoder) opNewObjEx() error {
	kwargs, err := d.pop()
	if err != nil {
		return err
	}
	named, ok := kwargs.value.(*pyobj.Dict)
	if !ok {
		return d.errorf("the keyword arguments are %s, not a dict", pyobj.Describe(kwargs.value))
	}
	args, err := d.popArgs()
	if err != nil {
		return err
	}
	class, err := d.pop()
	if err != nil {
		return err
	}
	o := &pyobj.Object{Class: class.value, Make: pyobj.New, Args: args.value.(pyobj.Tuple), Kwargs: named, Offset: d.at}
	return d.object(o, 1+max(class.depth, args.depth, kwargs.depth))
}

// opInst and opObj make instances of Python 2 classes: with arguments by a
// call, without any by creating the bare instance.
func (d *Decoder) opInst() error {
	g, err := d.readGlobal()
	if err != nil {
		return err
	}
	from, err := d.popMark()
	if err != nil {
		return err
	}
	return d.instance(g, from)
}

func (d *Decoder) opObj() error {
	from, err := d.popMark()
	if err != nil {
		return err
	}
	if len(from) == 0 {
		return d.errorf("there is no class above the MARK")
	}
	return d.instance(from[0].value, from[1:])
}

func (d *Decoder) instance(class pyobj.Value, from []slot) error {
	items, err := d.items(from)
	if err != nil {
		return err
	}
	kind := pyobj.Reduce
	if len(items) == 0 {
		kind = pyobj.New
	}
	depth := 1 + deepest(from)
	return d.object(&pyobj.Object{Class: class, Make: kind, Args: items, Offset: d.at}, depth)
}

func (d *Decoder) opBuild() error {
	state, err := d.pop()
	if err != nil {
		return err
	}
	top, err := d.top()
	if err != nil {
		return err
	}
	o, ok := top.value.(*pyobj.Object)
	if !ok {
		return d.errorf("cannot set the state of %s", pyobj.Describe(top.value))
	}
	if o.State != nil {
		return d.errorf("the object made at byte %d has its state already", o.Offset)
	}
	o.State = state.value
	if err := d.deepen(top, 1+state.depth); err != nil {
		return err
	}
	if d.opt.Built == nil {
		return nil
	}
	v, err := d.opt.Built(d, o)
	if err != nil {
		return err
	}
	top.value = v
	return nil
}
