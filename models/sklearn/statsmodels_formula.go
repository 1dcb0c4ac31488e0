package sklearn

import (
	"math"
	"slices"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// A formula is the right side of a formula of statsmodels. patsy pickles nothing
// of it: the file holds the text, the table of the training (data.frame), and the
// design matrix that patsy made of it (data.orig_exog), whose column labels say
// what each is: a product of factors,
//
//	Intercept, a, np.log(a + 10), C(g)[T.v], C(g)[T.v]:a
//
// where a factor with brackets is 1 for rows of that level and 0 for others.
// These are computed from the labels; that they were understood is proven when the
// model is opened, by making the design matrix of the training once more.
type formula struct {
	f       *fitted
	slots   []slot
	columns [][]factor // of the design matrix
	names   []string   // of the table
}

// A slot is a column of the table as it enters factors: a number, or the code of
// its level.
type slot struct {
	column int
	levels *categories // nil for numbers
}

// A factor is a number made of the slots of a row.
type factor func(slots []float64) float64

const formulaHint = "Use names, numbers, + - * / **, C(), Q(), I() and functions of NumPy in formulas; or fit on a design matrix."

// throughFormula offers predict of a model that was fitted by a formula, over the
// table that the formula is about.
func (f *fitted) throughFormula(n *node, model pyobj.Ref) error {
	data, err := model.Need("data")
	if err != nil {
		return err
	}
	at, err := data.Need("frame")
	if err != nil {
		return err
	}
	if at.IsNone() {
		return at.Unsupported("a formula without the table it was fitted on", "Save the results with remove_data=False, or fit on a design matrix.")
	}
	table, err := at.DataFrame()
	if err != nil {
		return err
	}
	design, err := data.Need("orig_exog")
	if err != nil {
		return err
	}
	matrix, err := design.DataFrame()
	if err != nil {
		return err
	}
	if len(matrix.Columns) != f.features {
		return design.Format("%d columns for %d parameters", len(matrix.Columns), f.features)
	}
	p := &formula{f: f}
	if err := p.read(at, table, matrix); err != nil {
		return err
	}
	if err := p.prove(design, table, matrix); err != nil {
		return err
	}
	p.takes(n)
	n.offer(f.predict(p.run))
	return nil
}

// read compiles the labels of the design matrix.
func (p *formula) read(r pyobj.Ref, table, matrix *pyobj.DataFrame) error {
	for _, label := range table.Columns {
		name, err := labelText(r, label)
		if err != nil {
			return err
		}
		p.names = append(p.names, name)
	}
	for _, label := range matrix.Columns {
		text, ok := label.(string)
		if !ok {
			return r.Format("a column of the design matrix named %s", pyobj.Describe(label))
		}
		var factors []factor
		for _, part := range splitOutside(text, ':') {
			one, err := p.factor(r, table, part)
			if err != nil {
				return err
			}
			factors = append(factors, one)
		}
		p.columns = append(p.columns, factors)
	}
	return nil
}

// factor compiles "C(g)[T.v]" or an expression.
func (p *formula) factor(r pyobj.Ref, table *pyobj.DataFrame, text string) (factor, error) {
	if text == "Intercept" && !slices.Contains(p.names, text) {
		return func([]float64) float64 { return 1 }, nil
	}
	base, level, ok := strings.Cut(text, "[")
	if ok && strings.HasSuffix(level, "]") {
		return p.indicator(r, table, base, strings.TrimSuffix(level, "]"))
	}
	e := &expression{formula: p, text: text}
	return e.compile(r)
}

// indicator compiles the column of a level: "T.v" in Treatment coding, "v" where
// every level has one.
func (p *formula) indicator(r pyobj.Ref, table *pyobj.DataFrame, base, level string) (factor, error) {
	name, ok := factorColumn(base)
	j := slices.Index(p.names, name)
	if !ok || j < 0 {
		return nil, r.Unsupported("the factor "+clip(base)+" of a formula", formulaHint)
	}
	levels, err := levelsOf(r, table, j)
	if err != nil {
		return nil, err
	}
	code := slices.Index(levels.names, level)
	if rest, is := strings.CutPrefix(level, "T."); code < 0 && is {
		code = slices.Index(levels.names, rest)
	}
	if code < 0 {
		return nil, r.Unsupported("the level "+clip(level)+" of "+clip(base)+" in a formula", formulaHint)
	}
	k := p.slot(j, levels)
	return func(slots []float64) float64 {
		if slots[k] == float64(code) {
			return 1
		}
		return 0
	}, nil
}

// factorColumn is the column of C(name), of C(name, Treatment…), of Q('name') or of
// a bare name.
func factorColumn(base string) (string, bool) {
	inner, ok := strings.CutPrefix(base, "C(")
	if ok {
		inner = strings.TrimSuffix(inner, ")")
		first, contrast, more := strings.Cut(inner, ",")
		if more && !strings.HasPrefix(strings.TrimSpace(contrast), "Treatment") {
			return "", false
		}
		base = strings.TrimSpace(first)
	}
	if quoted, ok := strings.CutPrefix(base, "Q("); ok {
		quoted = strings.TrimSuffix(quoted, ")")
		return strings.Trim(quoted, `'"`), true
	}
	return base, true
}

// levelsOf are the values of a column of the table, each once.
func levelsOf(r pyobj.Ref, table *pyobj.DataFrame, j int) (*categories, error) {
	values, err := pyobj.Elements(table.Values[j])
	if err != nil {
		return nil, r.Unsupported("a factor of dtype "+table.Values[j].DType.String(), formulaHint)
	}
	seen := make(map[any]bool)
	var levels []pyobj.Value
	for _, v := range values {
		switch v := v.(type) {
		case float64:
			if math.IsNaN(v) {
				continue
			}
		case string, int64, bool:
		case nil:
			continue
		default:
			return nil, r.Unsupported("a factor with the level "+pyobj.Describe(v), formulaHint)
		}
		if !seen[v] {
			seen[v] = true
			levels = append(levels, v)
		}
	}
	return categoriesOf(r, levels)
}

// slot is the place of a column among the slots.
func (p *formula) slot(column int, levels *categories) int {
	for k, s := range p.slots {
		if s.column == column && (s.levels == nil) == (levels == nil) {
			return k
		}
	}
	p.slots = append(p.slots, slot{column, levels})
	return len(p.slots) - 1
}

// takes sets the inputs: the columns of the table, of which those that the
// formula does not name may be left out.
func (p *formula) takes(n *node) {
	n.features, n.names = len(p.names), p.names
	n.types = make([]models.DType, n.features)
	for j := range n.types {
		n.types[j] = unused
	}
	for _, s := range p.slots {
		t := models.Float64
		if s.levels != nil {
			t = s.levels.dtype()
		}
		n.types[s.column] = merge(n.types[s.column], t)
	}
}

// row computes a row of the design matrix. A missing value makes all of it NaN,
// as statsmodels answers NaN for a row that patsy drops.
func (p *formula) row(out, slots []float64) {
	missing := false
	for _, v := range slots {
		missing = missing || math.IsNaN(v)
	}
	for j, factors := range p.columns {
		v := 1.0
		for _, f := range factors {
			v *= f(slots)
		}
		if out[j] = v; missing {
			out[j] = math.NaN()
		}
	}
}

func (p *formula) run(ws *workspace, x block, out []float64) error {
	list := ws.features(x)
	k := len(p.columns)
	m := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	slots := ws.floats(len(p.slots))
	for i := range x.rows {
		for s, from := range p.slots {
			v, ok := from.read(&list[from.column], i)
			if !ok {
				text := "observation with value " + shown(&list[from.column], i) + " does not match any of the expected levels"
				return ws.failed(i, from.column, p.names, text)
			}
			slots[s] = v
		}
		p.row(m.data[i*k:(i+1)*k], slots)
	}
	return p.f.run(ws, m, out)
}

// read is value i of s as the slot has it; false for an unknown level.
func (from slot) read(s *series, i int) (float64, bool) {
	switch {
	case s.missing(i):
		return math.NaN(), true
	case from.levels == nil:
		return s.number(i), true
	}
	code := from.levels.code(s, i)
	return float64(code), code != unknown
}

// splitOutside splits text at a separator outside of brackets and quotes.
func splitOutside(text string, separator byte) []string {
	var parts []string
	depth, from, quote := 0, 0, byte(0)
	for i := range len(text) {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == separator && depth == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}
