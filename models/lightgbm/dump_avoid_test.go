package lightgbm

import (
	"math"
	"testing"
)

// The infinite bound of the last bin is 1e300 in a dump.
func TestDumpedInfinity(t *testing.T) {
	for text, want := range map[string]float64{"1e+300": math.Inf(1), "-1e+300": math.Inf(-1), "1e+299": 1e299, "0.5": 0.5} {
		tr := &tree{kind: make([]int32, 1), threshold: make([]float64, 1)}
		if err := tr.question(0, &dumpNode{Decision: "<=", Threshold: []byte(text)}); err != nil || tr.threshold[0] != want {
			t.Errorf("%s: got %v, %v, want %v", text, tr.threshold[0], err, want)
		}
	}
}
