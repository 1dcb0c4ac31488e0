"""sklearn-pandas: DataFrameMapper, alone and before an estimator."""

from suite import *

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelBinarizer, LabelEncoder, MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn_pandas import DataFrameMapper, gen_features

N = 40
rng = np.random.RandomState(0)
TABLE = pandas.DataFrame(
    {
        "age": rng.randint(20, 70, size=N) * 1.0,
        "height": rng.normal(170, 9, size=N).round(1),
        "color": np.array(["red", "green", "blue"])[rng.randint(3, size=N)],
        "sex": np.array(["f", "m"])[rng.randint(2, size=N)],
        "note": ["word%d and word%d" % (i % 3, i % 5) for i in range(N)],
    }
)
NUMBERS = TABLE[["age", "height"]]
LABEL = (TABLE["age"] + rng.normal(size=N) * 5 > 45).astype(int)
ASKED = TABLE[:7].reset_index(drop=True)
SHUFFLED = ASKED[ASKED.columns[::-1]].assign(more=1.0)[:2]
HOLES = ASKED.copy()
HOLES.loc[1, "age"] = np.nan


def fitted(mapper, table=TABLE):
    mapper.fit_transform(table)
    return mapper


def add(name, build, table=TABLE, asked=(ASKED, SHUFFLED)):
    def f():
        return fitted(build(), table), EXACT, list(asked), to_joblib(compress=3)

    f.__name__ = name
    case()(f)


add("numbers", lambda: DataFrameMapper([(["age", "height"], StandardScaler()), (["age"], MinMaxScaler())]))
add("untouched", lambda: DataFrameMapper([(["age"], None), ("height", None)]))
add("texts", lambda: DataFrameMapper([("color", LabelBinarizer()), ("sex", LabelBinarizer()), (["age"], StandardScaler())]))
add("one_hot", lambda: DataFrameMapper([(["color", "sex"], OneHotEncoder()), (["age"], None)]))
add("one_hot_sparse", lambda: DataFrameMapper([(["color"], OneHotEncoder()), (["age"], None)], sparse=True))
add("chain", lambda: DataFrameMapper([(["age", "height"], [SimpleImputer(), StandardScaler()])]), asked=(ASKED, HOLES))
add("alias", lambda: DataFrameMapper([(["age", "height"], StandardScaler(), {"alias": "size"})]))
add("words", lambda: DataFrameMapper([("note", CountVectorizer()), (["age"], None)]))
add("codes", lambda: DataFrameMapper([("color", LabelEncoder()), (["height"], None)]))
add("frames", lambda: DataFrameMapper([(["age", "height"], StandardScaler())], input_df=True, df_out=True))
add("rest_untouched", lambda: DataFrameMapper([(["age"], StandardScaler())], default=None), NUMBERS, asked=(ASKED[["age", "height"]],))
add("generated", lambda: DataFrameMapper(gen_features([["age"], ["height"]], [StandardScaler])))
add("generated_chain", lambda: DataFrameMapper(gen_features(["color", "sex"], [LabelBinarizer])))


@case()
def rest_transformed():
    if VERSION < (1, 0):  # which did not record the names
        mapper = DataFrameMapper([(["age", "height"], StandardScaler())], default=False)
    else:
        mapper = DataFrameMapper([(["age"], StandardScaler())], default=MinMaxScaler(), input_df=True)
    return fitted(mapper, NUMBERS), EXACT, [ASKED[["age", "height"]]], to_joblib(compress=3)


@case()
def pipeline():
    mapper = DataFrameMapper([(["age", "height"], [SimpleImputer(), StandardScaler()]), ("color", LabelBinarizer()), ("note", CountVectorizer())])
    return Pipeline([("map", mapper), ("model", logistic())]).fit(TABLE, LABEL), LABELS, [ASKED, HOLES], to_joblib(compress=3)


@case()
def fitted_only():
    """fit without transform records no names."""
    return DataFrameMapper([(["age", "height"], StandardScaler())]).fit(TABLE), EXACT, [ASKED], to_joblib(compress=3)
