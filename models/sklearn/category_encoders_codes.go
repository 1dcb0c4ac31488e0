package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/pyobj"
)

// A coding is OrdinalEncoder of category_encoders (ordinal.py) for one column: a
// code for each category, and for what is unknown or missing. Most encoders begin
// with one.
type coding struct {
	column           string
	categories       *categories
	codes            []float64
	unknown, missing float64

	refuseUnknown, refuseMissing string
}

// each is the code of every row of an encodedColumn.
func (c *coding) each() []float64 {
	return append(append([]float64(nil), c.codes...), c.unknown, c.missing)
}

// codings reads the mapping of the OrdinalEncoder at r:
// [{"col": …, "mapping": Series of codes by category, …}, …].
func codings(r pyobj.Ref) ([]*coding, error) {
	unknown, err := word(r, "handle_unknown", "value")
	if err != nil {
		return nil, err
	}
	missing, err := word(r, "handle_missing", "value")
	if err != nil {
		return nil, err
	}
	items, err := parts(r, "mapping")
	if err != nil {
		return nil, err
	}
	list := make([]*coding, len(items))
	for i, item := range items {
		if list[i], err = readCoding(item); err != nil {
			return nil, err
		}
		list[i].handle(unknown, missing)
	}
	return list, nil
}

func readCoding(item pyobj.Ref) (*coding, error) {
	name, mapping, err := switchOf(item)
	if err != nil {
		return nil, err
	}
	keys, codes, err := keyed(mapping)
	if err != nil {
		return nil, err
	}
	c := &coding{column: name, codes: codes}
	c.categories, err = categoriesOf(mapping, keys)
	return c, err
}

// switchOf reads {"col": …, "mapping": …}.
func switchOf(item pyobj.Ref) (string, pyobj.Ref, error) {
	col, ok1 := item.Key("col")
	mapping, ok2 := item.Key("mapping")
	if !ok1 || !ok2 {
		return "", pyobj.Ref{}, item.Format("a mapping without col and mapping")
	}
	name, err := labelText(col, col.Value())
	return name, mapping, err
}

// keyed reads a Series of numbers, or a dict of them.
func keyed(r pyobj.Ref) (keys []pyobj.Value, values []float64, err error) {
	if d, ok := r.Value().(*pyobj.Dict); ok {
		for i, key := range d.Keys {
			v, err := r.With(d.Values[i]).Float()
			if err != nil {
				return nil, nil, err
			}
			keys, values = append(keys, key), append(values, v)
		}
		return keys, values, nil
	}
	s, err := r.Series()
	if err != nil {
		return nil, nil, err
	}
	if values, err = s.Values.Float64s(); err != nil {
		return nil, nil, r.Format("%w", err)
	}
	return s.Index, values, nil
}

// handle decides the codes of what is unknown and of what is missing.
func (c *coding) handle(unknown, missing string) {
	const unseen, null = -1, -2
	c.unknown = math.NaN()
	switch unknown {
	case "value":
		c.unknown = unseen
	case "error":
		c.refuseUnknown = "Unexpected categories found in column " + c.column
	}
	c.missing = c.unknown
	switch {
	case c.categories.nan >= 0:
		c.missing = c.codes[c.categories.nan]
	case missing != "error":
		c.refuseMissing = c.refuseUnknown
	}
	if missing == "return_nan" {
		for k, v := range c.codes {
			if v == null {
				c.codes[k] = math.NaN()
			}
		}
		if c.missing == null {
			c.missing = math.NaN()
		}
	}
	if missing == "error" {
		c.refuseMissing = refusesNull
	}
}

// ordinalCodedEncoder is OrdinalEncoder.transform.
func ordinalCodedEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	t := new(tableEncoder)
	list, err := codings(r)
	if err != nil {
		return nil, err
	}
	for _, code := range list {
		e := newEncodedColumn(code.column, code.categories, []string{code.column})
		copy(e.rows, code.each())
		e.refuseUnknown, e.refuseMissing = code.refuseUnknown, code.refuseMissing
		t.encoded = append(t.encoded, e)
	}
	return t.compile(r)
}

// refusals are the texts of handle_unknown="error" and handle_missing="error";
// empty if they are not errors.
func refusals(r pyobj.Ref, text string) (unknown, missing string, err error) {
	how, err := word(r, "handle_unknown", "value")
	if err != nil {
		return "", "", err
	}
	if how == "error" {
		unknown = text
	}
	if how, err = word(r, "handle_missing", "value"); err == nil && how == "error" {
		missing = refusesNull
	}
	return unknown, missing, err
}
