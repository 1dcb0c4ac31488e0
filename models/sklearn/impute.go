package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var imputerClasses = []class{
	{"IterativeImputer", "sklearn", iterativeImputer},
	{"KNNImputer", "sklearn", knnImputer},
	{"MissingIndicator", "sklearn", missingIndicator},
	{"SimpleImputer", "sklearn", simpleImputer},
}

// A hole is what an imputer takes for missing: missing_values.
type hole struct {
	number float64 // NaN for a null or NaN
	text   string
	isText bool
}

func readHole(r pyobj.Ref) (hole, error) {
	attr, ok := r.Attr("missing_values")
	if !ok || attr.IsNone() || isPandasNA(attr.Value()) {
		return hole{number: math.NaN()}, nil
	}
	if text, err := attr.Str(); err == nil {
		if text == "NaN" { // the word of sklearn.preprocessing.Imputer and of 0.20's development
			return hole{number: math.NaN()}, nil
		}
		return hole{text: text, isText: true}, nil
	}
	v, err := attr.Float()
	return hole{number: v}, err
}

// isNaN reports whether a null or NaN is missing.
func (h hole) isNaN() bool { return !h.isText && math.IsNaN(h.number) }

// in reports whether value i of s is missing.
func (h hole) in(s *series, i int) bool {
	switch {
	case h.isNaN():
		return s.missing(i)
	case s.isText():
		return h.isText && !s.isNull(i) && s.text(i) == h.text
	}
	return !h.isText && s.number(i) == h.number
}

// check refuses infinity, and what is missing in another way than h.
func (h hole) check(ws *workspace, s *series, i, j int, names []string) error {
	if !s.isText() && math.IsInf(s.number(i), 0) {
		return ws.failed(i, j, names, containsInfinity)
	}
	if !h.isNaN() && s.missing(i) {
		return ws.failed(i, j, names, containsNaN)
	}
	return nil
}

// A simpleImpute is SimpleImputer.transform (sklearn/impute/_base.py): holes are
// filled by the statistic of their feature, features without one are left out,
// and indicators of holes follow.
type simpleImpute struct {
	hole
	kept      []int // features in the result
	fill      []statistic
	indicated []int // features with an indicator
	types     []models.DType
	names     []string
}

// A statistic is what fills the holes of a feature.
type statistic struct {
	number float64
	text   string
}

func simpleImputer(c *compiler, r pyobj.Ref) (*node, error) {
	s, n := new(simpleImpute), new(node)
	var err error
	if s.hole, err = readHole(r); err != nil {
		return nil, err
	}
	if strategy, _ := r.Attr("strategy"); !knownStrategy(strategy) {
		return nil, strategy.Unsupported("a function as strategy", "Use 'mean', 'median', 'most_frequent' or 'constant'.")
	}
	if err := s.readStatistics(c, r, n); err != nil {
		return nil, err
	}
	if err := n.input(r, len(s.fill)); err != nil {
		return nil, err
	}
	s.names = n.names
	if s.indicated, err = readIndicator(r, n.features); err != nil {
		return nil, err
	}
	out := len(s.kept) + len(s.indicated)
	if out == 0 {
		return nil, r.Unsupported("a SimpleImputer that leaves every feature out", "Fit it on data with values.")
	}
	n.transform = &transformer{width: out, run: s.run, names: s.outputNames}
	if n.types != nil {
		s.types = s.resultTypes(n.types)
		n.transform.run, n.transform.types = s.runTyped, typesOf(s.types)
	}
	n.outline.Summary = s.summary(r, n.features)
	return n, nil
}

func knownStrategy(r pyobj.Ref) bool {
	text, err := r.Str()
	return err == nil && (text == "mean" || text == "median" || text == "most_frequent" || text == "constant")
}

func (s *simpleImpute) summary(r pyobj.Ref, width int) string {
	strategy, _ := word(r, "strategy", "mean")
	text := fmt.Sprintf("%s · %s", features(width), clip(strategy))
	if len(s.indicated) > 0 {
		text += fmt.Sprintf(" · %d indicators", len(s.indicated))
	}
	return text
}

// readStatistics reads statistics_, of float64 or of objects. NaN is the
// statistic of a feature without values, which the result leaves out; not so with
// keep_empty_features, and with strategy="constant" before 1.8, which fills it.
func (s *simpleImpute) readStatistics(c *compiler, r pyobj.Ref, n *node) error {
	attr, err := r.Need("statistics_")
	if err != nil {
		return err
	}
	a, err := attr.Array()
	if err != nil {
		return err
	}
	values, err := scalars(attr, a)
	if err != nil {
		return err
	}
	all, err := flag(r, "keep_empty_features", false)
	if err != nil {
		return err
	}
	if strategy, _ := word(r, "strategy", "mean"); strategy == "constant" && olderThan(c.version, 1, 8) {
		all = true
	}
	single := fillsFloat32(r)
	objects := fitsObjects(r, a.DType.Kind == 'O')
	n.types = make([]models.DType, len(values))
	for j, v := range values {
		f, dtype, err := readFill(attr, v)
		if err != nil {
			return err
		}
		if single {
			f.number = float64(float32(f.number))
		}
		if dtype == models.String && !objects {
			return attr.Format("a string as the statistic of numbers")
		}
		if empty := dtype == models.Float64 && math.IsNaN(f.number); !empty || all {
			s.kept = append(s.kept, j)
		} else if objects {
			dtype = models.String
		}
		n.types[j] = dtype
		s.fill = append(s.fill, f)
	}
	n.types = typesOf(n.types)
	return nil
}

// fillsFloat32 reports whether statistics are cast to float32 first, which
// _fill_dtype (since 1.4) tells.
func fillsFloat32(r pyobj.Ref) bool {
	attr, ok := r.Attr("_fill_dtype")
	if !ok {
		return false
	}
	t, _, err := pyobj.DType(attr.Value())
	return err == nil && t.Kind == 'f' && t.Size == 4
}

// fitsObjects reports whether the imputer was fitted on objects: _fit_dtype since
// 0.24, before that only the dtype of the statistics tells.
func fitsObjects(r pyobj.Ref, otherwise bool) bool {
	attr, ok := r.Attr("_fit_dtype")
	if !ok {
		return otherwise
	}
	t, _, err := pyobj.DType(attr.Value())
	return err == nil && t.Kind == 'O'
}

func readFill(r pyobj.Ref, v any) (statistic, models.DType, error) {
	switch v := v.(type) {
	case string:
		return statistic{text: v}, models.String, nil
	case nil:
		return statistic{number: math.NaN()}, models.Float64, nil
	case float64:
		return statistic{number: v}, models.Float64, nil
	case int64:
		return statistic{number: float64(v)}, models.Float64, nil
	case bool:
		if v {
			return statistic{number: 1}, models.Float64, nil
		}
		return statistic{}, models.Float64, nil
	}
	return statistic{}, 0, r.Unsupported("a statistic that is "+pyobj.Describe(v), "Fit the imputer on strings or numbers.")
}

// readIndicator reads the features of indicator_, which an imputer with
// add_indicator has.
func readIndicator(r pyobj.Ref, width int) ([]int, error) {
	on, err := flag(r, "add_indicator", false)
	if err != nil || !on {
		return nil, err
	}
	attr, err := r.Need("indicator_")
	if err != nil {
		return nil, err
	}
	return featureList(attr, "features_", width)
}

// featureList reads indices of features, in increasing order.
func featureList(r pyobj.Ref, name string, width int) ([]int, error) {
	values, err := r.Ints(name)
	if err != nil {
		return nil, err
	}
	out := make([]int, len(values))
	for i, v := range values {
		if v < 0 || v >= int64(width) || i > 0 && int(v) <= out[i-1] {
			return nil, r.Format("%s[%d] is %d, of %d features", name, i, v, width)
		}
		out[i] = int(v)
	}
	return out, nil
}

// run fills numbers.
func (s *simpleImpute) run(ws *workspace, x block) (block, error) {
	list := ws.features(x)
	width := len(s.kept) + len(s.indicated)
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	if err := s.checkAll(ws, list, x.rows); err != nil {
		return block{}, err
	}
	for k, j := range s.kept {
		f := &list[j]
		for i := range x.rows {
			v := f.number(i)
			if s.in(f, i) {
				v = s.fill[j].number
			}
			y.data[i*width+k] = v
		}
	}
	for k, j := range s.indicated {
		s.indicate(y.data[len(s.kept)+k:], width, &list[j], x.rows)
	}
	return y, nil
}

func (s *simpleImpute) checkAll(ws *workspace, list []series, rows int) error {
	for i := range rows {
		for j := range list {
			if err := s.check(ws, &list[j], i, j, s.names); err != nil {
				return err
			}
		}
	}
	return nil
}

// indicate writes the indicators of holes of one feature, a value every width.
func (h hole) indicate(dst []float64, width int, s *series, rows int) {
	for i := range rows {
		dst[i*width] = 0
		if h.in(s, i) {
			dst[i*width] = 1
		}
	}
}

// runTyped fills columns of which some are strings.
func (s *simpleImpute) runTyped(ws *workspace, x block) (block, error) {
	list := ws.features(x)
	if err := s.checkAll(ws, list, x.rows); err != nil {
		return block{}, err
	}
	out := ws.typed.columns.take(len(s.kept) + len(s.indicated))
	for k, j := range s.kept {
		out[k] = s.filled(ws, &list[j], s.types[k], s.fill[j], x.rows)
	}
	for k, j := range s.indicated {
		c := models.Column{F64: ws.floats(x.rows)}
		s.indicate(c.F64, 1, &list[j], x.rows)
		out[len(s.kept)+k] = c
	}
	return block{rows: x.rows, columns: out}, nil
}

func (s *simpleImpute) filled(ws *workspace, f *series, t models.DType, with statistic, rows int) models.Column {
	if t != models.String {
		c := models.Column{F64: ws.floats(rows)}
		for i := range rows {
			c.F64[i] = f.number(i)
			if s.in(f, i) {
				c.F64[i] = with.number
			}
		}
		return c
	}
	c := models.Column{DType: models.String, Str: ws.typed.texts.take(rows)}
	for i := range rows {
		c.Str[i] = with.text
		if !s.in(f, i) {
			c.Str[i] = f.text(i)
		}
	}
	return c
}

// resultTypes are those of the kept features and of the indicators.
func (s *simpleImpute) resultTypes(in []models.DType) []models.DType {
	out := make([]models.DType, 0, len(s.kept)+len(s.indicated))
	for _, j := range s.kept {
		out = append(out, in[j])
	}
	for range s.indicated {
		out = append(out, models.Float64)
	}
	return out
}

func (s *simpleImpute) outputNames(in []string) []string {
	var out []string
	for _, j := range s.kept {
		out = append(out, in[j])
	}
	return append(out, indicatorNames(in, s.indicated)...)
}

func indicatorNames(in []string, list []int) []string {
	var out []string
	for _, j := range list {
		out = append(out, "missingindicator_"+in[j])
	}
	return out
}
