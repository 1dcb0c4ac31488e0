package sklearn

import (
	"slices"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var categoryEncoderClasses = []class{
	{"BackwardDifferenceEncoder", "category_encoders", contrastEncoder},
	{"BaseNEncoder", "category_encoders", codedEncoder},
	{"BinaryEncoder", "category_encoders", codedEncoder},
	{"CatBoostEncoder", "category_encoders", catBoostEncoder},
	{"CountEncoder", "category_encoders", countEncoder},
	{"GLMMEncoder", "category_encoders", scoredEncoder},
	{"GrayEncoder", "category_encoders", codedEncoder},
	{"HashingEncoder", "category_encoders", hashingEncoder},
	{"HelmertEncoder", "category_encoders", contrastEncoder},
	{"JamesSteinEncoder", "category_encoders", scoredEncoder},
	{"LeaveOneOutEncoder", "category_encoders", leaveOneOutEncoder},
	{"MEstimateEncoder", "category_encoders", scoredEncoder},
	{"NestedCVWrapper", "category_encoders", nestedWrapper},
	{"OneHotEncoder", "category_encoders", oneHotCodedEncoder},
	{"OrdinalEncoder", "category_encoders", ordinalCodedEncoder},
	{"PolynomialEncoder", "category_encoders", contrastEncoder},
	{"QuantileEncoder", "category_encoders", scoredEncoder},
	{"RankHotEncoder", "category_encoders", rankHotEncoder},
	{"SumEncoder", "category_encoders", contrastEncoder},
	{"SummaryEncoder", "category_encoders", summaryEncoder},
	{"TargetEncoder", "category_encoders", scoredEncoder},
	{"WOEEncoder", "category_encoders", scoredEncoder},
}

// An encodedColumn is what an encoder of category_encoders makes of one column.
// Whatever the encoder, that is decided when it is fitted: some numbers for each
// category, for an unknown one, and for a missing one.
type encodedColumn struct {
	name       string // of the input column
	categories *categories
	names      []string  // of the result
	rows       []float64 // a row of len(names) values for each category, then for unknown and for missing

	refuseUnknown string // if not empty, an unknown category is an error with this text
	refuseMissing string
}

const refusesNull = "Columns to be encoded can not contain null"

// set fills the row of a code, len(categories) being unknown and one more missing.
func (e *encodedColumn) set(code int, row []float64) {
	copy(e.rows[code*len(e.names):(code+1)*len(e.names)], row)
}

func (e *encodedColumn) unknown() int { return e.categories.len() }
func (e *encodedColumn) missing() int { return e.categories.len() + 1 }

// newEncodedColumn has room for the rows of width values.
func newEncodedColumn(name string, cats *categories, names []string) *encodedColumn {
	return &encodedColumn{name: name, categories: cats, names: names, rows: make([]float64, (cats.len()+2)*len(names))}
}

// drop leaves out result columns of these names.
func (e *encodedColumn) drop(names []string) {
	var keep []int
	for k, name := range e.names {
		if !slices.Contains(names, name) {
			keep = append(keep, k)
		}
	}
	if len(keep) == len(e.names) {
		return
	}
	var rows []float64
	for i := 0; i < len(e.rows); i += len(e.names) {
		rows = append(rows, pickAll(e.rows[i:i+len(e.names)], keep)...)
	}
	e.names, e.rows = pickAll(e.names, keep), rows
}

func (e *encodedColumn) run(ws *workspace, x block) (block, error) {
	s, k := &ws.features(x)[0], len(e.names)
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	for i := range x.rows {
		code := e.missing()
		switch missing := s.missing(i); {
		case missing && e.refuseMissing != "":
			return block{}, ws.failed(i, 0, nil, e.refuseMissing)
		case !missing:
			if code = e.categories.code(s, i); code != unknown {
				break
			}
			if code = e.unknown(); e.refuseUnknown != "" {
				return block{}, ws.failed(i, 0, nil, e.refuseUnknown)
			}
		}
		copy(y.data[i*k:(i+1)*k], e.rows[code*k:])
	}
	return y, nil
}

// part is e as one of the parts that stand side by side, for column j.
func (e *encodedColumn) part(j int) part {
	t := &transformer{width: len(e.names), run: e.run, names: func([]string) []string { return e.names }}
	n := &node{features: 1, types: []models.DType{e.categories.dtype()}, transform: t}
	return part{node: n, columns: []int{j}, width: len(e.names)}
}

// A tableEncoder is an encoder of category_encoders: columns that it encodes, and
// others that it passes on.
type tableEncoder struct {
	encoded []*encodedColumn
	first   *encodedColumn // a column before all others, which is that of no input
	hashed  *hashedColumns // columns before all others, which are made of several
	inputs  []string
}

// compile makes the node of t.
func (t *tableEncoder) compile(r pyobj.Ref) (*node, error) {
	if err := t.drop(r); err != nil {
		return nil, err
	}
	if err := t.readInputs(r); err != nil {
		return nil, err
	}
	n := &node{features: len(t.inputs), names: t.inputs, types: make([]models.DType, len(t.inputs))}
	for j := range n.types {
		n.types[j] = anything
	}
	if numbered(t.inputs) {
		n.names = nil
	}
	u := &sideBySide{features: n.features, names: n.names}
	if t.first != nil && len(t.first.names) > 0 {
		u.parts = append(u.parts, t.constant())
	}
	if t.hashed != nil {
		p, err := t.hashed.part(r, t.inputs)
		if err != nil {
			return nil, err
		}
		u.parts = append(u.parts, p)
	}
	for j, name := range t.inputs {
		u.parts = append(u.parts, t.partFor(j, name)...)
	}
	for i := range u.parts {
		if err := u.parts[i].need(r, n.types); err != nil {
			return nil, err
		}
	}
	n.outline.Class = "table encoder"
	return n, u.finish(r, n, nameAlone)
}

// partFor is what becomes of input j: nothing, if all of it is dropped.
func (t *tableEncoder) partFor(j int, name string) []part {
	if t.hashed != nil && slices.Contains(t.hashed.inputs, name) {
		return nil
	}
	for _, e := range t.encoded {
		if e.name == name && len(e.names) == 0 {
			return nil
		}
		if e.name == name {
			return []part{e.part(j)}
		}
	}
	return []part{{node: passthrough(""), columns: []int{j}, width: 1}}
}

// constant is the intercept of contrasts.
func (t *tableEncoder) constant() part {
	e := t.first
	run := func(ws *workspace, x block) (block, error) {
		y := block{rows: x.rows, width: 1, data: ws.floats(x.rows), owned: true}
		for i := range y.data {
			y.data[i] = 1
		}
		return y, nil
	}
	return part{node: &node{transform: &transformer{width: 1, run: run, names: func([]string) []string { return e.names }}}, columns: []int{}, width: 1}
}

// drop leaves out what drop_invariant found: invariant_cols, drop_cols before 2.3.
func (t *tableEncoder) drop(r pyobj.Ref) error {
	if on, err := flag(r, "drop_invariant", false); err != nil || !on {
		return err
	}
	names, err := textsOf(r, present(r, "invariant_cols", "drop_cols"))
	if err != nil {
		return err
	}
	for _, e := range t.encoded {
		e.drop(names)
	}
	if t.first != nil {
		t.first.drop(names)
	}
	if t.hashed != nil && len(names) > 0 {
		return r.Unsupported("a HashingEncoder that dropped columns", "Fit it with drop_invariant=False.")
	}
	return nil
}

// nestedWrapper is NestedCVWrapper, which without a target transforms as the
// encoder that it holds.
func nestedWrapper(c *compiler, r pyobj.Ref) (*node, error) {
	inner, err := c.member(r, "feature_encoder")
	if err != nil {
		return nil, err
	}
	n := *inner
	n.outline = models.Node{Children: []models.Node{inner.outline}, Summary: inner.outline.Summary}
	return &n, nil
}
