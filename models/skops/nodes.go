package skops

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models/pyobj"
)

// A loader makes the value of one kind of node.
type loader func(*decoder, node) (pyobj.Value, error)

// loaders are the kinds of nodes, from NODE_TYPE_MAPPING of skops/io/_general.py,
// _numpy.py, _scipy.py, _sklearn.py and _quantile_forest.py, and of skops/io/old.
// SGDNode is what LossNode was called before 0.10.
func loaders() map[string]loader {
	return map[string]loader{
		"CachedNode":                  cached,
		"JsonNode":                    jsonText,
		"DictNode":                    dict,
		"DefaultDictNode":             defaultDict,
		"_DictWithDeprecatedKeysNode": deprecatedKeys,
		"ListNode":                    list,
		"SetNode":                     set,
		"TupleNode":                   tuple,
		"BytesNode":                   blob,
		"BytearrayNode":               blob,
		"SliceNode":                   slice,
		"ObjectNode":                  instance,
		"ConstructorFromReduceNode":   constructed,
		"FunctionNode":                function,
		"TypeNode":                    function,
		"MethodNode":                  method,
		"PartialNode":                 partial,
		"OperatorFuncNode":            operator,
		"NdArrayNode":                 array,
		"MaskedArrayNode":             masked,
		"DTypeNode":                   dtype,
		"RandomStateNode":             instance,
		"RandomGeneratorNode":         generator,
		"SparseMatrixNode":            sparse,
		"TreeNode":                    reduced,
		"LossNode":                    reduced,
		"SGDNode":                     reduced,
		"QuantileForestNode":          reduced,
	}
}

// cached refers to a node that came before, which decoder.value has found.
func cached(d *decoder, n node) (pyobj.Value, error) {
	return nil, d.errorf(n.at, "a CachedNode of an object that did not come before")
}

// jsonText is a scalar as JSON text within a string.
func jsonText(d *decoder, n node) (pyobj.Value, error) {
	text, ok := "", false
	if n.content.at > 0 {
		text, ok = d.doc.str(n.content)
	}
	if !ok {
		return nil, d.errorf(n.at, "a JsonNode without text")
	}
	v, err := d.parse(strings.TrimSpace(text))
	if err != nil {
		return nil, d.errorf(n.content, "%v", err)
	}
	return v, nil
}

func (d *decoder) parse(text string) (pyobj.Value, error) {
	switch {
	case strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{"):
		return d.parseContainer(text)
	case !strings.HasPrefix(text, `"`):
		return scalar(text)
	}
	if endOfString(text, 0) != len(text) {
		return nil, fmt.Errorf("%q is no string", clip(text))
	}
	s, ok := unquote(text)
	if !ok {
		return nil, fmt.Errorf("%q is no string that UTF-8 can hold", clip(text))
	}
	return strings.Clone(s), d.meter.Charge(costItem + int64(len(s)))
}

// parseContainer reads a list or dict, which skops itself does not write.
func (d *decoder) parseContainer(text string) (pyobj.Value, error) {
	const wrap = `{"":` // scan wants an object
	if err := d.meter.Charge(2 * int64(len(text)+len(wrap))); err != nil {
		return nil, err
	}
	const depth = 100
	doc, err := scan(wrap+text+"}", depth, d.meter)
	if err != nil {
		return nil, err
	}
	var out pyobj.Value
	err = doc.members(place{}, func(_ string, v place) error {
		out, err = d.plain(doc, v)
		return err
	})
	return out, err
}

// dict is a dict or an instance of a subclass of dict.
func dict(d *decoder, n node) (pyobj.Value, error) {
	entries, err := d.entries(n)
	if err != nil || n.module == "builtins" && n.class == "dict" {
		return entries, err
	}
	o, err := d.object(n, pyobj.New)
	if err != nil {
		return nil, err
	}
	o.Dict = entries
	return o, nil
}

// entries reads content and key_types: JSON has only strings for keys.
func (d *decoder) entries(n node) (*pyobj.Dict, error) {
	if n.content.at == 0 || n.keyTypes.at == 0 {
		return nil, d.errorf(n.at, "a dict without content or key_types")
	}
	types, err := d.node(n.keyTypes)
	if err != nil {
		return nil, err
	}
	var converters []string
	if types.content.at == 0 {
		return nil, d.errorf(n.keyTypes, "key_types without content")
	}
	err = d.doc.elements(types.content, func(_ int, v place) error {
		t, err := d.node(v)
		if err != nil {
			return err
		}
		converters = append(converters, t.class)
		return d.charge(v, costItem)
	})
	if err != nil {
		return nil, err
	}
	out, i := &pyobj.Dict{}, 0
	err = d.doc.members(n.content, func(text string, v place) error {
		if i == len(converters) {
			return d.errorf(v, "a dict with %d key types for more keys", i)
		}
		if err := d.charge(v, costEntry+int64(len(text))); err != nil {
			return err
		}
		key, err := convertKey(converters[i], text)
		if err != nil {
			return d.errorf(v, "%v", err)
		}
		value, err := d.value(v)
		out.Set(key, value)
		i++
		return err
	})
	return out, err
}

// convertKey calls the type of a key, as DictNode does. json.dumps has written
// None, True, 1 and 1.0 as null, true, 1 and 1.0.
func convertKey(class, text string) (pyobj.Value, error) {
	switch {
	case class == "str" || class == "str_":
		return strings.Clone(text), nil
	case text == "null" && class == "NoneType":
		return nil, nil
	case text == "true" || text == "false":
		return text == "true", nil
	case strings.HasPrefix(class, "int") || strings.HasPrefix(class, "uint"), class == "longlong":
		return scalar(text)
	case strings.HasPrefix(class, "float"), class == "double":
		if text == "NaN" || text == "Infinity" || text == "-Infinity" {
			return scalar(text)
		}
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("the key %q is no float", clip(text))
		}
		return f, nil
	}
	return nil, fmt.Errorf("the key %q of type %q", clip(text), clip(class))
}

// parts reads an object of nodes by name: {"main": node, "default_factory": node}.
func (d *decoder) parts(n node, names ...string) ([]pyobj.Value, error) {
	if n.content.at == 0 || d.doc.kind(n.content) != '{' {
		return nil, d.errorf(n.at, "a %s without content", n.loader)
	}
	places := make(map[string]place, len(names))
	if err := d.doc.members(n.content, func(key string, v place) error {
		places[key] = v
		return nil
	}); err != nil {
		return nil, err
	}
	out := make([]pyobj.Value, len(names))
	for i, name := range names {
		p, ok := places[name]
		if !ok {
			return nil, d.errorf(n.content, "a %s without %s", n.loader, name)
		}
		var err error
		if out[i], err = d.value(p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func defaultDict(d *decoder, n node) (pyobj.Value, error) {
	v, err := d.parts(n, "main", "default_factory")
	if err != nil {
		return nil, err
	}
	return d.dictObject(n, v[0], pyobj.Tuple{v[1]})
}

// deprecatedKeys is a dict that warns of old keys (scikit-learn before 1.2).
func deprecatedKeys(d *decoder, n node) (pyobj.Value, error) {
	v, err := d.parts(n, "main")
	if err != nil {
		return nil, err
	}
	return d.dictObject(n, v[0], nil)
}

func (d *decoder) dictObject(n node, main pyobj.Value, args pyobj.Tuple) (pyobj.Value, error) {
	entries, ok := main.(*pyobj.Dict)
	if !ok {
		return nil, d.errorf(n.content, "main is %s, not a dict", pyobj.Describe(main))
	}
	o, err := d.object(n, pyobj.Reduce)
	if err != nil {
		return nil, err
	}
	o.Args, o.Dict = args, entries
	return o, nil
}

// items reads a content that is a list of nodes.
func (d *decoder) items(n node) ([]pyobj.Value, error) {
	if n.content.at == 0 {
		return nil, d.errorf(n.at, "a %s without content", n.loader)
	}
	items := []pyobj.Value{}
	err := d.doc.elements(n.content, func(_ int, p place) error {
		if err := d.charge(p, costItem); err != nil {
			return err
		}
		v, err := d.value(p)
		items = append(items, v)
		return err
	})
	return items, err
}

// list is a list or an instance of a subclass of list.
func list(d *decoder, n node) (pyobj.Value, error) {
	items, err := d.items(n)
	if err != nil || n.module == "builtins" && n.class == "list" {
		return &pyobj.List{Items: items}, err
	}
	o, err := d.object(n, pyobj.New)
	if err != nil {
		return nil, err
	}
	o.Items = items
	return o, nil
}

func set(d *decoder, n node) (pyobj.Value, error) {
	items, err := d.items(n)
	return &pyobj.Set{Items: items}, err
}

// tuple is a tuple, or a named one, which is made of its items.
func tuple(d *decoder, n node) (pyobj.Value, error) {
	items, err := d.items(n)
	if err != nil || n.module == "builtins" && n.class == "tuple" {
		return pyobj.Tuple(items), err
	}
	o, err := d.object(n, pyobj.New)
	if err != nil {
		return nil, err
	}
	o.Args = items
	return o, nil
}

// slice holds three ints or nulls that are no nodes.
func slice(d *decoder, n node) (pyobj.Value, error) {
	o, err := d.object(n, pyobj.Reduce)
	if err != nil {
		return nil, err
	}
	if n.content.at == 0 {
		return nil, d.errorf(n.at, "a slice without content")
	}
	bounds := map[string]pyobj.Value{}
	err = d.doc.members(n.content, func(key string, v place) error {
		bounds[key], err = d.plain(d.doc, v)
		if err != nil {
			return d.errorf(v, "%v", err)
		}
		return nil
	})
	o.Args = pyobj.Tuple{bounds["start"], bounds["stop"], bounds["step"]}
	return o, err
}
