package sklearn

import (
	"math"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models/pyobj"
)

// Factors as patsy writes them, over a = 2, b = 0.5 and "two words" = 3.
func TestExpressions(t *testing.T) {
	f := func(text string, want float64) {
		t.Helper()
		p := &formula{names: []string{"a", "b", "two words"}}
		values := []float64{2, 0.5, 3}
		e := &expression{formula: p, text: text}
		compiled, err := e.compile(pyobj.NewRef("model", nil))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			return
		}
		slots := make([]float64, len(p.slots))
		for k, s := range p.slots {
			slots[k] = values[s.column]
		}
		if got := compiled(slots); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
	f("a", 2)
	f("a + b", 2.5)
	f("a - b - b", 1)
	f("a * b + 3", 4)
	f("a / (b + b)", 2)
	f("-a ** 2", -4)
	f("a ** -1", 0.5)
	f("2 ** a ** 3", 256)
	f("I(a + 1e-1 * 10)", 3)
	f("np.log(a)", math.Log(2))
	f("numpy.sqrt(a * 2)", 2)
	f("Q('two words') * 2", 6)
	f(`Q("a")`, 2)
}

// What is no such expression is refused, and nothing of it is run.
func TestExpressionRefuses(t *testing.T) {
	f := func(text string) {
		t.Helper()
		e := &expression{formula: &formula{names: []string{"a"}}, text: text}
		if _, err := e.compile(pyobj.NewRef("model", nil)); err == nil || !strings.Contains(err.Error(), "of a formula is not supported") {
			t.Errorf("%s: got %v", text, err)
		}
	}
	f("")
	f("b")
	f("a +")
	f("a b")
	f("(a")
	f("a // 2")
	f("a % 2")
	f("a > 2")
	f("log(a)")
	f("np.cumsum(a)")
	f("np.log(a, 2)")
	f("center(a)")
	f("bs(a, df=4)")
	f("os.system('x')")
	f("__import__('os').system('x')")
	f("a.__class__")
	f("Q('a'")
	f("lambda: a")
	f(strings.Repeat("(", 1000) + "a")
	f(strings.Repeat("-", 1000) + "a")
	f(strings.Repeat("2 ** ", 1000) + "a")
}

func TestFactorColumn(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got, ok := factorColumn(text); got != want || ok != (want != "") {
			t.Errorf("%s is of %q, want %q", text, got, want)
		}
	}
	f("g", "g")
	f("C(g)", "g")
	f("C(g, Treatment(reference='v'))", "g")
	f("C(Q('a b'))", "a b")
	f("Q('a b')", "a b")
	f("C(g, Sum)", "")
	f("C(g, levels=['a', 'b'])", "")
}

func TestSplitOutside(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		if got := splitOutside(text, ':'); strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: got %q", text, got)
		}
	}
	f("a", "a")
	f("a:b", "a", "b")
	f("C(g)[T.x:y]:Q('a:b'):c", "C(g)[T.x:y]", "Q('a:b')", "c")
}
