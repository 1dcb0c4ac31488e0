package catboost

import (
	"encoding/json"
	"math"
	"testing"
)

// Digits are scaled once by a power of ten, which is often, but not always, the
// nearest float64.
func TestNumber(t *testing.T) {
	f := func(in string, want float64) {
		t.Helper()
		var got number
		if err := json.Unmarshal([]byte(in), &got); err != nil {
			t.Errorf("%s: %v", in, err)
		} else if math.Float64bits(float64(got)) != math.Float64bits(want) {
			t.Errorf("%s is read as %v, want %v", in, float64(got), want)
		}
	}
	f("0", 0)
	f("-3", -3)
	f("0.5", 0.5)
	f("-0.25", -0.25)
	f("1e3", 1000)
	f("2E-2", 0.02)
	f("18446744073709551615", 18446744073709551615)
	f("1e-310", 1e-310)
	f("1e-700", 0)
	// Seventeen digits do not fit 53 bits, and are rounded before they are scaled.
	digits := float64(12345678901234567)
	f("0.12345678901234567", digits/1e17)
	digits = 34028234663852886
	f("3.4028234663852886e+38", digits*1e22)
	for _, in := range []string{`"1"`, "[1]", "true"} {
		var got number
		if json.Unmarshal([]byte(in), &got) == nil {
			t.Errorf("%s is read as a number", in)
		}
	}
}
