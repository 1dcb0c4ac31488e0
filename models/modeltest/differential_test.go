package modeltest

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// compareAltered compares a OneHotEncoder of the fixtures after a change of its
// answers.
func compareAltered(t *testing.T, old, new string) *Comparison {
	t.Helper()
	const name = "testdata/sklearn/1.9/onehot_ints"
	dir := t.TempDir()
	for _, ending := range []string{".pkl", ".json"} {
		b, err := os.ReadFile(name + ending)
		if err != nil {
			t.Fatal(err)
		}
		if ending == ".json" {
			text := strings.Replace(string(b), old, new, 1)
			if old != "" && text == string(b) {
				t.Fatalf("the fixture does not hold %s", old)
			}
			b = []byte(text)
		}
		if err := os.WriteFile(filepath.Join(dir, "x"+ending), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Compare(filepath.Join(dir, "x"))
	if err != nil || c.Load != nil {
		t.Fatal(err, c.Load)
	}
	return c
}

// A changed answer is a mismatch, unless the noise of its row is as large.
func TestCompare(t *testing.T) {
	f := func(old, new string, noisy, mismatches int, largest float64) {
		t.Helper()
		c := compareAltered(t, old, new)
		if c.Exact == 0 || c.Noisy != noisy || len(c.Mismatches) != mismatches || c.Largest != largest {
			t.Errorf("got %d exact, %d within noise, largest %v, mismatches %q", c.Exact, c.Noisy, c.Largest, c.Mismatches)
		}
	}
	const values, answers = `"values":[1.0,0.0,0.0,1.0`, `"answers":{"transform":{"name":"","dtype":"float64","width":6,`
	f("", "", 0, 0, 0)
	f(answers+values, answers+`"values":[4.0,0.0,0.0,1.0`, 0, 1, 0.75)
	f(answers+values, `"noise":{"transform":[1,0,0,0,0]},`+answers+`"values":[4.0,0.0,0.0,1.0`, 1, 0, 0)
	f(answers+values, `"noise":{"transform":[0,1,1,1,1]},`+answers+`"values":[4.0,0.0,0.0,1.0`, 0, 1, 0.75)
}

// A NaN in a row says nothing of the size of the others.
func TestNearBesideNaN(t *testing.T) {
	row := []float64{math.NaN(), 100}
	for tolerance, most := range map[Tolerance]float64{BLAS: 1e-10, Shap: 1e-4} {
		if !tolerance.near(100+most/2, 100, row) || tolerance.near(100+2*most, 100, row) {
			t.Errorf("%s: want up to %v of 100 near", tolerance, most)
		}
	}
}
