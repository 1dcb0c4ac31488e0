package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var labelClasses = []class{
	{"LabelBinarizer", "sklearn", labelBinarizer},
	{"LabelEncoder", "sklearn", labelEncoder},
	{"MultiLabelBinarizer", "sklearn", multiLabelBinarizer},
}

// The transformers of labels take one column, the labels
// (sklearn/preprocessing/_label.py).

// readClasses reads classes_ as what one feature may hold.
func readClasses(r pyobj.Ref, n *node) (*categories, error) {
	attr, err := r.Need("classes_")
	if err != nil {
		return nil, err
	}
	known, err := readCategories(attr)
	if err != nil {
		return nil, err
	}
	n.features, n.types = 1, typesOf([]models.DType{known.dtype()})
	n.outline.Summary = fmt.Sprintf("%d classes", known.len())
	return known, nil
}

// labelEncoder is LabelEncoder.transform: the index of each label.
func labelEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	known, err := readClasses(r, n)
	if err != nil {
		return nil, err
	}
	n.transform = &transformer{width: 1, run: func(ws *workspace, x block) (block, error) {
		s := &ws.features(x)[0]
		y := block{rows: x.rows, width: 1, data: ws.floats(x.rows), owned: true}
		for i := range x.rows {
			k := known.code(s, i)
			if k == unknown {
				return block{}, ws.failed(i, 0, nil, "y contains previously unseen labels: "+shown(s, i))
			}
			y.data[i] = float64(k)
		}
		return y, nil
	}}
	return n, nil
}

// labelBinarizer is LabelBinarizer.transform: a column for each class, or one
// column for two; an unknown label is in none.
func labelBinarizer(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	kind, err := word(r, "y_type_", "")
	if err != nil {
		return nil, err
	}
	if kind != "binary" && kind != "multiclass" {
		return nil, r.Unsupported("a LabelBinarizer of "+clip(kind), "It takes a matrix of labels and gives the same.")
	}
	known, err := readClasses(r, n)
	if err != nil {
		return nil, err
	}
	var levels [2]float64
	for i, name := range []string{"neg_label", "pos_label"} {
		attr, err := r.Need(name)
		if err != nil {
			return nil, err
		}
		if levels[i], err = attr.Float(); err != nil {
			return nil, err
		}
	}
	width, first := known.len(), 0
	if width <= 2 {
		width, first = 1, 1 // a single class is never in its column
	}
	n.transform = &transformer{width: width, run: func(ws *workspace, x block) (block, error) {
		s := &ws.features(x)[0]
		y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
		for i := range y.data {
			y.data[i] = levels[0]
		}
		for i := range x.rows {
			if k := known.code(s, i); k >= first {
				y.data[i*width+k-first] = levels[1]
			}
		}
		return y, nil
	}}
	return n, nil
}

// multiLabelBinarizer is MultiLabelBinarizer.transform: a row is a list of any
// number of labels, in any columns, and gives a column for each class. What is
// missing is no label, and one that is not known is ignored; the library warns.
func multiLabelBinarizer(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	known, err := readClasses(r, n)
	if err != nil {
		return nil, err
	}
	n.features, n.types, n.inputs = 0, nil, []models.Port{}
	width := known.len()
	n.transform = &transformer{width: width, run: func(ws *workspace, x block) (block, error) {
		y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
		clear(y.data)
		labels := ws.features(x)
		for i := range x.rows {
			for k := range labels {
				if s := &labels[k]; !s.missing(i) {
					if code := known.code(s, i); code != unknown {
						y.data[i*width+code] = 1
					}
				}
			}
		}
		return y, nil
	}}
	return n, nil
}
