"""Boosters in files of their own: objectives, kinds of boosting, missing values
and categories."""

from suite import *


def plain(b):
    b.plain = True
    return b


def named(params, y, rounds=6, **kwargs):
    x = pandas.DataFrame(X, columns=list("abcde"))
    return plain(lgb.train(dict(SMALL, **params), lgb.Dataset(x, y, **kwargs), rounds))


@case()
def regression_trees():
    b = plain(booster({"objective": "regression"}, Y))
    return b, [ROWS, edges(b), INFINITE], "txt"


add("regression_sqrt", lambda: booster({"objective": "regression", "reg_sqrt": True}, Y))
for objective in ["regression_l1", "huber", "fair", "quantile", "mape"]:
    add(objective, lambda o=objective: plain(booster({"objective": o}, Y)))
for objective in ["poisson", "gamma", "tweedie"]:
    add(objective, lambda o=objective: booster({"objective": o}, POSITIVE))
add("binary", lambda: booster({"objective": "binary", "sigmoid": 0.7}, TWO), [ROWS, INFINITE])
add("cross_entropy", lambda: booster({"objective": "cross_entropy" if VERSION >= (2, 3) else "xentropy"}, UNIT))
add("cross_entropy_lambda", lambda: booster({"objective": "cross_entropy_lambda" if VERSION >= (2, 3) else "xentlambda"}, UNIT))
add("multiclass", lambda: booster({"objective": "multiclass", "num_class": 3}, THREE), [ROWS, INFINITE])
add("multiclass_ova", lambda: booster({"objective": "multiclassova", "num_class": 3, "sigmoid": 1.5}, THREE))
add("lambdarank", lambda: plain(booster({"objective": "lambdarank"}, THREE, group=GROUPS)))
add("rank_xendcg", lambda: plain(booster({"objective": "rank_xendcg"}, THREE, group=GROUPS)), since=(3, 0))
add("dart", lambda: booster({"objective": "binary", "boosting": "dart", "drop_rate": 0.5}, TWO))
add("goss", lambda: plain(booster({"objective": "regression", "boosting": "goss"}, Y)))
RF = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6, "feature_fraction": 0.8}
add("forest_binary", lambda: booster(dict(RF, objective="binary"), TWO))
add("forest_multiclass", lambda: booster(dict(RF, objective="multiclass", num_class=3), THREE), since=(2, 3))
add("zero_missing", lambda: plain(booster({"objective": "regression", "zero_as_missing": True}, Y)), [ROWS, INFINITE])
add("no_missing", lambda: plain(booster({"objective": "regression", "use_missing": False}, Y)), [ROWS, INFINITE])
add("constant_regression", lambda: plain(booster({"objective": "regression", "min_data_in_leaf": 1000}, Y)), save="txt")
add("named_columns", lambda: named({"objective": "regression"}, Y))
add("regression_dump", lambda: plain(booster({"objective": "regression"}, Y)), save="json", since=(2, 3))
add("multiclass_dump", lambda: booster({"objective": "multiclass", "num_class": 3}, THREE), save="json", since=(2, 3))
add("pickled_booster", lambda: booster({"objective": "binary"}, TWO), save="pkl")


@case(since=(3, 2))
def linear_trees():
    b = plain(booster({"objective": "regression", "linear_tree": True}, Y, categorical=()))
    b.linear = True
    return b, [ROWS[:, :], FULL[:4]], "txt"


@case()
def custom_objective():
    squared = lambda p, d: (p - d.get_label(), np.ones(len(p)))  # noqa: E731
    d = lgb.Dataset(X, Y, categorical_feature=[3])
    b = lgb.train(dict(SMALL, objective=squared), d, 5) if VERSION >= (4, 0) else lgb.train(SMALL, d, 5, fobj=squared)
    return plain(b), [ROWS], "txt"


def table(rows):
    """Texts, whole numbers and truth values as categories, beside numbers."""
    n = len(rows)
    city = np.array(["Oslo", "Bergen", "Troms\u00f8", "Bod\u00f8", "Vard\u00f8"], dtype=object)[np.arange(n) * 7 % 5]
    return pandas.DataFrame(
        {
            "a": rows[:, 0],
            "city": pandas.Categorical(city, categories=["Bergen", "Bod\u00f8", "Oslo", "Troms\u00f8", "Vard\u00f8"]),
            "c": rows[:, 2],
            "zone": pandas.Categorical(np.arange(n) * 3 % 4 * 10, categories=[0, 10, 20, 30]),
            "e": rows[:, 4],
        }
    )


def asked():
    t = table(ROWS)
    t["city"] = pandas.Categorical(["Oslo", None, "Paris", "Bergen", "Bod\u00f8", "Vard\u00f8", "Oslo", "Bergen", "Oslo", "Oslo"])
    t["zone"] = pandas.Categorical([0, 10, 40, 30, 20, 0, 10, 10, 20, 30])
    return t


def target():
    t = table(X)
    return Y + 0.8 * (t["city"] == "Oslo").values - 0.5 * (t["zone"].astype(int) == 20).values


for save in ["txt", "pkl"]:
    add("categories_" + save, lambda: plain(booster({"objective": "regression"}, target(), x=table(X))), [asked()], save)
