package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/pyobj"
)

var encoderClasses = []class{
	{"OneHotEncoder", "sklearn", oneHotEncoder},
	{"OrdinalEncoder", "sklearn", ordinalEncoder},
	{"TargetEncoder", "sklearn", targetEncoder},
}

// An encoder is what OneHotEncoder and OrdinalEncoder share (_BaseEncoder in
// sklearn/preprocessing/_encoders.py): the categories of each feature and, since
// 1.1, which of them are infrequent and stand for one.
type encoder struct {
	categories []*categories
	infrequent [][]int64 // codes, by feature; nil if there are none
	mapping    [][]int64 // from codes to codes after grouping; nil if nothing is grouped
	unknown    string    // handle_unknown
	strict     bool      // missing values are refused, as before 0.24
	names      []string
}

func readEncoder(c *compiler, r pyobj.Ref, n *node) (*encoder, error) {
	e := &encoder{strict: olderThan(c.version, 0, 24)}
	items, err := parts(r, "categories_")
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		cats, err := readCategories(item)
		if err != nil {
			return nil, err
		}
		e.categories = append(e.categories, cats)
		n.types = append(n.types, cats.dtype())
	}
	n.types = typesOf(n.types)
	if err := n.input(r, len(e.categories)); err != nil {
		return nil, err
	}
	e.names = n.names
	if e.unknown, err = word(r, "handle_unknown", "error"); err != nil {
		return nil, err
	}
	return e, e.readInfrequent(r)
}

// parts reads a list of one item a feature.
func parts(r pyobj.Ref, name string) ([]pyobj.Ref, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	return attr.Items()
}

// readInfrequent reads _infrequent_indices and _default_to_infrequent_mappings,
// each a list with an array or None for a feature.
func (e *encoder) readInfrequent(r pyobj.Ref) error {
	e.infrequent, e.mapping = make([][]int64, len(e.categories)), make([][]int64, len(e.categories))
	if on, err := flag(r, "_infrequent_enabled", false); err != nil || !on {
		return err
	}
	for _, list := range []struct {
		name string
		into [][]int64
	}{{"_infrequent_indices", e.infrequent}, {"_default_to_infrequent_mappings", e.mapping}} {
		items, err := parts(r, list.name)
		if err != nil {
			return err
		}
		if len(items) != len(e.categories) {
			return r.Format("%s has %d items for %d features", list.name, len(items), len(e.categories))
		}
		for j, item := range items {
			if item.IsNone() {
				continue
			}
			if list.into[j], err = codes(item, e.categories[j].len()); err != nil {
				return err
			}
		}
	}
	return e.checkInfrequent(r)
}

func (e *encoder) checkInfrequent(r pyobj.Ref) error {
	for j, m := range e.mapping {
		if (m == nil) != (e.infrequent[j] == nil) {
			return r.Format("feature %d has infrequent categories or their mapping, not both", j)
		}
		// Without the missing category, where OrdinalEncoder leaves that alone.
		if n := e.categories[j].len(); m != nil && len(m) != n && len(m) != n-1 {
			return r.Format("feature %d has a mapping of %d for %d categories", j, len(m), n)
		}
		if m != nil && (len(e.infrequent[j]) == 0 || e.infrequent[j][0] >= int64(len(m))) {
			return r.Format("feature %d has infrequent categories beyond its mapping", j)
		}
	}
	return nil
}

// codes reads an array of codes in [0, n).
func codes(r pyobj.Ref, n int) ([]int64, error) {
	a, err := r.Array()
	if err != nil {
		return nil, err
	}
	out, err := a.Int64s()
	if err != nil {
		return nil, r.Format("%w", err)
	}
	for i, v := range out {
		if v < 0 || v >= int64(n) {
			return nil, r.Format("item %d is %d, of %d categories", i, v, n)
		}
	}
	return out, nil
}

// grouped is the number of categories of feature j after grouping.
func (e *encoder) grouped(j int) int {
	n := e.categories[j].len()
	if e.infrequent[j] != nil {
		n -= len(e.infrequent[j]) - 1
	}
	return n
}

// infrequentCode is the code of what is infrequent in feature j, after grouping.
func (e *encoder) infrequentCode(j int) int { return int(e.mapping[j][e.infrequent[j][0]]) }

// The words of check_array where it checks a column alone, without a name.
const (
	columnNaN      = "Input contains NaN."
	columnInfinity = "Input contains infinity or a value too large for dtype('float64')."
)

// check refuses what _check_X refuses: infinity, and missing values before 0.24.
func (e *encoder) check(ws *workspace, s *series, i, j int) error {
	if !s.isText() && math.IsInf(s.number(i), 0) {
		return ws.failed(i, j, e.names, columnInfinity)
	}
	if e.strict && s.missing(i) && e.categories[j].none < 0 { // None is a category as others
		return ws.failed(i, j, e.names, columnNaN)
	}
	return nil
}

// notFound is the error for value i of feature j, in the words of _transform.
func (e *encoder) notFound(ws *workspace, s *series, i, j int) error {
	return ws.failed(i, j, e.names, fmt.Sprintf("Found unknown categories [%s] in column %d during transform", shown(s, i), j))
}

func (e *encoder) summary() string {
	total := 0
	for _, c := range e.categories {
		total += c.len()
	}
	return fmt.Sprintf("%s · %d categories", features(len(e.categories)), total)
}

// indexOrNone reads a list of ints and Nones; None is -1.
func indexOrNone(r pyobj.Ref, n int) ([]int, error) {
	a, err := r.Array()
	if err != nil {
		return nil, err
	}
	values, err := scalars(r, a)
	if err != nil {
		return nil, err
	}
	if len(values) != n {
		return nil, r.Format("%d items for %d features", len(values), n)
	}
	out := make([]int, n)
	for i, v := range values {
		switch v := v.(type) {
		case nil:
			out[i] = -1
		case int64:
			out[i] = int(v)
		default:
			return nil, r.Format("item %d is %s", i, pyobj.Describe(v))
		}
	}
	return out, nil
}
