package sklearn

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// isWord is \w of Python's re for str: alphanumeric in str.isalnum's sense, or
// an underscore (CPython, Modules/_sre/sre.c, SRE_UNI_IS_WORD). Marks are none.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// isSpace is \s of Python's re, and what str.split splits at: Go's white space
// and the four separators of ASCII.
func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// appendLower appends str.lower() of s: the full mapping, of which only İ gives
// two code points, with the rule of the final sigma (CPython,
// Objects/unicodeobject.c, lower_ucs4 and handle_capital_sigma).
func appendLower(dst []byte, s string) []byte {
	for i, r := range s {
		switch {
		case r < utf8.RuneSelf:
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			dst = append(dst, byte(r))
		case r == 'İ':
			dst = append(dst, "i̇"...)
		case r == 'Σ' && isFinalSigma(s, i):
			dst = append(dst, "ς"...)
		default:
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return dst
}

// isFinalSigma reports whether the sigma at s[i] ends a word: a cased letter
// stands before it and none behind it, whatever is ignored between.
func isFinalSigma(s string, i int) bool {
	before, after := false, false
	for rest := s[:i]; len(rest) > 0; {
		r, n := utf8.DecodeLastRuneInString(rest)
		if rest = rest[:len(rest)-n]; !caseIgnorable(r) {
			before = cased(r)
			break
		}
	}
	for _, r := range s[i+len("Σ"):] {
		if !caseIgnorable(r) {
			after = cased(r)
			break
		}
	}
	return before && !after
}

// cased and caseIgnorable are the properties of Unicode (section 3.13, D135 and
// D136), of tables that Go has.
func cased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Uppercase, unicode.Other_Lowercase)
}

func caseIgnorable(r rune) bool {
	switch r {
	case '\'', '.', ':', 0xb7, 0x387, 0x55f, 0x5f4, 0x2018, 0x2019, 0x2024, 0x2027,
		0xfe13, 0xfe52, 0xfe55, 0xff07, 0xff0e, 0xff1a:
		return true // Word_Break is MidLetter, MidNumLet or Single_Quote
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}

// An accents is a value of strip_accents.
type accents uint8

const (
	keepAccents     accents = iota
	stripToASCII            // strip_accents_ascii: NFKD, and only ASCII of it
	stripCombining          // strip_accents_unicode: NFKD without combining characters
	stripUnlessNFKD         // the same up to 0.21, which left alone what is in NFKD
)

// strip appends s without accents.
func (a accents) strip(dst, s []byte) []byte {
	if a == stripUnlessNFKD && norm.NFKD.IsNormal(s) || isASCII(s) {
		return append(dst, s...)
	}
	from := len(dst)
	dst = norm.NFKD.Append(dst, s...)
	kept := from
	for i := from; i < len(dst); {
		r, n := utf8.DecodeRune(dst[i:])
		drop := r >= utf8.RuneSelf
		if a != stripToASCII {
			drop = drop && norm.NFKD.Properties(dst[i:i+n]).CCC() != 0
		}
		if !drop {
			kept += copy(dst[kept:], dst[i:i+n])
		}
		i += n
	}
	return dst[:kept]
}

func isASCII(s []byte) bool {
	for _, c := range s {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
