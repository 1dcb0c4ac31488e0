package forest

// end is where the nodes of tree i end.
func (f *Forest) end(i int) uint32 {
	if i+1 < len(f.trees) {
		return f.trees[i+1].root
	}
	return uint32(f.Nodes())
}

// child is the left child of node a, the right one is behind it; or a is a leaf.
func (f *Forest) child(a uint32) (left uint32, leaf bool) {
	steps := uint32(0)
	if f.wide == nil {
		steps = uint32(f.packed[a]) >> slotBits
	} else {
		steps = f.wide[a].steps
	}
	return a + steps, steps == 0
}

// share is the share of the training rows at node a that went on to child.
func (f *Forest) share(a, child uint32) float64 {
	cover := f.covers.at(int(a))
	if cover == 0 {
		return 0
	}
	return f.covers.at(int(child)) / cover
}

// ask is the feature that node a asks for, and 1 if the row goes right.
func (e *explainer) ask(a uint32) (feature int32, right uint32) {
	if e.wide == nil {
		n := e.packed[a]
		return e.columns[n%slots-1].feature, above(e.keys[n%slots], int32(n>>32))
	}
	n := &e.wide[a]
	if n.slot == asksSet {
		return e.sets[n.key].feature, e.sets[n.key].right(e.Forest, e.x)
	}
	return e.columns[n.slot-1].feature, above(e.keys[n.slot], n.key)
}

// value is value j of leaf a.
func (f *Forest) value(a uint32, j int) float64 {
	return f.values.at(int(f.leaf(a))*f.Width + j)
}

// expanded is a forest of oblivious trees as one of ordinary ones.
func (f *Forest) expanded() *Forest {
	f.expand.Do(func() {
		b := NewBuilder(f.Shape)
		b.columns, b.sets = f.columns, f.sets
		for i := range f.oblivious {
			f.expandTree(b, &f.oblivious[i])
		}
		f.ordinary = b.build(nil)
	})
	return f.ordinary
}

// expandTree adds an oblivious tree node by node, from its last level down, as
// CatBoost explains its trees (catboost/libs/fstr/shap_values.cpp, on
// remainingDepth). Then leaves come in the order of their numbers.
func (f *Forest) expandTree(b *Builder, t *obliviousTree) {
	first, depth := len(b.nodes), int(t.depth)
	d := draft{first: first, count: 2<<depth - 1, leaf: len(b.ids), output: t.output, plain: t.depth, most: t.depth}
	b.trees = append(b.trees, d)
	for i := range 1<<depth - 1 {
		q := f.question(int(t.first) + depth - 1 - level(i))
		q.left = int32(2*i + 1)
		b.nodes, b.covers = append(b.nodes, q), append(b.covers, 0)
	}
	for i := range 1 << depth {
		leaf := int(t.leaf) + i
		b.nodes, b.covers = append(b.nodes, question{left: ^int32(len(b.ids))}), append(b.covers, f.weights.at(leaf))
		b.ids = append(b.ids, int32(uint32(i)^t.turned))
		for j := range f.Width {
			b.values = append(b.values, f.values.at(leaf*f.Width+j))
		}
	}
	for i := 1<<depth - 2; i >= 0; i-- {
		b.covers[first+i] = b.covers[first+2*i+1] + b.covers[first+2*i+2]
	}
}

// question is what level i asks, as the builder had it.
func (f *Forest) question(i int) question {
	slot, key := uint32(f.levels[i]%slots), int64(int32(f.levels[i]>>32))
	switch {
	case slot == setSlot:
		return question{slot: asksSet | uint32(key)}
	case f.bounds != nil:
		return question{slot: slot - 1, key: f.bounds[slot-1][key]}
	}
	return question{slot: slot - 1, key: key}
}
