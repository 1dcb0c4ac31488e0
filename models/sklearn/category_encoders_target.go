package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/pyobj"
)

const unexpected = "Unexpected categories found in dataframe"

// scoredEncoder is TargetEncoder and the others that have a number for each code
// of a column, in a dict of Series.
func scoredEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	t, err := scored(r)
	if err != nil {
		return nil, err
	}
	return t.compile(r)
}

func scored(r pyobj.Ref) (*tableEncoder, error) {
	return throughCodes(r, unexpected, func(name string, _ *coding) (*codebook, error) {
		mapping, err := entryOf(r, "mapping", name)
		if err != nil {
			return nil, err
		}
		keys, values, err := keyed(mapping)
		if err != nil {
			return nil, err
		}
		b := &codebook{names: []string{name}, rows: make(map[float64][]float64), other: []float64{math.NaN()}, none: []float64{math.NaN()}}
		for i, key := range keys {
			code, err := mapping.With(key).Float()
			if err != nil {
				return nil, err
			}
			b.rows[code] = values[i : i+1]
		}
		return b, nil
	})
}

// entryOf is the entry for a column in the dict of that name, whose keys are
// column labels.
func entryOf(r pyobj.Ref, name, column string) (pyobj.Ref, error) {
	attr, err := r.Need(name)
	if err != nil {
		return pyobj.Ref{}, err
	}
	if entry, ok := attr.Key(column); ok {
		return entry, nil
	}
	if d, ok := attr.Value().(*pyobj.Dict); ok {
		for i, key := range d.Keys {
			if text, err := labelText(attr, key); err == nil && text == column {
				return attr.With(d.Values[i]).Named(fmt.Sprintf("%s[%s]", attr.Path(), clip(column))), nil
			}
		}
	}
	return pyobj.Ref{}, attr.Format("it has nothing for the column %q", clip(column))
}

// A level is what LeaveOneOutEncoder and CatBoostEncoder know of a category: the
// sum of the target over its rows, and their number.
type level struct{ sum, count float64 }

// leaveOneOutEncoder is LeaveOneOutEncoder without a target (leave_one_out.py).
func leaveOneOutEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	return meansOfLevels(r, func(l level, _ float64) float64 { return l.sum / l.count })
}

// catBoostEncoder is CatBoostEncoder without a target (cat_boost.py). Before 2.3 it
// added the mean of all once, whatever a was.
func catBoostEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	a, err := numberOr(r, "a", 1)
	if err != nil {
		return nil, err
	}
	times := a
	if beforeNames(r) {
		times = 1
	}
	return meansOfLevels(r, func(l level, prior float64) float64 { return (l.sum + float64(prior*times)) / (l.count + a) })
}

// meansOfLevels compiles an encoder by the mean target of each category; a
// category that was met once has the mean of all.
func meansOfLevels(r pyobj.Ref, mean func(l level, prior float64) float64) (*node, error) {
	prior, err := floatOf(r, "_mean")
	if err != nil {
		return nil, err
	}
	columns, err := textsOf(r, "cols")
	if err != nil {
		return nil, err
	}
	unknown, missing, err := refusals(r, newValues)
	if err != nil {
		return nil, err
	}
	unseen, err := nanOr(r, "handle_unknown", prior)
	if err != nil {
		return nil, err
	}
	null, err := nanOr(r, "handle_missing", prior)
	if err != nil {
		return nil, err
	}
	t := new(tableEncoder)
	for _, name := range columns {
		cats, levels, err := readLevels(r, name)
		if err != nil {
			return nil, err
		}
		e := newEncodedColumn(name, cats, []string{name})
		e.refuseUnknown, e.refuseMissing = unknown, missing
		for k, l := range levels {
			if e.rows[k] = prior; l.count > 1 {
				e.rows[k] = mean(l, prior)
			}
		}
		e.rows[e.unknown()], e.rows[e.missing()] = unseen, null
		if cats.nan >= 0 && !math.IsNaN(null) {
			e.rows[e.missing()] = e.rows[cats.nan]
		}
		t.encoded = append(t.encoded, e)
	}
	return t.compile(r)
}

// nanOr is NaN for the option "return_nan", else v.
func nanOr(r pyobj.Ref, name string, v float64) (float64, error) {
	how, err := word(r, name, "value")
	if how == "return_nan" {
		return math.NaN(), err
	}
	return v, err
}

// readLevels reads the DataFrame of sums and counts by category.
func readLevels(r pyobj.Ref, name string) (*categories, []level, error) {
	mapping, err := entryOf(r, "mapping", name)
	if err != nil {
		return nil, nil, err
	}
	f, err := mapping.DataFrame()
	if err != nil {
		return nil, nil, err
	}
	levels := make([]level, len(f.Index))
	for j, label := range f.Columns {
		values, err := f.Values[j].Float64s()
		if err != nil {
			return nil, nil, mapping.Format("%w", err)
		}
		for i, v := range values {
			switch label {
			case "sum":
				levels[i].sum = v
			case "count":
				levels[i].count = v
			}
		}
	}
	cats, err := categoriesOf(mapping, f.Index)
	return cats, levels, err
}

// summaryEncoder is SummaryEncoder (quantile_encoder.py): the columns of a
// QuantileEncoder for each quantile, side by side.
func summaryEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	items, err := parts(r, "encoder_list")
	if err != nil {
		return nil, err
	}
	whole := new(tableEncoder)
	for i, item := range items {
		t, err := scored(item)
		if err != nil {
			return nil, err
		}
		if err := t.rename(item); err != nil {
			return nil, err
		}
		if i == 0 {
			whole.encoded = t.encoded
			continue
		}
		if err := whole.beside(item, t); err != nil {
			return nil, err
		}
	}
	return whole.compile(r)
}

// rename adds the percentile to the names of the columns, those of drop_invariant
// left out.
func (t *tableEncoder) rename(r pyobj.Ref) error {
	q, err := floatOf(r, "quantile")
	if err != nil {
		return err
	}
	if err := t.drop(r); err != nil {
		return err
	}
	for _, e := range t.encoded {
		for k, name := range e.names {
			e.names[k] = fmt.Sprintf("%s_%d", name, int64(math.RoundToEven(q*100)))
		}
	}
	return nil
}

// beside adds the columns of other to those of t for the same inputs.
func (t *tableEncoder) beside(r pyobj.Ref, other *tableEncoder) error {
	if len(t.encoded) != len(other.encoded) {
		return r.Format("%d columns beside %d", len(other.encoded), len(t.encoded))
	}
	for i, a := range t.encoded {
		b := other.encoded[i]
		if a.name != b.name || a.categories.len() != b.categories.len() {
			return r.Format("its categories of %q are others than those before", clip(b.name))
		}
		both := newEncodedColumn(a.name, a.categories, append(append([]string(nil), a.names...), b.names...))
		both.refuseUnknown, both.refuseMissing = a.refuseUnknown, a.refuseMissing
		m, n := len(a.names), len(b.names)
		for k := range a.categories.len() + 2 {
			both.set(k, append(append([]float64(nil), a.rows[k*m:(k+1)*m]...), b.rows[k*n:(k+1)*n]...))
		}
		t.encoded[i] = both
	}
	return nil
}
