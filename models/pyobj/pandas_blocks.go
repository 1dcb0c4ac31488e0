package pyobj

// A manager is the BlockManager of a Series or a DataFrame: columns of one dtype
// are the rows of one block. It is pickled in two forms
// (pandas/core/internals/managers.py, pandas/_libs/internals.pyx):
//
//	BlockManager, state (axes, values, items, {"0.14.1": {"axes": …, "blocks":
//	    [{"values": …, "mgr_locs": …}]}})             up to 1.2; of a Series always
//	BlockManager((_unpickle_block(values, places, 2), …), axes)     since 1.3
type manager struct {
	axes   []Ref
	blocks []block
}

// A block holds the values of some columns.
type block struct {
	values    Ref
	locations Ref // slice, array or range of the columns
}

// manager reads the BlockManager of r, which has that many axes.
func (r Ref) manager(axes int) (*manager, error) {
	at, ok := r.Attr("_mgr") // since 1.1
	if !ok {
		var err error
		if at, err = r.Need("_data"); err != nil {
			return nil, err
		}
	}
	m, err := at.blockManager()
	if err == nil && len(m.axes) != axes {
		err = at.Format("%d axes, want %d", len(m.axes), axes)
	}
	return m, err
}

func (r Ref) blockManager() (*manager, error) {
	o, ok := r.value.(*Object)
	if !ok {
		return nil, r.wrong("a BlockManager")
	}
	if state, ok := o.State.(Tuple); ok {
		for _, part := range state {
			if versions, ok := part.(*Dict); ok {
				return r.With(versions).namedBlocks()
			}
		}
	}
	axes, err := r.Arg(1)
	if err != nil {
		return nil, err
	}
	blocks, err := r.Arg(0)
	if err != nil {
		return nil, err
	}
	m := new(manager)
	if m.axes, err = axes.Items(); err != nil {
		return nil, err
	}
	items, err := blocks.Items()
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		var b block
		if b.values, err = item.Arg(0); err != nil {
			return nil, err
		}
		if b.locations, err = item.Arg(1); err != nil {
			return nil, err
		}
		m.blocks = append(m.blocks, b)
	}
	return m, nil
}

// namedBlocks reads {"0.14.1": {"axes": …, "blocks": …}}.
func (r Ref) namedBlocks() (*manager, error) {
	parts, ok := r.Key("0.14.1")
	axes, ok1 := parts.Key("axes")
	blocks, ok2 := parts.Key("blocks")
	if !ok || !ok1 || !ok2 {
		return nil, r.Format("a BlockManager without axes and blocks")
	}
	m := new(manager)
	var err error
	if m.axes, err = axes.Items(); err != nil {
		return nil, err
	}
	items, err := blocks.Items()
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		values, ok1 := item.Key("values")
		locations, ok2 := item.Key("mgr_locs")
		if !ok1 || !ok2 {
			return nil, item.Format("a block without values and mgr_locs")
		}
		m.blocks = append(m.blocks, block{values, locations})
	}
	return m, nil
}

// places are the columns of b, of width columns in all.
func (b block) places(width int) ([]int, error) {
	r := b.locations
	if _, name, ok := r.Class(); ok && (name == "slice" || name == "range") {
		return r.span(width)
	}
	a, err := r.Array()
	if err != nil {
		return nil, err
	}
	list, err := a.Int64s()
	if err != nil {
		return nil, r.Format("%w", err)
	}
	out := make([]int, len(list))
	for i, v := range list {
		if v < 0 || v >= int64(width) {
			return nil, r.Format("a block with column %d of %d", v, width)
		}
		out[i] = int(v)
	}
	return out, nil
}

// span reads slice(start, stop, step) or range of the same within [0, width).
func (r Ref) span(width int) ([]int, error) {
	var parts [3]int64
	for i := range parts {
		arg, err := r.Arg(i)
		if err != nil {
			return nil, err
		}
		if i == 2 && arg.IsNone() {
			parts[i] = 1
			continue
		}
		if parts[i], err = arg.Int(); err != nil {
			return nil, err
		}
	}
	start, stop, step := parts[0], parts[1], parts[2]
	if start < 0 || start > int64(width) || step == 0 || step > int64(width)+1 || step < -int64(width)-1 {
		return nil, r.Format("a block with columns %d:%d:%d of %d", start, stop, step, width)
	}
	var out []int
	for j := start; step > 0 && j < stop || step < 0 && j > stop; j += step {
		if j < 0 || j >= int64(width) {
			return nil, r.Format("a block with column %d of %d", j, width)
		}
		out = append(out, int(j))
	}
	return out, nil
}
