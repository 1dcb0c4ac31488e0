package sklearn

import (
	"errors"
	"slices"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

func ridge(n int) *pyobj.Object {
	coef := list()
	for i := range n {
		coef.Items = append(coef.Items, float64(i))
	}
	return object("Ridge", "coef_", coef, "intercept_", 0.0)
}

func smallLogit(classes ...any) *pyobj.Object {
	return object("LogisticRegression", "coef_", list(list(1.0, -1.0)), "intercept_", 0.0, "classes_", list(classes...))
}

func TestMetaEstimatorsRefuse(t *testing.T) {
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
	zero, one, two := int64(0), int64(1), int64(2)
	binary := list(zero, one)

	f(object("BaggingRegressor", "estimators_", list()),
		"not a valid pickle file: BaggingRegressor.estimators_: there are no estimators")
	f(object("BaggingRegressor", "estimators_", list(ridge(2)), "estimators_features_", list(), "n_features_in_", two),
		"not a valid pickle file: BaggingRegressor.estimators_features_: 0 lists of features for 1 estimators")
	f(object("BaggingRegressor", "estimators_", list(ridge(2)), "estimators_features_", list(list(zero, int64(9))), "n_features_in_", two),
		"not a valid pickle file: BaggingRegressor.estimators_features_[0]: feature 9 of 2")
	f(object("BaggingRegressor", "estimators_", list(ridge(1)), "estimators_features_", list(list(zero, one)), "n_features_in_", two),
		"not a valid pickle file: BaggingRegressor.estimators_features_[0]: 2 features for an estimator of 1")
	f(object("BaggingClassifier", "estimators_", list(smallLogit(one, two)), "estimators_features_", list(list(zero, one)),
		"n_features_in_", two, "classes_", list("a", "b")),
		"not a valid pickle file: at byte 7: BaggingClassifier: an estimator knows the class 2 of 2")
	f(object("VotingRegressor", "estimators_", list(ridge(2), ridge(3))),
		"not a valid pickle file: at byte 7: VotingRegressor: VotingRegressor.estimators_[1] takes 3 features, the others 2")
	f(object("VotingRegressor", "estimators_", list(ridge(2)), "weights", list(1.0, 2.0), "estimators", list(step("a", nil))),
		"not a valid pickle file: VotingRegressor.weights: 2 weights for 1 estimators")
	f(object("VotingClassifier", "estimators_", list(ridge(2)), "classes_", binary, "voting", "soft"),
		"VotingClassifier: an estimator without predict_proba, or with several outputs, Ridge, is not supported (byte 7)")
	f(object("VotingClassifier", "estimators_", list(ridge(2)), "classes_", binary),
		"not a valid pickle file: at byte 7: VotingClassifier: its estimators were not fitted on encoded classes")
	f(object("StackingRegressor", "estimators_", list(ridge(2)), "stack_method_", list("predict"),
		"estimators", list(step("a", ridge(2))), "final_estimator_", ridge(5)),
		"not a valid pickle file: at byte 7: StackingRegressor: final_estimator_ takes 5 features, and the estimators give 1")
	f(object("AdaBoostClassifier", "estimators_", list(smallLogit(zero, one)), "estimator_weights_", list(1.0), "classes_", list(one, two)),
		"not a valid pickle file: at byte 7: AdaBoostClassifier: one of its estimators knows a class that is not in classes_")
	f(object("AdaBoostRegressor", "estimators_", list(ridge(2)), "estimator_weights_", list()),
		"not a valid pickle file: at byte 7: AdaBoostRegressor: 0 weights for 1 estimators")
	f(object("CalibratedClassifierCV", "classes_", binary, "calibrated_classifiers_", list(
		object("_CalibratedClassifier", "estimator", smallLogit(zero, one), "method", "magic", "calibrators", list(nil)))),
		"CalibratedClassifierCV.calibrated_classifiers_[0]: method=magic is not supported (byte 7)")
	f(object("CalibratedClassifierCV", "classes_", binary, "calibrated_classifiers_", list(
		object("_CalibratedClassifier", "estimator", smallLogit(zero, one), "method", "sigmoid", "calibrators", list()))),
		"not a valid pickle file: at byte 7: CalibratedClassifierCV.calibrated_classifiers_[0]: 1 scores and 0 calibrators for 2 classes")
	f(object("OneVsOneClassifier", "estimators_", list(smallLogit(zero, one)), "classes_", list(zero, one, two)),
		"not a valid pickle file: at byte 7: OneVsOneClassifier: 1 estimators for 3 classes")
	f(object("OutputCodeClassifier", "estimators_", list(smallLogit(zero, one)), "classes_", binary, "code_book_", list(1.0)),
		"not a valid pickle file: at byte 7: OutputCodeClassifier: code_book_ has 1 values for 2 classes and 1 estimators")
	f(object("RegressorChain", "estimators_", list(ridge(2), ridge(2)), "order_", binary),
		"not a valid pickle file: at byte 7: RegressorChain: estimator 1 takes 2 features, want 3")
	f(object("RegressorChain", "estimators_", list(ridge(2), ridge(3)), "order_", list(one, one)),
		"not a valid pickle file: at byte 7: RegressorChain: order_ is no order of 2 targets")
	f(object("MultiOutputClassifier", "estimators_", list(smallLogit(zero, one), smallLogit("a", "b"))),
		"MultiOutputClassifier: targets with labels of different types is not supported (byte 7)")
	f(object("SelectKBest", "k", one, "scores_", list()), "not a valid pickle file: at byte 7: SelectKBest: scores_ is empty")
	f(object("SelectKBest", "k", zero, "scores_", list(1.0)),
		"SelectKBest: a selection of no features at all is not supported (byte 7)")
	f(object("SelectFromModel", "estimator_", object("KNeighborsClassifier", "x_", zero)),
		"SelectFromModel.estimator_: feature selection by the importances of KNeighborsClassifier, which its file does not hold,"+
			" is not supported (byte 7)")
	f(object("RFE", "support_", list(true, false), "estimator_", ridge(2)),
		"not a valid pickle file: at byte 7: RFE: estimator_ takes 2 features, and 1 are kept")
}

// The confidences of 0.20 depend on the other rows of a batch: the votes are
// answered, the decision function is not.
func TestOneVsOneOfOldVersions(t *testing.T) {
	f := func(version string, want ...models.Method) {
		t.Helper()
		inner := smallLogit(int64(0), int64(1))
		m, err := compile(object("OneVsOneClassifier", "estimators_", list(inner), "classes_", list("a", "b"),
			"_sklearn_version", version))
		if err != nil {
			t.Fatal(err)
		}
		var got []models.Method
		for _, method := range m.Signature().Methods {
			got = append(got, method.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", version, got, want)
		}
	}
	f("0.20.4", models.Predict)
	f("0.21.3", models.Predict, models.DecisionFunction)
}

func TestBeforePatch(t *testing.T) {
	f := func(text string, want bool) {
		t.Helper()
		v := versionOf(pyobj.NewRef("x", object("X", "_sklearn_version", text)))
		if got := v.beforePatch(1, 3, 1); got != want {
			t.Errorf("%s before 1.3.1: got %v", text, got)
		}
	}
	f("0.20.4", true)
	f("1.2.2", true)
	f("1.3.0", true)
	f("1.3.1", false)
	f("1.3.2.post1", false)
	f("1.3.dev0", false)
	f("1.4.0", false)
	f("2.0.0", false)
}

// Sizes in a file are claims: a short file asks for neither much memory nor much
// time.
func TestMetaEstimatorsOfHostileFiles(t *testing.T) {
	constants, members, subsets := list(), list(), list()
	constant := object("_ConstantPredictor", "y_", list(1.0))
	inner := ridge(1)
	for range 1000 {
		members.Items, subsets.Items = append(members.Items, inner), append(subsets.Items, list(int64(3)))
	}
	for range maxEstimators + 1 {
		constants.Items = append(constants.Items, constant)
	}
	if _, err := compile(object("BaggingRegressor", "estimators_", members, "estimators_features_", subsets,
		"n_features_in_", int64(maxFeatures))); err != nil {
		t.Error(err)
	}
	_, err := compile(object("OneVsRestClassifier", "estimators_", constants))
	var format *models.FormatError
	if !errors.As(err, &format) {
		t.Errorf("got %v, want a *models.FormatError", err)
	}
}

func TestLabelsWithin(t *testing.T) {
	f := func(l, classes *labels, want []int) {
		t.Helper()
		got, ok := l.within(classes)
		if ok != (want != nil) || !slices.Equal(got, want) {
			t.Errorf("%v in %v: got %v, %v, want %v", l.values(), classes.values(), got, ok, want)
		}
	}
	ints := func(v ...int64) *labels { return &labels{dtype: models.Int64, i64: v} }
	floats := func(v ...float64) *labels { return &labels{dtype: models.Float64, f64: v} }
	texts := func(v ...string) *labels { return &labels{dtype: models.String, str: v} }
	f(ints(3, 1), ints(1, 2, 3), []int{2, 0})
	f(floats(3, 1), ints(1, 2, 3), []int{2, 0})
	f(&labels{dtype: models.Bool, bools: []bool{true, false}}, ints(0, 1), []int{1, 0})
	f(texts("b"), texts("a", "b"), []int{1})
	f(texts("1"), ints(1), nil)
	f(ints(4), ints(1, 2, 3), nil)
}
