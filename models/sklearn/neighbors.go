package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var neighborsClasses = []class{
	{"KNeighborsClassifier", "sklearn", kNeighborsClassifier},
	{"KNeighborsRegressor", "sklearn", kNeighborsRegressor},
	{"RadiusNeighborsClassifier", "sklearn", radiusNeighborsClassifier},
	{"RadiusNeighborsRegressor", "sklearn", radiusNeighborsRegressor},
	{"NearestNeighbors", "sklearn", nearestNeighbors},
	{"NearestCentroid", "sklearn", nearestCentroid},
	{"LocalOutlierFactor", "sklearn", localOutlierFactor},
	{"KernelDensity", "sklearn", kernelDensity},
	{"KNeighborsTransformer", "sklearn", kNeighborsTransformer},
	{"RadiusNeighborsTransformer", "sklearn", radiusNeighborsTransformer},
	{"NeighborhoodComponentsAnalysis", "sklearn", neighborhoodComponents},
}

// A kNearest is an estimator over the k nearest rows.
type kNearest struct {
	neighbourhood
	k          int
	byDistance bool
}

func readKNearest(r pyobj.Ref, n *node) (*kNearest, error) {
	s, err := readNeighbourhood(r, n)
	if err != nil {
		return nil, err
	}
	m := &kNearest{neighbourhood: *s}
	if m.k, err = m.readCount(r, "n_neighbors"); err != nil {
		return nil, err
	}
	if m.byDistance, err = readWeights(r); err != nil {
		return nil, err
	}
	n.outline.Summary = fmt.Sprintf("%s · %d neighbours of %d rows · %s", features(n.features), m.k, m.rows, m.distance.name)
	return m, nil
}

// each calls f with the k nearest rows of every row of x, and their weights.
func (m *kNearest) each(ws *workspace, x block, f func(i int, index []int, weights []float64)) error {
	dist, index, err := m.nearest(ws, x, m.k)
	if err != nil {
		return err
	}
	for i := 0; i < x.rows; i++ {
		w := dist[i*m.k : (i+1)*m.k]
		if m.byDistance {
			weigh(w)
		} else {
			for j := range w {
				w[j] = 1
			}
		}
		f(i, index[i*m.k:(i+1)*m.k], w)
	}
	return nil
}

func nearestNeighbors(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	m, err := readKNearest(r, n)
	if err != nil {
		return nil, err
	}
	n.offer(m.kneighbors(m.k))
	return n, nil
}

func kNeighborsClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	m, err := readKNearest(r, n)
	if err != nil {
		return nil, err
	}
	t, err := readClassTargets(r, m.rows)
	if err != nil {
		return nil, err
	}
	n.offer(one(models.Predict, t.port(), t.labels, func(ws *workspace, x block, out []float64) error {
		masked := ws.floats(m.k)
		return m.each(ws, x, func(i int, index []int, w []float64) {
			for o := range t.counts {
				out[i*len(t.counts)+o] = float64(t.first[o] + t.mode(o, index, w, masked))
			}
		})
	}))
	n.offer(t.probabilities(models.PredictProba, func(ws *workspace, x block, out [][]float64) error {
		return m.each(ws, x, func(i int, index []int, w []float64) {
			for o, k := range t.counts {
				t.votes(out[o][i*k:(i+1)*k], o, index, w)
			}
		})
	}))
	n.offer(m.kneighbors(m.k))
	return n, nil
}

func kNeighborsRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	m, err := readKNearest(r, n)
	if err != nil {
		return nil, err
	}
	t, err := readTargets(r, m.rows)
	if err != nil {
		return nil, err
	}
	n.offer(one(models.Predict, t.port, nil, func(ws *workspace, x block, out []float64) error {
		return m.each(ws, x, func(i int, index []int, w []float64) {
			t.mean(out[i*t.width:(i+1)*t.width], index, w)
		})
	}))
	n.offer(m.kneighbors(m.k))
	return n, nil
}

// targets are the _y of a regressor.
type targets struct {
	training
	port models.Port
}

func readTargets(r pyobj.Ref, rows int) (*targets, error) {
	attr, err := r.Need("_y")
	if err != nil {
		return nil, err
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	if a.Dims() != 1 && a.Dims() != 2 || a.Shape[0] != rows || a.Len() == 0 {
		return nil, attr.Format("targets of shape %v for %d rows", a.Shape, rows)
	}
	t := &targets{port: numbers(0)}
	if t.data, err = a.Float64s(); err != nil {
		return nil, attr.Format("%w", err)
	}
	t.rows, t.width = rows, len(t.data)/rows
	if a.Dims() == 2 {
		t.port = numbers(t.width)
	}
	return t, nil
}

// mean writes the weighted mean of the targets of rows.
func (t *targets) mean(out []float64, index []int, w []float64) {
	sum := kernel.Sum(w)
	for o := range out {
		total := 0.0
		for j, at := range index {
			total += float64(t.data[at*t.width+o] * w[j])
		}
		out[o] = total / sum
	}
}

// classTargets are the _y of a classifier: of one target, or of several
// (outputs_2d_), whose classes are joined to one list of labels.
type classTargets struct {
	labels  *labels
	counts  []int // classes of each target
	first   []int // of each target, in labels
	codes   []int // a row has one for each target
	several bool
}

func readClassTargets(r pyobj.Ref, rows int) (*classTargets, error) {
	t := new(classTargets)
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	if t.several, err = flag(r, "outputs_2d_", false); err != nil {
		return nil, err
	}
	lists := []pyobj.Ref{attr}
	if t.several {
		if lists, err = attr.Items(); err != nil {
			return nil, err
		}
	}
	for _, list := range lists {
		l, err := readLabels(list)
		if err != nil {
			return nil, err
		}
		if t.labels != nil && l.dtype != t.labels.dtype {
			return nil, list.Unsupported("targets whose labels differ in type", "Fit on labels of one type.")
		}
		t.counts = append(t.counts, l.len())
		t.first = append(t.first, 0)
		if t.labels == nil {
			t.labels = new(labels)
		} else {
			t.first[len(t.first)-1] = t.labels.len()
		}
		t.labels.join(l)
	}
	return t, t.readCodes(r, rows)
}

// join appends the labels of other, which are of the same type.
func (l *labels) join(other *labels) {
	l.dtype = other.dtype
	l.i64 = append(l.i64, other.i64...)
	l.f64 = append(l.f64, other.f64...)
	l.bools = append(l.bools, other.bools...)
	l.str = append(l.str, other.str...)
}

func (t *classTargets) readCodes(r pyobj.Ref, rows int) error {
	codes, err := r.Ints("_y")
	if err != nil {
		return err
	}
	if len(t.counts) == 0 || len(codes) != rows*len(t.counts) {
		return r.Format("_y has %d values for %d rows and %d targets", len(codes), rows, len(t.counts))
	}
	t.codes = make([]int, len(codes))
	for i, code := range codes {
		if count := t.counts[i%len(t.counts)]; code < 0 || code >= int64(count) {
			return r.Format("_y has class %d of %d", code, count)
		}
		t.codes[i] = int(code)
	}
	return nil
}

func (t *classTargets) port() models.Port {
	if t.several {
		return models.Port{DType: t.labels.dtype, Width: len(t.counts)}
	}
	return models.Port{DType: t.labels.dtype}
}

// code is the class of a row for target o.
func (t *classTargets) code(row, o int) int { return t.codes[row*len(t.counts)+o] }

// mode is the class with the largest weight, the first of several, as
// weighted_mode of sklearn/utils/extmath.py. masked is scratch.
func (t *classTargets) mode(o int, index []int, w, masked []float64) int {
	best, most := 0, -1.0
	for class := range t.counts[o] {
		present := false
		for j, at := range index {
			masked[j] = 0
			if t.code(at, o) == class {
				masked[j], present = w[j], true
			}
		}
		if !present {
			continue
		}
		if sum := kernel.Sum(masked[:len(index)]); sum > most {
			best, most = class, sum
		}
	}
	return best
}

// votes are the probabilities of the classes of target o.
func (t *classTargets) votes(out []float64, o int, index []int, w []float64) {
	clear(out)
	for j, at := range index {
		out[t.code(at, o)] += w[j]
	}
	if kernel.Sum(out) != 0 {
		kernel.NormalizeRows(out, len(out))
	}
}

// probabilities is a method with an output for each target.
func (t *classTargets) probabilities(name models.Method, run func(ws *workspace, x block, out [][]float64) error) *method {
	m := &method{name: name, run: run}
	for _, k := range t.counts {
		m.outputs = append(m.outputs, output{port: numbers(k)})
	}
	return m
}
