package codec

import (
	"math"
	"strconv"
	"unsafe"
)

// pow10 are the powers of ten that float64 holds exactly.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// number reads the JSON number (RFC 8259 section 6) that starts at b[i] and
// returns it correctly rounded, with the offset behind it. A number beyond the
// range of float64 is an infinity, as in Python. ok is false if there is none.
func number(b []byte, i int) (f float64, end int, ok bool) {
	start := i
	if i < len(b) && b[i] == '-' {
		i++
	}
	var mant uint64
	first := i
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		mant = mant*10 + uint64(b[i]-'0')
	}
	digits := i - first
	if digits == 0 || digits > 1 && b[first] == '0' {
		return 0, i, false
	}
	exp := 0
	if i < len(b) && b[i] == '.' {
		i++
		point := i
		for ; i < len(b) && b[i]-'0' <= 9; i++ {
			mant = mant*10 + uint64(b[i]-'0')
		}
		exp = point - i
		if exp == 0 {
			return 0, i, false
		}
		digits -= exp
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		var e int
		if e, i, ok = exponent(b, i+1); !ok {
			return 0, i, false
		}
		exp += e
	}
	// Both operands of one division or multiplication are exact, so the result
	// is correctly rounded (Clinger, "How to Read Floating Point Numbers
	// Accurately", 1990). 19 digits do not overflow mant.
	if digits <= 19 && mant < 1<<53 && exp >= -22 && exp <= 22 {
		f = float64(mant)
		if exp < 0 {
			f /= pow10[-exp]
		} else {
			f *= pow10[exp]
		}
		if b[start] == '-' {
			f = -f
		}
		return f, i, true
	}
	f, _ = strconv.ParseFloat(view(b[start:i]), 64) // its only error here is the range
	return f, i, true
}

// exponent reads the digits and sign behind an e. Beyond any float it saturates.
func exponent(b []byte, i int) (e, end int, ok bool) {
	neg := false
	if i < len(b) && (b[i] == '+' || b[i] == '-') {
		neg = b[i] == '-'
		i++
	}
	first := i
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		if e < 1e6 {
			e = e*10 + int(b[i]-'0')
		}
	}
	if neg {
		e = -e
	}
	return e, i, i > first
}

// looseNumber reads a whole CSV field as Python's float does: beside JSON's
// numbers also +1, .5, 5., nan and inf in any case. No underscores, no hex.
func looseNumber(b []byte) (f float64, ok bool) {
	if f, end, ok := number(b, 0); ok && end == len(b) {
		return f, true
	}
	sign, rest := 1.0, b
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		rest = b[1:]
		if b[0] == '-' {
			sign = -1
		}
	}
	switch {
	case fold(rest, "nan"):
		return math.NaN(), true
	case fold(rest, "inf"), fold(rest, "infinity"):
		return math.Inf(int(sign)), true
	}
	for _, c := range b {
		if c-'0' > 9 && c != '+' && c != '-' && c != '.' && c|0x20 != 'e' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(view(b), 64)
	if err != nil && math.IsInf(f, 0) {
		return f, true
	}
	return f, err == nil
}

// integer reads b as a whole number of 64 bits. A float without a fraction,
// such as 2.0 or 1e3, is one; f is its value.
func integer(b []byte, f float64) (int64, bool) {
	if whole(b) {
		n, err := strconv.ParseInt(view(b), 10, 64)
		return n, err == nil
	}
	if f >= -1<<53 && f <= 1<<53 && f == math.Trunc(f) {
		return int64(f), true
	}
	return 0, false
}

// whole reports whether b is digits behind an optional sign.
func whole(b []byte) bool {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return len(b) > 0
}

// fold reports whether b is word, which is lower case, in any case.
func fold(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i := range b {
		if b[i]|0x20 != word[i] {
			return false
		}
	}
	return true
}

// appendFloat writes f as Python's repr does: shortest, with a point or an
// exponent, the exponent from 1e16 up and below 1e-4. f is finite.
func appendFloat(dst []byte, f float64, bits int) []byte {
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, bits)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, bits)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// view is b as a string that must not outlive it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
