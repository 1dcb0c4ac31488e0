package sklearn

import (
	"errors"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// What linear models, likelihoods and baselines refuse, and in which words.
func TestLinearAndBayesRefuse(t *testing.T) {
	f := func(v pyobj.Value, want string) {
		t.Helper()
		_, err := compile(v)
		var format *models.FormatError
		var unsupported *models.UnsupportedError
		if !errors.As(err, &format) && !errors.As(err, &unsupported) || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	const broken = "not a valid pickle file: "
	flat, zero := list(1.0, 2.0), 0.0
	two, three := list(int64(0), int64(1)), list("a", "b", "c")
	square := list(list(1.0, 2.0), list(3.0, 4.0))

	f(object("LinearSVC", "coef_", list(flat), "intercept_", zero, "classes_", three),
		broken+"at byte 7: LinearSVC: coef_ has 1 rows for 3 classes")
	f(object("BayesianRidge", "coef_", flat, "intercept_", zero, "alpha_", 1.0, "sigma_", list(1.0)),
		broken+"at byte 7: BayesianRidge: sigma_ has 1 values for 2 features that are kept")
	f(object("ARDRegression", "coef_", flat, "intercept_", zero, "alpha_", 1.0, "lambda_", list(1.0)),
		broken+"at byte 7: ARDRegression: lambda_ has 1 values for 2 features")
	f(object("TweedieRegressor", "coef_", flat, "intercept_", zero, "_link_instance", object("LogitLink")),
		"TweedieRegressor._link_instance: the link LogitLink is not supported (byte 7)")
	f(object("PoissonRegressor", "coef_", flat, "intercept_", zero),
		broken+"at byte 7: PoissonRegressor: it is an object of sklearn.x.PoissonRegressor and has no attribute _base_loss; is the model fitted?")
	f(object("SGDOneClassSVM", "coef_", square, "offset_", list(1.0)),
		broken+"at byte 7: SGDOneClassSVM: coef_ has 4 values for 2 features, offset_ 1")
	f(object("RANSACRegressor", "estimator_", scaler(2)),
		broken+"at byte 7: RANSACRegressor.estimator_: StandardScaler does not predict")
	f(object("RANSACRegressor", "n_features_in_", int64(3), "estimator_", object("Ridge", "coef_", flat, "intercept_", zero)),
		broken+"at byte 7: RANSACRegressor: its estimator takes 2 features, but n_features_in_ is 3")

	f(object("QuadraticDiscriminantAnalysis", "classes_", two, "means_", square, "priors_", list(1.0),
		"rotations_", list(square, square), "scalings_", list(flat, flat)),
		broken+"at byte 7: QuadraticDiscriminantAnalysis: means_ has 2 rows, priors_ 1 values for 2 classes")
	f(object("QuadraticDiscriminantAnalysis", "classes_", two, "means_", square, "priors_", flat,
		"rotations_", list(square, square), "scalings_", list(flat, list(1.0))),
		broken+"QuadraticDiscriminantAnalysis.scalings_[1]: 1 values for a rotation of 2 columns")
	f(object("GaussianNB", "classes_", two, "theta_", square, "var_", list(list(1.0), list(2.0)), "class_prior_", flat),
		broken+"at byte 7: GaussianNB: theta_ has 2 columns, var_ 1; class_prior_ has 2 values for 2 classes")
	f(object("MultinomialNB", "classes_", three, "feature_log_prob_", square, "class_log_prior_", flat),
		broken+"MultinomialNB.feature_log_prob_: want a matrix of 3 rows, got shape [2 2]")
	f(object("CategoricalNB", "classes_", two, "feature_log_prob_", list(list(flat)), "class_log_prior_", flat),
		broken+"CategoricalNB.feature_log_prob_[0]: want a matrix of 2 rows, got shape [1 2]")

	for _, strategy := range []string{"stratified", "uniform"} {
		f(object("DummyClassifier", "_strategy", strategy, "n_outputs_", int64(1), "classes_", two, "class_prior_", flat),
			`DummyClassifier: DummyClassifier with strategy="`+strategy+`", whose answers are random, is not supported (byte 7)`)
	}
	f(object("DummyClassifier", "_strategy", "constant", "constant", 1.0, "n_outputs_", int64(1), "classes_", two, "class_prior_", flat),
		"DummyClassifier: a constant of another type than the classes is not supported (byte 7)")
	f(object("DummyClassifier", "sparse_output_", true, "n_outputs_", int64(1), "classes_", two, "class_prior_", flat),
		"DummyClassifier: a classifier with sparse answers is not supported (byte 7)")
	f(object("DummyRegressor", "n_outputs_", int64(1<<40), "constant_", list(1.0)),
		broken+"DummyRegressor.n_outputs_: 1099511627776 outputs")
	f(object("IsotonicRegression", "X_thresholds_", list(2.0, 1.0), "y_thresholds_", flat, "out_of_bounds", "nan"),
		broken+"at byte 7: IsotonicRegression: X_thresholds_ does not ascend at 1")
	f(object("IsotonicRegression", "X_thresholds_", flat, "y_thresholds_", flat, "out_of_bounds", "wrap"),
		`IsotonicRegression: out_of_bounds="wrap" is not supported (byte 7)`)
	f(object("PLSRegression", "x_rotations_", square, "x_mean_", flat, "x_std_", list(1.0)),
		broken+"at byte 7: PLSRegression: x_std_ has 1 values for 2 features")
}

// With the solver lsqr linear discriminants do not transform: scikit-learn raises
// NotImplementedError.
func TestLeastSquaresDiscriminantsDoNotTransform(t *testing.T) {
	m, err := compile(object("LinearDiscriminantAnalysis", "_sklearn_version", "1.9.1", "solver", "lsqr",
		"coef_", list(list(1.0, 2.0)), "intercept_", list(0.5), "classes_", list(int64(3), int64(4))))
	if err != nil {
		t.Fatal(err)
	}
	var got []models.Method
	for _, s := range m.Signature().Methods {
		got = append(got, s.Name)
	}
	if len(got) != 4 || got[3] != models.DecisionFunction {
		t.Errorf("it offers %q", got)
	}
}
