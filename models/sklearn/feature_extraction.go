package sklearn

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var featureExtractionClasses = []class{
	{"CountVectorizer", "sklearn", countVectorizer},
	{"DictVectorizer", "sklearn", dictVectorizer},
	{"FeatureHasher", "sklearn", featureHasher},
	{"HashingVectorizer", "sklearn", hashingVectorizer},
	{"TfidfTransformer", "sklearn", tfidfTransformer},
	{"TfidfVectorizer", "sklearn", tfidfVectorizer},
}

// A vectorizer turns texts into rows of a sparse matrix.
type vectorizer struct {
	analyzer *analyzer
	terms    terms
	binary   bool
	single   bool // dtype=float32
	weights  *tfidf
	width    int
}

// A vocabulary counts the terms that it knows.
type vocabulary map[string]int

func (v vocabulary) add(s *textScratch, term []byte) {
	if column, ok := v[string(term)]; ok {
		s.entries = append(s.entries, entry{column, 1})
	}
}

// textNode is a node whose input is one text a row.
func textNode(v *vectorizer, names func([]string) []string) *node {
	n := &node{features: 1, types: []models.DType{models.String}, inputs: []models.Port{{DType: models.String}}}
	n.transform = &transformer{width: v.width, run: v.run, names: names}
	return n
}

func (v *vectorizer) run(ws *workspace, x block) (block, error) {
	texts, err := ws.texts(x)
	if err != nil {
		return block{}, err
	}
	s, m := ws.text(), ws.growing()
	m.indptr = append(m.indptr, 0)
	for i, text := range texts.Str {
		if len(texts.Null) > 0 && texts.Null[i] {
			return block{}, &models.DataError{Row: ws.first + i, Column: 0, Name: texts.Name,
				Text: "np.nan is an invalid document, expected byte or unicode string."}
		}
		s.entries = s.entries[:0]
		v.analyzer.run(s, text, v.terms)
		m.appendSum(s, v.width)
	}
	if v.binary {
		for i := range m.values {
			m.values[i] = 1
		}
	}
	y := block{rows: x.rows, width: v.width, sparse: m, owned: true}
	if v.weights != nil {
		v.weights.apply(m, v.single)
	}
	return y, nil
}

// texts is the one column of strings that x must be.
func (ws *workspace) texts(x block) (*models.Column, error) {
	if len(x.columns) == 1 && x.columns[0].DType == models.String && x.columns[0].Stride() == 1 {
		return &x.columns[0], nil
	}
	return nil, &models.DataError{Row: ws.first, Column: -1, Text: "expected one text a row"}
}

// maxTally bounds the columns whose sums are kept in a table by column.
const maxTally = 1 << 21

// appendSum adds a row of the sum of s.entries a column, in the order of columns,
// as sum_duplicates of SciPy leaves it. It reorders the entries.
func (m *csr) appendSum(s *textScratch, width int) {
	if width > maxTally {
		m.appendSorted(s.entries)
		return
	}
	if len(s.sums) < width {
		s.sums, s.marks = make([]float64, width), make([]bool, width)
	}
	first := len(m.indices)
	for _, e := range s.entries {
		if !s.marks[e.column] {
			s.marks[e.column] = true
			m.indices = append(m.indices, e.column)
		}
		s.sums[e.column] += e.value
	}
	slices.Sort(m.indices[first:])
	for _, column := range m.indices[first:] {
		m.values = append(m.values, s.sums[column])
		s.sums[column], s.marks[column] = 0, false
	}
	m.indptr = append(m.indptr, len(m.values))
}

// appendSorted does the same for any number of columns.
func (m *csr) appendSorted(entries []entry) {
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(a.column, b.column) })
	for i := 0; i < len(entries); {
		column, sum := entries[i].column, 0.0
		for ; i < len(entries) && entries[i].column == column; i++ {
			sum += entries[i].value
		}
		m.indices, m.values = append(m.indices, column), append(m.values, sum)
	}
	m.indptr = append(m.indptr, len(m.values))
}

func countVectorizer(c *compiler, r pyobj.Ref) (*node, error) {
	v, known, err := readCounter(r)
	if err != nil {
		return nil, err
	}
	n := textNode(v, func([]string) []string { return known.names() })
	n.outline.Summary = v.summary()
	return n, nil
}

func (v *vectorizer) summary() string {
	return fmt.Sprintf("%s %d to %d · %d terms", v.analyzer.kind, v.analyzer.min, v.analyzer.max, v.width)
}

// readCounter reads CountVectorizer, of which TfidfVectorizer is a subclass.
func readCounter(r pyobj.Ref) (*vectorizer, vocabulary, error) {
	v := new(vectorizer)
	var err error
	if v.analyzer, err = readAnalyzer(r); err != nil {
		return nil, nil, err
	}
	if v.binary, err = flag(r, "binary", false); err != nil {
		return nil, nil, err
	}
	attr, ok := r.Attr("vocabulary_")
	if !ok { // a fixed vocabulary needs no fit
		if attr, err = r.Need("vocabulary"); err != nil {
			return nil, nil, err
		}
	}
	known, err := readVocabulary(attr)
	if err != nil {
		return nil, nil, err
	}
	v.single = singleDType(r)
	v.terms, v.width = known, len(known)
	return v, known, nil
}

// readVocabulary reads a dict of term to column, or a list of terms. Columns are
// 0 to n-1, each once.
func readVocabulary(r pyobj.Ref) (vocabulary, error) {
	known, err := rawVocabulary(r)
	if err != nil {
		return nil, err
	}
	if len(known) == 0 {
		return nil, r.Format("the vocabulary is empty")
	}
	taken := make([]bool, len(known))
	for term, column := range known {
		if column < 0 || column >= len(known) || taken[column] {
			return nil, r.Format("column %d of the term %q in a vocabulary of %d", column, term, len(known))
		}
		taken[column] = true
	}
	return known, nil
}

func rawVocabulary(r pyobj.Ref) (vocabulary, error) {
	dict, _ := r.Value().(*pyobj.Dict)
	if o, ok := r.Value().(*pyobj.Object); ok && o.Dict != nil {
		dict = o.Dict
	}
	known := make(vocabulary)
	if dict == nil {
		list, err := r.Strs()
		for i, term := range list {
			known[term] = i
		}
		return known, err
	}
	for i, key := range dict.Keys {
		term, ok := key.(string)
		if !ok {
			return nil, r.Unsupported("a feature whose name is "+pyobj.Describe(key), "Fit on names that are strings.")
		}
		column, err := pyobj.NewRef(r.Path(), dict.Values[i]).Int()
		if err != nil {
			return nil, err
		}
		known[term] = int(column)
	}
	return known, nil
}

// names are the terms by column.
func (v vocabulary) names() []string {
	list := make([]string, len(v))
	for term, column := range v {
		list[column] = term
	}
	return list
}

// singleDType reports whether the parameter dtype is float32.
func singleDType(r pyobj.Ref) bool {
	attr, ok := r.Attr("dtype")
	if !ok {
		return false
	}
	_, name, _ := attr.Class()
	return name == "float32"
}

// A tfidf is TfidfTransformer.transform.
type tfidf struct {
	sublinear bool
	idf       []float64 // nil with use_idf=False
	norm      string    // l1, l2 or ""
	backwards bool      // sums over a row run from its end; see readIDF
}

func readTfidf(r pyobj.Ref) (*tfidf, error) {
	t := new(tfidf)
	var err error
	if t.sublinear, err = flag(r, "sublinear_tf", false); err != nil {
		return nil, err
	}
	if t.norm, err = readNorm(r); err != nil {
		return nil, err
	}
	use, err := flag(r, "use_idf", true)
	if err != nil || !use {
		return t, err
	}
	return t, t.readIDF(r)
}

// readIDF reads idf_, which up to 1.3 was a diagonal matrix. Their product with
// it in SciPy left each row in the reverse order.
func (t *tfidf) readIDF(r pyobj.Ref) error {
	attr, ok := r.Attr("_idf_diag")
	if !ok {
		var err error
		t.idf, err = perFeature(r, "idf_")
		return err
	}
	t.backwards = true
	shape, err := attr.Ints("_shape")
	if err != nil {
		return err
	}
	if t.idf, err = attr.Floats("data"); err != nil {
		return err
	}
	if len(shape) != 2 || shape[0] != shape[1] || int64(len(t.idf)) != shape[0] || shape[0] == 0 {
		return attr.Format("a diagonal matrix of shape %v with %d values", shape, len(t.idf))
	}
	columns, err := attr.Ints("indices")
	for i, column := range columns {
		if column != int64(i) || len(columns) != len(t.idf) {
			return attr.Format("it is not the CSR form of a diagonal matrix")
		}
	}
	return err
}

func readNorm(r pyobj.Ref) (string, error) {
	attr, ok := r.Attr("norm")
	if !ok {
		return "l2", nil
	}
	if attr.IsNone() {
		return "", nil
	}
	norm, err := attr.Str()
	if err != nil {
		return "", err
	}
	if norm != "l1" && norm != "l2" {
		return "", attr.Unsupported("norm='"+norm+"'", "Use 'l1', 'l2' or None.")
	}
	return norm, nil
}

// apply weighs the entries of m. With single, they are of float32, and so is
// every result.
func (t *tfidf) apply(m *csr, single bool) {
	t.weigh(m, single)
	t.normalize(m, single)
}

// rounding is to float32 or not at all.
func rounding(single bool) func(v float64) float64 {
	if single {
		return func(v float64) float64 { return float64(float32(v)) }
	}
	return func(v float64) float64 { return v }
}

func (t *tfidf) weigh(m *csr, single bool) {
	round := rounding(single)
	if t.sublinear {
		kernel.Log(m.values)
		for i, v := range m.values {
			m.values[i] = round(round(v) + 1)
		}
	}
	if t.idf != nil {
		for i, column := range m.indices {
			m.values[i] = round(m.values[i] * round(t.idf[column]))
		}
	}
}

func (t *tfidf) normalize(m *csr, single bool) {
	round := rounding(single)
	for i := 0; i+1 < len(m.indptr) && t.norm != ""; i++ {
		row := m.values[m.indptr[i]:m.indptr[i+1]]
		if size := t.size(row, round); size != 0 {
			for k, v := range row {
				row[k] = round(v / size)
			}
		}
	}
}

// size is the norm of a row, summed in float64
// (sklearn/utils/sparsefuncs_fast.pyx, inplace_csr_row_normalize_l1 and _l2).
func (t *tfidf) size(row []float64, round func(float64) float64) (sum float64) {
	for k := range row {
		v := row[k]
		if t.backwards {
			v = row[len(row)-1-k]
		}
		if t.norm == "l1" {
			sum += math.Abs(v)
		} else {
			sum += round(v * v)
		}
	}
	if t.norm == "l2" {
		return math.Sqrt(sum)
	}
	return sum
}

func tfidfVectorizer(c *compiler, r pyobj.Ref) (*node, error) {
	v, known, err := readCounter(r)
	if err != nil {
		return nil, err
	}
	part, err := r.Need("_tfidf")
	if err != nil {
		return nil, err
	}
	if v.weights, err = readTfidf(part); err != nil {
		return nil, err
	}
	if k := len(v.weights.idf); k > 0 && k != v.width {
		return nil, r.Format("%d weights for %d terms", k, v.width)
	}
	n := textNode(v, func([]string) []string { return known.names() })
	n.outline.Summary = v.summary()
	return n, nil
}

func tfidfTransformer(c *compiler, r pyobj.Ref) (*node, error) {
	t, err := readTfidf(r)
	if err != nil {
		return nil, err
	}
	n := new(node)
	if t.idf != nil {
		err = n.input(r, len(t.idf))
	} else {
		n.features, n.names, err = recordedFeatures(r)
	}
	if err != nil {
		return nil, err
	}
	names := n.names
	run := func(ws *workspace, x block) (block, error) {
		y, err := ws.compressed(x, names)
		if err != nil {
			return block{}, err
		}
		t.weigh(y.sparse, false)
		if i := kernel.Finite(y.sparse.values); i >= 0 && t.norm != "" { // normalize checks its input again
			return block{}, ofInner(ws.badSparse(y.sparse, i, names))
		}
		t.normalize(y.sparse, false)
		return y, nil
	}
	n.transform = &transformer{run: run}
	n.outline.Summary = "any features"
	if n.features > 0 {
		n.outline.Summary = features(n.features)
	}
	return n, nil
}

// compressed gives x as a sparse matrix that may be overwritten, without the
// zeros of a dense one. It refuses what is not finite.
func (ws *workspace) compressed(x block, names []string) (block, error) {
	m := ws.growing()
	y := block{rows: x.rows, width: x.width, sparse: m, owned: true}
	if x.sparse != nil {
		m.indptr = append(m.indptr, x.sparse.indptr...)
		m.indices = append(m.indices, x.sparse.indices...)
		m.values = append(m.values, x.sparse.values...)
		return y, nil
	}
	x = ws.matrix(x)
	if err := ws.finite(x, names); err != nil {
		return block{}, err
	}
	y.width = x.width
	m.indptr = append(m.indptr, 0)
	for i := range x.rows {
		for j, v := range x.data[i*x.width : (i+1)*x.width] {
			if v != 0 {
				m.indices, m.values = append(m.indices, j), append(m.values, v)
			}
		}
		m.indptr = append(m.indptr, len(m.values))
	}
	return y, nil
}
