package catboost

import (
	"encoding/json"
	"errors"
	"math"
)

// A number is a float64 in JSON, as the library reads it: its parser (rapidjson,
// reader.h, ParseNumber without kParseFullPrecisionFlag) scales the digits by a
// power of ten, which is not always the float64 that is nearest.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '-' && (b[0] < '0' || b[0] > '9') {
		if string(b) == "null" {
			return nil
		}
		return errors.New("want a number, got " + quoted(string(b)))
	}
	if err := json.Unmarshal(b, (*float64)(n)); err != nil {
		return err
	}
	*n = number(scan(b, float64(*n)))
	return nil
}

// scan reads the digits of a valid number, whose nearest float64 is the integer
// exactly if it is one of 64 bits.
func scan(b []byte, nearest float64) float64 {
	minus := b[0] == '-'
	if minus {
		b = b[1:]
	}
	s := significand{most: math.MaxUint64}
	if minus {
		s.most = 1 << 63
	}
	i := s.whole(b)
	if i == len(b) && !s.long {
		return nearest
	}
	i += s.fraction(b[i:])
	d := power(s.value(), s.exponent+exponent(b[i:]))
	if minus {
		return -d
	}
	return d
}

// A significand collects digits in an integer as long as they fit, then in a float64.
type significand struct {
	digits, exponent int
	integer, most    uint64
	long             bool // than an integer
	float            float64
}

func digit(b []byte, i int) bool { return i < len(b) && b[i] >= '0' && b[i] <= '9' }

// whole reads the digits before the point, and returns how many there are.
func (s *significand) whole(b []byte) int {
	i := 0
	for ; digit(b, i); i++ {
		v := uint64(b[i] - '0')
		if !s.long && (s.integer > s.most/10 || s.integer == s.most/10 && v > s.most%10) {
			s.float, s.long = float64(s.integer), true
		}
		if s.long {
			s.float = s.float*10 + float64(v)
			continue
		}
		s.integer = s.integer*10 + v
		if i > 0 {
			s.digits++
		}
	}
	return i
}

// fraction reads the point and what is behind it: 53 bits as an integer, then up
// to 17 digits.
func (s *significand) fraction(b []byte) int {
	if len(b) == 0 || b[0] != '.' {
		return 0
	}
	i := 1
	for ; !s.long && digit(b, i) && s.integer < 1<<53; i++ {
		s.integer = s.integer*10 + uint64(b[i]-'0')
		s.exponent--
		if s.integer != 0 {
			s.digits++
		}
	}
	if !s.long {
		s.float, s.long = float64(s.integer), true
	}
	for ; digit(b, i); i++ {
		if s.digits < 17 {
			s.float = float64(s.float*10) + float64(b[i]-'0')
			s.exponent--
			if s.float > 0 {
				s.digits++
			}
		}
	}
	return i
}

func (s *significand) value() float64 {
	if s.long {
		return s.float
	}
	return float64(s.integer)
}

// exponent is that of "e-5", 0 if there is none.
func exponent(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	i, n, sign := 1, 0, 1
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		if b[i] == '-' {
			sign = -1
		}
		i++
	}
	for ; digit(b, i); i++ {
		n = min(n*10+int(b[i]-'0'), 1<<20)
	}
	return sign * n
}

// power is d·10^p as StrtodNormalPrecision computes it.
func power(d float64, p int) float64 {
	if p < -308 {
		d, p = d/1e308, p+308
		if p < -308 {
			return 0
		}
	}
	if p >= 0 {
		return d * math.Pow10(p)
	}
	return d / math.Pow10(-p)
}
