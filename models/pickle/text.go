package pickle

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// parseInt reads what int(text, 0) of Python reads and repr or str wrote:
// decimal digits with a sign; also the 0x, 0o and 0b of hand-made files.
func parseInt(s string) (*big.Int, bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return big.NewInt(n), true
	}
	return new(big.Int).SetString(s, 0)
}

// parseFloat reads what float(text) of Python reads.
func parseFloat(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "xXpP") { // hexadecimal is Go's, not Python's
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !isRange(err) { // 1e999 is inf there and here
		return 0, false
	}
	return f, true
}

func isRange(err error) bool {
	e, ok := err.(*strconv.NumError)
	return ok && e.Err == strconv.ErrRange
}

// twosComplement reads a little-endian signed integer (decode_long in
// CPython's Lib/pickle.py).
func twosComplement(b []byte) *big.Int {
	be := make([]byte, len(b))
	for i, c := range b {
		be[len(b)-1-i] = c
	}
	n := new(big.Int).SetBytes(be)
	if len(be) > 0 && be[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(be))))
	}
	return n
}

// invalidUTF8 returns the place of the first byte that is not UTF-8, or -1. As
// Python's "surrogatepass" does, it lets lone surrogates pass.
func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		if _, n := utf8.DecodeRune(b[i:]); n > 1 || b[i] < utf8.RuneSelf {
			i += n
			continue
		}
		if i+3 > len(b) || b[i] != 0xed || b[i+1]&0xe0 != 0xa0 || b[i+2]&0xc0 != 0x80 {
			return i
		}
		i += 3
	}
	return -1
}

// unquote reads a string as Python 2's repr wrote it: in single or double
// quotes, with the escapes of bytes literals (codecs.escape_decode).
func unquote(text []byte) (b []byte, fault string) {
	text = []byte(strings.TrimRight(string(text), " \t\r"))
	n := len(text)
	if n < 2 || text[0] != text[n-1] || text[0] != '\'' && text[0] != '"' {
		return nil, "the string is not in quotes"
	}
	text = text[1 : n-1]
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		if i++; i == len(text) {
			return nil, "the string ends in a backslash"
		}
		switch c := text[i]; c {
		case '\n':
		case '\\', '\'', '"':
			out = append(out, c)
		case 'x':
			v, ok := hex(text[i+1:], 2)
			if !ok {
				return nil, "the string holds \\x without two hexadecimal digits"
			}
			out = append(out, byte(v))
			i += 2
		case '0', '1', '2', '3', '4', '5', '6', '7':
			v, k := 0, 0
			for k < 3 && i+k < len(text) && text[i+k] >= '0' && text[i+k] <= '7' {
				v = 8*v + int(text[i+k]-'0')
				k++
			}
			out = append(out, byte(v))
			i += k - 1
		default:
			if j := strings.IndexByte("abfnrtv", c); j >= 0 {
				out = append(out, "\a\b\f\n\r\t\v"[j])
			} else {
				out = append(out, '\\', c)
			}
		}
	}
	return out, ""
}

func hex(b []byte, n int) (rune, bool) {
	if len(b) < n {
		return 0, false
	}
	v, err := strconv.ParseUint(string(b[:n]), 16, 32)
	return rune(v), err == nil
}

// rawUnicodeEscape decodes Python's codec of that name: Latin-1, in which \uXXXX
// and \UXXXXXXXX stand for characters. A backslash is itself escaped only if an
// even number of them precede it; there are no other escapes.
func rawUnicodeEscape(text []byte) (s, fault string) {
	var out strings.Builder
	out.Grow(len(text))
	for i := 0; i < len(text); {
		if text[i] != '\\' {
			out.WriteRune(rune(text[i]))
			i++
			continue
		}
		run := 0
		for i+run < len(text) && text[i+run] == '\\' {
			run++
		}
		out.WriteString(strings.Repeat(`\`, run-run%2))
		if i += run; run%2 == 0 {
			continue
		}
		width := 0
		if i < len(text) {
			width = map[byte]int{'u': 4, 'U': 8}[text[i]]
		}
		if width == 0 {
			out.WriteByte('\\')
			continue
		}
		c, ok := hex(text[i+1:], width)
		if !ok || c < 0 || c > utf8.MaxRune {
			return "", "the text holds a broken \\" + string(text[i]) + " escape"
		}
		writeRune(&out, c)
		i += 1 + width
	}
	return out.String(), ""
}

// writeRune writes c as UTF-8, surrogates included.
func writeRune(out *strings.Builder, c rune) {
	if c >= 0xd800 && c <= 0xdfff {
		out.Write([]byte{0xed, 0x80 | byte(c>>6)&0x3f, 0x80 | byte(c)&0x3f})
		return
	}
	out.WriteRune(c)
}
