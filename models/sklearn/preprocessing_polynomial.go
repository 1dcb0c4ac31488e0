package sklearn

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/copal-ml/copal/models/pyobj"
)

var basisClasses = []class{
	{"KBinsDiscretizer", "sklearn", kBinsDiscretizer},
	{"PolynomialFeatures", "sklearn", polynomialFeatures},
	{"SplineTransformer", "sklearn", splineTransformer},
}

// maxTerms bounds the columns that a degree, a mere claim, stands for.
const maxTerms = 1 << 20

// A term is a product of features: that of another term, all of whose features
// come later or are the same, and one more feature. The terms of a degree are in
// the order of itertools.combinations (_polynomial.py: _combinations).
type term struct {
	rest    int // index into all terms; -1 for the product of nothing
	feature int
}

// A polynomial is PolynomialFeatures.transform.
type polynomial struct {
	terms   []term // of degree 1 and up, each after its rest
	columns []int  // of the result: a term, or -1 for the bias
	forward bool   // products from the first feature on, as before 0.22
	names   []string
}

func polynomialFeatures(c *compiler, r pyobj.Ref) (*node, error) {
	p, n := &polynomial{forward: olderThan(c.version, 0, 22)}, new(node)
	width, err := inputCount(r)
	if err != nil {
		return nil, err
	}
	if err := n.input(r, width); err != nil {
		return nil, err
	}
	p.names = n.names
	lo, hi, err := degrees(r)
	if err != nil {
		return nil, err
	}
	interaction, err := flag(r, "interaction_only", false)
	if err != nil {
		return nil, err
	}
	bias, err := flag(r, "include_bias", true)
	if err != nil {
		return nil, err
	}
	if err := p.generate(r, width, lo, hi, interaction, bias); err != nil {
		return nil, err
	}
	n.transform = &transformer{width: len(p.columns), run: p.run, names: p.outputNames}
	n.outline.Summary = fmt.Sprintf("%s · degree %d", features(width), hi)
	return n, nil
}

// inputCount is n_features_in_, which was n_input_features_ before 1.0.
func inputCount(r pyobj.Ref) (int, error) {
	attr, ok := r.Attr("n_features_in_")
	if !ok {
		var err error
		if attr, err = r.Need("n_input_features_"); err != nil {
			return 0, err
		}
	}
	n, err := attr.Int()
	if err != nil {
		return 0, err
	}
	if n < 1 || n > maxTerms {
		return 0, attr.Format("%d features", n)
	}
	return int(n), nil
}

// degrees reads degree: the largest, or since 1.0 also (smallest, largest).
func degrees(r pyobj.Ref) (lo, hi int, err error) {
	attr, err := r.Need("degree")
	if err != nil {
		return 0, 0, err
	}
	values := []int64{0, 0}
	if values[1], err = attr.Int(); err != nil {
		if values, err = r.Ints("degree"); err != nil {
			return 0, 0, err
		}
	}
	if len(values) != 2 || values[0] < 0 || values[1] < values[0] || values[1] > maxTerms {
		return 0, 0, attr.Format("degree %v", values)
	}
	return int(values[0]), int(values[1]), nil
}

func (p *polynomial) generate(r pyobj.Ref, width, lo, hi int, interaction, bias bool) error {
	if bias {
		p.columns = append(p.columns, -1)
	}
	// starts[j] is where the terms of the last degree with first feature >= j begin.
	starts := make([]int, width+1)
	for degree := 1; degree <= hi; degree++ {
		first := len(p.terms)
		next := make([]int, width+1)
		for j := range width {
			next[j] = len(p.terms)
			rest := []int{-1}
			if degree > 1 {
				rest = p.after(starts, j, interaction, first)
			}
			if len(p.terms)+len(rest) > maxTerms {
				return r.Unsupported(fmt.Sprintf("a polynomial of more than %d terms", maxTerms), "Use a smaller degree.")
			}
			for _, k := range rest {
				p.terms = append(p.terms, term{k, j})
			}
		}
		next[width] = len(p.terms)
		if len(p.terms) == first {
			break // interactions of more features than there are
		}
		if degree >= lo {
			for k := first; k < len(p.terms); k++ {
				p.columns = append(p.columns, k)
			}
		}
		starts = next
	}
	if len(p.columns) == 0 {
		return r.Unsupported("a PolynomialFeatures without a column", "Use include_bias=True or another degree.")
	}
	return p.checkCount(r)
}

// after lists the terms of the degree before whose first feature is j or later;
// later only, for interactions. These end at end.
func (p *polynomial) after(starts []int, j int, interaction bool, end int) []int {
	if interaction {
		j++
	}
	list := make([]int, 0, end-starts[j])
	for k := starts[j]; k < end; k++ {
		list = append(list, k)
	}
	return list
}

func (p *polynomial) checkCount(r pyobj.Ref) error {
	attr, ok := r.Attr("n_output_features_")
	if !ok {
		return nil
	}
	n, err := attr.Int()
	if err == nil && int(n) != len(p.columns) {
		err = attr.Format("%d columns, but degree and features make %d", n, len(p.columns))
	}
	return err
}

func (p *polynomial) run(ws *workspace, x block) (block, error) {
	m := ws.matrix(x)
	if err := ws.finite(m, p.names); err != nil {
		return block{}, err
	}
	width := len(p.columns)
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	values := ws.floats(len(p.terms))
	for i := range x.rows {
		p.products(values, m.data[i*m.width:(i+1)*m.width])
		out := y.data[i*width : (i+1)*width]
		for k, t := range p.columns {
			out[k] = 1
			if t >= 0 {
				out[k] = values[t]
			}
		}
	}
	return y, nil
}

func (p *polynomial) products(dst, row []float64) {
	for k, t := range p.terms {
		v := row[t.feature]
		if t.rest >= 0 && p.forward {
			for at := t.rest; at >= 0; at = p.terms[at].rest {
				v *= row[p.terms[at].feature]
			}
		} else if t.rest >= 0 {
			v *= dst[t.rest]
		}
		dst[k] = v
	}
}

// outputNames is get_feature_names_out: "1", "a", "a^2", "a b".
func (p *polynomial) outputNames(in []string) []string {
	out := make([]string, len(p.columns))
	for k, t := range p.columns {
		out[k] = "1"
		if t < 0 {
			continue
		}
		var list []int
		for ; t >= 0; t = p.terms[t].rest {
			list = append(list, p.terms[t].feature)
		}
		var words []string
		for len(list) > 0 {
			power := 1
			for power < len(list) && list[power] == list[0] {
				power++
			}
			word := in[list[0]]
			if power > 1 {
				word = fmt.Sprintf("%s^%d", word, power)
			}
			words, list = append(words, word), list[power:]
		}
		out[k] = strings.Join(words, " ")
	}
	return out
}

// A bins is KBinsDiscretizer.transform (sklearn/preprocessing/_discretization.py).
type bins struct {
	edges  [][]float64 // without the first: without the last as well since 1.1
	counts []int
	loose  bool  // before 1.1 a value just below an edge counts as on it
	single bool  // dtype=float32
	starts []int // of the columns of each feature; nil for encode="ordinal"
	width  int
	names  []string
}

func kBinsDiscretizer(c *compiler, r pyobj.Ref) (*node, error) {
	b, n := &bins{loose: olderThan(c.version, 1, 1), single: singleDType(r)}, new(node)
	items, err := parts(r, "bin_edges_")
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		a, err := item.Array()
		if err != nil {
			return nil, err
		}
		edges, err := a.Float64s()
		if err != nil {
			return nil, item.Format("%w", err)
		}
		if len(edges) < 2 || !slices.IsSorted(edges) {
			return nil, item.Format("%d edges of bins, not all in order", len(edges))
		}
		b.edges, b.counts = append(b.edges, edges[1:len(edges)-1]), append(b.counts, len(edges)-1)
	}
	if err := n.input(r, len(b.edges)); err != nil {
		return nil, err
	}
	b.names = n.names
	encode, err := word(r, "encode", "onehot")
	if err != nil {
		return nil, err
	}
	n.transform = &transformer{run: b.ordinal}
	switch encode {
	case "onehot", "onehot-dense":
		for _, k := range b.counts {
			b.starts = append(b.starts, b.width)
			b.width += k
		}
		n.transform = &transformer{width: b.width, run: b.oneHot, names: b.outputNames}
	case "ordinal":
	default:
		return nil, r.Format("encode=%s", quote(encode))
	}
	n.outline.Summary = features(n.features) + " · " + encode
	return n, nil
}

// check refuses what check_array of its dtype refuses.
func (b *bins) check(ws *workspace, m block) error {
	if b.single {
		return (&grove{names: b.names}).check(ws, m, false)
	}
	return ws.finite(m, b.names)
}

// bin is the bin of a value: the number of inner edges at or below it.
func (b *bins) bin(v float64, j int) int {
	switch {
	case b.single && b.loose:
		s := float32(v)
		s += 1e-8 + float32(1e-5*float32(math.Abs(v)))
		v = float64(s)
	case b.single:
		v = float64(float32(v))
	case b.loose:
		v += 1e-8 + float64(1e-5*math.Abs(v))
	}
	lo, hi := 0, len(b.edges[j])
	for lo < hi {
		if mid := (lo + hi) / 2; b.edges[j][mid] <= v {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func (b *bins) ordinal(ws *workspace, x block) (block, error) {
	y, src := ws.writable(x)
	if err := b.check(ws, block{width: y.width, data: src}); err != nil {
		return block{}, err
	}
	for i, v := range src {
		y.data[i] = float64(b.bin(v, i%y.width))
	}
	return y, nil
}

func (b *bins) oneHot(ws *workspace, x block) (block, error) {
	m := ws.matrix(x)
	if err := b.check(ws, m); err != nil {
		return block{}, err
	}
	s := ws.csr(x.rows, len(m.data))
	for i, v := range m.data {
		j := i % m.width
		s.indices, s.values = append(s.indices, b.starts[j]+b.bin(v, j)), append(s.values, 1)
		if j == m.width-1 {
			s.indptr = append(s.indptr, len(s.indices))
		}
	}
	return block{rows: x.rows, width: b.width, sparse: s}, nil
}

func (b *bins) outputNames(in []string) []string {
	var out []string
	for j, n := range b.counts {
		for k := range n {
			out = append(out, fmt.Sprintf("%s_%d.0", in[j], k))
		}
	}
	return out
}
