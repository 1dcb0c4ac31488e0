"""Random models and random rows, as fixtures to compare with.

    python differential.py OUTDIR SEEDS

writes OUTDIR/OBJECTIVE-SEED.json and the model beside it under whatever lightgbm is
installed. SEEDS is a count, or FIRST-LAST. The same seed under the same version
makes the same case: random objective, kind of boosting, leaves, rounds, categories,
ways to be missing, linear trees and file format, and rows with NaN, infinities,
denormals, values next to zero, values on thresholds and one double to a side,
and categories that are new, negative or no whole numbers.
"""

import os
import sys

import lightgbm as lgb
import numpy as np
import suite
from suite import VERSION

ATTEMPTS = 20
PLAIN = "regression regression_l1 huber fair quantile mape lambdarank".split()
POSITIVE = "poisson gamma tweedie".split()
UNITS = "cross_entropy cross_entropy_lambda".split()
OBJECTIVES = PLAIN + POSITIVE + UNITS + "regression binary binary multiclass multiclass multiclassova".split()


def parameters(r):
    p = {
        "objective": str(r.choice(OBJECTIVES)),
        "num_leaves": int(r.choice([2, 3, 7, 31])),
        "learning_rate": float(r.choice([0.01, 0.1, 0.3, 1.0])),
        "min_data_in_leaf": int(r.choice([1, 5, 20])),
        "max_bin": int(r.choice([3, 15, 255])),
        "lambda_l2": float(r.choice([0, 0, 1])),
        "min_data_per_group": int(r.choice([1, 10])),
        "cat_smooth": float(r.choice([0, 10])),
        "max_cat_to_onehot": int(r.choice([1, 4, 16])),
        "boosting": str(r.choice(["gbdt", "gbdt", "gbdt", "dart", "goss", "rf"])),
        "boost_from_average": bool(r.rand() < 0.7),
        "zero_as_missing": bool(r.rand() < 0.2),
        "use_missing": bool(r.rand() < 0.8),
        "num_threads": 1,
        "seed": int(r.randint(1000)),
        "verbose": -1,
    }
    if p["boosting"] == "rf":
        p.update(bagging_freq=1, bagging_fraction=0.6, feature_fraction=0.8)
    if p["boosting"] == "dart":
        p.update(drop_rate=0.5, skip_drop=0.2)
    if p["objective"].startswith("multiclass"):
        p["num_class"] = int(r.randint(2, 5))
    if p["objective"] in ("binary", "multiclassova"):
        p["sigmoid"] = float(r.choice([0.7, 1, 2]))
    if p["objective"] == "regression":
        p["reg_sqrt"] = bool(r.rand() < 0.3)
    if VERSION >= (3, 2) and p["boosting"] == "gbdt" and r.rand() < 0.3:
        p["linear_tree"] = True
    return p


def features(r, p):
    """A matrix, of which some columns may be categories."""
    n, k = int(r.randint(40, 300)), int(r.randint(1, 10))
    x = r.randn(n, k) * 10.0 ** r.choice([-300, -36, -3, 0, 0, 0, 5], k)
    x[:, r.rand(k) < 0.3] = np.round(r.randn(n, 1) * 3)
    kinds = [j for j in range(k) if r.rand() < 0.25] if not p.get("linear_tree") else []
    for j in kinds:
        x[:, j] = r.randint(0, r.choice([2, 5, 40, 200]), n)
    x[r.rand(n, k) < r.choice([0, 0, 0.2])] = np.nan
    x[r.rand(n, k) < r.choice([0, 0.2])] = 0
    return x, kinds


def target(r, p, x):
    with np.errstate(all="ignore"):
        scale = np.nanstd(x[:, 0])
    score = r.randn(len(x)) + np.nan_to_num(x[:, 0] / (scale if scale > 0 else 1))
    objective = p["objective"]
    if "num_class" in p:
        return np.digitize(score, np.linspace(-1, 1, p["num_class"] - 1))
    if objective == "binary":
        return (score > 0.3).astype(int)
    if objective == "lambdarank":
        return np.digitize(score, [0, 1])
    if objective in UNITS:
        return 1 / (1 + np.exp(-score))
    return np.exp(np.clip(score, -3, 3)) if objective in POSITIVE else score


def rows_for(r, b, x, kinds):
    rows = np.vstack([x[r.randint(0, len(x), 14)], x[:4]])
    rows[0], rows[1], rows[2], rows[3] = np.nan, 0.0, np.inf, -np.inf
    rows[4, -1], rows[5, -1], rows[6, 0], rows[7, 0] = 1e-310, -5e-324, 1e-36, -float(np.float32(1e-35))
    rows[8, 0], rows[9, -1] = 1e300, np.nextafter(1e-35, 0)
    for j in kinds:
        rows[10:14, j] = [-1, 0.7, 2.0**31, -0.3]
    rows[r.rand(*rows.shape) < 0.1] = np.nan
    return [rows, suite.edges(b, rows)] if b.dump_model()["tree_info"] else [rows]


def fitted(r):
    p = parameters(r)
    x, kinds = features(r, p)
    y = target(r, p, x)
    options = {"group": [10] * (len(x) // 10) + ([len(x) % 10] if len(x) % 10 else [])} if p["objective"] == "lambdarank" else {}
    d = lgb.Dataset(x, y, categorical_feature=kinds, params={"verbose": -1}, **options)
    b = lgb.train(p, d, int(r.randint(1, 25)))
    b.plain = p["objective"] in PLAIN and not p.get("reg_sqrt")
    b.linear = bool(p.get("linear_tree"))
    formats = ["txt", "txt", "pkl"] + ([] if b.linear or VERSION < (2, 3) else ["json"])
    return p["objective"], b, rows_for(r, b, x, kinds), str(r.choice(formats))


def random_case(seed):
    """Parameters that go together: those that the library refuses are drawn again."""
    r = np.random.RandomState(seed)
    for _ in range(ATTEMPTS):
        try:
            return fitted(r)
        except lgb.basic.LightGBMError:
            continue
    raise ValueError("no fit in %d attempts" % ATTEMPTS)


def main(outdir, seeds):
    os.makedirs(outdir, exist_ok=True)
    first, _, last = seeds.rpartition("-")
    for seed in range(int(first or 0), int(last) + (1 if first else 0)):
        name, *case = random_case(seed)
        suite.write(outdir, "%s-%d" % (name, seed), *case)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
