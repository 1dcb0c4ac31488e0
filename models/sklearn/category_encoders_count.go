package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/pyobj"
)

// countEncoder is CountEncoder (count.py): how often a category was met. Small
// categories may have become one group, whose name stands for them.
func countEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	columns, err := textsOf(r, "cols")
	if err != nil {
		return nil, err
	}
	t := new(tableEncoder)
	for _, name := range columns {
		e, err := countsOf(r, name)
		if err != nil {
			return nil, err
		}
		t.encoded = append(t.encoded, e)
	}
	return t.compile(r)
}

func countsOf(r pyobj.Ref, name string) (*encodedColumn, error) {
	mapping, err := entryOf(r, "mapping", name)
	if err != nil {
		return nil, err
	}
	keys, values, err := keyed(mapping)
	if err != nil {
		return nil, err
	}
	groups, err := groupsOf(r, name)
	if err != nil {
		return nil, err
	}
	keys, values = addGroups(keys, values, groups)
	cats, err := categoriesOf(mapping, keys)
	if err != nil {
		return nil, err
	}
	e := newEncodedColumn(name, cats, []string{name})
	copy(e.rows, values)
	return e, e.handleCounts(r)
}

// groupsOf reads _min_group_categories, from each small category to the name of
// its group.
func groupsOf(r pyobj.Ref, column string) (*pyobj.Dict, error) {
	attr, ok := r.Attr("_min_group_categories")
	if !ok {
		return nil, nil
	}
	entry, err := entryOf(r, "_min_group_categories", column)
	if err != nil { // no group
		return nil, nil
	}
	d, ok := entry.Value().(*pyobj.Dict)
	if !ok {
		return nil, attr.Format("want a dict of groups, got %s", pyobj.Describe(entry.Value()))
	}
	return d, nil
}

// addGroups gives each category of a group the count of the group.
func addGroups(keys []pyobj.Value, values []float64, groups *pyobj.Dict) ([]pyobj.Value, []float64) {
	if groups == nil {
		return keys, values
	}
	counts := new(pyobj.Dict)
	for i, key := range keys {
		counts.Set(key, values[i])
	}
	for i, key := range groups.Keys {
		count, ok := counts.Get(groups.Values[i])
		_, known := counts.Get(key)
		if v, is := count.(float64); ok && is && !known {
			keys, values = append(keys, key), append(values, v)
		}
	}
	return keys, values
}

// handleCounts decides the rows of what is unknown or missing: NaN, a number of
// the user's, or, since 2.3, zero.
func (e *encodedColumn) handleCounts(r pyobj.Ref) error {
	unknown, err := entryOf(r, "_handle_unknown", e.name)
	if err != nil {
		return err
	}
	missing, err := entryOf(r, "_handle_missing", e.name)
	if err != nil {
		return err
	}
	otherwise := math.NaN()
	fill := func(v float64) {
		for i, old := range e.rows {
			if math.IsNaN(old) {
				e.rows[i] = v
			}
		}
	}
	e.rows[e.unknown()], e.rows[e.missing()] = otherwise, otherwise
	if k := e.categories.nan; k >= 0 {
		e.rows[e.missing()] = e.rows[k]
	}
	how, _ := unknown.Str()
	null, _ := missing.Str()
	_, since23 := r.Attr("feature_names_in_")
	switch n, err := unknown.Int(); {
	case err == nil:
		fill(float64(n))
	case how == "value" && null != "return_nan" && since23:
		fill(0)
	case how == "error":
		e.refuseUnknown = "Missing data found in column " + e.name + " at transform time."
		if math.IsNaN(e.rows[e.missing()]) {
			e.refuseMissing = e.refuseUnknown
		}
	}
	if all, err := word(r, "handle_missing", "value"); err == nil && all == "error" {
		e.refuseMissing = refusesNull
	}
	return nil
}
