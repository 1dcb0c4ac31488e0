package joblib

import (
	"fmt"
	"io"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pickle"
	"github.com/copal-ml/copal/models/pyobj"
)

// wrapperName is the name of o's class if it is one of joblib's, in joblib
// itself or in the copy that scikit-learn carried until 0.22.
func wrapperName(o *pyobj.Object) string {
	g := o.Global()
	if g == nil {
		return ""
	}
	module := strings.TrimPrefix(g.Module, "sklearn.externals.")
	if module != "joblib.numpy_pickle" && module != "joblib.numpy_pickle_compat" {
		return ""
	}
	return g.Name
}

// built replaces the wrappers that joblib puts in the place of arrays.
func (a *arrays) built(d *pickle.Decoder, o *pyobj.Object) (pyobj.Value, error) {
	var v pyobj.Value
	var err error
	switch wrapperName(o) {
	case "NumpyArrayWrapper":
		v, err = a.inline(d, o)
	case "NDArrayWrapper":
		v, err = a.npy(d, o)
	case "ZNDArrayWrapper":
		v, err = a.zfile(d, o)
	default:
		return o, nil
	}
	a.found = true
	return v, err
}

// inline reads the array that follows its wrapper in the stream
// (NumpyArrayWrapper.read_array in joblib/numpy_pickle.py).
func (a *arrays) inline(d *pickle.Decoder, o *pyobj.Object) (pyobj.Value, error) {
	state, ok := o.State.(*pyobj.Dict)
	if !ok {
		return nil, broken(o, fmt.Errorf("its state is %s", pyobj.Describe(o.State)))
	}
	get := func(name string) pyobj.Value { v, _ := state.Get(name); return v }
	shape, err := pyobj.Shape(get("shape"))
	if err != nil {
		return nil, broken(o, err)
	}
	t, sub, err := pyobj.DType(get("dtype"))
	if err != nil {
		return nil, broken(o, err)
	}
	order := get("order")
	if order != "C" && order != "F" {
		return nil, broken(o, fmt.Errorf("its order is %s", pyobj.Describe(order)))
	}
	if t.HasObject() {
		return nested(d, o)
	}
	if get("numpy_array_alignment_bytes") != nil {
		if err := skipPadding(d); err != nil {
			return nil, err
		}
	}
	return readArray(d, o, t, append(shape, sub...), order == "F")
}

// skipPadding reads the byte that says how many bytes of padding follow.
func skipPadding(d *pickle.Decoder) error {
	n, err := d.Byte()
	if err != nil {
		return err
	}
	for range n {
		if _, err := d.Byte(); err != nil {
			return err
		}
	}
	return nil
}

// readArray takes the bytes of an array from the stream.
func readArray(d *pickle.Decoder, o *pyobj.Object, t ndarray.DType, shape []int, fortran bool) (pyobj.Value, error) {
	n, err := ndarray.Bytes(t, shape)
	if err != nil {
		return nil, broken(o, err)
	}
	data, err := d.Bytes(n)
	if err != nil {
		return nil, err
	}
	array, err := ndarray.New(t, shape, fortran, data)
	if err != nil {
		return nil, broken(o, err)
	}
	return array, nil
}

// nested reads an array of objects: a pickle of its own.
func nested(d *pickle.Decoder, o *pyobj.Object) (pyobj.Value, error) {
	v, err := d.Nested()
	if err != nil {
		return nil, err
	}
	if !pyobj.IsArray(v) {
		return nil, broken(o, fmt.Errorf("the pickle inside is %s, not an array", pyobj.Describe(v)))
	}
	return v, nil
}

// npy reads the array of an NDArrayWrapper from the .npy file that it names.
func (a *arrays) npy(d *pickle.Decoder, o *pyobj.Object) (pyobj.Value, error) {
	file, err := a.sibling(o)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	array, err := a.readNPY(d, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file.name, err)
	}
	return array, nil
}

func (a *arrays) readNPY(d *pickle.Decoder, file *siblingFile) (pyobj.Value, error) {
	h, err := ndarray.ReadHeader(file)
	if err != nil {
		return nil, err
	}
	if h.DType.HasObject() { // numpy.save pickles it behind the header
		inner, err := pickle.Decode(file, pickle.Options{Budget: a.budget, Size: a.input})
		if err != nil {
			return nil, err
		}
		return inner.Root, nil
	}
	n, err := ndarray.Bytes(h.DType, h.Shape)
	if err != nil {
		return nil, &models.FormatError{Format: "npy", Offset: 0, Text: err.Error()}
	}
	data, err := readSibling(d, file, h.Size, n)
	if err != nil {
		return nil, err
	}
	return ndarray.New(h.DType, h.Shape, h.Fortran, data)
}

// readSibling reads the n bytes behind a header within the budget of the model,
// allocating as they arrive.
func readSibling(d *pickle.Decoder, r io.Reader, header, n int64) ([]byte, error) {
	const first = 256 << 10
	var data []byte
	for got, step := int64(0), min(n, first); ; step = min(n, 2*step) {
		if err := d.Charge(step - got); err != nil {
			return nil, err
		}
		next := make([]byte, step)
		copy(next, data)
		k, err := io.ReadFull(r, next[got:])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil, &models.FormatError{Format: "npy", Offset: header + got + int64(k), Text: "the file ends early"}
		} else if err != nil {
			return nil, err
		}
		data, got = next, step
		if step == n {
			return data, nil
		}
	}
}

// zfile reads the array of a ZNDArrayWrapper: its state lacks only the data,
// which is in the zfile that it names.
func (a *arrays) zfile(d *pickle.Decoder, o *pyobj.Object) (pyobj.Value, error) {
	attrs, _ := o.State.(*pyobj.Dict)
	value, _ := attrs.Get("state")
	state, ok := value.(pyobj.Tuple)
	if !ok || len(state) != 4 {
		return nil, broken(o, fmt.Errorf("its state is %s", pyobj.Describe(value)))
	}
	file, err := a.sibling(o)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	src := newSource(file, a.budget)
	stream, compression, err := src.open()
	if err == nil && compression != "zfile" {
		err = &models.FormatError{Format: "zfile", Offset: 0, Text: "it does not begin with ZF"}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file.name, err)
	}
	data, err := a.readAll(d, stream)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file.name, err)
	}
	whole := append(append(pyobj.Tuple(nil), state...), pyobj.Bytes(data))
	o = &pyobj.Object{Class: &pyobj.Global{Module: "numpy.core.multiarray", Name: "_reconstruct", Offset: o.Offset},
		Args: pyobj.Tuple{}, State: whole, Offset: o.Offset}
	array, err := pyobj.Array(o)
	if err != nil {
		return nil, broken(o, err)
	}
	return array, nil
}

// readAll reads a stream to its end within the budget of the model.
func (a *arrays) readAll(d *pickle.Decoder, r io.Reader) ([]byte, error) {
	var data []byte
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if err := d.Charge(2 * int64(n)); err != nil { // append doubles
			return nil, err
		}
		data = append(data, buf[:n]...)
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// A siblingFile is a file beside the model.
type siblingFile struct {
	io.ReadCloser
	name  string
	count *int64
}

func (f *siblingFile) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	*f.count += int64(n)
	return n, err
}

// sibling opens the file that a wrapper names.
func (a *arrays) sibling(o *pyobj.Object) (*siblingFile, error) {
	attrs, _ := o.State.(*pyobj.Dict)
	value, _ := attrs.Get("filename")
	name, ok := value.(string)
	if !ok || name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00") {
		return nil, broken(o, fmt.Errorf("its filename is %s", pyobj.Describe(value)))
	}
	missing := &models.UnsupportedError{
		Feature: fmt.Sprintf("a model whose arrays are in other files (%s is one) without those files", name),
		Offset:  o.Offset,
		Hint:    fmt.Sprintf("Put %s and its siblings beside the model, or save the model again with joblib 0.10 or later, which writes one file.", name),
	}
	if a.open == nil {
		return nil, missing
	}
	file, err := a.open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", missing, err)
	}
	return &siblingFile{file, name, &a.siblings}, nil
}
