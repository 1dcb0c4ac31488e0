// Package archtest holds the import rules of the house as a test: which room may
// look into which. A rule that fails is a design question; do not change the
// table to mend a build.
package archtest

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/copal-ml/copal/"

// direct rules: a package at or below From imports nothing of ours except Only
// (with a trailing slash: and what lies below). The first rule that fits counts.
var direct = []struct {
	From string
	Only []string
	Why  string
}{
	{"models/internal/archive", []string{"models", "models/internal/bounded"}, "archives share the budgets"},
	{"models/internal/", []string{"models"}, "readers' tools know only the types"},
	{"models/ndarray", []string{"models", "models/internal/"}, "arrays know no pickle"},
	{"models/pyobj", []string{"models", "models/internal/", "models/ndarray", "models/pyobj"}, "inert values know no file format"},
	{"models/pickle", []string{"models", "models/internal/", "models/ndarray", "models/pyobj"}, "the opcode machine knows no library"},
	{"models/joblib", []string{"models", "models/internal/", "models/ndarray", "models/pyobj", "models/pickle"}, "a container knows no estimator"},
	{"models/skops", []string{"models", "models/internal/", "models/ndarray", "models/pyobj"}, "a container knows no estimator, and no pickle"},
	{"models/kernel", nil, "kernels know numbers only"},
	{"models/forest", []string{"models"}, "trees know no library and no file"},
	{"models/booster", []string{"models"}, "what boosters share is no format"},
	{"models/xgboost", []string{"models", "models/internal/", "models/kernel", "models/forest", "models/booster"}, "a booster is read from bytes, whatever held them"},
	{"models/catboost", []string{"models", "models/internal/", "models/kernel", "models/forest", "models/booster"}, "a booster is read from bytes, whatever held them"},
	{"models/lightgbm", []string{"models", "models/internal/", "models/kernel", "models/forest", "models/booster"}, "a booster is read from bytes, whatever held them"},
	{"models/sklearn", []string{"models", "models/internal/", "models/ndarray", "models/pyobj", "models/kernel", "models/forest", "models/booster", "models/catboost", "models/lightgbm", "models/xgboost"}, "a plan is made from inert values, whatever file they came from"},
	{"models/", []string{"models/"}, "models know nothing of servers, images or AWS"},
	{"runtime/contract", []string{"models"}, "the shared package stays small"},
	{"runtime/codec", []string{"models"}, "a codec never knows a model file or HTTP"},
	{"runtime/", []string{"models", "runtime/"}, "the container holds runtime and models only"},
	{"builder/deploy/aws", []string{"models", "runtime/contract", "builder/deploy", "builder/progress"}, "the deployer sees an image as a reference and a manifest"},
	{"builder/deploy", []string{"builder/progress"}, "the engine knows no service"},
	{"builder/local", []string{"models", "runtime/contract", "builder/local/"}, "the platform must not share code with the deployer it judges"},
	{"builder/", []string{"models", "models/formats", "runtime/contract", "builder/"}, "the pipeline half never links the server"},
	{"cmd/copal-serve", []string{"models", "models/formats", "runtime/"}, "the entrypoint is runtime and models"},
}

// forbidden rules: what a binary or half must not link, however indirectly.
var forbidden = []struct {
	From string
	Not  []string
	Why  string
}{
	{"cmd/copal-serve", []string{"github.com/aws/", "github.com/google/go-containerregistry", "github.com/spf13/", module + "builder"}, "the image stays a few MB and starts in milliseconds"},
	{"builder/", []string{"github.com/valyala/fasthttp", module + "runtime/serve"}, "the halves meet in runtime/contract only"},
	{"models/", []string{"net/http", "github.com/valyala/", "github.com/aws/", "github.com/google/go-containerregistry", "os/exec", "plugin"}, "reading a model needs no network and runs nothing"},
	{"builder/deploy", []string{"github.com/google/go-containerregistry"}, "the deployer sees an image as a reference string"},
}

type pkg struct {
	ImportPath, Name string
	Imports, Deps    []string
}

func TestImportsFollowThePlan(t *testing.T) {
	for _, p := range list(t) {
		own := strings.TrimPrefix(p.ImportPath, module)
		for _, rule := range direct {
			if !within(own, rule.From) {
				continue
			}
			for _, imp := range p.Imports {
				target, ours := strings.CutPrefix(imp, module)
				if ours && !allowed(target, rule.Only) {
					t.Errorf("%s imports %s: %s", own, target, rule.Why)
				}
			}
			break // the first rule that fits a package is its rule
		}
	}
}

func TestNothingForbiddenIsLinked(t *testing.T) {
	for _, p := range list(t) {
		own := strings.TrimPrefix(p.ImportPath, module)
		for _, rule := range forbidden {
			if !within(own, rule.From) {
				continue
			}
			for _, dep := range p.Deps {
				if slices.ContainsFunc(rule.Not, func(bad string) bool { return strings.HasPrefix(dep, bad) }) {
					t.Errorf("%s links %s: %s", own, dep, rule.Why)
				}
			}
		}
	}
}

// TestRulesNameRooms keeps the tables honest: a rule whose room is gone guards nothing.
func TestRulesNameRooms(t *testing.T) {
	all := list(t)
	exists := func(prefix string) bool {
		return slices.ContainsFunc(all, func(p pkg) bool { return within(strings.TrimPrefix(p.ImportPath, module), prefix) })
	}
	for _, rule := range direct {
		if !exists(rule.From) {
			t.Errorf("a rule names %q, which holds no package", rule.From)
		}
		for _, only := range rule.Only {
			if !exists(only) {
				t.Errorf("the rule of %q allows %q, which holds no package", rule.From, only)
			}
		}
	}
	for _, rule := range forbidden {
		if !exists(rule.From) {
			t.Errorf("a rule names %q, which holds no package", rule.From)
		}
	}
}

// within reports whether path is the room or lies below it; a room written with a
// trailing slash means what lies below as well as the folder itself.
func within(path, room string) bool {
	room = strings.TrimSuffix(room, "/")
	return path == room || strings.HasPrefix(path, room+"/")
}

// allowed reports whether target is one of the rooms; only a trailing slash opens
// what lies below.
func allowed(target string, only []string) bool {
	return slices.ContainsFunc(only, func(room string) bool {
		return target == room || strings.HasSuffix(room, "/") && within(target, room)
	})
}

func list(t *testing.T) []pkg {
	t.Helper()
	readSources(t)
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Name,Imports,Deps", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.ImportPath, module) {
			all = append(all, p)
		}
	}
	if len(all) < 10 {
		t.Fatalf("go list saw %d packages of ours; the rules would guard nothing", len(all))
	}
	return all
}

// readSources looks at every Go file, so that go test does not answer from its
// cache when one has changed: it does not see what go list reads.
func readSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("../../..", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
