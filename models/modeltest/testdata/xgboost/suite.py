"""What all cases share: how they are declared, data, and how fixtures are written.

A case is a function that returns (model, batches, save):

    @case(since=(1, 6))
    def my_objective():
        return booster({"objective": "reg:absoluteerror"}, Y), [ROWS], "ubj"

The model is a Booster or an estimator, and save is the ending of the file: json,
ubj, bin (the old binary format), raw (the same without its magic) or pkl.
"""

import gzip
import json
import os
import pickle
import platform
import warnings

import numpy as np
import xgboost as xgb

try:
    import pandas
except ImportError:
    pandas = None

warnings.filterwarnings("ignore")
VERSION = tuple(int(p) for p in xgb.__version__.split(".")[:2])
if VERSION >= (1, 4):
    xgb.set_config(verbosity=0)
CASES = []

# All cases of three versions; of the others those that files or rules differ for.
COMPLETE = {(0, 90), (1, 7), (3, 4)}
KEY = (
    "binary_logistic_ dart_ linear_multi parallel_multi sets one_hot vector_leaves base_scores in_pipeline named_categories within_"
    " regressor_missing_number regressor_stopped_parallel survival_aft reg_quantileerror reg_expectileerror binary_logitraw"
    " multi_softmax forest_classifier_three"
).split() + [["classifier", "classifier_texts", "classifier_softmax", "classifier_dart", "ranker"]]


def wanted(name):
    return VERSION in COMPLETE or name in KEY[-1] or name.startswith(tuple(KEY[:-1]))


def case(since=(0, 0), until=(99, 0)):
    def register(f):
        if since <= VERSION <= until and (wanted(f.__name__) or os.environ.get("ALL")):
            if any(g.__name__ == f.__name__ for g in CASES):
                raise ValueError("two cases are named " + f.__name__)
            CASES.append(f)
        return f

    return register


def add(name, build, batches=None, save="pkl", since=(0, 0), until=(99, 0)):
    """A case without a function of its own."""

    def f():
        return build(), batches or [ROWS], save

    f.__name__ = name
    case(since, until)(f)


# ---- data --------------------------------------------------------------------

RNG = np.random.RandomState(7)
N, F = 160, 5
X = RNG.randn(N, F)
X[:, 1] = np.round(X[:, 1] * 4) / 4  # many rows on thresholds
X[:, 3] = RNG.randint(0, 6, N)
X[RNG.rand(N, F) < 0.08] = np.nan
FULL = np.where(np.isnan(X), 0, X)
SCORE = FULL[:, 0] + np.abs(FULL[:, 1]) - 0.5 * (FULL[:, 3] == 2) + 0.3 * FULL[:, 2] * FULL[:, 4]
Y = SCORE + 0.1 * RNG.randn(N)
POSITIVE = np.exp(0.5 * Y)
COUNTS = np.floor(POSITIVE)
TWO = (SCORE > 0.6).astype(int)
THREE = np.digitize(SCORE, [0.2, 1.0])
UNIT = 1 / (1 + np.exp(-Y))
TARGETS = np.column_stack([Y, -2 * Y + FULL[:, 2], FULL[:, 4] * FULL[:, 0]])
LABELS3 = np.column_stack([TWO, FULL[:, 2] > 0, FULL[:, 4] > 0.5]).astype(int)
GROUPS = [40] * 4
RELEVANCE = np.digitize(SCORE, [0.0, 0.7, 1.4])

ROWS = X[::20].copy()
ROWS[1, 0], ROWS[2, 2] = 1e-310, -5e-324  # denormal, and nothing as float32
ROWS[3, 4], ROWS[4, 4] = 3.4e38, 1e-40
ROWS[5] = np.nan
ROWS[6, 0] = np.nextafter(np.float32(0.1), np.float32(1))
ROWS[7] = [0.1, -0.0, 0.0, -1.0, 1.0 / 3]
INFINITE = np.array([[np.inf] * F, [-np.inf] * F, [1e300, -1e300, 0, np.nan, 1e39]])


def edges(booster, rows, most=4):
    """Rows that lie on thresholds of the first trees, and one float to a side."""
    if "leaf" not in booster.get_dump()[0]:
        return rows[:1]
    out = rows[:most].copy()
    splits = []
    for tree in booster.get_dump(dump_format="json")[:4]:
        try:
            stack = [json.loads(tree)]
        except ValueError:  # a threshold that old versions write as nan
            continue
        while stack:
            node = stack.pop()
            stack += node.get("children", [])
            if isinstance(node.get("split_condition"), (int, float)):
                splits.append((int(node["split"][1:]), np.float32(node["split_condition"])))
    for i in range(len(out)):
        if splits and i < len(splits):
            f, at = splits[i]
            side = [at, np.nextafter(at, np.float32(9e9)), np.nextafter(at, np.float32(-9e9)), np.nextafter(np.float64(at), -9e9)]
            out[i, f] = side[i % 4]
    return out


# Small trees, but enough of them that the order of the sum shows.
SMALL = {"max_depth": 3, "eta": 0.4, "nthread": 1, "seed": 3}
if VERSION < (1, 4):
    SMALL["verbosity"] = 0


def booster(params, y, rounds=4, x=X, label=None, **kwargs):
    if params.get("num_class") or np.ndim(y) == 2 or np.ndim(params.get("quantile_alpha", 0)) or np.ndim(params.get("expectile_alpha", 0)):
        rounds = 2  # of several trees each
    d = xgb.DMatrix(x, label=y, **kwargs)
    if label:
        label(d)
    return xgb.train(dict(SMALL, **params), d, rounds)


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
    elif a.dtype == np.float32:
        values = [number(x if x != x else str(x)) for x in a.ravel(order="C")]
        return {"name": name, "dtype": "float64", "width": width, "single": True, "values": values}
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
        return np.asarray(series)
    if series.cat.categories.dtype.kind in "if":
        return np.asarray(series.astype(float))
    return np.asarray(series.astype(object))


def ask_booster(b, rows, rounds=0, missing=np.nan):
    """What Booster.predict answers, in all its forms."""
    if hasattr(rows, "columns") and "category" in map(str, rows.dtypes):
        d = xgb.DMatrix(rows, missing=missing, enable_categorical=True)
    elif hasattr(rows, "columns"):
        d = xgb.DMatrix(rows, missing=missing, feature_names=b.feature_names, feature_types=b.feature_types, **({"enable_categorical": True} if VERSION >= (1, 5) else {}))
    elif hasattr(rows, "tocsr"):
        d = xgb.DMatrix(rows, missing=missing)
    else:  # what is larger than any threshold, as a DMatrix refuses infinity
        rows = np.clip(rows, -3.4e38, 3.4e38)
        d = xgb.DMatrix(rows, missing=missing, feature_types=b.feature_types)
    limit = {}
    if rounds and VERSION < (1, 4):
        limit["ntree_limit"] = rounds
    elif rounds:
        limit["iteration_range"] = (0, rounds)
    if getattr(b, "dart", False) and VERSION < (1, 0):
        limit["ntree_limit"] = 1000  # without a limit it drops trees at random
    out = {"predict": b.predict(d, **limit), "margin": b.predict(d, output_margin=True, **limit)}
    if not linear(b):
        leaves = np.asarray(b.predict(d, pred_leaf=True, **limit))
        out["apply"] = leaves.reshape(rows.shape[0], -1).astype(np.int64)
    if contributes(b):
        c = np.asarray(b.predict(d, pred_contribs=True, **limit))
        out["contributions"] = c
    return out


def linear(b):
    return not getattr(b, "vector", False) and "bias" in b.get_dump()[0]


def contributes(b):
    """Vector leaves have none before 3.4; before 1.0, dart forgets its weights."""
    if VERSION < (1, 0) and getattr(b, "dart", False):
        return False
    return not (getattr(b, "vector", False) and VERSION < (3, 4))


def contribution_columns(c):
    if c.ndim == 2:
        return column(c)
    return [column(c[:, g]) for g in range(c.shape[1])]


METHODS = "predict predict_proba predict_log_proba decision_function transform".split()


def answers(model, rows):
    if isinstance(model, xgb.Booster):
        out = ask_booster(model, rows)
    elif hasattr(model, "get_booster"):
        out = ask_estimator(model, rows)
    else:
        out = {m: getattr(model, m)(rows) for m in METHODS if hasattr(model, m)}
        out.update(ask_inner(model, rows))
    return {name: answer_columns(name, a) for name, a in out.items()}


def answer_columns(name, a):
    if isinstance(a, list):  # of several targets
        return [column(one) for one in a]
    return contribution_columns(a) if name == "contributions" else column(a)


def ask_inner(model, rows):
    """What the estimator inside answers that a pipeline or a search has no name for."""
    inner = getattr(model, "best_estimator_", model)
    if hasattr(inner, "steps"):
        inner, rows = inner.steps[-1][1], inner.steps[0][1].transform(rows)
    if not hasattr(inner, "get_booster"):
        return {}
    return {name: a for name, a in ask_estimator(inner, rows).items() if name in ("margin", "contributions")}


def ask_estimator(model, rows):
    b = model.get_booster()
    missing = np.nan if model.missing is None else model.missing
    rounds = 0
    if VERSION < (1, 4):
        rounds = getattr(model, "best_ntree_limit", 0)
    elif b.attr("best_iteration") is not None:
        rounds = int(b.attr("best_iteration")) + 1
    out = ask_booster(b, rows, rounds, missing)
    out["predict"] = model.predict(rows)
    out["margin"] = model.predict(rows, output_margin=True)
    if hasattr(model, "predict_proba"):
        out["predict_proba"] = model.predict_proba(rows)
    return out


# How close an answer must be; see type Tolerance in models/modeltest.
TOLERANCE = {"contributions": "shap"}


def save_model(model, path, ending):
    if ending == "pkl":
        plain = isinstance(model, xgb.Booster) and VERSION in COMPLETE
        with open(path + ".pkl", "wb") as f, (f if plain else gzip.GzipFile("", "wb", 9, f, 0)) as g:
            pickle.dump(model, g, protocol=4 if VERSION >= (1, 0) else 2)
        return
    b = model if isinstance(model, xgb.Booster) else model.get_booster()
    if ending == "raw":
        raw = b.save_raw(**({"raw_format": "deprecated"} if VERSION >= (1, 6) else {}))
        with open(path + ".bin", "wb") as f:
            f.write(bytes(raw))
        return
    if ending == "bin":  # the library picks the format by the name
        b.save_model(path + (".deprecated" if VERSION >= (2, 0) else ".bin"))
        if VERSION >= (2, 0):
            os.rename(path + ".deprecated", path + ".bin")
        return
    if ending == "json":
        b.save_model(path + ".model.json")
        return
    b.save_model(path + "." + ending)


def write(outdir, name, model, batches, save):
    path = os.path.join(outdir, name)
    save_model(model, path, save)
    if save != "pkl" and not isinstance(model, xgb.Booster):
        model = model.get_booster()
    asked = [{} if refusal(model, rows) else answers(model, rows) for rows in batches]
    tolerance = {m: TOLERANCE.get(m, "exact") for m in asked[0]}
    tolerance.update({m: how for m, how in getattr(model, "tolerance", {}).items() if m in tolerance})
    fixture = {
        "library": "xgboost" if type(model).__module__.startswith("xgboost") else "scikit-learn",
        "version": version(model, save),
        "numpy": np.__version__,
        "python": platform.python_version(),
        "class": type(model).__name__,
        "model": {"json": "model.json", "raw": "bin"}.get(save, save),
        "tolerance": tolerance,
        "batches": [batch(model, rows, a, asked[0]) for rows, a in zip(batches, asked)],
    }
    text = json.dumps(fixture, separators=(",", ":"), allow_nan=False)
    text = text.replace(',"batches":', ',\n"batches":').replace('{"rows":', '\n{"rows":')
    with open(path + ".json", "w") as f:
        f.write(text + "\n")


def refusal(model, rows):
    """The words of the library, if it refuses a table of categories."""
    if not hasattr(rows, "columns") or "category" not in map(str, rows.dtypes):
        return None
    try:
        model.predict(rows if hasattr(model, "fit") else xgb.DMatrix(rows, enable_categorical=True))
    except xgb.core.XGBoostError as e:
        return str(e).split("\n")[0].split(": ", 1)[1]


def batch(model, rows, answers, methods):
    b = {"rows": len(rows), "columns": columns(rows), "answers": answers}
    if not answers:
        b["refused"] = {name: refusal(model, rows) for name in methods}
    return b


def version(model, save):
    """What the file says of its writer: the old binary format says less."""
    if not type(model).__module__.startswith("xgboost"):
        import sklearn

        return sklearn.__version__
    if VERSION < (1, 0):
        return ""
    if save in ("bin", "raw") or save == "pkl" and VERSION < (1, 3):
        return "%d.%d" % VERSION
    return xgb.__version__
