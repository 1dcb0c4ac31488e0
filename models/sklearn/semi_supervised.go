package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var semiSupervisedClasses = []class{
	{"LabelPropagation", "sklearn", labelPropagation},
	{"LabelSpreading", "sklearn", labelPropagation},
}

// A spreading is LabelPropagation and LabelSpreading
// (sklearn/semi_supervised/_label_propagation.py): the distributions of labels of
// the training rows, weighted by a kernel or of the nearest.
type spreading struct {
	points        *grid
	all           euclidean // the points, for the kernel rbf
	near          *nearby   // of kernel='knn'; nil for rbf
	gamma         float64
	distributions *grid // of the labels of each point
	classes       *labels
	names         []string
}

func labelPropagation(_ *compiler, r pyobj.Ref) (*node, error) {
	s := new(spreading)
	var err error
	if s.points, err = readGrid(r, "X_"); err != nil {
		return nil, err
	}
	if s.distributions, err = readGrid(r, "label_distributions_"); err != nil {
		return nil, err
	}
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	if s.classes, err = readLabels(attr); err != nil {
		return nil, err
	}
	k := s.classes.len()
	if s.distributions.rows != s.points.rows || s.distributions.cols != k {
		return nil, r.Format("label_distributions_ has shape [%d %d] for %d rows and %d classes",
			s.distributions.rows, s.distributions.cols, s.points.rows, k)
	}
	if err := s.readKernel(r); err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, s.points.cols); err != nil {
		return nil, err
	}
	s.names = n.names
	n.offer(one(models.Predict, models.Port{DType: s.classes.dtype}, s.classes, s.classify))
	n.offer(one(models.PredictProba, numbers(k), nil, s.probabilities))
	n.outline.Summary = fmt.Sprintf("%s · %d classes · %d points", features(n.features), k, s.points.rows)
	return n, nil
}

func (s *spreading) readKernel(r pyobj.Ref) error {
	attr, err := r.Need("kernel")
	if err != nil {
		return err
	}
	switch kind, _ := attr.Str(); kind {
	case "rbf":
		s.all = newEuclidean(s.points)
		s.gamma, err = number(r, "gamma", 20)
		return err
	case "knn":
	default:
		return attr.Unsupported("kernel="+pyobj.Describe(attr.Value()), "Copal runs no Python. Use 'rbf' or 'knn'.")
	}
	count, err := number(r, "n_neighbors", 7)
	if err != nil {
		return err
	}
	part, err := r.Need("nn_fit")
	if err != nil {
		return err
	}
	if s.near, err = readNearby(part, count); err != nil {
		return err
	}
	if s.near.points.rows != s.points.rows || s.near.points.cols != s.points.cols {
		return part.Format("it has %d rows of %d, X_ %d of %d", s.near.points.rows, s.near.points.cols, s.points.rows, s.points.cols)
	}
	return nil
}

func (s *spreading) probabilities(ws *workspace, x block, out []float64) error {
	data, err := ws.centered(x, nil, s.names)
	if err != nil {
		return err
	}
	n, k := s.points.cols, s.classes.len()
	clear(out)
	if s.near != nil {
		indices, distances := ws.ints(s.near.count), ws.floats(s.near.count)
		for i := range x.rows {
			s.near.find(data[i*n:(i+1)*n], indices, distances)
			for _, p := range indices {
				add(out[i*k:(i+1)*k], 1, s.distributions.row(p))
			}
		}
	} else {
		weights := ws.floats(s.points.rows)
		for i := range x.rows {
			s.all.squaredDistances(weights, data[i*n:(i+1)*n])
			kernel.ExpScaled(weights, -s.gamma)
			for p, w := range weights {
				add(out[i*k:(i+1)*k], w, s.distributions.row(p))
			}
		}
	}
	for ; len(out) > 0; out = out[k:] {
		total := kernel.Sum(out[:k])
		for j := range out[:k] {
			out[j] /= total // 0/0 for a row far from all: NaN, as the library
		}
	}
	return nil
}

func add(dst []float64, weight float64, v []float64) {
	for j, p := range v {
		dst[j] += float64(weight * p)
	}
}

func (s *spreading) classify(ws *workspace, x block, out []float64) error {
	k := s.classes.len()
	all := ws.floats(x.rows * k)
	if err := s.probabilities(ws, x, all); err != nil {
		return err
	}
	for i := range out {
		out[i] = float64(kernel.ArgMax(all[i*k : (i+1)*k]))
	}
	return nil
}
