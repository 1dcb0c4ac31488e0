package sklearn

import (
	"unicode/utf8"

	"github.com/copal-ml/copal/models/pyobj"
)

// An analyzer is _VectorizerMixin.build_analyzer
// (sklearn/feature_extraction/text.py): a text to its terms.
type analyzer struct {
	lower    bool
	accents  accents
	kind     string    // word, char or char_wb
	tokens   tokenizer // of kind word
	stop     map[string]bool
	min, max int // of ngram_range
}

// A textScratch is what an analyzer and the terms that it finds need; it lives
// in the workspace and keeps its memory.
type textScratch struct {
	lower, plain, term []byte
	spans              []span
	starts             []int
	entries            []entry
	sums               []float64 // by column; zero between rows
	marks              []bool
}

// An entry is a value of a sparse row.
type entry struct {
	column int
	value  float64
}

// A terms takes what an analyzer finds.
type terms interface {
	add(s *textScratch, term []byte)
}

// run gives every term of text to t.
func (a *analyzer) run(s *textScratch, text string, t terms) {
	s.lower = s.lower[:0]
	if a.lower {
		s.lower = appendLower(s.lower, text)
	} else {
		s.lower = append(s.lower, text...)
	}
	doc := s.lower
	if a.accents != keepAccents {
		s.plain = a.accents.strip(s.plain[:0], doc)
		doc = s.plain
	}
	switch a.kind {
	case "word":
		s.spans = a.tokens.appendTokens(s.spans[:0], doc)
		a.words(s, doc, t)
	case "char":
		doc = joinSpaces(doc)
		s.starts = appendStarts(s.starts[:0], doc)
		a.grams(s, doc, t)
	default:
		a.inWords(s, doc, t)
	}
}

// words is _word_ngrams.
func (a *analyzer) words(s *textScratch, doc []byte, t terms) {
	if a.stop != nil {
		kept := s.spans[:0]
		for _, w := range s.spans {
			if !a.stop[string(doc[w.from:w.to])] {
				kept = append(kept, w)
			}
		}
		s.spans = kept
	}
	if a.max == 1 { // whatever min_n is
		for _, w := range s.spans {
			t.add(s, doc[w.from:w.to])
		}
		return
	}
	for n := a.min; n <= min(a.max, len(s.spans)); n++ {
		for i := range len(s.spans) - n + 1 {
			s.term = s.term[:0]
			for k, w := range s.spans[i : i+n] {
				if k > 0 {
					s.term = append(s.term, ' ')
				}
				s.term = append(s.term, doc[w.from:w.to]...)
			}
			t.add(s, s.term)
		}
	}
}

// grams is _char_ngrams of doc, whose characters begin at s.starts.
func (a *analyzer) grams(s *textScratch, doc []byte, t terms) {
	length := len(s.starts) - 1
	for n := a.min; n <= min(a.max, length); n++ {
		for i := range length - n + 1 {
			t.add(s, doc[s.starts[i]:s.starts[i+n]])
		}
	}
}

// inWords is _char_wb_ngrams: the characters of each word between two spaces,
// where a word shorter than n counts once.
func (a *analyzer) inWords(s *textScratch, doc []byte, t terms) {
	for len(doc) > 0 {
		from, to := nextWord(doc)
		if from == to {
			return
		}
		s.term = append(append(append(s.term[:0], ' '), doc[from:to]...), ' ')
		doc = doc[to:]
		s.starts = appendStarts(s.starts[:0], s.term)
		length := len(s.starts) - 1
		for n := a.min; n <= a.max; n++ {
			for i := range max(length-n, 0) + 1 {
				t.add(s, s.term[s.starts[i]:s.starts[min(i+n, length)]])
			}
			if n >= length {
				break
			}
		}
	}
}

// nextWord is the first of doc.split().
func nextWord(doc []byte) (from, to int) {
	from = -1
	for i := 0; i < len(doc); {
		r, n := utf8.DecodeRune(doc[i:])
		switch space := isSpace(r); {
		case from < 0 && !space:
			from = i
		case from >= 0 && space:
			return from, i
		}
		i += n
	}
	if from < 0 {
		return len(doc), len(doc)
	}
	return from, len(doc)
}

// joinSpaces replaces every run of two or more white spaces by one space, in
// place. A single one stays what it is.
func joinSpaces(doc []byte) []byte {
	kept := 0
	for i := 0; i < len(doc); {
		r, n := utf8.DecodeRune(doc[i:])
		end, count := i, 0
		for isSpace(r) {
			end, count = end+n, count+1
			r, n = utf8.DecodeRune(doc[end:])
			if n == 0 {
				break
			}
		}
		switch {
		case count > 1:
			doc[kept] = ' '
			kept++
			i = end
		case count == 1:
			kept += copy(doc[kept:], doc[i:end])
			i = end
		default:
			kept += copy(doc[kept:], doc[i:i+n])
			i += n
		}
	}
	return doc[:kept]
}

// appendStarts lists where each character of doc begins, and the end.
func appendStarts(dst []int, doc []byte) []int {
	for i := 0; i < len(doc); {
		dst = append(dst, i)
		_, n := utf8.DecodeRune(doc[i:])
		i += n
	}
	return append(dst, len(doc))
}

// maxGram bounds ngram_range: a term is never longer than a text, but the loops
// of char_wb run up to it for every word.
const maxGram = 1 << 16

// readAnalyzer reads the parameters of _VectorizerMixin.
func readAnalyzer(r pyobj.Ref) (*analyzer, error) {
	a := new(analyzer)
	for _, name := range []string{"tokenizer", "preprocessor"} {
		if attr, ok := r.Attr(name); ok && !attr.IsNone() {
			return nil, attr.Unsupported(name+"="+pyobj.Describe(attr.Value()),
				"Copal runs no Python. Fit with token_pattern, lowercase and strip_accents instead.")
		}
	}
	source, err := word(r, "input", "content")
	if err != nil {
		return nil, err
	}
	if source != "content" {
		return nil, r.Unsupported("input='"+source+"'", "Fit with input='content' and send the texts.")
	}
	if a.lower, err = flag(r, "lowercase", true); err != nil {
		return nil, err
	}
	if a.accents, err = readAccents(r); err != nil {
		return nil, err
	}
	if a.min, a.max, err = readRange(r); err != nil {
		return nil, err
	}
	return a, a.readKind(r)
}

func readAccents(r pyobj.Ref) (accents, error) {
	attr, ok := r.Attr("strip_accents")
	if !ok || attr.IsNone() {
		return keepAccents, nil
	}
	switch name, _ := attr.Str(); name {
	case "":
		if b, err := attr.Bool(); err == nil && !b {
			return keepAccents, nil
		}
	case "ascii":
		return stripToASCII, nil
	case "unicode":
		if v := versionOf(r); v.major == 0 && v.minor < 22 && v.text != "" {
			return stripUnlessNFKD, nil
		}
		return stripCombining, nil
	}
	return 0, attr.Unsupported("strip_accents="+pyobj.Describe(attr.Value()), "Use 'ascii', 'unicode' or None.")
}

func readRange(r pyobj.Ref) (lo, hi int, err error) {
	bounds, err := r.Ints("ngram_range")
	if err != nil {
		return 0, 0, err
	}
	if len(bounds) != 2 || bounds[0] < 1 || bounds[0] > bounds[1] || bounds[1] > maxGram {
		return 0, 0, r.Format("ngram_range is %v", bounds)
	}
	return int(bounds[0]), int(bounds[1]), nil
}

func (a *analyzer) readKind(r pyobj.Ref) error {
	attr, ok := r.Attr("analyzer")
	if !ok {
		return r.Format("it has no analyzer")
	}
	var err error
	if a.kind, err = attr.Str(); err != nil {
		return attr.Unsupported("analyzer="+pyobj.Describe(attr.Value()), "Copal runs no Python. Use 'word', 'char' or 'char_wb'.")
	}
	switch a.kind {
	case "char", "char_wb":
		return nil
	case "word":
	default:
		return attr.Unsupported("analyzer='"+a.kind+"'", "scikit-learn knows word, char and char_wb.")
	}
	pattern, err := word(r, "token_pattern", `(?u)\b\w\w+\b`)
	if err != nil {
		return err
	}
	if a.tokens, err = parseTokenPattern(pattern); err != nil {
		return r.Unsupported("token_pattern="+pattern+" ("+err.Error()+")",
			"Copal finds tokens with the regular expressions that Python and RE2 read alike: no look-around, no anchors, no flags.")
	}
	a.stop, err = readStopWords(r)
	return err
}

// readStopWords reads stop_words: None, 'english', or a collection.
func readStopWords(r pyobj.Ref) (map[string]bool, error) {
	attr, ok := r.Attr("stop_words")
	if !ok || attr.IsNone() {
		return nil, nil
	}
	var list []string
	if name, err := attr.Str(); err == nil {
		if name != "english" {
			return nil, attr.Unsupported("stop_words='"+name+"'", "scikit-learn knows 'english', or give a list.")
		}
		list = englishStopWords
	} else {
		items, err := attr.Items()
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			s, err := item.Str()
			if err != nil {
				continue // what is no string equals no token
			}
			list = append(list, s)
		}
	}
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set, nil
}
