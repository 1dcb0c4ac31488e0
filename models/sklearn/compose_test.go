package sklearn

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// columns is a ColumnTransformer over four columns, fitted on a table if it is
// given names.
func columns(parts *pyobj.List, attributes ...any) *pyobj.Object {
	return object("ColumnTransformer", append([]any{"transformers_", parts, "n_features_in_", int64(4)}, attributes...)...)
}

func partOn(name string, v, columns any) pyobj.Tuple { return pyobj.Tuple{name, v, columns} }

func slice(parts ...pyobj.Value) *pyobj.Object {
	return &pyobj.Object{Class: &pyobj.Global{Module: "builtins", Name: "slice"}, Args: pyobj.Tuple(parts)}
}

func named(module, name string) *pyobj.Global { return &pyobj.Global{Module: module, Name: name} }

// userList is what holds remainder columns in 1.5 and 1.6.
func userList(items ...any) *pyobj.Object {
	o := object("_RemainderColsList", "data", list(items...), "future_dtype", "str")
	o.Class = &pyobj.Global{Module: "sklearn.compose._column_transformer", Name: "_RemainderColsList"}
	return o
}

// newIndex is how pandas pickles an Index.
func newIndex(items ...any) *pyobj.Object {
	data := new(pyobj.Dict)
	data.Set("data", list(items...))
	return &pyobj.Object{Class: &pyobj.Global{Module: "pandas.core.indexes.base", Name: "_new_Index"},
		Args: pyobj.Tuple{&pyobj.Global{Module: "pandas", Name: "Index"}, data}}
}

func TestColumnSpecifications(t *testing.T) {
	names := list("a", "b", "c", "d")
	f := func(spec any, want ...int) {
		t.Helper()
		r := pyobj.NewRef("ColumnTransformer", columns(list(partOn("x", "passthrough", spec)), "feature_names_in_", names))
		items, _ := r.Attr("transformers_")
		parts, err := items.Items()
		if err != nil {
			t.Fatal(err)
		}
		got, err := new(compiler).readTable(r, parts)
		if err != nil || !slices.Equal(got.columns[0], want) {
			t.Errorf("%v: got %v, %v, want %v", spec, got, err, want)
		}
	}
	i := func(n int) any { return int64(n) }
	f("c", 2)
	f(i(3), 3)
	f(i(-1), 3)
	f(list())
	f(list("d", "a"), 3, 0)
	f(list(i(1), i(-2)), 1, 2)
	f(list(false, true, true, false), 1, 2)
	f(newIndex("b", "d"), 1, 3)
	f(userList(i(0), i(2)), 0, 2)
	f(slice(nil, nil, nil), 0, 1, 2, 3)
	f(slice(i(1), i(3), nil), 1, 2)
	f(slice(i(-2), nil, nil), 2, 3)
	f(slice(i(0), i(99), i(3)), 0, 3)
	f(slice(i(3), i(1), nil))
	f(slice("b", "c", nil), 1, 2)
	f(slice(nil, "b", i(1<<40)), 0)
}

func TestComposeRefuses(t *testing.T) {
	f := func(v pyobj.Value, want string) {
		t.Helper()
		_, err := compile(v)
		var format *models.FormatError
		var unsupported *models.UnsupportedError
		if !errors.As(err, &format) && !errors.As(err, &unsupported) {
			t.Errorf("got %v, want a *models.FormatError or *models.UnsupportedError: %s", err, want)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("got  %s\nwant …%s", err, want)
		}
	}
	i := func(n int) any { return int64(n) }
	part := func(spec any) *pyobj.Object { return columns(list(partOn("x", "passthrough", spec))) }
	f(part(i(4)), "column 4 of 4")
	f(part(list(i(-5))), "column -5 of 4")
	f(part(list(true, false)), "a mask of 2 for 4 columns")
	f(part("a"), "no column is named 'a'")
	f(part(list(1.5)), "transformers_[0][2]")
	f(part(slice(nil, nil, i(-1))), "a slice that goes backwards")
	f(part(slice("a", nil, nil)), "no column is named 'a'")
	f(part(nil), "transformers_[0][2]")
	f(columns(list(partOn("x", "drop", i(0)))), "a ColumnTransformer that drops everything")
	f(columns(list(pyobj.Tuple{"x", "drop"})), "it has 2 items, and none at [2]")
	f(columns(list(partOn("x", scaler(2), list(i(0))))), "it is given 1 columns and takes 2")
	f(columns(list(partOn("x", object("Newcomer", "a_", i(1)), i(0)))),
		"ColumnTransformer.transformers_['x']: sklearn.x.Newcomer is not supported")
	f(columns(list(partOn("x", "passthrough", i(0))), "feature_names_in_", list("a")), "1 names for 4 features")
	f(object("ColumnTransformer", "transformers_", list(partOn("x", "passthrough", i(0))), "_n_features", i(1<<40)),
		"over that many columns")
	f(object("FeatureUnion", "transformer_list", list(step("a", scaler(2)), step("b", scaler(3)))), "'b' takes 3 features, another part 2")
	f(object("FeatureUnion", "transformer_list", list(step("a", "drop"))), "a FeatureUnion that drops everything")
	f(object("FeatureUnion", "transformer_list", list(step("a", object("Ridge", "coef_", list(1.0), "intercept_", 0.0)))),
		"Ridge, which cannot transform, is not supported")

	f(object("GridSearchCV", "cv_results_", i(1), "refit", false), "a search with refit=False")
	f(object("GridSearchCV", "cv", i(1)), "an estimator that is not fitted")
	f(object("GridSearchCV", "best_estimator_", i(1)), "GridSearchCV.best_estimator_: the int 1 in the place of an estimator")

	transformer := func(attributes ...any) *pyobj.Object {
		return object("FunctionTransformer", append([]any{"n_features_in_", i(2)}, attributes...)...)
	}
	f(transformer("func", named("pandas", "to_numeric")), "FunctionTransformer.func: the function pandas.to_numeric is not supported")
	f(transformer("func", named("numpy", "linalg.inv")), "the function numpy.linalg.inv is not supported")
	f(transformer("func", named("numpy", "cumsum")), "the function numpy.cumsum is not supported")
	f(transformer("func", object("Anything")), "a func that is an object of sklearn.x.Anything")
	arguments := new(pyobj.Dict)
	arguments.Set("out", i(1))
	f(transformer("func", named("numpy", "clip"), "kw_args", arguments), "these named arguments of clip")
	f(transformer("func", named("numpy", "log"), "kw_args", arguments), "named arguments of log")

	ridge := object("Ridge", "coef_", list(1.0), "intercept_", 0.0)
	target := func(back any) *pyobj.Object {
		return object("TransformedTargetRegressor", "regressor_", ridge, "transformer_", back, "_training_dim", i(1))
	}
	f(target(scaler(2)), "scale_ has 2 values for 1 targets")
	f(target(ridge), "the inverse of sklearn.x.Ridge is not supported")
	f(target(object("QuantileTransformer", "quantiles_", list(list(1.0)), "references_", list(0.0, 1.0))), "quantiles of shape [1 1]")
	loop := list()
	again := object("Pipeline", "steps", loop)
	loop.Items = append(loop.Items, step("again", again))
	f(target(again), "nested more than")
	f(columns(list(partOn("x", again, i(0)))), "nested more than")
}

// Parts may be shared, so that a short file can describe very much.
func TestComposeBombs(t *testing.T) {
	f := func(v pyobj.Value, want string) {
		t.Helper()
		if _, err := compile(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want …%s", err, want)
		}
	}
	ridge := object("Ridge", "coef_", list(1.0), "intercept_", 0.0)
	shared := scaler(1)
	for range 40 {
		shared = object("Pipeline", "steps", list(step("a", shared), step("b", shared)))
	}
	f(object("TransformedTargetRegressor", "regressor_", ridge, "transformer_", shared, "_training_dim", int64(1)), "more than 10000 estimators")

	same := partOn("x", "passthrough", slice(nil, nil, nil))
	many := list()
	for range 1000 {
		many.Items = append(many.Items, same)
	}
	f(object("ColumnTransformer", "transformers_", many, "_n_features", int64(1<<20)), "that many columns in its parts")

	union := scaler(1)
	for range 20 {
		union = object("FeatureUnion", "transformer_list", list(step("a", union), step("b", union)))
	}
	f(union, "more than 10000 estimators")
}

// What each column must be, by what looks at it.
func TestMerge(t *testing.T) {
	f := func(a, b, want models.DType) {
		t.Helper()
		if got, back := merge(a, b), merge(b, a); got != want || back != want {
			t.Errorf("%v and %v: got %v, %v, want %v", a, b, got, back, want)
		}
	}
	f(unused, unused, unused)
	f(unused, anything, anything)
	f(unused, models.String, models.String)
	f(unused, models.Float64, models.Float64)
	f(anything, models.String, models.String)
	f(anything, models.Float64, models.Float64)
	f(models.String, models.Float64, models.String)
}

// A transformer of all columns by name takes them in any order, among others.
func TestColumnsBeside(t *testing.T) {
	parts := list(partOn("x", scaler(1), list("b")), partOn("y", scaler(1), list("a")))
	m, err := compile(object("ColumnTransformer", "transformers_", parts, "_n_features", int64(2), "_df_columns", newIndex("a", "b")))
	if err != nil {
		t.Fatal(err)
	}
	want := new(models.Frame)
	a, b := models.Column{Name: "a", F64: []float64{1, 2}}, models.Column{Name: "b", F64: []float64{30, 40}}
	if err := m.Predict(want, &models.Frame{Rows: 2, Columns: []models.Column{a, b}}, models.Transform); err != nil {
		t.Fatal(err)
	}
	other := models.Column{Name: "c", DType: models.String, Str: []string{"x", "y"}}
	for _, columns := range [][]models.Column{{b, other, a}, {a, b, other}, {{F64: a.F64}, {F64: b.F64}}, {{Width: 2, F64: []float64{1, 30, 2, 40}}}} {
		got := new(models.Frame)
		if err := m.Predict(got, &models.Frame{Rows: 2, Columns: columns}, models.Transform); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Columns[0].F64, want.Columns[0].F64) {
			t.Errorf("got %v, want %v", got.Columns[0].F64, want.Columns[0].F64)
		}
	}
}

// Files of 0.20 to 0.24 keep the names as an index of pandas.
func TestOldColumnNames(t *testing.T) {
	for _, name := range []string{"_df_columns", "_feature_names_in"} {
		parts := list(partOn("x", scaler(2), list("c", "a")), partOn("rest", "drop", list(int64(1))))
		m, err := compile(object("ColumnTransformer", "transformers_", parts, "_n_features", int64(3), name, newIndex("a", "b", "c")))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, port := range m.Signature().Inputs {
			got = append(got, port.Name)
		}
		if !slices.Equal(got, []string{"a", "c"}) {
			t.Errorf("%s: takes %q, want a and c", name, got)
		}
	}
}

// An error of a part names the column of the whole table.
func TestErrorOfPart(t *testing.T) {
	f := func(v pyobj.Value, name string) {
		t.Helper()
		m, err := compile(v)
		if err != nil {
			t.Fatal(err)
		}
		src := &models.Frame{Rows: 2, Columns: []models.Column{{Width: 4, F64: []float64{1, 2, 3, 4, math.Inf(1), 6, 7, 8}}}}
		err = m.Predict(new(models.Frame), src, models.Transform)
		var data *models.DataError
		if !errors.As(err, &data) || data.Row != 1 || data.Column != 0 || data.Name != name {
			t.Errorf("got %#v, want row 1, column 0 (%s)", err, name)
		}
	}
	parts := list(partOn("keep", "passthrough", int64(3)), partOn("x", scaler(2), list(int64(2), int64(0))))
	f(columns(parts), "")
	f(columns(parts, "feature_names_in_", list("a", "b", "c", "d")), "a")
}
