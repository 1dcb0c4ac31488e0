package builder_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/copal-ml/copal/builder"
	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/layer"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/builder/serverbin"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A stand-in is a model that answers as it is told.
type standIn struct {
	signature models.Signature
	predict   func(dst, src *models.Frame) error
}

func (s *standIn) Signature() *models.Signature { return &s.signature }
func (s *standIn) Predict(dst, src *models.Frame, _ models.Method) error {
	return s.predict(dst, src)
}

func answer(rows int) func(dst, src *models.Frame) error {
	return func(dst, src *models.Frame) error { dst.Rows = rows; return nil }
}

// opener gives a stand-in for any file.
func opener(predict func(dst, src *models.Frame) error) func(string) (*models.Model, error) {
	s := &standIn{predict: predict, signature: models.Signature{
		Inputs: []models.Port{{Name: "age", DType: models.Int64}, {Name: "city", DType: models.String}, {DType: models.Float64, Width: 3}},
		Methods: []models.MethodSignature{
			{Name: models.Predict, Outputs: []models.Port{{DType: models.Int64}}},
			{Name: models.PredictProba, Outputs: []models.Port{{DType: models.Float64, Width: 2}}},
		},
	}}
	info := models.Info{Format: "joblib", Library: "scikit-learn", Version: "1.3.2", Outline: models.Node{Class: "LogisticRegression"}}
	return func(string) (*models.Model, error) { return &models.Model{Predictor: s, Info: info}, nil }
}

func server(platform string) (*layer.Layer, error) {
	return layer.New(context.Background(), serverbin.Files([]byte("server for "+platform)), nil)
}

// spec is a complete spec over a fixed model.
func spec(t testing.TB) builder.Spec {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.pkl")
	if err := os.WriteFile(path, []byte(strings.Repeat("weights", 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	return builder.Spec{Model: path, Embed: true, Open: opener(answer(1)), Server: server}
}

func build(t testing.TB, s builder.Spec) *image.Artifact {
	t.Helper()
	a, err := builder.Build(context.Background(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func digest(t testing.TB, a *image.Artifact) string {
	t.Helper()
	d, err := a.Image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func TestBuild(t *testing.T) {
	f := func(change func(*builder.Spec), wantLayers string, check func(m contract.Manifest) bool) {
		t.Helper()
		s := spec(t)
		change(&s)
		a := build(t, s)
		if err := errors.Join(validate.Image(a.Image), image.Lint(a.Image)); err != nil {
			t.Error(err)
		}
		if got := strings.Join(image.LayerNames(a.Image), " "); got != wantLayers {
			t.Errorf("layers %s, want %s", got, wantLayers)
		}
		m, err := image.ReadManifest(a.Image)
		if err != nil || !check(m) {
			t.Errorf("manifest %+v, %v", m, err)
		}
		sum := sha256.Sum256([]byte(strings.Repeat("weights", 100)))
		if m.Model.SHA256 != hex.EncodeToString(sum[:]) || m.Model.Size != 700 || m.Model.Class != "LogisticRegression" {
			t.Errorf("model %+v", m.Model)
		}
	}
	f(func(s *builder.Spec) {}, "model manifest server", func(m contract.Manifest) bool {
		return m.Method == models.Predict && m.Model.Path() == "/model/model"
	})
	f(func(s *builder.Spec) { s.Embed = false }, "manifest server", func(m contract.Manifest) bool {
		return m.Model.Path() == "/opt/ml/model/model.pkl"
	})
	f(func(s *builder.Spec) { s.Method, s.Platform, s.Format = models.PredictProba, "linux/arm64", image.OCI }, "model manifest server", func(m contract.Manifest) bool {
		return m.Method == models.PredictProba
	})
}

func TestRefusals(t *testing.T) {
	f := func(want string, change func(*builder.Spec)) {
		t.Helper()
		s := spec(t)
		change(&s)
		if _, err := builder.Build(context.Background(), s, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	unsupported := &models.UnsupportedError{Path: "Pipeline.steps['x']", Feature: "sklearn.svm._classes.NuSVR", Offset: -1}
	f("does not exist", func(s *builder.Spec) { s.Model += ".gone" })
	f("is not supported", func(s *builder.Spec) {
		s.Open = func(string) (*models.Model, error) { return nil, unsupported }
	})
	f("this model does not offer transform; it offers predict, predict_proba", func(s *builder.Spec) { s.Method = models.Transform })
	f("fails on a first row: boom", func(s *builder.Spec) {
		s.Open = opener(func(_, _ *models.Frame) error { panic("boom") })
	})
	f("fails on a first row: broken plan", func(s *builder.Spec) {
		s.Open = opener(func(_, _ *models.Frame) error { return errors.New("broken plan") })
	})
	f("answers a first row with 0 rows", func(s *builder.Spec) { s.Open = opener(answer(0)) })
	f("platform \"linux/riscv64\" is not known", func(s *builder.Spec) { s.Platform = "linux/riscv64" })
	f("run `make build`", func(s *builder.Spec) {
		s.Server = func(string) (*layer.Layer, error) { return nil, errors.New("run `make build`") }
	})
	f("changed while it was being read", func(s *builder.Spec) {
		s.Open = func(path string) (*models.Model, error) {
			if err := os.WriteFile(path, []byte("another"), 0o644); err != nil {
				t.Fatal(err)
			}
			return opener(answer(1))(path)
		}
	})
}

// TestFirstRow: the row has every input, and a refusal of its values is no
// reason not to build.
func TestFirstRow(t *testing.T) {
	s := spec(t)
	s.Open = opener(func(dst, src *models.Frame) error {
		if src.Rows != 1 || len(src.Columns) != 3 || src.Columns[0].I64[0] != 0 || src.Columns[1].Str[0] != "" || len(src.Columns[2].F64) != 3 {
			t.Errorf("the row is %+v", src)
		}
		return &models.DataError{Row: 0, Column: 1, Text: "unknown category"}
	})
	build(t, s)
}

// TestOrder: the model is loaded before a layer is made.
func TestOrder(t *testing.T) {
	var events []string
	s := spec(t)
	if _, err := builder.Build(context.Background(), s, func(e progress.Event) {
		if e.Kind == progress.Done {
			events = append(events, e.Text)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(events, "; "); got != "Loaded model.pkl: LogisticRegression, scikit-learn 1.3.2; Made the model layer" {
		t.Errorf("events: %s", got)
	}
}

// TestReproducible builds the same inputs under different circumstances.
func TestReproducible(t *testing.T) {
	want := digest(t, build(t, spec(t)))
	f := func(what string, around func(s *builder.Spec) (undo func())) {
		t.Helper()
		s := spec(t) // in a new folder each time
		undo := around(&s)
		defer undo()
		if got := digest(t, build(t, s)); got != want {
			t.Errorf("%s: digest %s, want %s", what, got, want)
		}
	}
	f("another folder", func(*builder.Spec) func() { return func() {} })
	f("another time zone", func(*builder.Spec) func() {
		old := time.Local
		time.Local = time.FixedZone("far", 13*3600)
		return func() { time.Local = old }
	})
	f("another umask", func(*builder.Spec) func() {
		old := syscall.Umask(0o077)
		return func() { syscall.Umask(old) }
	})
	f("another GOMAXPROCS", func(*builder.Spec) func() {
		old := runtime.GOMAXPROCS(1)
		return func() { runtime.GOMAXPROCS(old) }
	})
	f("a touched file", func(s *builder.Spec) func() {
		if err := errors.Join(os.Chtimes(s.Model, time.Unix(1, 0), time.Unix(1, 0)), os.Chmod(s.Model, 0o600)); err != nil {
			t.Fatal(err)
		}
		return func() {}
	})
	f("a relative path", func(s *builder.Spec) func() {
		t.Chdir(filepath.Dir(s.Model))
		s.Model = "model.pkl"
		return func() {}
	})
	f("SOURCE_DATE_EPOCH in the environment", func(*builder.Spec) func() {
		t.Setenv("SOURCE_DATE_EPOCH", "1700000000") // it is for the command line to read
		return func() {}
	})
	s := spec(t)
	s.Created = 1700000000
	if digest(t, build(t, s)) == want {
		t.Error("Created is not in the image")
	}
}

// TestGolden: these digests hold on every machine and with every release, or
// every user's layers are uploaded again.
func TestGolden(t *testing.T) {
	var got strings.Builder
	for _, platform := range image.Platforms {
		for _, format := range []image.Format{image.Docker, image.OCI} {
			s := spec(t)
			s.Platform, s.Format = platform, format
			got.WriteString(platform + " " + format.String() + " " + digest(t, build(t, s)) + "\n")
		}
	}
	const golden = "testdata/digests.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%swant\n%s(go test ./builder -update rewrites it)", got.String(), want)
	}
}

// TestRealModel builds from the example with the real reader.
func TestRealModel(t *testing.T) {
	s := builder.Spec{Model: "../cmd/copal/example/model.pkl", Embed: true, Server: server}
	m, err := image.ReadManifest(build(t, s).Image)
	if err != nil {
		t.Fatal(err)
	}
	if m.Model.Class != "LogisticRegression" || m.Model.Library != "scikit-learn" || m.Method != models.Predict || m.Signature.Inputs[0].Width != 4 {
		t.Errorf("manifest %s", m.Encode())
	}
}
