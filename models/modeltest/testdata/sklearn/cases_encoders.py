"""Encoders of categories."""

from suite import *

from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelBinarizer, LabelEncoder, OneHotEncoder, OrdinalEncoder, StandardScaler

if VERSION >= (1, 3):
    from sklearn.preprocessing import TargetEncoder

WORDS = np.array(
    [["b", "x"], ["a", "y"], ["c", "x"], ["a", "z"], ["a", "x"], ["b", "z"], ["d\u00e9", "x"]], dtype=object
)
WORDS_ASKED = np.array([["a", "x"], ["d\u00e9", "z"], ["c", "y"]], dtype=object)
WORDS_NEW = np.array([["a", "x"], ["b", "w"], ["q", "y"]], dtype=object)
INTS = np.array([[1, 10], [2, 20], [3, 10], [1, 30], [2, 10]])
FLOATS = np.array([[0.5, -1.0], [2.0, 0.0], [0.5, 1e20], [3.25, -1.0]])
MIXED = np.array([["a", 1, 0.5], ["b", 2, 1.5], ["a", 3, 0.5]], dtype=object)
NONES = np.array([["a", "x"], [None, "y"], ["b", None]], dtype=object)
NANS = np.array([["a", "x"], [np.nan, "y"], ["b", np.nan]], dtype=object)
GAPS = np.array([[1.0, 10.0], [np.nan, 20.0], [2.0, np.nan], [1.0, 10.0]])

# Counts 5, 4, 3, 2, 1 and 6, 5, 4.
OFTEN = np.array([[a, b] for a, b in zip("aaaaabbbbcccdde", "xxxxxxyyyyyzzzz")], dtype=object)
OFTEN_ASKED = np.array([["a", "x"], ["b", "y"], ["c", "z"], ["d", "x"], ["e", "y"]], dtype=object)
OFTEN_NEW = np.array([["a", "x"], ["q", "w"]], dtype=object)


def dense(**params):
    params["sparse_output" if VERSION >= (1, 2) else "sparse"] = False
    return OneHotEncoder(**params)


def auto(**params):
    if VERSION < (0, 22):
        params.setdefault("categories", "auto")
    return OneHotEncoder(**params)


@case()
def onehot_strings():
    return default_joblib(auto().fit(WORDS), EXACT, [WORDS, WORDS_ASKED, WORDS_NEW[1:2], WORDS[:1]])


@case()
def onehot_unicode_array():
    return default_joblib(auto().fit(WORDS.astype(str)), EXACT, [WORDS_ASKED])


@case()
def onehot_ignore():
    return default_joblib(auto(handle_unknown="ignore").fit(WORDS), EXACT, [WORDS, WORDS_NEW])


@case()
def onehot_ints():
    return default_joblib(auto(handle_unknown="ignore").fit(INTS), EXACT, [INTS, np.array([[1, 99], [1, 20]]), INTS + 0.5])


@case()
def onehot_floats():
    return default_joblib(auto(handle_unknown="ignore").fit(FLOATS), EXACT, [FLOATS, np.array([[-0.0, -0.0], [2.0, 1e20]])])


@case()
def onehot_mixed_objects():
    return default_joblib(auto(handle_unknown="ignore").fit(MIXED), EXACT, [MIXED, MIXED[:1]])


@case()
def onehot_given_categories():
    model = dense(categories=[["c", "a", "b", "d\u00e9", "never"], ["z", "y", "x"]])
    return default_joblib(model.fit(WORDS), EXACT, [WORDS_ASKED])


@case(until=(0, 21))
def onehot_legacy():
    X = np.array([[0, 1], [2, 1], [3, 0], [6, 4]])
    return default_joblib(OneHotEncoder(handle_unknown="ignore").fit(X), EXACT, [X, np.array([[1, 9], [8, 3]])])


@case(until=(0, 21))
def onehot_legacy_error():
    X = np.array([[0, 1], [2, 1], [3, 0], [6, 4]])
    return default_joblib(OneHotEncoder().fit(X), EXACT, [X, np.array([[1, 3]]), np.array([[1, 9]]), np.array([[-1, 1]])])


@case(until=(0, 21))
def onehot_legacy_n_values():
    return default_joblib(OneHotEncoder(n_values=[5, 6]).fit(np.array([[0, 1], [2, 5]])), EXACT, [np.array([[4, 0], [1, 5]])])


@case(since=(0, 21))
def onehot_drop_first():
    return default_joblib(auto(drop="first").fit(WORDS), EXACT, [WORDS, WORDS_NEW[1:2]])


@case(since=(0, 24))
def onehot_drop_if_binary():
    X = np.array([["a", "x"], ["b", "y"], ["a", "z"]], dtype=object)
    return default_joblib(OneHotEncoder(drop="if_binary").fit(X), EXACT, [X])


@case(since=(0, 21))
def onehot_drop_array():
    return default_joblib(auto(drop=np.array(["c", "z"], dtype=object)).fit(WORDS), EXACT, [WORDS])


@case(since=(1, 0))
def onehot_drop_ignore():
    return default_joblib(OneHotEncoder(drop="first", handle_unknown="ignore").fit(WORDS), EXACT, [WORDS, WORDS_NEW])


@case(since=(0, 24))
def onehot_none():
    return default_joblib(OneHotEncoder(handle_unknown="ignore").fit(NONES), EXACT, [NONES, WORDS_ASKED])


@case(since=(0, 24))
def onehot_nan_objects():
    return default_joblib(OneHotEncoder(handle_unknown="ignore").fit(NANS), EXACT, [NANS])


@case(since=(0, 24))
def onehot_nan_floats():
    return default_joblib(OneHotEncoder(handle_unknown="ignore").fit(GAPS), EXACT, [GAPS, FLOATS, np.array([[np.inf, 1.0]])])


@case(until=(0, 22))
def onehot_refuses_nan():
    return default_joblib(auto(handle_unknown="ignore").fit(FLOATS), EXACT, [GAPS])


@case(since=(0, 24))
def onehot_unseen_nan():
    return default_joblib(OneHotEncoder(handle_unknown="ignore").fit(FLOATS), EXACT, [GAPS])


@case(since=(1, 2))
def onehot_min_frequency():
    model = OneHotEncoder(min_frequency=4, handle_unknown="infrequent_if_exist").fit(OFTEN)
    return default_joblib(model, EXACT, [OFTEN_ASKED, OFTEN_NEW])


@case(since=(1, 2))
def onehot_max_categories():
    model = OneHotEncoder(max_categories=2, drop="first", handle_unknown="ignore").fit(OFTEN)
    return default_joblib(model, EXACT, [OFTEN_ASKED, OFTEN_NEW])


@case(since=(1, 2))
def onehot_infrequent_drop_binary():
    model = OneHotEncoder(min_frequency=0.3, drop="if_binary").fit(OFTEN)
    return default_joblib(model, EXACT, [OFTEN_ASKED, OFTEN_NEW[1:]])


@case(since=(1, 7))
def onehot_warn():
    model = OneHotEncoder(min_frequency=4, handle_unknown="warn").fit(OFTEN)
    return default_joblib(model, EXACT, [OFTEN_ASKED, OFTEN_NEW])


@case(since=(1, 0), needs_pandas=True)
def onehot_dataframe():
    X = pandas.DataFrame({"city": ["Bonn", "Ulm", "Bonn"], "age": [31, 58, 4], "fit": [True, False, True]})
    asked = pandas.DataFrame({"city": ["Ulm", "Rom"], "age": [31, 32], "fit": [False, True]})
    return default_joblib(OneHotEncoder(handle_unknown="ignore").fit(X), EXACT, [X, asked])


@case(since=(1, 0), needs_pandas=True)
def onehot_dataframe_categories():
    X = pandas.DataFrame({"city": pandas.Categorical(["Bonn", "Ulm", "Bonn"]), "size": pandas.Categorical([3, 1, 2])})
    return default_joblib(OneHotEncoder().fit(X), EXACT, [X])


@case(since=(1, 0), needs_pandas=True)
def onehot_categories_in_index():
    """The parameter holds pandas objects, categories_ does not."""
    cats = [pandas.Index(["Bonn", "Ulm"]), pandas.Series(["x", "y"])]
    X = np.array([["Ulm", "x"], ["Bonn", "y"]], dtype=object)
    return default_joblib(OneHotEncoder(categories=cats).fit(X), EXACT, [X])


@case()
def onehot_pipeline():
    steps = [("encode", auto(handle_unknown="ignore")), ("scale", StandardScaler(with_mean=False)), ("model", logistic())]
    y = np.array(["no", "yes", "no", "yes", "no", "yes", "no"])
    return default_joblib(Pipeline(steps).fit(WORDS, y), LABELS, [WORDS, WORDS_NEW])


@case()
def onehot_after_imputer():
    X = np.array([["a", "x"], [np.nan, "y"], ["b", np.nan], ["a", "y"]], dtype=object)
    steps = [("fill", SimpleImputer(strategy="most_frequent")), ("encode", auto(handle_unknown="ignore"))]
    return default_joblib(Pipeline(steps).fit(X), EXACT, [X, WORDS_NEW])


@case()
def ordinal_strings():
    return default_joblib(OrdinalEncoder().fit(WORDS), EXACT, [WORDS, WORDS_NEW[1:2], WORDS[:1]])


@case()
def ordinal_numbers():
    return default_joblib(OrdinalEncoder(dtype=np.int32).fit(INTS), EXACT, [INTS])


@case()
def ordinal_given_categories():
    model = OrdinalEncoder(categories=[["c", "a", "b", "d\u00e9", "never"], ["z", "y", "x"]])
    return default_joblib(model.fit(WORDS), EXACT, [WORDS_ASKED])


@case(since=(0, 24))
def ordinal_unknown_value():
    model = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(WORDS)
    return default_joblib(model, EXACT, [WORDS, WORDS_NEW])


@case(since=(0, 24))
def ordinal_unknown_nan():
    model = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan).fit(FLOATS)
    return default_joblib(model, EXACT, [FLOATS, FLOATS + 1] + ([GAPS] if VERSION >= (1, 0) else []))


@case(until=(0, 24))
def ordinal_refuses_nan():
    return default_joblib(OrdinalEncoder().fit(FLOATS), EXACT, [np.array([[0.5, np.nan]])])


@case(since=(1, 0))
def ordinal_missing():
    return default_joblib(OrdinalEncoder().fit(NANS), EXACT, [NANS])


@case(since=(1, 0))
def ordinal_missing_floats():
    return default_joblib(OrdinalEncoder().fit(GAPS), EXACT, [GAPS])


@case(since=(1, 2))
def ordinal_encoded_missing():
    model = OrdinalEncoder(encoded_missing_value=-7, handle_unknown="use_encoded_value", unknown_value=-1).fit(NANS)
    return default_joblib(model, EXACT, [NANS, WORDS_NEW])


@case(since=(1, 3))
def ordinal_infrequent():
    model = OrdinalEncoder(min_frequency=4, handle_unknown="use_encoded_value", unknown_value=-1).fit(OFTEN)
    return default_joblib(model, EXACT, [OFTEN_ASKED, OFTEN_NEW])


@case(since=(1, 3))
def ordinal_infrequent_missing():
    X = np.vstack([OFTEN, [[np.nan, "x"], [np.nan, np.nan]]])
    return default_joblib(OrdinalEncoder(max_categories=3, encoded_missing_value=-2).fit(X), EXACT, [OFTEN_ASKED, X[-2:]])


@case(since=(1, 0), needs_pandas=True)
def ordinal_dataframe():
    X = pandas.DataFrame({"city": ["Bonn", "Ulm", "Bonn"], "age": [31, 58, 4]})
    return default_joblib(OrdinalEncoder().fit(X), EXACT, [X])


@case(since=(1, 0), needs_pandas=True)
def ordinal_in_pipeline():
    X = pandas.DataFrame({"city": ["Bonn", "Ulm", "Bonn", "Rom"], "age": [31, 58, 4, 31]})
    return default_joblib(Pipeline([("code", OrdinalEncoder()), ("model", logistic())]).fit(X, [0, 1, 0, 1]), LABELS, [X])


def target(y, X=OFTEN, **params):
    return TargetEncoder(cv=2, random_state=0, **params).fit(X, y)


@case(since=(1, 3))
def target_continuous():
    return default_joblib(target(np.arange(15) ** 1.5), EXACT, [OFTEN_ASKED, OFTEN_NEW, NANS])


@case(since=(1, 3))
def target_binary():
    return default_joblib(target(np.array(["no", "yes", "no"] * 5), smooth=3.0), EXACT, [OFTEN_ASKED, OFTEN_NEW])


@case(since=(1, 5))
def target_multiclass():
    return default_joblib(target(np.array(["a", "b", "c", "a", "a"] * 3)), EXACT, [OFTEN_ASKED, OFTEN_NEW])


@case(since=(1, 3))
def target_missing():
    X = np.vstack([OFTEN, [[np.nan, "x"], ["a", np.nan]]])
    return default_joblib(target(np.arange(17) % 5 * 1.5, X), EXACT, [X[-4:], OFTEN_NEW])


@case(since=(1, 3), needs_pandas=True)
def target_dataframe():
    X = pandas.DataFrame({"city": ["Bonn", "Ulm", "Bonn", "Rom"], "age": [31, 58, 4, 31]})
    return default_joblib(target(np.array([1.5, 2.0, 0.5, 9.0]), X), EXACT, [X])


@case()
def label_encoder_strings():
    return default_joblib(LabelEncoder().fit(WORDS[:, 0]), EXACT, [WORDS[:, 0]])


@case()
def label_encoder_ints():
    return default_joblib(LabelEncoder().fit(INTS[:, 1]), EXACT, [INTS[:, 1]])


@case()
def label_binarizer_strings():
    return default_joblib(LabelBinarizer().fit(WORDS[:, 0]), EXACT, [WORDS[:, 0], WORDS_NEW[:, 0]])


@case()
def label_binarizer_two():
    y = np.array([3, 8, 3])
    return default_joblib(LabelBinarizer(neg_label=-1, pos_label=2).fit(y), EXACT, [y, np.array([8, 3, 8])])
