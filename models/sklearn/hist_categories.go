package sklearn

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/forest"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// histCategories are the categorical features of HistGradientBoosting. Since 1.4
// an OrdinalEncoder turns categories into codes first, and a ColumnTransformer
// puts the features that it encodes before the others; the trees see that
// order. From 0.24 to 1.3, the categories were to be codes already.
type histCategories struct {
	width   int
	place   []int // the feature of the input that the trees call i; nil if it is the same
	known   map[int][]uint32
	columns []histColumn
	codes   bool           // as they are in the input: 0.24 to 1.3
	types   []models.DType // nil if all columns are numbers
}

// A histColumn is a feature with its categories, in the order of their codes.
type histColumn struct {
	feature int
	numbers []float64
	texts   []string
	places  map[string]int // of texts
}

// read reads which features are categorical and what categories they have.
func (h *histCategories) read(r pyobj.Ref, v version, width int) error {
	h.width = width
	flags, ok := r.Attr("is_categorical_")
	if !ok || flags.IsNone() {
		return nil
	}
	a, err := flags.Array()
	if err != nil {
		return err
	}
	is, err := a.Bools()
	if err != nil {
		return flags.Format("%w", err)
	}
	if len(is) != width {
		return flags.Format("%d flags for %d features", len(is), width)
	}
	if h.codes = v.olderThan(1, 4); !h.codes {
		h.place = make([]int, 0, width)
		h.place = append(appendWhere(h.place, is, true), appendWhere(nil, is, false)...)
		if err := h.readEncoder(r, is); err != nil {
			return err
		}
	} else {
		for _, f := range appendWhere(nil, is, true) {
			h.columns = append(h.columns, histColumn{feature: f})
		}
	}
	return h.readKnown(r, v)
}

// appendWhere appends the places of list that hold v.
func appendWhere(dst []int, list []bool, v bool) []int {
	for i, w := range list {
		if w == v {
			dst = append(dst, i)
		}
	}
	return dst
}

// readKnown reads the categories that the trees know:
// _BinMapper.make_known_categories_bitsets. They are codes, by the trees' order
// of the features.
func (h *histCategories) readKnown(r pyobj.Ref, v version) error {
	mapper, err := r.Need("_bin_mapper")
	if err != nil {
		return err
	}
	attr, err := mapper.Need("bin_thresholds_")
	if err != nil {
		return err
	}
	lists, err := attr.Items()
	if err != nil {
		return err
	}
	if len(lists) != h.width {
		return attr.Format("bins of %d features, want %d", len(lists), h.width)
	}
	h.known = make(map[int][]uint32)
	for i, column := range h.columns {
		at := i
		if h.place == nil {
			at = column.feature
		}
		a, err := lists[at].Array()
		if err != nil {
			return err
		}
		codes, err := a.Float64s()
		if err != nil {
			return lists[at].Format("%w", err)
		}
		bits := make([]uint32, bitsetWords)
		for _, code := range codes {
			if !(code >= 0 && code < 32*bitsetWords) {
				return lists[at].Format("a category of code %v", code)
			}
			bits[int(code)/32] |= 1 << (int(code) % 32)
		}
		h.known[at] = bits
	}
	return nil
}

// node makes node i of a tree.
func (h *histCategories) node(n *forest.Node, f *histFields, sets [][]uint32, i int) error {
	if f.leaf[i] != 0 {
		*n = forest.Node{Kind: forest.Leaf, Leaf: i, ID: i}
		return nil
	}
	at := f.feature[i]
	if at < 0 || at >= int64(h.width) {
		return fmt.Errorf("it asks for feature %d of %d", at, h.width)
	}
	*n = forest.Node{Kind: forest.AtMost, Feature: int(at), Threshold: f.threshold[i], Left: int(f.left[i]), Right: int(f.right[i])}
	if h.place != nil {
		n.Feature = h.place[at]
	}
	n.MissingLeft = f.missingLeft != nil && f.missingLeft[i] != 0
	if f.categorical == nil || f.categorical[i] == 0 {
		return nil
	}
	known, ok := h.known[int(at)]
	switch {
	case !ok:
		return fmt.Errorf("it asks for a category of feature %d, which is not categorical", at)
	case f.bitsetRow == nil || f.bitsetRow[i] < 0 || f.bitsetRow[i] >= int64(len(sets)):
		return errors.New("it asks for a set of categories that is not there")
	}
	n.Kind = forest.Member
	n.Set = &forest.Set{Members: sets[f.bitsetRow[i]], Known: known, OtherLeft: n.MissingLeft}
	return nil
}

// readEncoder reads the categories of the OrdinalEncoder in _preprocessor, in the
// order of the categorical features.
func (h *histCategories) readEncoder(r pyobj.Ref, is []bool) error {
	prep, err := r.Need("_preprocessor")
	if err != nil {
		return err
	}
	steps, err := prep.Need("transformers_")
	if err != nil {
		return err
	}
	first, err := steps.Index(0)
	if err != nil {
		return err
	}
	encoder, err := first.Index(1)
	if err != nil {
		return err
	}
	if _, name, _ := encoder.Class(); name != "OrdinalEncoder" {
		return encoder.Format("%s in the place of the OrdinalEncoder", name)
	}
	attr, err := encoder.Need("categories_")
	if err != nil {
		return err
	}
	lists, err := attr.Items()
	if err != nil {
		return err
	}
	features := appendWhere(nil, is, true)
	if len(lists) != len(features) {
		return attr.Format("the categories of %d features, want %d", len(lists), len(features))
	}
	for i, list := range lists {
		column := histColumn{feature: features[i]}
		if err := column.read(list); err != nil {
			return err
		}
		h.columns = append(h.columns, column)
	}
	return h.setTypes()
}

// setTypes gives the columns of texts their type.
func (h *histCategories) setTypes() error {
	for _, c := range h.columns {
		if c.texts == nil {
			continue
		}
		if h.types == nil {
			h.types = make([]models.DType, h.width)
		}
		h.types[c.feature] = models.String
	}
	return nil
}

// read reads the categories of a feature: numbers or texts, at the end of which
// may stand a missing one.
func (c *histColumn) read(r pyobj.Ref) error {
	a, err := r.Array()
	if err != nil {
		return err
	}
	if a.Dims() != 1 {
		return r.Format("want a list of categories, got shape %v", a.Shape)
	}
	if a.DType.Kind == 'O' {
		if a, err = withoutMissing(a); err != nil {
			return r.Format("%w", err)
		}
	}
	texts, err := a.Strings()
	switch {
	case err == nil:
		c.texts, c.places = texts, make(map[string]int)
		for i, s := range texts {
			c.places[s] = i
		}
		return nil
	case a.DType.Number() || a.DType.Kind == 'O':
		if c.numbers, err = a.Float64s(); err == nil {
			break
		}
		fallthrough
	default:
		return r.Unsupported("categories that are neither all numbers nor all texts", "Fit on categories of one type.")
	}
	if last := len(c.numbers) - 1; last >= 0 && math.IsNaN(c.numbers[last]) {
		c.numbers = c.numbers[:last]
	}
	if !slices.IsSorted(c.numbers) {
		return r.Format("categories that are not sorted")
	}
	return nil
}

// withoutMissing drops the None or NaN that ends an array of objects.
func withoutMissing(a *ndarray.Array) (*ndarray.Array, error) {
	last := len(a.Objects) - 1
	if last < 0 {
		return a, nil
	}
	if f, isFloat := a.Objects[last].(float64); a.Objects[last] == nil || isFloat && math.IsNaN(f) {
		return ndarray.NewObjects([]int{last}, a.Objects[:last])
	}
	return a, nil
}

func (h *histCategories) summary() string {
	if len(h.columns) == 0 {
		return ""
	}
	return fmt.Sprintf(" · %d categorical", len(h.columns))
}
