package skops

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/archive"
	"github.com/copal-ml/copal/models/internal/bounded"
	"github.com/copal-ml/copal/models/pyobj"
)

// Costs of values in memory beside their contents, as package pickle counts them.
const (
	costItem   = 32
	costEntry  = 160
	costObject = 144
	costGlobal = 128
	costMemo   = 64
)

// A decoder turns nodes into values.
type decoder struct {
	doc     *document
	members *archive.Archive
	meter   *bounded.Meter
	loaders map[string]loader
	memo    map[int64]pyobj.Value
	globals map[string]*pyobj.Global
	order   []models.Global
}

// A node is one object of the schema. Places that are zero are absent.
type node struct {
	at                    place
	class, module, loader string
	id                    int64
	content, keyTypes     place
	kind, file, shape     place
	attrs, reduce         place
}

// pending is in the memo while the value of a node is being made.
var pending = &struct{ _ byte }{}

// charge counts n bytes that are about to be allocated for the node at p.
func (d *decoder) charge(p place, n int64) error {
	if err := d.meter.Charge(n); err != nil {
		return d.errorf(p, "%v", err)
	}
	return nil
}

func (d *decoder) errorf(p place, format string, args ...any) error {
	return schemaError(p.at, format, args...)
}

// value makes the value of the node at p.
func (d *decoder) value(p place) (pyobj.Value, error) {
	n, err := d.node(p)
	if err != nil {
		return nil, err
	}
	if v, ok := d.memo[n.id]; ok && n.id != 0 {
		if v == pending {
			return nil, d.errorf(p, "the model contains itself")
		}
		return v, nil
	}
	load := d.loaders[n.loader]
	if load == nil {
		return nil, &models.UnsupportedError{Feature: "the node type " + strconv.Quote(clip(n.loader)) + " of skops", Offset: int64(p.at),
			Hint: "It is unknown to skops 0.2 to 0.16. Save the model with joblib.dump."}
	}
	if n.id != 0 {
		if err := d.charge(p, costMemo); err != nil {
			return nil, err
		}
		d.memo[n.id] = pending
	}
	v, err := load(d, n)
	if err == nil && n.id != 0 {
		d.memo[n.id] = v
	}
	return v, err
}

// optional is the value at p, or nil if p is absent.
func (d *decoder) optional(p place) (pyobj.Value, error) {
	if p == (place{}) {
		return nil, nil
	}
	return d.value(p)
}

// node reads the members of a node, of which the last of a name counts.
func (d *decoder) node(p place) (n node, err error) {
	n.at = p
	if d.doc.kind(p) != '{' {
		return n, d.errorf(p, "want a node, an object")
	}
	err = d.doc.members(p, func(key string, v place) error {
		to, text := n.member(key)
		switch {
		case to != nil:
			*to = v
		case text != nil && d.doc.word(v) != "null":
			var ok bool
			if *text, ok = d.doc.str(v); !ok {
				return d.errorf(v, "%s is no string", key)
			}
		case key == "__id__":
			var ok bool
			if n.id, ok = d.integer(v); !ok {
				return d.errorf(v, "__id__ is no integer")
			}
		}
		return nil
	})
	return n, err
}

// member is where a member of a node is kept: as a place or as text.
func (n *node) member(key string) (*place, *string) {
	switch key {
	case "__class__":
		return nil, &n.class
	case "__module__":
		return nil, &n.module
	case "__loader__":
		return nil, &n.loader
	case "content":
		return &n.content, nil
	case "key_types":
		return &n.keyTypes, nil
	case "type":
		return &n.kind, nil
	case "file":
		return &n.file, nil
	case "shape":
		return &n.shape, nil
	case "attrs":
		return &n.attrs, nil
	case "__reduce__":
		return &n.reduce, nil
	}
	return nil, nil
}

// global is the class or function of that name, which it lists.
func (d *decoder) global(at place, module, name string) (*pyobj.Global, error) {
	if module == "" || name == "" {
		return nil, d.errorf(at, "%q is not the name of a class or function", clip(module+"."+name))
	}
	full := module + "." + name
	if g := d.globals[full]; g != nil {
		return g, nil
	}
	if err := d.charge(at, costGlobal+4*int64(len(full))); err != nil {
		return nil, err
	}
	full = strings.Clone(full)
	g := &pyobj.Global{Module: full[:len(module)], Name: full[len(module)+1:], Offset: int64(at.at)}
	d.globals[full] = g
	d.order = append(d.order, models.Global{Name: full, Offset: g.Offset})
	return g, nil
}

// object begins an instance of the class that n names.
func (d *decoder) object(n node, kind pyobj.Make) (*pyobj.Object, error) {
	class, err := d.global(n.at, n.module, n.class)
	if err != nil {
		return nil, err
	}
	if err := d.charge(n.at, costObject); err != nil {
		return nil, err
	}
	return &pyobj.Object{Class: class, Make: kind, Offset: int64(n.at.at)}, nil
}

// integer reads a number of the schema.
func (d *decoder) integer(p place) (int64, bool) {
	n, err := strconv.ParseInt(d.doc.word(p), 10, 64)
	return n, err == nil
}

// memberText is the text of a number that is a member of the object at p.
func (d *decoder) memberText(p place, name string) (text string) {
	_ = d.doc.members(p, func(key string, v place) error { // p was read before
		if key == name {
			text = clip(d.doc.word(v))
		}
		return nil
	})
	return text
}

// maxDigits bounds an int, as CPython does (sys.int_info.default_max_str_digits).
const maxDigits = 4300

// scalar reads a number or literal as Python's json does: an int is one without
// a point or an exponent, and NaN and the infinities are floats.
func scalar(word string) (pyobj.Value, error) {
	switch word {
	case "null":
		return nil, nil
	case "true", "false":
		return word == "true", nil
	case "NaN", "Infinity", "-Infinity":
		return strconv.ParseFloat(word, 64)
	}
	if word == "" || strings.Trim(word, "+-.eE0123456789") != "" {
		return nil, fmt.Errorf("%q is no value", clip(word))
	}
	if strings.ContainsAny(word, ".eE") {
		f, err := strconv.ParseFloat(word, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, fmt.Errorf("%q is no number", clip(word))
		}
		return f, nil
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil {
		return n, nil
	}
	if len(word) > maxDigits {
		return nil, fmt.Errorf("an int of %d digits", len(word))
	}
	n, ok := new(big.Int).SetString(word, 10)
	if !ok {
		return nil, fmt.Errorf("%q is no number", clip(word))
	}
	return n, nil
}

// plain reads JSON that stands for itself: scalars, and lists and dicts of them.
func (d *decoder) plain(doc *document, p place) (pyobj.Value, error) {
	if err := d.meter.Charge(costItem); err != nil {
		return nil, err
	}
	switch doc.kind(p) {
	case '"':
		s, ok := doc.str(p)
		if !ok {
			return nil, fmt.Errorf("a string with a lone surrogate")
		}
		return strings.Clone(s), d.meter.Charge(int64(len(s)))
	case '[':
		list := &pyobj.List{}
		return list, doc.elements(p, func(_ int, v place) error {
			item, err := d.plain(doc, v)
			list.Items = append(list.Items, item)
			return err
		})
	case '{':
		dict := &pyobj.Dict{}
		return dict, doc.members(p, func(key string, v place) error {
			if err := d.meter.Charge(costEntry + int64(len(key))); err != nil {
				return err
			}
			item, err := d.plain(doc, v)
			dict.Set(strings.Clone(key), item)
			return err
		})
	}
	return scalar(doc.word(p))
}

// clip shortens text that a file chose.
func clip(s string) string { return fmt.Sprintf("%.80s", s) }
