package codec_test

import (
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

func TestJSONDecode(t *testing.T) {
	f := func(body, shown string) {
		t.Helper()
		reads(t, codec.JSON{}, matrix(2), body, shown)
	}
	f(`{"features": [[1, 2], [3, 4]]}`, "1.0 2.0 / 3.0 4.0")
	f(`{"instances": [[1, 2]]}`, "1.0 2.0")
	f(`{"inputs": [[1, 2]]}`, "1.0 2.0")
	f(`[[1, 2], [3, 4]]`, "1.0 2.0 / 3.0 4.0")
	f(`[1, 2]`, "1.0 2.0")
	f(`{"features": [1, 2]}`, "1.0 2.0")
	f("\ufeff \t\r\n[ [1 ,2]\n, [ 3,4 ] ]\n", "1.0 2.0 / 3.0 4.0")
	f(`[]`, "")
	f(`{"features": []}`, "")

	// What is beside the rows.
	f(`{"features": [[1, 2]], "method": "predict_proba"}`, "1.0 2.0 as predict_proba")
	f(`{"method": "predict", "features": [[1, 2]]}`, "1.0 2.0 as predict")
	f(`{"instances": [[1, 2]], "parameters": {"a": [1, {}], "method": "predict_proba"}}`, "1.0 2.0 as predict_proba")
	f(`{"instances": [[1, 2]], "parameters": null, "method": null}`, "1.0 2.0")
	f(`{"signature_name": "x", "a": {"b": [true, "\"", -1.5e3, null, {}, [], NaN]}, "instances": [[1, 2]]}`, "1.0 2.0")
	f(`{"f\u0065atures": [[1, 2]]}`, "1.0 2.0")

	// Values.
	f(`[true, false]`, "1.0 0.0")
	f(`[null, NaN]`, "(nan) nan")
	f(`[Infinity, -Infinity]`, "inf -inf")
	f(`[-0, 0.1]`, "-0.0 0.1")
	f(`[1e999, -1e999]`, "inf -inf")
	f(`[1E2, 1e-7]`, "100.0 1e-07")
	f(`[0.30000000000000004, 9007199254740993]`, "0.30000000000000004 9007199254740992.0")
	f(`[2.2250738585072011e-308, 179769313486231570814527423731704356798070e267]`, "2.225073858507201e-308 1.7976931348623157e+308")
}

func TestJSONDecodeTable(t *testing.T) {
	f := func(body, shown string) {
		t.Helper()
		reads(t, codec.JSON{}, table, body, shown)
	}
	f(`[[1.5, 42, true, "Oslo"]]`, "1.5 42 true Oslo")
	f(`[1.5, 42, true, "Oslo"]`, "1.5 42 true Oslo")
	f(`[[null, null, null, null], [1, 2, false, "x"]]`, "(nan) (0) (false) (\"\") / 1.0 2 false x")
	f(`[[1, 42.0, 1, "a"], [1, 1e3, 0, "b"]]`, "1.0 42 true a / 1.0 1000 false b")
	f(`[[1, 9223372036854775807, true, ""]]`, `1.0 9223372036854775807 true ""`)
	f(`[[1, true, true, "a\"b\\\/\b\f\n\r\t\u00e6\ud83d\ude00"]]`, "1.0 1 true \"a\"\"b\\/\b\f\n\r\tæ😀\"")
	f(`[[1, 1, true, "\ud83d"], [1, 1, true, "\ud83d\u0041"]]`, "1.0 1 true \ufffd / 1.0 1 true \ufffdA")
}

func TestJSONRefuses(t *testing.T) {
	f := func(marked, text string) {
		t.Helper()
		refuses(t, codec.JSON{}, named("a", "b"), marked, text)
	}
	const envelope = "an object with a member of features, instances, inputs, dataframe_split, dataframe_records"

	// The envelope.
	f("‸", "expected a list of rows, or "+envelope+", got the end of the body")
	f("  ‸hello", "expected a list of rows, or "+envelope+", got `hello`")
	f("‸1.5", "expected a list of rows, or "+envelope+", got `1.5`")
	f(`‸{}`, "expected "+envelope+", got an object without it")
	f(`‸{"feature": [[1, 2]]}`, "expected "+envelope+", got an object with `feature` instead")
	f(`{"features": [[1, 2]], ‸"inputs": [[1, 2]]}`, "expected one of features, instances, inputs, dataframe_split, dataframe_records, got inputs after features")
	f(`{"features": ‸{"a": 1}}`, "expected a list of rows, got `{\"a\": 1`")
	f(`{"features": ‸1}`, "expected a list of rows, got `1`")
	f(`{‸features: []}`, "expected a member name in quotes, got `features: [`")
	f(`{"features" ‸[[1, 2]]}`, "expected a colon, got `[[1`")
	f(`{"features": [[1, 2]], ‸}`, "expected a member name in quotes, got `}`")
	f(`{"features": [[1, 2]]‸`, "expected a comma or }, got the end of the body")
	f(`{"features": [[1, 2]]} ‸{`, "expected the end of the body, got `{`")
	f(`{"features": [[1, 2]], "method": ‸7}`, "expected the name of a method, got `7`")
	f(`{"features": [[1, 2]], "x": ‸nil}`, "expected a JSON value, got `nil`")
	f(`{"features": [[1, 2]], "x": [1,‸]}`, "expected a JSON value, got `]`")
	f(`{"a": `+strings.Repeat("[", 64)+"‸"+strings.Repeat("[", 99), "expected less nesting, got `[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…`")

	// Rows.
	f(`[[1, 2], ‸[3]]`, "row 1: expected a row of 2 values, got 1 value")
	f(`[[1, 2], [3, 4, ‸5, "6", [7]]]`, "row 1: expected a row of 2 values, got 5 values")
	f(`‸[1]`, "row 0: expected a row of 2 values, got 1 value")
	f(`[1, 2, ‸3]`, "row 0: expected a row of 2 values, got 3 values")
	f(`[‸[]]`, "row 0: expected a row of 2 values, got 0 values")
	f(`[[1, 2], ‸3]`, "row 1: expected a row, as a list of 2 values, got `3`")
	f(`[[1, 2], ‸]`, "row 1: expected a row, as a list of 2 values, got `]`")
	f(`[[1, 2] ‸[3, 4]]`, "expected a comma or ], got `[3`")
	f(`[[1 ‸2]]`, "expected a comma or ], got `2`")
	f(`[[1, 2‸`, "expected a comma or ], got the end of the body")

	// Values.
	f(`[[1, ‸"x"]]`, "row 0, column 1 (b): expected a number, got `\"x\"`")
	f(`[[1, 2], [‸abc, 4]]`, "row 1, column 0 (a): expected a number, got `abc`")
	f(`[[1, ‸]]`, "row 0, column 1 (b): expected a number, got `]`")
	f(`[[1, ‸[2]]]`, "row 0, column 1 (b): expected a number, got `[2`")
	f(`[[‸{"a": 1}]]`, "row 0, column 0 (a): expected a number, got `{\"a\": 1`")
	f(`[[‸01, 2]]`, "row 0, column 0 (a): expected a number, got `01`")
	f(`[[‸1., 2]]`, "row 0, column 0 (a): expected a number, got `1.`")
	f(`[[‸.5, 2]]`, "row 0, column 0 (a): expected a number, got `.5`")
	f(`[[‸+1, 2]]`, "row 0, column 0 (a): expected a number, got `+1`")
	f(`[[‸1e, 2]]`, "row 0, column 0 (a): expected a number, got `1e`")
	f(`[[‸-, 2]]`, "row 0, column 0 (a): expected a number, got `-`")
	f(`[[1‸x2, 2]]`, "expected a comma or ], got `x2`")
	f(`[["ab‸`, "expected the end of a string, got the end of the body")
	f("[[\"a‸\nb\", 1]]", `expected an escaped control character, got "\n"`)
	f("[[‸\xff, 1]]", `row 0, column 0 (a): expected a number, got "\xff"`)
}

func TestJSONRefusesTable(t *testing.T) {
	f := func(marked, text string) {
		t.Helper()
		refuses(t, codec.JSON{}, table, marked, text)
	}
	f(`[[1, ‸1.5, true, "x"]]`, "row 0, column 1 (age): expected an integer of 64 bits, got `1.5`")
	f(`[[1, ‸1e30, true, "x"]]`, "row 0, column 1 (age): expected an integer of 64 bits, got `1e30`")
	f(`[[1, ‸NaN, true, "x"]]`, "row 0, column 1 (age): expected an integer of 64 bits, got `NaN`")
	f(`[[1, 1, ‸2, "x"]]`, "row 0, column 2 (member): expected true or false, got `2`")
	f(`[[1, 1, true, ‸7]]`, "row 0, column 3 (city): expected a string, got `7`")
	f(`[[1, 1, true, ‸true]]`, "row 0, column 3 (city): expected a string, got `true`")
	f("[[1, 1, true, \"‸a\xff\"]]", `expected UTF-8, got "a\xff\""`)
	f(`[[1, 1, true, "a‸\x41"]]`, "expected an escape sequence of JSON, got `\\x41\"`")
	f(`[[1, 1, true, "‸\u12"]]`, "expected an escape sequence of JSON, got `\\u12\"`")
}

// Records and data frames: any order, other columns beside.
func TestJSONNamed(t *testing.T) {
	f := func(want *models.Signature, body, shown string) {
		t.Helper()
		reads(t, codec.JSON{}, want, body, shown)
	}
	ab := named("a", "b")
	f(ab, `[{"a": 1, "b": 2}, {"b": 4, "a": 3}]`, "1.0 2.0 / 3.0 4.0")
	f(ab, `[{"x": [{}], "b": 2, "\u0061": null, "y": "z"}]`, "(nan) 2.0")
	f(ab, `{"dataframe_records": [{"b": 2, "a": 1}], "method": "predict_proba"}`, "1.0 2.0 as predict_proba")
	f(ab, `{"instances": [{"b": true, "a": NaN}]}`, "nan 1.0")
	f(ab, `{"dataframe_split": {"columns": ["b", "x", "a"], "index": [7, 8], "data": [[2, "?", 1], [4, null, 3]]}}`, "1.0 2.0 / 3.0 4.0")
	f(ab, `{"dataframe_split": {"data": [[2, 1], [null, 3]], "columns": ["b", "a"]}, "method": "x"}`, "1.0 2.0 / 3.0 (nan) as x")
	f(ab, `{"dataframe_split": {"data": [[1, 2]]}}`, "1.0 2.0")
	f(ab, `{"dataframe_split": {"columns": [0, 1], "data": [[1, 2]]}}`, "1.0 2.0")
	f(ab, `{"dataframe_split": {"columns": ["a", "b"], "data": [1, 2]}}`, "1.0 2.0")
	f(ab, `{"dataframe_split": {"columns": ["b", "a"], "data": []}}`, "")

	const row = `{"city": "Oslo", "member": null, "x": 1, "age": 42, "height": 1.5}`
	f(table, "["+row+"]", `1.5 42 (false) Oslo`)
	f(table, `[{"city": null, "member": true, "age": 1, "height": null}, `+row+"]", `(nan) 1 true ("") / 1.5 42 (false) Oslo`)
	f(table, `{"dataframe_split": {"columns": ["x", "city", "age", "height", "member"], "data": [[{}, "caf\u00e9", 1, 2, true]]}}`,
		"2.0 1 true café")

	// A model without names takes the columns as they come.
	f(matrix(2), `[{"a": 1, "b": 2}, {"b": 4, "a": 3}]`, "1.0 2.0 / 3.0 4.0")
	f(matrix(2), `{"dataframe_split": {"columns": ["b", "a"], "data": [[1, 2]]}}`, "1.0 2.0")
	f(named("a", "a"), `[{"b": 1, "a": 2}]`, "1.0 2.0")
}

func TestJSONNamedRefuses(t *testing.T) {
	f := func(want *models.Signature, marked, text string) {
		t.Helper()
		refuses(t, codec.JSON{}, want, marked, text)
	}
	ab := named("a", "b")
	f(ab, `[{"a": 1, "b": 2}, ‸{"a": 1, "c": 2}]`, "row 1: expected the column `b`, got a row without it")
	f(table, `[‸{"age": 1, "city": "x"}]`, "row 0: expected the columns `height`, `member`, got a row without them")
	f(ab, `[‸{}]`, "row 0: expected the columns `a`, `b`, got a row without them")
	f(named("a", "b", "c", "d", "e", "f"), `[‸{}]`, "row 0: expected the columns `a`, `b`, `c`, `d`, `e`, …, got a row without them")
	f(ab, `[{"a": 1, ‸"a": 2, "b": 2}]`, "row 0: expected each name once, got `\"a\": 2`")
	f(ab, `[{"b": ‸"x", "a": 2}]`, "row 0, column 1 (b): expected a number, got `\"x\"`")
	f(ab, `[{"b": 1, "a": ‸[2]}]`, "row 0, column 0 (a): expected a number, got `[2`")
	f(ab, `[{"b": 1, "a": ‸nil}]`, "row 0, column 0 (a): expected a number, got `nil`")
	f(ab, `[{"a": 1, "b": 2}, ‸[1, 2]]`, "row 1: expected a row, as an object with a value for each name, got `[1`")
	f(ab, `[[1, 2], ‸{"a": 1}]`, "row 1: expected a row, as a list of 2 values, got `{\"a\": 1`")
	f(ab, `[{"a": 1, "b": 2} ‸{`, "expected a comma or ], got `{`")
	f(table, `[{"age": ‸1.5}]`, "row 0, column 1 (age): expected an integer of 64 bits, got `1.5`")

	f(ab, `{"dataframe_split": ‸[]}`, "expected an object with columns and data, got `[`")
	f(ab, `{"dataframe_split": ‸{"columns": ["a", "b"]}}`, "expected an object with columns and data, got one without data")
	f(ab, `{"dataframe_split": {"columns": ‸["a", "c"], "data": [[1, 2]]}}`, "expected the column `b`, got a list without it")
	f(ab, `{"dataframe_split": {"columns": ["a", "b", ‸"a"], "data": [[1, 2]]}}`, "expected each column once, got `\"a\"`")
	f(ab, `{"dataframe_split": {"columns": ‸[0, 1, 2], "data": [[1, 2, 3]]}}`, "expected a list of 2 names, got 3")
	f(ab, `{"dataframe_split": {"columns": ["a", ‸], "data": []}}`, "expected a name in quotes, got `]`")
	f(ab, `{"dataframe_split": {"columns": ‸"a", "data": []}}`, "expected a list of names, got `\"a\"`")
	f(ab, `{"dataframe_split": {"columns": ["b", "a"], "data": [[1, ‸"x"]]}}`, "row 0, column 1 (a): expected a number, got `\"x\"`")
	f(ab, `{"dataframe_split": {"data": [[1, ‸"x"]], "columns": ["b", "a"]}}`, "row 0, column 1 (a): expected a number, got `\"x\"`")
	f(ab, `{"dataframe_split": {"columns": ["b", "x", "a"], "data": [‸[1, 2]]}}`, "row 0: expected a row of 3 values, got 2 values")
	f(ab, `{"dataframe_split": {"columns": ["b", "x", "a"], "data": [[1, 2, 3, ‸4]]}}`, "row 0: expected a row of 3 values, got 4 values")
	f(ab, `{"dataframe_split": {"data": [], ‸"data": []}}`, "expected each member once, got data")

	f(matrix(2), `[{"a": 1, "b": 2, ‸"c": 3}]`, "row 0: expected a row of 2 values, got `\"c\": 3`")
	f(matrix(2), `[‸{"a": 1}]`, "row 0: expected a row of 2 values, got 1 value")
	f(matrix(2), `[{"a": 1, "b": 2}, {"a": 1, ‸"c": 2}]`, "row 1: expected the names of the first row, got `\"c\": 2`")
}
