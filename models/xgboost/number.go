package xgboost

import (
	"math"
	"strconv"
)

// parseFloat32 reads a decimal number as the nearest float32. XGBoost writes the
// shortest digits that name a float32, so nearly all are read without strconv.
func parseFloat32(word []byte) (float32, bool) {
	if v, ok := shortFloat(word); ok {
		return v, true
	}
	switch string(word) {
	case "NaN":
		return float32(math.NaN()), true
	case "true":
		return 1, true
	case "false":
		return 0, true
	}
	v, err := strconv.ParseFloat(string(word), 32)
	if err != nil && !math.IsInf(v, 0) {
		return 0, false
	}
	return float32(v), true
}

// shortFloat reads up to 15 digits and an exponent of up to 22: both are exact
// in float64, so their product is rounded once, and is that of strconv unless it
// lies in the middle between two float32, or among the subnormal ones.
func shortFloat(word []byte) (float32, bool) {
	digits, exponent, negative, ok := decimal(word)
	if !ok || exponent < -22 || exponent > 22 {
		return 0, false
	}
	v := float64(digits)
	if exponent < 0 {
		v /= powersOfTen[-exponent]
	} else {
		v *= powersOfTen[exponent]
	}
	const half = 1 << 28 // the bits of float64 below float32, at their middle
	if digits != 0 && (v < 0x1p-126 || math.Float64bits(v)&(2*half-1) == half) {
		return 0, false
	}
	if negative {
		v = -v
	}
	return float32(v), true
}

// decimal splits a number into at most 15 digits and a power of ten.
func decimal(word []byte) (digits uint64, exponent int, negative, ok bool) {
	i := 0
	if i < len(word) && word[i] == '-' {
		negative, i = true, 1
	}
	first, point := i, -1
	for ; i < len(word); i++ {
		c := word[i]
		if c == '.' && point < 0 {
			point = i
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		digits = 10*digits + uint64(c-'0')
	}
	count := i - first
	if point >= 0 {
		count--
		exponent = point + 1 - i
	}
	if count < 1 || count > 15 {
		return 0, 0, false, false
	}
	if i < len(word) && (word[i] == 'E' || word[i] == 'e') {
		e, ok := smallInteger(trimPlus(word[i+1:]))
		return digits, exponent + int(e), negative, ok
	}
	return digits, exponent, negative, i == len(word)
}

func trimPlus(word []byte) []byte {
	if len(word) > 1 && word[0] == '+' && word[1] != '-' {
		return word[1:]
	}
	return word
}

var powersOfTen = [23]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}
