package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// MaxSmoke bounds the request and the answer of a Smoke together. The manifest is
// also a label of the image, and registries and clients hold the image's
// configuration in memory.
const MaxSmoke = 64 << 10

// A Smoke is a request with the answer that the user's own Python gave to it. A
// deployer sends it to the endpoint that it has made and compares.
type Smoke struct {
	Request   json.RawMessage `json:"request"`   // body of an invocation; it names the method
	Answer    json.RawMessage `json:"answer"`    // body of the answer
	Tolerance float64         `json:"tolerance"` // see Agree
}

// Agree reports whether two numbers are equal within a tolerance, which is
// absolute for numbers up to 1 and relative to the wanted one above:
//
//	|got - want| <= tolerance * max(1, |want|)
//
// NaN agrees with NaN, and an infinity with itself only.
func Agree(got, want, tolerance float64) bool {
	if got == want || got != got && want != want {
		return true
	}
	if math.IsInf(got, 0) || math.IsInf(want, 0) {
		return false
	}
	return math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

// Compare holds an answer against the stored one: numbers within the tolerance,
// all else exactly. The error says where the first difference is.
func (s *Smoke) Compare(answer []byte) error {
	got, err := decodeNumbers(answer)
	if err != nil {
		return fmt.Errorf("the answer is not JSON: %w", err)
	}
	want, err := decodeNumbers(s.Answer)
	if err != nil {
		return fmt.Errorf("the expected answer in the image is not JSON: %w", err)
	}
	return s.compare("", got, want)
}

func decodeNumbers(b []byte) (v any, err error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	err = dec.Decode(&v)
	return v, err
}

func (s *Smoke) compare(path string, got, want any) error {
	switch want := want.(type) {
	case []any:
		return s.compareLists(path, got, want)
	case map[string]any:
		return s.compareObjects(path, got, want)
	case json.Number:
		if got, ok := got.(json.Number); ok && (got == want || s.agree(string(got), string(want))) {
			return nil
		}
	default:
		if got == want { // both are strings, booleans or null, or differ in type
			return nil
		}
	}
	return different(path, got, want)
}

// agree compares floats within the tolerance. Whole numbers are labels, and the
// server writes no float without a point or an exponent.
func (s *Smoke) agree(got, want string) bool {
	if !strings.ContainsAny(got+want, ".eE") {
		return false
	}
	g, _ := strconv.ParseFloat(got, 64) // beyond the range it is the infinity that is meant
	w, _ := strconv.ParseFloat(want, 64)
	return Agree(g, w, s.Tolerance)
}

func (s *Smoke) compareLists(path string, got any, want []any) error {
	list, ok := got.([]any)
	if !ok {
		return different(path, got, want)
	}
	if len(list) != len(want) {
		return fmt.Errorf("%s holds %d values, expected %d", place(path), len(list), len(want))
	}
	for i := range want {
		if err := s.compare(fmt.Sprintf("%s[%d]", path, i), list[i], want[i]); err != nil {
			return err
		}
	}
	return nil
}

// compareObjects looks at the members that are expected, in the order of their
// names, so that the first difference is the same each time.
func (s *Smoke) compareObjects(path string, got any, want map[string]any) error {
	object, ok := got.(map[string]any)
	if !ok {
		return different(path, got, want)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, ok := object[name]
		if !ok {
			return fmt.Errorf("%s has no member %q", place(path), name)
		}
		if err := s.compare(joinPath(path, name), value, want[name]); err != nil {
			return err
		}
	}
	return nil
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func different(path string, got, want any) error {
	return fmt.Errorf("%s is %s, expected %s", place(path), short(got), short(want))
}

func place(path string) string {
	if path == "" {
		return "the answer"
	}
	return path
}

// short writes a value as JSON, cut to fit a message.
func short(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	const most = 80
	if len(b) > most {
		return string(bytes.ToValidUTF8(b[:most], nil)) + "…"
	}
	return string(b)
}
