package forest

import "slices"

// tableRoom is how many values there are behind the last one, for loops that load
// the largest table whatever the number of leaves.
const tableRoom = 64

// A table is the values of all leaves in the precision of sums.
type table struct {
	long  []float64 // one of the two
	short []float32
}

func newTable(values []float64, sums Precision) table {
	if sums == Float64 {
		return table{long: append(slices.Grow(slices.Clone(values), tableRoom), make([]float64, tableRoom)...)}
	}
	t := table{short: make([]float32, len(values)+tableRoom)}
	for i, v := range values {
		t.short[i] = float32(v)
	}
	return t
}

// shortTable is a table in float32 if that holds the values.
func shortTable(values []float64) table {
	if len(values) == 0 {
		return table{}
	}
	for _, v := range values {
		if float64(float32(v)) != v {
			return newTable(values, Float64)
		}
	}
	return newTable(values, Float32)
}

func (t *table) empty() bool { return t.long == nil && t.short == nil }

func (t *table) at(i int) float64 {
	if t.short != nil {
		return float64(t.short[i])
	}
	return t.long[i]
}

// add adds width values from place at on to sums.
func (t *table) add(sums []float64, at, width int) {
	if t.short != nil {
		for j, v := range t.short[at:][:width] {
			sums[j] = float64(float32(sums[j]) + v)
		}
		return
	}
	for j, v := range t.long[at:][:width] {
		sums[j] += v
	}
}

// fetch reads values in order, as fetch does nodes.
func (t *table) fetch(from, to int) (all float64) {
	const line = 16
	for i := from; i < to; i += line {
		all += t.at(i)
	}
	return all
}
