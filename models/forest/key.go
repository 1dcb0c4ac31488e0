package forest

import "math"

// ordered32 maps float32 to int32 so that a < b as floats if and only if it is so
// as ints, except that -0 comes directly before +0: negative floats have their
// bits in falling order, so all but the sign are turned around.
func ordered32(v float32) int32 {
	k := int32(math.Float32bits(v))
	return k ^ int32(uint32(k>>31)>>1)
}

// ordered64 is the same for float64.
func ordered64(v float64) int64 {
	k := int64(math.Float64bits(v))
	return k ^ int64(uint64(k>>63)>>1)
}

// The keys of NaN: below and above those of all numbers, so that a node goes left
// or right whatever its threshold is.
const (
	missingLeft32, missingRight32 = math.MinInt32, math.MaxInt32
	missingLeft64, missingRight64 = math.MinInt64, math.MaxInt64
)

// bound is the largest key that does not go where those above all thresholds go.
// There is nothing between a number and
// the next, so x < t is the same as x <= the number before t.
func bound(n *Node, p Precision) int64 {
	t := n.Threshold
	switch {
	case n.Kind != Below && t == 0:
		t = 0 // not -0: +0 goes left as well
	case n.Kind == Below && t == 0:
		t = math.Copysign(0, -1) // not +0: -0 goes right as well
	}
	k, exact := ordered64(t), true
	if p == Float32 {
		k, exact = key32(t)
	}
	if n.Kind == Below && exact {
		k--
	}
	return k
}

// key32 is the key of the largest float32 that is not above t: to be at most that
// is the same for a float32. It is exact if that is t itself.
func key32(t float64) (k int64, exact bool) {
	v := float32(t)
	if float64(v) > t {
		v = math.Nextafter32(v, float32(math.Inf(-1)))
	}
	return int64(ordered32(v)), float64(v) == t
}
