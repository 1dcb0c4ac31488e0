"""Categorical features: as bits, as counts and means of the target."""

from suite import *

ASKED = asked()


def categories(y=Y2, make=regressor, t=None, **params):
    t = table() if t is None else t
    m = make(**params)
    names = [c for c in CATEGORIES if c in t.columns]
    places = [list(t.columns).index(c) for c in names]
    m.fit(t, y, cat_features=places)
    m.categories = places
    m.pool = cb.Pool(t, cat_features=places)
    return m


TWO2 = (SCORE2 > 0.6).astype(int)
THREE2 = np.digitize(SCORE2, [0.2, 1.0])

add("ctr", lambda: categories(TWO2, classifier), [ASKED])
add("ctr_regression", lambda: categories(depth=4), [ASKED])
add("ctr_three", lambda: categories(THREE2, classifier, loss_function="MultiClass"), [ASKED])
add("ctr_pickle", lambda: categories(TWO2, classifier), [ASKED], "pkl")
add("ctr_pickle_regressor", lambda: categories(), [ASKED], "pkl")
add("one_hot", lambda: categories(one_hot_max_size=20), [ASKED])
add("one_hot_some", lambda: categories(one_hot_max_size=6, depth=4), [ASKED])
add("combinations", lambda: categories(TWO2, classifier, max_ctr_complexity=3, iterations=10, depth=5), [ASKED])
add("combinations_one_hot", lambda: categories(TWO2, classifier, max_ctr_complexity=3, one_hot_max_size=2, iterations=12, depth=6), [ASKED])
add("integers", lambda: categories(Y2 + 3 * (CODE % 3 == 1), t=table()[["code", "x"]]), [ASKED[["code", "x"]]])
add("all_categories", lambda: categories(t=table()[["city", "two"]]), [ASKED[["city", "two"]]])
for kind in "Borders Buckets BinarizedTargetMeanValue Counter".split():
    simple = [kind + ("" if kind == "Counter" else ":TargetBorderCount=3" if kind != "BinarizedTargetMeanValue" else "") + ":Prior=0.3/1:CtrBorderCount=9"]
    add("ctr_" + kind.lower(), lambda simple=simple: categories(simple_ctr=simple, combinations_ctr=simple, depth=4), [ASKED], since=(0, 23))
add("json_ctr", lambda: categories(TWO2, classifier, max_ctr_complexity=2), [ASKED], "json")
add("json_one_hot", lambda: categories(one_hot_max_size=20), [ASKED], "json", since=(0, 23))
add("json_mean", lambda: categories(simple_ctr=["BinarizedTargetMeanValue:Prior=0.3/1"], depth=4), [ASKED], "json", since=(0, 23))
add("ctr_depthwise", lambda: categories(TWO2, classifier, grow_policy="Depthwise", one_hot_max_size=3), [ASKED], since=(0, 23))


@case()
def gpu_kinds():
    """The kinds that only training on a GPU gives have the tables of two others."""
    m = categories(simple_ctr=["Counter:Prior=0.3/1", "BinarizedTargetMeanValue:Prior=0.3/1"], depth=4)
    m.save_model(EDGES, format="json", pool=m.pool)
    with open(EDGES) as f:
        text = f.read()
    with open(EDGES, "w") as f:
        f.write(text.replace("Counter", "FeatureFreq").replace("BinarizedTargetMeanValue", "FloatTargetMeanValue"))
    again = cb.CatBoost()
    again.load_model(EDGES, format="json")
    os.remove(EDGES)
    again.categories = m.categories
    return again, [ASKED], "cbm"
