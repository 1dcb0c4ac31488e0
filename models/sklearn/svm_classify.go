package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A supportClassifier is SVC or NuSVC: a machine for each pair of classes.
type supportClassifier struct {
	supportVectors
	classes      *labels
	starts       []int // where the support vectors of each class begin, and their number
	ovr          bool  // decision_function has a value a class, if there are more than two
	breakTies    bool
	weights      *kernel.Packed // of the support vectors for each pair; nil for too many pairs
	probA, probB []float64      // a pair each; nil without probability=True
}

func supportVectorClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	s, err := readSupportVectors(r, n)
	if err != nil {
		return nil, err
	}
	m := &supportClassifier{supportVectors: *s}
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	if m.classes, err = readLabels(attr); err != nil {
		return nil, err
	}
	if k := m.classes.len(); m.rows != k-1 || len(m.intercept) != m.pairs() {
		return nil, r.Format("%d classes, but _dual_coef_ has %d rows and _intercept_ %d values", k, m.rows, len(m.intercept))
	}
	if err := m.readStarts(r); err != nil {
		return nil, err
	}
	if err := m.readShape(r); err != nil {
		return nil, err
	}
	if err := m.readPlatt(r); err != nil {
		return nil, err
	}
	m.pack()
	m.offer(n, m.ovr && c.version.major == 0 && c.version.minor < 21)
	return n, nil
}

// pairs is the number of pairs of classes.
func (m *supportClassifier) pairs() int {
	k := m.classes.len()
	return k * (k - 1) / 2
}

// either is the first of two attributes that is there: 0.20 to 0.22 write the
// names without the underscore in front.
func either(r pyobj.Ref, name, old string) string {
	if _, ok := r.Attr(name); ok {
		return name
	}
	return old
}

func (m *supportClassifier) readStarts(r pyobj.Ref) error {
	name := either(r, "_n_support", "n_support_")
	counts, err := r.Ints(name)
	if err != nil {
		return err
	}
	if len(counts) != m.classes.len() {
		return r.Format("%s has %d values for %d classes", name, len(counts), m.classes.len())
	}
	at := 0
	for _, count := range counts {
		m.starts = append(m.starts, at)
		if count < 0 || count > int64(m.n-at) {
			return r.Format("%s is %v for %d support vectors", name, counts, m.n)
		}
		at += int(count)
	}
	if at != m.n {
		return r.Format("%s is %v for %d support vectors", name, counts, m.n)
	}
	m.starts = append(m.starts, at)
	return nil
}

// readShape reads what decides the form of decision_function and of predict.
func (m *supportClassifier) readShape(r pyobj.Ref) error {
	shape, err := word(r, "decision_function_shape", "ovr")
	if err != nil {
		return err
	}
	if shape != "ovr" && shape != "ovo" {
		return r.Unsupported("decision_function_shape='"+shape+"'", "scikit-learn knows ovr and ovo.")
	}
	m.ovr = shape == "ovr" && m.classes.len() > 2
	breakTies, err := flag(r, "break_ties", false)
	if err != nil {
		return err
	}
	if breakTies && shape == "ovo" {
		return r.Unsupported("break_ties=True with decision_function_shape='ovo'", "scikit-learn refuses to predict with it too.")
	}
	m.breakTies = breakTies && m.ovr
	return nil
}

// readPlatt reads the sigmoids of predict_proba. Since 1.9 probability may be
// the string "deprecated", which stands for False.
func (m *supportClassifier) readPlatt(r pyobj.Ref) error {
	attr, ok := r.Attr("probability")
	if !ok {
		return nil
	}
	if wanted, err := attr.Bool(); err != nil || !wanted {
		return nil
	}
	var err error
	if m.probA, err = r.Floats(either(r, "_probA", "probA_")); err != nil {
		return err
	}
	if m.probB, err = r.Floats(either(r, "_probB", "probB_")); err != nil {
		return err
	}
	if len(m.probA) != m.pairs() || len(m.probB) != m.pairs() {
		return r.Format("%d and %d parameters of sigmoids for %d pairs of classes", len(m.probA), len(m.probB), m.pairs())
	}
	return nil
}

// offer adds the methods. Before 0.21 the ovr form scaled by the largest confidence of
// the whole batch (sklearn/utils/multiclass.py, _ovr_decision_function), so that
// there is no answer to a row alone, and the method is left out.
func (m *supportClassifier) offer(n *node, wholeBatch bool) {
	var proba func(ws *workspace, x block, out []float64) error
	if m.probA != nil {
		proba = m.probabilities
	}
	n.classifies(m.classes, m.classify, proba)
	if wholeBatch {
		return
	}
	width := m.pairs()
	switch {
	case width == 1:
		width = 0
	case m.ovr:
		width = m.classes.len()
	}
	n.offer(one(models.DecisionFunction, numbers(width), nil, m.decisions))
}

// maxPackedPairs bounds the pairs of classes, up to 11 classes, whose decision
// values are one matrix product. Most of its weights are 0, for a pair knows the
// support vectors of two classes only.
const maxPackedPairs = 64

// pack makes that matrix.
func (m *supportClassifier) pack() {
	if m.pairs() > maxPackedPairs {
		return
	}
	weights, p := make([]float64, m.pairs()*m.n), 0
	m.eachPair(func(i, j int, coefI, coefJ []float64) {
		row := weights[p*m.n : (p+1)*m.n]
		copy(row[m.starts[i]:m.starts[i+1]], coefI)
		copy(row[m.starts[j]:m.starts[j+1]], coefJ)
		p++
	})
	packed := kernel.PackAffine(weights, m.intercept, m.n)
	m.weights = &packed
}

// eachPair calls f with the classes of each pair, and the coefficients in it of the
// support vectors of either.
func (m *supportClassifier) eachPair(f func(i, j int, coefI, coefJ []float64)) {
	for i := range m.classes.len() {
		for j := i + 1; j < m.classes.len(); j++ {
			f(i, j, m.coef[(j-1)*m.n:][m.starts[i]:m.starts[i+1]], m.coef[i*m.n:][m.starts[j]:m.starts[j+1]])
		}
	}
}

// values writes what libsvm calls decision values, a pair each, of rows whose kernel
// values are k: positive for the first class of the pair. A weight of 0 changes no
// sum, unless the kernel value has overflowed.
func (m *supportClassifier) values(dst, k []float64) {
	if m.n == 0 { // all rows were alike
		for ; len(dst) > 0; dst = dst[m.pairs():] {
			copy(dst, m.intercept)
		}
		return
	}
	if m.weights != nil && kernel.Finite(k) < 0 {
		m.weights.Affine(dst, k)
		return
	}
	for ; len(k) > 0; k, dst = k[m.n:], dst[m.pairs():] {
		p := 0
		m.eachPair(func(i, j int, coefI, coefJ []float64) {
			sum := 0.0
			for v, c := range coefI {
				sum += float64(c * k[m.starts[i]+v])
			}
			for v, c := range coefJ {
				sum += float64(c * k[m.starts[j]+v])
			}
			dst[p] = sum + m.intercept[p]
			p++
		})
	}
}

// each calls f with the decision values of every row.
func (m *supportClassifier) each(ws *workspace, x block, f func(i int, d []float64)) error {
	pairs := m.pairs()
	d := ws.floats(min(blockRows, x.rows) * pairs)
	return m.blocks(ws, x, func(from, to int, k []float64) {
		m.values(d[:(to-from)*pairs], k)
		for i := from; i < to; i++ {
			f(i, d[(i-from)*pairs:][:pairs])
		}
	})
}

// decisions is decision_function. Its signs are those of scikit-learn, which
// flips libsvm's for two classes and for the votes of ovr.
func (m *supportClassifier) decisions(ws *workspace, x block, out []float64) error {
	pairs, k := m.pairs(), m.classes.len()
	sums := ws.floats(k)
	return m.each(ws, x, func(i int, d []float64) {
		switch {
		case pairs == 1:
			out[i] = -d[0]
		case m.ovr:
			svmOneVsRest(out[i*k:(i+1)*k], sums, d)
		default:
			copy(out[i*pairs:(i+1)*pairs], d)
		}
	})
}

// svmOneVsRest is sklearn.utils.multiclass._ovr_decision_function for predictions
// d < 0 and confidences -d.
func svmOneVsRest(votes, sums, d []float64) {
	clear(votes)
	clear(sums)
	p := 0
	for i := range votes {
		for j := i + 1; j < len(votes); j++ {
			sums[i] += d[p]
			sums[j] -= d[p]
			if d[p] < 0 {
				votes[j]++
			} else {
				votes[i]++
			}
			p++
		}
	}
	for i, s := range sums {
		votes[i] += s / (3 * (math.Abs(s) + 1))
	}
}

// classify is predict: the class with most votes, the first of several
// (svm_predict_values), or with break_ties the largest decision.
func (m *supportClassifier) classify(ws *workspace, x block, out []float64) error {
	k := m.classes.len()
	votes, sums := ws.floats(k), ws.floats(k)
	return m.each(ws, x, func(i int, d []float64) {
		if m.breakTies {
			svmOneVsRest(votes, sums, d)
		} else {
			svmVote(votes, d)
		}
		out[i] = float64(kernel.ArgMax(votes))
	})
}

// svmVote counts the pairs that each class wins. A value of 0 is for the second.
func svmVote(votes, d []float64) {
	clear(votes)
	p := 0
	for i := range votes {
		for j := i + 1; j < len(votes); j++ {
			if d[p] > 0 {
				votes[i]++
			} else {
				votes[j]++
			}
			p++
		}
	}
}

// probabilities is svm_predict_probability: Platt's sigmoid for each pair, and
// the coupling of the pairs.
func (m *supportClassifier) probabilities(ws *workspace, x block, out []float64) error {
	k := m.classes.len()
	pair, q, qp := ws.floats(k*k), ws.floats(k*k), ws.floats(k)
	return m.each(ws, x, func(i int, d []float64) {
		p := 0
		for a := range k {
			for b := a + 1; b < k; b++ {
				v := svmClip(svmPlatt(d[p], m.probA[p], m.probB[p]))
				pair[a*k+b], pair[b*k+a] = v, 1-v
				p++
			}
		}
		couple(out[i*k:(i+1)*k], pair, q, qp)
	})
}

// svmClip is min(max(v, 1e-7), 1-1e-7) as svm.cpp compares: NaN becomes the least.
func svmClip(v float64) float64 {
	const least = 1e-7
	switch {
	case !(v > least):
		return least
	case v > 1-least:
		return 1 - least
	}
	return v
}

// svmPlatt is sigmoid_predict of svm.cpp.
func svmPlatt(d, a, b float64) float64 {
	f := float64(d*a) + b
	if f >= 0 {
		return kernel.Exp(-f) / (1 + kernel.Exp(-f))
	}
	return 1 / (1 + kernel.Exp(f))
}
