"""The estimators of the wrapper for scikit-learn, alone and inside others."""

from cases_boosters import asked, table, target
from lightgbm import LGBMClassifier, LGBMRanker, LGBMRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from suite import *

TREES = dict(n_estimators=5, num_leaves=7, min_child_samples=5, learning_rate=0.3, random_state=3, n_jobs=1, verbose=-1)


def classifier(**params):
    return LGBMClassifier(**dict(TREES, **params))


def regressor(**params):
    return LGBMRegressor(**dict(TREES, **params))


add("classifier", lambda: classifier().fit(X, TWO), [ROWS, INFINITE], "pkl")
add("classifier_three", lambda: classifier().fit(X, THREE), None, "pkl")
add("classifier_texts", lambda: classifier().fit(X, np.array(["no", "yes"])[TWO]), None, "pkl")
add("classifier_texts_three", lambda: classifier().fit(X, np.array(["a", "bb", "c"])[THREE]), None, "pkl")
add("classifier_numbers", lambda: classifier().fit(X, np.array([10, 20, 35])[THREE]), None, "pkl")
add("classifier_truth", lambda: classifier().fit(X, TWO == 1), None, "pkl")
add("classifier_ova", lambda: classifier(objective="ova").fit(X, THREE), None, "pkl")
add("regressor", lambda: regressor().fit(X, Y), None, "pkl")
add("regressor_poisson", lambda: poisson(), None, "pkl")
add("regressor_forest", lambda: regressor(boosting_type="rf", subsample=0.6, subsample_freq=1, colsample_bytree=0.8).fit(X, Y), None, "pkl")
add("regressor_named", lambda: regressor().fit(pandas.DataFrame(FULL, columns=list("abcde")), Y), [pandas.DataFrame(FULL[:5], columns=list("abcde"))], "pkl")
add("regressor_categories", lambda: regressor().fit(table(X), target()), [asked()], "pkl")
add("ranker", lambda: LGBMRanker(**TREES).fit(X, THREE, group=GROUPS), None, "pkl")


def poisson():
    m = regressor(objective="poisson").fit(X, POSITIVE)
    m.inexact = True
    return m


@case()
def stopped():
    m = regressor(n_estimators=60, learning_rate=1.2)
    kwargs = {"callbacks": [lgb.early_stopping(3, verbose=False)]} if VERSION >= (4, 0) else {"early_stopping_rounds": 3, "verbose": False}
    return m.fit(X[60:], Y[60:], eval_set=[(X[:60], Y[:60])], **kwargs), [ROWS], "pkl"


@case()
def in_pipeline():
    return Pipeline([("scale", StandardScaler()), ("model", classifier())]).fit(FULL, THREE), [FULL[:6]], "pkl"


@case()
def in_search():
    m = GridSearchCV(regressor(), {"num_leaves": [5, 7]}, cv=2).fit(FULL, Y)
    return m, [FULL[:6]], "pkl"
