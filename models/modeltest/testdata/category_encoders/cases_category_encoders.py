"""category_encoders: every encoder with its ways to treat unknown and missing
values, over some of the columns of a table."""

from suite import *

import category_encoders as ce
from category_encoders.wrapper import NestedCVWrapper
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

NEW = tuple(int(p) for p in ce.__version__.split(".")[:2])
N = 60

rng = np.random.RandomState(0)
WHOLE = pandas.DataFrame(
    {
        "x": rng.normal(size=N).round(3),
        "color": np.array(["red", "green", "blue", "gray"])[np.arange(N) % 7 % 4],
        "size": np.array(["S", "M", "L"])[rng.randint(3, size=N)],
        "code": rng.randint(4, size=N) * 10.0,
    }
)
WHOLE.loc[7, "color"] = "once"
HOLES = WHOLE.copy()
HOLES.loc[[3, 20, 21], "color"] = np.nan
TARGET = (rng.uniform(size=N) + (WHOLE["size"] == "M") * 0.4 > 0.6).astype(int)
AMOUNT = pandas.Series((rng.normal(size=N) + (WHOLE["color"] == "red") * 2).round(3))

KNOWN = WHOLE[:9].reset_index(drop=True)
UNKNOWN = KNOWN[:3].copy()
UNKNOWN.loc[1, "color"] = "mauve"
UNKNOWN.loc[2, "code"] = 11.0
NULL = KNOWN[:3].copy()
NULL.loc[1, "color"] = np.nan
ASK = [KNOWN, UNKNOWN, NULL]


def narrowed(model, table):
    """The columns that are encoded, and one that is not: texts that nobody encodes are no input of a model."""
    if not isinstance(table, pandas.DataFrame):
        return table
    if getattr(model, "cols", None) is None:
        return table
    beside = [] if unnamed(model) else ["x"]
    return table[[c for c in table.columns if c in beside or c in model.cols]]


def unnamed(model):
    """CountEncoder before 2.3 did not record the columns of its input."""
    return NEW < (2, 3) and isinstance(model, ce.CountEncoder)


def add(name, build, X=HOLES, y=TARGET, asked=ASK, since=(0, 0)):
    if NEW < since or unnamed(build()) and isinstance(X, pandas.DataFrame) and len(build().cols or []) != 1:
        return

    def f():
        model = build()
        kept = lambda table: narrowed(model, table)
        model.fit(kept(X), y)  # NestedCVWrapper's returns nothing
        return model, EXACT, [kept(table) for table in asked], to_joblib(compress=3)

    f.__name__ = name
    case()(f)


SUPERVISED = {
    "target": ce.TargetEncoder,
    "leave_one_out": ce.LeaveOneOutEncoder,
    "catboost": ce.CatBoostEncoder,
    "james_stein": ce.JamesSteinEncoder,
    "m_estimate": ce.MEstimateEncoder,
    "woe": ce.WOEEncoder,
}
PLAIN = {
    "ordinal": ce.OrdinalEncoder,
    "onehot": ce.OneHotEncoder,
    "binary": ce.BinaryEncoder,
    "basen": ce.BaseNEncoder,
    "backward": ce.BackwardDifferenceEncoder,
    "helmert": ce.HelmertEncoder,
    "sum": ce.SumEncoder,
    "polynomial": ce.PolynomialEncoder,
    "count": ce.CountEncoder,
}
if NEW >= (2, 6):
    SUPERVISED["quantile"] = ce.QuantileEncoder
    SUPERVISED["summary"] = ce.SummaryEncoder
    PLAIN["gray"] = ce.GrayEncoder
    PLAIN["rankhot"] = ce.RankHotEncoder
FAMILIES = dict(SUPERVISED, **PLAIN)

for name, encoder in FAMILIES.items():
    broken = name in ("gray", "rankhot")  # sort categories with None among them, and fail
    X = WHOLE if broken else HOLES
    add(name, lambda e=encoder: e(cols=["color", "size"]), X)
    add(name + "_whole", lambda e=encoder: e(cols=["size", "color", "code"]), WHOLE)
    add(name + "_texts", lambda e=encoder: e(return_df=False), X)
    add(name + "_error", lambda e=encoder: e(cols=["color", "code"], handle_unknown="error", handle_missing="error"), WHOLE)
    add(name + "_nan", lambda e=encoder: e(cols=["color", "code"], handle_unknown="return_nan", handle_missing="return_nan"), X)
    add(name + "_error_null", lambda e=encoder: e(cols=["color"], handle_unknown="error"), X)

for name in ["onehot", "basen", "backward"]:
    encoder = FAMILIES[name]
    add(name + "_indicator", lambda e=encoder: e(cols=["color", "size"], handle_unknown="indicator", handle_missing="indicator"))
    add(name + "_indicator_whole", lambda e=encoder: e(cols=["color", "size"], handle_unknown="indicator", handle_missing="indicator"), WHOLE)

add("onehot_names", lambda: ce.OneHotEncoder(cols=["color", "code"], use_cat_names=True))
add("onehot_ignore", lambda: ce.OneHotEncoder(cols=["color"], handle_missing="ignore"), since=(2, 8))
add("basen_three", lambda: ce.BaseNEncoder(cols=["color"], base=3))
add("basen_one", lambda: ce.BaseNEncoder(cols=["size"], base=1))
add("target_smooth", lambda: ce.TargetEncoder(cols=["color"], smoothing=5.0, min_samples_leaf=3), y=AMOUNT)
add("leave_one_out_amount", lambda: ce.LeaveOneOutEncoder(cols=["color", "code"], sigma=0.1), y=AMOUNT)
add("catboost_a", lambda: ce.CatBoostEncoder(cols=["color", "code"], a=0.3), y=AMOUNT)
add("james_stein_pooled", lambda: ce.JamesSteinEncoder(cols=["color", "code"], model="pooled"), y=AMOUNT)
add("count_normalized", lambda: ce.CountEncoder(cols=["color", "size"], normalize=True))
add("count_unknown_number", lambda: ce.CountEncoder(cols=["color"], handle_unknown=7))
add("count_groups", lambda: ce.CountEncoder(cols=["color"], min_group_size=12, min_group_name="few"))
add("count_groups_named", lambda: ce.CountEncoder(cols=["color", "size"], min_group_size=15, combine_min_nan_groups=True))
add("invariant", lambda: ce.OneHotEncoder(cols=["color", "size"], drop_invariant=True), WHOLE)
add("invariant_contrast", lambda: ce.SumEncoder(cols=["color"], drop_invariant=True), WHOLE)
add("no_columns", lambda: ce.TargetEncoder(), WHOLE[["x", "code"]], asked=[KNOWN[["x", "code"]]])
add("mapped", lambda: ce.OrdinalEncoder(cols=["size"], mapping=[{"col": "size", "mapping": {"S": 1, "M": 2, "L": 3}}]), WHOLE)

for method in ["md5", "sha256"]:
    none = WHOLE[:9].copy()
    none.loc[2, "color"] = None
    add("hashing_" + method, lambda m=method: ce.HashingEncoder(cols=["color", "size"], hash_method=m, max_process=1), WHOLE, asked=[KNOWN, none])
add("hashing_many", lambda: ce.HashingEncoder(n_components=30, max_process=1), WHOLE, asked=[KNOWN])


# An array has columns 0, 1, 2.
TEXTS = WHOLE[["color", "size"]].values
add("array", lambda: ce.TargetEncoder(), TEXTS, asked=[TEXTS[:9]])
add("array_count", lambda: ce.CountEncoder(), TEXTS, asked=[TEXTS[:9]])
add("array_onehot", lambda: ce.OneHotEncoder(), TEXTS, asked=[TEXTS[:9]])

CATEGORIES = WHOLE.assign(size=pandas.Categorical(WHOLE["size"], categories=["S", "M", "L"], ordered=True))
for name in ["ordinal", "target", "onehot", "count", "leave_one_out"]:
    add(name + "_dtype", lambda e=FAMILIES[name]: e(cols=["size"]), CATEGORIES, asked=[KNOWN])


add("nested", lambda: NestedCVWrapper(ce.TargetEncoder(cols=["color", "size"]), random_state=0))


@case()
def glmm():
    model = ce.GLMMEncoder(cols=["color"], binomial_target=False, random_state=0).fit(WHOLE[["x", "color"]], AMOUNT)
    return model, EXACT, [table[["x", "color"]] for table in ASK], to_joblib(compress=3)


@case()
def glmm_binomial():
    model = ce.GLMMEncoder(cols=["size"], binomial_target=True, random_state=0, handle_unknown="return_nan").fit(WHOLE[["size"]], TARGET)
    return model, EXACT, [KNOWN[["size"]]], to_joblib(compress=3)


@case()
def pipeline_target():
    """What people deploy: encode, scale, and a classifier."""
    steps = [("encode", ce.TargetEncoder(cols=["color", "size"])), ("scale", StandardScaler()), ("model", logistic())]
    return Pipeline(steps).fit(WHOLE, TARGET), LABELS, [KNOWN, UNKNOWN], to_joblib(compress=3)


@case()
def pipeline_onehot():
    steps = [("encode", ce.OneHotEncoder(cols=["color", "size", "code"])), ("model", logistic())]
    return Pipeline(steps).fit(WHOLE, TARGET), LABELS, ASK, to_joblib(compress=3)


@case()
def pipeline_columns():
    """An encoder in a ColumnTransformer."""
    parts = [("encode", ce.CatBoostEncoder(), ["size", "color"]), ("scale", StandardScaler(), ["x"])]
    steps = [("prep", ColumnTransformer(parts)), ("model", logistic())]
    return Pipeline(steps).fit(WHOLE, TARGET), LABELS, ASK, to_joblib(compress=3)
