package modeltest

import (
	"bufio"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models/formats"
)

// The rows that a model is asked about at once: beyond every block and window, and
// for a case that another version asks as much beyond the small ones.
const (
	allRows  = 10_000
	someRows = 1_000
)

// Run checks every fixture below dir. dir/INDEX lists them, one NAME a line;
// a fixture that is listed and missing, or there and not listed, fails.
//
// With -short it checks one version of each case, which is what a change of the
// instructions that kernels are made of can tell apart.
func Run(t *testing.T, dir string) {
	t.Helper()
	names := List(t, dir)
	last := make(map[string]string, len(names)) // of each case
	for _, name := range names {
		last[path.Base(name)] = name
	}
	if testing.Short() {
		t.Logf("short: checking %d of %d fixtures, one of each case", len(last), len(names))
	}
	for _, name := range names {
		rows := someRows
		if last[path.Base(name)] == name {
			rows = allRows
		} else if testing.Short() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, filepath.Join(dir, filepath.FromSlash(name)), rows)
		})
	}
}

// List is the names in dir/INDEX, after a check against the files of dir.
func List(t testing.TB, dir string) []string {
	t.Helper()
	listed := readIndex(t, dir)
	found, err := findFixtures(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range listed {
		hasModel := slices.ContainsFunc(endings, func(ending string) bool { return slices.Contains(found, name+ending) })
		if !hasModel || !slices.Contains(found, name+".json") {
			t.Errorf("fixture %s is listed in INDEX, and %s.json or the model is missing", name, name)
		}
	}
	for _, file := range found {
		if name := strings.TrimSuffix(withoutEnding(file), ".json"); !slices.Contains(listed, name) {
			t.Errorf("fixture %s is not listed in INDEX", file)
		}
	}
	if len(listed) == 0 {
		t.Fatalf("%s lists no fixture", filepath.Join(dir, "INDEX"))
	}
	return listed
}

// endings are those of model files. That of a model in JSON is longer than that of
// a fixture.
var endings = []string{".pkl", ".skops", ".model.json", ".txt", ".ubj", ".bin", ".cbm"}

func withoutEnding(file string) string {
	for _, ending := range endings {
		if name, ok := strings.CutSuffix(file, ending); ok {
			return name
		}
	}
	return file
}

// ModelPath is the model of the fixture at path, which has no ending.
func ModelPath(path string) string {
	for _, ending := range endings {
		if _, err := os.Stat(path + ending); err == nil {
			return path + ending
		}
	}
	return path + endings[0]
}

func readIndex(t testing.TB, dir string) []string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "INDEX"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var names []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		names = append(names, lines.Text())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

// findFixtures lists the files in the folders of dir, by slash-separated paths.
func findFixtures(dir string) ([]string, error) {
	var found []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "/") {
			return err
		}
		found = append(found, path)
		return nil
	})
	return found, err
}

// check opens the model at path (without its ending) and asks it everything, and
// about that many rows at once.
func check(t *testing.T, path string, rows int) {
	f, err := ReadFixture(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	m, err := formats.OpenFile(ModelPath(path))
	if err != nil {
		t.Fatal(err)
	}
	checkInfo(t, f, m)
	checkNames(t, f, m)
	if len(f.Batches) == 0 || len(f.Tolerance) == 0 {
		t.Fatal("the fixture asks nothing")
	}
	for i := range f.Batches {
		for _, method := range m.Signature().Methods {
			if slices.Contains(f.Unasked, method.Name) {
				continue
			}
			question{t: t, f: f, m: m, batch: &f.Batches[i], number: i, method: method.Name, rows: rows}.ask()
		}
	}
}
