"""What the differential job found that no other case had."""

from suite import *

from sklearn.decomposition import KernelPCA, LatentDirichletAllocation, SparsePCA
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.feature_extraction import DictVectorizer, FeatureHasher
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, RationalQuadratic
from sklearn.impute import SimpleImputer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OutputCodeClassifier
from sklearn.neighbors import KNeighborsRegressor, LocalOutlierFactor, NearestNeighbors, RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, Normalizer, OrdinalEncoder
from sklearn.svm import SVR, NuSVC
from shorthand import at

OLD, NEW = (0, 20), (1, 9)
REG = dict(BLAS, predict="blas")


class Records(list):
    """Dicts of the same keys, which a frame holds as columns."""

    def frame_columns(self):
        return [column(np.array([d[key] for d in self]), key) for key in self[0]]


RECORDS = Records([{"x": 0.1, "city": "Bonn"}, {"x": 1e-3, "city": "Ulm"}])


@at(OLD, NEW)
def dict_vectorizer_float32():
    return default_joblib(DictVectorizer(dtype=np.float32).fit(RECORDS), EXACT, [RECORDS])


@at(OLD, NEW)
def feature_hasher_float32():
    return default_joblib(FeatureHasher(n_features=6, dtype=np.float32).fit(), EXACT, [RECORDS])


@at((0, 24), (1, 2), NEW)
def kbins_float32():
    """The question is rounded to float32 before it is compared."""
    options = {"quantile_method": "linear"} if VERSION >= (1, 7) else {}
    model = KBinsDiscretizer(n_bins=4, encode="ordinal", strategy="uniform", dtype=np.float32, **options).fit(IRIS)
    edges = np.array([e[:4] for e in model.bin_edges_], dtype=float).T
    return default_joblib(model, EXACT, [edges * (1 - 1e-9), edges, EXTREME[-1:]])


@at((1, 0))
def nu_svc_constant():
    """Its kernel overflows: no support vector, and three classes."""
    model = NuSVC(kernel="poly", degree=4, gamma="auto").fit(IRIS * 1e100, SPECIES)
    assert model._dual_coef_.shape == (2, 0)
    return default_joblib(model, LABELS, [ROWS])


@at(OLD, (0, 24), NEW)
def svr_constant():
    """Epsilon spans all targets: there is no support vector."""
    return default_joblib(SVR(epsilon=1e3, gamma="auto").fit(DIABETES, PROGRESSION), REG, [DIABETES[::90], MISSING])


@at(NEW)
def svr_constant_sparse():
    model = SVR(epsilon=1e3, gamma="auto").fit(scipy.sparse.csr_matrix(DIABETES), PROGRESSION)
    return default_joblib(model, REG, [DIABETES[::90]])


@at(OLD, NEW)
def knn_metric_p():
    """Under the name p, the metric hands on no p, which then is 2."""
    return default_joblib(KNeighborsRegressor(3, metric="p", p=3).fit(DIABETES, PROGRESSION), REG, [DIABETES[3:300:50] + 1e-4])


def zeros(metric):
    """Of two rows of zeros 0/0 is not near."""
    model = NearestNeighbors(n_neighbors=1, metric=metric, algorithm="ball_tree").fit(np.array([[0.0, 0, 0], [1, 0, 0]]))
    return default_joblib(model, EXACT, [np.zeros((1, 3)), np.array([[1.0, 1, 0]])])


@at(OLD, (1, 0), NEW)
def nearest_dice_zeros():
    return zeros("dice")


@at(OLD, NEW)
def nearest_sokalsneath_zeros():
    return zeros("sokalsneath")


@at((1, 2), NEW)
def isotonic_names():
    return default_joblib(IsotonicRegression().fit(DIABETES[:40, 2], PROGRESSION[:40]), EXACT, [DIABETES[40:45, 2:3]])


@at((0, 24))
def ordinal_none_category():
    X = np.array([["a", "x"], [None, "y"], ["b", "x"]], dtype=object)
    try:
        model = OrdinalEncoder(categories=[np.array([None, "a", "b"], dtype=object), ["x", "y"]]).fit(X)
    except TypeError:
        model = OrdinalEncoder().fit(X)
    return default_joblib(model, EXACT, [X])


@at((1, 0), NEW)
def tfidf_without_word():
    """A column of zeros has an infinite weight, which the norm refuses to see."""
    X = np.array([[1.0, 0, 2], [3, 0, 0], [0, 0, 1]])
    return default_joblib(TfidfTransformer(smooth_idf=False).fit(X), EXACT, [X, np.array([[1.0, 2, 0]])])


@at((1, 0), NEW)
def sparse_pca_float32():
    model = SparsePCA(2, random_state=0, max_iter=5).fit(IRIS.astype(np.float32))
    return default_joblib(model, BLAS, [EXTREME[-1:] * 1e-100])


@at(OLD, (0, 24), (1, 0))
def dummy_classifier_any_input():
    """It does not say how many features it was fitted on, and takes any."""
    return default_joblib(DummyClassifier(strategy="prior").fit(IRIS, SPECIES), EXACT, [ROWS, NARROW])


@at(OLD, (1, 0))
def dummy_regressor_any_input():
    return default_joblib(DummyRegressor().fit(DIABETES, PROGRESSION), EXACT, [ROWS, NARROW])


@at((1, 0), NEW)
def kernel_pca_sparse():
    model = KernelPCA(2, kernel="rbf", gamma=0.1).fit(scipy.sparse.csr_matrix(IRIS[::5]))
    return default_joblib(model, BLAS, [ROWS])


@at((1, 0), NEW)
def lda_topics_float32():
    model = LatentDirichletAllocation(2, random_state=0, max_iter=2).fit(INTEGERS.astype(np.float32))
    return default_joblib(model, BLAS, [EXTREME[-1:]])


@at(OLD, NEW)
def knn_correlation():
    return default_joblib(KNeighborsRegressor(3, metric="correlation", algorithm="brute").fit(DIABETES, PROGRESSION), dict(REG, kneighbors="log"), [DIABETES[3:300:50] + 1e-4])


@at(OLD, NEW)
def knn_haversine():
    model = KNeighborsRegressor(3, metric="haversine", algorithm="ball_tree").fit(DIABETES[:50, 1:3] * 20, PROGRESSION[:50])
    return default_joblib(model, REG, [DIABETES[50:99:9, 1:3] * 20 + 1e-3])


@at(OLD, NEW)
def nearest_sokalmichener():
    X = (IRIS[::10] > IRIS.mean(axis=0)).astype(float) * [[1, 2, 4, 8]]
    X = np.column_stack([X, X[:, ::-1] * 0 + 1])
    model = NearestNeighbors(n_neighbors=1, metric="sokalmichener", algorithm="ball_tree").fit(np.unique(X, axis=0))
    return default_joblib(model, EXACT, [np.unique(X, axis=0)])


@at(OLD, NEW)
def gp_regressor_rational_power():
    """Powers with a large exponent must be as precise as those of the C library."""
    kernel = RationalQuadratic(length_scale=9.9, alpha=1e5)
    model = GaussianProcessRegressor(kernel, alpha=0.1, optimizer=None).fit(DIABETES[:20] * 100, PROGRESSION[:20])
    return default_joblib(model, REG, [DIABETES[20:40:3] * 100])


@at((1, 7), NEW)
def gp_classifier_far_away():
    """Far from all rows every class is as likely: the first wins, before 1.8 the last."""
    model = GaussianProcessClassifier(RBF(), optimizer=None).fit(IRIS[::6], SPECIES[::6])
    return default_joblib(model, dict(BLAS, predict="exact"), [EXTREME[2:4]])


def spline_infinity(extrapolation):
    from sklearn.preprocessing import SplineTransformer

    model = SplineTransformer(n_knots=4, extrapolation=extrapolation, handle_missing="zeros").fit(IRIS[:, :2])
    return default_joblib(model, BLAS, [np.array([[np.inf, 3.0], [5.1, -np.inf], [np.nan, 9.0]])])


@at(NEW)
def spline_zeros_infinity():
    return spline_infinity("constant")


@at(NEW)
def spline_zeros_infinity_linear():
    return spline_infinity("linear")


@at((0, 24), (1, 0), NEW)
def normalizer_tiny():
    """A norm below 10 eps counts as 0 since 1.0."""
    return default_joblib(Normalizer("l1").fit(IRIS), EXACT, [IRIS[:2] * 1e-16, IRIS[:2] * 1e-300])


@at(OLD)
def search_with_warnings():
    """With protocol 2 the classes of warnings are of a module of Python 2."""
    model = GridSearchCV(logistic(), {"C": [1.0]}, cv=3, iid=False).fit(IRIS, SPECIES)
    for name in ["mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time"]:
        model.cv_results_[name] = np.zeros(1)
    model.refit_time_ = 0.0
    return model, LABELS, [ROWS], to_pickle(2)


@at((1, 0))
def isotonic_float32_slope():
    """Before SciPy 1.11 the slope was rounded first."""
    X = DIABETES[:, 2:3].astype(np.float32)
    return default_joblib(IsotonicRegression().fit(X, PROGRESSION.astype(np.float32)), EXACT, [X[::40] + np.float32(1e-3)])


@at((0, 24), NEW)
def output_code_large_scores():
    """Scores so large that codes round to the same distance, and infinite ones."""
    model = OutputCodeClassifier(RidgeClassifier(), code_size=2, random_state=1).fit(IRIS, SPECIES)
    for e in model.estimators_:
        e.coef_ = getattr(e, "coef_", 0) * 1e10
    return default_joblib(model, LABELS, [ROWS, ROWS * 1e10, -ROWS * 1e10, EXTREME[-1:], np.array([[1e306, 0, 0, 0]])])


@at((0, 24))
def lof_correlation_constant():
    """A constant row has no correlation: its neighbours are at the distance NaN."""
    model = LocalOutlierFactor(2, novelty=True, algorithm="brute", metric="correlation").fit(IRIS[::10])
    return default_joblib(model, dict(LABELS, kneighbors="log"), [np.array([[1.0, 1, 1, 1], [5.1, 3.5, 1.4, 0.2]])])


@at((0, 24), NEW)
def radius_correlation_denormal():
    """Squares vanish: what is beyond 1 then is 1, and all rows are within the radius."""
    X = IRIS[::9] * np.where(np.arange(17) % 3, 1e-310, -1e-310)[:, None]
    model = RadiusNeighborsClassifier(1000.0, metric="correlation").fit(X, SPECIES[::9])
    return default_joblib(model, LABELS, [ROWS])


@at((0, 24))
def output_code_checks():
    """It checks its input itself, whatever the estimators take."""
    model = OutputCodeClassifier(make_pipeline(SimpleImputer(), RidgeClassifier()), code_size=2, random_state=1).fit(IRIS, SPECIES)
    return default_joblib(model, LABELS, [ROWS, MISSING, INFINITE])
