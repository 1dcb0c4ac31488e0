package lightgbm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// Numbers must be the very ones that strconv reads, however they are written.
func TestFloat(t *testing.T) {
	f := func(word string) {
		t.Helper()
		want, wantErr := strconv.ParseFloat(word, 64)
		got, err := float([]byte(word))
		if math.Float64bits(got) != math.Float64bits(want) || (err == nil) != (wantErr == nil) {
			t.Errorf("float(%q) = %v, %v, want %v, %v", word, got, err, want, wantErr)
		}
	}
	for _, word := range []string{"0", "-0", "0.0", "1", "-1", "1.", ".5", "-.5", "1e5", "1e+05", "1e-05", "1E5", "1e", "1e+", "-", "", ".", "1..2", "1.2.3", "0x10",
		"1_0", "inf", "-inf", "nan", "1e400", "-1e400", "1e-400", "1e0000", "1.0000000180025095e-35", "1.7976931348623157e308", "5e-324",
		"9007199254740993", "9007199254740992.5", "9007199254740991.5", "18446744073709551615", "9999999999999999999", "99999999999999999999",
		"0.1", "0.30000000000000004", "1e22", "1e23", "8.5e60", "1e-60", "1e-61", "4503599627370496.5", "4503599627370497.5", "72057594037927945", "1 "} {
		f(word)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		v := r.NormFloat64() * math.Pow(10, float64(r.IntN(80)-40))
		f(strconv.FormatFloat(v, 'g', r.IntN(20)-1, 64))
		f(strconv.FormatFloat(v, 'f', r.IntN(12), 64))
		f(fmt.Sprintf("%de%d", r.Uint64(), r.IntN(130)-65))
		// Half way between two numbers, or next to it.
		f(fmt.Sprintf("%d", (uint64(1)<<53+r.Uint64N(1<<53))<<r.IntN(10)|1))
	}
}

func FuzzFloat(f *testing.F) {
	for _, word := range []string{"0", "-1.5e-7", "12345678901234567890", "1e", "0.30000000000000004"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		want, wantErr := strconv.ParseFloat(word, 64)
		got, err := float([]byte(word))
		if math.Float64bits(got) != math.Float64bits(want) || (err == nil) != (wantErr == nil) {
			t.Fatalf("float(%q) = %v, %v, want %v, %v", word, got, err, want, wantErr)
		}
	})
}
