"""IterativeImputer over the estimators that people give it, the default one first."""

from suite import *

try:
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer
except ImportError:  # before 0.21
    IterativeImputer = None
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor


def holes():
    X = IRIS[::5].copy()
    X[::3, 1] = X[1::4, 3] = np.nan
    return X


ASKED = np.array([[5.1, np.nan, 1.4, 0.2], [np.nan, 3.0, np.nan, 1.0], [6.8, 2.8, 4.8, 1.4], [np.nan, np.nan, np.nan, 1.9]])


def impute(**options):
    model = IterativeImputer(max_iter=4, random_state=0, **options).fit(holes())
    return default_joblib(model, BLAS, [ASKED, ASKED[:1]])


@milestones(since=(0, 21))
def iterative_imputer_bayesian():
    return impute()


@milestones(since=(0, 24))
def iterative_imputer_trees():
    return impute(estimator=ExtraTreesRegressor(3, max_depth=3, random_state=0))


@milestones(since=(0, 24))
def iterative_imputer_tree():
    return impute(estimator=DecisionTreeRegressor(max_depth=3, random_state=0), initial_strategy="most_frequent")


@milestones(since=(0, 24))
def iterative_imputer_neighbors():
    return impute(estimator=KNeighborsRegressor(3), add_indicator=True)
