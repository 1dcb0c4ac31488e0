// Package forest is the one form that every tree ensemble is brought to, and the
// engines that run it.
//
// A reader (of scikit-learn, XGBoost, …) describes its trees to a [Builder] node
// by node, in the terms of its library. The builder checks them (children in
// range, every node with one parent, no threshold that is NaN, a budget of
// nodes) and lays them out for the engines; readers never see that layout, so an
// engine can be added or changed here alone.
//
//	b := forest.NewBuilder(forest.Shape{Features: 4, Width: 3, Outputs: 3, Precision: forest.Float32})
//	err := b.Add(nodes, values, 0) // for each tree
//	f := b.Forest()
//	f.Sum(out, x)                  // adds the values of the leaves, tree by tree
//	f.Apply(ids, x)                // the leaf of each tree
//	err = f.Contributions(phi, x)  // what each feature adds: SHAP values
//
// A tree asks one question a node, and goes left on yes:
//
//	AtMost   x[Feature] <= Threshold      scikit-learn, LightGBM
//	Below    x[Feature] <  Threshold      XGBoost
//	Member   x[Feature] in a set          categories; see Set
//	Above    x[Feature] >  Threshold      CatBoost
//
// and where x[Feature] is NaN, it goes where MissingLeft says. With Float32, x is
// rounded to float32 before it is compared, and the threshold is not: that is
// how scikit-learn compares, and as float32 thresholds stand for themselves, it
// is XGBoost's way too. With ZeroMissing, which is missing_type zero of LightGBM
// (src/io/tree.h, IsZero), what is next to zero goes where NaN goes.
//
// An oblivious tree asks the same question of all nodes of a level: see
// [Builder.AddOblivious].
//
// # Engines
//
// All engines give the same bits: each adds the values of one leaf a tree, in the
// order of the trees and in the precision of Sums.
//
//   - scalar: nodes of 8 bytes, whose thresholds are integers that are ordered as
//     the floats are (float64 ones are ranks among those of their column). One row
//     goes down all trees at once, many rows down one tree after the other. It runs
//     everywhere and takes everything; categories, more than 4094 columns, or a
//     million nodes in a tree make it slower.
//   - bit-sliced: what a node answers to 64 rows is one word, and all nodes of a
//     tree are asked. It needs GOEXPERIMENT=simd at build time and AVX-512 or AVX2
//     at run time, and takes trees of up to 256 leaves and features of up to 252
//     categories.
//   - oblivious: for forests of oblivious trees alone, by row or bit-sliced by level.
//
// The engine is chosen when the forest is made: for batches, the bit-sliced one
// from that number of rows on for which it takes less time than the scalar one by
// the times in choose.go. Engine names it.
//
// Microseconds a row on one core of an AMD EPYC (Zen 4, 2 cores, a shared virtual
// machine), Go 1.26, least of many runs over rows that differ; models trained on
// 20,000 rows of 50 features, and beside them what the library's own predict
// takes for 10,000 rows with one thread:
//
//	                                      one row  AVX-512  AVX2  scalar  library
//	XGBoost 3.4, 500 trees of depth 6         6.9      1.5   3.3     8.5       11
//	LightGBM 4.7, 500 trees of 31 leaves     10.9      1.3   2.7      12       26
//	CatBoost 1.2.10, 500 trees of depth 6     8.3      0.5   1.0     8.0      1.5
//	scikit-learn 1.9, 100 trees of 10,000      17        -     -    8-13       21
//
// (AVX2 and scalar, but for the last line: of made-up trees of the same shape.)
//
// Sum runs on the goroutine that calls it, but spreads work of two milliseconds
// and more over the cores and waits for it: whoever cuts requests into windows
// need not know how long a forest takes.
package forest

// A Precision is that of the values that nodes compare.
type Precision uint8

// The precisions.
const (
	Float64 Precision = iota
	Float32           // values are rounded to the nearest float32 first
)

// A Shape is what the trees of a forest have in common.
type Shape struct {
	Features  int       // of a row of the input
	Width     int       // values that a leaf holds
	Outputs   int       // values a row that Sum adds to, at least Width
	Precision Precision // of the values that nodes compare
	Sums      Precision // of additions: with Float32, values and each sum are rounded to float32
}

// A Kind says what a node asks.
type Kind uint8

// The kinds of nodes.
const (
	Leaf Kind = iota
	AtMost
	Below
	Member
	Above
)

// A Node is one node of a tree as its library stores it. Nodes refer to each
// other by index; node 0 is the root.
type Node struct {
	Kind        Kind
	MissingLeft bool    // where NaN goes
	ZeroMissing bool    // numbers from -1e-35 to 1e-35 (as float32) go where NaN goes
	Feature     int     // not of a leaf
	Threshold   float64 // of AtMost and Below
	Left, Right int     // not of a leaf
	Set         *Set    // of Member
	Leaf        int     // of a leaf: its values are values[Leaf*Width:][:Width]
	ID          int     // of a leaf: what Apply answers
	Cover       float64 // weight of the training rows that came here; 0 if unknown
}

// A Set says which way categories go. A category is the value rounded towards
// zero. Members go left and all other known ones right; what is negative or not
// known goes where OtherLeft says. The sets of bits have bit c%32 of word c/32
// for category c; a forest keeps them.
//
// XGBoost: the categories of a node are Known and go right, there are no Members,
// and OtherLeft is set. LightGBM: the categories are Members, all are known, and
// Truncates is set.
type Set struct {
	Members   []uint32
	Known     []uint32 // nil if all are known
	OtherLeft bool
	Truncates bool // values above -1 are category 0, not negative
}
