"""Make the scikit-learn fixtures: a model file and what the library answers.

    python make.py OUTDIR

runs under whatever scikit-learn is installed and writes, for every case that
this version knows, OUTDIR/<case>.pkl and OUTDIR/<case>.json. ../../fixtures.sh
runs it once per line of versions.txt. The layout of the JSON is described by
type Fixture in models/modeltest/fixture.go.

To add a class, add a function under "the cases" below.
"""

import json
import os
import pickle
import platform
import sys
import tempfile
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

try:
    import joblib
except ImportError:  # scikit-learn 0.20 brings its own
    from sklearn.externals import joblib
try:
    import pandas
except ImportError:
    pandas = None

warnings.filterwarnings("ignore")

VERSION = tuple(int(p) for p in sklearn.__version__.split(".")[:2])
METHODS = ["predict", "predict_proba", "decision_function", "transform"]

# How close an answer must be; see type Tolerance in models/modeltest.
LINEAR = {"predict": "blas", "predict_proba": "exp", "decision_function": "blas", "transform": "exact"}
LABELS = dict(LINEAR, predict="exact")

CASES = []


def case(since=(0, 0), until=(99, 0), needs_pandas=False):
    """Register a function that returns (model, tolerance, batches, save)."""

    def register(f):
        if since <= VERSION <= until and (pandas is not None or not needs_pandas):
            CASES.append(f)
        return f

    return register


# ---- writing -----------------------------------------------------------------


def to_pickle(protocol):
    def save(model, path):
        with open(path, "wb") as f:
            pickle.dump(model, f, protocol=protocol)

    return save


def to_joblib(compress=0):
    def save(model, path):
        joblib.dump(model, path, compress=compress)

    return save


def number(x):
    x = float(x)
    if x != x:
        return "NaN"
    if x in (float("inf"), float("-inf")):
        return "Infinity" if x > 0 else "-Infinity"
    return x


def column(a, name=""):
    """An array of shape (rows,) or (rows, width) as a column of a frame."""
    a = np.asarray(a)
    width = 0 if a.ndim == 1 else a.shape[1]
    flat = a.ravel(order="C").tolist()
    if a.dtype.kind == "b":
        dtype = "bool"
    elif a.dtype.kind in "iu":
        dtype = "int64"
    elif a.dtype.kind == "f":
        dtype, flat = "float64", [number(x) for x in flat]
    else:
        dtype, flat = "string", [str(x) for x in flat]
    return {"name": name, "dtype": dtype, "width": width, "values": flat}


def columns(X):
    if pandas is not None and isinstance(X, pandas.DataFrame):
        return [column(X[name].values, name) for name in X.columns]
    return [column(X)]


def answers(model, X):
    """What every method answers, or the first line of why it refuses."""
    out, refused = {}, {}
    for name in METHODS:
        if not hasattr(model, name):
            continue
        try:
            out[name] = column(getattr(model, name)(X))
        except ValueError as e:
            refused[name] = str(e).split("\n")[0]
    return out, refused


def batch(model, X):
    out, refused = answers(model, X)
    b = {"rows": len(X), "columns": columns(X)}
    if out:
        b["answers"] = out
    if refused:
        b["refused"] = refused
    return b


def write(outdir, name, model, tolerance, batches, save):
    path = os.path.join(outdir, name + ".pkl")
    save(model, path)
    fixture = {
        "library": "scikit-learn",
        "version": sklearn.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "class": type(model).__name__,
        "tolerance": {m: tolerance[m] for m in METHODS if hasattr(model, m)},
        "batches": [batch(model, X) for X in batches],
    }
    text = json.dumps(fixture, separators=(",", ":"), allow_nan=False)
    text = text.replace(',"batches":', ',\n"batches":').replace('{"rows":', '\n{"rows":')
    with open(os.path.join(outdir, name + ".json"), "w") as f:
        f.write(text + "\n")


# ---- data --------------------------------------------------------------------

IRIS, SPECIES = load_iris(return_X_y=True)
ROWS = IRIS[::19]

# Values that bring logits to both ends of the range of exp, and signed zeros.
EXTREME = np.array(
    [
        [0.0, 0.0, 0.0, 0.0],
        [-0.0, -0.0, -0.0, -0.0],
        [1e6, 0.0, 0.0, 0.0],
        [-1e6, 0.0, 0.0, 0.0],
        [0.0, 0.0, 300.0, 0.0],
        [0.0, 0.0, -300.0, 0.0],
        [5e-324, 1e-300, -1e-300, 5e-324],
        [1e150, 0.0, 0.0, 0.0],
    ]
)
ONE = IRIS[70:71]
MISSING = np.array([[5.1, 3.5, 1.4, 0.2], [5.1, np.nan, 1.4, 0.2]])
INFINITE = np.array([[5.1, 3.5, 1.4, 0.2], [5.1, 3.5, np.inf, 0.2]])
NARROW = IRIS[:2, :3]
INTEGERS = np.array([[5, 3, 1, 0], [6, 2, 5, 2]])
BATCHES = [ROWS, EXTREME, ONE, MISSING, INFINITE, NARROW, INTEGERS]

DIABETES, PROGRESSION = load_diabetes(return_X_y=True)
DIABETES = DIABETES[:, :4]
TWO = SPECIES < 2


def targets(k):
    """k targets from one, as columns."""
    return np.column_stack([PROGRESSION * (j + 1) + DIABETES[:, j] * 100 * j for j in range(k)])


def logistic(**params):
    if "multi_class" in params and VERSION >= (1, 8):
        del params["multi_class"]
    params.setdefault("solver", "lbfgs")
    return LogisticRegression(max_iter=300, **params)


def default_joblib(model, tolerance, batches=None):
    return model, tolerance, BATCHES if batches is None else batches, to_joblib()


# ---- the cases ---------------------------------------------------------------


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


def main(outdir):
    os.makedirs(outdir, exist_ok=True)
    for f in CASES:
        write(outdir, f.__name__, *f())
    if VERSION in [(0, 20), (1, 0), (1, 9)]:
        for name, save in ways():
            write(outdir, name, *written(save))


if __name__ == "__main__":
    main(sys.argv[1])
