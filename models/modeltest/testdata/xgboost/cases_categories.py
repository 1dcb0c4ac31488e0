"""Tables with columns of the dtype category. Since 3.1 the model holds their
categories, and predict finds values by name; before, it took codes as they came."""

from suite import *

# Before 3.4, letters beyond ASCII shift the bytes of all categories behind them.
CITIES = ["Bergen", "Bod\u00f8", "Oslo", "Troms\u00f8", "Vard\u00f8"] if VERSION >= (3, 4) else ["Bergen", "Bodo", "Oslo", "Tromso", "Vardo"]
ZONES = [10, 20, 30, -7]


def category(values, categories):
    index = pandas.Index(categories, dtype=object if isinstance(categories[0], str) else "int64")
    return pandas.Categorical(values, categories=index)


def table(rows):
    n = len(rows)
    return pandas.DataFrame(
        {
            "a": rows[:, 0],
            "city": category([CITIES[i * 7 % 5] for i in range(n)], CITIES),
            "c": rows[:, 2],
            "zone": category([ZONES[i * 3 % 4] for i in range(n)], ZONES),
            "e": rows[:, 4],
        }
    )


def numbers(rows):
    """Integers as categories alone: a matrix can hold the table."""
    return table(rows)[["a", "zone", "e"]]


def asked():
    """The categories in another order, and some of them missing."""
    t = table(ROWS)
    t["city"] = category(["Oslo", None, "Bergen", CITIES[1], CITIES[4], "Oslo", CITIES[3], "Oslo"], CITIES[::-1])
    t["zone"] = category([20, 10, None, 30, -7, 10, 10, -7], sorted(ZONES))
    return t


def unknown_text():
    """What is sorted behind all others: 3.1 takes other texts for the next in order."""
    t = asked()
    t["city"] = category(["Oslo", "Zagreb"] + ["Oslo"] * 6, ["Oslo", "Zagreb"])
    return t


def unknown_number():
    t = asked()
    t["zone"] = category([10, 20, 30, 40, 10, 10, 10, 10], [10, 20, 30, 40])
    return t


def target():
    t = table(X)
    return Y + 0.8 * (t["city"] == "Oslo").values - 0.9 * (t["city"] == "Bergen").values - 0.5 * (t["zone"].astype(int) == 20).values


def trained(params, y, of=table):
    d = xgb.DMatrix(of(X), label=y, enable_categorical=True)
    return xgb.train(dict(SMALL, tree_method="hist", **params), d, 4)


def wrapped(cls, y, **params):
    return cls(**dict(dict(n_estimators=3, max_depth=3, enable_categorical=True, tree_method="hist", n_jobs=1), **params)).fit(table(X), y)


def batches():
    return [asked(), unknown_text(), unknown_number()]


SETS = {"max_cat_to_onehot": 1}
add("named_categories_json", lambda: trained(SETS, target()), batches(), "json", since=(3, 1))
add("named_categories_ubj", lambda: trained({}, target()), batches(), "ubj", since=(3, 1))
add("named_categories_dart", lambda: trained(dict(SETS, booster="dart", rate_drop=0.5), target()), batches(), "ubj", since=(3, 1))
add("named_categories_numbers", lambda: trained(SETS, target(), numbers), [numbers(X[:8]), unknown_number()[["a", "zone", "e"]]], "ubj", since=(3, 1))
add("named_categories_pickled", lambda: trained(dict(SETS, objective="multi:softprob", num_class=3), THREE), batches(), since=(3, 1))
add("named_categories_classifier", lambda: wrapped(xgb.XGBClassifier, (target() > 0.6).astype(int)), batches(), since=(3, 1))
add("named_categories_regressor", lambda: wrapped(xgb.XGBRegressor, target(), **SETS), batches(), since=(3, 1))
