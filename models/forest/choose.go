package forest

import (
	"fmt"
	"math/bits"
	"runtime"
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
	noTableTime  = 30  // and what it takes longer for one with more than tableLeaves
	tableLeaves  = 64
	halfSlowdown = 2 // of kernels for 32 rows
)

// scalarTime is what the scalar engine takes for a row.
func (f *Forest) scalarTime() float64 {
	time := float64(len(f.columns)) * keyTime
	for _, t := range f.oblivious {
		time += float64(t.depth) * bitTime
	}
	for i := range f.trees {
		leaves := f.lastLeaf(i) - int(f.trees[i].leaf)
		time += float64(bits.Len(uint(leaves))) * stepTime
	}
	return time
}

// tileTime is what the bit-sliced engine takes for a tile.
func (s *sliced) tileTime() float64 {
	time := 0.0
	for i := range s.trees {
		t := &s.trees[i]
		time += float64(t.count)*sliceTime + tableTime
		if !s.oblivious {
			time += float64(t.leaves) * leafTime
		}
		if t.leaves > tableLeaves {
			time += noTableTime
		}
	}
	if s.kernels.half {
		time *= halfSlowdown
	}
	return time + float64(len(s.planes)+len(s.sets))*planeTime
}

// choose decides from how many rows on a tile is worth it, and gives the engine
// up if it never is.
func (f *Forest) choose() {
	f.rowTime = f.scalarTime()
	if f.sliced == nil {
		return
	}
	time := f.sliced.tileTime()
	f.sliced.least = int(time/f.rowTime) + 1
	if f.sliced.least > tile {
		f.sliced = nil
		return
	}
	f.rowTime = time / tile
}

// partTime is the least work, in nanoseconds, that a goroutine is started for: a
// core that sleeps takes some ten thousand until it runs.
const partTime = 1e6

// parts is how many goroutines share the work on so many rows.
func (f *Forest) parts(rows int) int {
	work := int(float64(rows) * f.rowTime / partTime)
	return min(work, runtime.GOMAXPROCS(0))
}

// Engine names what runs.
func (f *Forest) Engine() string {
	name := "scalar"
	if f.oblivious != nil {
		name = "oblivious"
	}
	if f.sliced == nil {
		return name
	}
	return fmt.Sprintf("%s from %d rows, else %s", f.sliced.kernels.name, f.sliced.least, name)
}

// Summary tells of the forest for the outline of a model: its size, and what runs
// on this machine.
func (f *Forest) Summary() string {
	size := fmt.Sprintf("depth %d · %d nodes", f.Depth(), f.Nodes())
	if f.Trees() == 1 {
		return "1 tree · " + size
	}
	return strconv.Itoa(f.Trees()) + " trees · " + size + " · " + f.Engine()
}
