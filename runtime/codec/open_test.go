package codec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

// anyColumns is the signature of a hasher; keys that of a vectorizer of dicts.
var (
	anyColumns = &models.Signature{Inputs: []models.Port{}, Open: true}
	keys       = &models.Signature{Inputs: []models.Port{
		{Name: "city", DType: models.String, Optional: true},
		{Name: "temperature", DType: models.Float64, Optional: true},
	}}
)

func TestOpenJSON(t *testing.T) {
	f := func(body, shown string) {
		t.Helper()
		reads(t, codec.JSON{}, anyColumns, body, shown)
	}
	f(`[{"a": 1, "b": "x"}, {"b": "y", "a": 2}]`, "1.0 x / 2.0 y")
	f(`[{"a": 1}, {"b": "y"}, {}, {"a": null, "b": "z"}]`, `1.0 ("") / (nan) y / (nan) ("") / (nan) z`)
	f(`[{"a": null}, {"a": "x"}]`, `("") / x`)
	f(`[{"wet": true}, {"wet": false}]`, "1.0 / 0.0")
	f(`{"instances": [{"a": 1}], "method": "transform"}`, "1.0 as transform")
	f(`{"dataframe_split": {"columns": ["b", "a"], "data": [["x", 1], [null, 2]]}}`, `x 1.0 / ("") 2.0`)
	f(`{"dataframe_split": {"data": [[1]], "columns": [0]}}`, "1.0")
	f(`[["a", "b"], ["c"], [], ["d", "e", "f"]]`, `a b ("") / c ("") ("") / ("") ("") ("") / d e f`)
	f(`[[1, 2], [3]]`, "1.0 2.0 / 3.0 (nan)")
	f(`["a", "b"]`, "a b")
	f(`[]`, "")
}

func TestOpenJSONRefuses(t *testing.T) {
	f := func(marked, text string) {
		t.Helper()
		refuses(t, codec.JSON{}, anyColumns, marked, text)
	}
	f(`[{"a": 1}, {"a": ‸"x"}]`, "row 1, column 0 (a): expected a number, got `\"x\"`")
	f(`[{"a": "x"}, {"a": ‸1}]`, "row 1, column 0 (a): expected a string, got `1`")
	f(`[{"a": ‸[1]}]`, "row 0, column 0 (a): expected a number or a string, got `[1`")
	f(`[{"a": 1, ‸"a": 2}]`, "row 0: expected each name once, got `\"a\": 2`")
	f(`[{‸"": 1}]`, "row 0: expected a name that is not empty, got `\"\": 1`")
	f(`{"dataframe_split": {"columns": ["a", "b"], "data": [‸["x"]]}}`, "row 0: expected a row of 2 values, got 1 value")
	f(`{"dataframe_split": {"columns": ["a"], "data": [["x", ‸"y"]]}}`, "row 0: expected a row of 1 value, got 2 values")
	f(`{"dataframe_split": {"columns": ["a", ‸"a"], "data": []}}`, "expected each column once, got `\"a\"`")
}

// A small body that would make a large table is refused.
func TestOpenLimits(t *testing.T) {
	var names, rows strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&names, `{"n%d": 1},`, i)
	}
	for i := range 70_000 {
		fmt.Fprintf(&rows, "%d,", i)
	}
	for _, body := range []string{names.String(), "[" + strings.TrimSuffix(rows.String(), ",") + "],"} {
		var r codec.Request
		err := codec.JSON{}.Decode(&r, anyColumns, []byte("["+strings.TrimSuffix(body, ",")+"]"))
		if err == nil || !strings.Contains(err.Error(), "at most 65536 columns, and 4194304 values and gaps in them") {
			t.Errorf("%.20s…: got %v", body, err)
		}
	}
}

func TestOpenCSV(t *testing.T) {
	f := func(body, shown string) {
		t.Helper()
		reads(t, codec.CSV{}, anyColumns, body, shown)
	}
	f("city,n\nOslo,1\n,2\n", `Oslo 1.0 / ("") 2.0`)
	f("city,n\nOslo,\n7,2\n", `Oslo (nan) / 7 2.0`)
	refuses(t, codec.CSV{}, anyColumns, "n\n1\n‸x\n", "row 1, column 0 (n): expected a number, got `x`")
	refuses(t, codec.CSV{}, anyColumns, "n,‸n\n1,1\n", "expected each column once in the header, got `n`")
}

// What is optional may be left out, by a record and by a header.
func TestOptionalColumns(t *testing.T) {
	reads(t, codec.JSON{}, keys, `[{"city": "Oslo"}, {"temperature": 12, "wet": true}, {}]`, `Oslo (nan) / ("") 12.0 / ("") (nan)`)
	reads(t, codec.JSON{}, keys, `{"dataframe_split": {"columns": ["temperature"], "data": [[1], [2]]}}`, `("") 1.0 / ("") 2.0`)
	reads(t, codec.CSV{}, keys, "temperature\n1\n2\n", `("") 1.0 / ("") 2.0`)
	refuses(t, codec.JSON{}, table, `[‸{"height": 1, "age": 2, "city": "x"}]`, "row 0: expected the column `member`, got a row without it")
}

// A flat list is one row, unless rows are one value.
func TestListOfTexts(t *testing.T) {
	texts := &models.Signature{Inputs: []models.Port{{Name: "text", DType: models.String}}}
	reads(t, codec.JSON{}, texts, `["good value", "broke at once"]`, "good value / broke at once")
	reads(t, codec.JSON{}, texts, `{"instances": ["a", null]}`, `a / ("")`)
	reads(t, codec.JSON{}, matrix(1), `[1, 2]`, "1.0 / 2.0")
	refuses(t, codec.JSON{}, texts, `["a", ‸1]`, "row 1, column 0 (text): expected a string, got `1`")
	refuses(t, codec.JSON{}, texts, `["a" ‸"b"]`, "expected a comma or ], got `\"b\"`")
}
