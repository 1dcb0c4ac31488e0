package sklearn

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models/pyobj"
)

// An expression is a numeric factor as patsy writes it: a closed part of Python's
// expressions, over the columns of the table.
//
//	sum:     product (("+" | "-") product)*
//	product: unary (("*" | "/") unary)*
//	unary:   "-" unary | power
//	power:   atom ("**" unary)?
//	atom:    number | name | Q('name') | I(sum) | np.function(sum) | "(" sum ")"
type expression struct {
	*formula
	text  string
	at    int
	depth int
	bad   bool
}

const maxExpressionDepth = 50

func (e *expression) compile(r pyobj.Ref) (factor, error) {
	f := e.sum()
	if e.space(); e.bad || e.at != len(e.text) {
		return nil, r.Unsupported("the factor "+clip(e.text)+" of a formula", formulaHint)
	}
	return f, nil
}

func (e *expression) fail() factor {
	e.bad = true
	return func([]float64) float64 { return math.NaN() }
}

func (e *expression) space() {
	for e.at < len(e.text) && e.text[e.at] == ' ' {
		e.at++
	}
}

// take steps over a token if it comes next. "*" is not the first half of "**".
func (e *expression) take(token string) bool {
	e.space()
	rest := e.text[e.at:]
	if !strings.HasPrefix(rest, token) || token == "*" && strings.HasPrefix(rest, "**") || token == "/" && strings.HasPrefix(rest, "//") {
		return false
	}
	e.at += len(token)
	return true
}

func (e *expression) sum() factor {
	if e.depth++; e.depth > maxExpressionDepth {
		return e.fail()
	}
	defer func() { e.depth-- }()
	a := e.product()
	for !e.bad {
		left := a
		switch {
		case e.take("+"):
			right := e.product()
			a = func(s []float64) float64 { return left(s) + right(s) }
		case e.take("-"):
			right := e.product()
			a = func(s []float64) float64 { return left(s) - right(s) }
		default:
			return a
		}
	}
	return a
}

func (e *expression) product() factor {
	a := e.unary()
	for !e.bad {
		left := a
		switch {
		case e.take("*"):
			right := e.unary()
			a = func(s []float64) float64 { return float64(left(s) * right(s)) }
		case e.take("/"):
			right := e.unary()
			a = func(s []float64) float64 { return left(s) / right(s) }
		default:
			return a
		}
	}
	return a
}

func (e *expression) unary() factor {
	if e.depth++; e.depth > maxExpressionDepth {
		return e.fail()
	}
	defer func() { e.depth-- }()
	if e.take("-") {
		a := e.unary()
		return func(s []float64) float64 { return -a(s) }
	}
	a := e.atom()
	if !e.take("**") {
		return a
	}
	b := e.unary()
	return func(s []float64) float64 { return raised(a(s), b(s)) }
}

// raised is x ** y as numpy computes it: squares by a product.
func raised(x, y float64) float64 {
	if y == 2 {
		return x * x
	}
	return math.Pow(x, y)
}

func (e *expression) atom() factor {
	if e.take("(") {
		return e.closed()
	}
	word := e.word()
	if word == "" {
		return e.fail()
	}
	if v, err := strconv.ParseFloat(word, 64); err == nil && word[0] <= '9' {
		return func([]float64) float64 { return v }
	}
	if !e.take("(") {
		return e.column(word)
	}
	switch name, isNumPy := numpyName(word); {
	case word == "I":
		return e.closed()
	case word == "Q":
		return e.quoted()
	case isNumPy && ufunc(name) != nil:
		f, a := ufunc(name), e.closed()
		return func(s []float64) float64 { return f(a(s)) }
	}
	return e.fail()
}

func numpyName(word string) (string, bool) {
	for _, module := range []string{"np.", "numpy."} {
		if name, ok := strings.CutPrefix(word, module); ok {
			return name, true
		}
	}
	return "", false
}

// closed is a sum and the parenthesis behind it.
func (e *expression) closed() factor {
	a := e.sum()
	if !e.take(")") {
		return e.fail()
	}
	return a
}

// word is a name with dots, or a number without a sign.
func (e *expression) word() string {
	e.space()
	from := e.at
	for e.at < len(e.text) {
		c := e.text[e.at]
		exponent := (c == '-' || c == '+') && e.at > from && e.text[from] <= '9' && (e.text[e.at-1] == 'e' || e.text[e.at-1] == 'E')
		if !exponent && c < 0x80 && c != '_' && c != '.' && !isAlphanumeric(c) {
			break
		}
		e.at++
	}
	return e.text[from:e.at]
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// quoted is the rest of Q('name').
func (e *expression) quoted() factor {
	e.space()
	end := strings.IndexByte(e.text[e.at:], ')')
	if end < 0 {
		return e.fail()
	}
	name := strings.Trim(strings.TrimSpace(e.text[e.at:e.at+end]), `'"`)
	e.at += end + 1
	return e.column(name)
}

func (e *expression) column(name string) factor {
	j := slices.Index(e.names, name)
	if j < 0 {
		return e.fail()
	}
	k := e.slot(j, nil)
	return func(s []float64) float64 { return s[k] }
}
