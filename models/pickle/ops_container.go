package pickle

import (
	"math"
	"math/big"

	"github.com/copal-ml/copal/models/pyobj"
)

func (d *Decoder) opMark() error {
	if len(d.marks) >= d.budget.Depth {
		return d.errorf("values are nested more than %d deep", d.budget.Depth)
	}
	d.marks = append(d.marks, len(d.stack))
	return nil
}

// opPop drops the topmost value, or the MARK if nothing is above it.
func (d *Decoder) opPop() error {
	if n := len(d.marks); n > 0 && d.marks[n-1] == len(d.stack) {
		d.marks = d.marks[:n-1]
		return nil
	}
	_, err := d.pop()
	return err
}

func (d *Decoder) opPopMark() error {
	_, err := d.popMark()
	return err
}

func (d *Decoder) opDup() error {
	s, err := d.top()
	if err != nil {
		return err
	}
	return d.push(s.value, s.depth)
}

func (d *Decoder) opEmptyList() error { return d.make(&pyobj.List{}, 1, costList) }
func (d *Decoder) opEmptyDict() error { return d.make(&pyobj.Dict{}, 1, costDict) }
func (d *Decoder) opEmptySet() error  { return d.make(&pyobj.Set{}, 1, costList+8) }

// noItems is the one empty tuple.
var noItems = pyobj.Tuple{}

func (d *Decoder) opEmptyTuple() error { return d.make(noItems, 1, costHeader) }

// items copies values into a slice of their own.
func (d *Decoder) items(from []slot) ([]pyobj.Value, error) {
	if err := d.Charge(costHeader + 16*int64(len(from))); err != nil {
		return nil, err
	}
	out := make([]pyobj.Value, len(from))
	for i := range from {
		out[i] = from[i].value
	}
	return out, nil
}

func (d *Decoder) opTuple() error {
	from, err := d.popMark()
	if err != nil {
		return err
	}
	items, err := d.items(from)
	if err != nil {
		return err
	}
	depth := deepest(from)
	return d.make(pyobj.Tuple(items), depth, costHeader)
}

func (d *Decoder) opTuple1() error { return d.tuple(1) }
func (d *Decoder) opTuple2() error { return d.tuple(2) }
func (d *Decoder) opTuple3() error { return d.tuple(3) }

func (d *Decoder) tuple(n int) error {
	at := len(d.stack) - n
	if at < d.floor() {
		return d.errorf("the stack holds fewer than %d values", n)
	}
	from := d.stack[at:]
	items, err := d.items(from)
	if err != nil {
		return err
	}
	depth := deepest(from)
	d.stack = d.stack[:at]
	return d.make(pyobj.Tuple(items), depth, costHeader)
}

func (d *Decoder) opList() error {
	from, err := d.popMark()
	if err != nil {
		return err
	}
	items, err := d.items(from)
	if err != nil {
		return err
	}
	return d.make(&pyobj.List{Items: items}, deepest(from), costList)
}

func (d *Decoder) opFrozenSet() error {
	from, err := d.popMark()
	if err != nil {
		return err
	}
	items, err := d.items(from)
	if err != nil {
		return err
	}
	return d.make(&pyobj.Set{Items: items, Frozen: true}, deepest(from), costList+8)
}

func (d *Decoder) opAppend() error {
	s, err := d.pop()
	if err != nil {
		return err
	}
	return d.extend([]slot{s})
}

func (d *Decoder) opAppends() error {
	from, err := d.popMark()
	if err != nil {
		return err
	}
	return d.extend(from)
}

// extend appends to the list, or list-like object, on top of the stack.
func (d *Decoder) extend(from []slot) error {
	top, err := d.top()
	if err != nil {
		return err
	}
	var to *[]pyobj.Value
	switch v := top.value.(type) {
	case *pyobj.List:
		to = &v.Items
	case *pyobj.Object:
		to = &v.Items
	default:
		return d.errorf("cannot append to %s", pyobj.Describe(top.value))
	}
	return d.appendTo(to, top, from)
}

func (d *Decoder) opAddItems() error {
	from, err := d.popMark()
	if err != nil {
		return err
	}
	top, err := d.top()
	if err != nil {
		return err
	}
	switch v := top.value.(type) {
	case *pyobj.Set:
		if v.Frozen {
			break
		}
		return d.appendTo(&v.Items, top, from)
	case *pyobj.Object:
		return d.appendTo(&v.Items, top, from)
	}
	return d.errorf("cannot add to %s", pyobj.Describe(top.value))
}

func (d *Decoder) appendTo(to *[]pyobj.Value, top *slot, from []slot) error {
	if err := d.Charge(costItem * int64(len(from))); err != nil {
		return err
	}
	for i := range from {
		*to = append(*to, from[i].value)
	}
	return d.deepen(top, deepest(from))
}

// deepen notes that the container on top of the stack got deeper.
func (d *Decoder) deepen(top *slot, depth int) error {
	if depth > d.budget.Depth {
		return d.errorf("values are nested more than %d deep", d.budget.Depth)
	}
	top.depth = max(top.depth, depth)
	return nil
}

func (d *Decoder) opDict() error {
	from, err := d.popMark()
	if err != nil {
		return err
	}
	dict := &pyobj.Dict{}
	depth := deepest(from)
	if err := d.fill(dict, from); err != nil {
		return err
	}
	return d.make(dict, depth, costDict)
}

func (d *Decoder) opSetItem() error {
	value, err := d.pop()
	if err != nil {
		return err
	}
	key, err := d.pop()
	if err != nil {
		return err
	}
	return d.setItems([]slot{key, value})
}

func (d *Decoder) opSetItems() error {
	from, err := d.popMark()
	if err != nil {
		return err
	}
	return d.setItems(from)
}

// setItems stores into the dict, or dict-like object, on top of the stack.
func (d *Decoder) setItems(from []slot) error {
	top, err := d.top()
	if err != nil {
		return err
	}
	depth := deepest(from)
	switch v := top.value.(type) {
	case *pyobj.Dict:
		err = d.fill(v, from)
	case *pyobj.Object:
		if v.Dict == nil {
			v.Dict = &pyobj.Dict{}
		}
		err = d.fill(v.Dict, from)
	default:
		return d.errorf("cannot set items of %s", pyobj.Describe(top.value))
	}
	if err != nil {
		return err
	}
	return d.deepen(top, depth)
}

// fill stores keys and values that alternate.
func (d *Decoder) fill(dict *pyobj.Dict, from []slot) error {
	if len(from)%2 != 0 {
		return d.errorf("an odd number of keys and values")
	}
	for i := 0; i < len(from); i += 2 {
		cost := int64(costEntry)
		switch key := from[i].value.(type) {
		case pyobj.Bytes:
			cost += int64(len(key))
		case *big.Int: // indexed by its digits
			cost += 3 * int64(key.BitLen())
		}
		if err := d.Charge(cost); err != nil {
			return err
		}
		dict.Set(from[i].value, from[i+1].value)
	}
	return nil
}

func (d *Decoder) opGet() error {
	i, err := d.index()
	if err != nil {
		return err
	}
	return d.get(i)
}

// index reads a memo index as digits.
func (d *Decoder) index() (int64, error) {
	text, err := d.line()
	if err != nil {
		return 0, err
	}
	if len(text) <= 20 {
		if n, ok := parseInt(string(text)); ok && n.IsInt64() && n.Sign() >= 0 {
			return n.Int64(), nil
		}
	}
	return 0, d.errorf("%.40q is not a memo index", text)
}

func (d *Decoder) opBinGet() error {
	i, err := d.uint(1)
	if err != nil {
		return err
	}
	return d.get(int64(i))
}

func (d *Decoder) opLongBinGet() error {
	i, err := d.uint(4)
	if err != nil {
		return err
	}
	return d.get(int64(i))
}

func (d *Decoder) get(i int64) error {
	s, ok := d.memo.get(i)
	if !ok {
		return d.errorf("the memo has no entry %d", i)
	}
	return d.push(s.value, s.depth)
}

func (d *Decoder) opPut() error {
	i, err := d.index()
	if err != nil {
		return err
	}
	return d.put(i)
}

func (d *Decoder) opBinPut() error {
	i, err := d.uint(1)
	if err != nil {
		return err
	}
	return d.put(int64(i))
}

func (d *Decoder) opLongBinPut() error {
	i, err := d.uint(4)
	if err != nil {
		return err
	}
	return d.put(int64(i))
}

func (d *Decoder) opMemoize() error { return d.put(int64(d.memo.count)) }

func (d *Decoder) put(i int64) error {
	if i == math.MaxInt64 {
		return d.errorf("memo index %d", i)
	}
	s, err := d.top()
	if err != nil {
		return err
	}
	if err := d.Charge(d.memo.cost(i)); err != nil {
		return err
	}
	d.memo.set(i, *s)
	return nil
}
