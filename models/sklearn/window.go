package sklearn

// A request runs through the plan a window of rows at a time, so that scratch
// stays in the cache and does not grow with the request. How much of it a row
// takes depends on all the steps (one may make a few columns thousands), so it is
// measured.
const (
	// windowValues bounds the values of a window that are scratch, and those that
	// are input: what a core has nearby.
	windowValues = 1 << 14

	// windowRows is a number of rows for which it pays to read what a model holds,
	// such as weights, once more; windowMost bounds what they may take: 8 MiB.
	windowRows = 128
	windowMost = 1 << 20

	// windowFirst is the number of rows of the first window, which measures.
	windowFirst = 8

	// windowTexts is the number of rows at a time where a value may be a long text.
	windowTexts = 64
)

// windows calls f, which runs the plan in ws, for consecutive ranges of rows.
func (p *predictor) windows(ws *workspace, rows int, f func(from, to int) error) error {
	step := windowFirst
	for from := 0; from < rows; {
		to := min(from+step, rows)
		ws.reset()
		if err := f(from, to); err != nil {
			return err
		}
		step = windowOf(max(ws.spent/(to-from), p.root.features))
		if p.root.inputs != nil {
			step = min(step, windowTexts)
		}
		from = to
	}
	return nil
}

// windowOf is the number of rows for a window where each takes that many values.
func windowOf(values int) int {
	values = max(values, 1)
	return max(windowValues/values, min(windowRows, windowMost/values), 1)
}
