"""Boosters, categories, missing values, targets, and what base_score may be."""

from suite import *

OLD = "bin" if VERSION < (3, 1) else "json"
JSON = "json" if VERSION >= (1, 0) else "raw"
UBJ = "ubj" if VERSION >= (1, 6) else JSON
LINEAR = {"booster": "gblinear", "updater": "coord_descent", "feature_selector": "cyclic", "alpha": 0.01}
DART = {"booster": "dart", "rate_drop": 0.5, "one_drop": 1, "sample_type": "weighted"}


def dart(params, y, **kwargs):
    b = booster(dict(DART, **params), y, **kwargs)
    b.dart = True
    return b


for save in sorted({OLD, JSON, UBJ, "pkl"}):
    add("dart_" + save, lambda: dart({"objective": "binary:logistic"}, TWO), [ROWS], save)
add("dart_multi", lambda: dart({"objective": "multi:softprob", "num_class": 3}, THREE), None, UBJ)
add("linear", lambda: booster(dict(LINEAR, objective="reg:squarederror" if VERSION >= (0, 90) else "reg:linear"), Y, x=FULL), [ROWS], OLD)
add("linear_logistic", lambda: booster(dict(LINEAR, objective="binary:logistic", base_score=0.3), TWO, x=FULL), [ROWS], "pkl")
add("linear_multi", lambda: booster(dict(LINEAR, objective="multi:softprob", num_class=3), THREE, x=FULL), [ROWS], UBJ)
add("parallel", lambda: booster({"num_parallel_tree": 3, "subsample": 0.5, "objective": "binary:logistic"}, TWO, 2), None, UBJ)
add("parallel_multi", lambda: booster({"num_parallel_tree": 2, "subsample": 0.5, "objective": "multi:softprob", "num_class": 3}, THREE, 2), None, "pkl")
add("pruned", lambda: booster({"tree_method": "exact", "gamma": 3, "max_depth": 5}, Y), None, JSON)
add("deep", lambda: booster({"max_depth": 12, "min_child_weight": 0}, Y, 3), None, UBJ)
add("lossguide", lambda: booster({"tree_method": "hist", "grow_policy": "lossguide", "max_leaves": 9, "max_depth": 0}, Y, 3), None, UBJ)
add("stumps", lambda: booster({"max_depth": 1}, Y, 4), None, "pkl")
add("only_roots", lambda: booster({"gamma": 1e9}, Y, 2), None, JSON)
add("many_trees", lambda: booster({"max_depth": 2, "eta": 0.05, "objective": "binary:logistic", "base_score": 0.7}, TWO, 12), [ROWS[:8]], UBJ, since=(1, 0))
add("zero_missing", lambda: booster({}, Y, x=FULL, missing=0.0), None, JSON)


@case()
def named_features():
    names = ["age", "weekly income", "größe", "kids", "rate"] if VERSION >= (1, 0) else ["age", "income", "size", "kids", "rate"]
    b = booster({"objective": "binary:logistic"}, TWO, feature_names=names, feature_types=["float", "q", "float", "int", "float"])
    return b, [pandas.DataFrame(ROWS, columns=names)], "pkl"


# ---- targets -----------------------------------------------------------------

add("targets", lambda: booster({"tree_method": "hist"}, TARGETS), None, UBJ, since=(1, 6))
add("targets_labels", lambda: booster({"tree_method": "hist", "objective": "binary:logistic"}, LABELS3), None, JSON, since=(1, 6))


def vector(params, y, **kwargs):
    b = booster(dict(params, tree_method="hist", multi_strategy="multi_output_tree"), y, **kwargs)
    b.vector = True
    return b


add("vector_leaves", lambda: vector({}, TARGETS), None, "ubj", since=(2, 0))
add("vector_leaves_json", lambda: vector({"objective": "binary:logistic"}, LABELS3), None, "json", since=(2, 0))
add("vector_leaves_softprob", lambda: vector({"objective": "multi:softprob", "num_class": 3}, THREE), None, "pkl", since=(2, 0))
add("base_scores", lambda: booster({"objective": "binary:logistic", "base_score": [0.2, 0.5, 0.7], "tree_method": "hist"}, LABELS3), None, "json", since=(3, 1))
add("base_scores_dart", lambda: dart({"objective": "multi:softprob", "num_class": 3, "base_score": [0.2, 0.5, 0.7]}, THREE), None, "ubj", since=(3, 1))
add("base_scores_linear", lambda: booster(dict(LINEAR, objective="multi:softprob", num_class=3, base_score=[0.2, 0.5, 0.7]), THREE, x=FULL), None, "ubj", since=(3, 1))

# ---- categories --------------------------------------------------------------

CODES = np.floor(np.abs(FULL * 3))
CODES[::9, 3] = np.nan
CATEGORIES = CODES[::20].copy()
CATEGORIES[1, 3], CATEGORIES[2, 3], CATEGORIES[3, 3], CATEGORIES[4, 3] = 77, 2.75, 1e9, 16777216
CATEGORIES[5, 3], CATEGORIES[6, 1] = 31, 2.9999999999
KINDS = ["c", "c", "q", "c", "c"]


def categorical(params, y, **kwargs):
    return booster(dict(params, tree_method="hist"), y, x=CODES, feature_types=KINDS, enable_categorical=True, **kwargs)


add("one_hot", lambda: categorical({"max_cat_to_onehot": 100}, Y), [CATEGORIES], "json", since=(1, 7))
add("sets", lambda: categorical({"max_cat_to_onehot": 1}, Y), [CATEGORIES], "ubj", since=(1, 7))
add("sets_pickled", lambda: categorical({"max_cat_to_onehot": 1, "objective": "multi:softprob", "num_class": 3}, THREE), [CATEGORIES], "pkl", since=(1, 7))
add("sets_dart", lambda: categorical({"max_cat_to_onehot": 1, "booster": "dart", "rate_drop": 0.5}, Y), [CATEGORIES], "ubj", since=(1, 7))
