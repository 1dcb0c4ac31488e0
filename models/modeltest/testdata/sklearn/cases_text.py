"""Texts and dicts: sklearn.feature_extraction."""

from sklearn.feature_extraction import DictVectorizer, FeatureHasher
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import Pipeline

from suite import *  # noqa: F403

CORPUS = [
    "This is the first document.",
    "This document is the second document, and not the third one!",
    "And this is the third one; is it?",
    "Is this the first document? Na\u00efve caf\u00e9 d\u00e9j\u00e0-vu na\u00efve",
    "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u03c3\u03bf\u03c6\u03cc\u03c2 \u0130stanbul STRASSE stra\u00dfe",
    "\u65e5\u672c\u8a9e \u30c6\u30ad\u30b9\u30c8 \u0645\u0631\u062d\u0628\u0627 \u0928\u092e\u0938\u094d\u0924\u0947 one two three",
    "x y  z   1 22 333 snake_case don't  e-mail a.b@example.com",
    "the quick brown fox jumps over the lazy dog dog dog",
]
TARGET = np.array([0, 1, 0, 1, 2, 2, 1, 0])
QUESTIONS = CORPUS + [
    "",
    "unseen words only",
    "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3. \u03a3 \u03b1\u03a3\u0301 \u0391\u03a3\u03b2 \u0130\u0130 \u00bd \u00b2 \u2167 \u2460 caf\u0065\u0301 \ufb01rst \u1e9b\u0323",
    "tab\tnew\nline\u00a0nbsp\u2003em\x1cfs third\u200bone  DOCUMENT_ document2",
]
SPARSE = dict(LABELS, transform="exact")
LOGS = dict(LABELS, transform="blas")


def text(model, tolerance=SPARSE, y=None):
    return default_joblib(model.fit(CORPUS, y), tolerance, [QUESTIONS, QUESTIONS[1:2]])


@case()
def count_vectorizer():
    return text(CountVectorizer(dtype=np.float64))


@case(until=(1, 9))
def count_vectorizer_ints():
    return text(CountVectorizer())


@case()
def count_vectorizer_bigrams():
    return text(CountVectorizer(ngram_range=(1, 2), stop_words="english", binary=True, min_df=1, max_df=0.9))


@case()
def count_vectorizer_two_to_three():
    return text(CountVectorizer(ngram_range=(2, 3), stop_words=["the", "is"], lowercase=False, max_features=30))


@case()
def count_vectorizer_unicode():
    return text(CountVectorizer(strip_accents="unicode"))


@case()
def count_vectorizer_ascii():
    return text(CountVectorizer(strip_accents="ascii"))


@case()
def count_vectorizer_char():
    return text(CountVectorizer(analyzer="char", ngram_range=(2, 3), max_features=80))


@case()
def count_vectorizer_char_wb():
    return text(CountVectorizer(analyzer="char_wb", ngram_range=(1, 4), max_features=120))


@case()
def count_vectorizer_pattern():
    return text(CountVectorizer(token_pattern=r"(?u)\b\w+\b"))


@case()
def count_vectorizer_pattern_letters():
    return text(CountVectorizer(token_pattern=r"\b[a-zA-Z][\w'-]*\b"))


@case()
def count_vectorizer_pattern_group():
    return text(CountVectorizer(token_pattern=r"(?u)\b(\w\w)\w*?s?\b|\S+@\S+"))


@case()
def count_vectorizer_fixed():
    return default_joblib(CountVectorizer(vocabulary=["document", "one", "\u03c3\u03bf\u03c6\u03cc\u03c2"]).fit(CORPUS), SPARSE, [QUESTIONS])


@case()
def tfidf_vectorizer():
    return text(TfidfVectorizer())


@case()
def tfidf_vectorizer_sublinear():
    return text(TfidfVectorizer(sublinear_tf=True, norm="l1", smooth_idf=False), LOGS)


@case()
def tfidf_vectorizer_no_idf():
    return text(TfidfVectorizer(use_idf=False, norm=None, binary=True))


@case(since=(0, 21))
def tfidf_vectorizer_float32():
    return text(TfidfVectorizer(dtype=np.float32), SPARSE)


@case()
def tfidf_vectorizer_logistic():
    steps = [("tfidf", TfidfVectorizer(ngram_range=(1, 2))), ("model", logistic())]
    return text(Pipeline(steps), y=TARGET)


@case()
def hashing_vectorizer():
    return text(HashingVectorizer(n_features=32))


@case()
def hashing_vectorizer_plain():
    return text(HashingVectorizer(n_features=17, alternate_sign=False, norm="l1", ngram_range=(1, 2), stop_words="english"))


@case()
def hashing_vectorizer_binary():
    return text(HashingVectorizer(n_features=8, binary=True, norm=None, analyzer="char_wb", ngram_range=(2, 3)))


@case()
def hashing_vectorizer_logistic():
    return text(Pipeline([("hash", HashingVectorizer(n_features=2**12)), ("tfidf", TfidfTransformer()), ("model", logistic())]), y=TARGET)


COUNTS = np.array([[3.0, 0, 1, 0], [2, 0, 0, 1], [3, 0, 0, 0], [4, 0, 0, 2], [3, 2, 0, 0]])


@case()
def tfidf_transformer():
    return default_joblib(TfidfTransformer().fit(COUNTS), SPARSE, [COUNTS, ONE, INTEGERS, MISSING, NARROW])


@case()
def tfidf_transformer_sublinear():
    return default_joblib(TfidfTransformer(sublinear_tf=True, norm=None).fit(COUNTS), LOGS, [COUNTS])


@case(since=(1, 0))
def tfidf_transformer_no_idf():
    return default_joblib(TfidfTransformer(use_idf=False, norm="l1").fit(COUNTS), SPARSE, [COUNTS])


class Dicts(list):
    """Dicts of the same keys, which a frame holds as columns."""

    def frame_columns(self):
        return [column(np.array([d[key] for d in self]), key) for key in self[0]]


RECORDS = Dicts(
    [
        {"city": "Dubai", "temperature": 33.0, "n": 1, "wet": False},
        {"city": "London", "temperature": 12.0, "n": 2, "wet": True},
        {"city": "S\u00e3o Paulo", "temperature": 18.5, "n": 0, "wet": True},
    ]
)
OTHER = Dicts([{"city": "Oslo", "wet": False, "temperature": -3.0, "n": 5}, {"city": "Dubai", "wet": True, "temperature": 0.0, "n": 5}])


@case()
def dict_vectorizer():
    return default_joblib(DictVectorizer().fit(RECORDS), SPARSE, [RECORDS, OTHER])


@case()
def dict_vectorizer_dense():
    return default_joblib(DictVectorizer(sparse=False, separator=":", sort=False).fit(RECORDS), SPARSE, [RECORDS, OTHER])


@case()
def dict_vectorizer_logistic():
    return default_joblib(Pipeline([("dict", DictVectorizer()), ("model", logistic())]).fit(RECORDS, [0, 1, 1]), LABELS, [RECORDS, OTHER])


@case()
def feature_hasher():
    return default_joblib(FeatureHasher(n_features=10).fit(), SPARSE, [RECORDS, OTHER])


@case()
def feature_hasher_plain():
    return default_joblib(FeatureHasher(n_features=7, alternate_sign=False).fit(), SPARSE, [RECORDS, OTHER])


@case()
def feature_hasher_strings():
    lists = Lists([["a", "b", "a"], ["c", "d\u00e9", ""], ["x", "y", "z"]])
    return default_joblib(FeatureHasher(n_features=5, input_type="string").fit(), SPARSE, [lists])
