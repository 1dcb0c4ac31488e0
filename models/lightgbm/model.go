package lightgbm

// Margin writes the raw margins of the rows of x, Outputs a row.
func (m *Model) Margin(out, x []float64) {
	clear(out)
	if m.linear == nil {
		m.Forest.Sum(out, x)
		return
	}
	ids, _ := m.scratch.Get().(*[]float64)
	if ids == nil {
		ids = new([]float64)
	}
	defer m.scratch.Put(ids)
	*ids = sized(*ids, len(x)/m.Features*m.Forest.Trees())
	m.Forest.Apply(*ids, x)
	m.linear.sum(out, x, *ids, m.Features, m.Outputs)
}

func sized(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}

// Predict writes what Booster.predict answers, Outputs values a row.
func (m *Model) Predict(out, x []float64) {
	m.Margin(out, x)
	if m.average {
		for i := range out {
			out[i] /= float64(m.Rounds)
		}
	}
	if m.link != nil {
		for ; len(out) > 0; out = out[m.Outputs:] {
			m.link(out[:m.Outputs])
		}
	}
}

// Apply writes the number of the leaf that each tree comes to, a value a tree.
func (m *Model) Apply(out, x []float64) { m.Forest.Apply(out, x) }
