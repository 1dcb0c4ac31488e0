package sklearn

import (
	"github.com/copal-ml/copal/models/forest"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// addPredictor adds a TreePredictor (_hist_gradient_boosting/predictor.py). Its
// nodes are packed records of 47 to 56 bytes, whose fields changed with the
// versions: threshold became num_threshold in 0.24, which added categories;
// missing_go_to_left came in 0.22. value is there already multiplied by the
// learning rate.
func (h *histCategories) addPredictor(b *forest.Builder, r pyobj.Ref, output int) error {
	attr, err := r.Need("nodes")
	if err != nil {
		return err
	}
	a, err := attr.Array()
	if err != nil {
		return err
	}
	if a.Dims() != 1 || a.Len() == 0 || len(a.DType.Fields) == 0 {
		return attr.Format("want an array of node records, got dtype %s and shape %v", a.DType, a.Shape)
	}
	f, err := readHistFields(a)
	if err != nil {
		return attr.Format("%w", err)
	}
	sets, err := readBitsets(r)
	if err != nil {
		return err
	}
	nodes := make([]forest.Node, a.Len())
	for i := range nodes {
		if err := h.node(&nodes[i], f, sets, i); err != nil {
			return attr.Format("node %d: %w", i, err)
		}
	}
	if err := b.Add(nodes, f.value, output); err != nil {
		return attr.Format("%w", err)
	}
	return nil
}

// histFields are the fields of the records of a tree.
type histFields struct {
	value, threshold                    []float64
	feature, left, right, leaf          []int64
	missingLeft, categorical, bitsetRow []int64 // nil where the version has none
}

func readHistFields(a *ndarray.Array) (*histFields, error) {
	f := new(histFields)
	threshold := "num_threshold"
	if t, err := recordField(a, threshold); err == nil && t == nil {
		threshold = "threshold"
	}
	for _, want := range []struct {
		name string
		dst  *[]float64
	}{{"value", &f.value}, {threshold, &f.threshold}} {
		column, err := neededField(a, want.name)
		if err != nil {
			return nil, err
		}
		if *want.dst, err = column.Float64s(); err != nil {
			return nil, err
		}
	}
	for _, want := range []struct {
		name string
		dst  *[]int64
		may  bool
	}{
		{"feature_idx", &f.feature, false}, {"left", &f.left, false}, {"right", &f.right, false}, {"is_leaf", &f.leaf, false},
		{"missing_go_to_left", &f.missingLeft, true}, {"is_categorical", &f.categorical, true}, {"bitset_idx", &f.bitsetRow, true},
	} {
		column, err := recordField(a, want.name)
		if err == nil && column == nil && !want.may {
			_, err = neededField(a, want.name)
		}
		if err == nil && column != nil {
			*want.dst, err = column.Int64s()
		}
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

// readBitsets reads raw_left_cat_bitsets: rows of 8 words, the categories that go
// left. Before 0.24 there are none.
func readBitsets(r pyobj.Ref) ([][]uint32, error) {
	attr, ok := r.Attr("raw_left_cat_bitsets")
	if !ok {
		return nil, nil
	}
	a, err := attr.Array()
	if err != nil {
		return nil, err
	}
	if a.Dims() != 2 || a.Dim(1) != bitsetWords {
		return nil, attr.Format("want rows of %d words, got shape %v", bitsetWords, a.Shape)
	}
	words, err := a.Int64s()
	if err != nil {
		return nil, attr.Format("%w", err)
	}
	rows := make([][]uint32, a.Dim(0))
	for i := range rows {
		rows[i] = make([]uint32, bitsetWords)
		for j := range rows[i] {
			rows[i][j] = uint32(words[i*bitsetWords+j])
		}
	}
	return rows, nil
}

// bitsetWords is the length of a bitset: 256 categories (_bitset.pyx).
const bitsetWords = 8
