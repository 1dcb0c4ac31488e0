package catboost

import "encoding/json"

// jsonTrees reads trees of either form.
func (d *document) jsonTrees(file *jsonFile) error {
	for i := range file.Symmetric {
		t := &file.Symmetric[i]
		n := len(t.Splits)
		if n > 30 || len(t.Leaves) == 0 || len(t.Leaves)%(1<<n) != 0 {
			return d.broken("tree %d has %d splits and %d leaf values", i, n, len(t.Leaves))
		}
		if outputs := len(t.Leaves) >> n; i > 0 && outputs != d.outputs {
			return d.broken("tree %d has %d outputs, those before %d", i, outputs, d.outputs)
		}
		d.outputs = len(t.Leaves) >> n
		for _, s := range t.Splits {
			if s.Index == nil {
				return d.broken("tree %d has a split without an index", i)
			}
			d.correct(&s)
			d.splits = append(d.splits, *s.Index)
		}
		d.sizes, d.leaves, d.weights = append(d.sizes, int32(n)), append(d.leaves, floats64(t.Leaves)...), append(d.weights, floats64(t.Weights)...)
	}
	if len(file.Symmetric) > 0 && len(file.Trees) > 0 {
		return d.broken("trees of two forms")
	}
	for i := range file.Trees {
		first := len(d.steps)
		if err := d.jsonNode(&file.Trees[i]); err != nil {
			return err
		}
		d.sizes = append(d.sizes, int32(len(d.steps)-first))
	}
	return nil
}

// correct sets the feature of a split's value: old releases list values at another
// feature, whose place in rows is the number of the right one.
func (d *document) correct(s *jsonSplit) {
	if s.Kind != "OneHotFeature" {
		return
	}
	at := int(*s.Index)
	for i := range d.floats {
		at -= len(d.floats[i].borders)
	}
	for i := range d.oneHots {
		if at >= 0 && at < len(d.oneHots[i].values) {
			d.oneHots[i].index = s.Category
		}
		at -= len(d.oneHots[i].values)
	}
}

// jsonNode reads a node and all below it: the left one follows its parent.
func (d *document) jsonNode(n *jsonNode) error {
	at := len(d.steps)
	d.steps, d.ends, d.splits = append(d.steps, step{}), append(d.ends, 0), append(d.splits, 0)
	if n.Split == nil {
		return d.jsonLeaf(n, at)
	}
	if n.Left == nil || n.Right == nil || n.Split.Index == nil {
		return d.broken("a node without two sides or the index of its split")
	}
	d.splits[at] = *n.Split.Index
	d.correct(n.Split)
	if err := d.jsonNode(n.Left); err != nil {
		return err
	}
	d.steps[at] = step{left: 1, right: len(d.steps) - at}
	return d.jsonNode(n.Right)
}

func (d *document) jsonLeaf(n *jsonNode, at int) error {
	var values []number
	var value number
	if json.Unmarshal(n.Value, &value) == nil {
		values = []number{value}
	} else if err := json.Unmarshal(n.Value, &values); err != nil {
		return d.broken("a leaf without values")
	}
	if d.outputs != 0 && len(values) != d.outputs {
		return d.broken("a leaf of %d values, those before have %d", len(values), d.outputs)
	}
	d.outputs = len(values)
	d.ends[at] = uint32(len(d.leaves))
	d.leaves = append(d.leaves, floats64(values)...)
	if n.Weight != nil {
		d.weights = append(d.weights, *n.Weight)
	}
	return nil
}

// jsonScale reads [scale, bias], where the bias is a number or a list of them.
func (d *document) jsonScale(file *jsonFile) error {
	if len(file.Scale) == 0 {
		return nil
	}
	var scale, one number
	var list []number
	if len(file.Scale) != 2 || json.Unmarshal(file.Scale[0], &scale) != nil {
		return d.broken("scale_and_bias is not a number and a list")
	}
	if json.Unmarshal(file.Scale[1], &one) == nil {
		list = []number{one}
	} else if json.Unmarshal(file.Scale[1], &list) != nil {
		return d.broken("scale_and_bias is not a number and a list")
	}
	d.scale = float64(scale)
	if len(list) != 1 || list[0] != 0 {
		d.bias = floats64(list)
	}
	return nil
}
