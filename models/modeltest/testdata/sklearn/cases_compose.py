"""Composition: ColumnTransformer, FeatureUnion, FunctionTransformer,
TransformedTargetRegressor, searches, and tables with named columns."""

from census import CITIES, NUMBERS, TEXTS, census, census_asked, outcome, people
from suite import *

import scipy.special
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

EVERY = [(0, 20), (0, 21), (0, 22), (0, 24), (1, 0), (1, 2), (1, 3), (1, 5), (1, 7), (1, 9)]
LAYOUTS = [(0, 20), (0, 22), (1, 0), (1, 3), (1, 5), (1, 7), (1, 9)]  # of ColumnTransformer
ENDS = [(0, 20), (1, 9)]
PANDAS = [(1, 0), (1, 5), (1, 7), (1, 9)]


def versions(list, needs_pandas=False):
    """Register a case under some versions only."""
    if VERSION in list:
        return case(needs_pandas=needs_pandas)
    return lambda f: f


ASK = [ROWS, MISSING, NARROW, ONE, INTEGERS]
NAMES = ["sepal length", "sepal width", "petal length", "petal width"]


def numbers_table():
    return pandas.DataFrame(IRIS, columns=NAMES)


# ---- ColumnTransformer over arrays ----------------------------------------------


@versions(LAYOUTS)
def compose_columns():
    """Indices, a slice, a mask, a negative index, dropped and unknown columns."""
    parts = [
        ("list", StandardScaler(), [2, 0]),
        ("slice", MinMaxScaler(), slice(1, 3)),
        ("mask", "passthrough", [False, True, False, False]),
        ("drop", "drop", [3]),
        ("back", StandardScaler(with_mean=False), [-1]),
        ("empty", StandardScaler(), []),
    ]
    return default_joblib(ColumnTransformer(parts).fit(IRIS), EXACT, ASK)


@versions(LAYOUTS)
def compose_remainder_passthrough():
    parts = [("scale", StandardScaler(), [1])]
    return default_joblib(ColumnTransformer(parts, remainder="passthrough").fit(IRIS), EXACT, ASK)


@versions(LAYOUTS)
def compose_remainder_estimator():
    parts = [("range", MinMaxScaler(), slice(0, 1)), ("keep", "passthrough", np.array([2]))]
    return default_joblib(ColumnTransformer(parts, remainder=StandardScaler()).fit(IRIS), EXACT, [ROWS])


@versions(LAYOUTS)
def compose_weights():
    parts = [("a", StandardScaler(), [0, 1]), ("b", "passthrough", [2])]
    model = ColumnTransformer(parts, transformer_weights={"a": 0.5, "b": 3})
    return default_joblib(model.fit(IRIS), EXACT, [ROWS])


@versions([(0, 20), (0, 22), (1, 0), (1, 5), (1, 9)])
def compose_callable():
    """Which columns a function chose is in the file, the function is not called."""
    parts = [("first", StandardScaler(), lambda X: [0, 1]), ("rest", "passthrough", lambda X: slice(2, None))]
    model = ColumnTransformer(parts).fit(IRIS)
    model.transformers = [(n, t, c) for (n, t, _), c in zip(model.transformers, [[0, 1], slice(2, None)])]
    return default_joblib(model, EXACT, [ROWS])


@versions(LAYOUTS)
def compose_pipeline():
    """A pipeline inside of columns inside of a pipeline."""
    inner = Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())])
    prep = ColumnTransformer([("inner", inner, [0, 2]), ("fill", SimpleImputer(strategy="median"), [1])], remainder="drop")
    model = Pipeline([("prep", prep), ("model", logistic(multi_class="multinomial"))]).fit(IRIS, SPECIES)
    return default_joblib(model, LABELS, ASK)


@versions(LAYOUTS)
def compose_sparse():
    """One-hot columns beside numbers: the result is sparse or not by its density."""
    X = np.column_stack([np.arange(150) % 7, IRIS[:, 0], np.arange(150) % 30])
    one_hot = dict(categories="auto") if VERSION < (0, 22) else {}
    parts = [("hot", OneHotEncoder(handle_unknown="ignore", **one_hot), [0, 2]), ("scale", StandardScaler(), [1])]
    asked = np.array([[0, 5.1, 3], [6, 7.0, 99], [-1, 4.2, 29]])
    return default_joblib(ColumnTransformer(parts).fit(X), EXACT, [asked])


@versions(LAYOUTS)
def compose_sparse_into_logistic():
    X = np.column_stack([np.arange(150) % 7, IRIS[:, 0], np.arange(150) % 30])
    one_hot = dict(categories="auto") if VERSION < (0, 22) else {}
    parts = [("hot", OneHotEncoder(handle_unknown="ignore", **one_hot), [0, 2])]
    prep = ColumnTransformer(parts, remainder="passthrough", sparse_threshold=1.0)
    model = Pipeline([("prep", prep), ("scale", StandardScaler(with_mean=False)), ("model", logistic())])
    asked = np.array([[0, 5.1, 3], [6, 7.0, 99], [-1, 4.2, 29]])
    return default_joblib(model.fit(X, SPECIES == 1), LABELS, [asked])


# ---- ColumnTransformer over tables -----------------------------------------------


@versions(PANDAS, needs_pandas=True)
def compose_table_of_numbers():
    X = numbers_table()
    parts = [("a", StandardScaler(), ["petal width", "sepal length"]), ("b", MinMaxScaler(), ["sepal width"])]
    shuffled = X[["petal width", "sepal width", "petal length", "sepal length"]][::30].assign(more=1.0)
    return default_joblib(ColumnTransformer(parts).fit(X), EXACT, [X[::30], shuffled])


@versions(PANDAS, needs_pandas=True)
def compose_table_remainder():
    parts = [("a", StandardScaler(), ["petal width"]), ("gone", "drop", ["sepal length"])]
    model = ColumnTransformer(parts, remainder="passthrough", verbose_feature_names_out=False)
    X = numbers_table()
    return default_joblib(model.fit(X), EXACT, [X[::30]])


@versions(PANDAS, needs_pandas=True)
def compose_table_slices():
    """Slices of names include their end; masks; an index of pandas."""
    X = numbers_table()
    parts = [
        ("names", StandardScaler(), slice("sepal width", "petal length")),
        ("mask", "passthrough", np.array([True, False, False, True])),
        ("index", MinMaxScaler(), X.columns[:1] if VERSION != (1, 5) else ["sepal length"]),
    ]
    return default_joblib(ColumnTransformer(parts, remainder=StandardScaler()).fit(X), EXACT, [X[::30]])


@versions(PANDAS, needs_pandas=True)
def compose_table_by_index():
    """Fitted on a table with columns by index, it takes arrays as well."""
    X = numbers_table()
    model = ColumnTransformer([("a", StandardScaler(), [0, 3])], remainder="drop").fit(X)
    return default_joblib(model, EXACT, [X[::30], ROWS])


@versions(PANDAS + [(1, 2), (1, 3)], needs_pandas=True)
def compose_census():
    X = people()
    return default_joblib(census().fit(X, outcome(X)), LABELS, census_asked()[1])


@versions(PANDAS, needs_pandas=True)
def compose_census_remainder():
    """The remaining column is one of truth values."""
    X = people()
    return default_joblib(census(remainder="passthrough").fit(X, outcome(X)), LABELS, census_asked()[1])


@versions(PANDAS, needs_pandas=True)
def compose_census_transform():
    X = people()
    prep = census(remainder="passthrough").fit(X, outcome(X)).named_steps["prep"]
    return default_joblib(prep, EXACT, [people(4, seed=2)])


@versions([(1, 5), (1, 9)], needs_pandas=True)
def compose_census_pandas_output():
    X = people()
    model = census()
    model.named_steps["prep"].set_params(cat__hot__sparse_output=False)
    model.set_output(transform="pandas")
    return default_joblib(model.fit(X, outcome(X)), LABELS, [people(4, seed=2)])


@versions([(1, 5), (1, 9)], needs_pandas=True)
def compose_census_search():
    X = people()
    model = GridSearchCV(census(), {"model__C": [0.1, 1.0], "prep__num__fill__strategy": ["mean", "median"]}, cv=2)
    return default_joblib(model.fit(X, outcome(X)), LABELS, [people(4, seed=2)])


@versions(PANDAS, needs_pandas=True)
def compose_text_beside_numbers():
    """Texts that stay texts beside numbers."""
    X = people()[["city", "age", "sex"]]
    model = ColumnTransformer([("age", SimpleImputer(), ["age"]), ("city", SimpleImputer(strategy="most_frequent"), ["city"]), ("no", "drop", ["sex"])])
    fill = Pipeline([("columns", model), ("nothing", "passthrough")])
    hot = ColumnTransformer([("hot", OneHotEncoder(), ["sex"]), ("too", SimpleImputer(strategy="most_frequent"), ["sex"])])
    both = FeatureUnion([("fill", fill), ("hot", hot)])
    return default_joblib(both.fit(X), EXACT, [people(4, seed=2)[["age", "city", "sex"]].dropna()])


@versions([(1, 0), (1, 9)])
def compose_array_of_objects():
    """Without names, columns go by their place."""
    X = np.array([["a", 1.5, "x"], ["b", 2.0, "y"], ["a", 4.5, "x"], ["c", 0.0, "y"]], dtype=object)
    parts = [("hot", OneHotEncoder(handle_unknown="ignore"), [0, 2]), ("scale", StandardScaler(), [1])]
    return default_joblib(ColumnTransformer(parts).fit(X), EXACT, [X])


# ---- FeatureUnion ---------------------------------------------------------------


@versions(EVERY)
def union_numbers():
    parts = [("scale", StandardScaler()), ("range", MinMaxScaler()), ("gone", "drop" if VERSION >= (0, 20) else None)]
    return default_joblib(FeatureUnion(parts).fit(IRIS), EXACT, ASK)


@versions([(0, 20), (0, 24), (1, 9)])
def union_weights():
    parts = [("scale", StandardScaler()), ("range", MinMaxScaler())]
    model = FeatureUnion(parts, transformer_weights={"scale": 10, "range": 0.1})
    return default_joblib(model.fit(IRIS), EXACT, [ROWS])


@versions([(1, 2), (1, 9)])
def union_passthrough():
    model = FeatureUnion([("same", "passthrough"), ("scale", StandardScaler())])
    return default_joblib(Pipeline([("both", model), ("model", logistic())]).fit(IRIS, SPECIES), LABELS, ASK)


@versions([(1, 5), (1, 9)])
def union_nested():
    inner = FeatureUnion([("a", StandardScaler()), ("b", MinMaxScaler())], **({"verbose_feature_names_out": False} if VERSION >= (1, 5) else {}))
    outer = FeatureUnion([("c", MinMaxScaler()), ("inner", inner), ("d", StandardScaler())])
    return default_joblib(outer.fit(IRIS), EXACT, [ROWS])


# ---- FunctionTransformer --------------------------------------------------------

NEAR = dict(EXACT, transform="exp")
FUNCTIONS = {
    "any": "absolute arcsinh arctan cbrt ceil cos cosh deg2rad degrees exp exp2 expm1 fabs floor isnan isfinite isinf"
    " negative rint sign signbit sin sinh square tan tanh trunc sinc round nan_to_num fix",
    "positive": "log log10 log1p log2 sqrt reciprocal spacing",
    "unit": "arccos arcsin arctanh",
    "special": "expit erf",
    "special unit": "logit",
}


def function_cases():
    X = np.array([[0.0, 0.5, -1.5], [2.25, -0.25, 1e-9], [3.0, 1.0, -4.0], [0.1, 1000.0, -0.0]])
    for kind, names in FUNCTIONS.items():
        for name in names.split():
            f = getattr(scipy.special if "special" in kind else np, name)
            data = X if "unit" not in kind and kind != "positive" else np.abs(X) + 0.1
            if "unit" in kind:
                data = data / (1 + data)
            if name in ("exp", "exp2", "expm1", "sinh", "cosh"):
                data = np.clip(X, -20, 20)

            def made(f=f, data=data):
                model = FunctionTransformer(f, validate=True).fit(data)
                return default_joblib(model, NEAR, [data])

            made.__name__ = "function_" + name
            versions([(0, 24), (1, 9)] if name in ("log1p", "expit", "sqrt") else [(1, 9)])(made)


function_cases()


@versions([(1, 0), (1, 9)])
def function_none():
    model = Pipeline([("same", FunctionTransformer(validate=False)), ("scale", StandardScaler())])
    return default_joblib(model.fit(IRIS), EXACT, ASK)


@versions([(0, 20), (0, 24), (1, 9)])
def function_validates():
    model = Pipeline([("log", FunctionTransformer(np.log1p, validate=True)), ("scale", StandardScaler())])
    return default_joblib(model.fit(IRIS), dict(EXACT, transform="blas"), [ROWS, MISSING, INFINITE])


@versions([(1, 2), (1, 9)])
def function_arguments():
    parts = [
        ("clip", FunctionTransformer(np.clip, kw_args={"a_min": 1.0, "a_max": 5.0})),
        ("low", FunctionTransformer(np.clip, kw_args={"a_min": 2, "a_max": None})),
        ("round", FunctionTransformer(np.round, kw_args={"decimals": 1})),
        ("tens", FunctionTransformer(np.round, kw_args={"decimals": -1})),
        ("nan", FunctionTransformer(np.nan_to_num, kw_args={"nan": -1.0, "posinf": 9.0})),
    ]
    return default_joblib(FeatureUnion(parts).fit(IRIS), EXACT, [ROWS, MISSING, INFINITE])


@versions([(1, 2), (1, 9)], needs_pandas=True)
def function_names():
    X = numbers_table()
    model = FunctionTransformer(np.sqrt, feature_names_out="one-to-one").fit(X)
    return default_joblib(model, EXACT, [X[::40]])


# ---- TransformedTargetRegressor ---------------------------------------------------

POSITIVE = PROGRESSION - PROGRESSION.min() + 1.0


@versions([(0, 20), (0, 22), (1, 0), (1, 9)])
def target_function():
    model = TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1)
    return default_joblib(model.fit(DIABETES, POSITIVE), dict(LINEAR, predict="exp"), [DIABETES[::60], MISSING])


@versions([(0, 20), (1, 9)])
def target_default():
    return default_joblib(TransformedTargetRegressor().fit(DIABETES, POSITIVE), LINEAR, [DIABETES[::60]])


def target_transformers():
    from sklearn.preprocessing import MaxAbsScaler, PowerTransformer, QuantileTransformer, RobustScaler

    for name, transformer in [
        ("standard", StandardScaler()),
        ("min_max", MinMaxScaler((1, 3))),
        ("max_abs", MaxAbsScaler()),
        ("robust", RobustScaler()),
        ("yeo_johnson", PowerTransformer()),
        ("box_cox", PowerTransformer("box-cox", standardize=False)),
        ("quantile", QuantileTransformer(n_quantiles=20)),
        ("quantile_normal", QuantileTransformer(n_quantiles=20, output_distribution="normal")),
        ("pipeline", Pipeline([("a", MinMaxScaler()), ("b", StandardScaler())])),
    ]:

        def made(transformer=transformer):
            model = TransformedTargetRegressor(Ridge(), transformer=transformer)
            return default_joblib(model.fit(DIABETES, POSITIVE), dict(LINEAR, predict="exp"), [DIABETES[::60]])

        made.__name__ = "target_" + name
        versions([(0, 22), (1, 9)])(made)


target_transformers()


@versions([(0, 20), (1, 9)])
def target_multi():
    model = TransformedTargetRegressor(Ridge(), transformer=StandardScaler())
    return default_joblib(model.fit(DIABETES, targets(3)), LINEAR, [DIABETES[::60]])


@versions([(0, 20), (1, 9)])
def target_column():
    model = TransformedTargetRegressor(Ridge(), transformer=StandardScaler())
    return default_joblib(model.fit(DIABETES, targets(1)), LINEAR, [DIABETES[::60]])


# ---- searches --------------------------------------------------------------------


def searched():
    return Pipeline([("scale", StandardScaler()), ("model", logistic(multi_class="multinomial"))])


@versions([(0, 20), (0, 24), (1, 9)])
def search_grid():
    options = {"iid": False} if VERSION < (0, 22) else {}
    model = GridSearchCV(searched(), {"model__C": [0.1, 1.0]}, cv=2, **options).fit(IRIS, SPECIES)
    return default_joblib(model, LABELS, ASK)


@versions([(0, 20), (1, 9)])
def search_random():
    options = {"iid": False} if VERSION < (0, 22) else {}
    model = RandomizedSearchCV(Ridge(), {"alpha": [0.1, 1.0, 2.0]}, n_iter=2, cv=2, random_state=0, **options)
    return default_joblib(model.fit(DIABETES, PROGRESSION), LINEAR, [DIABETES[::60]])


@versions([(0, 22), (1, 9)])
def search_transformers():
    model = GridSearchCV(
        StandardScaler(), {"with_mean": [True, False]}, cv=2, scoring=constant_score, refit=True
    ).fit(IRIS)
    model.scoring = None
    model.scorer_ = None
    return default_joblib(model, EXACT, [ROWS])


def constant_score(model, X, y=None):
    return 1.0


if VERSION >= (0, 24):
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV, HalvingRandomSearchCV


@versions([(0, 24), (1, 9)])
def search_halving_grid():
    model = HalvingGridSearchCV(searched(), {"model__C": [0.1, 1.0]}, cv=2, random_state=0).fit(IRIS, SPECIES)
    return default_joblib(model, LABELS, [ROWS])


@versions([(0, 24), (1, 9)])
def search_halving_random():
    model = HalvingRandomSearchCV(searched(), {"model__C": [0.1, 1.0, 2.0]}, cv=2, random_state=0).fit(IRIS, SPECIES)
    return default_joblib(model, LABELS, [ROWS])


@versions([(1, 7), (1, 9)])
def search_frozen():
    from sklearn.frozen import FrozenEstimator

    return default_joblib(FrozenEstimator(searched().fit(IRIS, SPECIES)), LABELS, [ROWS])


@versions([(1, 7), (1, 9)])
def search_frozen_inside():
    from sklearn.frozen import FrozenEstimator

    steps = [("scale", FrozenEstimator(StandardScaler().fit(IRIS))), ("model", logistic())]
    return default_joblib(Pipeline(steps).fit(IRIS, SPECIES), LABELS, [ROWS])
