package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models/pyobj"
)

// An indicator is MissingIndicator.transform (sklearn/impute/_base.py): 1 where a
// value of some features is missing. scikit-learn answers with bools.
type indicator struct {
	hole
	listed []int
	fitted map[int]bool // features that may have holes; nil if all may
	names  []string
}

func missingIndicator(c *compiler, r pyobj.Ref) (*node, error) {
	s, n := new(indicator), new(node)
	var err error
	if s.hole, err = readHole(r); err != nil {
		return nil, err
	}
	if s.isText {
		return nil, r.Unsupported("MissingIndicator(missing_values="+quote(s.text)+")", "Use it on numbers, or add_indicator of SimpleImputer.")
	}
	attr, err := r.Need("_n_features")
	if err != nil {
		return nil, err
	}
	width, err := attr.Int()
	if err != nil {
		return nil, err
	}
	if width < 1 || width > maxFeatures {
		return nil, attr.Format("%d features", width)
	}
	if err := n.input(r, int(width)); err != nil {
		return nil, err
	}
	s.names = n.names
	if s.listed, err = featureList(r, "features_", n.features); err != nil {
		return nil, err
	}
	if len(s.listed) == 0 {
		return nil, r.Unsupported("a MissingIndicator of no features", "Fit it on data with missing values, or with features='all'.")
	}
	if err := s.readNew(r); err != nil {
		return nil, err
	}
	n.transform = &transformer{width: len(s.listed), run: s.run,
		names: func(in []string) []string { return indicatorNames(in, s.listed) }}
	n.outline.Summary = fmt.Sprintf("%s · %d indicators", features(n.features), len(s.listed))
	return n, nil
}

// readNew notes which features may have holes, with error_on_new.
func (s *indicator) readNew(r pyobj.Ref) error {
	strict, err := flag(r, "error_on_new", true)
	if err != nil {
		return err
	}
	which, err := word(r, "features", "missing-only")
	if err != nil || !strict || which != "missing-only" {
		return err
	}
	s.fitted = make(map[int]bool, len(s.listed))
	for _, j := range s.listed {
		s.fitted[j] = true
	}
	return nil
}

func (s *indicator) run(ws *workspace, x block) (block, error) {
	list, width := ws.features(x), len(s.listed)
	for j := range list {
		for i := range x.rows {
			if err := s.check(ws, &list[j], i, j, s.names); err != nil {
				return block{}, err
			}
			if s.fitted != nil && !s.fitted[j] && s.in(&list[j], i) {
				return block{}, ws.failed(i, j, s.names, fmt.Sprintf(
					"The features [%d] have missing values in transform but have no missing values in fit.", j))
			}
		}
	}
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	for k, j := range s.listed {
		s.indicate(y.data[k:], width, &list[j], x.rows)
	}
	return y, nil
}
