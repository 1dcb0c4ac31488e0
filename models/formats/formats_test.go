package formats

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
)

func open(data string) (*models.Model, error) {
	return Open(models.Source{ReaderAt: strings.NewReader(data), Name: "model.pkl", Size: int64(len(data))})
}

// The files of testdata/refused, made by the tools that people use.
func TestRefused(t *testing.T) {
	f := func(name, text, hint string) {
		t.Helper()
		_, err := OpenFile(filepath.Join("testdata", "refused", name+".pkl"))
		var e *models.UnsupportedError
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v, want a *models.UnsupportedError", name, err)
			return
		}
		if e.Error() != text {
			t.Errorf("%s: got  %s\nwant %s", name, e, text)
		}
		if !strings.Contains(e.Hint, hint) {
			t.Errorf("%s: the hint %q lacks %q", name, e.Hint, hint)
		}
	}
	f("os-system", "the global posix.system is not supported (byte 28)", "Nothing was run.")
	f("os-system-inside", "LogisticRegression.note_: the global posix.system is not supported (byte 831)", "Nothing was run.")
	f("main-function", "Pipeline.steps['prep'].func: the global __main__.custom is not supported (byte 170)",
		"It was defined in the script that saved the model")
	f("main-class", "the global __main__.Tweaked is not supported (byte 32)", "It was defined in the script that saved the model")
	f("cloudpickle-function", `Pipeline.steps['prep'].func: the Python function "custom" of line 26, pickled by value`+
		" (cloudpickle.cloudpickle._make_function) is not supported (byte 193)", "Copal runs no Python code.")
	f("dill-function", `Pipeline.steps['prep'].func: the Python function "custom" of line 26, pickled by value`+
		" (dill._dill._create_function) is not supported (byte 182)", "Copal runs no Python code.")
	f("cloudpickle-lambda", `Pipeline.steps['prep'].func: the Python function "<lambda>" of line 70, pickled by value`+
		" (cloudpickle.cloudpickle._make_function) is not supported (byte 193)", "a ufunc of NumPy")
	f("cloudpickle-closure", `Pipeline.steps['prep'].func: the Python function "inner" of line 47, pickled by value`+
		" (cloudpickle.cloudpickle._make_function) is not supported (byte 193)", "a ufunc of NumPy")
	f("cloudpickle-class", `Pipeline.steps['prep']: the Python class "Doubler" with a method at line 39, pickled by value`+
		" (cloudpickle.cloudpickle._make_skeleton_class) is not supported (byte 116)", "Copal runs no Python code.")
	f("dill-lambda", `Pipeline.steps['prep'].func: the Python function "<lambda>" of line 70, pickled by value`+
		" (dill._dill._create_function) is not supported (byte 182)", "a ufunc of NumPy")
	f("dill-closure", `Pipeline.steps['prep'].func: the Python function "inner" of line 47, pickled by value`+
		" (dill._dill._create_function) is not supported (byte 182)", "a ufunc of NumPy")
	f("dill-class", `Pipeline.steps['prep']: the Python class "Doubler" with a method at line 39, pickled by value`+
		" (dill._dill._create_type) is not supported (byte 95)", "Copal runs no Python code.")
	f("dbscan", "DBSCAN: DBSCAN, which has no predict: it can only label the data it was fitted on,"+
		" is not supported (written by version 1.7.2) (byte 49)", "Fit a KNeighborsClassifier on its labels_.")
	f("not-fitted", "LogisticRegression: an estimator that is not fitted is not supported (written by version 1.7.2) (byte 68)",
		"Call fit")
	f("dict-of-models", "a file that holds a dict of 'model' (LogisticRegression), 'scaler' (StandardScaler)"+
		" instead of an estimator is not supported", "Save the fitted estimator itself.")
	f("array", "a file that holds a NumPy array instead of an estimator is not supported (byte 83)", "Save the fitted estimator itself.")
	f("class-itself", "a file that holds the class or function sklearn.linear_model._logistic.LogisticRegression itself"+
		" instead of an estimator is not supported (byte 65)", "Save the fitted estimator itself.")

	// What the two os-system files would have left.
	if _, err := os.Stat("copal-was-here"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a refused pickle was run: %v", err)
	}
}

func TestNoModel(t *testing.T) {
	f := func(data, want string) {
		t.Helper()
		_, err := open(data)
		if err == nil || err.Error() != want {
			t.Errorf("%.20q: got  %v\nwant %s", data, err, want)
		}
	}
	f("", "not a valid model file: the file is empty")
	f("hello, world\n", "text is not supported")
	f("xyz", "text is not supported")
	f("  \n", "a file of white space is not supported")
	f(`{"weights": {}}`, "JSON text is not supported")
	f("<!DOCTYPE html>", "XML or HTML text is not supported")
	f("#!/bin/sh\n", "a script is not supported")
	f("PK\x03\x04\x14\x00", "not a valid zip file: its directory is missing or damaged; was the file cut off?")
	f("PK\x05\x06"+strings.Repeat("\x00", 18), "an empty zip archive is not supported")
	f("\x89PNG\r\n\x1a\n", "a PNG image is not supported")
	f("\x93NUMPY\x01\x00", "a NumPy array (.npy) is not supported")
	f("version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
		"a Git LFS pointer (run `git lfs pull` to get the file it stands for) is not supported")
	f("tree\nversion=v4\n", "not a valid LightGBM text file: at byte 16: the file ends too early")
	f("\x00\x00\x00", "a file of unknown type is not supported")
	f(tarHeader(), "a tar archive is not supported")
	f(gzipped(tarHeader()), "a tar archive (gzip) is not supported")
}

func tarHeader() string {
	h := make([]byte, 512)
	copy(h, "model.pkl")
	copy(h[257:], "ustar")
	return string(h)
}

func gzipped(data string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(data)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

func TestOpenFileNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	f := func(name, want string) {
		t.Helper()
		_, err := OpenFile(filepath.Join(dir, name))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), filepath.Join(dir, name)) {
			t.Errorf("%s: got %v, want the path and %q", name, err, want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "empty.pkl"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f("empty.pkl", "the file is empty")
	f(".", "a folder is not supported")
	f("absent.pkl", "no such file")
}

// A file that shrank since its size was taken.
func TestShortRead(t *testing.T) {
	_, err := Open(models.Source{ReaderAt: strings.NewReader("\x80\x04"), Name: "model.pkl", Size: 100})
	if err == nil || err.Error() != "read model.pkl: unexpected EOF" {
		t.Errorf("got %v", err)
	}
}

// Pickles of protocols 0 and 1 are text, and must not be taken for text.
func TestOldProtocolsAreNoText(t *testing.T) {
	f := func(data, want string) {
		t.Helper()
		_, err := open(data)
		if err == nil || err.Error() != want {
			t.Errorf("%.20q: got  %v\nwant %s", data, err, want)
		}
	}
	f("cposix\nsystem\n(S'echo'\ntR.", "the global posix.system is not supported (byte 0)")
	f("c__builtin__\neval\n(S'1'\ntR.", "the global __builtin__.eval is not supported (byte 0)")
	f("(dp0\n.", "a file that holds a dict of nothing instead of an estimator is not supported")
	f("(lp0\n.", "a file that holds a list of 0 instead of an estimator is not supported")
	f("cnumpy.testing._private.utils\nrunstring\n(S'1'\n}tR.", "the global numpy.testing._private.utils.runstring is not supported (byte 0)")
	f("cdill._dill\n_get_attr\n(cdill._dill\n_import_module\n(S'os'\ntRS'system'\ntR(S'x'\ntR.", "the global os.system is not supported (byte 70)")
	f("csklearn.externals.x\ny\n.", "the global sklearn.externals.x.y is not supported (byte 0)")
}

func TestTruncated(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "modeltest", "testdata", "sklearn", "1.9", "pipeline_logistic.pkl"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 3; n < len(data); n++ {
		_, err := open(string(data[:n]))
		var e *models.FormatError
		if !errors.As(err, &e) {
			t.Fatalf("the first %d of %d bytes: got %v, want a *models.FormatError", n, len(data), err)
		}
	}
}
