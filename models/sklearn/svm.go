package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var svmClasses = []class{
	{"SVC", "sklearn", supportVectorClassifier},
	{"NuSVC", "sklearn", supportVectorClassifier},
	{"SVR", "sklearn", supportVectorRegressor},
	{"NuSVR", "sklearn", supportVectorRegressor},
	{"OneClassSVM", "sklearn", oneClassSVM},
}

// A supportVectors is what all kernel machines of sklearn/svm share: libsvm's
// model as sklearn/svm/_base.py hands it over (_dual_coef_ and _intercept_, whose
// signs are libsvm's own, and not dual_coef_ and intercept_).
type supportVectors struct {
	kernel    svmKernel
	vectors   vectors
	support   []int // with a precomputed kernel: the input's column of each vector
	n         int   // number of support vectors
	coef      []float64
	rows      int       // of coef, n values each
	intercept []float64 // -rho
	names     []string
}

func readSupportVectors(r pyobj.Ref, n *node) (*supportVectors, error) {
	s := new(supportVectors)
	var err error
	if s.kernel, err = readSVMKernel(r); err != nil {
		return nil, err
	}
	if s.intercept, err = r.Floats("_intercept_"); err != nil {
		return nil, err
	}
	if constant, err := s.readConstant(r, n); err != nil || constant {
		return s, err
	}
	coef, err := readTraining(r, "_dual_coef_")
	if err != nil {
		return nil, err
	}
	s.coef, s.rows, s.n = coef.data, coef.rows, coef.width
	if s.kernel.kind == kernelPrecomputed {
		err = s.readPrecomputed(r)
	} else if s.vectors, err = readVectors(r, "support_vectors_"); err == nil && s.vectors.rows != s.n {
		err = r.Format("%d support vectors, but _dual_coef_ has %d columns", s.vectors.rows, s.n)
	}
	if err != nil {
		return nil, err
	}
	if err := n.input(r, s.vectors.width); err != nil {
		return nil, err
	}
	s.names = n.names
	n.outline.Summary = fmt.Sprintf("%s · %s kernel · %d support vectors", features(n.features), s.kernel.kind, s.n)
	return s, nil
}

// readConstant reports whether s has no support vectors, as a regressor has none
// whose epsilon spans all targets. It then answers the intercept.
func (s *supportVectors) readConstant(r pyobj.Ref, n *node) (bool, error) {
	attr, err := r.Need("_dual_coef_")
	if err != nil || s.kernel.kind == kernelPrecomputed {
		return false, err
	}
	coef, err := emptyShape(attr)
	if err != nil || coef == nil {
		return false, err
	}
	shape, err := r.Ints("shape_fit_")
	if err != nil {
		return false, err
	}
	if len(shape) != 2 || shape[1] < 1 || shape[1] > maxFeatures {
		return false, r.Format("fitted on a matrix of shape %v", shape)
	}
	s.rows, s.vectors.width = int(coef[0]), int(shape[1])
	if err := n.input(r, s.vectors.width); err != nil {
		return false, err
	}
	s.names = n.names
	n.outline.Summary = fmt.Sprintf("%s · %s kernel · constant", features(n.features), s.kernel.kind)
	return true, nil
}

// emptyShape is the shape of a matrix, dense or sparse, without a column; nil if it
// has one.
func emptyShape(attr pyobj.Ref) ([]int64, error) {
	if isSparse(attr) {
		shape, err := attr.Ints("_shape")
		if err != nil || len(shape) != 2 || shape[1] != 0 {
			return nil, err
		}
		return shape, nil
	}
	a, err := attr.Array()
	if err != nil || len(a.Shape) != 2 || a.Shape[1] != 0 {
		return nil, err
	}
	return []int64{int64(a.Shape[0]), 0}, nil
}

// readPrecomputed reads support_, the rows of the training kernel matrix that
// matter. The input has a column for each row of it.
func (s *supportVectors) readPrecomputed(r pyobj.Ref) error {
	shape, err := r.Ints("shape_fit_")
	if err != nil {
		return err
	}
	support, err := r.Ints("support_")
	if err != nil {
		return err
	}
	if len(shape) != 2 || shape[0] < 1 || shape[0] > maxFeatures || len(support) != s.n {
		return r.Format("fitted on a kernel matrix of shape %v, with %d indices for %d support vectors", shape, len(support), s.n)
	}
	for _, v := range support {
		if v < 0 || v >= shape[0] {
			return r.Format("support vector %d of %d samples", v, shape[0])
		}
		s.support = append(s.support, int(v))
	}
	s.vectors.width = int(shape[0])
	return nil
}

// gram writes the kernel values of rows (of vectors.width values each) with all
// support vectors, n a row.
func (s *supportVectors) gram(dst, rows []float64) {
	if s.n == 0 {
		return
	}
	if s.support == nil {
		s.kernel.gram(dst, rows, s.vectors)
		return
	}
	for ; len(rows) > 0; rows, dst = rows[s.vectors.width:], dst[s.n:] {
		for j, at := range s.support {
			dst[j] = rows[at]
		}
	}
}

// blocks calls f with the kernel values of rows [from, to), block by block.
func (s *supportVectors) blocks(ws *workspace, x block, f func(from, to int, k []float64)) error {
	if s.vectors.sparse != nil {
		return s.blocksSparse(ws, x, f)
	}
	m := ws.matrix(x)
	if err := ws.finite(m, s.names); err != nil {
		return err
	}
	rows := min(blockOf(s.n), m.rows)
	k := ws.floats(rows * s.n)
	for from := 0; from < m.rows; from += rows {
		to := min(from+rows, m.rows)
		s.gram(k, m.rowsBetween(from, to))
		f(from, to, k[:(to-from)*s.n])
	}
	return nil
}

// blocksSparse is blocks for sparse support vectors, row by row.
func (s *supportVectors) blocksSparse(ws *workspace, x block, f func(from, to int, k []float64)) error {
	m, err := ws.entries(x, s.names)
	if err != nil {
		return err
	}
	k := ws.floats(s.n)
	for i := range x.rows {
		indices, values := m.row(i)
		s.kernel.gramSparse(k, indices, values, s.vectors.sparse)
		f(i, i+1, k)
	}
	return nil
}

// decide is decision_function of the machines with one decision.
func (s *supportVectors) decide(ws *workspace, x block, out []float64) error {
	return s.blocks(ws, x, func(from, to int, k []float64) {
		kernel.Affine(out[from:to], k, s.coef, s.intercept, s.n)
	})
}

// oneDecision checks that s is a machine with one decision.
func (s *supportVectors) oneDecision(r pyobj.Ref) error {
	if s.rows != 1 || len(s.intercept) != 1 {
		return r.Format("_dual_coef_ has %d rows, _intercept_ %d values; want 1 and 1", s.rows, len(s.intercept))
	}
	return nil
}

// supportVectorRegressor compiles SVR and NuSVR.
func supportVectorRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	s, err := readSupportVectors(r, n)
	if err != nil {
		return nil, err
	}
	if err := s.oneDecision(r); err != nil {
		return nil, err
	}
	n.offer(one(models.Predict, numbers(0), nil, s.decide))
	return n, nil
}

// oneClassSVM compiles OneClassSVM: predict is 1 for inliers and -1 for
// outliers, and score_samples is decision_function + offset_, where offset_ is
// -_intercept_.
func oneClassSVM(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	s, err := readSupportVectors(r, n)
	if err != nil {
		return nil, err
	}
	if err := s.oneDecision(r); err != nil {
		return nil, err
	}
	n.offer(one(models.Predict, models.Port{DType: models.Int64}, nil, func(ws *workspace, x block, out []float64) error {
		if err := s.decide(ws, x, out); err != nil {
			return err
		}
		for i, v := range out {
			out[i] = -1
			if v > 0 {
				out[i] = 1
			}
		}
		return nil
	}))
	n.offer(one(models.DecisionFunction, numbers(0), nil, s.decide))
	n.offer(one(models.ScoreSamples, numbers(0), nil, func(ws *workspace, x block, out []float64) error {
		if err := s.decide(ws, x, out); err != nil {
			return err
		}
		for i := range out {
			out[i] -= s.intercept[0]
		}
		return nil
	}))
	return n, nil
}
