package catboost

import (
	"encoding/binary"
	"strings"

	"github.com/copal-ml/copal/models"
)

const magic = "CBM1"

// formatVersion is that of all releases, in their spelling.
const formatVersion = "FlabuffersModel_v1"

// Fields of TModelTrees (model.fbs).
const (
	fieldOutputs = iota
	fieldSplits
	fieldSizes
	fieldStarts
	fieldCategorical
	fieldFloats
	fieldOneHots
	fieldCtrs
	fieldLeaves
	fieldWeights
	fieldSteps
	fieldEnds
	fieldTexts
	fieldEstimated
	fieldScale
	fieldBias
	fieldMultiBias
	_
	fieldEmbeddings
)

// readCBM reads a .cbm file: the magic, the size of the core, the core, and the
// parts that it names.
func readCBM(data []byte) (*document, error) {
	d := &document{format: formatCBM, info: map[string]string{}}
	if len(data) < 8 || string(data[:4]) != magic {
		return nil, &models.FormatError{Format: formatCBM, Offset: 0, Text: "the file does not begin with CBM1 and a size"}
	}
	size := int64(binary.LittleEndian.Uint32(data[4:]))
	if size > int64(len(data)-8) {
		return nil, &models.FormatError{Format: formatCBM, Offset: 4, Text: "the file ends inside of the model"}
	}
	b := newBuffer(data[8:8+size], 8)
	core := b.root()
	version := core.text(0)
	if b.err == nil && version == "" {
		b.fail(0, "the model has no version of the format")
	}
	if b.err == nil && version != formatVersion {
		return nil, &models.UnsupportedError{Feature: "a CatBoost model of the format " + quoted(version), Offset: 8,
			Hint: "Save it with CatBoost 0.10 to 1.2."}
	}
	d.readTrees(core.table(1))
	infos := core.vector(2, 4)
	for i := 0; i < infos.n && b.err == nil; i++ {
		pair := infos.table(i)
		d.info[pair.text(0)] = pair.text(1)
	}
	parts := core.vector(3, 4)
	rest, at := data[8+size:], 8+size
	for i := 0; i < parts.n && b.err == nil; i++ {
		name := parts.text(i)
		if b.err != nil {
			break
		}
		if name != "static_provider_v1" {
			return nil, d.unsupportedPart(name)
		}
		n, err := d.readTables(rest, at)
		if err != nil {
			return nil, err
		}
		rest, at = rest[n:], at+int64(n)
	}
	return d, b.err
}

func quoted(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return "\"" + strings.ToValidUTF8(s, "?") + "\""
}

// unsupportedPart refuses the calcers of texts and embeddings.
func (d *document) unsupportedPart(name string) error {
	if d.unknown == "" {
		d.unknown = "a CatBoost model with a part " + quoted(name)
	}
	return d.refusal()
}

func (d *document) refusal() error {
	return &models.UnsupportedError{Feature: d.unknown, Offset: -1,
		Hint: "Train the model on features of numbers and categories; texts can become numbers in a Pipeline before it."}
}

// readTrees reads TModelTrees, which was called TObliviousTrees.
func (d *document) readTrees(t table) {
	d.outputs = t.int(fieldOutputs, 0)
	d.splits, d.sizes, d.starts = t.ints(fieldSplits), t.ints(fieldSizes), t.ints(fieldStarts)
	d.leaves, d.weights = t.floats64(fieldLeaves), t.floats64(fieldWeights)
	d.scale = t.float64(fieldScale, 1)
	d.bias = t.floats64(fieldMultiBias)
	if bias := t.float64(fieldBias, 0); len(d.bias) == 0 && bias != 0 {
		d.bias = []float64{bias}
	}
	steps := t.vector(fieldSteps, 4)
	for i := range steps.n {
		d.steps = append(d.steps, step{left: steps.u16(steps.pos + 4*i), right: steps.u16(steps.pos + 4*i + 2)})
	}
	for _, end := range t.ints(fieldEnds) {
		d.ends = append(d.ends, uint32(end))
	}
	d.readFeatures(t)
	d.readOthers(t)
}

func (d *document) readFeatures(t table) {
	for _, f := range tables(t.vector(fieldFloats, 4)) {
		d.floats = append(d.floats, floatFeature{hasMissing: f.byte(0, 0) != 0, index: f.int(1, -1), flat: f.int(2, -1),
			borders: f.floats32(3), name: f.text(4), missing: f.byte(5, 0)})
	}
	for _, f := range tables(t.vector(fieldCategorical, 4)) {
		d.categories = append(d.categories, categoricalFeature{index: f.int(0, -1), flat: f.int(1, -1), name: f.text(2)})
	}
	for _, f := range tables(t.vector(fieldOneHots, 4)) {
		d.oneHots = append(d.oneHots, oneHot{index: f.int(0, -1), values: f.ints(1)})
	}
	for _, f := range tables(t.vector(fieldCtrs, 4)) {
		model := f.table(0)
		c := ctr{border: model.int(1, 0), prior: [2]float32{model.float32(2, 0), model.float32(3, 1)},
			shift: model.float32(4, 0), scale: model.float32(5, 1), borders: f.floats32(1)}
		c.kind, c.combination = readBase(model.table(0))
		c.key = c.combination.key(c.kind)
		d.ctrs = append(d.ctrs, c)
	}
}

// readOthers notes a feature that cannot be computed.
func (d *document) readOthers(t table) {
	if v := t.vector(fieldTexts, 4); v.n > 0 {
		d.unknown = "a CatBoost model with the text feature " + quoted(orNumber(v.table(0).text(2), v.table(0).int(1, -1)))
	}
	if v := t.vector(fieldEmbeddings, 4); v.n > 0 && d.unknown == "" {
		d.unknown = "a CatBoost model with the embedding feature " + quoted(orNumber(v.table(0).text(2), v.table(0).int(1, -1)))
	}
	if v := t.vector(fieldEstimated, 4); v.n > 0 && d.unknown == "" {
		d.unknown = "a CatBoost model with features of texts or embeddings"
	}
}

// tables are the elements of a vector of tables, up to the first that is broken.
func tables(v vector) []table {
	var list []table
	for i := 0; i < v.n && v.err == nil; i++ {
		list = append(list, v.table(i))
	}
	return list
}

// readBase reads TModelCtrBase.
func readBase(t table) (kind int, c combination) {
	from := t.table(0)
	c.categories = from.ints(0)
	floats := from.vector(1, 8)
	for i := range floats.n {
		at := floats.pos + 8*i
		c.floats = append(c.floats, floatSplit{feature: int(int32(floats.u32(at))), border: float32bits(floats.u32(at + 4))})
	}
	oneHots := from.vector(2, 8)
	for i := range oneHots.n {
		at := oneHots.pos + 8*i
		c.oneHots = append(c.oneHots, oneHotSplit{feature: int(int32(oneHots.u32(at))), value: int32(oneHots.u32(at + 4))})
	}
	return t.byte(1, 0), c
}

// readTables reads the part with the tables of ctrs: how many, and for each its
// size and TCtrValueTable. It returns its length.
func (d *document) readTables(data []byte, at int64) (int, error) {
	short := &models.FormatError{Format: formatCBM, Offset: at, Text: "the file ends inside of the tables of categories"}
	if len(data) < 4 {
		return 0, short
	}
	count, pos := binary.LittleEndian.Uint32(data), 4
	d.tables = map[string]*ctrTable{}
	for range count {
		if len(data)-pos < 4 {
			return 0, short
		}
		size := int(binary.LittleEndian.Uint32(data[pos:]))
		if pos += 4; size > len(data)-pos {
			return 0, short
		}
		b := newBuffer(data[pos:pos+size], at+int64(pos))
		if err := d.readTable(b); err != nil {
			return 0, err
		}
		pos += size
	}
	return pos, nil
}

// readTable reads TCtrValueTable. Buckets of the index are a hash and a place.
func (d *document) readTable(b *buffer) error {
	root := b.root()
	kind, c := readBase(root.table(0))
	raw, blob := root.bytes(1), root.bytes(2)
	t := &ctrTable{denominator: int32(root.int(3, 0)), classes: root.int(4, 0)}
	const bucket = 12
	used := 0
	for i := 0; i+bucket <= len(raw); i += bucket {
		if binary.LittleEndian.Uint64(raw[i:]) != noHash {
			used++
		}
	}
	t.index = newHashIndex(used)
	for i := 0; i+bucket <= len(raw); i += bucket {
		hash, place := binary.LittleEndian.Uint64(raw[i:]), binary.LittleEndian.Uint32(raw[i+8:])
		if hash == noHash {
			continue
		}
		if int64(place) >= int64(len(blob)) {
			b.fail(root.pos, "a category has the place %d in a table of %d bytes", place, len(blob))
			return b.err
		}
		t.index.add(hash, int(place))
	}
	t.counts = make([]int32, len(blob)/4)
	for i := range t.counts {
		t.counts[i] = int32(binary.LittleEndian.Uint32(blob[4*i:]))
	}
	d.tables[c.key(kind)] = t
	return b.err
}
