package joblib

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models/pyobj/pyobjtest"
)

// fixtures are the files that testdata/make.py made with real joblibs.
func fixtures(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.joblib")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d fixtures in testdata, %v; make.py makes them", len(files), err)
	}
	return files
}

// siblings opens files in testdata.
func siblings(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join("testdata", name))
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFixtures(t *testing.T) {
	for _, file := range fixtures(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".joblib") // small-xz-py313
		t.Run(name, func(t *testing.T) {
			data := read(t, file)
			f, err := Decode(bytes.NewReader(data), Options{Open: siblings})
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(name, "-")
			if want := compressionOf(parts); f.Compression != want {
				t.Errorf("compression %q, want %q", f.Compression, want)
			}
			version := parts[len(parts)-1]
			pyobjtest.Equal(t, f.Root, filepath.Join("testdata", parts[0]+"-"+version[:3]+".json"))

			blind := io.MultiReader(bytes.NewReader(data)) // does not know its length
			if f, err = Decode(blind, Options{Open: siblings}); err != nil {
				t.Fatalf("length not known: %v", err)
			}
			pyobjtest.Equal(t, f.Root, filepath.Join("testdata", parts[0]+"-"+version[:3]+".json"))
		})
	}
}

// compressionOf reads what make.py put into a file's name.
func compressionOf(parts []string) string {
	switch {
	case parts[0] == "zfile":
		return "zfile"
	case len(parts) == 2 || len(parts[1]) == 2 && parts[1][0] == 'p':
		return ""
	}
	return strings.TrimSuffix(parts[1], "9")
}
