package sklearn

import (
	"fmt"
	"math"
	"slices"

	"github.com/copal-ml/copal/models"
)

// encode gives x as a matrix in which categories are codes, NaN where a category
// is missing or not known.
func (h *histCategories) encode(ws *workspace, x block, names []string) (block, error) {
	switch {
	case len(h.columns) == 0:
		return ws.matrix(x), nil
	case h.types != nil:
		return h.encodeTyped(ws, x, names)
	}
	m, src := ws.writable(x)
	copy(m.data, src)
	for i := range h.columns {
		c := &h.columns[i]
		for at := c.feature; at < len(m.data); at += m.width {
			if h.codes {
				m.data[at] = byteCode(m.data[at])
				continue
			}
			code, err := c.code(ws, m, at, names)
			if err != nil {
				return block{}, err
			}
			m.data[at] = code
		}
	}
	return m, nil
}

// encodeTyped is encode where some features are texts.
func (h *histCategories) encodeTyped(ws *workspace, x block, names []string) (block, error) {
	m := block{rows: x.rows, width: h.width, data: ws.floats(x.rows * h.width), owned: true}
	list := ws.features(x)
	if len(list) != h.width {
		return block{}, &models.DataError{Row: -1, Column: -1, Text: fmt.Sprintf("got %d features, expected %d", len(list), h.width)}
	}
	for j := range list {
		for i := range x.rows {
			if !list[j].isText() {
				m.data[i*h.width+j] = list[j].number(i)
			}
		}
	}
	for k := range h.columns {
		c := &h.columns[k]
		s := &list[c.feature]
		for i := range x.rows {
			at := i*h.width + c.feature
			code, err := math.NaN(), error(nil)
			switch {
			case c.texts == nil:
				code, err = c.code(ws, m, at, names)
			case s.isText() && !s.missing(i):
				code = c.textCode(s.text(i))
			}
			if err != nil {
				return block{}, err
			}
			m.data[at] = code
		}
	}
	return m, nil
}

// encoderInfinity are the words of OrdinalEncoder, which checks column by column.
const encoderInfinity = "Input contains infinity or a value too large for dtype('float64')."

// code is the place of value at of m among the categories.
func (c *histColumn) code(ws *workspace, m block, at int, names []string) (float64, error) {
	v := m.data[at]
	if math.IsInf(v, 0) {
		err := ws.bad(m, at, names)
		if e, ok := err.(*models.DataError); ok {
			e.Text = encoderInfinity
		}
		return 0, err
	}
	if i, ok := slices.BinarySearch(c.numbers, v); ok {
		return float64(i), nil
	}
	return math.NaN(), nil
}

// textCode is the place of a text among the categories.
func (c *histColumn) textCode(s string) float64 {
	if i, ok := c.places[s]; ok {
		return float64(i)
	}
	return math.NaN()
}

// byteCode is the conversion of a float64 to an unsigned byte as compiled for
// _predictor.pyx on x86 and arm: through an int of 32 bits, of which the lowest 8
// stay. Negative values are tested before it.
func byteCode(v float64) float64 {
	switch {
	case !(v >= 256): // NaN as well
		return v
	case v < 1<<31:
		return float64(uint8(int64(v)))
	}
	return 0
}
