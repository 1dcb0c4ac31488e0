package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// An iterativeImpute is IterativeImputer.transform (sklearn/impute/_iterative.py):
// holes filled by an initial imputer are predicted anew, feature by feature and
// round by round, by the estimators of fit.
type iterativeImpute struct {
	hole
	initial   *simpleImpute
	kept      []int // features of the input that the initial imputer keeps
	solid     []bool
	sequence  []imputation
	min, max  []float64
	indicated []int
	names     []string
}

// An imputation predicts one of the kept features from others.
type imputation struct {
	feature   int
	neighbors []int
	predict   *method
}

func iterativeImputer(c *compiler, r pyobj.Ref) (*node, error) {
	s, n := new(iterativeImpute), new(node)
	if random, err := flag(r, "sample_posterior", false); err != nil || random {
		return nil, first2(err, r.Unsupported("IterativeImputer(sample_posterior=True), whose answers are random,", "Use sample_posterior=False."))
	}
	attr, err := r.Need("initial_imputer_")
	if err != nil {
		return nil, err
	}
	initial, err := c.estimator(attr)
	if err != nil {
		return nil, err
	}
	if err := s.readInitial(attr, initial, c); err != nil {
		return nil, err
	}
	if err := n.input(r, initial.features); err != nil {
		return nil, err
	}
	s.names, s.initial.names = n.names, n.names
	if s.indicated, err = readIndicator(r, n.features); err != nil {
		return nil, err
	}
	if err := s.readSolid(r); err != nil {
		return nil, err
	}
	if err := s.readRounds(c, r); err != nil {
		return nil, err
	}
	n.transform = &transformer{width: len(s.kept) + len(s.indicated), run: s.run, names: s.outputNames}
	n.outline.Summary = fmt.Sprintf("%s · %d imputations", features(n.features), len(s.sequence))
	n.outline.Children = []models.Node{initial.outline}
	return n, nil
}

// readRounds reads what follows the initial imputer; nothing with n_iter_ of 0.
func (s *iterativeImpute) readRounds(c *compiler, r pyobj.Ref) error {
	attr, err := r.Need("n_iter_")
	if err != nil {
		return err
	}
	if rounds, err := attr.Int(); err != nil || rounds == 0 {
		return err
	}
	if err := s.readSequence(c, r); err != nil {
		return err
	}
	for _, limit := range []struct {
		name string
		into *[]float64
	}{{"_min_value", &s.min}, {"_max_value", &s.max}} {
		if *limit.into, err = perKept(r, limit.name, len(s.kept)); err != nil {
			return err
		}
	}
	return nil
}

// first2 is the error that is there, else the other.
func first2(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// readInitial takes the SimpleImputer apart: which features it keeps, and which of
// them were empty at fit, so that nothing predicts them.
func (s *iterativeImpute) readInitial(r pyobj.Ref, initial *node, c *compiler) error {
	var err error
	if s.hole, err = readHole(r); err != nil {
		return err
	}
	s.initial = &simpleImpute{hole: s.hole}
	shape := new(node)
	if err := s.initial.readStatistics(c, r, shape); err != nil {
		return err
	}
	if initial.transform == nil || shape.types != nil || s.isText || len(s.initial.kept) == 0 {
		return r.Format("it does not impute numbers")
	}
	s.kept = s.initial.kept
	return nil
}

// perKept reads a limit: a number for each kept feature, or one for all as before
// 0.24.
func perKept(r pyobj.Ref, name string, n int) ([]float64, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	out := make([]float64, n)
	if v, err := attr.Float(); err == nil {
		for j := range out {
			out[j] = v
		}
		return out, nil
	}
	values, err := perFeature(r, name)
	if err == nil && len(values) < n {
		err = attr.Format("%d limits for %d features", len(values), n)
	}
	return values, err
}

// readSequence reads imputation_sequence_: tuples of the feature, the features to
// predict it from, and the estimator.
func (s *iterativeImpute) readSequence(c *compiler, r pyobj.Ref) error {
	items, err := parts(r, "imputation_sequence_")
	if err != nil {
		return err
	}
	for _, item := range items {
		feature, err := item.Arg(0)
		if err != nil {
			return err
		}
		j, err := feature.Int()
		if err != nil {
			return err
		}
		if j < 0 || j >= int64(len(s.kept)) {
			return feature.Format("feature %d of %d", j, len(s.kept))
		}
		step := imputation{feature: int(j)}
		if step.neighbors, err = s.neighbors(item); err != nil {
			return err
		}
		if step.predict, err = s.estimator(c, item, len(step.neighbors)); err != nil {
			return err
		}
		s.sequence = append(s.sequence, step)
	}
	return nil
}

// readSolid notes the features that no estimator predicts: those that were empty
// at fit and are kept.
func (s *iterativeImpute) readSolid(r pyobj.Ref) error {
	s.solid = make([]bool, len(s.kept))
	attr, ok := r.Attr("_is_empty_feature")
	if !ok {
		return nil
	}
	a, err := attr.Array()
	if err != nil {
		return err
	}
	empty, err := a.Bools()
	if err != nil {
		return attr.Format("%w", err)
	}
	if len(empty) != len(s.initial.fill) {
		return attr.Format("%d flags for %d features", len(empty), len(s.initial.fill))
	}
	for k, j := range s.kept {
		s.solid[k] = empty[j]
	}
	return nil
}

func (s *iterativeImpute) neighbors(item pyobj.Ref) ([]int, error) {
	arg, err := item.Arg(1)
	if err != nil {
		return nil, err
	}
	a, err := arg.Array()
	if err != nil {
		return nil, err
	}
	values, err := a.Int64s()
	if err != nil {
		return nil, arg.Format("%w", err)
	}
	out := make([]int, len(values))
	for i, v := range values {
		if v < 0 || v >= int64(len(s.kept)) {
			return nil, arg.Format("feature %d of %d", v, len(s.kept))
		}
		out[i] = int(v)
	}
	return out, nil
}

func (s *iterativeImpute) estimator(c *compiler, item pyobj.Ref, width int) (*method, error) {
	arg, err := item.Arg(2)
	if err != nil {
		return nil, err
	}
	n, err := c.estimator(arg.Named(fmt.Sprintf("%s.estimator", item.Path())))
	if err != nil {
		return nil, err
	}
	m := n.method(models.Predict)
	if m == nil || len(m.outputs) != 1 || stride(m.outputs[0].port) != 1 || m.outputs[0].labels != nil || n.types != nil {
		return nil, arg.Format("it does not predict one number")
	}
	if n.features > 0 && n.features != width {
		return nil, arg.Format("it takes %d features and is given %d", n.features, width)
	}
	return m, nil
}

// run imputes. A batch in which everything is missing keeps the initial values.
func (s *iterativeImpute) run(ws *workspace, x block) (block, error) {
	list := ws.features(x)
	if err := s.initial.checkAll(ws, list, x.rows); err != nil {
		return block{}, err
	}
	width := len(s.kept) + len(s.indicated)
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	holes, all := s.begin(ws, y, list)
	for k, j := range s.indicated {
		s.indicate(y.data[len(s.kept)+k:], width, &list[j], x.rows)
	}
	if all {
		return y, nil
	}
	in, out := ws.floats(x.rows*len(s.kept)), ws.floats(x.rows)
	for _, step := range s.sequence {
		if err := s.impute(ws, step, y, holes, in, out); err != nil {
			return block{}, err
		}
	}
	return y, nil
}

// begin fills y with the initial values, and notes the holes to predict.
func (s *iterativeImpute) begin(ws *workspace, y block, list []series) (holes []bool, all bool) {
	n := len(s.kept)
	holes, all = ws.typed.flags.take(y.rows*n), true
	for k, j := range s.kept {
		for i := range y.rows {
			v := list[j].number(i)
			missing := s.in(&list[j], i)
			if missing {
				v = s.initial.fill[j].number
			}
			y.data[i*y.width+k] = v
			holes[i*n+k] = missing && !s.solid[k]
			all = all && holes[i*n+k]
		}
	}
	return holes, all
}

func (s *iterativeImpute) impute(ws *workspace, step imputation, y block, holes []bool, in, out []float64) error {
	n, rows := len(s.kept), 0
	for i := range y.rows {
		if !holes[i*n+step.feature] {
			continue
		}
		for k, j := range step.neighbors {
			in[rows*len(step.neighbors)+k] = y.data[i*y.width+j]
		}
		rows++
	}
	if rows == 0 {
		return nil
	}
	x := block{rows: rows, width: len(step.neighbors), data: in[:rows*len(step.neighbors)]}
	if err := step.predict.single(ws, x, out[:rows]); err != nil {
		return err
	}
	at := 0
	for i := range y.rows {
		if holes[i*n+step.feature] {
			y.data[i*y.width+step.feature] = clamp(out[at], s.min[step.feature], s.max[step.feature])
			at++
		}
	}
	return nil
}

// clamp is numpy.clip, which keeps NaN.
func clamp(v, lo, hi float64) float64 {
	if math.IsNaN(v) {
		return v
	}
	return math.Min(math.Max(v, lo), hi)
}

func (s *iterativeImpute) outputNames(in []string) []string {
	var out []string
	for _, j := range s.kept {
		out = append(out, in[j])
	}
	return append(out, indicatorNames(in, s.indicated)...)
}
