package catboost

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
)

func load(t *testing.T, path string) (*models.Model, error) {
	t.Helper()
	f, err := os.Open(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return Load(models.Source{ReaderAt: f, Name: filepath.Base(path), Size: info.Size()})
}

// Features that are not computed are refused by their names.
func TestRefused(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		_, err := load(t, "testdata/"+name)
		var unsupported *models.UnsupportedError
		if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), want) || unsupported.Hint == "" {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	f("text.cbm", `a CatBoost model with the text feature "story"`)
	f("embedding.cbm", `a CatBoost model with the embedding feature "vector"`)
}

// Categories are strings, or integers by their text, in columns of any order; a
// float is none, and none may be missing.
func TestCategories(t *testing.T) {
	m, err := load(t, fixtures+"/1.2/integers.cbm") // of the columns code and x
	if err != nil {
		t.Fatal(err)
	}
	ask := func(code models.Column, order bool) (float64, error) {
		code.Name = "code"
		x := models.Column{Name: "x", DType: models.Float64, F64: []float64{0.3}}
		in := &models.Frame{Rows: 1, Columns: []models.Column{code, x}}
		if !order {
			slices.Reverse(in.Columns)
		}
		if err := m.Signature().Check(in); err != nil {
			return 0, err
		}
		var out models.Frame
		if err := m.Predict(&out, in, models.Predict); err != nil {
			return 0, err
		}
		return out.Columns[0].F64[0], nil
	}
	text := models.Column{DType: models.String, Str: []string{"4"}}
	want, err := ask(text, true)
	if err != nil {
		t.Fatal(err)
	}
	f := func(what string, code models.Column, order bool) {
		t.Helper()
		if got, err := ask(code, order); err != nil || got != want {
			t.Errorf("%s: got %v (%v), want %v", what, got, err, want)
		}
	}
	f("columns in another order", text, false)
	f("an integer", models.Column{DType: models.Int64, I64: []int64{4}}, true)
	unseen, err := ask(models.Column{DType: models.String, Str: []string{"never seen"}}, true)
	if err != nil {
		t.Fatal(err)
	}
	differ := 0
	for code := range int64(9) {
		if got, _ := ask(models.Column{DType: models.Int64, I64: []int64{code}}, true); got != unseen {
			differ++
		}
	}
	if differ == 0 {
		t.Error("all categories answer as an unseen one")
	}
	refused := func(what string, code models.Column) {
		t.Helper()
		var data *models.DataError
		if got, err := ask(code, true); !errors.As(err, &data) {
			t.Errorf("%s: got %v (%v), want a *models.DataError", what, got, err)
		}
	}
	refused("a float", models.Column{DType: models.Float64, F64: []float64{4}})
	refused("a missing category", models.Column{DType: models.String, Str: []string{""}, Null: []bool{true}})
}

// Rows that are computed take no memory once warm.
func TestAllocations(t *testing.T) {
	data, err := os.ReadFile(filepath.FromSlash(fixtures + "/1.2/one_hot_some.cbm"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	x, out := make([]float64, 100*m.Features), make([]float64, 100*m.Outputs)
	m.Margin(out, x)
	if n := testing.AllocsPerRun(20, func() { m.Margin(out, x) }); n > 1 { // a closure
		t.Errorf("Margin allocates %v times", n)
	}
}
