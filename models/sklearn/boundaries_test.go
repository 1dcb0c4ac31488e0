package sklearn

import (
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// The tag allow_nan of trees, as _more_tags and __sklearn_tags__ of
// sklearn/tree/_classes.py set it in 1.2 to 1.9.
func TestTreesThatTakeNaN(t *testing.T) {
	f := func(class, splitter, criterion string, want string) {
		t.Helper()
		r := pyobj.NewRef("", object(class, "splitter", splitter, "criterion", criterion))
		got := ""
		for _, v := range []version{{1, 2, ""}, {1, 3, ""}, {1, 5, ""}, {1, 6, ""}, {1, 7, ""}, {1, 8, ""}, {1, 9, ""}} {
			takes, err := treeTakesNaN(r, class, v)
			if err != nil {
				t.Fatal(err)
			}
			got += map[bool]string{true: "y", false: "-"}[takes]
		}
		if got != want {
			t.Errorf("%s(splitter=%q, criterion=%q): got %s, want %s", class, splitter, criterion, got, want)
		}
	}
	f("DecisionTreeClassifier", "best", "gini", "-yyyyyy")
	f("DecisionTreeClassifier", "random", "gini", "---yyyy")
	f("DecisionTreeRegressor", "best", "absolute_error", "------y")
	f("DecisionTreeRegressor", "random", "poisson", "---yyyy")
	f("ExtraTreeClassifier", "random", "gini", "---yyyy")
	f("ExtraTreeClassifier", "best", "gini", "-yy----")
	f("ExtraTreeClassifier", "random", "mae", "------y")
	f("ExtraTreeRegressor", "random", "squared_error", "---yyyy")
	f("ExtraTreeRegressor", "best", "squared_error", "-yyyy--")
	f("ExtraTreeRegressor", "best", "absolute_error", "-------")
}

// A selector takes NaN if the estimator does that it was given.
func TestSelectorsThatTakeNaN(t *testing.T) {
	f := func(class, criterion, written string, want bool) {
		t.Helper()
		r := pyobj.NewRef("", object("SelectFromModel", "_sklearn_version", written, "estimator", object(class, "criterion", criterion)))
		if got := new(compiler).takesNaN(r, "estimator"); got != want {
			t.Errorf("%s %s(criterion=%q): got %v, want %v", written, class, criterion, got, want)
		}
	}
	f("RandomForestClassifier", "gini", "1.3.2", false)
	f("RandomForestClassifier", "gini", "1.4.2", true)
	f("RandomForestRegressor", "absolute_error", "1.8.0", false)
	f("RandomForestRegressor", "absolute_error", "1.9.1", true)
	f("ExtraTreesClassifier", "gini", "1.5.2", false)
	f("ExtraTreesClassifier", "gini", "1.6.1", true)
	f("LogisticRegression", "", "1.9.1", false)
}

// The inverse of Yeo-Johnson goes through expm1 since scikit-learn 1.9, where the
// transform is that of SciPy.
func TestYeoJohnsonByVersion(t *testing.T) {
	f := func(written string, want float64) {
		t.Helper()
		m, err := compile(object("PowerTransformer", "_sklearn_version", written, "lambdas_", list(0.5), "standardize", false))
		if err != nil {
			t.Fatal(err)
		}
		out := new(models.Frame)
		in := &models.Frame{Rows: 1, Columns: []models.Column{{Width: 1, F64: []float64{1e-9}}}}
		if err := m.Predict(out, in, models.Transform); err != nil {
			t.Fatal(err)
		}
		if got := out.Columns[0].F64[0]; got != want {
			t.Errorf("%s: got %v, want %v", written, got, want)
		}
	}
	f("1.8.0", 1.000000082740371e-09)
	f("1.9.1", 9.9999999975e-10)
}
