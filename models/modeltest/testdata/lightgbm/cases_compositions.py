"""Boosters within other estimators, and behind steps whose result is sparse: what
a sparse matrix does not hold is zero to LightGBM."""

from suite import *
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier, VotingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import RandomizedSearchCV
from sklearn.multioutput import MultiOutputClassifier, RegressorChain
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from lightgbm import LGBMClassifier, LGBMRegressor

TREES = dict(n_estimators=4, num_leaves=7, min_child_samples=5, learning_rate=0.3, random_state=3, n_jobs=1, verbose=-1)
HELD = FULL[:6]


def classifier(**params):
    return LGBMClassifier(**dict(TREES, **params))


def regressor(**params):
    return LGBMRegressor(**dict(TREES, **params))


def sparse(model):
    """Categories as columns of a sparse matrix, beside numbers that are often 0."""
    encode = ColumnTransformer([("kinds", OneHotEncoder(handle_unknown="ignore"), [3]), ("numbers", "passthrough", [0, 1])], sparse_threshold=1.0)
    return Pipeline([("encode", encode), ("model", model)])


def within(name, build, rows=HELD, **tolerance):
    """A composition, with how close its methods must be where they are not exact."""

    def f():
        m = build()
        m.tolerance = tolerance
        return m, [rows], "pkl"

    f.__name__ = "within_" + name
    case(since=(3, 3))(f)


ZEROS = np.where(np.abs(FULL) < 0.5, 0, FULL)
ASKED = np.vstack([ZEROS[:6], [[0, 0, 0, 77, 0]]])

within("sparse", lambda: sparse(classifier()).fit(ZEROS, THREE), ASKED)
within("sparse_regressor", lambda: sparse(regressor()).fit(ZEROS, Y), ASKED)
within("calibrated", lambda: CalibratedClassifierCV(classifier(), cv=2).fit(FULL, TWO), predict_proba="exp", predict_log_proba="exp")
within("voting", lambda: VotingClassifier([("a", classifier()), ("b", LogisticRegression())], voting="soft").fit(FULL, THREE), predict_proba="exp", predict_log_proba="exp", decision_function="exp", transform="exp")
within("voting_regressor", lambda: VotingRegressor([("a", regressor()), ("b", LinearRegression())]).fit(FULL, Y), predict="blas", transform="blas")
within("stacking", lambda: StackingClassifier([("a", classifier()), ("b", LogisticRegression())], cv=2).fit(FULL, TWO), predict_proba="exp", predict_log_proba="exp", decision_function="exp", transform="exp")
within("bagging", lambda: BaggingClassifier(classifier(), n_estimators=2, max_features=4, random_state=1).fit(FULL, THREE), predict_proba="exp", predict_log_proba="exp")
within("targets", lambda: MultiOutputClassifier(classifier()).fit(FULL, np.column_stack([TWO, FULL[:, 2] > 0]).astype(int)))
within("chain", lambda: RegressorChain(regressor()).fit(FULL, np.column_stack([Y, FULL[:, 4] - Y])))
within("search", lambda: RandomizedSearchCV(Pipeline([("scale", StandardScaler()), ("model", classifier())]), {"model__num_leaves": [5, 7]}, n_iter=2, cv=2, random_state=1).fit(FULL, TWO))
