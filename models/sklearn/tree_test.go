package sklearn

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/joblib"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// decodeFixture reads a fixture as inert values, anew at each call.
func decodeFixture(t testing.TB, name string) pyobj.Value {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "modeltest", "testdata", "sklearn", filepath.FromSlash(name)+".pkl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	file, err := joblib.Decode(f, joblib.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return file.Root
}

// What feature_importances_ says of each.
func TestTreeImportances(t *testing.T) {
	f := func(name string, want ...float64) {
		t.Helper()
		got, ok, err := treeImportances(pyobj.NewRef("", decodeFixture(t, name)))
		if err != nil || !ok || len(got) != len(want) {
			t.Fatalf("%s: %v, %v, %v", name, got, ok, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: feature %d: got %v, want %v", name, i, got[i], want[i])
			}
		}
	}
	f("0.20/decision_tree_classifier", 0.01351351351351351, 0.0, 0.05140806567437001, 0.9350784208121166)
	f("1.9/decision_tree_classifier", 0.01351351351351351, 0.0, 0.05140806567437001, 0.9350784208121166)
	f("1.9/decision_tree_classifier_outputs", 0.0, 0.013489268994007545, 0.1056172979351614, 0.8808934330708311)
	f("1.9/decision_tree_regressor", 0.05148000684628754, 0.0, 0.7790753320322255, 0.1694446611214871)
	f("1.9/decision_tree_regressor_stump", 0.0, 0.0, 0.0, 0.0)
	f("0.20/random_forest_classifier", 0.17115012320201495, 0.034441121251699396, 0.12734706610123397, 0.6670616894450516)
	f("1.3/random_forest_classifier", 0.17115012320201495, 0.034441121251699396, 0.12734706610123397, 0.6670616894450516)
	f("1.9/random_forest_regressor_outputs", 0.0677269432160519, 0.002109506348279712, 0.7136415689553776, 0.21652198148029084)
	f("0.20/gradient_boosting_classifier_multi", 0.004522200260792191, 0.0034048595684254197, 0.2917101889635983, 0.700362751207184)
	f("0.20/gradient_boosting_regressor", 0.009354078378903806, 0.0, 0.8374163595396854, 0.15322956208141073)
	f("1.3/gradient_boosting_classifier_multi", 0.0023486791513989405, 0.005321877273545419, 0.282944413738841, 0.7093850298362147)
	f("1.9/gradient_boosting_classifier_multi", 0.006137070091481243, 0.0015334863334632025, 0.28294441373884077, 0.7093850298362148)
	f("1.9/gradient_boosting_regressor", 0.009354078378903534, 0.0, 0.8374163595396855, 0.15322956208141092)
	if _, ok, err := treeImportances(pyobj.NewRef("", scaler(2))); ok || err != nil {
		t.Errorf("a scaler has importances: %v", err)
	}
}

// damaged are fixtures with nodes of every layout.
var damaged = []string{
	"0.20/decision_tree_classifier", "1.9/decision_tree_regressor", "1.3/random_forest_classifier",
	"0.20/gradient_boosting_classifier_multi", "1.9/gradient_boosting_regressor", "1.9/random_trees_embedding",
	"0.21/isolation_forest", "1.9/isolation_forest_features",
	"0.21/hist_gradient_boosting_classifier", "1.2/hist_gradient_boosting_regressor_categories",
	"1.9/hist_gradient_boosting_regressor_categories",
}

// TestDamagedNodes writes what does not belong there into the nodes: children
// that make cycles or are out of range, NaN thresholds, features that are not
// there. Such a model is refused, or answers every row.
func TestDamagedNodes(t *testing.T) {
	for _, name := range damaged {
		r := rand.New(rand.NewPCG(1, 2))
		refused := 0
		const times = 150
		for range times {
			root := decodeFixture(t, name)
			arrays := treeRecords(root, nil, map[pyobj.Value]bool{})
			if len(arrays) == 0 {
				t.Fatalf("%s has no node records", name)
			}
			damage(r, arrays[r.IntN(len(arrays))])
			m, err := compile(root)
			if err != nil {
				var format *models.FormatError
				var unsupported *models.UnsupportedError
				if !errors.As(err, &format) && !errors.As(err, &unsupported) {
					t.Errorf("%s: %v", name, err)
				}
				refused++
				continue
			}
			askRows(t, name, m)
		}
		if refused == 0 || refused == times {
			t.Errorf("%s: %d of %d were refused", name, refused, times)
		}
	}
}

// askRows asks everything about some rows.
func askRows(t *testing.T, name string, m *models.Model) {
	t.Helper()
	x := []float64{0, 1, 2, 3, math.NaN(), -1, 1e9, 4, 5.1, 3.5, 1.4, 0.2}
	for _, row := range [][]float64{x, x[8:]} {
		src := &models.Frame{Rows: len(row) / 4, Columns: []models.Column{{Width: 4, F64: row}}}
		for _, method := range m.Signature().Methods {
			err := m.Predict(new(models.Frame), src, method.Name)
			if _, ok := err.(*models.DataError); err != nil && !ok {
				t.Errorf("%s, %s: %v", name, method.Name, err)
			}
		}
	}
}

// records finds the arrays of records in a model.
func treeRecords(v pyobj.Value, found []*ndarray.Array, seen map[pyobj.Value]bool) []*ndarray.Array {
	switch v := v.(type) {
	case *ndarray.Array:
		if len(v.DType.Fields) > 0 {
			found = append(found, v)
		}
		for _, o := range v.Objects {
			found = treeRecords(o, found, seen)
		}
	case *pyobj.Object:
		if seen[v] {
			return found
		}
		seen[v] = true
		if pyobj.IsArray(v) {
			a, err := pyobj.Array(v)
			if err != nil {
				return found
			}
			return treeRecords(a, found, seen) // it has the bytes of v
		}
		found = treeRecords(v.State, found, seen)
		found = treeRecords(v.Args, found, seen)
	case *pyobj.Dict:
		for _, item := range v.Values {
			found = treeRecords(item, found, seen)
		}
	case *pyobj.List:
		for _, item := range v.Items {
			found = treeRecords(item, found, seen)
		}
	case pyobj.Tuple:
		for _, item := range v {
			found = treeRecords(item, found, seen)
		}
	}
	return found
}

// damage overwrites one field of one node.
func damage(r *rand.Rand, a *ndarray.Array) {
	f := a.DType.Fields[r.IntN(len(a.DType.Fields))]
	if r.IntN(2) == 0 {
		f = a.DType.Fields[r.IntN(3)]
	}
	b := a.Data[r.IntN(a.Len())*a.DType.Size+f.Offset:][:f.DType.Size]
	values := []uint64{0, 1, 2, 3, 5, uint64(a.Len()), math.MaxUint64, 1 << 31, math.Float64bits(math.NaN()), math.Float64bits(math.Inf(1)), r.Uint64()}
	var word [8]byte
	binary.LittleEndian.PutUint64(word[:], values[r.IntN(len(values))])
	copy(b, word[:])
}

// TestTreeClaims changes what a tree says of its size.
func TestTreeClaims(t *testing.T) {
	f := func(want string, change func(tree *pyobj.Object)) {
		t.Helper()
		root := decodeFixture(t, "1.9/decision_tree_classifier")
		value, _ := root.(*pyobj.Object).State.(*pyobj.Dict).Get("tree_")
		change(value.(*pyobj.Object))
		_, err := compile(root)
		var format *models.FormatError
		if !errors.As(err, &format) || format.Text != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	set := func(name string, v pyobj.Value) func(*pyobj.Object) {
		return func(tree *pyobj.Object) { tree.State.(*pyobj.Dict).Set(name, v) }
	}
	arg := func(i int, v pyobj.Value) func(*pyobj.Object) {
		return func(tree *pyobj.Object) { tree.Args[i] = v }
	}
	const tree = "DecisionTreeClassifier.tree_"
	f(tree+".node_count: node_count is 1099511627776, and there are 15 nodes", set("node_count", int64(1<<40)))
	f(tree+".node_count: node_count is -1, and there are 15 nodes", set("node_count", int64(-1)))
	f(tree+".__reduce__[0]: a tree of 0 features or outputs", arg(0, int64(0)))
	f(tree+".__reduce__[0]: a tree of 4611686018427387904 features or outputs", arg(0, int64(1<<62)))
	f(tree+".values: want values of shape (15, 2, classes), got shape [15 1 3]", arg(2, int64(2)))
	f("DecisionTreeClassifier: its parameters are for 5 features, but n_features_in_ is 4", arg(0, int64(5)))
	f(tree+".nodes: want an array of node records, got dtype <i8 and shape [2]", set("nodes", list(int64(1), int64(2))))
	f(tree+".values: want values of shape (15, 1, classes), got shape [1]", set("values", list(1.0)))
}
