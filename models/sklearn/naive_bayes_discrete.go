package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// readCounts reads what the discrete kinds but CategoricalNB share: they are
// linear in what they count. The intercept is class_log_prior_.
func readCounts(r pyobj.Ref) (*bayes, *linear, error) {
	b, err := readBayes(r)
	if err != nil {
		return nil, nil, err
	}
	k := b.classes.len()
	t, err := matrixOf(r, "feature_log_prob_", k)
	if err != nil {
		return nil, nil, err
	}
	prior, err := r.Floats("class_log_prior_")
	if err != nil {
		return nil, nil, err
	}
	if len(prior) != k {
		return nil, nil, r.Format("class_log_prior_ has %d values for %d classes", len(prior), k)
	}
	l := &linear{coefficients: &coefficients{coef: t.data, features: t.cols}, intercept: prior}
	b.joint = l.decide
	return b, l, nil
}

func (b *bayes) node(r pyobj.Ref, l *linear) (*node, error) {
	n := new(node)
	if err := n.input(r, l.features); err != nil {
		return nil, err
	}
	l.names = n.names
	b.offer(n)
	return n, nil
}

// multinomialNB compiles MultinomialNB: X @ feature_log_prob_.T + class_log_prior_.
func multinomialNB(c *compiler, r pyobj.Ref) (*node, error) {
	b, l, err := readCounts(r)
	if err != nil {
		return nil, err
	}
	return b.node(r, l)
}

// complementNB compiles ComplementNB: X @ feature_log_prob_.T; the prior counts
// only where there is but one class.
func complementNB(c *compiler, r pyobj.Ref) (*node, error) {
	b, l, err := readCounts(r)
	if err != nil {
		return nil, err
	}
	if len(l.intercept) > 1 {
		clear(l.intercept)
	}
	return b.node(r, l)
}

// bernoulliNB compiles BernoulliNB: whether each feature is above binarize, if
// that is set, and then with neg = log(1 - exp(feature_log_prob_))
//
//	X @ (feature_log_prob_ - neg).T + (class_log_prior_ + Σ neg)
func bernoulliNB(c *compiler, r pyobj.Ref) (*node, error) {
	b, l, err := readCounts(r)
	if err != nil {
		return nil, err
	}
	negative := make([]float64, l.features)
	for i := range l.intercept {
		row := l.coef[i*l.features : (i+1)*l.features]
		for j, v := range row {
			negative[j] = 1 - kernel.Exp(v)
		}
		kernel.Log(negative)
		for j := range row {
			row[j] -= negative[j]
		}
		l.intercept[i] += kernel.Sum(negative)
	}
	attr, err := r.Need("binarize")
	if err != nil {
		return nil, err
	}
	if !attr.IsNone() {
		threshold, err := attr.Float()
		if err != nil {
			return nil, err
		}
		b.joint = func(ws *workspace, x block, out []float64) error {
			return l.decideBinarized(ws, x, out, threshold)
		}
	}
	return b.node(r, l)
}

// decideBinarized is decide of what is above a threshold.
func (l *linear) decideBinarized(ws *workspace, x block, out []float64, threshold float64) error {
	if x.sparse != nil && threshold >= 0 { // zeros stay zeros
		return l.decideSparseBits(ws, x, out, threshold)
	}
	m := ws.matrix(x)
	if err := ws.finite(m, l.names); err != nil {
		return err
	}
	bits, src := ws.writable(m)
	kernel.Above(bits.data, src, threshold)
	kernel.Affine(out, bits.data, l.coef, l.intercept, l.features)
	return nil
}

func (l *linear) decideSparseBits(ws *workspace, x block, out []float64, threshold float64) error {
	if err := ws.finiteSparse(x.sparse, l.names); err != nil {
		return err
	}
	bits := csr{indptr: x.sparse.indptr, indices: x.sparse.indices, values: ws.floats(len(x.sparse.values))}
	kernel.Above(bits.values, x.sparse.values, threshold)
	l.affine(out, &bits, x.rows, l.intercept)
	return nil
}

// A categorical is CategoricalNB: the sum of what a table per feature has for
// its value.
type categorical struct {
	tables   []*table // of each feature: classes × categories
	logPrior []float64
	names    []string
}

func categoricalNB(c *compiler, r pyobj.Ref) (*node, error) {
	b, err := readBayes(r)
	if err != nil {
		return nil, err
	}
	k, m := b.classes.len(), new(categorical)
	if m.logPrior, err = r.Floats("class_log_prior_"); err != nil {
		return nil, err
	}
	if len(m.logPrior) != k {
		return nil, r.Format("class_log_prior_ has %d values for %d classes", len(m.logPrior), k)
	}
	if err := m.readTables(r, k); err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, len(m.tables)); err != nil {
		return nil, err
	}
	m.names = n.names
	b.joint = m.joint
	b.offer(n)
	return n, nil
}

func (c *categorical) readTables(r pyobj.Ref, classes int) error {
	attr, err := r.Need("feature_log_prob_")
	if err != nil {
		return err
	}
	items, err := attr.Items()
	if err != nil {
		return err
	}
	for _, item := range items {
		t, err := readMatrix(item, classes)
		if err != nil {
			return err
		}
		c.tables = append(c.tables, t)
	}
	return nil
}

func (c *categorical) joint(ws *workspace, x block, out []float64) error {
	m := ws.matrix(x)
	if err := ws.finite(m, c.names); err != nil {
		return err
	}
	clear(out)
	k := len(c.logPrior)
	for i := range m.rows {
		answer := out[i*k : (i+1)*k]
		for j, t := range c.tables {
			category := math.Trunc(m.data[i*m.width+j]) // astype(int)
			if !(category >= 0 && category < float64(t.cols)) {
				return c.outside(ws.first+i, j, category)
			}
			for class := range answer {
				answer[class] += t.data[class*t.cols+int(category)]
			}
		}
		for class, p := range c.logPrior {
			answer[class] += p
		}
	}
	return nil
}

// outside refuses a category that was not there when the model was fitted, in
// the words of check_non_negative or of NumPy's IndexError.
func (c *categorical) outside(row, column int, category float64) error {
	e := &models.DataError{Row: row, Column: column,
		Text: fmt.Sprintf("index %v is out of bounds for axis 1 with size %d", category, c.tables[column].cols)}
	if category < 0 {
		e.Text = "Negative values in data passed to CategoricalNB (input X)."
	}
	if column < len(c.names) {
		e.Name = c.names[column]
	}
	return e
}
