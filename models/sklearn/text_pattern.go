package sklearn

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// A span is text[from:to].
type span struct{ from, to int }

// A tokenizer finds the tokens of a text.
type tokenizer interface {
	appendTokens(dst []span, text []byte) []span
}

// words finds the longest runs of word characters that have at least so many:
// what \b\w\w+\b and \b\w+\b find in Python.
type words int

func (least words) appendTokens(dst []span, text []byte) []span {
	from, count := 0, 0
	for i := 0; i <= len(text); {
		r, n := rune(-1), 1
		if i < len(text) {
			if r, n = rune(text[i]), 1; r >= utf8.RuneSelf {
				r, n = utf8.DecodeRune(text[i:])
			}
		}
		if r >= 0 && isWord(r) {
			if count == 0 {
				from = i
			}
			count++
		} else {
			if count > 0 && count >= int(least) {
				dst = append(dst, span{from, i})
			}
			count = 0
		}
		i += n
	}
	return dst
}

// parseTokenPattern makes a tokenizer of a regular expression of Python. The
// two forms that nearly all models use are hand-written; others run as a
// program of Go's regexp/syntax with Python's notions of \w, \d, \s and \b.
func parseTokenPattern(pattern string) (tokenizer, error) {
	pattern = strings.TrimPrefix(pattern, "(?u)")
	switch pattern {
	case `\b\w\w+\b`, `\w\w+`, `\b\w{2,}\b`, `\w{2,}`:
		return words(2), nil
	case `\b\w+\b`, `\w+`:
		return words(1), nil
	}
	if strings.Contains(pattern, "{,") {
		return nil, fmt.Errorf("it uses %q", "{,")
	}
	if strings.Contains(pattern, `\p`) {
		return nil, fmt.Errorf("it uses %q, which Python does not know", `\p`)
	}
	translated, err := translatePattern(idioms.Replace(pattern))
	if err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(translated, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if err := sameInPython(tree); err != nil {
		return nil, err
	}
	groups := tree.MaxCap()
	if groups > 1 {
		return nil, fmt.Errorf("it has %d groups", groups)
	}
	if shortest(tree) == 0 {
		return nil, fmt.Errorf("it matches the empty string")
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	return &automaton{prog: prog, group: groups}, nil
}

// The classes of Python in RE2's syntax, for inside brackets.
var pythonClasses = map[byte]string{
	'w': `\p{L}\p{N}_`,
	'd': `\p{Nd}`,
	's': `\t\n\v\f\r\x1c-\x1f \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`,
}

// idioms are classes that subtract, as patterns of Python often do: letters by
// "word characters but digits".
var idioms = strings.NewReplacer(
	`[^\d\W]`, `[\p{L}\p{Nl}\p{No}_]`, `[^\W\d]`, `[\p{L}\p{Nl}\p{No}_]`,
	`[^\d\W_]`, `[\p{L}\p{Nl}\p{No}]`, `[^\W\d_]`, `[\p{L}\p{Nl}\p{No}]`, `[^_\W\d]`, `[\p{L}\p{Nl}\p{No}]`,
	`[^\W_]`, `[\p{L}\p{N}]`, `[^_\W]`, `[\p{L}\p{N}]`,
)

// translatePattern writes a pattern of Python with the classes spelled out. It
// refuses escapes whose meaning differs otherwise.
func translatePattern(p string) (string, error) {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case c == '[' && inClass:
			b.WriteString(`\[`)
			continue
		case c == '[':
			inClass = true
			b.WriteByte(c)
			if i+1 < len(p) && p[i+1] == '^' {
				i++
				b.WriteByte('^')
			}
			if i+1 < len(p) && p[i+1] == ']' { // a bracket that comes first is itself
				i++
				b.WriteString(`\]`)
			}
			continue
		case c == ']':
			inClass = false
		case c == '\\' && i+1 < len(p):
			i++
			text, err := translateEscape(p[i], inClass)
			if err != nil {
				return "", err
			}
			b.WriteString(text)
			continue
		case c == '(' && i+1 < len(p) && p[i+1] == '?' && !strings.HasPrefix(p[i:], "(?:"):
			return "", fmt.Errorf("it uses %q", p[i:min(i+4, len(p))])
		case (c == '$' || c == '^' && i > 0) && !inClass:
			return "", fmt.Errorf("it uses %q", string(c))
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

func translateEscape(c byte, inClass bool) (string, error) {
	lower := c | 0x20
	switch class, ok := pythonClasses[lower]; {
	case ok && c == lower && inClass:
		return class, nil
	case ok && c == lower:
		return "[" + class + "]", nil
	case ok && !inClass:
		return "[^" + class + "]", nil
	case c == 'p', c == 'b' && !inClass, c == 'B' && !inClass, c == 'n', c == 't', c == 'r', c == 'f', c == 'v':
		return `\` + string(c), nil
	case c < utf8.RuneSelf && !isWord(rune(c)):
		return `\` + string(c), nil
	}
	return "", fmt.Errorf("it uses %q", `\`+string(c))
}

// sameInPython refuses what Go and Python read differently.
func sameInPython(re *syntax.Regexp) error {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpEndText:
		return fmt.Errorf("it uses an anchor")
	}
	for _, sub := range re.Sub {
		if err := sameInPython(sub); err != nil {
			return err
		}
	}
	return nil
}

// shortest is the least number of characters that re matches.
func shortest(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpStar, syntax.OpQuest:
		return 0
	case syntax.OpRepeat:
		return re.Min * shortest(re.Sub[0])
	case syntax.OpAlternate:
		n = shortest(re.Sub[0])
		for _, sub := range re.Sub {
			n = min(n, shortest(sub))
		}
		return n
	}
	for _, sub := range re.Sub {
		n += shortest(sub)
	}
	return n
}
