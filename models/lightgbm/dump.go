package lightgbm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
)

// A dump is what Booster.dump_model makes: the model as JSON
// (GBDT::DumpModel, Tree::NodeToJSON).
type dump struct {
	Name      string          `json:"name"`
	Version   string          `json:"version"`
	Classes   int             `json:"num_class"`
	PerRound  int             `json:"num_tree_per_iteration"`
	Largest   *int            `json:"max_feature_idx"`
	Objective string          `json:"objective"`
	Average   *bool           `json:"average_output"`
	Names     []string        `json:"feature_names"`
	Trees     []dumpTree      `json:"tree_info"`
	Pandas    json.RawMessage `json:"pandas_categorical"`
	Infos     map[string]struct {
		Values []int `json:"values"`
	} `json:"feature_infos"`
}

type dumpTree struct {
	Leaves int       `json:"num_leaves"`
	Root   *dumpNode `json:"tree_structure"`
}

// A dumpNode is a leaf unless it has children.
type dumpNode struct {
	Feature     int             `json:"split_feature"`
	Threshold   json.RawMessage `json:"threshold"` // a number, or categories: "0||2"
	Decision    string          `json:"decision_type"`
	DefaultLeft bool            `json:"default_left"`
	Missing     string          `json:"missing_type"`
	Count       *int32          `json:"internal_count"`
	Left        *dumpNode       `json:"left_child"`
	Right       *dumpNode       `json:"right_child"`

	Leaf      int      `json:"leaf_index"`
	Value     float64  `json:"leaf_value"`
	LeafCount *int32   `json:"leaf_count"`
	Constant  *float64 `json:"leaf_const"` // of linear trees
}

func readDump(src io.Reader, opt Options) (*Model, error) {
	var d dump
	dec := json.NewDecoder(src)
	if err := dec.Decode(&d); err != nil {
		return nil, dumpError(dec, err)
	}
	m := &Model{Format: formatJSON, Version: d.Version, Objective: d.Objective, Names: d.Names, counted: true,
		Outputs: max(d.PerRound, 1)}
	if d.Average == nil {
		return nil, &models.UnsupportedError{Feature: "JSON that does not tell the objective, as LightGBM wrote it up to 2.2,", Offset: -1,
			Hint: "Save the model as text, with Booster.save_model."}
	}
	m.average = *d.Average
	if d.Largest != nil {
		m.Features = *d.Largest + 1
	}
	if m.Features < 1 || m.Features > maxFeatures || m.Outputs > maxOutputs {
		return nil, m.broken("%d features and %d outputs", m.Features, m.Outputs)
	}
	r := &reader{scan: newScanner(strings.NewReader("")), model: m, trees: -1, ends: true}
	if err := r.checkHeader(); err != nil {
		return nil, m.broken("%d feature_names for %d features", len(d.Names), m.Features)
	}
	for i, name := range d.Names {
		if len(d.Infos[name].Values) > 0 {
			m.categorical = append(m.categorical, i)
		}
	}
	if len(d.Pandas) > 0 {
		if err := r.setCategories(d.Pandas); err != nil {
			return nil, m.broken("pandas_categorical is not a list of lists")
		}
	}
	r.begin()
	for i := range d.Trees {
		if opt.Rounds > 0 && i >= opt.Rounds*m.Outputs {
			break
		}
		err := r.dumped(&d.Trees[i], i)
		if errors.Is(err, errLinearDump) {
			return nil, &models.UnsupportedError{Feature: errLinearDump.Error(), Offset: -1, Hint: "Save the model as text, with Booster.save_model."}
		}
		if err != nil {
			return nil, m.broken("tree %d: %v", i, textOf(err))
		}
	}
	return r.finish(len(d.Trees), opt)
}

var errLinearDump = errors.New("a linear tree in JSON")

// dumpError gives an error of encoding/json its place.
func dumpError(dec *json.Decoder, err error) error {
	e := &models.FormatError{Format: formatJSON, Offset: dec.InputOffset(), Text: "this is not a model", Err: err}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		e.Offset = syntax.Offset
	case errors.As(err, &kind):
		e.Offset = kind.Offset
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Text, e.Err = "the file ends too early", nil
	}
	return e
}

// textOf is what an error of the text form says, without a place that JSON does
// not have.
func textOf(err error) string {
	var e *models.FormatError
	if errors.As(err, &e) {
		return e.Text
	}
	return err.Error()
}

// dumped brings a tree into the arrays of the text form.
func (r *reader) dumped(d *dumpTree, number int) error {
	t := &r.t
	t.reset()
	if d.Root == nil {
		return errors.New("there is no tree_structure")
	}
	t.leaves = 1
	if inner := d.Root.inner(); inner > 0 {
		t.leaves = inner + 1
	}
	t.grow()
	w := dumpWalk{r: r, seen: make([]bool, t.leaves)}
	if _, err := w.node(d.Root); err != nil {
		return err
	}
	if r.words += len(t.words); r.words > maxWords {
		return errWords
	}
	if w.uncounted {
		t.count, t.leafCount = nil, nil
	}
	return first(r.checkTree(), r.addLinear(number), r.plant(number%r.model.Outputs))
}

// inner is the number of inner nodes below and with n.
func (n *dumpNode) inner() int {
	if n == nil || n.Left == nil {
		return 0
	}
	return 1 + n.Left.inner() + n.Right.inner()
}

// grow makes room for the nodes of the tree.
func (t *tree) grow() {
	inner := t.leaves - 1
	t.feature, t.left, t.right = make([]int32, inner), make([]int32, inner), make([]int32, inner)
	t.kind, t.threshold, t.count = make([]int32, inner), make([]float64, inner), make([]int32, inner)
	t.value, t.leafCount, t.constant = make([]float64, t.leaves), make([]int32, t.leaves), make([]float64, t.leaves)
	t.bounds, t.words, t.sizes = []int32{0}, nil, make([]int32, t.leaves)
}

// A dumpWalk fills the arrays of a tree, inner nodes in the order of the text form.
type dumpWalk struct {
	r         *reader
	next      int    // inner node
	seen      []bool // leaves
	uncounted bool
}

// node returns the number of n as a child. Nodes are as deep as JSON is nested,
// which encoding/json bounds.
func (w *dumpWalk) node(n *dumpNode) (int32, error) {
	if n == nil {
		return 0, errors.New("a node has one child")
	}
	if n.Left == nil && n.Right == nil {
		return w.leaf(n)
	}
	t, i := &w.r.t, w.next
	w.next++
	if i >= len(t.feature) {
		return 0, errors.New("a node has one child")
	}
	t.feature[i] = int32(n.Feature)
	if n.Count != nil {
		t.count[i] = *n.Count
	} else {
		w.uncounted = true
	}
	if err := t.question(i, n); err != nil {
		return 0, err
	}
	var err error
	if t.left[i], err = w.node(n.Left); err != nil {
		return 0, err
	}
	t.right[i], err = w.node(n.Right)
	return int32(i), err
}

func (w *dumpWalk) leaf(n *dumpNode) (int32, error) {
	t, i := &w.r.t, n.Leaf
	if i < 0 || i >= t.leaves || w.seen[i] {
		return 0, errors.New("leaves are not numbered from 0 on")
	}
	w.seen[i] = true
	t.value[i] = n.Value
	if n.LeafCount != nil {
		t.leafCount[i] = *n.LeafCount
	} else {
		w.uncounted = true
	}
	if n.Constant != nil {
		return 0, errLinearDump
	}
	return ^int32(i), nil
}

// unavoided undoes AvoidInf (LightGBM, include/LightGBM/utils/common.h), which dumps
// the infinite bound of the last bin as 1e300.
func unavoided(threshold float64) float64 {
	const most = 1e300
	if math.Abs(threshold) >= most {
		return math.Inf(int(math.Copysign(1, threshold)))
	}
	return threshold
}

// question brings the threshold and the kind of node i.
func (t *tree) question(i int, n *dumpNode) error {
	if n.DefaultLeft {
		t.kind[i] |= goesLeft
	}
	switch n.Missing {
	case "Zero":
		t.kind[i] |= missingZero << missingShift
	case "NaN":
		t.kind[i] |= missingNaN << missingShift
	}
	switch n.Decision {
	case "<=":
		err := json.Unmarshal(n.Threshold, &t.threshold[i])
		t.threshold[i] = unavoided(t.threshold[i])
		return err
	case "==":
		var text string
		if err := json.Unmarshal(n.Threshold, &text); err != nil {
			return err
		}
		t.kind[i] |= isCategorical
		t.threshold[i] = float64(len(t.bounds) - 1)
		return t.addSet(text)
	}
	return errors.New("decision_type is " + strconv.Quote(n.Decision))
}

// maxWords bounds the sets of categories of a dump, which are as large as their
// largest number and not as their text.
const maxWords = 1 << 22

var errWords = fmt.Errorf("the sets of categories take more than %d MB", maxWords>>18)

// addSet adds the categories "0||2||5".
func (t *tree) addSet(text string) error {
	if len(t.words) > maxWords {
		return errWords
	}
	from := len(t.words)
	for _, word := range strings.Split(text, "||") {
		if word == "" {
			continue
		}
		c, err := strconv.ParseUint(word, 10, 24)
		if err != nil {
			return errors.New("a set of categories is " + strconv.Quote(text))
		}
		if missing := from + int(c/32) + 1 - len(t.words); missing > 0 {
			t.words = append(t.words, make([]int32, missing)...)
		}
		t.words[from+int(c/32)] |= int32(uint32(1) << (c % 32))
	}
	t.bounds = append(t.bounds, int32(len(t.words)))
	return nil
}
