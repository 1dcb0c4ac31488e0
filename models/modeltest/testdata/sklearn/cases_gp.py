"""Gaussian processes."""

from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (
    RBF,
    ConstantKernel,
    DotProduct,
    ExpSineSquared,
    Matern,
    PairwiseKernel,
    RationalQuadratic,
    WhiteKernel,
)

from suite import *


def at(*versions):
    """Only these versions: the format is the same in between."""
    return case() if VERSION in versions else lambda f: f


OLD, MID, NEW = (0, 20), (1, 0), (1, 9)
GP = dict(BLAS, predict="blas", predict_std="blas")
CLASSES = dict(BLAS, predict="exact", predict_proba="blas")
TRAIN, TARGET = IRIS[::9], IRIS[::9, 0] * 2 + IRIS[::9, 2]
Q = IRIS[4::23] + 0.3


def regressor(kernel, **params):
    params.setdefault("alpha", 0.5)
    return GaussianProcessRegressor(kernel, optimizer=None, random_state=0, **params)


@at(OLD, (0, 22), MID, (1, 3), NEW)
def gp_regressor():
    model = GaussianProcessRegressor(1.0 * RBF(2.0) + WhiteKernel(0.5), random_state=0)
    return default_joblib(model.fit(TRAIN, TARGET), GP, [Q, ONE, MISSING, NARROW])


@at(OLD, MID, NEW)
def gp_regressor_normalized():
    model = regressor(RBF([1.0, 2.0, 1.5, 0.7]), normalize_y=True)
    return default_joblib(model.fit(TRAIN, TARGET), GP, [Q])


@at((1, 0), (1, 2), NEW)
def gp_regressor_several():
    y = np.column_stack([TARGET, TRAIN[:, 1] * 30])
    return default_joblib(regressor(RBF(2.0), normalize_y=True).fit(TRAIN, y), GP, [Q])


@at((1, 0), NEW)
def gp_regressor_several_plain():
    y = np.column_stack([TARGET, TRAIN[:, 1] * 30])
    return default_joblib(regressor(RBF(2.0)).fit(TRAIN, y), GP, [Q])


@at((1, 0), NEW)
def gp_regressor_column():
    return default_joblib(regressor(RBF(2.0)).fit(TRAIN, TARGET.reshape(-1, 1)), GP, [Q])


def with_kernel(name, kernel):
    def f():
        return default_joblib(regressor(kernel).fit(TRAIN, TARGET), GP, [Q])

    f.__name__ = "gp_regressor_" + name
    return f


for name, kernel in [
    ("matern_half", Matern(2.0, nu=0.5)),
    ("matern_three", 2.0 * Matern(2.0, nu=1.5)),
    ("matern_five", Matern([1.0, 2.0, 3.0, 1.0], nu=2.5)),
    ("rational_quadratic", RationalQuadratic(1.5, 0.7)),
    ("sine", 0.1 * ExpSineSquared(1.3, 4.0) + RBF(2.0) + ConstantKernel(0.3)),
    ("dot_power", DotProduct(1.0) ** 2 * ConstantKernel(0.0001)),
    ("pairwise", PairwiseKernel(gamma=0.2, metric="rbf") + WhiteKernel(0.2)),
]:
    at(OLD, NEW)(with_kernel(name, kernel))
at(NEW)(with_kernel("matern_infinite", Matern(2.0, nu=np.inf)))


def classifier(**params):
    return GaussianProcessClassifier(2.0 * RBF(1.5), optimizer=None, random_state=0, **params)


@at(OLD, MID, NEW)
def gp_classifier_binary():
    model = GaussianProcessClassifier(1.0 * RBF(1.0), random_state=0)
    return default_joblib(model.fit(IRIS[50:150:6], SPECIES[50:150:6]), CLASSES, [Q, MISSING, NARROW])


@at(OLD, MID, NEW)
def gp_classifier():
    names = np.array(["setosa", "versicolor", "virginica"])
    return default_joblib(classifier().fit(IRIS[::9], names[SPECIES[::9]]), CLASSES, [Q, ONE])


@at(OLD, NEW)
def gp_classifier_pairs():
    return default_joblib(classifier(multi_class="one_vs_one").fit(IRIS[::9], SPECIES[::9]), CLASSES, [Q, ONE])
