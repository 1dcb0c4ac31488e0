package contract_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/copal-ml/copal/runtime/contract"
)

func TestSmokeCompare(t *testing.T) {
	f := func(answer, got, want string) {
		t.Helper()
		s := contract.Smoke{Answer: json.RawMessage(answer), Tolerance: 1e-9}
		err := s.Compare([]byte(got))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s for %s: %v", got, answer, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%s for %s:\n got %v\nwant %s", got, answer, err, want)
		}
	}
	f(`{"predictions":[0,1]}`, `{"predictions": [0, 1], "more": 1}`, "")
	f(`{"predictions":[[0.1,0.9]]}`, `{"predictions": [[0.1000000000001, 0.9]]}`, "")
	f(`{"predictions":[1e999,null]}`, `{"predictions": [1e999, null]}`, "")
	f(`{"predictions":["a",true]}`, `{"predictions": ["a", true]}`, "")
	f(`{"predictions":[{"mean":1.0,"std":2.0}]}`, `{"predictions": [{"std": 2.0, "mean": 1.0}]}`, "")
	f(`{"predictions":[9007199254740993]}`, `{"predictions": [9007199254740993]}`, "")

	f(`{"predictions":[1000000007]}`, `{"predictions": [1000000008]}`, "predictions[0] is 1000000008, expected 1000000007")
	f(`{"predictions":[0,1]}`, `{"predictions": [0, 2]}`, "predictions[1] is 2, expected 1")
	f(`{"predictions":[[0.5,0.5]]}`, `{"predictions": [[0.5, 0.51]]}`, "predictions[0][1] is 0.51, expected 0.5")
	f(`{"predictions":[1e999]}`, `{"predictions": [-1e999]}`, "predictions[0] is -1e999, expected 1e999")
	f(`{"predictions":[null]}`, `{"predictions": [0]}`, "predictions[0] is 0, expected null")
	f(`{"predictions":["a"]}`, `{"predictions": ["b"]}`, `predictions[0] is "b", expected "a"`)
	f(`{"predictions":[1]}`, `{"predictions": ["1"]}`, `predictions[0] is "1", expected 1`)
	f(`{"predictions":[0,1]}`, `{"predictions": [0]}`, "predictions holds 1 values, expected 2")
	f(`{"predictions":[0,1]}`, `[0, 1]`, `the answer is [0,1], expected {"predictions":[0,1]}`)
	f(`{"predictions":[{"mean":1}]}`, `{"predictions": [1]}`, `predictions[0] is 1, expected {"mean":1}`)
	f(`{"predictions":[{"mean":1}]}`, `{"predictions": [{}]}`, `predictions[0] has no member "mean"`)
	f(`{"predictions":[[1]]}`, `{"predictions": [1]}`, `predictions[0] is 1, expected [1]`)
	f(`{"predictions":[1]}`, `<html>`, `the answer is not JSON: invalid character '<' looking for beginning of value`)
	f(`{"predictions":[1]}`, ``, `the answer is not JSON: EOF`)
	f(`{`, `{}`, `the expected answer in the image is not JSON: unexpected EOF`)
	f(`"x"`, `"`+strings.Repeat("é", 60)+`"`, `the answer is "`+strings.Repeat("é", 39)+`…, expected "x"`)
}

func TestAgree(t *testing.T) {
	f := func(got, want, tolerance float64, agree bool) {
		t.Helper()
		if contract.Agree(got, want, tolerance) != agree {
			t.Errorf("Agree(%v, %v, %v) is %v", got, want, tolerance, !agree)
		}
	}
	inf, nan := math.Inf(1), math.NaN()
	f(1, 1, 0, true)
	f(0, math.Copysign(0, -1), 0, true)
	f(nan, nan, 0, true)
	f(inf, inf, 0, true)
	f(1, math.Nextafter(1, 2), 0, false)
	f(1e-12, 2e-12, 1e-9, true) // absolute below 1
	f(1e12, 1e12+100, 1e-9, true)
	f(1e12, 1e12+10000, 1e-9, false)
	f(inf, 1e308, 1e300, false)
	f(1, inf, 1e300, false)
	f(inf, -inf, 1e300, false)
	f(nan, 1, 1e300, false)
	f(1, nan, 1e300, false)
}

// An image with a smoke test is described by the same bytes each time.
func TestManifestKeepsSmoke(t *testing.T) {
	m := manifest()
	m.Smoke = &contract.Smoke{Request: json.RawMessage(`{"method":"predict","instances":[["<a & b>"]]}`), Answer: json.RawMessage(`{"predictions":[1e999]}`), Tolerance: 1e-9}
	first := m.Encode()
	again, err := contract.DecodeManifest(first)
	if err != nil {
		t.Fatal(err)
	}
	if second := again.Encode(); string(second) != string(first) {
		t.Errorf("got\n%s\nwant\n%s", second, first)
	}
	if err := again.Smoke.Compare([]byte(`{"predictions": [1e999]}`)); err != nil {
		t.Error(err)
	}
	if strings.Contains(string(manifest().Encode()), "smoke") {
		t.Error("a manifest without a smoke test speaks of one")
	}
}
