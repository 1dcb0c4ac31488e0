package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var preprocessingClasses = []class{
	{"MinMaxScaler", "sklearn", minMaxScaler},
	{"StandardScaler", "sklearn", standardScaler},
}

// A standardScale is StandardScaler.transform (sklearn/preprocessing/_data.py):
// X -= mean_, then X /= scale_.
type standardScale struct {
	mean  []float64 // nil with with_mean=False
	scale []float64 // nil with with_std=False
	names []string
}

func standardScaler(c *compiler, r pyobj.Ref) (*node, error) {
	s, n := new(standardScale), new(node)
	withMean, err := flag(r, "with_mean", true)
	if err != nil {
		return nil, err
	}
	withStd, err := flag(r, "with_std", true)
	if err != nil {
		return nil, err
	}
	width := 0
	if withMean {
		if s.mean, err = perFeature(r, "mean_"); err != nil {
			return nil, err
		}
		width = len(s.mean)
	}
	if withStd {
		if s.scale, err = perFeature(r, "scale_"); err != nil {
			return nil, err
		}
		if withMean && len(s.scale) != width {
			return nil, r.Format("mean_ has %d values, scale_ %d", width, len(s.scale))
		}
		width = len(s.scale)
	}
	if withMean || withStd {
		err = n.input(r, width)
	} else {
		n.features, n.names, err = recordedFeatures(r)
	}
	if err != nil {
		return nil, err
	}
	s.names = n.names
	n.transform = &transformer{run: s.run}
	n.outline.Summary = s.summary(n.features)
	return n, nil
}

func (s *standardScale) summary(width int) string {
	text := "any features"
	if width > 0 {
		text = features(width)
	}
	if s.mean == nil {
		text += " · without mean"
	}
	if s.scale == nil {
		text += " · without std"
	}
	return text
}

func (s *standardScale) run(ws *workspace, x block) (block, error) {
	if x.sparse != nil && s.mean == nil && s.scale != nil {
		return ws.divideSparse(x, s.scale, s.names)
	}
	return ws.rescaled(x, s.names, s.scaled)
}

// scaled writes what s makes of src and may report that all of it is finite.
func (s *standardScale) scaled(dst, src []float64) bool {
	switch {
	case s.mean != nil && s.scale != nil:
		return kernel.Standardize(dst, src, s.mean, s.scale)
	case s.mean != nil:
		kernel.SubColumns(dst, src, s.mean)
	case s.scale != nil:
		kernel.DivColumns(dst, src, s.scale)
	default:
		copy(dst, src)
	}
	return false
}

// rescaled is what change makes of x, value by value, where NaN is let through and
// infinity is not. What is not finite stays so: if change reports that its result
// is finite, x was, and need not be looked at for itself.
func (ws *workspace) rescaled(x block, names []string, change func(dst, src []float64) bool) (block, error) {
	y, src := ws.writable(x)
	given := block{width: y.width, data: src}
	inPlace := &y.data[0] == &src[0]
	if inPlace {
		if err := ws.finiteOrNaN(given, names); err != nil {
			return block{}, err
		}
	}
	if !change(y.data, src) && !inPlace {
		if err := ws.finiteOrNaN(given, names); err != nil {
			return block{}, err
		}
	}
	return y, nil
}

// A minMaxScale is MinMaxScaler.transform: X *= scale_, X += min_, and since
// 0.24 optionally numpy.clip to feature_range.
type minMaxScale struct {
	scale, min []float64
	clip       bool
	lo, hi     float64
	names      []string
}

func minMaxScaler(c *compiler, r pyobj.Ref) (*node, error) {
	s, n := new(minMaxScale), new(node)
	var err error
	if s.scale, err = perFeature(r, "scale_"); err != nil {
		return nil, err
	}
	if s.min, err = perFeature(r, "min_"); err != nil {
		return nil, err
	}
	if len(s.min) != len(s.scale) {
		return nil, r.Format("scale_ has %d values, min_ %d", len(s.scale), len(s.min))
	}
	if err := n.input(r, len(s.scale)); err != nil {
		return nil, err
	}
	if s.clip, err = flag(r, "clip", false); err != nil {
		return nil, err
	}
	bounds, err := r.Floats("feature_range")
	if err != nil {
		return nil, err
	}
	if len(bounds) != 2 {
		return nil, r.Format("feature_range has %d values", len(bounds))
	}
	s.lo, s.hi, s.names = bounds[0], bounds[1], n.names
	n.transform = &transformer{run: s.run}
	n.outline.Summary = fmt.Sprintf("%s · to [%v, %v]", features(n.features), s.lo, s.hi)
	if s.clip {
		n.outline.Summary += " · clipped"
	}
	return n, nil
}

func (s *minMaxScale) run(ws *workspace, x block) (block, error) {
	return ws.rescaled(x, s.names, func(dst, src []float64) bool {
		finite := kernel.Rescale(dst, src, s.scale, s.min)
		if s.clip {
			finite = false // which clipping hides
			kernel.Clip(dst, s.lo, s.hi)
		}
		return finite
	})
}
