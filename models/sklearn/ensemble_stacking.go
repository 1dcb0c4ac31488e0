package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var stackingClasses = []class{
	{"StackingClassifier", "sklearn", stackingClassifier},
	{"StackingRegressor", "sklearn", stackingRegressor},
}

// A stack is StackingClassifier or StackingRegressor
// (sklearn/ensemble/_stacking.py): the answers of the estimators, and with
// passthrough the features, are what the final estimator is given.
type stack struct {
	node        *node
	members     []stacked
	width       int // of all answers, and of the features if they pass through
	passthrough bool
}

// A stacked is the method that one estimator is asked with.
type stacked struct {
	m      *method
	skip   int       // columns of its answer that are left out
	values []float64 // of its labels, if it answers labels
}

// width is the number of columns it adds.
func (l *stacked) width() int { return l.m.width() - l.skip }

func readStack(c *compiler, r pyobj.Ref, binary bool) (*stack, error) {
	parts, err := c.parts(r, "estimators_")
	if err != nil {
		return nil, err
	}
	s := &stack{node: new(node), members: make([]stacked, len(parts))}
	if err := s.node.inputOf(r, parts...); err != nil {
		return nil, err
	}
	s.node.class = parts[0].class // it leaves the checks to its estimators
	attr, err := r.Need("stack_method_")
	if err != nil {
		return nil, err
	}
	methods, err := attr.Strs()
	if err != nil {
		return nil, err
	}
	if len(methods) != len(parts) {
		return nil, attr.Format("%d methods for %d estimators", len(methods), len(parts))
	}
	for i, p := range parts {
		if err := s.add(r, i, p, models.Method(methods[i]), binary); err != nil {
			return nil, err
		}
	}
	return s, s.pass(r, parts)
}

func (s *stack) add(r pyobj.Ref, i int, p *node, name models.Method, binary bool) (err error) {
	l := &s.members[i]
	if l.m, err = p.need(r, name, 0); err != nil {
		return err
	}
	if name == models.PredictProba && binary && l.m.width() > 1 {
		l.skip = 1 // it is 1 minus the other column
	}
	if labels := l.m.labels(); labels != nil {
		if l.values = labels.numbers(); l.values == nil {
			return r.Unsupported("a stack of classifiers that answer strings", "Use stack_method='predict_proba'.")
		}
	}
	s.width += l.width()
	return nil
}

// pass adds the features and the names of the columns.
func (s *stack) pass(r pyobj.Ref, parts []*node) (err error) {
	if s.passthrough, err = flag(r, "passthrough", false); err != nil {
		return err
	}
	if s.passthrough && s.node.types != nil {
		return r.Unsupported("passthrough=True with columns of text", "Encode them before the stack.")
	}
	if s.passthrough {
		if s.node.features == 0 {
			return r.Format("it does not record how many features it takes")
		}
		s.width += s.node.features
	}
	names, err := keptNames(r, len(parts))
	if err != nil {
		return err
	}
	_, class, _ := r.Class()
	widths := make([]int, len(parts))
	for i := range parts {
		if widths[i] = s.members[i].width(); widths[i] == 1 {
			widths[i] = 0
		}
	}
	own := namesOut(class, names, widths)
	all := own
	if s.passthrough {
		all = func(in []string) []string { return append(own(nil)[:len(own(nil)):len(own(nil))], in...) }
	}
	s.node.transform = &transformer{width: s.width, run: s.run, names: all}
	s.node.outline.Summary = fmt.Sprintf("%s · %d estimators", features(s.node.features), len(parts))
	return nil
}

// run is transform.
func (s *stack) run(ws *workspace, x block) (block, error) {
	x = s.node.shared(ws, x)
	y := block{rows: x.rows, width: s.width, data: ws.floats(x.rows * s.width), owned: true}
	column := 0
	for i := range s.members {
		l := &s.members[i]
		at := ws.mark()
		answers, err := ws.ask(l.m, x)
		if err != nil {
			return block{}, err
		}
		l.put(y.data[column:], s.width, answers)
		column += l.width()
		ws.rewind(at)
	}
	if s.passthrough {
		m := ws.matrix(x)
		for i := range m.rows {
			copy(y.data[i*s.width+column:(i+1)*s.width], m.data[i*m.width:(i+1)*m.width])
		}
	}
	return y, nil
}

// put writes answers into the first columns of rows of stride values.
func (l *stacked) put(dst []float64, stride int, answers []float64) {
	k := l.m.width()
	for i := range len(answers) / k {
		row := answers[i*k+l.skip : (i+1)*k]
		out := dst[i*stride:]
		for j, v := range row {
			if l.values != nil {
				v = l.values[int(v)]
			}
			out[j] = v
		}
	}
}

// last compiles final_estimator_, which takes what run gives.
func (s *stack) last(c *compiler, r pyobj.Ref) (*node, error) {
	final, err := c.member(r, "final_estimator_")
	if err != nil {
		return nil, err
	}
	if final.features > 0 && final.features != s.width {
		return nil, r.Format("final_estimator_ takes %d features, and the estimators give %d", final.features, s.width)
	}
	s.node.outline.Children = append(s.node.outline.Children, final.outline)
	return final, nil
}

// before is a method of the final estimator.
func (s *stack) before(m *method) *method {
	return (&chain{[]*transformer{s.node.transform}}).before(m)
}

func stackingRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	s, err := readStack(c, r, false)
	if err != nil {
		return nil, err
	}
	final, err := s.last(c, r)
	if err != nil {
		return nil, err
	}
	m, err := final.need(r, models.Predict, 1)
	if err != nil {
		return nil, err
	}
	s.node.offer(s.before(m))
	return s.node, nil
}

func stackingClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	if _, list := attr.Value().(*pyobj.List); list {
		return nil, attr.Unsupported("a stack for several labels at once", "Fit one classifier for each label.")
	}
	classes, err := readLabels(attr)
	if err != nil {
		return nil, err
	}
	s, err := readStack(c, r, classes.len() == 2)
	if err != nil {
		return nil, err
	}
	final, err := s.last(c, r)
	if err != nil {
		return nil, err
	}
	predict, err := final.need(r, models.Predict, 1)
	if err != nil {
		return nil, err
	}
	if predict, err = relabelled(r, predict, classes); err != nil {
		return nil, err
	}
	s.node.offer(s.before(predict))
	for _, name := range []models.Method{models.PredictProba, models.DecisionFunction} {
		if m := final.simple(name); m != nil {
			s.node.offer(s.before(m))
		}
	}
	s.node.outline.Summary += fmt.Sprintf(" · %d classes", classes.len())
	return s.node, nil
}

// relabelled is predict of an estimator that was fitted on encoded classes.
func relabelled(r pyobj.Ref, predict *method, classes *labels) (*method, error) {
	codes, err := encoded(r, predict.labels(), classes.len())
	if err != nil {
		return nil, err
	}
	run := func(ws *workspace, x block, out []float64) error {
		if err := predict.single(ws, x, out); err != nil {
			return err
		}
		for i, v := range out {
			out[i] = float64(codes[int(v)])
		}
		return nil
	}
	return one(models.Predict, models.Port{DType: classes.dtype}, classes, run), nil
}
