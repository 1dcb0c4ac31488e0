package sklearn

import (
	"math"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// categories are the values of one feature that an encoder knows, numbered from
// 0 in their order (categories_ in sklearn/preprocessing/_encoders.py). A null
// of a request is NaN among numbers and None among strings, or the other of the
// two where only that was seen at fit.
type categories struct {
	numbers   map[float64]int // nil for strings
	texts     map[string]int
	nan, none int      // codes of the missing categories; -1 if there is none
	names     []string // str() of each
	kind      byte     // of the array
}

// unknown is the code of what is not among the categories.
const unknown = -1

// readCategories reads an array of one dimension, of numbers or of strings.
func readCategories(r pyobj.Ref) (*categories, error) {
	a, err := r.Array()
	if err != nil {
		return nil, err
	}
	if a.Dims() != 1 || a.Len() == 0 {
		return nil, r.Format("want an array of categories, got shape %v", a.Shape)
	}
	values, err := scalars(r, a)
	if err != nil {
		return nil, err
	}
	return newCategories(r, values, a.DType.Kind)
}

// categoriesOf reads the labels of an index as categories.
func categoriesOf(r pyobj.Ref, labels []pyobj.Value) (*categories, error) {
	values := make([]any, len(labels))
	for i, v := range labels {
		values[i] = plainMissing(v)
	}
	return newCategories(r, values, 'O')
}

func newCategories(r pyobj.Ref, values []any, kind byte) (*categories, error) {
	c := &categories{nan: unknown, none: unknown, names: make([]string, len(values)), kind: kind}
	if holdsText(values) {
		c.texts = make(map[string]int)
	} else {
		c.numbers = make(map[float64]int)
	}
	for i, v := range values {
		if err := c.add(r, i, v); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// scalars are the elements of an array as nil, bool, int64, float64 or string.
func scalars(r pyobj.Ref, a *ndarray.Array) ([]any, error) {
	out := make([]any, a.Len())
	fail := func(err error) ([]any, error) {
		return nil, r.Unsupported("categories of dtype "+a.DType.String()+" ("+err.Error()+")",
			"Fit the encoder on strings or numbers.")
	}
	switch a.DType.Kind {
	case 'O':
		for i, v := range a.Objects {
			out[i] = plainMissing(v)
		}
	case 'i', 'u':
		values, err := a.Int64s()
		if err != nil {
			return fail(err)
		}
		for i, v := range values {
			out[i] = v
		}
	case 'b':
		values, err := a.Bools()
		if err != nil {
			return fail(err)
		}
		for i, v := range values {
			out[i] = v
		}
	case 'f':
		values, err := a.Float64s()
		if err != nil {
			return fail(err)
		}
		for i, v := range values {
			out[i] = v
		}
	case 'U':
		values, err := a.Strings()
		if err != nil {
			return fail(err)
		}
		for i, v := range values {
			out[i] = v
		}
	default:
		return nil, r.Unsupported("categories of dtype "+a.DType.String(), "Fit the encoder on strings or numbers.")
	}
	return out, nil
}

// plainMissing turns pandas.NA into NaN; other values are as they are.
func plainMissing(v any) any {
	if isPandasNA(v) {
		return math.NaN()
	}
	return v
}

// isPandasNA reports whether v is pandas.NA, which pickles as
// pandas._libs.missing.C_NA or as the class NAType's call.
func isPandasNA(v any) bool {
	if o, ok := v.(*pyobj.Object); ok {
		return pyobj.Is(o.Class, "pandas._libs.missing.NAType")
	}
	return pyobj.Is(v, "pandas._libs.missing.C_NA") || pyobj.Is(v, "pandas._libs.missing.NA")
}

func holdsText(values []any) bool {
	missing := true
	for _, v := range values {
		switch v := v.(type) {
		case string:
			return true
		case float64:
			missing = missing && math.IsNaN(v)
		case nil:
		default:
			missing = false
		}
	}
	// Only None, or only None and NaN: a column of text of which all is missing.
	if !missing {
		return false
	}
	for _, v := range values {
		if v == nil {
			return true
		}
	}
	return false
}

func (c *categories) add(r pyobj.Ref, code int, v any) error {
	const exact = 1 << 53
	twice := false
	switch v := v.(type) {
	case nil:
		twice, c.none = c.none >= 0, code
		c.names[code] = "None"
	case string:
		_, twice = c.texts[v]
		c.texts[v], c.names[code] = code, v
	case int64:
		if v > exact || v < -exact {
			return r.Unsupported("a category beyond 2**53", "Turn such numbers into strings before you fit the encoder.")
		}
		twice = c.number(float64(v), code)
		c.names[code] = strconv.FormatInt(v, 10)
	case bool:
		c.names[code] = "False"
		if v {
			twice, c.names[code] = c.number(1, code), "True"
		} else {
			twice = c.number(0, code)
		}
	case float64:
		c.names[code] = pythonFloat(v)
		if math.IsNaN(v) {
			twice, c.nan = c.nan >= 0, code
		} else {
			twice = c.number(v, code)
		}
	default:
		return r.Unsupported("a category that is "+pyobj.Describe(v), "Fit the encoder on strings or numbers.")
	}
	if twice {
		return r.Format("category %d is there twice", code)
	}
	return nil
}

// number adds a number; in a column of text it can never be met.
func (c *categories) number(v float64, code int) (twice bool) {
	if c.numbers == nil {
		return false
	}
	_, twice = c.numbers[v]
	c.numbers[v] = code
	return twice
}

func (c *categories) len() int { return len(c.names) }

// dtype is what a request's column must hold.
func (c *categories) dtype() models.DType {
	if c.texts != nil {
		return models.String
	}
	return models.Float64
}

// code is the number of value i of s, or unknown.
func (c *categories) code(s *series, i int) int {
	if s.isText() {
		if s.isNull(i) {
			return first(c.none, c.nan)
		}
		if k, ok := c.texts[s.text(i)]; ok {
			return k
		}
		return unknown
	}
	v := s.number(i)
	if math.IsNaN(v) {
		return first(c.nan, c.none)
	}
	if k, ok := c.numbers[v]; ok {
		return k
	}
	return unknown
}

func first(a, b int) int {
	if a >= 0 {
		return a
	}
	return b
}

// shown is value i of s as Python shows it in a list.
func shown(s *series, i int) string {
	if s.isText() {
		if s.isNull(i) {
			return "None"
		}
		return pythonString(s.text(i))
	}
	return pythonFloat(s.number(i))
}

// pythonString is repr() of a string of printable characters.
func pythonString(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	s = strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\r", "\\r", "\t", "\\t").Replace(s)
	if quote == "'" {
		s = strings.ReplaceAll(s, "'", "\\'")
	}
	return quote + s + quote
}

// pythonFloat is repr() of a float: the shortest digits that give it back, with
// an exponent below -4 and from 16 on (float_repr_style "short" of CPython).
func pythonFloat(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	text := strconv.FormatFloat(v, 'e', -1, 64)
	exponent, _ := strconv.Atoi(text[strings.IndexByte(text, 'e')+1:])
	if exponent < -4 || exponent >= 16 {
		return text
	}
	text = strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// olderThan reports whether v is before that release.
func olderThan(v version, major, minor int) bool {
	return v.major < major || v.major == major && v.minor < minor
}
