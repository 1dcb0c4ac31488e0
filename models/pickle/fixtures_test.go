package pickle

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models/pyobj/pyobjtest"
)

// fixtures are the files that testdata/make.py made with real Pythons.
func fixtures(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.pkl")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d fixtures in testdata, %v; make.py makes them", len(files), err)
	}
	return files
}

func TestFixtures(t *testing.T) {
	for _, file := range fixtures(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Decode(bytes.NewReader(data), Options{})
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(file) // plain-py313-p4.pkl
			parts := strings.Split(strings.TrimSuffix(name, ".pkl"), "-")
			if want := int(name[len(name)-len("4.pkl")] - '0'); f.Protocol != want {
				t.Errorf("protocol %d, want %d", f.Protocol, want)
			}
			if f.Trailing != 0 {
				t.Errorf("%d bytes are left", f.Trailing)
			}
			pyobjtest.Equal(t, f.Root, filepath.Join("testdata", parts[0]+"-"+parts[1][:3]+".json"))
		})
	}
}
