package sklearn

import (
	"fmt"
	"math"
	"sort"

	"github.com/copal-ml/copal/models/pyobj"
)

// Before 0.22 OneHotEncoder had a mode for ints from 0 on (_legacy_transform in
// sklearn/preprocessing/_encoders.py of 0.20): feature j has a column for each
// value below _n_values_[j], of which only _active_features_ remain.

func (h *oneHot) readLegacy(r pyobj.Ref, n *node) error {
	h.legacy, h.encoder = true, new(encoder)
	if attr, ok := r.Attr("_categorical_features"); ok {
		if all, err := attr.Str(); err != nil || all != "all" {
			return attr.Unsupported("OneHotEncoder(categorical_features=…)", "Select the columns with a ColumnTransformer.")
		}
	}
	var err error
	if h.unknown, err = word(r, "handle_unknown", "error"); err != nil {
		return err
	}
	starts, err := r.Ints("_feature_indices_")
	if err != nil {
		return err
	}
	if len(starts) < 2 || starts[0] != 0 {
		return r.Format("_feature_indices_ has %d items", len(starts))
	}
	active, err := activeFeatures(r, starts[len(starts)-1])
	if err != nil {
		return err
	}
	if err := n.input(r, len(starts)-1); err != nil {
		return err
	}
	h.names = n.names
	return h.layOutLegacy(r, starts, active)
}

// activeFeatures are the columns that remain: all of them without the attribute.
func activeFeatures(r pyobj.Ref, total int64) ([]int64, error) {
	if _, ok := r.Attr("_active_features_"); !ok {
		const most = 1 << 20
		if total < 1 || total > most {
			return nil, r.Format("%d columns", total)
		}
		all := make([]int64, total)
		for k := range all {
			all[k] = int64(k)
		}
		return all, nil
	}
	active, err := r.Ints("_active_features_")
	if err == nil && !sort.SliceIsSorted(active, func(a, b int) bool { return active[a] < active[b] }) {
		err = r.Format("_active_features_ are not in order")
	}
	return active, err
}

func (h *oneHot) layOutLegacy(r pyobj.Ref, starts, active []int64) error {
	h.width = len(active)
	for j := range len(starts) - 1 {
		size := starts[j+1] - starts[j]
		if size < 1 {
			return r.Format("feature %d takes %d values", j, size)
		}
		known := &categories{numbers: make(map[float64]int), nan: unknown, none: unknown}
		var columns []int
		at := sort.Search(len(active), func(k int) bool { return active[k] >= starts[j] })
		for ; at < len(active) && active[at] < starts[j+1]; at++ {
			value := active[at] - starts[j]
			known.numbers[float64(value)] = len(columns)
			known.names = append(known.names, fmt.Sprint(value))
			columns = append(columns, at)
		}
		h.categories, h.columns = append(h.categories, known), append(h.columns, append(columns, int(min(size, math.MaxInt32))))
		h.mapping, h.infrequent = append(h.mapping, nil), append(h.infrequent, nil)
	}
	return nil
}

// lookUpLegacy casts to int. A value below the largest of fit that was not in it
// is silently all zeros.
func (h *oneHot) lookUpLegacy(ws *workspace, s *series, i, j int) (int, error) {
	if s.missing(i) {
		return 0, ws.failed(i, j, h.names, containsNaN)
	}
	v, columns := math.Trunc(s.number(i)), h.columns[j]
	if v < 0 {
		return 0, ws.failed(i, j, h.names, "OneHotEncoder in legacy mode cannot handle categories encoded as negative integers.")
	}
	if v >= float64(columns[len(columns)-1]) {
		if h.unknown == "error" {
			return 0, ws.failed(i, j, h.names, fmt.Sprintf("unknown categorical feature present [%.0f] during transform.", v))
		}
		return noColumn, nil
	}
	if k, ok := h.categories[j].numbers[v]; ok {
		return columns[k], nil
	}
	return noColumn, nil
}
