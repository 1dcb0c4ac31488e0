"""The estimators of the wrapper for scikit-learn, alone and inside others."""

from suite import *
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputRegressor
from xgboost import XGBClassifier, XGBRanker, XGBRegressor

if VERSION >= (0, 90):
    from xgboost import XGBRFClassifier, XGBRFRegressor

BOTH = [ROWS, INFINITE] if VERSION >= (1, 4) else [ROWS]
TREES = dict(n_estimators=3, max_depth=3, learning_rate=0.4, random_state=3, n_jobs=1)
if (1, 3) <= VERSION < (1, 6):
    TREES["use_label_encoder"] = True


def classifier(**params):
    return XGBClassifier(**dict(TREES, **params))


def regressor(**params):
    params = {k: v for k, v in dict(TREES, **params).items() if k != "use_label_encoder"}
    return XGBRegressor(**params)


add("classifier", lambda: classifier().fit(X, TWO), BOTH)
add("classifier_three", lambda: classifier().fit(X, THREE), BOTH)
add("classifier_hinge", lambda: classifier(objective="binary:hinge").fit(X, TWO))
add("classifier_texts", lambda: classifier().fit(X, np.array(["no", "yes"])[TWO]), until=(1, 5))
add("classifier_texts_three", lambda: classifier().fit(X, np.array(["a", "bb", "c"])[THREE]), until=(1, 5))
add("classifier_numbers", lambda: classifier().fit(X, np.array([10, 20, 35])[THREE]), until=(1, 5))
add("classifier_labels", lambda: classifier(tree_method="hist").fit(X, LABELS3), since=(1, 6))
add("classifier_dart", lambda: classifier(booster="dart", rate_drop=0.5, one_drop=1, base_score=0.3).fit(X, TWO), since=(1, 0))
add("classifier_linear", lambda: classifier(booster="gblinear").fit(FULL, TWO), since=(1, 0))
add("classifier_json", lambda: classifier().fit(X, THREE), None, "json", since=(1, 0))
add("regressor", lambda: regressor().fit(X, Y), BOTH)
add("regressor_dart", lambda: regressor(booster="dart", rate_drop=0.5, one_drop=1, base_score=0.3).fit(X, Y), since=(1, 0))
add("regressor_missing", lambda: regressor(missing=0.0).fit(FULL, Y), [np.vstack([FULL[:6], FULL[:2] * -0.0])])
add("regressor_missing_number", lambda: regressor(missing=-999.0).fit(np.where(np.isnan(X), -999, X), Y), [np.where(np.isnan(ROWS), -999, ROWS)])
add("regressor_named", lambda: regressor().fit(pandas.DataFrame(FULL, columns=list("abcde")), Y), [pandas.DataFrame(FULL[:5], columns=list("abcde"))])
add("regressor_poisson", lambda: regressor(objective="count:poisson").fit(X, COUNTS))
add("regressor_targets", lambda: regressor(tree_method="hist").fit(X, TARGETS), since=(1, 6))
add("regressor_vector", lambda: vector_regressor(), since=(2, 0))
add("ranker", lambda: ranker())
add("forest_classifier", lambda: XGBRFClassifier(n_estimators=3, max_depth=3, random_state=1).fit(X, TWO), since=(0, 90))
add("forest_classifier_three", lambda: XGBRFClassifier(n_estimators=3, max_depth=3, random_state=1).fit(X, THREE), since=(0, 90))
add("forest_regressor", lambda: XGBRFRegressor(n_estimators=3, max_depth=3, random_state=1).fit(X, Y), since=(0, 90))


def vector_regressor():
    r = regressor(tree_method="hist", multi_strategy="multi_output_tree").fit(X, TARGETS)
    r.get_booster().vector = True
    return r


def ranker():
    params = {k: v for k, v in TREES.items() if k != "use_label_encoder"}
    r = XGBRanker(**params)
    return r.fit(X, RELEVANCE, group=GROUPS) if VERSION < (3, 0) else r.fit(X, RELEVANCE, qid=np.repeat(range(4), 40))


@case(until=(1, 0))
def classifier_softmax_old():
    return booster({"objective": "multi:softmax", "num_class": 3}, THREE), [ROWS], "pkl"


@case(since=(1, 6))
def classifier_softmax():
    m = classifier(objective="multi:softmax").fit(X, THREE)
    m.tolerance = {"predict_proba": "single"}
    return m, [ROWS], "pkl"


def stopped(make, **params):
    """Stopped early: the best round is not the last."""
    held = slice(0, 40)
    rounds = {"early_stopping_rounds": 3}
    in_fit = {} if VERSION >= (1, 6) else rounds
    m = make(**dict(params, n_estimators=12, learning_rate=1.5, **({} if in_fit else rounds)))
    y = Y if make is regressor else THREE
    return m.fit(X[40:], y[40:], eval_set=[(X[held], y[held])], verbose=False, **in_fit)


add("regressor_stopped", lambda: stopped(regressor))
add("regressor_stopped_parallel", lambda: stopped(regressor, num_parallel_tree=2, subsample=0.6), since=(1, 0))
add("classifier_stopped", lambda: stopped(classifier, max_depth=2))


@case()
def in_pipeline():
    m = Pipeline([("scale", StandardScaler()), ("model", classifier())]).fit(FULL, TWO)
    return m, [FULL[:6]], "pkl"


@case(since=(1, 0))
def in_search():
    m = GridSearchCV(regressor(), {"max_depth": [2, 3]}, cv=2).fit(FULL, Y)
    return m, [FULL[:6]], "pkl"


@case(since=(1, 0))
def in_multioutput():
    m = MultiOutputRegressor(regressor()).fit(FULL, TARGETS)
    return m, [FULL[:6]], "pkl"
