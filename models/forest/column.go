package forest

import "math"

// A column is a feature as some nodes see it, where missing values have the key
// that sends them their way.
type column struct {
	feature                  int32
	missingLeft, zeroMissing bool
}

// nearZero is kZeroThreshold of LightGBM (include/LightGBM/meta.h).
const nearZero = float64(float32(1e-35))

func (c *column) missing(v float64) bool {
	return v != v || c.zeroMissing && math.Abs(v) <= nearZero
}

func (c *column) key32(x []float64) int32 {
	v := x[c.feature]
	switch {
	case !c.missing(v):
		return ordered32(float32(v))
	case c.missingLeft:
		return missingLeft32
	}
	return missingRight32
}

func (c *column) key64(x []float64) int64 {
	v := x[c.feature]
	switch {
	case !c.missing(v):
		return ordered64(v)
	case c.missingLeft:
		return missingLeft64
	}
	return missingRight64
}

// keys32 are the keys of one column for rows of a tile.
func (c *column) keys32(to *[tile]int32, features int, x []float64) {
	for r := range min(len(x)/features, tile) {
		v := x[r*features:][c.feature]
		to[r] = ordered32(float32(v))
		if v != v || c.zeroMissing {
			to[r] = c.key32(x[r*features:])
		}
	}
}

func (c *column) keys64(to *[tile]int64, features int, x []float64) {
	for r := range min(len(x)/features, tile) {
		v := x[r*features:][c.feature]
		to[r] = ordered64(v)
		if v != v || c.zeroMissing {
			to[r] = c.key64(x[r*features:])
		}
	}
}

// rank is how many of the sorted bounds are below key. Which half to take is
// computed, not jumped.
func rank(bounds []int64, key int64) int32 {
	at, n := 0, len(bounds)
	for n > 1 {
		half := n / 2
		next := at + half
		if bounds[next-1] < key {
			at = next
		}
		n -= half
	}
	if n == 1 && bounds[at] < key {
		at++
	}
	return int32(at)
}

// rowWidth is the number of keys that nodes see of a row. The first is below all
// bounds: leaves ask it, and lead back to themselves.
func (f *Forest) rowWidth() int { return len(f.columns) + 1 }

// keys writes rowWidth keys for each row: the values themselves, brought to
// integers, or how many bounds of its column a float64 is above. Behind them is
// room, so that any row is the beginning of an array of slots.
func (f *Forest) keys(dst []int32, x []float64) []int32 {
	width := f.rowWidth()
	dst = resize(dst, len(x)/f.Features*width+slots)
	for row := dst; len(x) > 0; row, x = row[width:], x[f.Features:] {
		row[0] = math.MinInt32
		for i := range f.columns {
			c := &f.columns[i]
			if f.Precision == Float32 {
				row[i+1] = c.key32(x)
			} else {
				row[i+1] = rank(f.bounds[i], c.key64(x))
			}
		}
	}
	return dst
}

// resize makes a slice of n elements, of s if it has room. What they hold is not
// defined.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
