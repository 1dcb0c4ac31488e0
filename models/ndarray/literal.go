package ndarray

import (
	"fmt"
	"strconv"
	"strings"
)

// A literal reads the subset of Python literals that .npy headers use: strings,
// integers, True, False, and dicts, lists and tuples of them. Lists and tuples
// both become []any.
type literal struct {
	text  string
	at    int
	depth int
}

func (p *literal) document() (any, error) {
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.text) {
		return nil, fmt.Errorf("goes on after its end")
	}
	return v, nil
}

func (p *literal) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n\x00", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take skips space and then c, if it is there.
func (p *literal) take(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *literal) value() (any, error) {
	if p.depth++; p.depth > 32 {
		return nil, fmt.Errorf("is nested too deeply")
	}
	defer func() { p.depth-- }()
	p.space()
	if p.at == len(p.text) {
		return nil, fmt.Errorf("ends early")
	}
	switch c := p.text[p.at]; {
	case c == '{':
		return p.dict()
	case c == '(':
		return p.list(')')
	case c == '[':
		return p.list(']')
	case c == '\'' || c == '"':
		return p.quoted()
	}
	return p.word()
}

func (p *literal) dict() (any, error) {
	p.at++
	out := map[string]any{}
	for !p.take('}') {
		key, err := p.value()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok || !p.take(':') {
			return nil, fmt.Errorf("has a dict entry that is not 'name': value")
		}
		if out[name], err = p.value(); err != nil {
			return nil, err
		}
		if !p.take(',') && !p.next('}') {
			return nil, fmt.Errorf("lacks a comma or a closing brace")
		}
	}
	return out, nil
}

func (p *literal) list(end byte) (any, error) {
	p.at++
	out := []any{}
	commas := 0
	for !p.take(end) {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if p.take(',') {
			commas++
		} else if !p.next(end) {
			return nil, fmt.Errorf("lacks a comma or a closing %q", end)
		}
	}
	if end == ')' && len(out) == 1 && commas == 0 {
		return out[0], nil // parentheses, not a tuple
	}
	return out, nil
}

func (p *literal) next(c byte) bool {
	p.space()
	return p.at < len(p.text) && p.text[p.at] == c
}

func (p *literal) quoted() (any, error) {
	quote := p.text[p.at]
	end := strings.IndexByte(p.text[p.at+1:], quote)
	if end < 0 {
		return nil, fmt.Errorf("has a string without an end")
	}
	s := p.text[p.at+1 : p.at+1+end]
	if strings.IndexByte(s, '\\') >= 0 {
		return nil, fmt.Errorf("has a string with escapes")
	}
	p.at += end + 2
	return s, nil
}

func (p *literal) word() (any, error) {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n,:()[]{}'\"", p.text[p.at]) < 0 {
		p.at++
	}
	word := p.text[start:p.at]
	switch word {
	case "True":
		return true, nil
	case "False":
		return false, nil
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(word, "L"), 10, 64) // Python 2 wrote 3L
	if err != nil {
		p.at = start
		return nil, fmt.Errorf("holds %.20q where a value should be", word)
	}
	return n, nil
}
