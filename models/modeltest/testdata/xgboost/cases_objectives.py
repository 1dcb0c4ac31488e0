"""Every objective, each in one of the file formats."""

from suite import *

RAW = "bin" if VERSION < (3, 1) else "ubj"
JSON = "json" if VERSION >= (1, 0) else "raw"
UBJ = "ubj" if VERSION >= (1, 6) else JSON


def objective(name, y, save, since=(0, 0), until=(99, 0), label=None, **params):
    def build():
        b = booster(dict(params, objective=name), y, label=label)
        if name == "reg:expectileerror":
            b.tolerance = {"predict": "single"}  # log1pf
        return b, [ROWS, edges(b, X)], save

    build.__name__ = name.replace(":", "_") + ("_" + save if name == "binary:logistic" else "") + params.pop("suffix", "")
    case(since, until)(build)


for save in sorted({JSON, UBJ, RAW, "pkl"} | ({"raw"} if VERSION < (3, 1) else set())):
    objective("binary:logistic", TWO, save)
objective("reg:linear", Y, RAW, until=(1, 0))
objective("reg:squarederror", Y, RAW, since=(0, 90))
objective("reg:squaredlogerror", POSITIVE, JSON, since=(1, 0))
objective("reg:pseudohubererror", Y, UBJ, since=(1, 3))
objective("reg:absoluteerror", Y, UBJ, since=(1, 7))
objective("reg:logistic", UNIT, JSON, base_score=0.3)
objective("binary:logitraw", TWO, UBJ, base_score=0.3)
objective("binary:hinge", TWO, "pkl")
objective("count:poisson", COUNTS, RAW)
objective("reg:gamma", POSITIVE, JSON)
objective("reg:tweedie", COUNTS, UBJ, tweedie_variance_power=1.3)
objective("multi:softmax", THREE, RAW, num_class=3)
objective("multi:softprob", THREE, "pkl", num_class=3)
objective("rank:pairwise", RELEVANCE, JSON, label=lambda d: d.set_group(GROUPS))
objective("rank:ndcg", RELEVANCE, UBJ, label=lambda d: d.set_group(GROUPS))
objective("rank:map", (RELEVANCE > 1).astype(int), "pkl", label=lambda d: d.set_group(GROUPS))
objective("survival:cox", np.where(TWO == 1, POSITIVE, -POSITIVE), RAW)


def bounds(d):
    d.set_float_info("label_lower_bound", POSITIVE)
    d.set_float_info("label_upper_bound", np.where(TWO == 1, POSITIVE, np.inf))


objective("survival:aft", None, JSON, since=(1, 2), label=bounds, aft_loss_distribution="logistic")
objective("reg:quantileerror", Y, "json", since=(2, 0), quantile_alpha=0.3)
objective("reg:quantileerror", Y, "ubj", since=(2, 0), quantile_alpha=[0.1, 0.5, 0.9], suffix="_three")
objective("reg:expectileerror", Y, "ubj", since=(3, 3), expectile_alpha=[0.2, 0.5, 0.8])


@case()
def custom_objective():
    def squares(predictions, d):
        return predictions - d.get_label(), np.ones(len(predictions))

    d = xgb.DMatrix(X, label=Y)
    return xgb.train(dict(SMALL, base_score=0.25), d, 4, obj=squares), [ROWS], UBJ


@case()
def extreme_margins():
    """Leaves beyond the range of exp."""
    d = xgb.DMatrix(X, label=TWO)
    d.set_base_margin(np.zeros(N, dtype=np.float32))

    def wild(predictions, d):
        return np.where(d.get_label() > 0, -1.0, 1.0) * 200, np.ones(len(predictions))

    params = dict(SMALL, objective="binary:logistic", eta=1, **{"lambda": 0})
    return xgb.train(params, d, 2, obj=wild), [ROWS], JSON
