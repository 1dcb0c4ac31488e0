// Package forest is the one form that every tree ensemble is brought to, and the
// engine that runs it.
//
// A reader (of scikit-learn, XGBoost, …) describes its trees to a [Builder] node
// by node, in the terms of its library. The builder checks them (children in
// range, every node with one parent, no threshold that is NaN, a budget of
// nodes) and lays them out for the engine; readers never see that layout, so an
// engine can be added or changed here alone.
//
//	b := forest.NewBuilder(forest.Shape{Features: 4, Width: 3, Outputs: 3, Precision: forest.Float32})
//	err := b.Add(nodes, values, 0) // for each tree
//	f := b.Forest()
//	f.Sum(out, x)                  // adds the values of the leaves, tree by tree
//	f.Apply(ids, x)                // the leaf of each tree
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
