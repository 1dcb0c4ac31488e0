package sklearn

import (
	"github.com/copal-ml/copal/models/pyobj"
)

// A oneHot is OneHotEncoder.transform. What _map_infrequent_categories and drop
// do to a code is decided once: columns has the column of the result for each.
type oneHot struct {
	*encoder
	columns [][]int // by feature and code; the last is that of an unknown one
	width   int
	legacy  bool // values are cast to ints first
}

// What stands in columns for no column.
const (
	noColumn = -1 // all zeros
	refused  = -2 // an unknown category is an error
)

func oneHotEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	h := new(oneHot)
	legacy, err := flag(r, "_legacy_mode", false)
	if err != nil {
		return nil, err
	}
	if legacy {
		if err := h.readLegacy(r, n); err != nil {
			return nil, err
		}
	} else if err := h.read(c, r, n); err != nil {
		return nil, err
	}
	if h.width == 0 {
		return nil, r.Unsupported("a OneHotEncoder that drops every category", "Leave it out of the model.")
	}
	n.transform = &transformer{width: h.width, run: h.run, names: h.outputNames}
	n.outline.Summary = h.summary()
	return n, nil
}

func (h *oneHot) read(c *compiler, r pyobj.Ref, n *node) error {
	var err error
	if h.encoder, err = readEncoder(c, r, n); err != nil {
		return err
	}
	switch h.unknown {
	case "error", "ignore", "infrequent_if_exist", "warn":
	default:
		return r.Unsupported("handle_unknown="+quote(h.unknown), "Use one of scikit-learn's own.")
	}
	if h.unknown == "warn" && olderThan(c.version, 1, 8) {
		h.unknown = "ignore" // which it was: 1.8 corrected _map_infrequent_categories
	}
	dropped, err := h.dropped(r)
	if err != nil {
		return err
	}
	for j := range h.categories {
		h.columns = append(h.columns, h.layOut(j, dropped[j]))
	}
	return nil
}

func quote(s string) string { return "'" + clip(s) + "'" }

// dropped is the code, after grouping, that is dropped of each feature, or -1.
// Since 1.2 that is _drop_idx_after_grouping; drop_idx_ had that meaning before.
func (h *oneHot) dropped(r pyobj.Ref) ([]int, error) {
	none := make([]int, len(h.categories))
	for j := range none {
		none[j] = -1
	}
	attr, ok := r.Attr("_drop_idx_after_grouping")
	if !ok {
		attr, ok = r.Attr("drop_idx_")
	}
	if !ok || attr.IsNone() {
		return none, nil
	}
	drop, err := indexOrNone(attr, len(h.categories))
	if err != nil {
		return nil, err
	}
	for j, k := range drop {
		if k < -1 || k >= h.grouped(j) {
			return nil, attr.Format("category %d of %d is dropped of feature %d", k, h.grouped(j), j)
		}
	}
	return drop, nil
}

// layOut gives the columns of feature j and advances the width.
func (h *oneHot) layOut(j, drop int) []int {
	n := h.categories[j].len()
	columns := make([]int, n+1)
	place := func(code int) int {
		switch {
		case code == drop:
			return noColumn
		case drop >= 0 && code > drop:
			code--
		}
		return h.width + code
	}
	for k := range n {
		code := k
		if m := h.mapping[j]; m != nil && k < len(m) {
			code = int(m[k])
		}
		columns[k] = place(code)
	}
	switch {
	case h.unknown == "error":
		columns[n] = refused
	case h.unknown != "ignore" && h.infrequent[j] != nil:
		columns[n] = place(h.infrequentCode(j))
	default:
		columns[n] = noColumn
	}
	h.width += h.grouped(j)
	if drop >= 0 {
		h.width--
	}
	return columns
}

func (h *oneHot) run(ws *workspace, x block) (block, error) {
	list := ws.features(x)
	m := ws.csr(x.rows, x.rows*len(list))
	for i := range x.rows {
		for j := range list {
			s := &list[j]
			if err := h.check(ws, s, i, j); err != nil {
				return block{}, err
			}
			k, err := h.lookUp(ws, s, i, j)
			if err != nil {
				return block{}, err
			}
			if k >= 0 {
				m.indices, m.values = append(m.indices, k), append(m.values, 1)
			}
		}
		m.indptr = append(m.indptr, len(m.indices))
	}
	return block{rows: x.rows, width: h.width, sparse: m}, nil
}

// lookUp is the column for value i of feature j, or noColumn.
func (h *oneHot) lookUp(ws *workspace, s *series, i, j int) (int, error) {
	columns := h.columns[j]
	if h.legacy {
		return h.lookUpLegacy(ws, s, i, j)
	}
	k := h.categories[j].code(s, i)
	if k == unknown {
		k = len(columns) - 1
	}
	if columns[k] == refused {
		return 0, h.notFound(ws, s, i, j)
	}
	return columns[k], nil
}

// outputNames is get_feature_names_out: feature_category.
func (h *oneHot) outputNames(in []string) []string {
	names := make([]string, h.width)
	for j, columns := range h.columns {
		for k, name := range h.categories[j].names {
			if at := columns[k]; at >= 0 {
				if k < len(h.mapping[j]) && int(h.mapping[j][k]) == h.infrequentCode(j) {
					name = "infrequent_sklearn"
				}
				names[at] = in[j] + "_" + name
			}
		}
	}
	return names
}
