package booster

import (
	"fmt"
	"math"
	"strconv"

	"github.com/copal-ml/copal/models"
)

// Codes are the categories of a feature, for which trees know numbers: the place
// of a category in the list, where null and NaN are missing; or a hash of its text,
// where none may be missing.
type Codes struct {
	// Closed refuses what is not in the list, as XGBoost does
	// (src/data/cat_container.h). It is missing otherwise, as it is for LightGBM
	// (python-package/lightgbm/basic.py, _data_from_pandas).
	Closed bool

	hash    func(category string) float64 // nil for a list
	texts   map[string]int
	numbers map[float64]int
}

// NewCodes makes codes of a list of categories: all strings, or all numbers and
// truth values (float64, int64, bool).
func NewCodes(categories []any) (*Codes, error) {
	c := &Codes{texts: make(map[string]int), numbers: make(map[float64]int)}
	for i, v := range categories {
		switch v := v.(type) {
		case string:
			c.texts[v] = i
		case float64:
			c.numbers[v] = i
		case int64:
			c.numbers[float64(v)] = i
		case bool:
			c.numbers[boolean(v)] = i
		default:
			return nil, fmt.Errorf("a category is %v", v)
		}
	}
	if len(c.texts) > 0 && len(c.numbers) > 0 {
		return nil, fmt.Errorf("some categories are strings, and some are numbers")
	}
	if len(c.texts)+len(c.numbers) < len(categories) {
		return nil, fmt.Errorf("a category is there twice")
	}
	return c, nil
}

// Hashed makes codes of a hash. Integers and truth values are categories by their
// decimal text, and other numbers are none.
func Hashed(hash func(category string) float64) *Codes { return &Codes{hash: hash} }

// Hashed reports whether codes are hashes: a port then takes strings and integers.
func (c *Codes) Hashed() bool { return c != nil && c.hash != nil }

// DType is the type of the column: strings, or numbers.
func (c *Codes) DType() models.DType {
	if c.hash != nil || len(c.texts) > 0 {
		return models.String
	}
	return models.Float64
}

// Text is the code of a string, NaN if it has none.
func (c *Codes) Text(v string) float64 {
	if c.hash != nil {
		return c.hash(v)
	}
	if i, ok := c.texts[v]; ok {
		return float64(i)
	}
	return math.NaN()
}

// Number is the code of a number, NaN if it has none.
func (c *Codes) Number(v float64) float64 {
	if c.hash != nil {
		if v != math.Trunc(v) || math.Abs(v) >= 1<<63 {
			return math.NaN()
		}
		return c.hash(strconv.FormatInt(int64(v), 10))
	}
	if i, ok := c.numbers[v]; ok {
		return float64(i)
	}
	return math.NaN()
}

// mostQuoted bounds what an error repeats of a request.
const mostQuoted = 64

// Unknown is the error for a value of a feature that Closed refuses, a string or a
// number: in the words of XGBoost, and what to do.
func Unknown(row, feature int, names []string, value any) *models.DataError {
	e := &models.DataError{Row: row, Column: feature}
	if feature < len(names) {
		e.Name = names[feature]
	}
	text := fmt.Sprint(value)
	if len(text) > mostQuoted {
		text = text[:mostQuoted] + "…"
	}
	e.Text = fmt.Sprintf("Found a category not in the training set for the %dth (0-based) column: `%s`; send one of the set, or null", feature, text)
	return e
}

func boolean(v bool) float64 {
	if v {
		return 1
	}
	return 0
}
