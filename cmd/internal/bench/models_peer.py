"""scikit-learn's side of the bench of models: fits them, asks them, times them.

    models_peer.py FOLDER

reads commands from standard input and answers each with one line:

    fit NAME                fit it, write NAME.pkl, NAME.json (the questions) and
                            NAME.answers.json into FOLDER; answers with what it is
    time NAME ROWS SECONDS  the median nanoseconds of one predict of ROWS rows,
                            the rows rotating
    memory NAME             the bytes that one predict of all rows takes at its most
"""

import json
import os
import sys
import time
import tracemalloc
import warnings

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC

ROWS = 10_000
FEATURES = 20
warnings.simplefilter("ignore", ConvergenceWarning)


def points(rng, rows, classes):
    """Overlapping clouds, one for each class."""
    y = rng.integers(classes, size=rows)
    centres = np.random.default_rng(7).normal(size=(classes, FEATURES))
    return rng.normal(scale=2, size=(rows, FEATURES)) + centres[y], y


def cloud(model, fitted_rows, classes, describe):
    def make(rng):
        model.fit(*points(rng, fitted_rows, classes))
        return model, points(rng, ROWS, classes)[0], describe(model)

    return make


def table(rng, rows):
    """Six columns of numbers and eight of text, each with values missing."""
    columns = {}
    for j in range(4):
        columns[f"amount_{j}"] = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(10 * j, 1 + j, rows))
    for j in range(2):
        columns[f"count_{j}"] = rng.integers(0, 50, rows)
    for j, k in enumerate([2, 3, 5, 8, 12, 20, 50, 200]):
        words = np.array([f"category {j}/{i}" for i in range(k)], dtype=object)
        values = words[rng.integers(k, size=rows)]
        values[rng.random(rows) < 0.05] = np.nan
        columns[f"text_{j}"] = values
    return pd.DataFrame(columns)


def columns(rng):
    x = table(rng, ROWS)
    numbers = [c for c in x if not c.startswith("text")]
    texts = [c for c in x if c.startswith("text")]
    model = make_pipeline(
        ColumnTransformer(
            [
                ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
                ("texts", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), texts),
            ]
        ),
        LogisticRegression(max_iter=200),
    )
    y = (x["amount_1"].fillna(10) + x["count_0"] / 10 + rng.normal(size=ROWS) > 12.5).astype(int)
    model.fit(x, y)
    return model, table(rng, ROWS), f"14 columns, {model[-1].coef_.shape[1]} features"


def texts(rng):
    """Documents of about 1 KB: words by Zipf's law, a third from the class's own range."""
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
    words = ["".join(syllables[k] for k in rng.integers(len(syllables), size=rng.integers(1, 5))) for _ in range(20_000)]

    def document(topic):
        rank = np.minimum(rng.zipf(1.2, 170) - 1, len(words) - 1)
        rank[::3] = (rank[::3] + 1000 * (topic + 1)) % len(words)
        text = " ".join(words[k] for k in rank)
        return text[:1].upper() + text[1:1023] + "."

    y = rng.integers(5, size=2000)
    model = make_pipeline(TfidfVectorizer(), LinearSVC())
    model.fit([document(t) for t in y], y)
    asked = [document(t) for t in rng.integers(5, size=ROWS)]
    return model, asked, f"{sum(map(len, asked)) // ROWS} bytes, {model[-1].coef_.shape[1]} features, 5 classes"


CASES = {
    "scaler_logistic": cloud(
        make_pipeline(StandardScaler(), LogisticRegression()), 5000, 2, lambda m: f"{FEATURES} features"
    ),
    "columns_logistic": columns,
    "tfidf_svc": texts,
    "knn": cloud(KNeighborsClassifier(), 10_000, 3, lambda m: f"{m.n_samples_fit_} points of {FEATURES} features"),
    "svc": cloud(
        SVC(C=0.5), 3700, 2, lambda m: f"{len(m.support_)} support vectors of {FEATURES} features"
    ),
    "mlp": cloud(MLPClassifier(hidden_layer_sizes=(100, 100), max_iter=20, random_state=0), 5000, 3, lambda m: f"{FEATURES}-100-100-3"),
}


def request(x):
    """The body that asks for x."""
    if isinstance(x, pd.DataFrame):
        rows = x.astype(object).where(x.notna(), None).to_numpy().tolist()
        return json.dumps({"dataframe_split": {"columns": list(x), "data": rows}})
    return json.dumps({"instances": [[text] for text in x] if isinstance(x, list) else x.tolist()})


class Peer:
    def __init__(self, folder):
        self.folder, self.models, self.asked = folder, {}, {}

    def fit(self, name):
        model, x, what = CASES[name](np.random.default_rng(0))
        joblib.dump(model, os.path.join(self.folder, name + ".pkl"))
        with open(os.path.join(self.folder, name + ".json"), "w") as f:
            f.write(request(x))
        with open(os.path.join(self.folder, name + ".answers.json"), "w") as f:
            json.dump(model.predict(x).tolist(), f)
        rows = [x.iloc[[i]] if isinstance(x, pd.DataFrame) else x[i : i + 1] for i in range(1000)]
        self.models[name], self.asked[name] = model, {1: rows, ROWS: [x]}
        return what

    def time(self, name, rows, seconds):
        predict, asked, took = self.models[name].predict, self.asked[name][int(rows)], []
        end = time.perf_counter() + float(seconds)
        while not took or time.perf_counter() < end:
            x = asked[len(took) % len(asked)]
            begin = time.perf_counter_ns()
            predict(x)
            took.append(time.perf_counter_ns() - begin)
        return int(np.median(took))

    def memory(self, name):
        tracemalloc.start()
        self.models[name].predict(self.asked[name][ROWS][0])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak


def main():
    peer = Peer(sys.argv[1])
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", flush=True)
    for line in sys.stdin:
        command, *args = line.split()
        print(getattr(peer, command)(*args), flush=True)


main()
