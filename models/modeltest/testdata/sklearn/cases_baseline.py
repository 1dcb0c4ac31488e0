"""sklearn.dummy, sklearn.isotonic and sklearn.cross_decomposition."""

from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.isotonic import IsotonicRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from shorthand import add, at
from suite import *  # noqa: F403

try:
    from sklearn.cross_decomposition import CCA, PLSSVD, PLSCanonical, PLSRegression
except ImportError:  # 0.24 wants a SciPy older than 1.9
    PLSRegression = PLSCanonical = CCA = PLSSVD = None

OLD, NEW = (0, 20), (1, 9)
SHORT = [ROWS, MISSING]
TEXT = np.array(["a", "b", "c"])[SPECIES]


# ---- dummies ---------------------------------------------------------------------
# Only versions since 1.2 record the number of features; before, a scaler does.


def dummy(name, model, y, versions=(OLD, (0, 22), (0, 24), (1, 5), NEW)):
    def build():
        if VERSION >= (1, 3):
            return model().fit(IRIS, y)
        return Pipeline([("scale", StandardScaler()), ("dummy", model())]).fit(IRIS, y)

    add(name, build, versions, EXACT, [ROWS, MISSING])


UNEVEN = np.where(np.arange(150) < 70, "b", np.where(np.arange(150) < 90, "c", "a"))
PAIRS = np.column_stack([SPECIES, SPECIES[::-1] > 0]).astype(int)
NUMBERS = IRIS[:, 0] * 3
dummy("dummy_classifier_prior", lambda: DummyClassifier(strategy="prior"), UNEVEN)
dummy("dummy_classifier_frequent", lambda: DummyClassifier(strategy="most_frequent"), UNEVEN)
dummy("dummy_classifier_constant", lambda: DummyClassifier(strategy="constant", constant="c"), UNEVEN)
dummy("dummy_classifier_constant_int", lambda: DummyClassifier(strategy="constant", constant=1), SPECIES)
dummy("dummy_classifier_column", lambda: DummyClassifier(strategy="prior"), SPECIES[:, None], [(0, 22), NEW])
dummy("dummy_regressor_mean", lambda: DummyRegressor(), NUMBERS)
dummy("dummy_regressor_column", lambda: DummyRegressor(), NUMBERS[:, None])
dummy("dummy_regressor_targets", lambda: DummyRegressor(), IRIS[:, :2])
dummy("dummy_regressor_median", lambda: DummyRegressor(strategy="median"), NUMBERS)
dummy("dummy_regressor_quantile", lambda: DummyRegressor(strategy="quantile", quantile=0.3), NUMBERS)
dummy("dummy_regressor_constant", lambda: DummyRegressor(strategy="constant", constant=7), NUMBERS)
dummy("dummy_regressor_constants", lambda: DummyRegressor(strategy="constant", constant=[7.5, -1.0]), IRIS[:, :2])
dummy("dummy_classifier_targets", lambda: DummyClassifier(strategy="prior"), PAIRS, [(1, 5), NEW])
dummy("dummy_classifier_constants", lambda: DummyClassifier(strategy="constant", constant=[2, 0]), PAIRS, [(1, 5), NEW])


# ---- isotonic --------------------------------------------------------------------

STEPS = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
HEIGHTS = np.array([1.0, 0.0, 2.0, 2.5, 2.25, 7.0, 7.0, 9.0])
INSIDE = np.array([1.0, 8.0, 1.5, 2.5, 5.1, 6.9, 3.0, 7.3])
OUTSIDE = np.array([0.0, 1.0, 4.5, 9.0, -1e300])


def shaped(x):
    """Before 0.24 the input was a vector; a matrix of one column is the same."""
    return x[:, None] if VERSION >= (0, 24) else x


def isotonic(name, build, versions=(OLD, (0, 22), (0, 24), (1, 2), NEW), x=STEPS, y=HEIGHTS):
    X = x if VERSION < (0, 24) else x[:, None]
    batches = [shaped(INSIDE), shaped(OUTSIDE)]
    if VERSION >= (0, 22):
        batches.append(shaped(np.array([2.0, np.nan])))
    add(name, lambda: build().fit(X, y), versions, EXACT, batches)


isotonic("isotonic", lambda: IsotonicRegression())
isotonic("isotonic_clip", lambda: IsotonicRegression(out_of_bounds="clip", y_min=0.5, y_max=8))
isotonic("isotonic_raise", lambda: IsotonicRegression(out_of_bounds="raise"), [OLD, NEW])
isotonic("isotonic_falling", lambda: IsotonicRegression(increasing=False, out_of_bounds="clip"), [OLD, NEW])
isotonic("isotonic_constant", lambda: IsotonicRegression(), [OLD, NEW], STEPS[:1], HEIGHTS[:1])
isotonic("isotonic_float32", lambda: IsotonicRegression(out_of_bounds="clip"), [(1, 7), NEW],
         (STEPS / 3).astype(np.float32), (HEIGHTS / 7).astype(np.float32))


# ---- partial least squares -------------------------------------------------------

PLS = [OLD, (0, 22), (1, 0), (1, 2), (1, 3), (1, 5), NEW]
PLS_BLAS = dict(BLAS, predict="blas")


def pls(name, build, y, versions=PLS):
    add(name, lambda: build().fit(DIABETES, y), versions, PLS_BLAS, SHORT)


pls("pls_regression", lambda: PLSRegression(n_components=2), PROGRESSION)
pls("pls_regression_targets", lambda: PLSRegression(n_components=3), targets(3))
pls("pls_regression_column", lambda: PLSRegression(n_components=2), PROGRESSION[:, None], [OLD, (1, 2), NEW])
pls("pls_regression_no_scale", lambda: PLSRegression(n_components=2, scale=False), PROGRESSION, [OLD, NEW])
pls("pls_canonical", lambda: PLSCanonical(n_components=2), targets(3))
pls("cca", lambda: CCA(n_components=1), targets(2), [OLD, (1, 0), (1, 2), (1, 5), NEW])
pls("pls_svd", lambda: PLSSVD(n_components=2), targets(3), [OLD, (1, 0), NEW])
