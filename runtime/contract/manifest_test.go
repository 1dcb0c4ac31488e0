package contract_test

import (
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

func manifest() contract.Manifest {
	return contract.Manifest{
		Version: contract.ManifestVersion,
		Model: contract.ModelFile{
			Name: "model.pkl", Embedded: true, SHA256: strings.Repeat("0f", 32), Size: 975,
			Format: "joblib", Library: "scikit-learn", Writer: "1.3.2", Class: "LogisticRegression",
		},
		Method: models.PredictProba,
		Signature: &models.Signature{
			Inputs:  []models.Port{{DType: models.Float64, Width: 4}},
			Methods: []models.MethodSignature{{Name: models.Predict, Outputs: []models.Port{{DType: models.Int64}}}},
			Classes: []any{int64(0), int64(1)},
		},
	}
}

// What goes into an image comes out of it, and has the same bytes again.
func TestManifestRoundTrip(t *testing.T) {
	first := manifest().Encode()
	m, err := contract.DecodeManifest(first)
	if err != nil {
		t.Fatal(err)
	}
	if second := m.Encode(); string(second) != string(first) {
		t.Errorf("got\n%s\nwant\n%s", second, first)
	}
	if m.Model != manifest().Model || m.Method != models.PredictProba || m.Signature.Inputs[0].Width != 4 {
		t.Errorf("got %+v", m)
	}
}

func TestDecodeManifestRefuses(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := contract.DecodeManifest([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	edit := func(old, new string) string { return strings.Replace(string(manifest().Encode()), old, new, 1) }
	f("", "image manifest: EOF")
	f(edit(`"version":1`, `"version":2`), "image manifest version 2, this copal reads 1: rebuild the image")
	f(edit(`"version":1`, `"version":1,"created":"2026"`), `unknown field "created"`)
	f(edit("float64", "float16"), `unknown dtype "float16"; known are [float64 float32 int64 bool string]`)
	f(string(manifest().Encode())+"{}", "something follows its end")
	f(edit("model.pkl", "../../etc/passwd"), `"../../etc/passwd" is not the name of a file`)
	f(edit("model.pkl", ".."), `".." is not the name of a file`)
	f(edit("model.pkl", ""), `"" is not the name of a file`)
}

func TestModelPath(t *testing.T) {
	f := func(embedded bool, want string) {
		t.Helper()
		if got := (contract.ModelFile{Name: "model.pkl", Embedded: embedded}).Path(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(true, "/model/model")
	f(false, "/opt/ml/model/model.pkl")
}
