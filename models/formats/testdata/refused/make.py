"""Make files that must be refused, with the tools that people use.

    python make.py [NAME…]      (scikit-learn 1.7.2, joblib 1.6.0, cloudpickle 3.1.2, dill 0.4.1)
"""

import os
import pathlib
import pickle
import sys

import cloudpickle
import dill
import joblib
import numpy as np
from sklearn.cluster import DBSCAN
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

here = pathlib.Path(__file__).parent
X, y = load_iris(return_X_y=True)


def custom(X):
    return X * 2


class Attack:
    def __reduce__(self):
        return os.system, ("touch copal-was-here",)


class Tweaked(LogisticRegression):
    pass


class Doubler(StandardScaler):
    def more(self):
        return 2

    def transform(self, X):
        return X * 2


def times(k):
    def inner(X):
        return X * k

    return inner


def steps(prep):
    return Pipeline([("prep", prep), ("model", LogisticRegression(max_iter=300))]).fit(X, y)


def save(name, data):
    for path in (str(here.resolve()), sys.prefix):  # functions and globals name their files
        data = data.replace(path.encode(), ("/home/user/" + "_" * len(path))[: len(path)].encode())
    if len(sys.argv) == 1 or name in sys.argv:
        (here / (name + ".pkl")).write_bytes(data)



function = steps(FunctionTransformer(custom))
save("cloudpickle-function", cloudpickle.dumps(function))
save("dill-function", dill.dumps(function, recurse=True))
for module, options in ((cloudpickle, {}), (dill, {"recurse": True})):
    for name, prep in (
        ("lambda", FunctionTransformer(lambda X: X * 2)),
        ("closure", FunctionTransformer(times(3))),
        ("class", Doubler()),
    ):
        save(module.__name__ + "-" + name, module.dumps(steps(prep), **options))
save("main-function", pickle.dumps(function))
save("main-class", pickle.dumps(Tweaked(max_iter=300).fit(X, y)))
save("os-system", pickle.dumps(Attack()))
hidden = LogisticRegression(max_iter=300).fit(X, y)
hidden.note_ = Attack()
save("os-system-inside", pickle.dumps(hidden))
save("not-fitted", pickle.dumps(LogisticRegression()))
save("class-itself", pickle.dumps(LogisticRegression))
save("dict-of-models", pickle.dumps({"model": LogisticRegression().fit(X[:100], y[:100]), "scaler": StandardScaler().fit(X)}))
save("array", pickle.dumps(np.arange(3)))
if len(sys.argv) == 1:
    joblib.dump(DBSCAN().fit(X[::10]), here / "dbscan.pkl")
