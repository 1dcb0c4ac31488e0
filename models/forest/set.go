package forest

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// A membership is the question of a Member node.
type membership struct {
	Set
	feature     int32
	missingLeft bool
}

// category is the value of a feature as nodes see it.
func (f *Forest) category(x []float64, feature int32) float64 {
	if f.Precision == Float32 {
		return float64(float32(x[feature]))
	}
	return x[feature]
}

// same says in bytes what m asks, so that equal questions are kept once.
func (m *membership) same() string {
	text := fmt.Appendf(nil, "%d %t %t %t %t %d ", m.feature, m.missingLeft, m.OtherLeft, m.Truncates, m.Known == nil, len(m.Members))
	for _, word := range append(slices.Clip(m.Members), m.Known...) {
		text = binary.LittleEndian.AppendUint32(text, word)
	}
	return string(text)
}

// right is 1 if row x goes right, and 0 otherwise.
func (m *membership) right(f *Forest, x []float64) uint32 {
	if m.left(f.category(x, m.feature)) {
		return 0
	}
	return 1
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
