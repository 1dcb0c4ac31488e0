package verify

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/runtime/codec"
)

// maxArray bounds an array in Fortran order, whose rows are only known when all
// of it is read. Arrays in C order are streamed.
const maxArray = 1 << 30

// An array gives the rows of a .npy file.
type array struct {
	from       *source
	head       *ndarray.Header
	rows, cols int
	read       int // rows given so far
	whole      *ndarray.Array
	texts      textsOf // of whole
}

// textsOf appends value i of an array as JSON.
type textsOf func(dst []byte, i int) []byte

func openArray(s *source) (*array, error) {
	h, err := ndarray.ReadHeader(s)
	if err != nil {
		return nil, &InputError{Name: s.name, Err: err}
	}
	a := &array{from: s, head: h, cols: 1}
	switch len(h.Shape) {
	case 2:
		a.cols = h.Shape[1]
		fallthrough
	case 1:
		a.rows = h.Shape[0]
	default:
		return nil, inputError(s.name, "save a matrix; the list that predict_proba gives for several outputs joins with np.hstack",
			"an array of shape %v has no rows and columns", h.Shape)
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	if h.Fortran && a.cols > 1 && a.rows > 1 {
		return a, a.readWhole()
	}
	return a, nil
}

// check refuses what holds no rows of numbers or texts.
func (a *array) check() error {
	h := a.head
	if _, err := ndarray.Bytes(h.DType, h.Shape); err != nil {
		return &InputError{Name: a.from.name, Err: err}
	}
	if a.cols == 0 {
		return inputError(a.from.name, "a row needs a value at least", "an array of shape %v has no columns", h.Shape)
	}
	if h.DType.HasObject() {
		return inputError(a.from.name, "save labels as texts, np.save(…, y.astype(str)), or write CSV", "an array of Python objects is a pickle, which is not executed here")
	}
	if !h.DType.Number() && h.DType.Kind != 'U' && h.DType.Kind != 'S' {
		return inputError(a.from.name, "save numbers or texts", "an array of dtype %s is not compared", h.DType)
	}
	return nil
}

func (a *array) readWhole() error {
	n, err := ndarray.Bytes(a.head.DType, a.head.Shape)
	if err != nil || n > maxArray {
		return inputError(a.from.name, "save it in C order, np.ascontiguousarray(X), which is read a part at a time",
			"an array in Fortran order is read as a whole, and it is larger than %d MB", maxArray>>20)
	}
	data, err := io.ReadAll(io.LimitReader(a.from, n))
	if err != nil {
		return inputError(a.from.name, "", "%w", err)
	}
	if a.whole, err = ndarray.New(a.head.DType, a.head.Shape, true, data); err != nil {
		return a.early()
	}
	a.texts, err = a.textsOf(a.whole)
	return err
}

func (a *array) early() error {
	return inputError(a.from.name, "copy it again: it was cut off", "the file ends before the array of shape %v does", a.head.Shape)
}

// next gives at most n rows: a function that appends their values, the number of
// the first value, and how many rows; io.EOF behind the last.
func (a *array) next(n int) (texts textsOf, first, rows int, err error) {
	if rows = min(n, a.rows-a.read); rows <= 0 {
		return nil, 0, 0, io.EOF
	}
	first = a.read * a.cols
	a.read += rows
	if a.whole != nil {
		return a.texts, first, rows, nil
	}
	shape := []int{rows, a.cols}
	size, err := ndarray.Bytes(a.head.DType, shape)
	if err != nil || size > maxLine*int64(n) {
		return nil, 0, 0, inputError(a.from.name, "", "rows of %d values of dtype %s are too long", a.cols, a.head.DType)
	}
	data, err := io.ReadAll(io.LimitReader(a.from, size))
	if err != nil {
		return nil, 0, 0, inputError(a.from.name, "", "%w", err)
	}
	part, err := ndarray.New(a.head.DType, shape, false, data)
	if err != nil {
		return nil, 0, 0, a.early()
	}
	texts, err = a.textsOf(part)
	return texts, 0, rows, err
}

// textsOf gives the values of a part; one that 64 bits do not hold is an error.
func (a *array) textsOf(part *ndarray.Array) (textsOf, error) {
	texts, err := textsOfArray(part)
	if err != nil {
		return nil, &InputError{Name: a.from.name, Err: err}
	}
	return texts, nil
}

func textsOfArray(a *ndarray.Array) (textsOf, error) {
	switch a.DType.Kind {
	case 'f':
		list, err := a.Float64s()
		return func(dst []byte, i int) []byte { return appendNumber(dst, list[i]) }, err
	case 'b':
		list, err := a.Bools()
		return func(dst []byte, i int) []byte { return strconv.AppendBool(dst, list[i]) }, err
	case 'i', 'u':
		list, err := a.Int64s()
		return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, list[i], 10) }, err
	}
	list, err := a.Strings()
	return func(dst []byte, i int) []byte { return appendText(dst, list[i]) }, err
}

// appendNumber writes f as Python's json module does.
func appendNumber(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// arrayWindows make JSON of an array, which keeps every bit of a number.
type arrayWindows struct {
	explainer
	from *array
	body []byte
}

func (a *arrayWindows) next() (window, error) {
	texts, at, rows, err := a.from.next(max(1, min(windowRows, windowBytes/8/max(a.from.cols, 1))))
	if err != nil {
		return window{}, err
	}
	a.body = append(a.body[:0], '[')
	for row := range rows {
		if row > 0 {
			a.body = append(a.body, ',')
		}
		a.body = append(a.body, '[')
		for k := range a.from.cols {
			if k > 0 {
				a.body = append(a.body, ',')
			}
			a.body = texts(a.body, at+row*a.from.cols+k)
		}
		a.body = append(a.body, ']')
	}
	return window{body: append(a.body, ']'), codec: codec.JSON{}}, nil
}

// explain leaves the line out: the file has none.
func (a *arrayWindows) explain(w window, before int, err error) error {
	var text *codec.Error
	if !errors.As(err, &text) {
		return a.explainer.explain(w, before, err)
	}
	row := text.Row
	if row >= 0 {
		row += before
	}
	return &InputError{Name: a.name, Err: fmt.Errorf("%s", atRow(row, text.Column, text.Name,
		"expected "+text.Expected+", got "+text.Got))}
}

// arrayRows give an array as what is expected.
type arrayRows struct {
	from  *array
	texts textsOf
	at    int // the next value
	left  int // rows before the next part is read
	row   []cell
	buf   []byte
}

func (a *arrayRows) next() ([]cell, []string, error) {
	if a.left == 0 {
		var err error
		if a.texts, a.at, a.left, err = a.from.next(windowRows); err != nil {
			return nil, nil, err
		}
	}
	a.left--
	a.row = a.row[:0]
	text := a.from.head.DType.Kind == 'U' || a.from.head.DType.Kind == 'S'
	for range a.from.cols {
		a.buf = a.texts(a.buf[:0], a.at)
		a.at++
		v := jsonValue{scalar: cell{text: string(a.buf)}}
		if text {
			var err error
			if v, err = (&jsonText{b: a.buf}).document(); err != nil {
				return nil, nil, err
			}
		}
		a.row = append(a.row, v.scalar)
	}
	return a.row, nil, nil
}
