package sklearn

import (
	"slices"
	"strconv"

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

// readInputs finds the columns of the input: feature_names_in_ since 2.3. Before,
// only the names of the result are known, and its columns are in the order of
// what they were made of.
func (t *tableEncoder) readInputs(r pyobj.Ref) error {
	var err error
	if _, ok := r.Attr("feature_names_in_"); ok {
		t.inputs, err = textsOf(r, "feature_names_in_")
	} else {
		t.inputs, err = t.inputsOf(r)
	}
	if err != nil {
		return err
	}
	if width, ok := r.Attr("_dim"); ok && !width.IsNone() {
		n, err := width.Int()
		if err != nil {
			return err
		}
		if n != int64(len(t.inputs)) {
			return r.Format("%d columns of an input of %d", len(t.inputs), n)
		}
	}
	return t.checkInputs(r)
}

func (t *tableEncoder) checkInputs(r pyobj.Ref) error {
	if len(t.inputs) == 0 {
		return r.Format("an encoder of no columns")
	}
	for _, e := range t.encoded {
		if !slices.Contains(t.inputs, e.name) {
			return r.Format("it encodes a column %q, which is not in the input", clip(e.name))
		}
	}
	return nil
}

// inputsOf finds the inputs in the names of the result.
func (t *tableEncoder) inputsOf(r pyobj.Ref) ([]string, error) {
	if !beforeNames(r) { // CountEncoder
		return t.allInputs(r)
	}
	results, err := textsOf(r, "feature_names")
	if err != nil {
		return nil, err
	}
	from := make(map[string]string) // the input of each result
	var inputs []string
	if t.hashed != nil {
		inputs = append(inputs, t.hashed.inputs...)
		for _, name := range t.hashed.names {
			from[name] = inputs[0]
		}
	}
	for _, e := range t.encoded {
		for _, name := range e.names {
			from[name] = e.name
		}
	}
	for i, name := range results {
		if i == 0 && t.first != nil && len(t.first.names) > 0 {
			continue
		}
		if input, ok := from[name]; ok {
			name = input
		}
		if !slices.Contains(inputs, name) {
			inputs = append(inputs, name)
		}
	}
	for _, e := range t.encoded { // all of it was dropped
		if !slices.Contains(inputs, e.name) {
			inputs = append(inputs, e.name)
		}
	}
	if sorted := slices.SortedFunc(slices.Values(inputs), byNumber); numbered(sorted) {
		return sorted, nil
	}
	return inputs, nil
}

// beforeNames reports whether r was written by a version before 2.3, which kept
// the names of the result only, in feature_names.
func beforeNames(r pyobj.Ref) bool {
	_, ok := r.Attr("feature_names")
	return ok
}

// allInputs are those of an encoder that records no names, nor their order: it
// must have one, or have been fitted on an array.
func (t *tableEncoder) allInputs(r pyobj.Ref) ([]string, error) {
	width, err := r.Need("_dim")
	if err != nil {
		return nil, err
	}
	n, err := width.Int()
	if err != nil {
		return nil, err
	}
	var inputs []string
	digits := true
	for _, e := range t.encoded {
		_, err := strconv.Atoi(e.name)
		digits, inputs = digits && err == nil, append(inputs, e.name)
	}
	if n == 1 && len(inputs) == 1 {
		return inputs, nil
	}
	if !digits || n < 0 || n > maxOpen {
		return nil, r.Unsupported("an encoder that does not record the order of its columns",
			"Fit it with category_encoders 2.3 or later, or on one column.")
	}
	inputs = inputs[:0]
	for j := range n {
		inputs = append(inputs, strconv.FormatInt(j, 10))
	}
	return inputs, nil
}

func byNumber(a, b string) int {
	i, _ := strconv.Atoi(a)
	j, _ := strconv.Atoi(b)
	return i - j
}

// numbered reports whether the names are 0, 1, 2, …: those of an array.
func numbered(names []string) bool {
	for i, name := range names {
		if name != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

// textsOf reads a list of column labels, numbers as their digits.
func textsOf(r pyobj.Ref, name string) ([]string, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	labels, err := attr.Labels()
	if err != nil {
		return nil, err
	}
	out := make([]string, len(labels))
	for i, v := range labels {
		if out[i], err = labelText(attr, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// labelText is a column label as text.
func labelText(r pyobj.Ref, v pyobj.Value) (string, error) {
	if n, ok := wholeNumber(v); ok {
		v = n
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", r.Unsupported("a column label that is "+pyobj.Describe(v), "Name the columns by strings.")
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
