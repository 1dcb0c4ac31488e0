"""The classes of the spine, and the same model in the ways that files are written."""

import pickle
import tempfile

from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from suite import *  # noqa: F403


@case()
def logistic_binary():
    return default_joblib(logistic().fit(IRIS[:100], SPECIES[:100]), LABELS)


@case()
def logistic_multinomial():
    return default_joblib(logistic(multi_class="multinomial").fit(IRIS, SPECIES), LABELS)


@case()
def logistic_default_multiclass():
    return default_joblib(LogisticRegression(max_iter=300).fit(IRIS, SPECIES), LABELS, [ROWS])


@case(until=(1, 7))
def logistic_ovr():
    return default_joblib(logistic(multi_class="ovr").fit(IRIS, SPECIES), LABELS)


@case(until=(1, 7))
def logistic_multinomial_of_two():
    return default_joblib(logistic(multi_class="multinomial").fit(IRIS[:100], SPECIES[:100]), LABELS)


@case()
def logistic_liblinear():
    return default_joblib(logistic(solver="liblinear").fit(IRIS[:100], SPECIES[:100]), LABELS, [ROWS])


@case(until=(1, 7))
def logistic_liblinear_auto():
    return default_joblib(logistic(solver="liblinear", multi_class="auto").fit(IRIS, SPECIES), LABELS, [ROWS])


@case()
def logistic_strings():
    names = np.array(["setosa", "versicolor", "virgin\u00edca"])
    return default_joblib(logistic(multi_class="multinomial").fit(IRIS, names[SPECIES]), LABELS, [ROWS])


@case()
def logistic_object_strings():
    names = np.array(["no", "yes"], dtype=object)
    return default_joblib(logistic().fit(IRIS, names[(SPECIES == 2).astype(int)]), LABELS, [ROWS])


@case()
def logistic_bools():
    return default_joblib(logistic().fit(IRIS, SPECIES == 1), LABELS, [ROWS])


@case()
def logistic_floats():
    return default_joblib(logistic(multi_class="multinomial").fit(IRIS, SPECIES - 1.0), LABELS, [ROWS])


@case()
def logistic_no_intercept():
    return default_joblib(logistic(fit_intercept=False).fit(IRIS[:100], SPECIES[:100]), LABELS, [ROWS])


@case()
def logistic_float32():
    return default_joblib(logistic().fit(IRIS[:100].astype(np.float32), SPECIES[:100]), LABELS, [ROWS])


@case()
def logistic_many_classes():
    """Over eight classes numpy sums a row pairwise."""
    y = np.arange(len(IRIS)) % 21
    return default_joblib(logistic(multi_class="multinomial").fit(IRIS, y), LABELS, [ROWS, EXTREME])


@case()
def logistic_sparsified():
    """coef_ is a scipy.sparse matrix. Many zeros, as an L1 penalty leaves."""
    model = logistic(solver="liblinear", penalty="l1", C=0.2).fit(IRIS[:100], SPECIES[:100])
    return default_joblib(model.sparsify(), LABELS, [ROWS])


@case(since=(1, 0), needs_pandas=True)
def logistic_dataframe():
    names = ["sepal length", "sepal width", "petal length", "petal width"]
    X = pandas.DataFrame(IRIS, columns=names)
    swapped = X[["sepal width", "sepal length", "petal length", "petal width"]]
    other = X.rename(columns={"petal width": "width"})
    batches = [X[::19], ROWS]
    if VERSION >= (1, 2):  # before, scikit-learn only warned and took the columns as they came
        batches += [swapped[:2], other[:2], X[names[:3]][:2]]
    return default_joblib(logistic().fit(X, SPECIES), LABELS, batches)


@case()
def linear():
    return default_joblib(LinearRegression().fit(DIABETES, PROGRESSION), LINEAR)


@case()
def linear_column():
    return default_joblib(LinearRegression().fit(DIABETES, targets(1)), LINEAR, [ROWS])


@case()
def linear_multi():
    return default_joblib(LinearRegression().fit(DIABETES, targets(3)), LINEAR, [ROWS])


@case()
def linear_no_intercept():
    return default_joblib(LinearRegression(fit_intercept=False).fit(DIABETES, targets(2)), LINEAR, [ROWS])


@case()
def linear_one_feature():
    return default_joblib(LinearRegression().fit(DIABETES[:, :1], PROGRESSION), LINEAR, [ROWS[:, :1]])


@case()
def ridge():
    return default_joblib(Ridge(alpha=0.5).fit(DIABETES, PROGRESSION), LINEAR)


@case()
def ridge_column():
    return default_joblib(Ridge().fit(DIABETES, targets(1)), LINEAR, [ROWS])


@case()
def ridge_multi():
    return default_joblib(Ridge(alpha=np.array([1.0, 2.0, 3.0])).fit(DIABETES, targets(3)), LINEAR, [ROWS])


@case()
def ridge_float32():
    X, y = DIABETES.astype(np.float32), PROGRESSION.astype(np.float32)
    return default_joblib(Ridge().fit(X, y), LINEAR, [ROWS])


@case()
def standard_scaler():
    return default_joblib(StandardScaler().fit(IRIS), LABELS)


@case()
def standard_scaler_no_mean():
    return default_joblib(StandardScaler(with_mean=False).fit(IRIS), LABELS, [ROWS])


@case()
def standard_scaler_no_std():
    return default_joblib(StandardScaler(with_std=False).fit(IRIS), LABELS, [ROWS])


@case(since=(0, 24))
def standard_scaler_neither():
    return default_joblib(StandardScaler(with_mean=False, with_std=False).fit(IRIS), LABELS, [ROWS, MISSING])


@case()
def standard_scaler_constant():
    X = IRIS.copy()
    X[:, 2] = 7.0
    return default_joblib(StandardScaler().fit(X), LABELS, [ROWS])


@case()
def min_max_scaler():
    return default_joblib(MinMaxScaler().fit(IRIS), LABELS)


@case()
def min_max_scaler_range():
    return default_joblib(MinMaxScaler(feature_range=(-2, 3)).fit(IRIS), LABELS, [ROWS])


@case(since=(0, 24))
def min_max_scaler_clip():
    return default_joblib(MinMaxScaler(clip=True).fit(IRIS[40:60]), LABELS)


@case()
def pipeline_logistic():
    steps = [("scale", StandardScaler()), ("model", logistic(multi_class="multinomial"))]
    return default_joblib(Pipeline(steps).fit(IRIS, SPECIES), LABELS)


@case()
def pipeline_ridge():
    steps = [("range", MinMaxScaler()), ("scale", StandardScaler(with_std=False)), ("model", Ridge())]
    return default_joblib(Pipeline(steps).fit(DIABETES, PROGRESSION), LINEAR)


@case()
def pipeline_skips():
    """None is the old word for 'passthrough'; both are steps that do nothing."""
    skip = "passthrough" if VERSION >= (0, 21) else None
    steps = [("nothing", None), ("skip", skip), ("scale", StandardScaler()), ("model", logistic())]
    return default_joblib(Pipeline(steps).fit(IRIS[:100], SPECIES[:100]), LABELS, [ROWS, MISSING])


@case()
def pipeline_transformers():
    steps = [("range", MinMaxScaler()), ("scale", StandardScaler())]
    return default_joblib(Pipeline(steps).fit(IRIS), LABELS)


@case()
def pipeline_ends_in_passthrough():
    last = "passthrough" if VERSION >= (0, 21) else None
    return default_joblib(Pipeline([("scale", StandardScaler()), ("last", last)]).fit(IRIS), LABELS, [ROWS])


@case()
def pipeline_nested():
    inner = Pipeline([("scale", StandardScaler()), ("range", MinMaxScaler())])
    return default_joblib(Pipeline([("prep", inner), ("model", logistic())]).fit(IRIS[:100], SPECIES[:100]), LABELS)


@case()
def pipeline_luggage():
    """Parameters that bring objects of other kinds into the file."""
    model = logistic(random_state=np.random.RandomState(0), class_weight={0: 1.0, 1: np.float64(2.0)})
    memory = joblib.Memory(None, verbose=0)
    pipeline = Pipeline([("scale", StandardScaler()), ("model", model)], memory=memory).fit(IRIS[:100], SPECIES[:100])
    if VERSION >= (0, 22):  # a folder for the store, which makes it an object in the file
        with tempfile.TemporaryDirectory() as folder:
            pipeline.memory = joblib.Memory(folder, verbose=0)
            pipeline.memory.store_backend.location = pipeline.memory.location = "cache"
    return default_joblib(pipeline, LABELS, [ROWS])


@case(since=(1, 0), needs_pandas=True)
def pipeline_dataframe():
    X = pandas.DataFrame(IRIS, columns=["a", "b", "c", "d"])
    steps = [("scale", StandardScaler()), ("model", logistic())]
    return default_joblib(Pipeline(steps).fit(X, SPECIES), LABELS, [X[::19], ROWS])


# The same model in the ways that files are written. A few versions are enough.


def written(save):
    steps = [("scale", StandardScaler()), ("model", logistic(multi_class="multinomial"))]
    names = np.array(["a", "b", "c"], dtype=object)
    return Pipeline(steps).fit(IRIS, names[SPECIES]), LABELS, [ROWS], save


def ways():
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        yield "written_pickle_%d" % protocol, to_pickle(protocol)
    for method in ["zlib", "gzip", "bz2", "lzma", "xz"]:
        yield "written_joblib_" + method, to_joblib((method, 3))
    try:
        import lz4.frame  # noqa: F401

        yield "written_joblib_lz4", to_joblib(("lz4", 3))
    except ImportError:
        pass


def add_ways():
    for name, save in ways():

        def f(save=save):
            return written(save)

        f.__name__ = name
        case()(f)


if VERSION in [(0, 20), (1, 0), (1, 9)]:
    add_ways()
