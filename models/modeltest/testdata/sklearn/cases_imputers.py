"""Imputers of missing values."""

from suite import *

if VERSION >= (0, 21):
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer
if VERSION >= (0, 22):
    from sklearn.impute import KNNImputer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

HOLES = np.array(
    [
        [1.0, 2.0, np.nan, 4.0],
        [np.nan, 3.0, 6.5, 4.0],
        [7.0, np.nan, 9.0, 4.0],
        [7.0, 3.0, 1.0, np.nan],
        [1.0, 5.0, np.nan, np.nan],
        [2.5, 2.0, 3.0, 1.0],
    ]
)
FULL = np.array([[1.0, 2.0, 3.0, 4.0], [-1.0, 0.0, 1e300, -0.0]])
HOLES_BATCHES = [HOLES, FULL, HOLES[:1], INFINITE, NARROW, INTEGERS]
EMPTY = HOLES.copy()
EMPTY[:, 1] = np.nan
WORDS = np.array([["a", "x"], [np.nan, "y"], ["b", np.nan], ["a", "y"]], dtype=object)
NONES = np.array([["a", "x"], [None, "y"], ["b", None], ["a", "y"]], dtype=object)


@case()
def simple_imputer_mean():
    return default_joblib(SimpleImputer().fit(HOLES), EXACT, HOLES_BATCHES)


@case()
def simple_imputer_median():
    return default_joblib(SimpleImputer(strategy="median").fit(HOLES), EXACT, [HOLES])


@case()
def simple_imputer_most_frequent():
    return default_joblib(SimpleImputer(strategy="most_frequent").fit(HOLES), EXACT, [HOLES, FULL])


@case()
def simple_imputer_constant():
    return default_joblib(SimpleImputer(strategy="constant", fill_value=-1.5).fit(HOLES), EXACT, [HOLES])


@case()
def simple_imputer_zero():
    return default_joblib(SimpleImputer(strategy="constant").fit(HOLES), EXACT, [HOLES])


@case()
def simple_imputer_float32():
    return default_joblib(SimpleImputer(strategy="constant", fill_value=0.1).fit(HOLES.astype(np.float32)), EXACT, [HOLES])


@case()
def simple_imputer_number_missing():
    X = np.where(np.isnan(HOLES), -1, HOLES)
    return default_joblib(SimpleImputer(missing_values=-1).fit(X), EXACT, [X, HOLES])


@case()
def simple_imputer_ints():
    X = np.array([[1, 0], [0, 3], [5, 3], [1, 0]])
    return default_joblib(SimpleImputer(missing_values=0, strategy="most_frequent").fit(X), EXACT, [X])


@case()
def simple_imputer_empty_feature():
    return default_joblib(SimpleImputer().fit(EMPTY), EXACT, [HOLES, EMPTY])


@case()
def simple_imputer_empty_constant():
    return default_joblib(SimpleImputer(strategy="constant", fill_value=3.0).fit(EMPTY), EXACT, [HOLES, EMPTY])


@case(since=(1, 2))
def simple_imputer_keep_empty():
    return default_joblib(SimpleImputer(keep_empty_features=True).fit(EMPTY), EXACT, [HOLES, EMPTY])


@case(since=(1, 2))
def simple_imputer_keep_empty_constant():
    model = SimpleImputer(keep_empty_features=True, strategy="constant", fill_value=2.0)
    return default_joblib(model.fit(EMPTY), EXACT, [HOLES, EMPTY])


@case(since=(0, 21))
def simple_imputer_indicator():
    X = HOLES.copy()
    X[:, 1] = 1.0
    return default_joblib(SimpleImputer(add_indicator=True).fit(X), EXACT, [X, HOLES, FULL])


@case(since=(0, 21))
def simple_imputer_indicator_empty():
    return default_joblib(SimpleImputer(add_indicator=True, strategy="median").fit(EMPTY), EXACT, [HOLES, EMPTY])


@case()
def simple_imputer_strings():
    return default_joblib(SimpleImputer(strategy="most_frequent").fit(WORDS), EXACT, [WORDS, WORDS[1:2]])


@case()
def simple_imputer_strings_constant():
    return default_joblib(SimpleImputer(strategy="constant", fill_value="none").fit(WORDS), EXACT, [WORDS])


@case()
def simple_imputer_strings_default():
    return default_joblib(SimpleImputer(strategy="constant").fit(WORDS), EXACT, [WORDS])


@case()
def simple_imputer_none():
    return default_joblib(SimpleImputer(missing_values=None, strategy="most_frequent").fit(NONES), EXACT, [NONES])


@case()
def simple_imputer_string_missing():
    X = np.array([["a", "?"], ["?", "y"], ["a", "y"]], dtype=object)
    return default_joblib(SimpleImputer(missing_values="?", strategy="most_frequent").fit(X), EXACT, [X])


@case()
def simple_imputer_mixed_objects():
    X = np.array([["a", 1.5], [np.nan, 2.0], ["a", np.nan], ["b", 2.0]], dtype=object)
    return default_joblib(SimpleImputer(strategy="most_frequent").fit(X), EXACT, [X])


@case(since=(0, 21))
def simple_imputer_strings_indicator():
    return default_joblib(SimpleImputer(strategy="most_frequent", add_indicator=True).fit(WORDS), EXACT, [WORDS])


@case(since=(1, 0), needs_pandas=True)
def simple_imputer_dataframe():
    X = pandas.DataFrame(HOLES, columns=["a", "b", "c", "d"])
    return default_joblib(SimpleImputer().fit(X), EXACT, [X, HOLES])


@case(since=(1, 0), needs_pandas=True)
def simple_imputer_dataframe_strings():
    X = pandas.DataFrame({"city": ["Bonn", None, "Ulm", "Ulm"], "class": ["x", "y", None, "x"]}, dtype=object)
    X = X.where(X.notna(), np.nan)
    return default_joblib(SimpleImputer(strategy="most_frequent").fit(X), EXACT, [X])


@case()
def simple_imputer_pipeline():
    steps = [("fill", SimpleImputer()), ("scale", StandardScaler()), ("model", logistic())]
    y = np.array([0, 1, 0, 1, 0, 1])
    return default_joblib(Pipeline(steps).fit(HOLES, y), LABELS, [HOLES, FULL[:1]])


@case()
def missing_indicator():
    X = HOLES.copy()
    X[:, 1] = 1.0
    return default_joblib(MissingIndicator().fit(X), EXACT, [X, FULL, HOLES, INFINITE, NARROW])


@case()
def missing_indicator_all():
    return default_joblib(MissingIndicator(features="all").fit(EMPTY), EXACT, [HOLES, FULL])


@case()
def missing_indicator_not_new():
    X = HOLES.copy()
    X[:, 1] = 1.0
    return default_joblib(MissingIndicator(error_on_new=False, missing_values=4).fit(np.nan_to_num(X)), EXACT, [np.nan_to_num(HOLES), HOLES])


# A closed system of neighbors: no two distances are equal.
NEAR = IRIS[::6].copy() + np.arange(25)[:, None] * [0.011, 0.007, -0.013, 0.003]
NEAR[::3, 0] = np.nan
NEAR[1::4, 2] = np.nan
NEAR[2::5, 1] = np.nan
NEAR[3::7] = np.nan
ASKED = IRIS[[3, 50, 77, 101, 120, 149]].copy() + 0.0123
ASKED[0, 0] = ASKED[1, 1] = ASKED[2, 2] = ASKED[2, 3] = ASKED[3, :3] = np.nan
ASKED[4, 0] = np.nan
NOTHING = np.full((1, 4), np.nan)
CLOSE = dict(EXACT, transform="blas")


@case(since=(0, 22))
def knn_imputer():
    return default_joblib(KNNImputer().fit(NEAR), CLOSE, [ASKED, NEAR[:8], NOTHING, ROWS[:2], INFINITE, NARROW])


@case(since=(0, 22))
def knn_imputer_distance():
    return default_joblib(KNNImputer(n_neighbors=3, weights="distance").fit(NEAR), CLOSE, [ASKED, NOTHING])


@case(since=(0, 22))
def knn_imputer_indicator():
    """A batch without holes has no indicators before 1.3: a mistake that Copal does not follow."""
    batches = [ASKED] + ([ROWS[:2]] if VERSION >= (1, 3) else [])
    return default_joblib(KNNImputer(n_neighbors=50, add_indicator=True).fit(NEAR[4:]), CLOSE, batches)


@case(since=(0, 22))
def knn_imputer_empty_feature():
    X = NEAR.copy()
    X[:, 3] = np.nan
    return default_joblib(KNNImputer().fit(X), CLOSE, [ASKED])


@case(since=(1, 2))
def knn_imputer_keep_empty():
    X = NEAR.copy()
    X[:, 3] = np.nan
    return default_joblib(KNNImputer(keep_empty_features=True).fit(X), CLOSE, [ASKED])


@case(since=(0, 22))
def knn_imputer_number_missing():
    X = np.where(np.isnan(NEAR), -1.0, NEAR)
    return default_joblib(KNNImputer(missing_values=-1.0).fit(X), CLOSE, [np.where(np.isnan(ASKED), -1.0, ASKED), ASKED])


def iterative(X=NEAR, batches=None, **params):
    params.setdefault("estimator", Ridge(alpha=0.1))
    params.setdefault("max_iter", 3)
    model = IterativeImputer(random_state=0, **params).fit(X)
    return default_joblib(model, CLOSE, batches or [ASKED, NEAR[:3], ROWS[:2]])


@case(since=(0, 21))
def iterative_imputer():
    return iterative(batches=[ASKED, NEAR[:3], NOTHING, ROWS[:2], INFINITE, NARROW])


@case(since=(0, 21))
def iterative_imputer_linear():
    return iterative(estimator=LinearRegression(), imputation_order="descending", initial_strategy="median")


@case(since=(0, 21))
def iterative_imputer_roman():
    return iterative(imputation_order="roman", n_nearest_features=2)


@case(since=(0, 21))
def iterative_imputer_limits():
    return iterative(min_value=1.0, max_value=5.0, imputation_order="arabic", skip_complete=True) if VERSION >= (0, 22) else iterative(min_value=1.0, max_value=5.0)


@case(since=(0, 24))
def iterative_imputer_limits_each():
    return iterative(min_value=[0, 1, 2, 0.1], max_value=[5, 3, 4, 2])


@case(since=(0, 21))
def iterative_imputer_indicator():
    return iterative(add_indicator=True)


@case(since=(0, 21))
def iterative_imputer_empty_feature():
    X = NEAR.copy()
    X[:, 1] = np.nan
    return iterative(X)


@case(since=(1, 2))
def iterative_imputer_keep_empty():
    X = NEAR.copy()
    X[:, 1] = np.nan
    return iterative(X, keep_empty_features=True)


@case(since=(0, 21))
def iterative_imputer_no_rounds():
    return iterative(max_iter=0)
