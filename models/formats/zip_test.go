package formats

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
)

func zipOf(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Archives that are no .skops files are refused by what they are.
func TestOtherArchives(t *testing.T) {
	f := func(want, hint string, names ...string) {
		t.Helper()
		_, err := open(zipOf(t, names...))
		var e *models.UnsupportedError
		if !errors.As(err, &e) || e.Error() != want+" is not supported" || !strings.Contains(e.Hint, hint) {
			t.Errorf("%v: got  %v\nwant %s", names, err, want)
		}
	}
	f("a Keras model (.keras)", "ONNX", "metadata.json", "config.json", "model.weights.h5")
	f("a PyTorch checkpoint", "ONNX", "archive/data.pkl", "archive/version", "archive/data/0")
	f("a TorchScript program", "ONNX", "net/data.pkl", "net/code/__torch__.py", "net/constants.pkl")
	f("a Stable-Baselines3 model", "ONNX", "data", "policy.pth")
	f("NumPy arrays (.npz)", "joblib.dump", "coef.npy", "intercept.npy")
	f("an Office document", "joblib.dump", "[Content_Types].xml", "xl/workbook.xml")
	f("a Java archive", "joblib.dump", "META-INF/MANIFEST.MF")
	f("an MLflow model in a zip archive", "model.pkl inside", "model/MLmodel", "model/model.pkl")
	f("a zip archive with a pickle inside", "Unpack it", "model.pkl")
	f("a zip archive with a .skops file inside", "Unpack it", "models/iris.skops")
	f("a zip archive that is no model", ".skops files", "readme.txt")
}

func TestSkopsInfo(t *testing.T) {
	m, err := OpenFile(skopsFile("pipeline_logistic"))
	if err != nil {
		t.Fatal(err)
	}
	if i := m.Info; i.Format != "skops" || i.Protocol != 2 || i.Writer != "skops 0.16.0" || i.Version != "1.9.1" || len(i.Globals) < 5 {
		t.Errorf("got %+v", i)
	}
}

func skopsFile(name string) string {
	return filepath.Join("..", "modeltest", "testdata", "skops", "0.16", name+".skops")
}

// Values that contradict themselves are told of as the fault of a .skops file.
func TestBrokenSkops(t *testing.T) {
	data, err := os.ReadFile(skopsFile("standard_scaler"))
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.ReplaceAll(data, []byte(`"mean_"`), []byte(`"meen_"`))
	bad = fixChecksum(t, bad)
	_, err = open(string(bad))
	if err == nil || !strings.HasPrefix(err.Error(), "not a valid skops file: at byte 0: StandardScaler: ") {
		t.Errorf("got %v", err)
	}
}

// fixChecksum packs an archive again without looking at its checksums.
func fixChecksum(t *testing.T, data []byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		to, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(data[at : at+int64(f.CompressedSize64)]); err != nil { // stored
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Inspect tells what is known of files that Open refuses.
func TestInspectRefused(t *testing.T) {
	f := func(file, format, library, version, outline string, globals ...string) {
		t.Helper()
		info, s, err := InspectFile(filepath.Join("testdata", "refused", file))
		if err == nil || s != nil {
			t.Fatalf("%s: no error", file)
		}
		if info.Format != format || info.Library != library || info.Version != version {
			t.Errorf("%s: got %s %s %s", file, info.Format, info.Library, info.Version)
		}
		if got := drawn(info.Outline); got != outline {
			t.Errorf("%s: got  %s\nwant %s", file, got, outline)
		}
		for _, name := range globals {
			if !slices.ContainsFunc(info.Globals, func(g models.Global) bool { return g.Name == name }) {
				t.Errorf("%s: %s is not among the globals", file, name)
			}
		}
	}
	f("os-system.pkl", "pickle", "", "", "system: not supported", "posix.system")
	f("os-system-inside.pkl", "pickle", "scikit-learn", "1.7.2",
		"LogisticRegression: 4 features (note_ system: not supported)", "posix.system", "numpy.dtype")
	f("cloudpickle-function.pkl", "pickle", "scikit-learn", "1.7.2",
		"Pipeline (steps['prep'] FunctionTransformer: 4 features (func custom: not supported), steps['model'] LogisticRegression: 4 features)",
		"cloudpickle.cloudpickle._make_function")
	f("dill-class.pkl", "pickle", "scikit-learn", "1.7.2",
		"Pipeline (steps['prep'] Doubler: 4 features · not supported, steps['model'] LogisticRegression: 4 features)", "dill._dill._create_type")
	f("main-class.pkl", "pickle", "", "", "Tweaked: 4 features · not supported", "__main__.Tweaked")
	f("dbscan.pkl", "joblib", "scikit-learn", "1.7.2", "DBSCAN: 4 features · not supported", "sklearn.cluster._dbscan.DBSCAN")
	f("dict-of-models.pkl", "pickle", "scikit-learn", "1.7.2",
		"dict (['model'] LogisticRegression: 4 features, ['scaler'] StandardScaler: 4 features)", "numpy.dtype")
	f("array.pkl", "pickle", "", "", "", "numpy.dtype")
}

// drawn is an outline in one line.
func drawn(n models.Node) string {
	s := n.Class
	if n.Summary != "" {
		s += ": " + n.Summary
	}
	var parts []string
	for _, c := range n.Children {
		label := strings.TrimPrefix(strings.TrimPrefix(c.Path, n.Path), ".")
		parts = append(parts, label+" "+drawn(c))
	}
	if len(parts) > 0 {
		s += " (" + strings.Join(parts, ", ") + ")"
	}
	return s
}
