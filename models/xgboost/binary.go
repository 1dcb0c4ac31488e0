package xgboost

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// The old binary format (src/learner.cc, LearnerIO::LoadModel(dmlc::Stream*), up
// to 3.0): structs as they lie in memory, little endian.
//
//	"binf"                  not in files of save_raw
//	LearnerModelParam       136 bytes
//	string × 2              objective, booster: length of 64 bits and text
//	gbtree, dart: GBTreeModelParam of 160 bytes, the trees, an int32 of each tree: its output
//	              dart: a list of float32: the weights
//	gblinear:     136 bytes, a list of float32
//	list of pairs of strings: the attributes
//
// What follows (parameters of evaluation) is not needed.
const (
	learnerSize = 136
	gbtreeSize  = 160
	treeSize    = 148
	nodeSize    = 20
	statsSize   = 16
	linearSize  = 136
)

// fields takes a struct of size bytes and gives its first 64 as words.
func (in *input) fields(size int) ([16]uint32, error) {
	var words [16]uint32
	b, err := in.exactly(64)
	if err != nil {
		return words, err
	}
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return words, in.discard(int64(size - 64))
}

// count takes a length of 64 bits.
func (in *input) count() (int64, error) {
	b, err := in.exactly(8)
	if err != nil {
		return 0, err
	}
	n := binary.LittleEndian.Uint64(b)
	if n > math.MaxInt64 {
		return 0, in.errorf("a length of %d", n)
	}
	return int64(n), nil
}

func (in *input) binaryText() (string, error) {
	n, err := in.count()
	if err != nil {
		return "", err
	}
	if n > maxText {
		return "", in.errorf("a string of %d bytes", n)
	}
	b, err := in.long(n)
	return string(b), err
}

// words appends n words of 32 bits.
func words[T int32 | float32](in *input, dst []T, n int64, convert func(uint32) T) ([]T, error) {
	for ; n > 0; n-- {
		b, err := in.exactly(4)
		if err != nil {
			return nil, err
		}
		dst = append(dst, convert(binary.LittleEndian.Uint32(b)))
	}
	return dst, nil
}

func asInt(w uint32) int32 { return int32(w) }

func (in *input) binaryFloats() ([]float32, error) {
	n, err := in.count()
	if err != nil {
		return nil, err
	}
	return words(in, []float32(nil), n, math.Float32frombits)
}

func (d *document) readBinary(in *input) error {
	if b := in.ahead(4); len(b) > 4 && string(b[:4]) == "binf" {
		in.pos += 4
	}
	p, err := in.fields(learnerSize)
	if err != nil {
		return err
	}
	d.learner(p)
	name, err := in.binaryText()
	if err != nil {
		return err
	}
	d.objective = params{"name": name}
	if d.booster, err = in.binaryText(); err != nil {
		return err
	}
	switch d.booster {
	case "gbtree", "dart":
		err = d.readBinaryTrees(in)
	case "gblinear":
		if err = in.discard(linearSize); err == nil {
			d.linear, err = in.binaryFloats()
		}
	default:
		return in.errorf("the booster is %q: it is no XGBoost model", clip(d.booster))
	}
	const hasAttributes = 3 // contain_extra_attrs
	if err != nil || p[hasAttributes] == 0 {
		return err
	}
	return d.readBinaryAttributes(in)
}

// clip shortens what may be anything.
func clip(s string) string {
	const most = 40
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

// learner takes LearnerModelParamLegacy: base_score, num_feature, num_class, two
// flags, the version, num_target. Before 1.0 there was no version, and base_score
// was saved as a margin.
func (d *document) learner(p [16]uint32) {
	d.param = params{
		"base_score":  strconv.FormatFloat(float64(math.Float32frombits(p[0])), 'g', -1, 32),
		"num_feature": strconv.FormatUint(uint64(p[1]), 10),
		"num_class":   strconv.Itoa(int(int32(p[2]))),
		"num_target":  strconv.FormatUint(uint64(p[7]), 10),
	}
	if p[5] < 1 {
		d.margins = true
		delete(d.param, "num_target") // a reserved field then
		return
	}
	d.version = [3]int{int(p[5]), int(p[6]), -1} // without a patch
}

func (d *document) readBinaryTrees(in *input) error {
	p, err := in.fields(gbtreeSize)
	if err != nil {
		return err
	}
	n := int64(int32(p[0]))
	if n < 0 {
		return in.errorf("%d trees", n)
	}
	for range n {
		t, err := in.binaryTree()
		if err != nil {
			return err
		}
		d.trees = append(d.trees, t)
	}
	if d.groups, err = words(in, []int32(nil), n, asInt); err != nil || d.booster != "dart" || n == 0 {
		return err
	}
	d.weights, err = in.binaryFloats()
	return err
}

// binaryTree takes TreeParam, which has the number of nodes second and the size of
// vectors in leaves sixth, and the nodes (include/xgboost/tree_model.h).
func (in *input) binaryTree() (tree, error) {
	p, err := in.fields(treeSize)
	if err != nil {
		return tree{}, err
	}
	n := int(int32(p[1]))
	if n < 1 {
		return tree{}, in.errorf("a tree of %d nodes", n)
	}
	if p[5] > 1 {
		return tree{}, in.errorf("a tree whose leaves have %d values, which this format has no place for", p[5])
	}
	t := tree{}
	for range n {
		b, err := in.exactly(nodeSize)
		if err != nil {
			return tree{}, err
		}
		t.nodes = append(t.nodes, binaryNode(b))
	}
	for i := range t.nodes {
		b, err := in.exactly(statsSize)
		if err != nil {
			return tree{}, err
		}
		t.nodes[i].cover = math.Float32frombits(binary.LittleEndian.Uint32(b[4:]))
	}
	return t, nil
}

// binaryNode: parent, left, right, the feature with the way of missing values as
// its highest bit, and the threshold or the value of the leaf.
func binaryNode(b []byte) node {
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	const left = 1 << 31
	return node{left: int32(word(1)), right: int32(word(2)), feature: int32(word(3) &^ left),
		missingLeft: word(3)&left != 0, value: math.Float32frombits(word(4))}
}

func (d *document) readBinaryAttributes(in *input) error {
	n, err := in.count()
	if err != nil {
		return err
	}
	d.attributes = make(params)
	for range n {
		key, err := in.binaryText()
		if err != nil {
			return err
		}
		if d.attributes[key], err = in.binaryText(); err != nil {
			return err
		}
	}
	return nil
}

// readSnapshot takes a snapshot of 1.0 to 1.5: the length of a model, the model,
// and its configuration in JSON.
func (d *document) readSnapshot(in *input) error {
	in.pos += len(snapshotMagic)
	size, err := in.count()
	if err != nil {
		return err
	}
	end := in.offset() + size
	if err := d.readBinary(in); err != nil {
		return err
	}
	if end < in.offset() {
		return in.errorf("the model is longer than its %d bytes", size)
	}
	if err := in.discard(end - in.offset()); err != nil {
		return err
	}
	return d.readConfiguration(&jsonTokens{input: in})
}

// readConfiguration takes what only the configuration tells of old models: how
// many trees a round grows.
func (d *document) readConfiguration(t tokens) error {
	return t.object(func(key string) error {
		if key != "learner" {
			return t.skip()
		}
		return t.object(func(key string) error {
			if key != "gradient_booster" {
				return t.skip()
			}
			p, err := readParams(t)
			if n, ok := p.integer("num_parallel_tree", 0); ok && n > 0 && err == nil {
				d.parallel = max(d.parallel, n)
			}
			return err
		})
	})
}
