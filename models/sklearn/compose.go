package sklearn

import (
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var composeClasses = []class{
	{"ColumnTransformer", "sklearn", columnTransformer},
	{"TransformedTargetRegressor", "sklearn", transformedTarget},
}

// columnTransformer is ColumnTransformer.transform (sklearn/compose/
// _column_transformer.py). transformers_ has a (name, transformer, columns) for
// every part, the remainder last. Whether the result is sparse
// (sparse_threshold) changes no value: it is sparse here if any part is.
func columnTransformer(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("transformers_")
	if err != nil {
		return nil, err
	}
	items, err := attr.Items()
	if err != nil {
		return nil, err
	}
	t, err := c.readTable(r, items)
	if err != nil {
		return nil, err
	}
	n, u := &node{features: t.width, names: t.names, beside: t.byName && len(t.names) > 0}, &sideBySide{features: t.width, names: t.names}
	n.types = make([]models.DType, t.width)
	for j := range n.types {
		n.types[j] = unused
	}
	for i, item := range items {
		if len(t.columns[i]) == 0 {
			continue
		}
		p, err := c.part(r, item, "transformers_")
		if err != nil {
			return nil, err
		}
		if p.node == nil {
			continue
		}
		p.columns = t.columns[i]
		if err := p.need(item, n.types); err != nil {
			return nil, err
		}
		p.width = p.node.widthFor(len(p.columns))
		u.parts = append(u.parts, p)
		outline := p.node.outline
		outline.Columns = t.labels(p.columns)
		n.outline.Children = append(n.outline.Children, outline)
	}
	if !t.byName && !hasStrings(n.types) {
		// An array has all columns, also those that are dropped.
		n.types = nil
	}
	naming, err := namingOf(r)
	if err != nil {
		return nil, err
	}
	n.outline.Class = "ColumnTransformer"
	return n, u.finish(r, n, naming)
}

// maxLabels bounds the columns that an outline names.
const maxLabels = 10_000

// labels are the names of columns, or their places.
func (t *tableSpec) labels(columns []int) []string {
	columns = columns[:min(len(columns), maxLabels)]
	out := make([]string, len(columns))
	for i, j := range columns {
		out[i] = strconv.Itoa(j)
		if j < len(t.names) {
			out[i] = t.names[j]
		}
	}
	return out
}

// need merges what p needs of its columns into types.
func (p *part) need(r pyobj.Ref, types []models.DType) error {
	if p.node.features > 0 && p.node.features != len(p.columns) {
		return r.Format("it is given %d columns and takes %d", len(p.columns), p.node.features)
	}
	for i, j := range p.columns {
		t := anything
		switch {
		case i < len(p.node.types):
			t = p.node.types[i]
		case p.node.features > 0:
			t = models.Float64
		}
		types[j] = merge(types[j], t)
	}
	return nil
}

// namingOf reads verbose_feature_names_out: a bool since 1.0, and since 1.6 also
// a format with {transformer_name} and {feature_name}. A function, which nobody
// can call here, leaves names unknown.
func namingOf(r pyobj.Ref) (func(part, feature string) string, error) {
	attr, ok := r.Attr("verbose_feature_names_out")
	if !ok {
		return namePart, nil
	}
	if format, err := attr.Str(); err == nil {
		return func(part, feature string) string {
			return strings.NewReplacer("{transformer_name}", part, "{feature_name}", feature).Replace(format)
		}, nil
	}
	switch prefixed, err := attr.Bool(); {
	case err != nil:
		return nil, nil
	case prefixed:
		return namePart, nil
	}
	return nameAlone, nil
}
