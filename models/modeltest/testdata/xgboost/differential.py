"""Random models and random rows, as fixtures to compare with.

    python differential.py OUTDIR SEEDS

writes OUTDIR/OBJECTIVE-SEED.json and the model beside it under whatever xgboost is
installed. SEEDS is a count, or FIRST-LAST. The same seed under the same version
makes the same case: random objective, booster, depth, rounds, categories, missing
values and file format, and rows with NaN, denormals, values on thresholds and one
float to a side, and float64 values that are no float32.
"""

import os
import sys

import numpy as np
import suite
from suite import VERSION, xgb

SINGLE = ["reg:logistic", "binary:logistic", "binary:hinge", "binary:logitraw", "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox"]
SINGLE += ["reg:squarederror"] if VERSION >= (0, 90) else ["reg:linear"]
SINGLE += ["reg:absoluteerror"] if VERSION >= (1, 7) else []
UNITS = ("reg:logistic", "binary:logistic", "binary:hinge", "binary:logitraw")


def parameters(r):
    p = {
        "max_depth": int(r.randint(1, 9)),
        "eta": float(r.choice([0.01, 0.1, 0.3, 1.0])),
        "min_child_weight": float(r.choice([0, 1, 5])),
        "lambda": float(r.choice([0, 1])),
        "subsample": float(r.choice([0.5, 1])),
        "num_parallel_tree": int(r.choice([1, 1, 1, 3])),
        "nthread": 1,
        "seed": int(r.randint(1000)),
    }
    if VERSION < (1, 4):
        p["verbosity"] = 0
    if r.rand() < 0.25:
        p.update(booster="dart", rate_drop=0.4, one_drop=1)
    elif r.rand() < 0.1:
        p.update(booster="gblinear", updater="coord_descent", feature_selector="cyclic")
        for name in ("max_depth", "num_parallel_tree", "subsample", "min_child_weight"):
            del p[name]
    if r.rand() < 0.3:
        p.update(objective=str(r.choice(["multi:softprob", "multi:softmax"])), num_class=int(r.randint(2, 6)))
    else:
        p["objective"] = str(r.choice(SINGLE))
    if r.rand() < 0.3:
        p["base_score"] = float(r.choice([0.1, 0.5, 0.77]))
    return p


def data(r, p):
    rows, features = int(r.randint(30, 300)), int(r.randint(1, 12))
    x = r.randn(rows, features) * 10.0 ** r.randint(-40, 6, features)
    x[:, r.rand(features) < 0.3] = np.round(r.randn(rows, 1) * 3)
    x[r.rand(rows, features) < r.choice([0, 0.2])] = np.nan
    y = r.randn(rows) + np.nan_to_num(x[:, 0])
    if "num_class" in p:
        y = r.randint(0, p["num_class"], rows)
    elif p["objective"] in UNITS:
        y = (y > np.median(y)).astype(float)
    elif p["objective"] != "reg:squarederror":
        y = np.exp(np.clip(r.randn(rows), -3, 3))
    kinds = None
    if VERSION >= (1, 7) and p.get("booster") != "gblinear" and r.rand() < 0.3:
        p.update(tree_method="hist", max_cat_to_onehot=int(r.choice([1, 8])))
        kinds = ["c" if c else "q" for c in r.rand(features) < 0.6]
        for j, kind in enumerate(kinds):
            if kind == "c":
                x[:, j] = np.where(np.isnan(x[:, j]), np.nan, r.randint(0, r.choice([3, 40, 200]), rows))
    return x, y, kinds


def rows_for(r, b, x, kinds):
    rows = np.vstack([x[r.randint(0, len(x), 12)], x[:8]])
    rows = rows + (0 if kinds else 1) * rows * 1e-9 * r.randn(*rows.shape)  # no float32
    rows[0], rows[1] = np.nan, 0.0
    rows[2, -1], rows[3, -1] = 1e-310, 1e-42
    rows[r.rand(*rows.shape) < 0.1] = np.nan
    if kinds or suite.linear(b):
        return [rows]
    return [rows, suite.edges(b, rows, 20)]


def random_case(seed):
    r = np.random.RandomState(seed)
    p = parameters(r)
    x, y, kinds = data(r, p)
    options = {"feature_types": kinds, "enable_categorical": True} if kinds else {}
    b = xgb.train(p, xgb.DMatrix(x, label=y, **options), int(r.randint(1, 30)))
    b.dart = p.get("booster") == "dart"
    formats = ["pkl"] + (["json"] if VERSION >= (1, 0) else []) + (["ubj"] if VERSION >= (1, 6) else [])
    formats += ["bin", "raw"] if VERSION < (3, 1) and not kinds else []
    return p["objective"].replace(":", "_"), b, rows_for(r, b, x, kinds), str(r.choice(formats))


def main(outdir, seeds):
    os.makedirs(outdir, exist_ok=True)
    first, _, last = seeds.rpartition("-")
    for seed in range(int(first or 0), int(last) + (1 if first else 0)):
        name, *case = random_case(seed)
        suite.write(outdir, "%s-%d" % (name, seed), *case)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
