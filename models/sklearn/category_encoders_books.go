package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/pyobj"
)

// A codebook has a row of numbers for each code.
type codebook struct {
	names []string
	rows  map[float64][]float64
	other []float64 // for a code that is not in rows
	none  []float64 // for a code that is NaN
}

func (b *codebook) row(code float64) []float64 {
	if math.IsNaN(code) {
		return b.none
	}
	if row, ok := b.rows[code]; ok {
		return row
	}
	return b.other
}

// filled is n times v.
func filled(n int, v float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// readCodebook reads a DataFrame whose index are codes.
func readCodebook(r pyobj.Ref) (*codebook, error) {
	f, err := r.DataFrame()
	if err != nil {
		return nil, err
	}
	b := &codebook{rows: make(map[float64][]float64), names: make([]string, len(f.Columns))}
	b.other, b.none = filled(len(f.Columns), math.NaN()), filled(len(f.Columns), math.NaN())
	codes := make([]float64, len(f.Index))
	for i, v := range f.Index {
		if codes[i], err = r.With(v).Float(); err != nil {
			return nil, err
		}
		b.rows[codes[i]] = make([]float64, len(f.Columns))
	}
	for j, column := range f.Values {
		if b.names[j], err = labelText(r, f.Columns[j]); err != nil {
			return nil, err
		}
		values, err := column.Float64s()
		if err != nil {
			return nil, r.Format("%w", err)
		}
		for i, v := range values {
			b.rows[codes[i]][j] = v
		}
	}
	return b, nil
}

// encode is the column of a coding through a codebook.
func (b *codebook) encode(c *coding, refuseUnknown string) *encodedColumn {
	const unseen = -1
	e := newEncodedColumn(c.column, c.categories, b.names)
	for k, code := range c.each() {
		e.set(k, b.row(code))
	}
	e.refuseMissing = c.refuseMissing
	if c.unknown == unseen {
		e.refuseUnknown = refuseUnknown
	}
	if c.missing == unseen && e.refuseMissing == "" {
		e.refuseMissing = refuseUnknown
	}
	return e
}

// throughCodes compiles an encoder that looks up the codes of its
// ordinal_encoder. book reads what it knows of one column, and refuse is what it
// says of an unknown category with handle_unknown="error".
func throughCodes(r pyobj.Ref, refuse string, book func(name string, code *coding) (*codebook, error)) (*tableEncoder, error) {
	at, err := r.Need("ordinal_encoder")
	if err != nil {
		return nil, err
	}
	t := new(tableEncoder)
	if at.IsNone() { // no column to encode
		return t, nil
	}
	list, err := codings(at)
	if err != nil {
		return nil, err
	}
	unknown, missing, err := refusals(r, refuse)
	if err != nil {
		return nil, err
	}
	for _, code := range list {
		b, err := book(code.column, code)
		if err != nil {
			return nil, err
		}
		if b == nil { // OneHotEncoder skips a column without categories
			continue
		}
		e := b.encode(code, unknown)
		if missing != "" {
			e.refuseMissing = missing
		}
		t.encoded = append(t.encoded, e)
	}
	return t, nil
}

// books reads the mapping [{"col": …, "mapping": DataFrame}, …].
func books(r pyobj.Ref) (map[string]*codebook, error) {
	items, err := parts(r, "mapping")
	if err != nil {
		return nil, err
	}
	all := make(map[string]*codebook, len(items))
	for _, item := range items {
		name, mapping, err := switchOf(item)
		if err != nil {
			return nil, err
		}
		if all[name], err = readCodebook(mapping); err != nil {
			return nil, err
		}
	}
	return all, nil
}

const newValues = "Columns to be encoded can not contain new values"

func throughBooks(r pyobj.Ref) (*tableEncoder, error) {
	all, err := books(r)
	if err != nil {
		return nil, err
	}
	return throughCodes(r, newValues, func(name string, _ *coding) (*codebook, error) { return all[name], nil })
}

// codedEncoder is BaseNEncoder (basen.py), and those that extend it.
func codedEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	if base, ok := r.Attr("base_n_encoder"); ok { // BinaryEncoder before 2.3
		return codedEncoder(c, base)
	}
	t, err := throughBooks(r)
	if err != nil {
		return nil, err
	}
	return t.compile(r)
}

// contrastEncoder is BaseContrastEncoder (base_contrast_encoder.py). An intercept
// comes first in the versions that add one, up to 2.6.
func contrastEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	t, err := throughBooks(r)
	if err != nil {
		return nil, err
	}
	results, err := textsOf(r, present(r, "feature_names_out_", "feature_names"))
	if err == nil && len(results) > 0 && results[0] == "intercept" {
		t.first = &encodedColumn{names: results[:1]}
	}
	if err != nil {
		return nil, err
	}
	return t.compile(r)
}

// oneHotCodedEncoder is OneHotEncoder (one_hot.py), which before 2.3 did not find
// the row of a missing value whose code is NaN.
func oneHotCodedEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	all, err := books(r)
	if err != nil {
		return nil, err
	}
	old := beforeNames(r)
	for _, b := range all {
		if row, ok := b.rows[-2]; ok && !old {
			b.none = row
		}
	}
	t, err := throughCodes(r, newValues, func(name string, _ *coding) (*codebook, error) { return all[name], nil })
	if err != nil {
		return nil, err
	}
	return t.compile(r)
}

// rankHotEncoder is RankHotEncoder (rankhot.py): what is not in its mapping is
// zeros or NaN.
func rankHotEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	all, err := books(r)
	if err != nil {
		return nil, err
	}
	unknown, err := word(r, "handle_unknown", "value")
	if err != nil {
		return nil, err
	}
	missing, err := word(r, "handle_missing", "value")
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		if unknown != "return_nan" {
			clear(b.other)
		}
		if missing == "value" {
			b.none = b.other
		}
	}
	t, err := throughCodes(r, newValues, func(name string, _ *coding) (*codebook, error) { return all[name], nil })
	if err != nil {
		return nil, err
	}
	return t.compile(r)
}
