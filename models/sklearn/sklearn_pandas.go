package sklearn

import (
	"fmt"
	"slices"

	"github.com/copal-ml/copal/models/pyobj"
)

var sklearnPandasClasses = []class{
	{"DataFrameMapper", "sklearn_pandas", dataFrameMapper},
	{"TransformerPipeline", "sklearn_pandas", pipeline},
}

// A mapper is DataFrameMapper.transform (sklearn_pandas/dataframe_mapper.py):
// what transformers make of some columns each, side by side. input_df, df_out and
// sparse change no value.
type mapper struct {
	node *node
	side *sideBySide
}

func dataFrameMapper(c *compiler, r pyobj.Ref) (*node, error) {
	items, err := parts(r, present(r, "built_features", "features"))
	if err != nil {
		return nil, err
	}
	m := &mapper{node: new(node), side: new(sideBySide)}
	m.node.outline.Class = "DataFrameMapper"
	for _, item := range items {
		if err := m.feature(c, r, item); err != nil {
			return nil, err
		}
	}
	if err := m.others(c, r); err != nil {
		return nil, err
	}
	m.byName()
	m.side.features, m.side.names = m.node.features, m.node.names
	return m.node, m.finish(r)
}

// feature adds one (columns, transformer, options). The transformer is None where
// the columns are to stay as they are.
func (m *mapper) feature(c *compiler, r, item pyobj.Ref) error {
	spec, err := item.Index(0)
	if err != nil {
		return err
	}
	names, err := columnLabels(spec)
	if err != nil {
		return err
	}
	est, err := item.Index(1)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return item.Unsupported("a feature of no columns", "Name the columns in a list.")
	}
	est = est.Named(fmt.Sprintf("%s.features[%s]", r.Path(), clip(names[0])))
	return m.add(c, est, names)
}

// columnLabels reads one label or a list of them.
func columnLabels(spec pyobj.Ref) ([]string, error) {
	if name, err := labelText(spec, spec.Value()); err == nil {
		return []string{name}, nil
	}
	spec = unpackIndex(spec)
	items, err := spec.Labels()
	if err != nil {
		return nil, spec.Unsupported("columns chosen by "+pyobj.Describe(spec.Value()), "Name the columns in a list.")
	}
	names := make([]string, len(items))
	for i, v := range items {
		if names[i], err = labelText(spec, v); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// add adds the part of a transformer over columns of these names.
func (m *mapper) add(c *compiler, est pyobj.Ref, names []string) error {
	p := part{name: names[0], node: passthrough(est.Path())}
	if !est.IsNone() {
		var err error
		if p.node, err = c.estimator(est); err != nil {
			return err
		}
		if p.node.transform == nil {
			return est.Unsupported(p.node.outline.Class+", which cannot transform,", "Only transformers can stand here.")
		}
	}
	for _, name := range names {
		p.columns = append(p.columns, m.place(name))
	}
	if c.columns += len(names); c.columns > maxColumns {
		return est.Unsupported("a DataFrameMapper with that many columns in its parts", "Fit it on fewer.")
	}
	if err := p.need(est, m.node.types); err != nil {
		return err
	}
	p.width = p.node.widthFor(len(p.columns))
	m.side.parts = append(m.side.parts, p)
	m.node.outline.Children = append(m.node.outline.Children, p.node.outline)
	return nil
}

// place is the column of that name in the input.
func (m *mapper) place(name string) int {
	n := m.node
	if j := slices.Index(n.names, name); j >= 0 {
		return j
	}
	n.names, n.types = append(n.names, name), append(n.types, unused)
	n.features++
	return n.features - 1
}

// others adds the columns that no feature selects: none by default (False), all as
// they are (None), or through a transformer. Which they were is told by the names
// of the result, or by the transformer.
func (m *mapper) others(c *compiler, r pyobj.Ref) error {
	at, ok := r.Attr(present(r, "built_default", "default"))
	if !ok {
		return nil
	}
	if skip, ok := at.Value().(bool); ok && !skip {
		return nil
	}
	if !at.IsNone() {
		_, names, err := recordedFeatures(at)
		if err != nil {
			return err
		}
		if len(names) == 0 {
			return at.Unsupported("a default transformer that does not record its columns,", "Name these columns in a feature, or use input_df=True.")
		}
		return m.add(c, at, names)
	}
	results, err := textsOf(r, "transformed_names_")
	if err != nil {
		return err
	}
	width := 0
	for _, p := range m.side.parts {
		width += p.width
	}
	if len(results) < width || len(results) == 0 {
		return r.Unsupported("a default of None whose columns are not recorded", "Call transform once before you save the mapper, or name these columns in a feature.")
	}
	if rest := results[width:]; len(rest) > 0 {
		return m.add(c, at, rest)
	}
	return nil
}

// byName adds a column that nobody needs, so that the input is a table whose
// columns are found by their names, in any order and among others, also where all
// of them are numbers.
func (m *mapper) byName() {
	n := m.node
	n.names, n.types = append(n.names, ""), append(n.types, unused)
	n.features++
}

// finish names the result as transformed_names_ has it, which is set by transform.
func (m *mapper) finish(r pyobj.Ref) error {
	if err := m.side.finish(r, m.node, nil); err != nil {
		return err
	}
	names, err := textsOf(r, "transformed_names_")
	if err != nil || len(names) != m.side.width {
		names = nil
	}
	m.node.transform.names = func([]string) []string { return names }
	m.node.outline.Summary = fmt.Sprintf("%s → %s", features(m.node.features-1), features(m.side.width))
	return nil
}
