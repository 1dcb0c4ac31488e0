package sklearn

import (
	"regexp/syntax"
	"unicode/utf8"
)

// An automaton runs a program of regexp/syntax as Python's re.findall would run
// the pattern: leftmost, the first alternative first, \b by Python's notion of a
// word character. Its time is bounded by program × text, whatever the pattern
// (Pike's simulation; R. Cox, "Regular Expression Matching: the Virtual Machine
// Approach", 2009).
type automaton struct {
	prog  *syntax.Prog
	group int // whose text is the token: 0 the whole match, 1 the one group
}

// A thread is a place in the program with the bounds of the match so far.
type thread struct {
	pc  uint32
	cap [4]int
}

// threads are those alive at one place of the text, by priority.
type threads struct {
	list []thread
	seen []bool
}

func (t *threads) reset() {
	t.list = t.list[:0]
	clear(t.seen)
}

func (a *automaton) appendTokens(dst []span, text []byte) []span {
	now := &threads{seen: make([]bool, len(a.prog.Inst))}
	next := &threads{seen: make([]bool, len(a.prog.Inst))}
	for at := 0; at <= len(text); {
		m, ok := a.match(now, next, text, at)
		if !ok {
			return dst
		}
		if from, to := m[2*a.group], m[2*a.group+1]; from >= 0 {
			dst = append(dst, span{from, to})
		} else {
			dst = append(dst, span{at, at}) // the group took no part: an empty token
		}
		at = m[1]
	}
	return dst
}

// match finds the first match at or behind at.
func (a *automaton) match(now, next *threads, text []byte, at int) (found [4]int, ok bool) {
	now.reset()
	for pos := at; ; {
		r, n := rune(-1), 1
		if pos < len(text) {
			r, n = utf8.DecodeRune(text[pos:])
		}
		flags := boundary(text, pos, r)
		if !ok {
			a.add(now, uint32(a.prog.Start), pos, flags, [4]int{pos, -1, -1, -1})
		}
		if ok && len(now.list) == 0 {
			return found, ok
		}
		next.reset()
		behind := rune(-1)
		if pos+n < len(text) {
			behind, _ = utf8.DecodeRune(text[pos+n:])
		}
		after := boundary(text, pos+n, behind)
		for _, t := range now.list {
			inst := &a.prog.Inst[t.pc]
			if inst.Op == syntax.InstMatch {
				found, ok = t.cap, true
				found[1] = pos
				break // what follows has a lower priority
			}
			if r >= 0 && inst.MatchRune(r) {
				a.add(next, inst.Out, pos+n, after, t.cap)
			}
		}
		now, next = next, now
		if pos += n; r < 0 {
			return found, ok
		}
	}
}

// boundary are the conditions that hold before r at text[pos:].
func boundary(text []byte, pos int, r rune) syntax.EmptyOp {
	before := rune(-1)
	if pos > 0 && pos <= len(text) {
		before, _ = utf8.DecodeLastRune(text[:pos])
	}
	flags := syntax.EmptyNoWordBoundary
	if (before >= 0 && isWord(before)) != (r >= 0 && isWord(r)) {
		flags = syntax.EmptyWordBoundary
	}
	if pos == 0 {
		flags |= syntax.EmptyBeginText
	}
	return flags
}

// add follows all that takes no character. Its depth is bounded by the program,
// each of whose instructions it enters once.
func (a *automaton) add(t *threads, pc uint32, pos int, flags syntax.EmptyOp, bounds [4]int) {
	if t.seen[pc] {
		return
	}
	t.seen[pc] = true
	switch inst := &a.prog.Inst[pc]; inst.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		a.add(t, inst.Out, pos, flags, bounds)
		a.add(t, inst.Arg, pos, flags, bounds)
	case syntax.InstCapture:
		if inst.Arg < uint32(len(bounds)) && inst.Arg >= 2 {
			bounds[inst.Arg] = pos
		}
		a.add(t, inst.Out, pos, flags, bounds)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(inst.Arg)&^flags == 0 {
			a.add(t, inst.Out, pos, flags, bounds)
		}
	case syntax.InstNop:
		a.add(t, inst.Out, pos, flags, bounds)
	case syntax.InstFail:
	default:
		t.list = append(t.list, thread{pc, bounds})
	}
}
