"""Imputers of missing values."""

from suite import *

from sklearn.impute import MissingIndicator, SimpleImputer
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
