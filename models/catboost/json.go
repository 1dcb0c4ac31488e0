package catboost

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/copal-ml/copal/models"
)

// readJSON reads what save_model(format="json") writes
// (catboost/libs/model/json_model_helpers.cpp).
func readJSON(data []byte) (*document, error) {
	var file jsonFile
	if err := json.Unmarshal(data, &file); err != nil {
		e := &models.FormatError{Format: formatJSON, Offset: -1, Text: "the JSON cannot be read", Err: err}
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		if errors.As(err, &syntax) {
			e.Offset = syntax.Offset
		} else if errors.As(err, &kind) {
			e.Offset = kind.Offset
		}
		return nil, e
	}
	d := &document{format: formatJSON, info: map[string]string{}, scale: 1, tables: map[string]*ctrTable{}}
	for key, raw := range file.Info {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		d.info[key] = text
	}
	for _, step := range []func(*jsonFile) error{d.jsonFeatures, d.jsonTables, d.jsonTrees, d.jsonScale} {
		if err := step(&file); err != nil {
			return nil, err
		}
	}
	return d, nil
}

type jsonFile struct {
	Info     map[string]json.RawMessage `json:"model_info"`
	Features struct {
		Floats []struct {
			Index   *int     `json:"feature_index"`
			Flat    *int     `json:"flat_feature_index"`
			Name    string   `json:"feature_id"`
			OldName string   `json:"feature_name"`
			Borders []number `json:"borders"`
			HasNaNs bool     `json:"has_nans"`
			Missing string   `json:"nan_value_treatment"`
		} `json:"float_features"`
		Categories []struct {
			Index   *int    `json:"feature_index"`
			Flat    *int    `json:"flat_feature_index"`
			Name    string  `json:"feature_id"`
			OldName string  `json:"feature_name"`
			Values  []int32 `json:"values"`
		} `json:"categorical_features"`
		Ctrs       []jsonCtr         `json:"ctrs"`
		Texts      []json.RawMessage `json:"text_features"`
		Embeddings []json.RawMessage `json:"embedding_features"`
		Estimated  []json.RawMessage `json:"estimated_features"`
	} `json:"features_info"`
	Symmetric []jsonTree           `json:"oblivious_trees"`
	Trees     []jsonNode           `json:"trees"`
	Tables    map[string]jsonTable `json:"ctr_data"`
	Scale     []json.RawMessage    `json:"scale_and_bias"`
}

type jsonCtr struct {
	Elements   []jsonElement `json:"elements"`
	Identifier string        `json:"identifier"`
	Type       string        `json:"ctr_type"`
	Border     int           `json:"target_border_idx"`
	PriorNum   number        `json:"prior_numerator"`
	PriorDenom number        `json:"prior_denomerator"` // in their spelling
	Shift      number        `json:"shift"`
	Scale      number        `json:"scale"`
	Borders    []number      `json:"borders"`
}

// A jsonElement is one part of a combination of features.
type jsonElement struct {
	Kind      string `json:"combination_element"`
	Category  int    `json:"cat_feature_index"`
	Float     int    `json:"float_feature_index"`
	Border    number `json:"border"`
	OldBorder number `json:"border_id"` // before 0.12
	Value     int32  `json:"value"`
}

type jsonTree struct {
	Splits  []jsonSplit `json:"splits"`
	Leaves  []number    `json:"leaf_values"`
	Weights []number    `json:"leaf_weights"`
}

type jsonSplit struct {
	Index    *int32 `json:"split_index"`
	Kind     string `json:"split_type"`
	Category int    `json:"cat_feature_index"`
}

// A jsonNode is a node of a tree that is not symmetric: a split or a leaf.
type jsonNode struct {
	Split  *jsonSplit      `json:"split"`
	Left   *jsonNode       `json:"left"`
	Right  *jsonNode       `json:"right"`
	Value  json.RawMessage `json:"value"` // a number, or a list of them
	Weight *float64        `json:"weight"`
}

type jsonTable struct {
	Hashes      []any `json:"hash_map"` // a hash as a string and its counts, one after the other
	Stride      int   `json:"hash_stride"`
	Denominator int32 `json:"counter_denominator"`
}

func floats32(list []number) []float32 {
	short := make([]float32, len(list))
	for i, v := range list {
		short[i] = float32(v)
	}
	return short
}

func floats64(list []number) []float64 {
	long := make([]float64, len(list))
	for i, v := range list {
		long[i] = float64(v)
	}
	return long
}

// first is the first text that is not empty.
func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func (d *document) jsonFeatures(file *jsonFile) error {
	f := &file.Features
	switch {
	case len(f.Texts) > 0:
		d.unknown = "a CatBoost model with text features"
	case len(f.Embeddings) > 0:
		d.unknown = "a CatBoost model with embedding features"
	case len(f.Estimated) > 0:
		d.unknown = "a CatBoost model with features of texts or embeddings"
	}
	for _, x := range f.Floats {
		if x.Index == nil || x.Flat == nil {
			return d.broken("a feature without an index")
		}
		missing := map[string]int{"AsFalse": 1, "AsTrue": asTrue}[x.Missing]
		d.floats = append(d.floats, floatFeature{index: *x.Index, flat: *x.Flat, name: first(x.Name, x.OldName),
			borders: floats32(x.Borders), missing: missing, hasMissing: x.HasNaNs})
	}
	for _, x := range f.Categories {
		if x.Index == nil || x.Flat == nil {
			return d.broken("a feature without an index")
		}
		d.categories = append(d.categories, categoricalFeature{index: *x.Index, flat: *x.Flat, name: first(x.Name, x.OldName)})
		if len(x.Values) > 0 {
			d.oneHots = append(d.oneHots, oneHot{index: *x.Index, values: x.Values})
		}
	}
	for i := range f.Ctrs {
		x := &f.Ctrs[i]
		c := ctr{border: x.Border, prior: [2]float32{float32(x.PriorNum), float32(x.PriorDenom)},
			shift: float32(x.Shift), scale: float32(x.Scale), borders: floats32(x.Borders)}
		var err error
		if c.kind, err = d.ctrKind(x.Type); err != nil {
			return err
		}
		c.combination = combinationOf(x.Elements)
		c.key = c.combination.key(c.kind)
		d.ctrs = append(d.ctrs, c)
	}
	return nil
}

func (d *document) ctrKind(name string) (int, error) {
	for i, known := range ctrNames {
		if name == known {
			return i, nil
		}
	}
	return 0, d.broken("a ctr of the type %s", quoted(name))
}

func combinationOf(list []jsonElement) (c combination) {
	for _, e := range list {
		switch e.Kind {
		case "cat_feature_value":
			c.categories = append(c.categories, int32(e.Category))
		case "float_feature":
			c.floats = append(c.floats, floatSplit{feature: e.Float, border: float32(e.Border + e.OldBorder)})
		default:
			c.oneHots = append(c.oneHots, oneHotSplit{feature: e.Category, value: e.Value})
		}
	}
	return c
}

// jsonTables reads the tables of ctrs, whose keys are JSON themselves.
func (d *document) jsonTables(file *jsonFile) error {
	for key, from := range file.Tables {
		var base struct {
			Identifier []jsonElement `json:"identifier"`
			Type       string        `json:"type"`
		}
		if err := json.Unmarshal([]byte(key), &base); err != nil {
			return d.because(err, "the key %s of a table", quoted(key))
		}
		kind, err := d.ctrKind(base.Type)
		if err != nil {
			return err
		}
		c := combinationOf(base.Identifier)
		if d.tables[c.key(kind)], err = d.jsonTable(kind, &from); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) jsonTable(kind int, from *jsonTable) (*ctrTable, error) {
	each := from.Stride - 1
	if each < 1 || len(from.Hashes)%from.Stride != 0 {
		return nil, d.broken("a table of %d elements in rows of %d", len(from.Hashes), from.Stride)
	}
	if mean := kind == ctrBinarizedMean || kind == ctrFloatMean; mean && each != 2 {
		return nil, d.broken("a table of means in rows of %d", from.Stride)
	}
	rows := len(from.Hashes) / from.Stride
	t := &ctrTable{index: newHashIndex(rows), classes: each, denominator: from.Denominator}
	for i := range rows {
		row := from.Hashes[i*from.Stride:][:from.Stride]
		text, _ := row[0].(string)
		hash, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, d.broken("a hash is %s", quoted(text))
		}
		if hash != noHash {
			t.index.add(hash, i)
		}
		for j, v := range row[1:] {
			n, ok := v.(float64)
			if !ok {
				return nil, d.broken("a count of a table is no number")
			}
			t.counts = append(t.counts, countOf(kind, j, n))
		}
	}
	return t, nil
}

// countOf is a count as the binary format has it: the first of a mean is a sum.
func countOf(kind, j int, n float64) int32 {
	if (kind == ctrBinarizedMean || kind == ctrFloatMean) && j == 0 {
		return int32(bits32(float32(n)))
	}
	return int32(int64(n))
}

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
