package forest

import (
	"math"
	"math/bits"
)

// maxCodes is how many categories, missing and others counted in, the
// bit-sliced engine tells apart of one feature, and maxCategory the largest.
const (
	maxCodes    = 256
	maxCategory = 1 << 20
)

// Codes of what is no category that a set names.
const (
	codeMissing = iota
	codeNegative
	codeFraction // above -1 and below 0
	codeOther
	firstCode
)

// A coding gives the categories of a feature that sets name codes of a byte: what
// has the same code is the same to all sets.
type coding struct {
	feature    int32
	codes      []uint8 // of categories; codeOther for those that no set names
	categories []float64
}

// A setPlane is a question about a category: bit c%8 of byte c/8 is set if code c
// goes right. Its plane is 1 for rows that go right.
type setPlane struct {
	coding int32
	right  [maxCodes / 8]uint8
}

// A codePlanes is what rows of a tile have of a coding, prepared for a lookup of
// bits by bytes: the code's byte in the lower or upper half of right, 0x80 where
// it is in the other one, and the bit there.
type codePlanes struct{ low, high, bit [tile]uint8 }

// addSets makes a coding for each feature that sets ask for, and the plane of
// each set. It is false if there are too many categories.
func (s *sliced) addSets(sets []membership) bool {
	places := map[int32]int{}
	for i := range sets {
		at, ok := places[sets[i].feature]
		if !ok {
			at = len(s.codings)
			places[sets[i].feature] = at
			s.codings = append(s.codings, newCoding(sets[i].feature))
		}
		if !s.codings[at].add(sets[i].Members) || !s.codings[at].add(sets[i].Known) {
			return false
		}
	}
	for i := range sets {
		at := places[sets[i].feature]
		s.sets = append(s.sets, s.codings[at].plane(int32(at), &sets[i]))
	}
	return true
}

func newCoding(feature int32) coding {
	return coding{feature: feature, categories: []float64{math.NaN(), -1, -0.5, math.Inf(1)}}
}

// add gives codes to categories that have none.
func (c *coding) add(set []uint32) bool {
	for i, word := range set {
		for ; word != 0; word &= word - 1 {
			category := 32*i + bits.TrailingZeros32(word)
			if category >= maxCategory {
				return false
			}
			for len(c.codes) <= category {
				c.codes = append(c.codes, codeOther)
			}
			if c.codes[category] != codeOther {
				continue
			}
			if len(c.categories) == maxCodes {
				return false
			}
			c.codes[category] = uint8(len(c.categories))
			c.categories = append(c.categories, float64(category))
		}
	}
	return true
}

// plane asks a set which way each code goes.
func (c *coding) plane(at int32, set *membership) setPlane {
	p := setPlane{coding: at}
	for code, v := range c.categories {
		if !set.left(v) {
			p.right[code/8] |= 1 << (code % 8)
		}
	}
	return p
}

func (c *coding) code(v float64) uint8 {
	switch {
	case v != v:
		return codeMissing
	case v <= -1:
		return codeNegative
	case v < 0:
		return codeFraction
	case v < float64(len(c.codes)):
		return c.codes[int(v)]
	}
	return codeOther
}

// fill prepares the codes of rows.
func (p *codePlanes) fill(f *Forest, c *coding, x []float64) {
	for r := range min(len(x)/f.Features, tile) {
		code := c.code(f.category(x[r*f.Features:], c.feature))
		p.bit[r] = 1 << (code % 8)
		p.low[r], p.high[r] = code/8, 0x80
		if code >= maxCodes/2 {
			p.low[r], p.high[r] = 0x80, code/8-maxCodes/16
		}
	}
}
