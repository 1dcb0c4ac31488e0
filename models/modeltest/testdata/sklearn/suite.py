"""What all cases share: how they are declared, data, and how fixtures are written.

A case is a function that returns (model, tolerance, batches, save):

    from suite import *

    @case(since=(1, 0))
    def my_class_with_option():
        return default_joblib(MyClass(option=True).fit(IRIS, SPECIES), LABELS, [ROWS])
"""

import glob
import importlib
import json
import os
import pickle
import platform
import sys
import warnings
from inspect import signature
from itertools import zip_longest

import numpy as np
import scipy.sparse
import sklearn
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression

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
METHODS = [
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "predict_std",
    "score_samples",
    "apply",
    "kneighbors",
    "transform",
]

# How close an answer must be; see type Tolerance in models/modeltest.
LINEAR = {
    "predict": "blas",
    "predict_proba": "exp",
    "predict_log_proba": "log",
    "decision_function": "blas",
    "predict_std": "blas",
    "score_samples": "blas",
    "apply": "exact",
    "kneighbors": "blas",
    "transform": "exact",
}
LABELS = dict(LINEAR, predict="exact")
EXACT = dict.fromkeys(LINEAR, "exact")
BLAS = dict(LABELS, transform="blas")

# Libraries by their packages. Only scikit-learn writes its version into files.
LIBRARIES = {
    "sklearn": "scikit-learn",
    "imblearn": "imbalanced-learn",
    "category_encoders": "category_encoders",
    "sklearn_pandas": "sklearn-pandas",
    "statsmodels": "statsmodels",
}

CASES = []


def case(since=(0, 0), until=(99, 0), needs_pandas=False):
    """Register a function that returns (model, tolerance, batches, save)."""

    def register(f):
        if since <= VERSION <= until and (pandas is not None or not needs_pandas):
            if any(g.__name__ == f.__name__ for g in CASES):
                raise ValueError("two cases are named " + f.__name__)
            CASES.append(f)
        return f

    return register


# Versions that between them have every change of format that most classes saw.
MILESTONES = {(0, 20), (0, 21), (0, 24), (1, 2), (1, 9)}


def milestones(since=(0, 0), until=(99, 0), needs_pandas=False):
    """As case, for the first version and the milestones only."""
    if VERSION != since and VERSION not in MILESTONES:
        return lambda f: f
    return case(since, until, needs_pandas)


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
    """An array of shape (rows,) or (rows, width, …) as a column of a frame."""
    a = np.asarray(a)
    width = 0 if a.ndim == 1 else int(np.prod(a.shape[1:]))
    flat = a.ravel(order="C").tolist()
    if a.dtype.kind == "b":
        dtype = "bool"
    elif a.dtype.kind in "iu":
        dtype = "int64"
    elif a.dtype.kind == "f":
        dtype, flat = "float64", [number(x) for x in flat]
    else:
        dtype, flat = objects(flat)
    return {"name": name, "dtype": dtype, "width": width, "values": flat}


def missing(x):
    return x is None or x != x or pandas is not None and x is pandas.NA


def objects(flat):
    """The type of objects, and the values; a missing one is null or NaN."""
    kinds = {type(x) for x in flat if not missing(x)}
    if kinds and all(issubclass(k, (bool, np.bool_)) for k in kinds) and not any(map(missing, flat)):
        return "bool", [bool(x) for x in flat]
    if kinds and not any(issubclass(k, (str, bytes)) for k in kinds):
        return "float64", ["NaN" if missing(x) else number(x) for x in flat]
    return "string", [None if missing(x) else str(x) for x in flat]


def mixed(a):
    """Whether the columns of an array of objects are of different types."""
    a = np.asarray(a)
    return a.dtype == object and a.ndim == 2 and len({column(a[:, j])["dtype"] for j in range(a.shape[1])}) > 1


class Lists(list):
    """Rows that are lists of values, of any length."""

    def frame_columns(self):
        return [column(np.array(part, dtype=object)) for part in zip_longest(*self)]


def columns(X):
    if hasattr(X, "frame_columns"):
        return X.frame_columns()
    if mixed(X) and not (pandas is not None and isinstance(X, pandas.DataFrame)):
        return [column(X[:, j]) for j in range(X.shape[1])]
    if pandas is not None and isinstance(X, pandas.DataFrame):
        return [column(X[name].values, name) for name in X.columns]
    return [column(X)]


# Methods that answer with random numbers, which nothing can be compared with.
RANDOM = {"BernoulliRBM": ["score_samples"]}

# Transforms that may answer with one dimension, where ours has two.
FLAT = ["LabelEncoder", "SparsePCA", "MiniBatchSparsePCA"]


def offers(model, name):
    if name in RANDOM.get(type(model).__name__, []):
        return False
    if getattr(model, "multi_class", "") == "one_vs_one" and "proba" in name and len(model.classes_) > 2:
        return False  # GaussianProcessClassifier has the method, which always raises
    if name == "predict_std":  # a pipeline passes parameters on to its last step
        last = model.steps[-1][1] if hasattr(model, "steps") else model
        return hasattr(last, "predict") and "return_std" in signature(last.predict).parameters
    return hasattr(model, name)


def answer(model, name, X):
    """One column, or a list of them where the library answers with several arrays."""
    if name == "predict_std":
        return [column(a) for a in model.predict(X, return_std=True)]
    a = getattr(model, name)(X)
    if scipy.sparse.issparse(a):
        a = a.toarray()
    if type(model).__name__ in FLAT and name == "transform" and a.ndim == 1:
        a = a.reshape(len(X), -1)
    if isinstance(a, (list, tuple)) and len(a) and isinstance(a[0], np.ndarray):
        return [column(part) for part in a]
    if name == "transform" and mixed(a):
        a = np.asarray(a)
        parts = [column(a[:, j]) for j in range(a.shape[1])]
        return [p if p["dtype"] == "string" else column(a[:, j].astype(float)) for j, p in enumerate(parts)]
    if name == "transform" and getattr(a, "dtype", None) is not None and a.dtype.kind in "biu":
        a = (a if a.ndim == 2 else a.reshape(-1, 1)).astype(float)  # the endpoint's numbers are float64
    return column(a)


def answers(model, X):
    """What every method answers, or the first line of why it refuses."""
    out, refused = {}, {}
    for name in METHODS:
        if not offers(model, name):
            continue
        try:
            out[name] = answer(model, name, X)
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


def names_out(model):
    """What get_feature_names_out gives, if the model transforms and knows names."""
    try:
        return [str(name) for name in model.get_feature_names_out()] if hasattr(model, "transform") else None
    except Exception:  # noqa: BLE001 - of many kinds, one for each step that knows none
        return None


def write(outdir, name, model, tolerance, batches, save, ending=".pkl", batch=batch):
    path = os.path.join(outdir, name + ending)
    save(model, path)
    package = type(model).__module__.split(".")[0]
    fixture = {
        "library": LIBRARIES[package],
        "version": sklearn.__version__ if package == "sklearn" else "",
        "numpy": np.__version__,
        "python": platform.python_version(),
        "class": type(model).__name__,
        "tolerance": {m: tolerance[m] for m in METHODS if offers(model, m)},
        "batches": [batch(model, X) for X in batches],
    }
    if names_out(model):
        fixture["names"] = names_out(model)
    text = json.dumps(fixture, separators=(",", ":"), allow_nan=False)
    text = text.replace(',"batches":', ',\n"batches":').replace('{"rows":', '\n{"rows":')
    with open(os.path.join(outdir, name + ".json"), "w") as f:
        f.write(text + "\n")


def main(here, outdir, groups):
    """Write the cases in the files cases_GROUP.py of the folder here."""
    os.makedirs(outdir, exist_ok=True)
    for path in sorted(glob.glob(os.path.join(here, "cases_*.py"))):
        group = os.path.basename(path)[len("cases_") : -len(".py")]
        if groups and group not in groups:
            continue
        first = len(CASES)
        importlib.import_module("cases_" + group)
        for f in CASES[first:]:
            try:
                write(outdir, f.__name__, *f())
            except Exception:
                print("cases_%s.py: %s" % (group, f.__name__), file=sys.stderr)
                raise


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
