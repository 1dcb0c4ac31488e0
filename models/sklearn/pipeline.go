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

func pipeline(c *compiler, r pyobj.Ref) (*node, error) {
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
	return joinSteps(r, steps)
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
	same := func(ws *workspace, x block) (block, error) { return x, nil }
	return &node{transform: &transformer{run: same}, outline: models.Node{Path: path, Class: "passthrough"}}
}

// joinSteps makes one node of the steps. A pipeline has no features of its own:
// they are those of its first step that knows them.
func joinSteps(r pyobj.Ref, steps []*node) (*node, error) {
	all := new(node)
	width, changed := 0, false // of the block between two steps
	var types []models.DType   // of its columns
	for i, s := range steps {
		if changed && s.features > 0 && !sameTypes(types, s.types) {
			return nil, r.Format("step %d takes other types than it is given", i)
		}
		if width > 0 && s.features > 0 && s.features != width {
			return nil, r.Format("step %d takes %d features and is given %d", i, s.features, width)
		}
		if s.features > 0 {
			width = s.features
		}
		if all.features == 0 && !changed {
			all.features, all.names, all.types, all.class = width, s.names, s.types, s.class
		}
		if s.transform != nil && s.transform.width > 0 {
			width, changed, types = s.transform.width, true, s.transform.types
		}
		all.outline.Children = append(all.outline.Children, s.outline)
	}
	last := steps[len(steps)-1]
	c := new(chain)
	for _, s := range steps[:len(steps)-1] {
		c.transforms = append(c.transforms, s.transform)
	}
	for _, m := range last.methods {
		if m.name != models.Apply { // Pipeline has no such method
			all.offer(c.before(m))
		}
	}
	if last.transform != nil {
		whole := &chain{append(c.transforms[:len(c.transforms):len(c.transforms)], last.transform)}
		all.transform = &transformer{run: whole.run, types: types}
		if width != all.features {
			all.transform.width = width
		}
	}
	all.outline.Summary = arrows(steps)
	return all, nil
}

// arrows is "StandardScaler → LogisticRegression".
func arrows(steps []*node) string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.outline.Class
	}
	return strings.Join(names, " → ")
}
