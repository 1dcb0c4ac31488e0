package catboost

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/forest"
)

// A compiler makes a Model of a document.
type compiler struct {
	*document
	model   *Model
	floats  map[int]*floatFeature // by index
	flats   map[int]int           // of a categorical feature by its index: of the row
	splits  []split               // all binary features, in the order of the file
	columns map[columnKey]int     // in model.computed, of what trees ask
	builder *forest.Builder
}

// A split is a binary feature: a column is above a border.
type split struct {
	kind   columnKind
	item   int // in document.floats, oneHots or ctrs
	value  int // of a oneHot
	border float32
	sure   bool // NaN is above the border
}

// compile checks what the document says, and makes a model of it.
func (d *document) compile() (*Model, error) {
	c := &compiler{document: d, model: &Model{Format: d.format, Version: d.version(), Outputs: d.outputs, scale: d.scale},
		floats: map[int]*floatFeature{}, flats: map[int]int{}, columns: map[columnKey]int{}}
	for _, step := range []func() error{c.checkShape, c.features, c.binaryFeatures, c.forest, c.labels} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return c.model, nil
}

func (c *compiler) checkShape() error {
	d := c.document
	switch {
	case d.outputs < 1 || d.outputs > maxOutputs:
		return d.broken("a model of %d outputs", d.outputs)
	case len(d.bias) > 1 && len(d.bias) != d.outputs:
		return d.broken("a bias of %d numbers for %d outputs", len(d.bias), d.outputs)
	case len(d.weights) > 0 && len(d.weights)*d.outputs != len(d.leaves):
		return d.broken("%d weights for %d leaf values of %d outputs", len(d.weights), len(d.leaves), d.outputs)
	case len(d.starts) != 0 && len(d.starts) != len(d.sizes):
		return d.broken("%d sizes and %d starts of trees", len(d.sizes), len(d.starts))
	}
	if len(d.bias) == 1 && d.outputs > 1 {
		if d.bias[0] != 0 {
			return d.broken("one bias for %d outputs", d.outputs)
		}
		d.bias = nil
	}
	if len(d.bias) > 0 {
		c.model.bias = d.bias
	}
	return nil
}

// features finds the place of each feature in a row, and their names.
func (c *compiler) features() error {
	names := map[int]string{}
	place := func(flat int, name string) error {
		if _, twice := names[flat]; twice || flat < 0 || flat >= maxFeatures {
			return c.broken("a feature has the place %d in rows", flat)
		}
		names[flat] = name
		c.model.Features = max(c.model.Features, flat+1)
		return nil
	}
	for i := range c.document.floats {
		f := &c.document.floats[i]
		if err := place(f.flat, f.name); err != nil {
			return err
		}
		c.floats[f.index] = f
	}
	for _, f := range c.categories {
		if err := place(f.flat, f.name); err != nil {
			return err
		}
		c.flats[f.index] = f.flat
	}
	if c.model.Features == 0 {
		return c.broken("a model without features")
	}
	// Each feature is in the file, used or not: what is beyond has no place.
	if c.model.Features > len(names)+1<<12 {
		return c.broken("a feature has the place %d, and there are %d", c.model.Features-1, len(names))
	}
	if len(c.categories) > 0 {
		c.model.Categorical = make([]bool, c.model.Features)
		for _, f := range c.categories {
			c.model.Categorical[f.flat] = true
		}
	}
	c.names(names)
	return nil
}

// names keeps the names of features, if they are not their numbers, as old
// releases call those that have none.
func (c *compiler) names(names map[int]string) {
	list, own := make([]string, c.model.Features), false
	for i := range list {
		number := orNumber("", i)
		if list[i] = names[i]; list[i] == "" {
			list[i] = number
		}
		own = own || list[i] != number
	}
	if own {
		c.model.Names = list
	}
}

// binaryFeatures lists what trees can ask: the borders of all numbers, the values
// of categories, the borders of all ctrs (TModelTrees::UpdateRuntimeData).
func (c *compiler) binaryFeatures() error {
	for i := range c.document.floats {
		f := &c.document.floats[i]
		for _, border := range f.borders {
			c.splits = append(c.splits, split{kind: columnFloat, item: i, border: border, sure: f.hasMissing && f.missing == asTrue})
		}
	}
	for i, f := range c.oneHots {
		if _, ok := c.flats[f.index]; !ok {
			return c.broken("values of the categorical feature %d, which is not there", f.index)
		}
		for k := range f.values {
			c.splits = append(c.splits, split{kind: columnOneHot, item: i, value: k, border: 0.5})
		}
	}
	for i := range c.ctrs {
		for _, border := range c.ctrs[i].borders {
			c.splits = append(c.splits, split{kind: columnCtr, item: i, border: border})
		}
	}
	for _, s := range c.splits {
		if math.IsNaN(float64(s.border)) {
			return c.broken("a border is NaN")
		}
	}
	return nil
}

// forest brings the trees to the form of all ensembles. Rows are their input as
// they are, unless trees ask for what must be computed.
func (c *compiler) forest() error {
	if err := c.layOut(); err != nil {
		return err
	}
	width := c.model.Features
	if c.model.computed != nil {
		width = len(c.model.computed)
	}
	c.builder = forest.NewBuilder(forest.Shape{Features: width, Width: c.outputs, Outputs: c.outputs, Precision: forest.Float32})
	c.model.symmetric = len(c.steps) == 0
	if err := c.trees(); err != nil {
		return err
	}
	c.model.Forest = c.builder.Forest()
	return nil
}

// trees adds all trees, whose splits and leaves lie one behind the other.
func (c *compiler) trees() error {
	add := c.addSymmetric
	if len(c.steps) > 0 {
		if len(c.steps) != len(c.document.splits) || len(c.ends) != len(c.steps) {
			return c.broken("%d splits, %d nodes and %d ends of trees that are not symmetric", len(c.document.splits), len(c.steps), len(c.ends))
		}
		add = c.addNodes
	}
	at, leaf := 0, 0
	for i, size := range c.sizes {
		if len(c.starts) > 0 && int(c.starts[i]) != at {
			return c.broken("tree %d begins at the split %d, and the one before ends at %d", i, c.starts[i], at)
		}
		if size < 0 || int(size) > len(c.document.splits)-at {
			return c.broken("tree %d has %d splits, and %d are left", i, size, len(c.document.splits)-at)
		}
		n, err := add(at, int(size), leaf)
		if err != nil {
			return c.tree(i, err)
		}
		at, leaf = at+int(size), leaf+n
	}
	return nil
}

func (c *compiler) tree(i int, err error) error {
	if _, ok := err.(*models.FormatError); ok {
		return err
	}
	return c.because(err, "tree %d", i)
}

// addSymmetric adds a tree of so many levels, and returns the number of its leaves.
func (c *compiler) addSymmetric(at, size, leaf int) (int, error) {
	const most = 16
	if size > most {
		return 0, c.broken("a tree of depth %d, more than %d", size, most)
	}
	leaves := 1 << size
	if (leaf+leaves)*c.outputs > len(c.leaves) {
		return 0, c.broken("%d leaf values, too few for the trees", len(c.leaves))
	}
	levels := make([]forest.Node, size)
	for i := range levels {
		var err error
		if levels[i], err = c.question(at + i); err != nil {
			return 0, err
		}
	}
	var weights []float64
	if len(c.weights) > 0 {
		weights = c.weights[leaf:][:leaves]
	}
	return leaves, c.builder.AddOblivious(levels, c.leaves[leaf*c.outputs:][:leaves*c.outputs], 0, weights...)
}

// question is what split i of the trees asks, with yes to the left.
func (c *compiler) question(i int) (forest.Node, error) {
	s, err := c.split(i)
	if err != nil {
		return forest.Node{}, err
	}
	return forest.Node{Kind: forest.Above, Feature: c.column(s), Threshold: float64(s.border), MissingLeft: s.sure}, nil
}

func (c *compiler) split(i int) (*split, error) {
	n := c.document.splits[i]
	if n < 0 || int(n) >= len(c.splits) {
		return nil, c.broken("a tree asks for the split %d of %d", n, len(c.splits))
	}
	return &c.splits[n], nil
}
