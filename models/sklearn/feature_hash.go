package sklearn

import (
	"fmt"
	"math"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A hasher gives a feature a column by the hash of its name
// (sklearn/feature_extraction/_hashing_fast.pyx).
type hasher struct {
	width int
	sign  bool // alternate_sign
}

// maxHashed is the largest n_features that scikit-learn takes.
const maxHashed = math.MaxInt32

func readHasher(r pyobj.Ref) (*hasher, error) {
	attr, err := r.Need("n_features")
	if err != nil {
		return nil, err
	}
	n, err := attr.Int()
	if err != nil {
		return nil, err
	}
	if n < 1 || n > maxHashed {
		return nil, attr.Format("%d features", n)
	}
	h := &hasher{width: int(n)}
	if h.sign, err = flag(r, "alternate_sign", true); err != nil {
		return nil, err
	}
	if attr, ok := r.Attr("non_negative"); ok { // up to 0.20
		if b, err := attr.Bool(); err == nil && b {
			return nil, attr.Unsupported("non_negative=True", "Fit with scikit-learn 0.21 or later, and alternate_sign=False.")
		}
	}
	return h, nil
}

func (h *hasher) entry(name []byte, value float64) entry {
	hash := kernel.Murmur32(name, 0)
	if h.sign && hash < 0 {
		value = -value
	}
	// In int64, the magnitude of -1<<31 is what the library defines for it.
	magnitude := int64(hash)
	if magnitude < 0 {
		magnitude = -magnitude
	}
	if hash == math.MinInt32 {
		magnitude = math.MaxInt32 - int64(h.width-1)
	}
	column := magnitude % int64(h.width)
	return entry{int(column), value}
}

func (h *hasher) add(s *textScratch, term []byte) { s.entries = append(s.entries, h.entry(term, 1)) }

func hashingVectorizer(c *compiler, r pyobj.Ref) (*node, error) {
	h, err := readHasher(r)
	if err != nil {
		return nil, err
	}
	v := &vectorizer{terms: h, width: h.width, weights: new(tfidf), single: singleDType(r)}
	if v.analyzer, err = readAnalyzer(r); err != nil {
		return nil, err
	}
	if v.binary, err = flag(r, "binary", false); err != nil {
		return nil, err
	}
	if v.weights.norm, err = readNorm(r); err != nil {
		return nil, err
	}
	n := textNode(v, nil)
	n.outline.Summary = v.summary()
	return n, nil
}

// A records turns named columns into rows of a sparse matrix: FeatureHasher of
// dicts, and DictVectorizer. A column of strings makes the feature
// "name=value", which is 1; a value that is missing makes none.
type records struct {
	hash      *hasher // of FeatureHasher
	known     vocabulary
	separator string
	width     int
	tokens    bool // input_type='string': the values themselves are the names
	single    bool // dtype=float32
}

func featureHasher(c *compiler, r pyobj.Ref) (*node, error) {
	h, err := readHasher(r)
	if err != nil {
		return nil, err
	}
	kind, err := word(r, "input_type", "dict")
	if err != nil {
		return nil, err
	}
	if kind != "dict" && kind != "string" {
		return nil, r.Unsupported("input_type='"+kind+"'", "Use input_type='dict' and send records.")
	}
	d := &records{hash: h, separator: "=", width: h.width, tokens: kind == "string", single: singleDType(r)}
	n := &node{inputs: []models.Port{}, transform: &transformer{width: d.width, run: d.run}}
	n.outline.Summary = fmt.Sprintf("any columns · %d features", h.width)
	return n, nil
}

// dictVectorizer compiles DictVectorizer. The columns that it wants are told by
// the names of its features: "key=value" of a column of strings, "key" of one
// of numbers.
func dictVectorizer(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("vocabulary_")
	if err != nil {
		return nil, err
	}
	d := new(records)
	if d.known, err = readVocabulary(attr); err != nil {
		return nil, err
	}
	if d.separator, err = word(r, "separator", "="); err != nil {
		return nil, err
	}
	d.single = singleDType(r)
	d.width = len(d.known)
	n := &node{transform: &transformer{width: d.width, run: d.run, names: func([]string) []string { return d.known.names() }}}
	if n.inputs, err = d.ports(r); err != nil {
		return nil, err
	}
	n.features = len(n.inputs)
	for _, p := range n.inputs {
		n.names, n.types = append(n.names, p.Name), append(n.types, p.DType)
	}
	n.outline.Summary = fmt.Sprintf("%d columns · %s", len(n.inputs), features(d.width))
	return n, nil
}

// ports are the columns that the features name, in the order of the features.
func (d *records) ports(r pyobj.Ref) ([]models.Port, error) {
	var list []models.Port
	at := make(map[string]int)
	for _, name := range d.known.names() {
		p := models.Port{Name: name, DType: models.Float64, Optional: true}
		if key, _, ok := strings.Cut(name, d.separator); ok && d.separator != "" {
			p.Name, p.DType = key, models.String
		}
		i, ok := at[p.Name]
		if ok && list[i].DType != p.DType {
			return nil, r.Unsupported("a key '"+p.Name+"' that holds numbers in some dicts and strings in others",
				"Make all values of a key strings, or all numbers.")
		}
		if !ok {
			at[p.Name] = len(list)
			list = append(list, p)
		}
	}
	return list, nil
}

func (d *records) run(ws *workspace, x block) (block, error) {
	if x.columns == nil {
		return block{}, &models.DataError{Row: ws.first, Column: -1, Text: "expected named columns"}
	}
	for k := range x.columns {
		c := &x.columns[k]
		if !d.tokens && c.Name == "" {
			return block{}, &models.DataError{Row: ws.first, Column: k, Text: "a value without a name; send rows as objects, a value for each name"}
		}
		if c.Stride() != 1 || d.tokens && c.DType != models.String {
			return block{}, &models.DataError{Row: ws.first, Column: k, Name: c.Name, Text: "feature names must be strings"}
		}
	}
	s, m := ws.text(), ws.growing()
	m.indptr = append(m.indptr, 0)
	for i := range x.rows {
		s.entries = s.entries[:0]
		for k := range x.columns {
			d.cell(s, &x.columns[k], i)
		}
		m.appendSum(s, d.width)
	}
	if d.single {
		toSingle(m.values)
	}
	return block{rows: x.rows, width: d.width, sparse: m, owned: true}, nil
}

// cell adds the entry of value i of a column.
func (d *records) cell(s *textScratch, c *models.Column, i int) {
	if len(c.Null) > 0 && c.Null[i] {
		return
	}
	value := 0.0
	s.term = append(s.term[:0], c.Name...)
	switch c.DType {
	case models.Float64:
		value = c.F64[i]
	case models.Float32:
		value = float64(c.F32[i])
	case models.Int64:
		value = float64(c.I64[i])
	case models.Bool:
		if c.Bool[i] {
			value = 1
		}
	case models.String:
		value = 1
		if d.tokens {
			s.term = s.term[:0]
		} else {
			s.term = append(s.term, d.separator...)
		}
		s.term = append(s.term, c.Str[i]...)
	}
	if d.hash == nil {
		if column, ok := d.known[string(s.term)]; ok {
			s.entries = append(s.entries, entry{column, value})
		}
		return
	}
	if value != 0 {
		s.entries = append(s.entries, d.hash.entry(s.term, value))
	}
}
