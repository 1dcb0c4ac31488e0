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
		b.symmetric = f.symmetric
		f.ordinary = b.buildExpanded(nil)
	})
	return f.ordinary
}
