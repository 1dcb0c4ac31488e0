package formats

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// What a file says of itself, whole.
func TestInfo(t *testing.T) {
	f := func(fixture string) {
		t.Helper()
		m, err := OpenFile(filepath.Join("..", "modeltest", "testdata", "sklearn", fixture+".pkl"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.MarshalIndent(map[string]any{"signature": m.Signature(), "info": m.Info}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "info", filepath.Base(fixture)+".json")
		if *update {
			if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(got)+"\n" != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", fixture, got, want)
		}
	}
	f("1.9/written_joblib_lz4")
	f("0.20/written_pickle_0")
	f("1.9/pipeline_nested")
	f("1.9/logistic_dataframe")
	f("1.9/ridge_multi")
	f("1.0/logistic_ovr")
}
