"""Fit random data with random parameters and write what the library answers.

    python differential.py OUTDIR SEEDS CLASS…

runs under whatever scikit-learn is installed. For every class that it has and
every seed below SEEDS (or FIRST-LAST) it writes OUTDIR/CLASS-SEED.pkl and
.json in the layout of the fixtures. Parameters and data that the library refuses
to fit are drawn again. The same class and seed give the same case.
"""

import copy
import faulthandler
import json
import os
import signal
import sys

import numpy as np
from sklearn.base import clone

import random_compositions
import suite
from random_data import Draw
from random_estimators import TABLE, build, find

ATTEMPTS = 60
SECONDS = 10  # for one fit with its answers

# Of estimators of estimators: no closer than what stands inside.
LOOSE = dict(suite.LINEAR, predict_proba="blas", transform="blas", predict="blas", apply="exact")


def tolerances():
    """Of every class: the loosest that its fixtures have, by method."""
    order = ["exact", "exp", "blas", "log"]
    found = {}
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "INDEX")) as index:
        for name in index.read().split():
            with open(os.path.join(here, name + ".json")) as f:
                head = json.loads(f.readline().rstrip().rstrip(",") + "}")
            own = found.setdefault(head["class"], {})
            for method, t in head["tolerance"].items():
                own[method] = max(own.get(method, "exact"), t, key=order.index)
    return found


def tolerance(found, name):
    if name in random_compositions.COMPOSED:
        return LOOSE
    return dict(suite.LINEAR, **dict(found.get(name, {}), predict_log_proba="log"))


def saving(d):
    highest = suite.pickle.HIGHEST_PROTOCOL
    return d.pick([suite.to_joblib(), suite.to_joblib(3), suite.to_pickle(d.between(2, highest)), suite.to_pickle(2)])


class Late(Exception):
    pass


def alarm(*_):
    raise Late()


# ---- noise: what the library owes to rounding ------------------------------------------


def nudged(X, rng):
    """X with every number one unit in the last place up or down, or None."""
    if suite.pandas is not None and isinstance(X, suite.pandas.DataFrame):
        if not all(X[name].dtype.kind in "fiu" for name in X.columns):
            return None
        return suite.pandas.DataFrame(nudged(np.asarray(X), rng), columns=X.columns)
    if not isinstance(X, np.ndarray) or X.dtype.kind not in "fiu":
        return None
    X = X.astype(float)
    with np.errstate(all="ignore"):
        return np.where(X == 0, X, np.nextafter(X, np.where(rng.rand(*X.shape) < 0.5, np.inf, -np.inf)))


def spread(a, b):
    """By row, the largest difference of two answers."""
    a, b = (c if isinstance(c, list) else [c] for c in (a, b))
    largest = None
    for p, q in zip(a, b):
        rows = len(p["values"]) // max(p["width"], 1)
        if p["dtype"] == "float64" and q["dtype"] == "float64":
            u, v = (np.array(c["values"], dtype=float).reshape(rows, -1) for c in (p, q))
            with np.errstate(all="ignore"):
                differ = np.where((u == v) | (np.isnan(u) & np.isnan(v)), 0, np.abs(u - v))
            differ = np.where(np.isnan(differ), np.inf, differ).max(axis=1)
        else:
            u, v = (np.array([str(x) for x in c["values"]]).reshape(rows, -1) for c in (p, q))
            differ = np.where((u != v).any(axis=1), np.inf, 0.0)
        largest = differ if largest is None else np.maximum(largest, differ)
    return largest


def noise(model, X, answered, exact):
    """For each method that is not exact, the change of its answers with X."""
    rng = np.random.RandomState(0)
    all = {}
    names = [m for m in answered if m not in exact]
    if not names:
        return {}
    for Z in [nudged(X, rng), nudged(X, rng), nudged(X, rng)]:
        if Z is None:
            return {}
        widen(all, answered, answers(model, Z, names)[0], exact)
    widen(all, answered, by_row(model, X, names), exact)
    for _ in range(2):
        widen(all, answered, answers(with_nudged_parameters(model, rng), X, names)[0], exact)
    for name, s in cancelled(model, X, answered).items():
        if name in all:
            all[name] = np.maximum(all[name], s)
    single = single_precision(model)
    for again, order in reordered(model, X):
        widen(all, answered, {m: restored(m, a, order) for m, a in again.items()}, [])
    for name, s in all.items():
        if single and name not in exact:
            size = spread(answered[name], zeros(answered[name]))
            s += FLOAT32 * max(size[np.isfinite(size)], default=0)
    return {name: [suite.number(v) for v in s] for name, s in all.items()}


def with_nudged_parameters(model, rng):
    """A copy of the model with every number one unit in the last place away: where
    terms cancel, their rounding is more of the sum than of each."""
    other = copy.copy(model)
    for name, v in vars(model).items():
        if isinstance(v, np.ndarray) and v.dtype == np.float64:
            setattr(other, name, nudged(v, rng))
        elif isinstance(v, list) and v and all(isinstance(a, np.ndarray) and a.dtype == np.float64 for a in v):
            setattr(other, name, [nudged(a, rng) for a in v])
        elif hasattr(v, "get_params"):
            setattr(other, name, with_nudged_parameters(v, rng))
        elif isinstance(v, list) and v and all(hasattr(m, "get_params") for m in v):
            setattr(other, name, [with_nudged_parameters(m, rng) for m in v])
    return other


def widen(all, answered, again, exact):
    for name, a in answered.items():
        if name not in exact and name in again:
            s = spread(a, again[name])
            all[name] = s if name not in all else np.maximum(all[name], s)


def by_row(model, X, names):
    """The answers for each row alone: some depend on the rows beside."""
    part = X if isinstance(X, np.ndarray) else X.iloc
    rows = [answers(model, part[i : i + 1], names)[0] for i in range(len(X))]
    return {name: join([r[name] for r in rows]) for name in rows[0] if all(name in r for r in rows)}


def join(parts):
    if isinstance(parts[0], list):
        return [join(p) for p in zip(*parts)]
    return dict(parts[0], values=[v for p in parts for v in p["values"]])


# ---- noise that no change of the input shows ---------------------------------------

EPS = np.finfo(float).eps


def cancelled(model, X, answered):
    """By method, what is lost where large terms cancel, in formulas that the library
    leaves to BLAS: their rounding depends on the processor, so that the same
    differences come back for any input, and asking again does not show them."""
    kind = type(model).__name__
    with np.errstate(all="ignore"):
        if kind in CENTERS and "transform" in answered:
            return {"transform": lost_distances(model, np.asarray(X, dtype=float), answered["transform"])}
        if kind == "GaussianProcessRegressor" and "predict_std" in answered:
            return {"predict_std": lost_deviations(model, np.asarray(X, dtype=float), answered["predict_std"][1])}
        if kind == "QuadraticDiscriminantAnalysis" and len(model.classes_) == 2 and "decision_function" in answered:
            return {"decision_function": EPS * largest_likelihood(model, X)}
    return {}


# Their transform is euclidean_distances: the root of |x|^2 - 2xc + |c|^2.
CENTERS = {"KMeans": "cluster_centers_", "MiniBatchKMeans": "cluster_centers_", "BisectingKMeans": "cluster_centers_", "Birch": "subcluster_centers_"}


def lost_root(square, d):
    """How much of a root d is lost by rounding its square by that much. Where it is
    all, the factor of Compare has been taken out."""
    return (square / (d + np.sqrt(square) + np.finfo(float).tiny)) / np.where(d * d < 1e4 * square, 16, 1)


def lost_distances(model, X, a):
    centers = getattr(model, CENTERS[type(model).__name__])
    square = EPS * ((X**2).sum(axis=1)[:, None] + (centers**2).sum(axis=1)[None])
    return lost_root(square, np.array(a["values"], dtype=float).reshape(square.shape)).max(axis=1)


def lost_deviations(model, X, a):
    """The variance is that before, less what is known."""
    scale = np.atleast_1d(getattr(model, "_y_train_std", 1.0)).max()
    d = np.array(a["values"], dtype=float).reshape(len(X), -1)
    square = EPS * np.tile((model.kernel_.diag(X) * scale**2)[:, None], d.shape[1])
    return lost_root(square, d).max(axis=1)


def largest_likelihood(model, X):
    """The decision between two classes is the difference of their log-likelihoods, of
    which the logarithms of the scalings may be most."""
    constant = max(np.abs(np.log(np.maximum(s, np.finfo(float).tiny))).sum() for s in model.scalings_)
    return np.full(len(X), constant)


# What float32 parameters owe to rounding, as a part of the answer (over the factor of Compare).
FLOAT32 = 2e-8


def single_precision(model):
    """Whether a part of the model was computed with float32."""
    arrays = [v for v in vars(model).values() if isinstance(v, np.ndarray)]
    return any(a.dtype == np.float32 for a in arrays) or any(single_precision(m) for m in parts(model))


def parts(model):
    """The estimators that are attributes of the model, or in lists that are."""
    for v in vars(model).values():
        for m in v if isinstance(v, (list, tuple)) else [v]:
            m = m[1] if isinstance(m, tuple) and len(m) > 1 else m
            if hasattr(m, "get_params") and not isinstance(m, type):
                yield m


def zeros(a):
    if isinstance(a, list):
        return [zeros(c) for c in a]
    return dict(a, values=[0.0] * len(a["values"])) if a["dtype"] == "float64" else a


# Neighbours at the same distance come in an order that depends on the rows, on the
# tree and on how many are asked for at once: fitted on the rows in another order,
# the library itself answers differently.
UNORDERED = ["KNeighborsClassifier", "KNeighborsRegressor", "KNeighborsTransformer", "NearestNeighbors", "LocalOutlierFactor", "KNNImputer"]


# Of these, the fit itself depends on the order, so that it tells nothing of ties.
ORDERED = ["Isomap", "LocallyLinearEmbedding", "LabelPropagation", "LabelSpreading"]
COUNTING = "hamming jaccard dice matching kulsinski rogerstanimoto russellrao yule sokal".split()


def neighbors(model):
    """Whether there are neighbours in it; at distances that are counts it is refused."""
    text = repr(model)
    if "Neighbors" in text and any(metric in text for metric in COUNTING):
        raise ValueError("neighbours at the same distance")
    return "Neighbors" in text


def distant(X):
    """Whether a row is so far away that all neighbours are at the same distance."""
    return isinstance(X, np.ndarray) and X.dtype.kind == "f" and bool((np.abs(X[np.isfinite(X)]) > 1e12).any())


FITTED_ON = {}  # by the id of the model


def tied(X):
    """Whether many rows share a value, so that distances may be equal."""
    X = np.asarray(X)
    return any(len(np.unique(X[:, j])) < 0.7 * len(X) for j in range(X.shape[1]) if X.dtype.kind in "fiu")


def reordered(model, X):
    """Answers of the model fitted on the same rows in other orders, with the order."""
    if type(model).__name__ not in UNORDERED:
        return
    Z, rest = FITTED_ON[id(model)][0], FITTED_ON[id(model)][1:]
    rng = np.random.RandomState(1)
    for i in range(8):
        order = rng.permutation(len(Z)) if i else np.arange(len(Z))[::-1]
        part = [a.iloc[order] if hasattr(a, "iloc") else a[order] for a in (Z,) + tuple(rest)]
        other, asked = clone(model), X
        if i > 4 and hasattr(other, "algorithm"):
            other.set_params(algorithm="brute")
        if i % 2 and width(X) == width(Z) and not getattr(model, "metric_params", None) and isinstance(Z, np.ndarray) and isinstance(X, np.ndarray):
            part[0], asked = part[0][:, ::-1], X[:, ::-1]
        try:
            yield answers(other.fit(*part), asked)[0], order
        except ValueError:  # a metric of trees only
            continue


def restored(name, a, order):
    """An answer in terms of the rows before they were reordered."""
    if name == "kneighbors":
        return [a[0], dict(a[1], values=[int(order[i]) for i in a[1]["values"]])]
    if name == "transform" and a["width"] == len(order):
        values = np.array(a["values"]).reshape(-1, len(order))
        return dict(a, values=values[:, np.argsort(order)].ravel().tolist())
    return a


def rows_of(a):
    a = a[0] if isinstance(a, list) else a
    return len(a["values"]) // max(a["width"], 1)


# Words of a ValueError that is a fault of the library too: it meant to answer.
FAULTS = ["Buffer dtype mismatch", "array must not contain infs or NaNs", "Out of bounds w/ x", "is read-only"]

# Of arrays of integers only: a float64 array of the same numbers is answered. The
# numbers of a request are of no such type, since many a client writes 1 for 1.0.
FAULTS += ["cannot be cast to the input data that is dtype('int64')", "The 'metric' parameter of pairwise_distances_chunked"]


def left_out(model, name):
    """Before 0.21, votes were scaled by the largest confidence of the whole batch."""
    model = getattr(model, "best_estimator_", model)
    kind = type(model).__name__
    if kind == "FactorAnalysis" and suite.VERSION < (0, 23):
        return name == "score_samples"  # it checks nothing, and answers NaN
    voting = getattr(model, "decision_function_shape", "") == "ovr" and len(model.classes_) > 2 or kind == "OneVsOneClassifier"
    return name == "decision_function" and suite.VERSION < (0, 21) and voting


def answers(model, X, names=suite.METHODS):
    """As suite.answers, but a method that fails in any other way is left out."""
    out, refused = {}, {}
    for name in names:
        if not suite.offers(model, name) or left_out(model, name):
            continue
        try:
            a = suite.answer(model, name, X)
            if rows_of(a) == len(X):  # not so with flatten_transform=False
                out[name] = a
        except ValueError as e:
            if not any(words in str(e) for words in FAULTS):
                refused[name] = str(e).split("\n")[0]
        except (Late, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - a fault of the library, which is no answer
            pass
    return out, refused


def batch(model, X, exact):
    out, refused = answers(model, X)
    b = {"rows": len(X), "columns": suite.columns(X), "answers": out, "refused": refused}
    found = noise(model, X, out, exact)
    if found:
        b["noise"] = found
    return b


# ---- one case --------------------------------------------------------------------------


def fitted(name, d):
    """A model of the class, what it was fitted on being in d, and the questions."""
    args, asked = TABLE[name][0](d)
    d.X = getattr(d, "X", args[0])
    model = build(d, name)
    kept = [np.array(a, copy=True) if isinstance(a, np.ndarray) else a for a in args]
    if name == "FrozenEstimator":
        model.estimator.fit(*kept)
    model.fit(*kept)
    if name in ORDERED and tied(d.X) or name in random_compositions.COMPOSED and neighbors(model) and tied(d.X):
        raise ValueError("neighbours at the same distance")
    if name in random_compositions.COMPOSED and neighbors(model):
        asked = [Z for Z in asked if not distant(Z)]
    if name in UNORDERED:
        FITTED_ON[id(model)] = args
    return model, asked


def width(X):
    return X.shape[1] if hasattr(X, "shape") and X.ndim == 2 else 0


def checked(model, asked):
    """The questions without those of another width, or of other columns, that the
    library does not mind: an endpoint always does."""
    model = copy.deepcopy(model)  # some of 0.24 take over the width of what they are asked
    if not any(answers(model, X)[0] for X in asked):
        raise ValueError("the model answers nothing")
    return [X for X in asked if same_form(X, asked[0]) or not answers(model, X)[0]]


def same_form(X, other):
    return width(X) == width(other) and (not hasattr(X, "columns") or not hasattr(other, "columns") or list(X.columns) == list(other.columns))


def apart(write, outdir, name, seed, found):
    """Write in a process of its own, which ends even if compiled code hangs."""
    child = os.fork()
    if child == 0:
        faulthandler.dump_traceback_later(3 * SECONDS, exit=True, file=open(os.devnull, "w"))
        reason = write(outdir, name, seed, found)
        if reason:
            print("%s-%d: no fit in %d attempts: %s" % (name, seed, ATTEMPTS, reason), file=sys.stderr)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        print("%s-%d: no case: it hangs or crashes" % (name, seed), file=sys.stderr)


def write(outdir, name, seed, found):
    """Make a case, or return the last reason why there is none."""
    d = Draw(name, seed)
    reason = "no attempt"
    for _ in range(ATTEMPTS):
        signal.alarm(SECONDS)
        try:
            close = tolerance(found, name)
            model, asked = fitted(name, d)
            exact = [m for m in close if close[m] == "exact" and m != "predict" or close["predict"] == "exact" and name in EXACT_LABELS]
            asking = lambda model, X: batch(model, X, exact)  # noqa: E731
            suite.write(outdir, "%s-%d" % (name, seed), model, close, checked(model, asked), saving(d), batch=asking)
            return None
        except Late:
            reason = "too slow"
        except Exception as e:  # noqa: BLE001 - whatever the library or the data says
            reason = "%s: %s" % (type(e).__name__, str(e).strip().split("\n")[0][:150])
            if os.environ.get("TRACE"):
                import traceback

                traceback.print_exc()
        finally:
            signal.alarm(0)
    return reason


# Labels of trees are as exact as their thresholds: nothing is owed to rounding.
EXACT_LABELS = ["DecisionTreeClassifier", "ExtraTreeClassifier", "RandomForestClassifier", "ExtraTreesClassifier", "DummyClassifier"]


def main(outdir, seeds, classes):
    if not os.path.isdir(outdir):
        os.makedirs(outdir)
    signal.signal(signal.SIGALRM, alarm)
    unknown = [name for name in classes if name not in TABLE]
    if unknown:
        sys.exit("add to the tables of random_*.py: " + " ".join(unknown))
    first, _, last = seeds.rpartition("-")
    found = tolerances()
    for name in classes:
        if find(name) is None:
            continue
        for seed in range(int(first or 0), int(last) + (1 if first else 0)):
            apart(write, outdir, name, seed, found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
