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
