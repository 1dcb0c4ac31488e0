package codec_test

import (
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

// categories takes a string or an integer, and a number.
var categories = &models.Signature{Inputs: []models.Port{
	{Name: "code", DType: models.String, Integers: true},
	{Name: "x", DType: models.Float64},
}}

// Integers and truth values are categories by their decimal text, as CatBoost's
// package takes them.
func TestCategories(t *testing.T) {
	f := func(body, shown string) {
		t.Helper()
		var req codec.Request
		if err := (codec.JSON{}).Decode(&req, categories, []byte(body)); err != nil {
			t.Errorf("%s: %v", body, err)
		} else if got := show(&req); got != shown {
			t.Errorf("%s is %s, want %s", body, got, shown)
		}
	}
	f(`[["a", 1], [-7, 2], [true, 3], [false, 4]]`, "a 1.0 / -7 2.0 / 1 3.0 / 0 4.0")
	f(`[{"x": 1, "code": 9007199254740993}]`, "9007199254740993 1.0")

	refuses(t, codec.JSON{}, categories, `[[‸1.5, 1]]`, "row 0, column 0 (code): expected a string or an integer, got `1.5`")
	refuses(t, codec.JSON{}, categories, `[[‸3.0, 1]]`, "row 0, column 0 (code): expected a string or an integer, got `3.0`")
	refuses(t, codec.JSON{}, categories, `[[‸NaN, 1]]`, "row 0, column 0 (code): expected a string or an integer, got `NaN`")
}
