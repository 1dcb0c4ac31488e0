package lightgbm

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"sync"
)

// The powers of ten by which numbers of models are scaled; others are left to
// strconv.
const (
	minPower = -60
	maxPower = 60
)

// A power is 10^e = (bits + d) * 2^shift with 0 <= d < 1, and the highest bit set.
type power struct {
	bits  uint64
	shift int
}

var powers = sync.OnceValue(func() *[maxPower - minPower + 1]power {
	list := new([maxPower - minPower + 1]power)
	const scale = 512
	for e := minPower; e <= maxPower; e++ {
		ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(e, -e))), nil)
		n := new(big.Int).Lsh(big.NewInt(1), scale)
		if e < 0 {
			n.Div(n, ten)
		} else {
			n.Mul(n, ten)
		}
		cut := n.BitLen() - 64
		list[e-minPower] = power{n.Rsh(n, uint(cut)).Uint64(), cut - scale}
	}
	return list
})

// float is strconv.ParseFloat for the numbers of a file, which have up to 17
// digits: those take it longer than all else that there is to do.
func float(word []byte) (float64, error) {
	if digits, e, ok := decimal(word); ok {
		if v, ok := scaled(digits, e); ok {
			if word[0] == '-' {
				v = -v
			}
			return v, nil
		}
	}
	return strconv.ParseFloat(view(word), 64)
}

// decimal takes -12.34e-5 apart: digits * 10^e without the sign. It is not ok if
// there are more than 19 digits, or anything else.
func decimal(word []byte) (digits uint64, e int, ok bool) {
	i, n, point := 0, 0, -1
	if len(word) > 0 && word[0] == '-' {
		i++
	}
	for ; i < len(word); i++ {
		c := word[i] - '0'
		if c <= 9 {
			digits = digits*10 + uint64(c)
			n++
			continue
		}
		if word[i] != '.' || point >= 0 {
			break
		}
		point = n
	}
	if n == 0 || n > 19 {
		return 0, 0, false
	}
	if i < len(word) {
		if word[i] != 'e' {
			return 0, 0, false
		}
		power, isOne := exponent(word[i+1:])
		if e = power; !isOne {
			return 0, 0, false
		}
	}
	if point >= 0 {
		e -= n - point
	}
	return digits, e, true
}

// exponent reads one of at most three digits.
func exponent(word []byte) (e int, ok bool) {
	sign := 1
	if len(word) > 0 && (word[0] == '-' || word[0] == '+') {
		if word[0] == '-' {
			sign = -1
		}
		word = word[1:]
	}
	if len(word) == 0 || len(word) > 3 {
		return 0, false
	}
	for _, c := range word {
		if c < '0' || c > '9' {
			return 0, false
		}
		e = e*10 + int(c-'0')
	}
	return sign * e, true
}

// scaled is the float64 next to digits * 10^e, if 64 bits of the power are enough
// to tell which one that is. With the highest bits of both in front, the product
// is from high to high+2 in units of its upper half: that rounds one way unless
// the bits that are cut off come too near to a half. (The idea is that of Eisel
// and Lemire, Number Parsing at a Gigabyte per Second, 2021.)
func scaled(digits uint64, e int) (float64, bool) {
	if digits == 0 {
		return 0, true
	}
	if e < minPower || e > maxPower {
		return 0, false
	}
	p := &powers()[e-minPower]
	zeros := bits.LeadingZeros64(digits)
	high, _ := bits.Mul64(digits<<zeros, p.bits)
	cut := 10 + int(high>>63)
	rest, half := high&(1<<cut-1), uint64(1)<<(cut-1)
	if rest == half || rest == half-1 {
		return 0, false
	}
	m := high >> cut
	if rest > half {
		m++ // to 1<<53 at most, which makes the exponent larger by one
	}
	const hidden, bias = 1 << 52, 1023 + 52
	exponent := cut + 64 + p.shift - zeros + bias
	return math.Float64frombits(uint64(exponent)<<52 + (m - hidden)), true
}
