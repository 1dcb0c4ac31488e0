package sklearn

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var pipelineClasses = []class{
	{"Pipeline", "sklearn", pipeline},
}

// A chain is Pipeline (sklearn/pipeline.py): the transforms of all steps but the
// last, in order, before a method of the last.
type chain struct{ transforms []*transformer }

func (c *chain) run(ws *workspace, x block) (block, error) {
	for _, t := range c.transforms {
		var err error
		if x, err = t.run(ws, x); err != nil {
			return block{}, err
		}
	}
	return x, nil
}

// before is m after the transforms of c.
func (c *chain) before(m *method) *method {
	then := m.run
	run := func(ws *workspace, x block, out [][]float64) error {
		x, err := c.run(ws, x)
		if err != nil {
			return err
		}
		return then(ws, x, out)
	}
	return &method{name: m.name, outputs: m.outputs, run: run}
}

// names are those of the last transform's columns.
func (c *chain) names(in []string) []string {
	for _, t := range c.transforms {
		if in = t.namesOut(in); in == nil {
			return nil
		}
	}
	return in
}

// types are those of the last transform's columns.
func (c *chain) types(in []models.DType) []models.DType {
	for _, t := range c.transforms {
		in = t.typesOut(in)
	}
	return in
}

// transformer is the whole chain as one.
func (c *chain) transformer(width int) *transformer {
	return &transformer{width: width, run: c.run, names: c.names, follow: c.types}
}

// delegated are the methods that a Pipeline and a search hand on to an estimator.
var delegated = []models.Method{
	models.Predict, models.PredictProba, models.PredictLogProba, models.DecisionFunction, models.ScoreSamples,
	models.Margin, models.Contributions,
}

func pipeline(c *compiler, r pyobj.Ref) (*node, error) {
	steps, err := c.steps(r)
	if err != nil {
		return nil, err
	}
	return joinSteps(r, steps)
}

// steps compiles all steps, of which each but the last can transform.
func (c *compiler) steps(r pyobj.Ref) ([]*node, error) {
	attr, err := r.Need("steps")
	if err != nil {
		return nil, err
	}
	items, err := attr.Items()
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, attr.Format("a pipeline without steps")
	}
	steps := make([]*node, len(items))
	for i, item := range items {
		if steps[i], err = c.step(r, item); err != nil {
			return nil, err
		}
		if i < len(items)-1 && steps[i].transform == nil {
			return nil, item.Format("the step is not the last and cannot transform")
		}
	}
	return steps, nil
}

// step compiles one (name, estimator). A step that is None or 'passthrough' does
// nothing.
func (c *compiler) step(r, item pyobj.Ref) (*node, error) {
	first, err := item.Index(0)
	if err != nil {
		return nil, err
	}
	name, err := first.Str()
	if err != nil {
		return nil, err
	}
	est, err := item.Index(1)
	if err != nil {
		return nil, err
	}
	est = est.Named(fmt.Sprintf("%s.steps['%s']", r.Path(), clip(name)))
	if skip, err := est.Str(); est.IsNone() || err == nil && skip == "passthrough" {
		return passthrough(est.Path()), nil
	}
	return c.estimator(est)
}

func passthrough(path string) *node {
	return &node{transform: identity(), outline: models.Node{Path: path, Class: "passthrough"}}
}

// identity gives its input as it is, strings among it.
func identity() *transformer {
	return &transformer{
		run:    func(ws *workspace, x block) (block, error) { return x, nil },
		follow: func(in []models.DType) []models.DType { return in },
	}
}

// joinSteps makes one node of the steps. A pipeline has no features of its own:
// they are those of its first step that knows them.
func joinSteps(r pyobj.Ref, steps []*node) (*node, error) {
	all := new(node)
	width, changed := 0, false // of the block between two steps
	open := true               // no step so far looks at what it passes on
	for i, s := range steps {
		if width > 0 && s.features > 0 && s.features != width {
			return nil, r.Format("step %d takes %d features and is given %d", i, s.features, width)
		}
		if s.features > 0 {
			width = s.features
		}
		if all.features == 0 && !changed {
			all.features, all.names, all.types, all.inputs, all.class = width, s.names, s.types, s.inputs, s.class
		} else if open && s.features > 0 {
			all.types, all.class = s.types, s.class
		}
		open = open && (s.features == 0 || transparent(s.types))
		if s.transform != nil && s.transform.width > 0 {
			width, changed = s.transform.width, true
		}
		all.outline.Children = append(all.outline.Children, s.outline)
	}
	if err := checkTypes(r, steps, settled(all.types)); err != nil {
		return nil, err
	}
	last := steps[len(steps)-1]
	if len(steps) == 1 { // behind a transformer, what was absent is a zero
		all.absent = last.absent
	}
	c := new(chain)
	for _, s := range steps[:len(steps)-1] {
		c.transforms = append(c.transforms, s.transform)
	}
	// Parameters of predict, such as return_std, reach the last step as well.
	for _, name := range append(delegated[:len(delegated):len(delegated)], models.PredictStd) {
		if m := last.method(name); m != nil {
			all.offer(c.before(m))
		}
	}
	if last.transform != nil {
		whole := &chain{append(c.transforms[:len(c.transforms):len(c.transforms)], last.transform)}
		if width == all.features {
			width = 0
		}
		all.transform = whole.transformer(width)
	}
	all.outline.Summary = arrows(steps)
	return all, nil
}

// checkTypes checks that each step takes the types of what it is given. Types are
// those of the input.
func checkTypes(r pyobj.Ref, steps []*node, types []models.DType) error {
	for i, s := range steps {
		if s.features > 0 && !transparent(s.types) && !sameTypes(types, s.types) {
			return r.Format("step %d takes other types than it is given", i)
		}
		if s.transform != nil {
			types = s.transform.typesOut(types)
		}
	}
	return nil
}

// transparent reports whether a node with such needs passes on what it is given.
func transparent(types []models.DType) bool {
	for _, t := range types {
		if t != anything {
			return false
		}
	}
	return len(types) > 0
}

// arrows is "StandardScaler → LogisticRegression".
func arrows(steps []*node) string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.outline.Class
	}
	return strings.Join(names, " → ")
}
