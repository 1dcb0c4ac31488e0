package catboost

import "fmt"

// Contributions writes what each feature adds to the margin, and behind these what
// the trees give on average: Outputs × (Features + 1) values a row. What is
// computed of several features is shared out equally (UnpackInternalShaps in
// catboost/libs/fstr/shap_values.cpp).
func (m *Model) Contributions(out, x []float64) {
	n := len(m.groups)
	clear(out)
	size := m.Features + 1
	m.windows(x, func(first int, rows []float64) {
		count := len(rows) / m.Forest.Features
		inner := make([]float64, count*m.Outputs*(n+1))
		if m.Forest.GroupContributions(inner, rows, m.places, n) != nil { // Explainable has been asked
			return
		}
		for i := range count * m.Outputs {
			m.share(out[(first*m.Outputs+i)*size:][:size], inner[i*(n+1):][:n+1])
			if m.bias != nil {
				out[(first*m.Outputs+i)*size+m.Features] += m.bias[i%m.Outputs]
			}
		}
	})
}

// share gives the features of each group equal parts of it.
func (m *Model) share(out, inner []float64) {
	for g, features := range m.groups {
		for _, flat := range features {
			out[flat] += inner[g] / float64(len(features))
		}
	}
	out[m.Features] = inner[len(m.groups)]
}

// setGroups keeps what the columns of the forest are computed of: each combination
// once, and the place of its own for each column.
func (m *Model) setGroups(columns []group) {
	known := map[string]int32{}
	m.places = make([]int32, len(columns))
	for i, g := range columns {
		key := fmt.Sprint([]int(g))
		at, ok := known[key]
		if !ok {
			at = int32(len(m.groups))
			known[key] = at
			m.groups = append(m.groups, g)
		}
		m.places[i] = at
	}
}
