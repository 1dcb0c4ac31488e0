package catboost

import (
	"fmt"

	"github.com/copal-ml/copal/models"
)

// A document is what a file says, before it is checked and compiled: TModelCore of
// catboost/libs/model/flatbuffers/model.fbs, or the same in JSON.
type document struct {
	format string
	info   map[string]string

	outputs    int
	floats     []floatFeature
	categories []categoricalFeature
	oneHots    []oneHot
	ctrs       []ctr
	unknown    string // a feature of text or of an embedding, if there is one

	splits        []int32 // of the binary features: all borders, then values, then borders of ctrs
	sizes, starts []int32 // of trees, in splits
	leaves        []float64
	weights       []float64

	steps []step   // of trees that are not symmetric, beside splits
	ends  []uint32 // where leaves of these have their values

	scale float64
	bias  []float64

	tables map[string]*ctrTable // by ctr.key
}

type floatFeature struct {
	index, flat int
	name        string
	borders     []float32
	missing     int  // what NaN answers: asIs, asFalse, asTrue
	hasMissing  bool // there were some in training
}

// NaN is above no border, unless the feature has it above all.
const asTrue = 2

type categoricalFeature struct {
	index, flat int
	name        string
}

// oneHot is a categorical feature of few categories: the trees ask for each.
type oneHot struct {
	index  int // of a categorical feature
	values []int32
}

// A step says how far behind a node its children are; 0 where it ends.
type step struct{ left, right int }

// A ctr is a number that stands for a category, or for a combination of features:
// what the target was on average, or how frequent it is (TModelCtr).
type ctr struct {
	kind        int // ECtrType
	combination combination
	border      int // TargetBorderIdx
	prior       [2]float32
	shift       float32
	scale       float32
	borders     []float32
	key         string
}

// The kinds of ctr (ctr_data.fbs).
const (
	ctrBorders = iota
	ctrBuckets
	ctrBinarizedMean
	ctrFloatMean
	ctrCounter
	ctrFrequency
)

var ctrNames = []string{"Borders", "Buckets", "BinarizedTargetMeanValue", "FloatTargetMeanValue", "Counter", "FeatureFreq"}

// A combination is what a ctr is of.
type combination struct {
	categories []int32
	floats     []floatSplit
	oneHots    []oneHotSplit
}

type floatSplit struct {
	feature int
	border  float32
}

type oneHotSplit struct {
	feature int
	value   int32
}

// key tells the table of a ctr: two ctrs of one combination can share it.
func (c *combination) key(kind int) string { return fmt.Sprint(kind, *c) }

// A ctrTable has the counts of each combination of values that training saw.
type ctrTable struct {
	index       hashIndex
	counts      []int32 // classes for each; of means, the bits of a float32 sum and a count
	classes     int
	denominator int32
}

func (d *document) broken(format string, args ...any) error {
	return &models.FormatError{Format: d.format, Offset: -1, Text: fmt.Sprintf(format, args...)}
}

// because is broken with a cause.
func (d *document) because(err error, format string, args ...any) error {
	return &models.FormatError{Format: d.format, Offset: -1, Text: fmt.Sprintf(format, args...), Err: err}
}
