package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var naiveBayesClasses = []class{
	{"BernoulliNB", "sklearn", bernoulliNB},
	{"CategoricalNB", "sklearn", categoricalNB},
	{"ComplementNB", "sklearn", complementNB},
	{"GaussianNB", "sklearn", gaussianNB},
	{"MultinomialNB", "sklearn", multinomialNB},
}

// A bayes is the base of sklearn/naive_bayes.py: everything follows from the
// logarithm of the joint likelihood of a row and each class.
type bayes struct {
	classes *labels
	joint   func(ws *workspace, x block, out []float64) error
}

// readBayes reads classes_.
func readBayes(r pyobj.Ref) (*bayes, error) {
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	b := new(bayes)
	b.classes, err = readLabels(attr)
	return b, err
}

// offer gives n the methods of a classifier.
func (b *bayes) offer(n *node) {
	k := b.classes.len()
	n.offer(one(models.Predict, models.Port{DType: b.classes.dtype}, b.classes, b.predict))
	n.offer(one(models.PredictProba, numbers(k), nil, b.proba))
	n.offer(one(models.PredictLogProba, numbers(k), nil, b.logProba))
	n.outline.Summary = fmt.Sprintf("%s · %d classes", features(n.features), k)
}

func (b *bayes) predict(ws *workspace, x block, out []float64) error {
	k := b.classes.len()
	p := ws.floats(x.rows * k)
	if err := b.joint(ws, x, p); err != nil {
		return err
	}
	for i := range out {
		out[i] = float64(kernel.ArgMax(p[i*k : (i+1)*k]))
	}
	return nil
}

func (b *bayes) logProba(ws *workspace, x block, out []float64) error {
	if err := b.joint(ws, x, out); err != nil {
		return err
	}
	kernel.SubLogSumExpRows(out, b.classes.len())
	return nil
}

func (b *bayes) proba(ws *workspace, x block, out []float64) error {
	if err := b.logProba(ws, x, out); err != nil {
		return err
	}
	kernel.ExpEach(out)
	return nil
}

// A gaussian is GaussianNB: for each class
//
//	log class_prior_ - Σ log(2π var_)/2 - Σ (x - theta_)² / var_ / 2
type gaussian struct {
	theta, variance *table
	names           []string
	logPrior        []float64
	norm            []float64 // -Σ log(2π var_)/2
}

func gaussianNB(c *compiler, r pyobj.Ref) (*node, error) {
	b, err := readBayes(r)
	if err != nil {
		return nil, err
	}
	g, k := new(gaussian), b.classes.len()
	if g.theta, err = matrixOf(r, "theta_", k); err != nil {
		return nil, err
	}
	variance := present(r, "var_", "sigma_") // sigma_ up to 0.24
	if g.variance, err = matrixOf(r, variance, k); err != nil {
		return nil, err
	}
	if g.logPrior, err = r.Floats("class_prior_"); err != nil {
		return nil, err
	}
	if g.variance.cols != g.theta.cols || len(g.logPrior) != k {
		return nil, r.Format("theta_ has %d columns, %s %d; class_prior_ has %d values for %d classes",
			g.theta.cols, variance, g.variance.cols, len(g.logPrior), k)
	}
	n := new(node)
	if err := n.input(r, g.theta.cols); err != nil {
		return nil, err
	}
	g.names = n.names
	g.prepare()
	b.joint = g.joint
	b.offer(n)
	return n, nil
}

// prepare computes what does not depend on the row: in float32 where the model was
// fitted on that (since 1.9; before, its parameters were always float64).
func (g *gaussian) prepare() {
	single := g.variance.single
	logs(g.logPrior, single)
	g.norm = make([]float64, g.variance.rows)
	terms := make([]float64, g.variance.cols)
	for i := range g.norm {
		for j, v := range g.variance.row(i) {
			terms[j] = 2 * math.Pi * v
			if single {
				terms[j] = float64(float32(2*math.Pi) * float32(v))
			}
		}
		g.norm[i] = -0.5 * logSum(terms, single)
	}
}

func (g *gaussian) joint(ws *workspace, x block, out []float64) error {
	m := ws.matrix(x)
	if err := ws.finite(m, g.names); err != nil {
		return err
	}
	k, terms := len(g.norm), ws.floats(m.width)
	for i := range m.rows {
		row := m.data[i*m.width : (i+1)*m.width]
		for c := range k {
			theta, variance := g.theta.row(c), g.variance.row(c)
			for j, v := range row {
				d := v - theta[j]
				terms[j] = d * d / variance[j]
			}
			out[i*k+c] = g.logPrior[c] + (g.norm[c] - float64(0.5*kernel.Sum(terms)))
		}
	}
	return nil
}
