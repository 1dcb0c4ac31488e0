package catboost

// windowValues bounds the columns that are computed at a time.
const windowValues = 1 << 14

// Margin writes the raw margins of the rows of x, Outputs a row: the sums of the
// leaves, scaled and moved (catboost/libs/model/scale_and_bias.cpp).
func (m *Model) Margin(out, x []float64) {
	clear(out)
	m.windows(x, func(first int, rows []float64) { m.Forest.Sum(out[first*m.Outputs:], rows) })
	if m.scale != 1 {
		for i := range out {
			out[i] *= m.scale
		}
	}
	if m.bias != nil {
		for i := 0; i < len(out); i += m.Outputs {
			for k, bias := range m.bias {
				out[i+k] += bias
			}
		}
	}
}

// windows calls run with the rows of x as the forest sees them, from row first on.
func (m *Model) windows(x []float64, run func(first int, rows []float64)) {
	if m.computed == nil {
		run(0, x)
		return
	}
	memory, _ := m.scratch.Get().(*[]float64)
	if memory == nil {
		memory = new([]float64)
	}
	defer m.scratch.Put(memory)
	width := len(m.computed)
	step := max(windowValues/width, 1)
	for first := 0; len(x) > 0; first += step {
		window := x[:min(len(x), step*m.Features)]
		x = x[len(window):]
		n := len(window) / m.Features
		*memory = sized(*memory, n*width)
		for i := range n {
			m.fill((*memory)[i*width:][:width], window[i*m.Features:][:m.Features])
		}
		run(first, *memory)
	}
}

func sized(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}

// Apply writes the number of the leaf that each tree comes to, a value a tree.
func (m *Model) Apply(out, x []float64) {
	n := m.Forest.Trees()
	m.windows(x, func(first int, rows []float64) { m.Forest.Apply(out[first*n:], rows) })
}
