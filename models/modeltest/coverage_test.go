package modeltest_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
	"github.com/copal-ml/copal/models/modeltest"
	"github.com/copal-ml/copal/models/sklearn"
)

var update = flag.Bool("update", false, "rewrite COVERAGE.md from the registry and the fixtures")

// COVERAGE.md says what is proven for each class, version and method. It is made
// from the registry and from the fixtures that the suite checks, so it can claim
// neither more nor less than they do.
func TestCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("short: it reads every fixture, and what it says does not depend on kernels")
	}
	const file = "COVERAGE.md"
	got := coverage(t)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what registry and fixtures say; run\n\tgo test ./models/modeltest -run Coverage -update", file)
	}
}

const coverageHead = `# What is proven

Made by ` + "`go test ./models/modeltest -run Coverage -update`" + ` from the registry of classes and the
fixtures: models that the original library wrote in the version above the column, with the answers that it gave.
The suite opens every one of them and compares.

` + "`=`" + ` the very bits · ` + "`≈`" + ` within the tolerance of type Tolerance (1e-12 relative; a few units in the last place
for exp and log) · blank: no fixture; the files of this version are read by the rules that the columns around it prove.
*in a composition* are answers of a Pipeline, search or other estimator that the class is a part of.
`

func coverage(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(coverageHead)
	for _, library := range sklearn.Libraries() {
		c := proof{library: library.Name, cells: map[string]map[string]map[string]bool{}}
		c.read(t, filepath.Join("testdata", library.Package))
		for _, class := range library.Classes {
			if n := c.versionsOf(class); n < 2 {
				t.Errorf("%s of %s is in fixtures of %d versions, want 2 or more: formulas and attributes change between them", class, library.Name, n)
			}
		}
		c.drop(library)
		c.write(&b)
	}
	for _, writer := range []string{"skops", "cloudpickle"} {
		c := proof{library: "scikit-learn, written by " + writer, cells: map[string]map[string]map[string]bool{}}
		c.read(t, filepath.Join("testdata", writer))
		c.write(&b)
	}
	b.WriteString("\n## Refused\n\nNothing can be predicted with these; `copal inspect` says why, and what to do.\n\n| class | |\n|---|---|\n")
	for _, r := range sklearn.Refused() {
		fmt.Fprintf(&b, "| %s | %s. %s |\n", r.Class, r.Reason, r.Instead)
	}
	return b.Bytes()
}

// A proof is what the fixtures of one library show.
type proof struct {
	library  string
	versions []string
	cells    map[string]map[string]map[string]bool // class, method, version: whether all answers are exact
}

const composed = "*in a composition*"

func (p *proof) read(t *testing.T, dir string) {
	t.Helper()
	for _, name := range modeltest.List(t, dir) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		f, err := modeltest.ReadFixture(path + ".json")
		if err != nil {
			t.Fatal(err)
		}
		m, err := formats.OpenFile(modeltest.ModelPath(path))
		if err != nil {
			t.Fatal(err)
		}
		version, _, _ := strings.Cut(name, "/")
		if !slices.Contains(p.versions, version) {
			p.versions = append(p.versions, version)
		}
		p.addFixture(f, version, m.Info.Outline)
	}
	slices.SortFunc(p.versions, compareVersions)
}

// versionsOf is the number of versions that have fixtures with that class.
func (p *proof) versionsOf(class string) int {
	seen := map[string]bool{}
	for _, row := range p.cells[class] {
		maps.Copy(seen, row)
	}
	return len(seen)
}

// drop leaves out the classes of other libraries, which have a table of their own.
func (p *proof) drop(library sklearn.Library) {
	for _, other := range sklearn.Libraries() {
		for _, class := range other.Classes {
			if !slices.Contains(library.Classes, class) {
				delete(p.cells, class)
			}
		}
	}
}

func (p *proof) addFixture(f *modeltest.Fixture, version string, outline models.Node) {
	all := true
	for method, tolerance := range f.Tolerance {
		exact := tolerance == modeltest.Exact
		all = all && exact
		p.add(f.Class, string(method), version, exact)
	}
	for _, part := range outline.Children {
		p.addParts(part, version, all)
	}
}

func (p *proof) addParts(n models.Node, version string, exact bool) {
	p.add(n.Class, composed, version, exact)
	for _, part := range n.Children {
		p.addParts(part, version, exact)
	}
}

func (p *proof) add(class, method, version string, exact bool) {
	if p.cells[class] == nil {
		p.cells[class] = map[string]map[string]bool{}
	}
	row := p.cells[class][method]
	if row == nil {
		row = map[string]bool{}
		p.cells[class][method] = row
	}
	before, seen := row[version]
	row[version] = exact && (before || !seen)
}

// write makes a table of a row for each method of each class, and one for
// compositions if they show versions that the class alone does not.
func (p *proof) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## %s\n\n| class | method | %s |\n|---|---|%s\n", p.library, strings.Join(p.versions, " | "), strings.Repeat(":-:|", len(p.versions)))
	for _, class := range slices.Sorted(maps.Keys(p.cells)) {
		methods := p.cells[class]
		if !addsVersions(methods) {
			delete(methods, composed)
		}
		for _, method := range slices.Sorted(maps.Keys(methods)) {
			fmt.Fprintf(b, "| %s | %s |", class, method)
			for _, v := range p.versions {
				b.WriteString(" " + mark(methods[method], v) + " |")
			}
			b.WriteByte('\n')
			class = ""
		}
	}
}

func addsVersions(methods map[string]map[string]bool) bool {
	for version := range methods[composed] {
		alone := false
		for method, row := range methods {
			_, ok := row[version]
			alone = alone || ok && method != composed
		}
		if !alone {
			return true
		}
	}
	return false
}

func mark(row map[string]bool, version string) string {
	exact, ok := row[version]
	switch {
	case !ok:
		return " "
	case exact:
		return "="
	}
	return "≈"
}

// compareVersions orders "0.9" before "0.20" before "1.0".
func compareVersions(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		i, _ := strconv.Atoi(x)
		j, _ := strconv.Atoi(y)
		return cmp.Compare(i, j)
	})
}
