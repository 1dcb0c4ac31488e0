package forest

import (
	"math/bits"
	"strconv"
)

// What the engines take, in nanoseconds on an AMD EPYC of the Zen 4 kind, by which
// it is decided which one runs. They need not be exact: around the number of rows
// where both take the same, both are good.
const (
	keyTime  = 4   // to bring one value of a row to an integer
	stepTime = 1.6 // of the scalar engine, for one row and node
	bitTime  = 1.5 // of the scalar engine, for one row and level of an oblivious tree

	planeTime    = 250 // of the bit-sliced engine for a tile: to rank the values of a plane
	sliceTime    = 1.3 // for a node
	leafTime     = 0.7 // for a leaf
	tableTime    = 15  // to add the values of a tree with few leaves
	noTableTime  = 45  // and of one with many
	tableLeaves  = 64
	avx2Slowdown = 2
)

// choose decides from how many rows on a tile is worth it, and gives the engine
// up if it never is.
func (f *Forest) choose() {
	tileTime, rowTime := 0.0, float64(len(f.columns))*keyTime
	for i := range f.sliced.trees {
		t := &f.sliced.trees[i]
		tileTime += float64(t.count) * sliceTime
		depth := float64(bits.Len(uint(t.leaves)))
		if f.sliced.oblivious {
			rowTime += depth * bitTime
		} else {
			rowTime += depth * stepTime
			tileTime += float64(t.leaves) * leafTime
		}
		if t.leaves <= tableLeaves {
			tileTime += tableTime
		} else {
			tileTime += noTableTime
		}
	}
	if f.sliced.kernels.half {
		tileTime *= avx2Slowdown
	}
	tileTime += float64(len(f.sliced.planes)+len(f.sliced.sets)) * planeTime
	if f.sliced.least = int(tileTime/rowTime) + 1; f.sliced.least > tile {
		f.sliced = nil
	}
}

// Engine names what runs.
func (f *Forest) Engine() string {
	name := "scalar"
	if f.oblivious != nil {
		name = "scalar, oblivious"
	}
	if f.sliced == nil {
		return name
	}
	return f.sliced.kernels.name + " from " + strconv.Itoa(f.sliced.least) + " rows, " + name
}
