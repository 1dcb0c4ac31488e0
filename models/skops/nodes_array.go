package skops

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/archive"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// fileName is the member that a node names.
func (d *decoder) fileName(n node) (string, error) {
	if n.file.at > 0 {
		if name, ok := d.doc.str(n.file); ok {
			return name, nil
		}
	}
	return "", d.errorf(n.at, "a %s without file", n.loader)
}

// blob is bytes or a bytearray, in a member of its own.
func blob(d *decoder, n node) (pyobj.Value, error) {
	name, err := d.fileName(n)
	if err != nil {
		return nil, err
	}
	data, err := d.members.Bytes(name)
	return pyobj.Bytes(data), err
}

// array is a numpy.ndarray or a NumPy scalar.
func array(d *decoder, n node) (pyobj.Value, error) {
	class, err := d.global(n.at, n.module, n.class)
	if err != nil {
		return nil, err
	}
	kind := ""
	if n.kind.at > 0 {
		kind, _ = d.doc.str(n.kind)
	}
	switch kind {
	case "json":
		return d.objects(n)
	case "numpy":
		name, err := d.fileName(n)
		if err != nil {
			return nil, err
		}
		a, err := readNPY(d.members, name, d.left())
		if err != nil {
			return nil, err
		}
		if err := d.charge(n.at, int64(len(a.Data))+costObject); err != nil {
			return nil, err
		}
		return asScalar(class, a), nil
	}
	return nil, d.errorf(n.at, "an array of the type %q", clip(kind))
}

// left is what the budget has left.
func (d *decoder) left() int64 {
	return d.meter.Allow.At(d.meter.Input()) - d.meter.Used()
}

// readNPY reads a member that is a .npy file.
func readNPY(members *archive.Archive, name string, budget int64) (*ndarray.Array, error) {
	m, err := members.Open(name)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	a, err := ndarray.ReadNPY(m, budget)
	if err == nil {
		err = m.End()
	}
	if err != nil {
		return nil, fmt.Errorf("member %s: %w", clip(name), err)
	}
	return a, nil
}

// asScalar gives a scalar its form in a pickle, numpy.core.multiarray.scalar(dtype,
// data), which keeps its type.
func asScalar(class *pyobj.Global, a *ndarray.Array) pyobj.Value {
	module, name := class.Normal()
	if a.Dims() > 0 || module != "numpy" || hasWord("ndarray matrix recarray memmap", name) {
		return a
	}
	scalar := &pyobj.Global{Module: "numpy.core.multiarray", Name: "scalar", Offset: class.Offset}
	return &pyobj.Object{Class: scalar, Make: pyobj.Reduce, Offset: class.Offset,
		Args: pyobj.Tuple{a.DType.String(), pyobj.Bytes(a.Data)}}
}

func hasWord(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}

// objects is an array of objects: its tolist(), and its shape.
func (d *decoder) objects(n node) (pyobj.Value, error) {
	sizes, err := d.optional(n.shape)
	if err != nil {
		return nil, err
	}
	shape, err := pyobj.Shape(sizes)
	if err != nil {
		return nil, d.errorf(n.at, "%v", err)
	}
	if len(shape) == 0 {
		return nil, d.errorf(n.at, "an array of objects without dimensions")
	}
	items, err := d.items(n)
	if err != nil {
		return nil, err
	}
	for i, size := range shape {
		if i > 0 {
			if items, err = d.flatten(n, items); err != nil {
				return nil, err
			}
		}
		if want, err := ndarray.Count(shape[:i+1]); err != nil || want != int64(len(items)) {
			return nil, d.errorf(n.at, "%d objects in %d dimensions, where the %dth is %d", len(items), i+1, i+1, size)
		}
	}
	return d.newObjects(n, shape, items)
}

// flatten replaces lists of one length by their items.
func (d *decoder) flatten(n node, rows []pyobj.Value) ([]pyobj.Value, error) {
	var out []pyobj.Value
	for _, row := range rows {
		l, ok := row.(*pyobj.List)
		if !ok {
			return nil, d.errorf(n.at, "an array of objects with %s in the place of a row", pyobj.Describe(row))
		}
		if first := rows[0].(*pyobj.List); len(first.Items) != len(l.Items) {
			return nil, d.errorf(n.at, "an array of objects with rows of %d and %d", len(first.Items), len(l.Items))
		}
		if err := d.charge(n.at, costItem*int64(len(l.Items))); err != nil {
			return nil, err
		}
		out = append(out, l.Items...)
	}
	return out, nil
}

// newObjects makes an array whose NumPy scalars are Go scalars, as pyobj.Array does.
func (d *decoder) newObjects(n node, shape []int, items []pyobj.Value) (pyobj.Value, error) {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item
		if pyobj.IsScalar(item) {
			v, err := pyobj.Scalar(item.(*pyobj.Object))
			if err != nil {
				return nil, d.errorf(n.at, "element %d: %v", i, err)
			}
			out[i] = v
		}
	}
	a, err := ndarray.NewObjects(shape, out)
	if err != nil {
		return nil, d.errorf(n.at, "%v", err)
	}
	return a, nil
}

// masked is a masked array, and an array if nothing is masked.
func masked(d *decoder, n node) (pyobj.Value, error) {
	o, err := d.object(n, pyobj.New)
	if err != nil {
		return nil, err
	}
	v, err := d.parts(n, "data", "mask")
	if err != nil {
		return nil, err
	}
	o.State = pyobj.Tuple{v[0], v[1]}
	mask, err := pyobj.NewRef("mask", v[1]).Array()
	if err != nil {
		return nil, d.errorf(n.at, "%v", err)
	}
	flags, err := mask.Bools()
	if err != nil {
		return nil, d.errorf(n.at, "%v", err)
	}
	for _, hidden := range flags {
		if hidden {
			return o, nil
		}
	}
	return v[0], nil
}

// dtype is that of an empty array.
func dtype(d *decoder, n node) (pyobj.Value, error) {
	o, err := d.object(n, pyobj.Reduce)
	if err != nil {
		return nil, err
	}
	v, err := d.optional(n.content)
	if err != nil {
		return nil, err
	}
	a, ok := v.(*ndarray.Array)
	if !ok {
		return nil, d.errorf(n.at, "a dtype that is %s", pyobj.Describe(v))
	}
	o.Args = pyobj.Tuple{a.DType.String()}
	return o, nil
}

// sparse is a matrix or array of SciPy: a member that is a zip archive of its own
// (scipy/sparse/_matrix_io.py), and becomes the attributes of its pickle.
func sparse(d *decoder, n node) (pyobj.Value, error) {
	o, err := d.object(n, pyobj.New)
	if err != nil {
		return nil, err
	}
	name, err := d.fileName(n)
	if err != nil {
		return nil, err
	}
	data, err := d.members.Bytes(name)
	if err != nil {
		return nil, err
	}
	npz, err := archive.Open(bytes.NewReader(data), int64(len(data)), d.meter)
	if err != nil {
		return nil, fmt.Errorf("member %s: %w", clip(name), err)
	}
	o.State, err = d.sparseState(npz, o.Class.(*pyobj.Global).Name)
	if err != nil {
		return nil, fmt.Errorf("member %s: %w", clip(name), err)
	}
	return o, nil
}

// attributes are what the members of a sparse matrix are called in its state.
var attributes = []struct{ member, name string }{
	{"shape", "_shape"}, {"data", "data"}, {"indices", "indices"}, {"indptr", "indptr"},
	{"row", "row"}, {"col", "col"}, {"offsets", "offsets"},
}

func (d *decoder) sparseState(npz *archive.Archive, class string) (*pyobj.Dict, error) {
	format, err := d.npzText(npz)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(class, format) {
		return nil, &models.FormatError{Format: "npz", Offset: -1, Text: fmt.Sprintf("a %s in the format %q", clip(class), clip(format))}
	}
	state := &pyobj.Dict{}
	for _, attr := range attributes {
		member := attr.member + ".npy"
		if !npz.Has(member) {
			continue
		}
		a, err := readNPY(npz, member, d.left())
		if err != nil {
			return nil, err
		}
		if err := d.meter.Charge(int64(len(a.Data)) + costObject); err != nil {
			return nil, &models.FormatError{Format: "npz", Offset: -1, Text: "member " + member, Err: err}
		}
		state.Set(attr.name, a)
	}
	return state, nil
}

// npzText reads the member format.npy, "csr" as bytes or, in files of Python 2,
// text.
func (d *decoder) npzText(npz *archive.Archive) (string, error) {
	a, err := readNPY(npz, "format.npy", d.left())
	if err != nil {
		return "", err
	}
	s, err := a.Strings()
	if err != nil || len(s) != 1 || s[0] == "" {
		return "", &models.FormatError{Format: "npz", Offset: -1, Text: "member format.npy: it is not the name of a format"}
	}
	return s[0], nil
}
