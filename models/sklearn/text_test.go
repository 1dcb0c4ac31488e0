package sklearn

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// What str.lower() gives.
func TestLowerAsPython(t *testing.T) {
	lower := func(text, want string) {
		t.Helper()
		if got := string(appendLower(nil, text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	lower("", "")
	lower("ABC xyz 12", "abc xyz 12")
	lower("İstanbul", "i̇stanbul")
	lower("ΟΔΥΣΣΕΥΣ", "οδυσσευς")
	lower("Σ", "σ")
	lower("ΑΣ", "ας")
	lower("ΑΣ.", "ας.")
	lower("ΑΣΒ", "ασβ")
	lower("ΑΣ'Β", "ασ'β")
	lower("ΑΣ 1", "ας 1")
	lower("ΑΣ·Β", "ασ·β")
	lower("ΣΑ", "σα")
	lower("1Σ", "1σ")
	lower("Ⅷ", "ⅷ")
	lower("ǅ", "ǆ")
	lower("Straße ẞ", "straße ß")
	lower("ÀÉÎ", "àéî")
	lower("А́Б", "а́б")
}

// What re.findall gives.
func TestTokensAsPython(t *testing.T) {
	tokens := func(pattern, text string, want ...string) {
		t.Helper()
		find, err := parseTokenPattern(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			return
		}
		var got []string
		for _, s := range find.appendTokens(nil, []byte(text)) {
			got = append(got, text[s.from:s.to])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s in %q: got %q, want %q", pattern, text, got, want)
		}
	}
	tokens("(?u)\\b\\w\\w+\\b", "a bc déf_1 naïve x", "bc", "déf_1", "naïve")
	tokens("\\b\\w+\\b", "a bc ½ ² カ_", "a", "bc", "½", "²", "カ_")
	tokens("[a-zA-Z]+", "ab1cd é ef", "ab", "cd", "ef")
	tokens("\\b[a-zA-Z]{3,}\\b", "ab abc abcé éabc abcd", "abc", "abcd")
	tokens("\\S+", "a  b\tc d　e\u001cf", "a", "b", "c", "d", "e", "f")
	tokens("\\b[^\\d\\W]+\\b", "a1 bc d_e 2", "bc", "d_e")
	tokens("(a|ab)(?:c|bcd)*", "abcd acbcd", "a", "a")
	tokens("\\w+?b", "aabab", "aab", "ab")
	tokens("(?:x|(y))z", "xz yz", "", "y")
	tokens("[\\w.]+@[\\w.]+", "mail a.b@c.de, x@y", "a.b@c.de", "x@y")
	tokens("\\w+|[^\\w\\s]+", "it's 1.5!! ok", "it", "'", "s", "1", ".", "5", "!!", "ok")
	tokens("[^\\s,]+", "a,b c", "a", "b", "c")
	tokens("\\d+", "12 ١٢ x3", "12", "١٢", "3")
	tokens("[]a]+", "a]b", "a]")
}

func TestTokenPatternsThatAreRefused(t *testing.T) {
	f := func(pattern, want string) {
		t.Helper()
		_, err := parseTokenPattern(pattern)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", pattern, err, want)
		}
	}
	f(`(?i)[a-z]+`, `it uses "(?i)"`)
	f(`(?<=a)b`, `it uses "(?<="`)
	f(`(?!a)\w+`, `it uses "(?!a"`)
	f(`^\w+$`, `it uses "$"`)
	f(`(\w)\1`, `it uses "\\1"`)
	f(`\w*`, "it matches the empty string")
	f(`(a)(b)`, "it has 2 groups")
	f(`[\W]+`, `it uses "\\W"`)
	f(`\pL+`, "which Python does not know")
	f(`(\w`, "missing closing")
	f(`a{1001}`, "invalid repeat count")
}

// Where backtracking takes exponential time.
func TestTokenPatternIsLinear(t *testing.T) {
	find, err := parseTokenPattern(`(?:a|aa)+c`)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if got := find.appendTokens(nil, []byte(strings.Repeat("a", 2000)+"b")); len(got) != 0 {
		t.Errorf("found %v", got)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestStripAccents(t *testing.T) {
	f := func(a accents, text, want string) {
		t.Helper()
		if got := string(a.strip(nil, []byte(text))); got != want {
			t.Errorf("%d, %q: got %q, want %q", a, text, got, want)
		}
	}
	f(stripToASCII, "naïve café ﬁ Ł ½", "naive cafe fi  12")
	f(stripCombining, "naïve café ﬁ Ł ½", "naive cafe fi Ł 1⁄2")
	f(stripCombining, "cafe\u0301", "cafe")
	f(stripUnlessNFKD, "cafe\u0301", "cafe\u0301")
	f(stripUnlessNFKD, "café", "cafe")
	f(stripCombining, "plain", "plain")
}

func FuzzTokenPattern(f *testing.F) {
	for _, pattern := range []string{`(?u)\b\w\w+\b`, `[a-z]{2,}|\S+@\S+`, `\b(\w\w)\w*?s?\b`, `[^\W\d_]+`, `[]a]+`, `((a*)*)*b`} {
		f.Add(pattern, "a text, of 2 wörds\x00\xff")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 100 || len(text) > 200 {
			return
		}
		find, err := parseTokenPattern(pattern)
		if err != nil {
			return
		}
		last := 0
		for _, s := range find.appendTokens(nil, []byte(text)) {
			if s.from < last || s.to < s.from || s.to > len(text) {
				t.Fatalf("%q in %q: token [%d, %d) after %d", pattern, text, s.from, s.to, last)
			}
			last = s.from
		}
	})
}

// Both ways to sum a row give the same.
func TestRowsAreSummedAlike(t *testing.T) {
	s, byTable, bySort := new(textScratch), new(csr), new(csr)
	for i := range 50 {
		s.entries = s.entries[:0]
		for k := range i {
			s.entries = append(s.entries, entry{(k*k*7 + i) % 23, float64(k%5) - 2})
		}
		byTable.appendSum(s, 23)
		bySort.appendSorted(s.entries)
	}
	if !slices.Equal(byTable.indptr, bySort.indptr) || !slices.Equal(byTable.indices, bySort.indices) || !slices.Equal(byTable.values, bySort.values) {
		t.Errorf("got %v, want %v", byTable, bySort)
	}
}
