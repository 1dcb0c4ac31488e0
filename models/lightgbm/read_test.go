package lightgbm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/copal-ml/copal/models"
)

const fixtures = "../modeltest/testdata/lightgbm"

// files are models of the fixtures of all releases.
func files(t testing.TB, patterns ...string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(fixtures, "*", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no fixture is named %s (%v)", pattern, err)
		}
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path))] = b
		}
	}
	return all
}

// use reads a file and asks the model, if there is one.
func use(data []byte) error {
	m, err := Read(bytes.NewReader(data), Options{})
	if err != nil {
		return err
	}
	if _, err := m.Codes(); err != nil || m.Features > 1000 || m.Outputs > 1000 || m.Forest.Trees() > 1000 {
		return err
	}
	x := make([]float64, 2*m.Features)
	for _, method := range m.Methods() {
		var out [][]float64
		for _, port := range method.Outputs {
			out = append(out, make([]float64, 2*port.Stride()))
		}
		method.Run(out, x)
	}
	return nil
}

// expected reports whether err is one that a broken file may give.
func expected(err error) bool {
	var format *models.FormatError
	var unsupported *models.UnsupportedError
	return err == nil || errors.As(err, &format) || errors.As(err, &unsupported)
}

func FuzzRead(f *testing.F) {
	for _, data := range files(f, "*.txt", "*.model.json") {
		if len(data) < 12000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := use(data); !expected(err) {
			t.Errorf("%T: %v", err, err)
		}
	})
}

// trees is where the last tree of a text lacks its last line.
func trees(data []byte) int {
	text, _, ok := bytes.Cut(data, []byte("end of trees"))
	if !ok { // before 2.2
		text, _, _ = bytes.Cut(data, []byte("feature importances:"))
	}
	text = bytes.TrimRight(text, "\r\n")
	return bytes.LastIndexByte(text, '\n') + 1
}

// A text that ends within its trees is broken, at whatever line it ends; behind
// them are only the parameters of the training.
func TestTruncatedText(t *testing.T) {
	for name, data := range files(t, "regression_trees.txt", "categories_txt.txt", "linear_trees.txt", "multiclass.txt") {
		for n := range trees(data) {
			if n > 0 && data[n-1] != '\n' {
				continue
			}
			var format *models.FormatError
			if err := use(data[:n]); !errors.As(err, &format) {
				t.Fatalf("%s: %d of %d bytes: got %v", name, n, len(data), err)
			} else if format.Offset != int64(n) {
				t.Fatalf("%s: %d of %d bytes: the error is at %d: %v", name, n, len(data), format.Offset, err)
			}
		}
	}
}

func TestTruncatedDump(t *testing.T) {
	for name, data := range files(t, "multiclass_dump.model.json") {
		for n := 0; n < len(data); n += 1 + len(data)/200 {
			var format *models.FormatError
			if err := use(data[:n]); !errors.As(err, &format) {
				t.Fatalf("%s: %d of %d bytes: got %v", name, n, len(data), err)
			} else if n > 0 && format.Offset < 0 {
				t.Fatalf("%s: %d of %d bytes: the error has no place: %v", name, n, len(data), err)
			}
		}
	}
}

// One byte that is changed gives a model or an error.
func TestMutated(t *testing.T) {
	for name, data := range files(t, "categories_txt.txt", "linear_trees.txt", "zero_missing.txt", "regression_dump.model.json") {
		for i := 0; i < len(data); i += 1 + len(data)/60 {
			changed := bytes.Clone(data)
			for _, c := range []byte{0, 0xff, data[i] ^ 1, ' ', '\n', '-', '9'} {
				changed[i] = c
				if err := use(changed); !expected(err) {
					t.Fatalf("%s: byte %d is %#x: %T: %v", name, i, c, err, err)
				}
			}
		}
	}
}

const head = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=1\nobjective=regression\nfeature_names=a b\nfeature_infos=none none\n"

// text is a model of one tree with the given lines, to which end is added.
func text(lines string) string {
	return head + "tree_sizes=1\n\nTree=0\n" + lines + "\n\nend of trees\n"
}

const (
	stump  = "num_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=0.5\ndecision_type=2\nleft_child=-1\nright_child=-2\nleaf_value=1 2"
	three  = "num_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=0.5 0.5\ndecision_type=2 2\nleft_child=1 -1\nright_child=-2 -3\nleaf_value=1 2 3"
	sets   = "num_leaves=2\nnum_cat=1\nsplit_feature=0\nthreshold=0\ndecision_type=1\nleft_child=-1\nright_child=-2\nleaf_value=1 2\ncat_boundaries=0 1\ncat_threshold=6"
	linear = stump + "\nis_linear=1\nleaf_const=1 2\nnum_features=1 0\nleaf_features=1  \nleaf_coeff=0.5  "
)

func TestGoodText(t *testing.T) {
	f := func(lines string) {
		t.Helper()
		if err := use([]byte(text(lines))); err != nil {
			t.Errorf("%q: %v", lines, err)
		}
	}
	f(stump)
	f(three)
	f(sets)
	f(linear)
	f("num_leaves=1\nnum_cat=0\nleaf_value=3")
}

// What a text can have wrong, by what is said of it and the line behind which.
func TestBrokenText(t *testing.T) {
	f := func(lines, old, new, want string) {
		t.Helper()
		if !strings.Contains(lines, old) {
			t.Fatalf("there is no %q", old)
		}
		var format *models.FormatError
		err := use([]byte(text(strings.Replace(lines, old, new, 1))))
		if !errors.As(err, &format) || !strings.Contains(format.Text, want) || format.Offset < int64(len(head)) {
			t.Errorf("%s: got %v, want %q and a place in the tree", new, err, want)
		}
	}
	f(three, "left_child=1 -1", "left_child=0 -1", "")
	f(three, "left_child=1 -1", "left_child=1 0", "")
	f(three, "left_child=1 -1", "left_child=2 -1", "child 2 in a tree of 3 leaves")
	f(three, "left_child=1 -1", "left_child=-4 -1", "child -4 in a tree of 3 leaves")
	f(three, "left_child=1 -1", "left_child=-2147483648 -1", "child -2147483648 in")
	f(three, "right_child=-2 -3", "right_child=1 -3", "")
	f(stump, "split_feature=0", "split_feature=2", "feature")
	f(stump, "split_feature=0", "split_feature=-1", "feature")
	f(stump, "threshold=0.5", "threshold=nan", "")
	f(stump, "threshold=0.5", "threshold=x", "want 1 numbers")
	f(stump, "threshold=0.5", "threshold=0.5 1", "more than 1")
	f(stump, "threshold=0.5", "threshold="+strings.Repeat("1", 100), "more than 64 characters")
	f(stump, "num_leaves=2", "num_leaves=-2", "num_leaves")
	f(stump, "num_leaves=2", "num_leaves=99999999999", "num_leaves")
	f(stump, "num_leaves=2", "num_leaves=1000000", "want 999999 integers")
	f(stump, "num_leaves=2\n", "", "a list of more than 0 numbers")
	f(stump, "leaf_value=1 2", "leaf_weight=1 2", "without leaf_value")
	f(stump, "decision_type=2", "decision_type=3", "set 0.5 of 0")
	f(stump, "num_cat=0", strings.Repeat("n", 300), "without =")
	f(sets, "threshold=0", "threshold=1", "set 1 of 1")
	f(sets, "threshold=0", "threshold=-1", "set -1 of 1")
	f(sets, "cat_boundaries=0 1", "cat_boundaries=1 0", "")
	f(sets, "cat_boundaries=0 1", "cat_boundaries=-1 1", "do not ascend")
	f(sets, "cat_boundaries=0 1", "cat_boundaries=0 2147483647", "want 2147483647 integers")
	f(sets, "num_cat=1", "num_cat=2000000000", "want 2000000001 integers")
	f(sets, "cat_threshold=6", "cat_threshold=4294967296", "want 1 integers")
	f(linear, "leaf_features=1", "leaf_features=2", "feature 2 of 2")
	f(linear, "leaf_features=1", "leaf_features=-1", "feature -1 of 2")
	f(linear, "num_features=1 0", "num_features=2147483647 2147483647", "want 4294967294 integers")
	f(linear, "leaf_const=1 2", "leaf_cons=1 2", "lacks leaf_const")
}

func TestBrokenHeader(t *testing.T) {
	f := func(old, new, want string) {
		t.Helper()
		var format *models.FormatError
		err := use([]byte(strings.Replace(text(stump), old, new, 1)))
		if !errors.As(err, &format) || !strings.Contains(format.Text, want) {
			t.Errorf("%s: got %v, want %q", new, err, want)
		}
	}
	f("tree\n", "forest\n", "first line")
	f("max_feature_idx=1", "max_feature_idx=-2", "max_feature_idx")
	f("max_feature_idx=1", "max_feature_idx=999999999999", "max_feature_idx")
	f("max_feature_idx=1", "", "max_feature_idx")
	f("feature_names=a b", "feature_names=a", "1 feature_names for 2")
	f("num_class=1", "num_class=-1", "num_class")
	f("num_tree_per_iteration=1", "num_tree_per_iteration=1048577", "num_tree_per_iteration")
	f("num_tree_per_iteration=1", "num_tree_per_iteration=3", "1 trees for 3 outputs")
	f("tree_sizes=1", "tree_sizes=1 1", "behind tree 1 of 2")
	f("tree_sizes=1", "tree_sizes=", "behind tree 1 of 0")
	f("objective=regression", "objective=binary sigmoid:-1", "objective")
	f("end of trees\n", "end of trees\npandas_categorical:[[{}\n", "pandas_categorical")
}

// Short files that claim much, or nest deep, take little memory and time.
func TestClaims(t *testing.T) {
	limit := uint64(16 << 20)
	f := func(name, data string) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		err := use([]byte(data))
		runtime.ReadMemStats(&after)
		if err == nil || !expected(err) {
			t.Errorf("%s: got %v", name, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > limit+16*uint64(len(data)) {
			t.Errorf("%s takes %d bytes", name, used)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s takes %s", name, d)
		}
	}
	f("a million leaves", text(strings.Replace(stump, "num_leaves=2", "num_leaves=1000000", 1)))
	f("two billion leaves", text("num_leaves=2147483647\nnum_cat=0\nleaf_value=3"))
	f("a large set", text(strings.Replace(sets, "cat_boundaries=0 1", "cat_boundaries=0 2000000000", 1)))
	f("many sets", text(strings.Replace(sets, "num_cat=1", "num_cat=2147483647", 1)))
	f("many features", strings.Replace(text(stump), "max_feature_idx=1", "max_feature_idx=67000000", 1))
	f("a million trees", head+"tree_sizes="+strings.Repeat("1 ", 1000)+"\n\n"+strings.Repeat("Tree=0\n", 1000))
	f("deep objects", `{"name":"tree","tree_info":[{"tree_structure":`+strings.Repeat(`{"left_child":`, 100_000))
	f("deep objects that end", `{"name":"tree","tree_info":[{"tree_structure":`+strings.Repeat(`{"left_child":`, 100_000)+"{}"+strings.Repeat("}", 100_000)+"}]}")
	f("deep arrays", `{"name":"tree","x":`+strings.Repeat("[", 100_000))
	f("a category of 24 bits many times", dumped(1, strings.Repeat("16777215||", 50)))
	f("a large category", dumped(1, "16777216"))
	limit = 6 * 4 * maxWords // of a list that grows
	f("many large sets", dumped(5000, "16777215"))
}

// dumped is a dump of one tree, whose n inner nodes ask for the given categories.
func dumped(n int, set string) string {
	node := fmt.Sprintf(`{"split_feature":0,"threshold":%q,"decision_type":"==","right_child":{"leaf_index":0,"leaf_value":1},"left_child":`, set)
	return `{"name":"tree","version":"v4","num_class":1,"num_tree_per_iteration":1,"max_feature_idx":0,"objective":"regression","average_output":false,` +
		`"feature_names":["a"],"tree_info":[{"num_leaves":2,"tree_structure":` + strings.Repeat(node, n) + `{"leaf_index":9999,"leaf_value":1}` +
		strings.Repeat("}", n) + "}]}"
}

// A good dump reads as the text that it was made of.
func TestDump(t *testing.T) {
	for name, data := range files(t, "regression_dump.model.json") {
		if !json.Valid(data) {
			t.Fatalf("%s is no JSON", name)
		}
		if err := use(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
