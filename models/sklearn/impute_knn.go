package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A knnImpute is KNNImputer.transform (sklearn/impute/_knn.py): a hole becomes
// the mean of that feature over the nearest rows of fit that have it.
type knnImpute struct {
	hole
	width     int
	rows      int
	fitted    []float64 // rows × width, 0 where missing
	missing   []bool    // rows × width
	means     []float64 // by feature; NaN where all is missing
	neighbors int
	inverse   bool // weights='distance'
	nanCounts bool // before 1.6 a donor without a distance counts with weights='uniform'
	kept      []int
	indicated []int
	names     []string
}

func knnImputer(c *compiler, r pyobj.Ref) (*node, error) {
	s, n := &knnImpute{nanCounts: olderThan(c.version, 1, 6)}, new(node)
	var err error
	if s.hole, err = readHole(r); err != nil {
		return nil, err
	}
	if s.isText {
		return nil, r.Format("missing_values=%s", quote(s.text))
	}
	if err := s.readFitted(r); err != nil {
		return nil, err
	}
	if err := n.input(r, s.width); err != nil {
		return nil, err
	}
	s.names = n.names
	if err := s.options(r); err != nil {
		return nil, err
	}
	keep, err := flag(r, "keep_empty_features", false)
	if err != nil {
		return nil, err
	}
	for j, mean := range s.means {
		if keep || !math.IsNaN(mean) {
			s.kept = append(s.kept, j)
		}
	}
	if s.indicated, err = readIndicator(r, s.width); err != nil {
		return nil, err
	}
	if len(s.kept)+len(s.indicated) == 0 {
		return nil, r.Unsupported("a KNNImputer that leaves every feature out", "Fit it on data with values.")
	}
	n.transform = &transformer{width: len(s.kept) + len(s.indicated), run: s.run, names: s.outputNames}
	n.outline.Summary = fmt.Sprintf("%s · %d neighbors among %d rows", features(s.width), s.neighbors, s.rows)
	return n, nil
}

func (s *knnImpute) options(r pyobj.Ref) error {
	for _, o := range []struct {
		name, missing string
		takes         []string
	}{{"weights", "uniform", []string{"uniform", "distance"}}, {"metric", "nan_euclidean", []string{"nan_euclidean"}}} {
		attr, ok := r.Attr(o.name)
		if !ok {
			continue
		}
		text, err := attr.Str()
		if err != nil || text != o.takes[0] && text != o.takes[len(o.takes)-1] {
			return attr.Unsupported("KNNImputer("+o.name+"=…) that is "+clip(pyobj.Describe(attr.Value())),
				fmt.Sprintf("Use one of %q.", o.takes))
		}
		s.inverse = s.inverse || text == "distance"
	}
	attr, err := r.Need("n_neighbors")
	if err != nil {
		return err
	}
	k, err := attr.Int()
	if err != nil {
		return err
	}
	if k < 1 {
		return attr.Format("%d neighbors", k)
	}
	s.neighbors = int(min(k, int64(s.rows)))
	return nil
}

func (s *knnImpute) readFitted(r pyobj.Ref) error {
	attr, err := r.Need("_fit_X")
	if err != nil {
		return err
	}
	a, err := attr.Array()
	if err != nil {
		return err
	}
	if a.Dims() != 2 || a.Dim(0) < 1 || a.Dim(1) < 1 {
		return attr.Format("rows of shape %v", a.Shape)
	}
	values, err := a.Float64s()
	if err != nil {
		return attr.Format("%w", err)
	}
	s.rows, s.width = a.Dim(0), a.Dim(1)
	s.fitted, s.missing = make([]float64, len(values)), make([]bool, len(values))
	s.means = make([]float64, s.width)
	counts := make([]int, s.width)
	for i, v := range values {
		if s.missing[i] = s.isHole(v); !s.missing[i] {
			s.fitted[i] = v
			s.means[i%s.width] += v
			counts[i%s.width]++
		}
	}
	for j, n := range counts {
		s.means[j] /= float64(n) // 0/0 is NaN
	}
	return nil
}

func (h hole) isHole(v float64) bool {
	return v == h.number || math.IsNaN(v) && h.isNaN()
}

func (s *knnImpute) run(ws *workspace, x block) (block, error) {
	list := ws.features(x)
	for i := range x.rows {
		for j := range list {
			if err := s.check(ws, &list[j], i, j, s.names); err != nil {
				return block{}, err
			}
		}
	}
	width := len(s.kept) + len(s.indicated)
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	row, filled, distances := ws.floats(s.width), ws.floats(s.width), ws.floats(s.rows)
	nearest, missing := ws.ints(s.neighbors), ws.typed.flags.take(s.width)
	for i := range x.rows {
		any := false
		for j := range list {
			missing[j] = s.in(&list[j], i)
			row[j] = 0
			if !missing[j] {
				row[j] = list[j].number(i)
			}
			any = any || missing[j] && !math.IsNaN(s.means[j])
		}
		copy(filled, row)
		if any {
			s.fillRow(filled, row, missing, distances, nearest)
		}
		out := y.data[i*width : (i+1)*width]
		for k, j := range s.kept {
			if out[k] = filled[j]; math.IsNaN(s.means[j]) {
				out[k] = 0 // keep_empty_features
			}
		}
		for k, j := range s.indicated {
			if out[len(s.kept)+k] = 0; missing[j] {
				out[len(s.kept)+k] = 1
			}
		}
	}
	return y, nil
}

// fillRow imputes the holes of one row.
func (s *knnImpute) fillRow(dst, row []float64, missing []bool, distances []float64, nearest []int) {
	w := s.width
	for f := range s.rows {
		distances[f] = kernel.NaNEuclidean(row, s.fitted[f*w:(f+1)*w], missing, s.missing[f*w:(f+1)*w])
	}
	for j, hole := range missing {
		if hole && !math.IsNaN(s.means[j]) {
			dst[j] = s.average(j, distances, s.donors(j, distances, nearest))
		}
	}
}

// donors are the nearest rows that have feature j, those without a distance last.
func (s *knnImpute) donors(j int, distances []float64, nearest []int) []int {
	n := 0
	for f := range s.rows {
		if s.missing[f*s.width+j] {
			continue
		}
		at := n
		for at > 0 && closer(distances[f], distances[nearest[at-1]]) {
			at--
		}
		if at == len(nearest) {
			continue
		}
		n = min(n+1, len(nearest))
		copy(nearest[at+1:n], nearest[at:n-1])
		nearest[at] = f
	}
	return nearest[:n]
}

func closer(a, b float64) bool { return a < b || !math.IsNaN(a) && math.IsNaN(b) }

// average is numpy.ma.average over the donors with _get_weights; where a donor is
// at distance 0 only such count. Without any distance it is the mean of fit.
func (s *knnImpute) average(j int, distances []float64, donors []int) float64 {
	if len(donors) == 0 || math.IsNaN(distances[donors[0]]) {
		return s.means[j]
	}
	exact := s.inverse && distances[donors[0]] == 0
	var sum, total float64
	for _, f := range donors {
		d := distances[f]
		weight := 1.0
		switch {
		case math.IsNaN(d) && (s.inverse || !s.nanCounts):
			weight = 0
		case exact && d != 0:
			weight = 0
		case s.inverse && !exact:
			weight = 1 / d
		}
		sum += float64(weight * s.fitted[f*s.width+j])
		total += weight
	}
	return sum / total
}

func (s *knnImpute) outputNames(in []string) []string {
	var out []string
	for _, j := range s.kept {
		out = append(out, in[j])
	}
	return append(out, indicatorNames(in, s.indicated)...)
}
