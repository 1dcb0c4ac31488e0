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

// textColumns are columns of strings, one for each argument.
func textColumns(columns ...[]string) *models.Frame {
	f := &models.Frame{Rows: len(columns[0])}
	for _, c := range columns {
		f.Columns = append(f.Columns, models.Column{DType: models.String, Str: c})
	}
	return f
}

func transformed(t *testing.T, p models.Predictor, src *models.Frame) (*models.Frame, error) {
	t.Helper()
	if err := p.Signature().Check(src); err != nil {
		return nil, err
	}
	dst := new(models.Frame)
	err := p.Predict(dst, src, models.Transform)
	return dst, err
}

func TestOneHotByHand(t *testing.T) {
	m, err := compile(object("OneHotEncoder", "_sklearn_version", "1.9.0", "handle_unknown", "ignore",
		"categories_", list(list("a", "b"), list(int64(3), int64(7), math.NaN()))))
	if err != nil {
		t.Fatal(err)
	}
	f := func(src *models.Frame, want ...float64) {
		t.Helper()
		got, err := transformed(t, m, src)
		if err != nil {
			t.Error(err)
		} else if !slices.Equal(got.Columns[0].F64, want) {
			t.Errorf("got %v, want %v", got.Columns[0].F64, want)
		}
	}
	row := func(text string, c models.Column) *models.Frame {
		src := textColumns([]string{text})
		src.Columns = append(src.Columns, c)
		return src
	}
	f(row("b", models.Column{F64: []float64{7}}), 0, 1, 0, 1, 0)
	f(row("x", models.Column{DType: models.Int64, I64: []int64{3}}), 0, 0, 1, 0, 0)
	f(row("a", models.Column{DType: models.Int64, I64: []int64{3}, Null: []bool{true}}), 1, 0, 0, 0, 1)
	f(row("a", models.Column{F64: []float64{math.NaN()}}), 1, 0, 0, 0, 1)
	f(row("a", models.Column{DType: models.Float32, F32: []float32{7}}), 1, 0, 0, 1, 0)
	missing := row("", models.Column{F64: []float64{5}})
	missing.Columns[0].Null = []bool{true}
	f(missing, 0, 0, 0, 0, 0)
}

// Columns with names are found by name, others by position.
func TestColumnsOfDifferentTypesByName(t *testing.T) {
	m, err := compile(object("OrdinalEncoder", "_sklearn_version", "1.9.0",
		"feature_names_in_", list("city", "age"), "categories_", list(list("Bonn", "Ulm"), list(int64(3), int64(7)))))
	if err != nil {
		t.Fatal(err)
	}
	city := models.Column{Name: "city", DType: models.String, Str: []string{"Ulm"}}
	age := models.Column{Name: "age", F64: []float64{7}}
	other := models.Column{Name: "other", F64: []float64{1}}
	f := func(want string, columns ...models.Column) {
		t.Helper()
		got, err := transformed(t, m, &models.Frame{Rows: 1, Columns: columns})
		switch {
		case err == nil && want == "":
			if !slices.Equal(got.Columns[0].F64, []float64{1, 1}) {
				t.Errorf("got %v, want [1 1]", got.Columns[0].F64)
			}
		case err == nil || err.Error() != want:
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	f("", city, age)
	f("", age, city)
	f("", other, age, city)
	f("columns are missing: city.", age, other)
	city.Name, age.Name = "", ""
	f("", city, age)
	f("X has 1 features, but OrdinalEncoder is expecting 2 features as input.", city)
	f("column 0 holds float64, expected string", age, city)
	age.F64 = []float64{8}
	f("row 0, column 1 (age): Found unknown categories [8.0] in column 1 during transform", city, age)
}

// The names are those of get_feature_names_out.
func TestOutputNames(t *testing.T) {
	f := func(v *pyobj.Object, want string) {
		t.Helper()
		r := pyobj.NewRef("", v)
		c := &compiler{classes: classes, version: version{1, 9, "1.9.0"}}
		n, err := c.estimator(r)
		if err != nil {
			t.Error(err)
			return
		}
		in := []string{"a", "b", "c"}[:n.features]
		if n.transform.names != nil {
			in = n.transform.names(in)
		}
		if got := strings.Join(in, ","); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if len(in) != n.outputWidth() {
			t.Errorf("%d names for %d columns", len(in), n.outputWidth())
		}
	}
	f(object("OneHotEncoder", "categories_", list(list("x", "y", nil), list(0.5, 1e16, math.NaN()))),
		"a_x,a_y,a_None,b_0.5,b_1e+16,b_nan")
	f(object("OneHotEncoder", "categories_", list(list("x", "y"), list(true, false)), "drop_idx_", list(int64(0), nil)),
		"a_y,b_True,b_False")
	f(object("OneHotEncoder", "categories_", list(list("x", "y", "z")), "_infrequent_enabled", true,
		"_infrequent_indices", list(list(int64(0), int64(2))), "_default_to_infrequent_mappings", list(list(int64(1), int64(0), int64(1)))),
		"a_y,a_infrequent_sklearn")
	f(object("OrdinalEncoder", "categories_", list(list("x"), list("y"))), "a,b")
	f(object("PolynomialFeatures", "n_features_in_", int64(2), "degree", int64(3)), "1,a,b,a^2,a b,b^2,a^3,a^2 b,a b^2,b^3")
	f(object("PolynomialFeatures", "n_features_in_", int64(3), "degree", list(int64(2), int64(3)), "interaction_only", true),
		"1,a b,a c,b c,a b c")
	f(object("KBinsDiscretizer", "bin_edges_", list(list(0.0, 1.0, 2.0), list(0.0, 1.0))), "a_0.0,a_1.0,b_0.0")
	f(object("SimpleImputer", "strategy", "mean", "missing_values", math.NaN(), "statistics_", list(1.0, math.NaN(), 3.0),
		"add_indicator", true, "indicator_", object("MissingIndicator", "features_", list(int64(1)))), "a,c,missingindicator_b")
	f(object("TargetEncoder", "categories_", list(list("x")), "target_type_", "multiclass", "classes_", list(int64(4), int64(5)),
		"encodings_", list(list(0.1), list(0.2)), "target_mean_", list(0.5, 0.5)), "a_4,a_5")
}

func TestPreprocessingRefuses(t *testing.T) {
	f := func(v pyobj.Value, want string) {
		t.Helper()
		_, err := compile(v)
		var format *models.FormatError
		var unsupported *models.UnsupportedError
		if !errors.As(err, &format) && !errors.As(err, &unsupported) {
			t.Errorf("got %v, want a *models.FormatError or *models.UnsupportedError: %s", err, want)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("got  %s\nwant %s", err, want)
		}
	}
	cats := list(list("a", "b"), list("c"))
	f(object("OneHotEncoder", "categories_", list()), "its parameters are for 0 features")
	f(object("OneHotEncoder", "categories_", list(list())), "want an array of categories, got shape [0]")
	f(object("OneHotEncoder", "categories_", list(list("a", "a"))), "category 1 is there twice")
	f(object("OneHotEncoder", "categories_", list(list(int64(1<<60)))), "a category beyond 2**53 is not supported")
	f(object("OneHotEncoder", "categories_", list(list("a", object("Thing")))), "a category that is an object of sklearn.x.Thing")
	f(object("OneHotEncoder", "categories_", cats, "handle_unknown", "guess"), "handle_unknown='guess' is not supported")
	f(object("OneHotEncoder", "categories_", cats, "drop_idx_", list(int64(0))), "1 items for 2 features")
	f(object("OneHotEncoder", "categories_", cats, "drop_idx_", list(int64(2), nil)), "category 2 of 2 is dropped of feature 0")
	f(object("OneHotEncoder", "categories_", list(list("a")), "drop_idx_", list(int64(0))), "drops every category")
	f(object("OneHotEncoder", "categories_", cats, "_infrequent_enabled", true, "_infrequent_indices", list(list(int64(5)), nil)),
		"item 0 is 5, of 2 categories")
	f(object("OneHotEncoder", "categories_", cats, "_infrequent_enabled", true, "_infrequent_indices", list(list(int64(1)), nil),
		"_default_to_infrequent_mappings", list(nil, nil)), "infrequent categories or their mapping, not both")
	f(object("OneHotEncoder", "_legacy_mode", true, "_feature_indices_", list(int64(0), int64(1<<40))), "1099511627776 columns")
	f(object("OrdinalEncoder", "categories_", cats, "_missing_indices", list()), "want a dict, got a list of 0")
	f(object("TargetEncoder", "categories_", cats, "encodings_", list(list(1.0)), "target_mean_", 0.5), "1 encodings and 1 means of 2 features")

	f(object("SimpleImputer", "strategy", "mean", "missing_values", math.NaN(), "statistics_", list(math.NaN())), "leaves every feature out")
	f(object("SimpleImputer", "strategy", &pyobj.Global{Module: "numpy", Name: "median"}, "statistics_", list(1.0)), "a function as strategy is not supported")
	f(object("MissingIndicator", "_n_features", int64(2), "features_", list(int64(2))), "features_[0] is 2, of 2 features")
	f(object("KNNImputer", "n_features_in_", int64(1), "missing_values", math.NaN(), "_fit_X", list(list(1.0)), "n_neighbors", int64(0)), "0 neighbors")
	f(object("KNNImputer", "n_features_in_", int64(1), "missing_values", math.NaN(), "_fit_X", list(list(1.0)), "n_neighbors", int64(1), "metric", "cosine"), "KNNImputer(metric=…)")
	f(object("IterativeImputer", "sample_posterior", true, "n_iter_", int64(1)), "whose answers are random, is not supported")

	f(object("PolynomialFeatures", "n_features_in_", int64(1000), "degree", int64(9)), "more than 1048576 terms is not supported")
	f(object("PolynomialFeatures", "n_features_in_", int64(1), "degree", int64(1<<40)), "degree [0 1099511627776]")
	f(object("PolynomialFeatures", "n_features_in_", int64(2), "degree", int64(2), "n_output_features_", int64(7)), "7 columns, but degree and features make 6")
	f(object("KBinsDiscretizer", "bin_edges_", list(list(2.0, 1.0))), "not all in order")
	f(object("SplineTransformer", "bsplines_", list(object("BSpline", "t", list(0.0, 1.0, 2.0), "c", list(list(1.0)), "k", int64(3)))),
		"a spline of degree 3 with 3 knots")
	f(object("QuantileTransformer", "references_", list(0.0, 1.0), "quantiles_", list(list(1.0))), "quantiles of shape [1 1] for 2 references")
	f(object("PowerTransformer", "lambdas_", list(1.0), "_scaler", scaler(2)), "it does not scale 1 features")
	f(object("Normalizer", "norm", "l3", "n_features_in_", int64(2)), "norm='l3'")
	f(object("LabelBinarizer", "y_type_", "multilabel-indicator", "classes_", list(int64(0), int64(1))), "a LabelBinarizer of multilabel-indicator")

	impute := object("SimpleImputer", "strategy", "most_frequent", "missing_values", math.NaN(), "statistics_", list("a"))
	f(object("Pipeline", "steps", list(step("fill", impute), step("scale", scaler(1)))), "step 1 takes other types than it is given")
}

func TestPythonText(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(pythonFloat(1), "1.0")
	f(pythonFloat(0.1), "0.1")
	f(pythonFloat(-2.5e-5), "-2.5e-05")
	f(pythonFloat(1e15), "1000000000000000.0")
	f(pythonFloat(1e16), "1e+16")
	f(pythonFloat(math.Copysign(0, -1)), "-0.0")
	f(pythonFloat(math.Inf(-1)), "-inf")
	f(pythonString("a"), "'a'")
	f(pythonString("it's"), `"it's"`)
	f(pythonString(`'"`), `'\'"'`)
	f(pythonString("a\n\\"), `'a\n\\'`)
}
