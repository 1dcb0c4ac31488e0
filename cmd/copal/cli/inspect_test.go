package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
)

func columns(n int, t models.DType, prefix string) []models.Port {
	ports := make([]models.Port, n)
	for i := range ports {
		ports[i] = models.Port{Name: fmt.Sprintf("%s%d", prefix, i), DType: t}
	}
	return ports
}

// A few columns are a line each, many are grouped by their types.
func TestTakes(t *testing.T) {
	f := func(ports []models.Port, want ...string) {
		t.Helper()
		if got := strings.Join(takes(ports), "\n"); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
	}
	f([]models.Port{{DType: models.Float64, Width: 4}}, "float64 × 4")
	f([]models.Port{{Name: "age"}, {Name: "Größe", DType: models.String}}, "age    float64", "Größe  string")
	f(append(columns(20, models.Float64, "n"), columns(2, models.String, "text")...),
		"float64 × 20:",
		"  n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12, n13, n14, n15, n16, n17, n18, n19",
		"string × 2:",
		"  text0, text1")

	many := takes(columns(1000, models.Float64, "column_"))
	if last := many[len(many)-1]; !strings.HasSuffix(last, "… 900 more") || len(many) > 20 {
		t.Errorf("%d lines, the last is %q", len(many), last)
	}
	for _, line := range many {
		if len(line) > lineWidth+len("  … 900 more") {
			t.Errorf("a line of %d: %s", len(line), line)
		}
	}
}

func TestOutline(t *testing.T) {
	n := models.Node{Path: "ColumnTransformer", Class: "ColumnTransformer", Summary: "9 features → 3 features", Children: []models.Node{
		{Path: "ColumnTransformer.transformers_['num']", Class: "StandardScaler", Columns: []string{"a", "b"}},
		{Path: "ColumnTransformer.transformers_['cat']", Class: "OneHotEncoder", Summary: "7 features",
			Columns: []string{"the first long name", "the second long name", "x", "y", "z", "the sixth", "the seventh"}},
	}}
	want := `ColumnTransformer  9 features → 3 features
├─ transformers_['num']  StandardScaler of a, b
└─ transformers_['cat']  OneHotEncoder of the first long name, the second long name, x, y, … 3 more  7 features`
	if got := strings.Join(outline(n, "", ""), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPortTexts(t *testing.T) {
	f := func(ports []models.Port, want string) {
		t.Helper()
		if got := portTexts(ports); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f([]models.Port{{DType: models.Float64, Width: 2, Names: []string{"pca0", "pca1"}}}, "float64 × 2: pca0, pca1")
	f([]models.Port{{DType: models.Int64}}, "int64")
	f(columns(10, models.Float64, "c"), "c0 float64, c1 float64, c2 float64, c3 float64, c4 float64, c5 float64, c6 float64, c7 float64, … 2 more")
}
