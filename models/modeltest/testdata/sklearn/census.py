"""A table of people, and a model of it as they are met: text and numbers with holes."""

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from suite import logistic, np, pandas

CITIES = ["Oslo", "Bergen", "Troms\u00f8", "Bod\u00f8"]


def people(n=60, seed=0):
    """14 columns, 8 of them text, with holes."""
    rng = np.random.RandomState(seed)

    def pick(words, holes=0.1):
        chosen = np.array(words, dtype=object)[rng.randint(len(words), size=n)]
        chosen[rng.rand(n) < holes] = np.nan
        return chosen

    def measure(mean, holes=0.1):
        values = np.round(rng.normal(mean, 5.0, n), 2)
        values[rng.rand(n) < holes] = np.nan
        return values

    return pandas.DataFrame(
        {
            "age": measure(40),
            "workclass": pick(["private", "state", "self"]),
            "weight": measure(70),
            "education": pick(["BSc", "MSc", "PhD", "none, yet"]),
            "years": rng.randint(0, 20, n),
            "marital": pick(["single", "married"]),
            "occupation": pick(["clerk", "sales", "craft", "none"]),
            "relation": pick(["wife", "husband", "child"], 0),
            "gain": measure(1000, 0.3),
            "city": pick(CITIES),
            "sex": pick(["f", "m"], 0),
            "loss": measure(3),
            "country": pick(["NO", "SE", "DK"]),
            "member": rng.rand(n) < 0.5,
        }
    )


TEXTS = ["workclass", "education", "marital", "occupation", "relation", "city", "sex", "country"]
NUMBERS = ["age", "weight", "years", "gain", "loss"]


def census(**options):
    text = Pipeline(
        [("fill", SimpleImputer(strategy="most_frequent")), ("hot", OneHotEncoder(handle_unknown="ignore"))]
    )
    number = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    prep = ColumnTransformer([("num", number, NUMBERS), ("cat", text, TEXTS)], **options)
    return Pipeline([("prep", prep), ("model", logistic())])


def census_asked():
    X = people(8, seed=1)
    unseen = X[:3].copy()
    unseen["city"] = ["Paris", "Oslo", ""]
    shuffled = X[list(X.columns[::-1])].assign(id=range(len(X)), note="x")
    return X, [X, unseen, shuffled, X[:1]]


def outcome(X):
    return np.where(X["age"].fillna(40) + X["years"] > 50, ">50K", "<=50K")
