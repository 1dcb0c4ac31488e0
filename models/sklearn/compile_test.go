package sklearn

import (
	"errors"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// object is an instance of sklearn.x.CLASS with attributes, given as name, value, …
func object(class string, attributes ...any) *pyobj.Object {
	state := new(pyobj.Dict)
	for i := 0; i < len(attributes); i += 2 {
		state.Set(attributes[i], attributes[i+1])
	}
	return &pyobj.Object{Class: &pyobj.Global{Module: "sklearn.x", Name: class}, Make: pyobj.New, State: state, Offset: 7}
}

func list(items ...any) *pyobj.List {
	l := new(pyobj.List)
	for _, v := range items {
		l.Items = append(l.Items, v)
	}
	return l
}

func step(name string, v any) pyobj.Tuple { return pyobj.Tuple{name, v} }

func scaler(n int) *pyobj.Object {
	mean, scale := list(), list()
	for i := range n {
		mean.Items, scale.Items = append(mean.Items, float64(i)), append(scale.Items, 2.0)
	}
	return object("StandardScaler", "with_mean", true, "with_std", true, "mean_", mean, "scale_", scale)
}

func compile(v pyobj.Value) (*models.Model, error) { return Compile(v, nil) }

func TestCompileRefuses(t *testing.T) {
	f := func(v pyobj.Value, want string) {
		t.Helper()
		_, err := compile(v)
		var format *models.FormatError
		var unsupported *models.UnsupportedError
		if !errors.As(err, &format) && !errors.As(err, &unsupported) {
			t.Errorf("got %v, want a *models.FormatError or *models.UnsupportedError: %s", err, want)
			return
		}
		if err.Error() != want {
			t.Errorf("got  %s\nwant %s", err, want)
		}
	}
	coef, two := list(list(1.0, 2.0)), list(int64(0), int64(1))

	f(nil, "a file that holds None instead of an estimator is not supported")
	f(list(int64(1)), "a file that holds a list of 1 instead of an estimator is not supported")
	f(object("DBSCAN", "a_", int64(1)), "DBSCAN: DBSCAN, which has no predict: it can only label the data it was fitted on, is not supported (byte 7)")
	f(&pyobj.Object{Class: &pyobj.Global{Module: "imblearn.pipeline", Name: "Newcomer"}, Offset: 3},
		"Newcomer: imblearn.pipeline.Newcomer is not supported (byte 3)")
	smote := object("SMOTE", "sampling_strategy_", int64(1))
	smote.Class = &pyobj.Global{Module: "imblearn.over_sampling._smote.base", Name: "SMOTE"}
	f(smote, "SMOTE: SMOTE, which only resamples the data that something else is fitted on, is not supported (byte 7)")
	steps := object("Pipeline", "steps", list(step("scale", scaler(1)), step("over", smote)))
	steps.Class = &pyobj.Global{Module: "imblearn.pipeline", Name: "Pipeline"}
	f(steps, "Pipeline: a pipeline that ends with SMOTE, which only resamples, is not supported (byte 7)")
	f(object("Ridge", "coef_", list(1.0)), "not a valid pickle file: at byte 7: Ridge: it is an object of sklearn.x.Ridge"+
		" and has no attribute intercept_; is the model fitted?")
	f(object("Ridge", "alpha", 1.0), "Ridge: an estimator that is not fitted is not supported (byte 7)")
	f(object("Ridge", "coef_", list(), "intercept_", 0.0),
		"not a valid pickle file: Ridge.coef_: want coefficients of one or two dimensions, got shape [0]")
	f(object("Ridge", "coef_", list("a"), "intercept_", 0.0),
		"not a valid pickle file: Ridge.coef_: element 0 of the array of objects is not one of numbers")
	f(object("Ridge", "coef_", list(list(1.0), list(2.0)), "intercept_", list(1.0, 2.0, 3.0)),
		"not a valid pickle file: at byte 7: Ridge: coef_ has 2 rows, intercept_ 3 values")
	f(object("Ridge", "coef_", list(1.0), "intercept_", 0.0, "n_features_in_", int64(3)),
		"not a valid pickle file: at byte 7: Ridge: its parameters are for 1 features, but n_features_in_ is 3")
	f(object("Ridge", "coef_", list(1.0, 2.0), "intercept_", 0.0, "n_features_in_", int64(2), "feature_names_in_", list("a")),
		"not a valid pickle file: Ridge.feature_names_in_: 1 names for 2 features")
	f(object("LogisticRegression", "coef_", coef, "intercept_", 0.0, "classes_", list(int64(1), int64(2), int64(3))),
		"not a valid pickle file: at byte 7: LogisticRegression: coef_ has 1 rows for 3 classes")
	f(object("LogisticRegression", "coef_", coef, "intercept_", 0.0, "classes_", list("a", int64(2))),
		"LogisticRegression.classes_: class labels that are not all ints, floats, bools or strings"+
			" (element 1 of the array of objects is not one of strings) is not supported")
	f(object("LogisticRegression", "coef_", coef, "intercept_", 0.0, "classes_", two, "multi_class", "crammer_singer"),
		`LogisticRegression.multi_class: multi_class="crammer_singer" is not supported`)
	f(object("StandardScaler", "mean_", list(1.0, 2.0), "scale_", list(1.0)),
		"not a valid pickle file: at byte 7: StandardScaler: mean_ has 2 values, scale_ 1")
	f(object("StandardScaler", "with_mean", false, "with_std", false, "n_samples_seen_", int64(5)),
		"StandardScaler: StandardScaler, which does not record how many features it takes, is not supported (byte 7)")
	f(object("MinMaxScaler", "scale_", list(1.0), "min_", list(1.0), "feature_range", list(1.0)),
		"not a valid pickle file: at byte 7: MinMaxScaler: feature_range has 1 values")
	f(object("Pipeline", "steps", list()), "not a valid pickle file: Pipeline.steps: a pipeline without steps")
	f(object("Pipeline", "steps", list(int64(1))), "not a valid pickle file: Pipeline.steps[0]: want a sequence, got the int 1")
	f(object("Pipeline", "steps", list(step("a", "drop"))),
		`Pipeline.steps['a']: the string "drop" in the place of an estimator is not supported`)
	f(object("Pipeline", "steps", list(step("a", scaler(2)), step("b", scaler(3)))),
		"not a valid pickle file: at byte 7: Pipeline: step 1 takes 3 features and is given 2")
	f(object("Pipeline", "steps", list(step("m", object("Ridge", "coef_", list(1.0), "intercept_", 0.0)), step("s", scaler(1)))),
		"not a valid pickle file: Pipeline.steps[0]: the step is not the last and cannot transform")
	f(object("Pipeline", "_sklearn_version", "1.4.2", "steps", list(step("map", object("TSNE", "a_", 1.0)))),
		"Pipeline.steps['map']: TSNE, which has no transform: it can only embed the data it was fitted on,"+
			" is not supported (written by version 1.4.2) (byte 7)")
}

// A pipeline that is its own step.
func TestCompileCycle(t *testing.T) {
	p := object("Pipeline")
	state := p.State.(*pyobj.Dict)
	state.Set("steps", list(step("self", p)))
	_, err := compile(p)
	var format *models.FormatError
	if !errors.As(err, &format) {
		t.Errorf("got %v, want a *models.FormatError", err)
	}
}

// A short file that describes 2**40 estimators, and one that nests them.
func TestCompileBombs(t *testing.T) {
	f := func(v pyobj.Value, want string) {
		t.Helper()
		_, err := compile(v)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	long := strings.Repeat("s", 1<<20)
	var wide, deep pyobj.Value = scaler(2), scaler(2)
	for range 40 {
		wide = object("Pipeline", "steps", list(step(long, wide), step("b", wide)))
	}
	for range 200 {
		deep = object("Pipeline", "steps", list(step(long, deep)))
	}
	f(wide, "more than 10000 estimators")
	f(deep, "estimators are nested more than 100 deep")
}

// The search for a global walks each part once, and gives up.
func TestLocateBombs(t *testing.T) {
	wanted := models.Global{Name: "os.system"}
	var shared pyobj.Value = pyobj.Tuple{int64(1)}
	for range 60 {
		shared = pyobj.Tuple{shared, shared}
	}
	if got := locate(shared, wanted); got.path != "" {
		t.Errorf("found %v", got)
	}
	loop := list()
	loop.Items = append(loop.Items, loop, &pyobj.Global{Module: "os", Name: "system"})
	if got := locate(loop, wanted); got.path != "[1]" {
		t.Errorf("found %v, want [1]", got)
	}
}

// multi_class through the years; the rule is predict_proba in
// sklearn/linear_model/_logistic.py (logistic.py before 0.22) of each version.
func TestLinkOfVersions(t *testing.T) {
	f := func(want link, classes int, attributes ...any) {
		t.Helper()
		r := pyobj.NewRef("LogisticRegression", object("LogisticRegression", attributes...))
		got, err := readLink(r, classes)
		if err != nil || got != want {
			t.Errorf("%d classes, %v: got %d, %v, want %d", classes, attributes, got, err, want)
		}
	}
	f(sigmoid, 2)
	f(softmax, 3)
	for _, solver := range []string{"lbfgs", "liblinear"} {
		f(sigmoid, 2, "multi_class", "ovr", "solver", solver)
		f(ovr, 3, "multi_class", "ovr", "solver", solver)
		f(sigmoid, 2, "multi_class", "warn", "solver", solver)
		f(ovr, 3, "multi_class", "warn", "solver", solver)
		f(sigmoid, 2, "multi_class", "auto", "solver", solver)
		f(sigmoid, 2, "multi_class", "deprecated", "solver", solver)
		f(softmaxPair, 2, "multi_class", "multinomial", "solver", solver)
		f(softmax, 3, "multi_class", "multinomial", "solver", solver)
	}
	f(softmax, 3, "multi_class", "auto", "solver", "lbfgs")
	f(softmax, 3, "multi_class", "deprecated", "solver", "lbfgs")
	f(ovr, 3, "multi_class", "auto", "solver", "liblinear")
	f(ovr, 3, "multi_class", "deprecated", "solver", "liblinear")
}

func TestVersion(t *testing.T) {
	f := func(text string, major, minor int) {
		t.Helper()
		r := pyobj.NewRef("X", object("X", "_sklearn_version", text))
		if v := versionOf(r); v.major != major || v.minor != minor || v.text != text {
			t.Errorf("%q: got %+v", text, v)
		}
	}
	f("0.22.2.post1", 0, 22)
	f("1.9.1", 1, 9)
	f("1.10.dev0", 1, 10)
	f("unknown", 0, 0)
}

// coef_ after sparsify(): [[1, 0, 2], [0, 0, 0]].
func TestSparseCoefficients(t *testing.T) {
	csr := func(shape, data, indices, indptr any) *pyobj.Object {
		o := object("csr_matrix", "_shape", shape, "data", data, "indices", indices, "indptr", indptr)
		o.Class = &pyobj.Global{Module: "scipy.sparse._csr", Name: "csr_matrix"}
		return o
	}
	shape, indices, indptr := pyobj.Tuple{int64(2), int64(3)}, list(int64(0), int64(2)), list(int64(0), int64(2), int64(2))
	m, err := compile(object("Ridge", "coef_", csr(shape, list(1.0, 2.0), indices, indptr), "intercept_", list(10.0, 20.0)))
	if err != nil {
		t.Fatal(err)
	}
	src := &models.Frame{Rows: 1, Columns: []models.Column{{Width: 3, F64: []float64{1, 1, 1}}}}
	dst := new(models.Frame)
	if err := m.Predict(dst, src, models.Predict); err != nil {
		t.Fatal(err)
	}
	if got := dst.Columns[0].F64; got[0] != 13 || got[1] != 20 {
		t.Errorf("got %v, want [13 20]", got)
	}

	f := func(o *pyobj.Object, want string) {
		t.Helper()
		_, err := compile(object("Ridge", "coef_", o, "intercept_", 0.0))
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	f(csr(pyobj.Tuple{int64(1 << 40), int64(1 << 40)}, list(), list(), list()),
		"Ridge.coef_: a sparse matrix of shape [1099511627776 1099511627776] is not supported (byte 7)")
	f(csr(pyobj.Tuple{int64(2), int64(1 << 22)}, list(1.0, 2.0), indices, indptr),
		"Ridge.coef_: a sparse matrix of shape [2 4194304], which would be kept as a dense one, is not supported (byte 7)")
	const at = "not a valid pickle file: at byte 7: Ridge.coef_: "
	f(csr(shape, list(1.0), indices, indptr), at+"a sparse matrix of shape [2 3] with 3 row starts, 2 indices, 1 values")
	f(csr(shape, list(1.0, 2.0), list(int64(0), int64(3)), indptr), at+"column 3 in a sparse matrix of 3 columns")
	f(csr(shape, list(1.0, 2.0), indices, list(int64(0), int64(9), int64(2))), at+"row 0 of a sparse matrix is [0, 9) of 2 values")
}
