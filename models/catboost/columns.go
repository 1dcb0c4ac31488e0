package catboost

import (
	"math"
	"slices"
)

// A columnKind says what a column is computed of.
type columnKind uint8

const (
	columnFloat columnKind = iota
	columnOneHot
	columnCtr
)

// A columnKey is what a column is: two trees that ask the same share it.
type columnKey struct {
	kind        columnKind
	item, value int
}

// A computed column is what trees ask of rows that hold categories: a number of
// the row, whether a category is the one, or a ctr.
type computed struct {
	kind columnKind
	flat int    // of a number or a category
	hash uint32 // of the category
	ctr  *ctrColumn
}

// A ctrColumn computes a ctr of a row.
type ctrColumn struct {
	*ctr
	table      *ctrTable
	categories []int       // of the row
	floats     []floatTest // what the combination asks of numbers
	oneHots    []oneHotTest
}

type floatTest struct {
	flat   int
	border float32
	sure   bool // NaN is above
}

type oneHotTest struct {
	flat int
	hash uint32
}

// column is the place of what a split asks in the rows of the forest.
func (c *compiler) column(s *split) int {
	if c.model.computed == nil {
		return c.document.floats[s.item].flat
	}
	return c.columns[s.key()]
}

func (s *split) key() columnKey { return columnKey{s.kind, s.item, s.value} }

// layOut gives a column to each thing that trees ask, if some must be computed.
func (c *compiler) layOut() error {
	plain := true
	var groups []group
	for i := range c.document.splits {
		if c.isLeaf(i) {
			continue
		}
		s, err := c.split(i)
		if err != nil {
			return err
		}
		plain = plain && s.kind == columnFloat
	}
	if plain {
		for i := range c.model.Features {
			groups = append(groups, group{i})
		}
		c.model.setGroups(groups)
		return nil
	}
	for i := range c.document.splits {
		if c.isLeaf(i) {
			continue
		}
		s, _ := c.split(i)
		if _, ok := c.columns[s.key()]; ok {
			continue
		}
		column, of, err := c.compute(s)
		if err != nil {
			return err
		}
		c.columns[s.key()] = len(c.model.computed)
		c.model.computed, groups = append(c.model.computed, column), append(groups, of)
	}
	c.model.setGroups(groups)
	return nil
}

// isLeaf reports whether split i belongs to a leaf, which has any.
func (c *compiler) isLeaf(i int) bool { return i < len(c.steps) && c.steps[i] == step{} }

// compute is the column of a split, and the features that it is of.
func (c *compiler) compute(s *split) (computed, group, error) {
	switch s.kind {
	case columnFloat:
		flat := c.document.floats[s.item].flat
		return computed{kind: columnFloat, flat: flat}, group{flat}, nil
	case columnOneHot:
		f := &c.oneHots[s.item]
		flat := c.flats[f.index]
		return computed{kind: columnOneHot, flat: flat, hash: uint32(f.values[s.value])}, group{flat}, nil
	}
	x, err := c.ctrColumn(&c.ctrs[s.item])
	if err != nil {
		return computed{}, nil, err
	}
	return computed{kind: columnCtr, ctr: x}, x.group(), nil
}

// ctrColumn finds the table and the features of a ctr.
func (c *compiler) ctrColumn(from *ctr) (*ctrColumn, error) {
	x := &ctrColumn{ctr: from, table: c.tables[from.key]}
	if x.table == nil {
		return nil, c.broken("there is no table for a ctr of %d categorical features", len(from.combination.categories))
	}
	if err := c.checkTable(x); err != nil {
		return nil, err
	}
	for _, i := range from.combination.categories {
		flat, ok := c.flats[int(i)]
		if !ok {
			return nil, c.broken("a ctr of the categorical feature %d, which is not there", i)
		}
		x.categories = append(x.categories, flat)
	}
	for _, s := range from.combination.floats {
		f, ok := c.floats[s.feature]
		if !ok {
			return nil, c.broken("a ctr of the feature %d, which is not there", s.feature)
		}
		x.floats = append(x.floats, floatTest{flat: f.flat, border: s.border, sure: f.hasMissing && f.missing == asTrue})
	}
	for _, s := range from.combination.oneHots {
		flat, ok := c.flats[s.feature]
		if !ok {
			return nil, c.broken("a ctr of the categorical feature %d, which is not there", s.feature)
		}
		x.oneHots = append(x.oneHots, oneHotTest{flat: flat, hash: uint32(s.value)})
	}
	return x, nil
}

// checkTable checks that the counts are there for each place of the index.
func (c *compiler) checkTable(x *ctrColumn) error {
	t := x.table
	each := 1
	switch x.kind {
	case ctrBinarizedMean, ctrFloatMean:
		each = 2
	case ctrBorders, ctrBuckets:
		each = t.classes
		if each < 1 || x.border < 0 || x.border >= each {
			return c.broken("a ctr of the class %d of %d", x.border, each)
		}
	case ctrCounter, ctrFrequency:
	default:
		return c.broken("a ctr of the type %d", x.kind)
	}
	for i := range t.index.at {
		if at := int64(t.index.at[i]); at >= 0 && (at+1)*int64(each) > int64(len(t.counts)) {
			return c.broken("a category has the place %d in a table of %d counts", at, len(t.counts))
		}
	}
	return nil
}

// fill computes the columns of a row.
func (m *Model) fill(out, row []float64) {
	for i := range m.computed {
		switch c := &m.computed[i]; c.kind {
		case columnFloat:
			out[i] = row[c.flat]
		case columnOneHot:
			out[i] = 0
			if row[c.flat] == float64(c.hash) {
				out[i] = 1
			}
		default:
			out[i] = float64(c.ctr.value(row))
		}
	}
}

// hash is that of the combination in a row (CalcHashes in ctr_provider.h): of
// categories it takes 32 bits with their sign.
func (x *ctrColumn) hash(row []float64) uint64 {
	h := uint64(0)
	for _, flat := range x.categories {
		h = combine(h, uint64(int64(int32(category(row[flat])))))
	}
	for _, t := range x.floats {
		v := float32(row[t.flat])
		h = combine(h, truth(v > t.border || t.sure && v != v))
	}
	for _, t := range x.oneHots {
		h = combine(h, truth(category(row[t.flat]) == t.hash))
	}
	return h
}

// category is the hash that a row holds. What is none is that of 0.
func category(v float64) uint32 {
	if !(v >= 0 && v <= math.MaxUint32) {
		return 0
	}
	return uint32(v)
}

func truth(yes bool) uint64 {
	if yes {
		return 1
	}
	return 0
}

// value is the ctr of a row, in float32 (TStaticCtrProvider::CalcCtrs). What
// training did not see has the counts zero.
func (x *ctrColumn) value(row []float64) float32 {
	t := x.table
	at := t.index.find(x.hash(row))
	switch x.kind {
	case ctrBinarizedMean, ctrFloatMean:
		if at < 0 {
			return x.of(0, 0)
		}
		return x.of(math.Float32frombits(uint32(t.counts[2*at])), float32(t.counts[2*at+1]))
	case ctrCounter, ctrFrequency:
		if at < 0 {
			return x.of(0, float32(t.denominator))
		}
		return x.of(float32(t.counts[at]), float32(t.denominator))
	}
	if at < 0 {
		return x.of(0, 0)
	}
	counts := t.counts[at*t.classes:][:t.classes]
	var good, total int32
	for class, n := range counts {
		total += n
		if x.kind == ctrBuckets && class == x.border || x.kind == ctrBorders && class > x.border {
			good += n
		}
	}
	return x.of(float32(good), float32(total))
}

// of is TModelCtr::Calc.
func (x *ctrColumn) of(count, total float32) float32 {
	v := (count + x.prior[0]) / (total + x.prior[1])
	return (v + x.shift) * x.scale
}

// A group is what contributions count as one: the features, in order, that a
// column is computed of.
type group []int

func (x *ctrColumn) group() group {
	g := slices.Clone(x.categories)
	slices.Sort(g)
	return slices.Compact(g)
}
