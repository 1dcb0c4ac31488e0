// Package modeltest is the conformance suite of the models: it opens model files
// that the original libraries wrote, asks them what the libraries were asked,
// and compares the answers. The fixtures and the scripts that made them are in
// testdata.
package modeltest

import (
	"encoding/json"
	"fmt"
	"math"
	"os"

	"github.com/copal-ml/copal/models"
)

// A Fixture is what a library answers for one model file, NAME.json beside
// NAME.pkl, or another ending. It is written by testdata/LIBRARY/make.py.
type Fixture struct {
	Library string `json:"library"`
	Version string `json:"version"`
	NumPy   string `json:"numpy"`
	Python  string `json:"python"`
	Class   string `json:"class"` // of the root

	// Tolerance has the methods that the model offers, and how close their
	// answers must be.
	Tolerance map[models.Method]Tolerance `json:"tolerance"`
	Batches   []Batch                     `json:"batches"`

	// Unasked are methods that this release of the library lacks, and newer ones
	// offer for its files too.
	Unasked []models.Method `json:"unasked"`

	// Names are those of the result of transform, if the library knows them.
	Names []string `json:"names"`
}

// A Batch is one question and its answers. A method that refused the batch is
// in Refused with the first line of the library's words.
type Batch struct {
	Rows    int                       `json:"rows"`
	Columns []column                  `json:"columns"`
	Answers map[models.Method]columns `json:"answers"`
	Refused map[models.Method]string  `json:"refused"`

	// Noise has the methods that were asked again about values one unit in the
	// last place away, and for each row the largest change of its answer: what
	// the library itself owes to rounding. A label that changed is infinite.
	// Fixtures that are kept have none.
	Noise map[models.Method][]number `json:"noise"`
}

// columns are an answer: a list, or a single column without a list around it.
type columns []models.Column

func (cs *columns) UnmarshalJSON(b []byte) error {
	list := []column{{}}
	var err error
	if len(b) > 0 && b[0] == '[' {
		err = json.Unmarshal(b, &list)
	} else {
		err = json.Unmarshal(b, &list[0])
	}
	for _, c := range list {
		*cs = append(*cs, c.Column)
	}
	return err
}

// column reads a models.Column from {"name","dtype","width","values"}. A value that is
// null is missing. With "single", floats are those of float32 that the values are
// nearest to, which take half as many digits.
type column struct{ models.Column }

func (c *column) UnmarshalJSON(b []byte) error {
	var raw struct {
		Name   string          `json:"name"`
		DType  models.DType    `json:"dtype"`
		Width  int             `json:"width"`
		Single bool            `json:"single"`
		Values json.RawMessage `json:"values"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	c.Name, c.DType, c.Width = raw.Name, raw.DType, raw.Width
	switch raw.DType {
	case models.Int64:
		return read(raw.Values, &c.I64, &c.Null)
	case models.Bool:
		return read(raw.Values, &c.Bool, &c.Null)
	case models.String:
		return read(raw.Values, &c.Str, &c.Null)
	}
	var values []number
	if err := read(raw.Values, &values, &c.Null); err != nil {
		return err
	}
	for i, v := range values {
		if len(c.Null) > 0 && c.Null[i] {
			v = number(math.NaN())
		}
		if raw.Single {
			v = number(float32(v))
		}
		c.F64 = append(c.F64, float64(v))
	}
	return nil
}

// read reads a list of values, where null is a missing one.
func read[T any](b []byte, values *[]T, null *[]bool) error {
	var list []*T
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	any := false
	flags := make([]bool, len(list))
	for i, v := range list {
		if v == nil {
			v, flags[i], any = new(T), true, true
		}
		*values = append(*values, *v)
	}
	if any {
		*null = flags
	}
	return nil
}

// number is a float64 in JSON, where "NaN", "Infinity" and "-Infinity" are strings.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"NaN"`:
		*n = number(math.NaN())
	case `"Infinity"`:
		*n = number(math.Inf(1))
	case `"-Infinity"`:
		*n = number(math.Inf(-1))
	default:
		return json.Unmarshal(b, (*float64)(n))
	}
	return nil
}

// Frame is the question of b.
func (b *Batch) Frame() *models.Frame {
	f := &models.Frame{Rows: b.Rows}
	for _, c := range b.Columns {
		f.Columns = append(f.Columns, c.Column)
	}
	return f
}

// ReadFixture reads NAME.json.
func ReadFixture(path string) (*Fixture, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := new(Fixture)
	if err := json.Unmarshal(b, f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}
