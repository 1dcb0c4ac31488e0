package forest

import "math"

// A membership is the question of a Member node.
type membership struct {
	Set
	feature     int32
	missingLeft bool
}

func (m *membership) left(v float64) bool {
	switch {
	case math.IsNaN(v):
		return m.missingLeft
	case v < 0 && (v <= -1 || !m.Truncates):
		return m.OtherLeft
	}
	c := uint64(math.MaxUint64)
	if v < 1<<53 {
		c = uint64(max(v, 0))
	}
	switch {
	case has(m.Members, c):
		return true
	case m.Known == nil || has(m.Known, c):
		return false
	}
	return m.OtherLeft
}

func has(bits []uint32, c uint64) bool {
	return c/32 < uint64(len(bits)) && bits[c/32]>>(c%32)&1 == 1
}
