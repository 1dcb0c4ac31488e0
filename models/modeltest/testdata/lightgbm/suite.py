"""What all cases share: how they are declared, data, and how fixtures are written.

A case is a function that returns (model, batches, save):

    @case(since=(3, 2))
    def linear_trees():
        return booster({"linear_tree": True}, Y), [ROWS], "txt"

The model is a Booster or an estimator, and save is the ending of the file: txt,
json (dump_model) or pkl.
"""

import gzip
import json
import os
import pickle
import platform
import warnings

import lightgbm as lgb
import numpy as np
import pandas
import sklearn

warnings.filterwarnings("ignore")
VERSION = tuple(int(p) for p in lgb.__version__.split(".")[:2])
CASES = []

# All cases of two versions; of the others those that files or rules differ for.
COMPLETE = {(2, 3), (4, 6)}
KEY = "regression_ categories classifier forest zero_missing no_missing linear_trees stopped constant_ within".split()


def wanted(name):
    return VERSION in COMPLETE or (name + "_").startswith(tuple(KEY))


def case(since=(0, 0), until=(99, 0)):
    def register(f):
        if since <= VERSION <= until and wanted(f.__name__):
            if any(g.__name__ == f.__name__ for g in CASES):
                raise ValueError("two cases are named " + f.__name__)
            CASES.append(f)
        return f

    return register


def add(name, build, batches=None, save="txt", since=(0, 0), until=(99, 0)):
    """A case without a function of its own."""

    def f():
        return build(), batches or [ROWS], save

    f.__name__ = name
    case(since, until)(f)


# ---- data --------------------------------------------------------------------

RNG = np.random.RandomState(7)
N, F = 240, 5
X = RNG.randn(N, F)
X[:, 1] = np.round(X[:, 1] * 4) / 4  # many rows on thresholds
X[:, 3] = RNG.randint(0, 40, N)
X[RNG.rand(N, F) < 0.08] = np.nan
X[RNG.rand(N, F) < 0.05] = 0.0
FULL = np.where(np.isnan(X), 0, X)
SCORE = FULL[:, 0] + np.abs(FULL[:, 1]) - 0.5 * (FULL[:, 3] % 5 == 2) + 0.3 * FULL[:, 2] * FULL[:, 4]
Y = SCORE + 0.1 * RNG.randn(N)
POSITIVE = np.exp(0.5 * Y)
TWO = (SCORE > 0.6).astype(int)
THREE = np.digitize(SCORE, [0.2, 1.0])
UNIT = 1 / (1 + np.exp(-Y))
GROUPS = [40] * 6

ROWS = X[::24].copy()
ROWS[1, 0], ROWS[2, 2] = 1e-36, -5e-324  # what is next to zero is zero
ROWS[3, 4], ROWS[4, 4] = float(np.float32(1e-35)), -float(np.float32(1e-35))
ROWS[5] = np.nan
ROWS[6] = [0.1, -0.0, 0.0, -1.0, 1.0 / 3]
ROWS[7, 3], ROWS[8, 3], ROWS[9, 3] = -0.5, 3.7, 2.0**31
INFINITE = np.array([[np.inf] * F, [-np.inf] * F, [1e300, -1e300, 0, np.nan, 1e39]])


def edges(b, rows=ROWS[:6]):
    """Rows that lie on thresholds of the first tree, and one double to a side."""
    rows, k = rows.copy(), 0
    stack = [b.dump_model()["tree_info"][0]["tree_structure"]]
    while stack and k < len(rows):
        node = stack.pop()
        stack += [node[c] for c in ("left_child", "right_child") if c in node]
        if node.get("decision_type") == "<=":
            at = node["threshold"]
            rows[k, node["split_feature"]] = [at, np.nextafter(at, 9e9), np.nextafter(at, -9e9)][k % 3]
            k += 1
    return rows


# Small trees, but enough of them that the order of the sum shows.
SMALL = {"num_leaves": 7, "learning_rate": 0.3, "min_data_in_leaf": 5, "num_threads": 1, "seed": 3, "verbose": -1}


def booster(params, y, rounds=6, x=X, categorical=(3,), **kwargs):
    d = lgb.Dataset(x, y, categorical_feature=list(categorical) if not hasattr(x, "columns") else "auto", **kwargs)
    return lgb.train(dict(SMALL, **params), d, rounds)


# ---- writing -----------------------------------------------------------------


def number(x):
    x = float(x)
    if x != x:
        return "NaN"
    if x in (float("inf"), float("-inf")):
        return "Infinity" if x > 0 else "-Infinity"
    return x


def column(a, name=""):
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
        dtype, flat = "string", [None if x is None or x != x else str(x) for x in flat]
    return {"name": name, "dtype": dtype, "width": width, "values": flat}


def columns(rows):
    if hasattr(rows, "columns"):
        return [column(plain(rows[name]), name) for name in rows.columns]
    return [column(rows)]


def plain(series):
    """A column of categories as the values that a request would hold."""
    if str(series.dtype) != "category":
        return series.values
    if series.cat.categories.dtype.kind in "if":
        return series.astype(float).values
    return series.astype(object).values


def answers(model, rows):
    inner, asked = getattr(model, "best_estimator_", model), rows
    if hasattr(inner, "steps"):
        inner, asked = inner.steps[-1][1], inner.steps[0][1].transform(rows)
    methods = [] if callable(getattr(inner, "objective", None)) else ["predict_proba", "predict_log_proba", "decision_function", "transform"]
    out = {m: getattr(model, m)(rows) for m in ["predict"] + methods if hasattr(model, m)}
    if isinstance(inner, lgb.Booster) or hasattr(inner, "booster_"):
        out.update(ask_booster(inner if isinstance(inner, lgb.Booster) else inner.booster_, asked, inner is not model, model))
    return {name: answer_columns(name, a) for name, a in out.items()}


def ask_booster(b, rows, composed, model):
    out = {"margin": b.predict(rows, raw_score=True)}
    if b.dump_model()["tree_info"]:
        leaves = np.asarray(b.predict(rows, pred_leaf=True))
        if not composed:  # a composition does not hand it on
            out["apply"] = leaves.reshape(rows.shape[0], -1).astype(np.int64)
        if not getattr(model, "linear", False):
            dense = rows.toarray() if hasattr(rows, "toarray") else rows
            a = np.asarray(b.predict(dense, pred_contrib=True))
            width = b.num_feature() + 1
            out["contributions"] = [a[:, i : i + width] for i in range(0, a.shape[1], width)]
    return out


def answer_columns(name, a):
    if isinstance(a, list):
        return column(a[0]) if len(a) == 1 else [column(one) for one in a]
    return column(a)


TOLERANCE = {"contributions": "shap", "predict_proba": "exp"}


def tolerance(model, names):
    t = {m: TOLERANCE.get(m, "exact") for m in names}
    if isinstance(model, lgb.Booster) and not getattr(model, "plain", False) or hasattr(model, "inexact"):
        t["predict"] = "exp"
    t.update({m: how for m, how in getattr(model, "tolerance", {}).items() if m in t})
    return t


def save_model(model, path, ending):
    if ending == "pkl":
        with open(path + ".pkl", "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as g:
            pickle.dump(model, g, protocol=4)
        return
    b = model if isinstance(model, lgb.Booster) else model.booster_
    if ending == "txt":
        b.save_model(path + ".txt")
        return
    with open(path + ".model.json", "w") as f:
        json.dump(b.dump_model(), f)


def write(outdir, name, model, batches, save):
    path = os.path.join(outdir, name)
    save_model(model, path, save)
    asked = [answers(model, rows) for rows in batches]
    ours = type(model).__module__.startswith("lightgbm")
    fixture = {
        "library": "lightgbm" if ours else "scikit-learn",
        "version": ("v4" if VERSION >= (4, 0) else "v3" if VERSION >= (2, 3) else "v2") if ours else sklearn.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "class": type(model).__name__,
        "model": {"json": "model.json"}.get(save, save),
        "tolerance": tolerance(model, asked[0]),
        "batches": [{"rows": len(rows), "columns": columns(rows), "answers": a} for rows, a in zip(batches, asked)],
    }
    text = json.dumps(fixture, separators=(",", ":"), allow_nan=False)
    text = text.replace(',"batches":', ',\n"batches":').replace('{"rows":', '\n{"rows":')
    with open(path + ".json", "w") as f:
        f.write(text + "\n")
