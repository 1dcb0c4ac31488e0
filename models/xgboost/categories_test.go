package xgboost

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/copal-ml/copal/models"
)

// Categories of a table are read from both formats, and changed files are refused.
func TestCategories(t *testing.T) {
	for name, data := range files(t, "named_categories_json.model.json", "named_categories_ubj.ubj") {
		b, err := Read(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b.coded() != 2 || b.Codes[1].Text("Oslo") != 2 || b.Codes[3].Number(-7) != 3 {
			t.Errorf("%s: got %d features with categories, Oslo is %v, -7 is %v", name, b.coded(), b.Codes[1].Text("Oslo"), b.Codes[3].Number(-7))
		}
	}
}

func TestBrokenCategories(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(fixtures, "3.3/named_categories_json.model.json"))
	if err != nil {
		t.Fatal(err)
	}
	f := func(old, new string, want any) {
		t.Helper()
		if !bytes.Contains(data, []byte(old)) {
			t.Fatalf("there is no %q", old)
		}
		_, err := Read(bytes.NewReader(bytes.Replace(data, []byte(old), []byte(new), 1)))
		if !errors.As(err, want) {
			t.Errorf("%s: got %v, want a %T", new, err, want)
		}
	}
	format, unsupported := new(*models.FormatError), new(*models.UnsupportedError)
	f(`"offsets":[0,6,`, `"offsets":[0,600,`, format)
	f(`"offsets":[0,6,`, `"offsets":[-1,6,`, format)
	f(`"offsets":[0,6,`, `"offsets":[0,66,`, format)
	f(`"values":[10,20,30,-7]`, `"values":[10,20,30,30]`, format)
	f(`"values":[10,20,30,-7]`, `"values":[10,20,30,"x"]`, format)
	f(`"enc":[`, `"enc":[{},`, format)
	f(`"values":[66,`, `"values":[-61,`, unsupported)
}
