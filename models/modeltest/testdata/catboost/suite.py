"""What all cases share: how they are declared, data, and how fixtures are written.

A case is a function that returns (model, batches, save):

    @case(since=(0, 21))
    def lossguide():
        return regressor(grow_policy="Lossguide").fit(X, Y), [ROWS], "cbm"

save is the ending of the file: cbm, json (which the library reads back before it
is asked) or pkl.
"""

import gzip
import json
import os
import pickle
import platform
import tempfile
import warnings

import catboost as cb
import numpy as np
import pandas

warnings.filterwarnings("ignore")
VERSION = tuple(int(p) for p in cb.__version__.split(".")[:2])
CASES = []
EDGES = os.path.join(tempfile.gettempdir(), "copal-edges.json")

# All cases of one version; of the others those that files or rules differ for.
COMPLETE = (1, 2)
KEY = """rmse ranker missing_max three ctr_pickle one_hot_some combinations json_ctr json_one_hot classifier classifier_three
classifier_texts classifier_texts_three classifier_numbers classifier_floats classifier_truth classifier_ova regressor_stopped
regressor_poisson regressor_uncertainty lossguide ctr_depthwise integers named""".split()
FEW = """rmse classifier_texts_three classifier_numbers ctr_pickle json_ctr lossguide regressor_poisson""".split()


def wanted(name):
    return VERSION == COMPLETE or name in (FEW if VERSION in [(0, 23), (1, 0)] else KEY)


def case(since=(0, 0), until=(99, 0)):
    def register(f):
        if since <= VERSION <= until and wanted(f.__name__):
            if any(g.__name__ == f.__name__ for g in CASES):
                raise ValueError("two cases are named " + f.__name__)
            CASES.append(f)
        return f

    return register


def add(name, build, batches=None, save="cbm", since=(0, 0), until=(99, 0)):
    """A case without a function of its own. Pickles are compressed, and hold a .cbm."""
    if save == "cbm" and VERSION == COMPLETE and name.startswith(("loss_", "ctr_", "deep", "depth", "many_", "combinations")):
        save = "pkl"

    def f():
        return build(), batches or [ROWS], save

    f.__name__ = name
    case(since, until)(f)


# ---- data --------------------------------------------------------------------

RNG = np.random.RandomState(7)
N, F = 240, 5
X = RNG.randn(N, F)
X[:, 1] = np.round(X[:, 1] * 4) / 4  # many rows on borders
X[:, 3] = RNG.randint(0, 40, N)
X[RNG.rand(N, F) < 0.05] = 0.0
FULL = X.copy()
SCORE = X[:, 0] + np.abs(X[:, 1]) - 0.5 * (X[:, 3] % 5 == 2) + 0.3 * X[:, 2] * X[:, 4]
X[RNG.rand(N, F) < 0.08] = np.nan
Y = SCORE + 0.1 * RNG.randn(N)
POSITIVE = np.exp(0.5 * Y)
TWO = (SCORE > 0.6).astype(int)
THREE = np.digitize(SCORE, [0.2, 1.0])
UNIT = 1 / (1 + np.exp(-Y))
GROUPS = np.repeat(np.arange(12), 20)
CITY = np.array(["Oslo", "Rome", "a town with a long name of its own", "", "Zürich", "x"])[RNG.randint(0, 6, N)]
LONG = np.array(["k" * n for n in (3, 8, 9, 16, 17, 32, 33, 64, 65, 130)])[RNG.randint(0, 10, N)]
CODE = RNG.randint(-3, 9, N)
TWOWAY = np.array(["yes", "no"])[RNG.randint(0, 2, N)]
SCORE2 = SCORE + 0.8 * (CITY == "Rome") - 0.6 * (CODE == 4) + 0.5 * (TWOWAY == "yes") * (X[:, 0] > 0) + 0.4 * (LONG == "k" * 64)
Y2 = SCORE2 + 0.1 * RNG.randn(N)

ROWS = X[::20].copy()
ROWS[5] = np.nan
ROWS[6] = [0.1, -0.0, 0.0, -1.0, 1.0 / 3]
ROWS[7] = [1e-40, -5e-324, 1e-46, 16777217.0, -1e-40]
ROWS[8] = [np.inf] * F
ROWS[9] = [-np.inf] * F
ROWS[10] = [1e300, -1e300, 0, np.nan, 3.4028235677973366e38]


def table(rows=slice(None)):
    t = pandas.DataFrame({"x": X[:, 0], "city": CITY, "code": CODE, "y": X[:, 1], "two": TWOWAY, "long": LONG, "z": X[:, 2]})
    return t[rows].reset_index(drop=True)


CATEGORIES = ["city", "code", "two", "long"]


def asked():
    """Rows with categories that training did not see."""
    t = table(slice(0, 240, 16))
    t.loc[0, "city"], t.loc[1, "code"], t.loc[2, "two"], t.loc[3, "long"] = "Paris", 77, "perhaps", "k" * 200
    t.loc[4, "x"], t.loc[5, "x"] = np.inf, -np.inf
    return t


def edges(m, rows=ROWS):
    """Rows on borders of the model, one float32 and one float64 to a side."""
    m.save_model(EDGES, format="json")
    with open(EDGES) as f:
        info = json.load(f)["features_info"]
    os.remove(EDGES)
    out = np.nan_to_num(rows.copy()[:8], posinf=1, neginf=-1) if VERSION >= (0, 23) else FULL[:8].copy()
    for k in range(len(out)):
        for f in info["float_features"]:
            borders = f["borders"] or [0.0]
            at = np.float32(borders[k % len(borders)])
            up = np.nextafter(at, np.float32(9e9))
            middle = (float(at) + float(up)) / 2
            choices = [float(at), float(up), float(np.nextafter(at, np.float32(-9e9))), middle, np.nextafter(middle, 9e9), np.nextafter(middle, -9e9)]
            out[k, f["flat_feature_index"]] = choices[k % 6]
    return out


# Small trees, but enough of them that the order of the sum shows.
SMALL = {"iterations": 7, "depth": 3, "learning_rate": 0.3, "thread_count": 1, "random_seed": 3, "verbose": False, "allow_writing_files": False}


def regressor(**params):
    return cb.CatBoostRegressor(**dict(SMALL, **params))


def classifier(**params):
    return cb.CatBoostClassifier(**dict(SMALL, **params))


def bare(**params):
    return cb.CatBoost(dict(SMALL, **params))


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
        dtype, flat = "string", [str(x) for x in flat]
    return {"name": name, "dtype": dtype, "width": width, "values": flat}


def columns(rows):
    if hasattr(rows, "columns"):
        return [column(np.asarray(rows[name]), str(name)) for name in rows.columns]
    return [column(rows)]


def labels(a):
    """A label a row; the library gives lists of one where there are more than two."""
    a = np.asarray(a)
    return a.ravel() if a.ndim == 2 and a.shape[1] == 1 else a


def answers(model, rows, bound):
    inner = model.steps[-1][1] if hasattr(model, "steps") else model
    asked = model.steps[0][1].transform(rows) if hasattr(model, "steps") else rows
    out = {}
    if bound:
        out["predict"] = labels(model.predict(rows))
    else:
        out["predict"] = raw(inner, asked)
    if old_exponent(inner) and bound:
        del out["predict"]
    if probabilities(inner):
        proba = cb.CatBoost.predict(inner, asked, prediction_type="Probability")
        if proba.ndim == 1:
            proba = np.column_stack([1 - proba, proba])
        if VERSION >= (0, 20) or loss(inner) != "MultiClassOneVsAll":  # it gave softmax
            out["predict_proba"] = proba
        if VERSION >= (0, 24):
            out["predict_log_proba"] = cb.CatBoost.predict(inner, asked, prediction_type="LogProbability")
    out["margin"] = raw(inner, asked)
    if VERSION >= (0, 15) and inner is model:  # a Pipeline has none
        out["apply"] = np.asarray(inner.calc_leaf_indexes(asked)).astype(np.int64)
    pool = asked if isinstance(asked, cb.Pool) else cb.Pool(asked, cat_features=inner_categories(inner))
    if VERSION >= (0, 20) and not hasattr(inner, "scaled"):
        shap = np.asarray(inner.get_feature_importance(pool, type="ShapValues"))
        if adds_up(shap, out["margin"], inner):
            out["contributions"] = shap
    return {name: contributions(a) if name == "contributions" else column(a) for name, a in out.items()}


def adds_up(shap, margin, inner):
    """Those of some trees that are not symmetric do not: we give none then."""
    if loss(inner) == "RMSEWithUncertainty":
        margin = margin[:, :1]
    good = np.allclose(shap.sum(axis=-1), margin)
    assert good or '"grow_policy":"SymmetricTree"' not in inner.get_metadata()["params"]
    return good


def raw(inner, rows):
    """Some wrappers, and older ones, do not take the parameter."""
    return cb.CatBoost.predict(inner, rows, prediction_type="RawFormulaVal")


def inner_categories(inner):
    return list(inner.get_cat_feature_indices()) if hasattr(inner, "get_cat_feature_indices") else inner.categories


def loss(inner):
    return getattr(inner, "loss", None) or (inner.get_param("loss_function") or ("Logloss" if isinstance(inner, cb.CatBoostClassifier) else "RMSE"))


def old_exponent(inner):
    return VERSION < (0, 25) and isinstance(inner, cb.CatBoostRegressor) and loss(inner).split(":")[0] in ("Poisson", "Tweedie")


def probabilities(inner):
    return loss(inner).split(":")[0] in ("Logloss", "CrossEntropy", "MultiClass", "MultiClassOneVsAll", "MultiLogloss", "MultiCrossEntropy", "Focal")


def contributions(a):
    if a.ndim == 2:
        return column(a)
    return [column(a[:, i]) for i in range(a.shape[1])]


TOLERANCE = {"contributions": "shap", "predict_proba": "exp", "predict_log_proba": "log"}


def tolerance(model, asked, bound):
    names = set(asked[0])
    inner = model.steps[-1][1] if hasattr(model, "steps") else model
    t = {m: TOLERANCE.get(m, "exact") for m in names}
    if bound and loss(inner).split(":")[0] in ("Poisson", "Tweedie", "RMSEWithUncertainty"):
        t["predict"] = "exp"
    return t


def unasked(model, asked):
    """What this release does not offer, and newer ones do for its files."""
    inner = model.steps[-1][1] if hasattr(model, "steps") else model
    names = ["predict"] + ["apply"] * (inner is model) + ["contributions"] * (VERSION < (0, 20)) + ["predict_proba", "predict_log_proba"] * probabilities(inner)
    return [name for name in names if name not in asked[0]]


def strip(model):
    """Take out what tells of the training run alone."""
    inner = model.steps[-1][1] if hasattr(model, "steps") else model
    info = inner.get_metadata() if VERSION >= (0, 12) else {}
    for key in ("training", "output_options", "train_finish_time", "model_guid"):
        if key in dict(info):
            del info[key]


def save_model(model, path, ending):
    strip(model)
    if ending == "pkl":
        with open(path + ".pkl", "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as g:
            pickle.dump(model, g, protocol=4)
        return model
    if ending == "cbm":
        model.save_model(path + ".cbm")
        return model
    pool = getattr(model, "pool", None)
    model.save_model(path + ".model.json", format="json", pool=pool)
    again = cb.CatBoost()
    again.load_model(path + ".model.json", format="json")
    again.loss = loss(model)
    again.categories = getattr(model, "categories", [])
    return again


def write(outdir, name, model, batches, save):
    path = os.path.join(outdir, name)
    kind = type(model).__name__ if save == "pkl" else "CatBoost"
    asking = save_model(model, path, save)
    # A file on its own answers margins.
    asked = [answers(asking, rows, save == "pkl") for rows in batches]
    ours = type(model).__module__.startswith("catboost")
    info = model.get_metadata()["catboost_version_info"] if ours and VERSION >= (0, 12) else ""
    fixture = {
        "library": "catboost" if ours else "scikit-learn",
        "version": cb.__version__ if "tags/v" in info else "",
        "numpy": np.__version__,
        "python": platform.python_version(),
        "class": kind,
        "model": {"json": "model.json"}.get(save, save),
        "tolerance": tolerance(asking, asked, save == "pkl"),
        "unasked": unasked(asking, asked),
        "batches": [{"rows": len(rows), "columns": columns(rows), "answers": a} for rows, a in zip(batches, asked)],
    }
    if not ours:
        import sklearn

        fixture["version"] = sklearn.__version__
    text = json.dumps(fixture, separators=(",", ":"), allow_nan=False, sort_keys=True)
    text = text.replace('{"answers":', '\n{"answers":')
    with open(path + ".json", "w") as f:
        f.write(text + "\n")
