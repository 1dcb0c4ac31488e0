package lightgbm

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models/forest"
)

// A reader makes a Model of a file, tree by tree.
type reader struct {
	scan   *scanner
	model  *Model
	forest *forest.Builder
	t      tree
	trees  int  // that the header tells; -1 if it does not
	ends   bool // the trees with a line, as they do since 2.2
	words  int  // of the sets of categories of a dump, so far
}

// Read takes a model, as text or as JSON. Errors are *models.FormatError,
// *models.UnsupportedError, or of src.
func Read(src io.Reader, opt Options) (*Model, error) {
	scan := newScanner(src)
	scan.fill()
	if bytes.HasPrefix(bytes.TrimLeft(scan.buf, " \t\r\n"), []byte("{")) {
		return readDump(io.MultiReader(bytes.NewReader(scan.buf), src), opt)
	}
	r := &reader{scan: scan, model: &Model{Format: formatText, counted: true}, trees: -1}
	trees, err := r.header()
	if err != nil {
		return nil, err
	}
	r.begin()
	n := 0
	for ; trees; n++ {
		if trees, err = r.next(n, opt); err != nil {
			return nil, err
		}
	}
	if err := r.trailer(); err != nil {
		return nil, err
	}
	return r.finish(n, opt)
}

// begin begins the forest, once the header is known.
func (r *reader) begin() {
	m := r.model
	r.forest = forest.NewBuilder(forest.Shape{Features: m.Features, Width: 1, Outputs: m.Outputs})
}

// next reads a tree and the line behind it: more says that it begins another.
func (r *reader) next(n int, opt Options) (more bool, err error) {
	if err := r.tree(); err != nil {
		return false, err
	}
	if opt.Rounds <= 0 || n < opt.Rounds*r.model.Outputs {
		if err := first(r.addLinear(n), r.plant(n%r.model.Outputs)); err != nil {
			return false, err
		}
	}
	for {
		key, end, err := r.scan.key()
		switch {
		case err != nil && r.scan.over():
			return false, nil
		case err != nil:
			return false, err
		case key == "Tree":
			return true, r.scan.skipLine()
		case key != "" || !end:
			r.ends = key == "end of trees"
			return false, r.skipValue(end)
		}
	}
}

// trailer reads what is behind the trees: the parameters of the training, and the
// categories of pandas.
func (r *reader) trailer() error {
	parameters := false
	for !r.scan.over() {
		line, err := r.scan.text()
		if err != nil {
			return err
		}
		switch {
		case line == "parameters:":
			parameters = true
		case line == "end of parameters":
			parameters = false
		case parameters:
			r.parameter(line)
		case strings.HasPrefix(line, pandasKey):
			if err := r.categories(line); err != nil {
				return err
			}
		}
	}
	if r.scan.failed() {
		return r.scan.err
	}
	return nil
}

const pandasKey = "pandas_categorical:"

// parameter takes a line "[name: value]".
func (r *reader) parameter(line string) {
	name, value, _ := strings.Cut(strings.Trim(line, "[]"), ": ")
	switch name {
	case "boosting":
		r.model.Boosting = value
	case "categorical_feature":
		if list, ok := numbers(value); ok && len(list) > 0 {
			r.model.categorical = list
		}
	}
}

// numbers reads "0,3,17".
func numbers(text string) ([]int, bool) {
	var list []int
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			return nil, false
		}
		list = append(list, n)
	}
	return list, true
}

// finish holds the parts of the model against each other.
func (r *reader) finish(trees int, opt Options) (*Model, error) {
	m := r.model
	if r.trees >= 0 && r.trees != trees {
		return nil, r.scan.errorf("the file ends behind tree %d of %d", trees, r.trees)
	}
	if trees%m.Outputs != 0 {
		return nil, m.broken("%d trees for %d outputs", trees, m.Outputs)
	}
	m.Rounds = trees / m.Outputs
	if opt.Rounds > 0 {
		m.Rounds = min(m.Rounds, opt.Rounds)
	}
	m.Forest = r.forest.Forest()
	var err error
	m.link, err = m.linkOf()
	if m.average && !r.ends {
		m.link = nil // before 2.2, the leaves of boosting rf are what the link makes
	}
	return m, err
}

// Categories are the categories of a column that had the dtype category: strings,
// or numbers (float64, bool). The code of a category is its place.
type Categories []any

// categories reads the line that the Python package writes last: a list of
// categories for each column of the dtype category.
func (r *reader) categories(line string) error {
	return r.setCategories([]byte(strings.TrimPrefix(line, pandasKey)))
}

func (r *reader) setCategories(text []byte) error {
	var lists []Categories
	if err := json.Unmarshal(text, &lists); err != nil {
		return r.scan.errorf("pandas_categorical: %w", err)
	}
	r.model.Categories = lists
	return nil
}
