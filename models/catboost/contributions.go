package catboost

import "fmt"

// explained is for how many outputs there are contributions: of mean and
// deviation the library explains the mean.
func (m *Model) explained() int {
	if m.Loss == "RMSEWithUncertainty" {
		return 1
	}
	return m.Outputs
}

// Contributions writes what each feature adds to the margin, and behind these what
// the trees give on average: Features + 1 values for each output of a row, only for
// the first one of RMSEWithUncertainty. What is
// computed of several features is shared out equally (UnpackInternalShaps in
// catboost/libs/fstr/shap_values.cpp).
func (m *Model) Contributions(out, x []float64) {
	n, outputs := len(m.groups), m.explained()
	clear(out)
	size := m.Features + 1
	m.windows(x, func(first int, rows []float64) {
		count := len(rows) / m.Forest.Features
		inner := make([]float64, count*m.Outputs*(n+1))
		if m.Forest.GroupContributions(inner, rows, m.places, n) != nil { // Explainable has been asked
			return
		}
		for i := range count * outputs {
			row, output := i/outputs, i%outputs
			to := out[(first*outputs+i)*size:][:size]
			m.share(to, inner[(row*m.Outputs+output)*(n+1):][:n+1])
			if m.bias != nil {
				to[m.Features] += m.bias[output]
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
