package sklearn

import (
	"errors"
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var unionClasses = []class{
	{"FeatureUnion", "sklearn", featureUnion},
}

// A part is one of the transformers whose results stand side by side.
type part struct {
	name    string
	node    *node
	columns []int   // of the input; nil for all
	weight  float64 // 0 for none
	width   int     // of the result
}

// A sideBySide is FeatureUnion (sklearn/pipeline.py) and ColumnTransformer
// (sklearn/compose/_column_transformer.py): numpy.hstack of what the parts make
// of the input, or of some of its columns.
type sideBySide struct {
	parts    []part
	features int
	names    []string
	width    int
}

// featureUnion is FeatureUnion.transform. Parts that are None or 'drop' give
// nothing; 'passthrough' (since 1.1) gives the input.
func featureUnion(c *compiler, r pyobj.Ref) (*node, error) {
	attr, err := r.Need("transformer_list")
	if err != nil {
		return nil, err
	}
	items, err := attr.Items()
	if err != nil {
		return nil, err
	}
	n, u := new(node), new(sideBySide)
	n.outline.Class = "FeatureUnion"
	for _, item := range items {
		p, err := c.part(r, item, "transformer_list")
		if err != nil {
			return nil, err
		}
		if p.node == nil {
			continue
		}
		u.parts = append(u.parts, p)
		n.outline.Children = append(n.outline.Children, p.node.outline)
	}
	if err := u.shareInput(r, n); err != nil {
		return nil, err
	}
	prefixed, err := flag(r, "verbose_feature_names_out", true) // since 1.5
	if err != nil {
		return nil, err
	}
	naming := namePart
	if !prefixed {
		naming = nameAlone
	}
	return n, u.finish(r, n, naming)
}

// part compiles one (name, transformer) of a list; its node is nil if it is to
// be dropped.
func (c *compiler) part(r, item pyobj.Ref, list string) (part, error) {
	first, err := item.Index(0)
	if err != nil {
		return part{}, err
	}
	p := part{}
	if p.name, err = first.Str(); err != nil {
		return part{}, err
	}
	est, err := item.Index(1)
	if err != nil {
		return part{}, err
	}
	est = est.Named(fmt.Sprintf("%s.%s['%s']", r.Path(), list, clip(p.name)))
	if p.weight, err = weightOf(r, p.name); err != nil {
		return part{}, err
	}
	word, wordErr := est.Str()
	switch {
	case est.IsNone() || wordErr == nil && word == "drop":
		return p, nil
	case wordErr == nil && word == "passthrough":
		p.node = passthrough(est.Path())
		return p, nil
	}
	if p.node, err = c.estimator(est); err != nil {
		return part{}, err
	}
	if p.node.transform == nil {
		return part{}, est.Unsupported(p.node.outline.Class+", which cannot transform,", "Only transformers can stand here.")
	}
	return p, nil
}

// weightOf is the entry of transformer_weights; 0 if there is none.
func weightOf(r pyobj.Ref, name string) (float64, error) {
	weights, ok := r.Attr("transformer_weights")
	if !ok || weights.IsNone() {
		return 0, nil
	}
	w, ok := weights.Key(name)
	if !ok || w.IsNone() {
		return 0, nil
	}
	f, err := w.Float()
	if err == nil && f == 0 {
		return 0, w.Unsupported("a weight of 0", "Drop the transformer instead.")
	}
	return f, err
}

// shareInput sets what n takes: what all parts do.
func (u *sideBySide) shareInput(r pyobj.Ref, n *node) error {
	for _, p := range u.parts {
		switch {
		case p.node.features == 0:
		case n.features == 0:
			n.features, n.names, n.class = p.node.features, p.node.names, p.node.class
			n.types = p.node.types
		case n.features != p.node.features:
			return r.Format("'%s' takes %d features, another part %d", clip(p.name), p.node.features, n.features)
		default:
			if transparent(n.types) {
				n.class = p.node.class
			}
			n.types = mergeAll(n.types, p.node.types, n.features)
		}
	}
	for i := range u.parts {
		u.parts[i].width = u.parts[i].node.widthFor(n.features)
	}
	u.features, u.names = n.features, n.names
	return nil
}

// mergeAll merges needs; nil is all numbers.
func mergeAll(a, b []models.DType, width int) []models.DType {
	if a == nil && b == nil {
		return nil
	}
	out := make([]models.DType, width)
	for j := range out {
		var x, y models.DType
		if j < len(a) {
			x = a[j]
		}
		if j < len(b) {
			y = b[j]
		}
		out[j] = merge(x, y)
	}
	return out
}

// widthFor is the width of what n makes of an input of that width.
func (n *node) widthFor(width int) int {
	if n.transform.width > 0 {
		return n.transform.width
	}
	if n.features > 0 {
		return n.features
	}
	return width
}

// finish makes n the transformer of u.
func (u *sideBySide) finish(r pyobj.Ref, n *node, naming func(part, feature string) string) error {
	for _, p := range u.parts {
		if p.width < 1 || u.width > maxFeatures-p.width {
			return r.Unsupported("a part whose number of features is not recorded,", "Fit it with scikit-learn 1.0 or later.")
		}
		u.width += p.width
	}
	if u.width == 0 {
		return r.Unsupported("a "+n.outline.Class+" that drops everything", "Keep one column at least.")
	}
	n.transform = &transformer{width: u.width, run: u.run,
		names: func(in []string) []string { return u.namesOut(in, naming) }, follow: u.typesOut}
	n.outline.Summary = fmt.Sprintf("%s → %s", features(u.features), features(u.width))
	return nil
}

func namePart(part, feature string) string { return part + "__" + feature }

func nameAlone(_, feature string) string { return feature }

func (u *sideBySide) namesOut(in []string, naming func(part, feature string) string) []string {
	if naming == nil || len(in) != u.features {
		return nil
	}
	var out []string
	for _, p := range u.parts {
		names := p.node.transform.namesOut(pickAll(in, p.columns))
		if len(names) != p.width {
			return nil
		}
		for _, name := range names {
			out = append(out, naming(p.name, name))
		}
	}
	return out
}

func (u *sideBySide) typesOut(in []models.DType) []models.DType {
	if len(in) != u.features {
		return nil
	}
	var out []models.DType
	for _, p := range u.parts {
		types := p.node.transform.typesOut(pickAll(in, p.columns))
		if len(types) != p.width {
			types = make([]models.DType, p.width)
		}
		out = append(out, types...)
	}
	return out
}

// pickAll is list[columns]; all of it if columns is nil.
func pickAll[T any](list []T, columns []int) []T {
	if columns == nil {
		return list
	}
	out := make([]T, len(columns))
	for i, j := range columns {
		out[i] = list[j]
	}
	return out
}

func (u *sideBySide) run(ws *workspace, x block) (block, error) {
	first := len(ws.blocks)
	sparse, text := false, false
	for i := range u.parts {
		p := &u.parts[i]
		y, err := p.node.transform.run(ws, ws.pick(x, p.columns, u.features))
		if err != nil {
			return block{}, u.locate(err, p)
		}
		if p.weight != 0 {
			y = ws.weighted(y, p.weight)
		}
		sparse = sparse || y.sparse != nil
		text = text || ofStrings(y)
		ws.blocks = append(ws.blocks, y)
	}
	ys := ws.blocks[first:]
	ws.blocks = ws.blocks[:first] // a union around this one goes on from here
	switch {
	case text:
		return ws.besideColumns(ys, u.parts), nil
	case sparse:
		return ws.besideSparse(ys, x.rows, u.width), nil
	}
	return ws.besideDense(ys, x.rows, u.width), nil
}

// locate gives an error of a part its place in the whole input.
func (u *sideBySide) locate(err error, p *part) error {
	var e *models.DataError
	if !errors.As(err, &e) || e.Column < 0 || p.columns == nil {
		return err
	}
	at := *e
	for j, name := range u.names {
		if e.Name != "" && name == e.Name {
			at.Column = j
			return &at
		}
	}
	if at.Column = -1; e.Column < len(p.columns) && len(p.node.outline.Children) == 0 {
		at.Column = p.columns[e.Column]
		if at.Column < len(u.names) {
			at.Name = u.names[at.Column]
		}
	}
	return &at
}
