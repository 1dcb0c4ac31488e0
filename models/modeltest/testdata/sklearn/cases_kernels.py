"""Kernel ridge, kernel approximations and random projections."""

from sklearn import kernel_approximation
from sklearn.kernel_approximation import AdditiveChi2Sampler, Nystroem, RBFSampler, SkewedChi2Sampler
from sklearn.kernel_ridge import KernelRidge
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection

from suite import *


def at(*versions):
    """Only these versions: the format is the same in between."""
    return case() if VERSION in versions else lambda f: f


OLD, MID, NEW = (0, 20), (1, 0), (1, 9)
REG = dict(BLAS, predict="blas")
FEW = [ROWS, ONE, INTEGERS]
TRAIN, TARGET = IRIS[::5], IRIS[::5, 0] * 2 + IRIS[::5, 2]


@at(OLD, MID, NEW)
def kernel_ridge_linear():
    return default_joblib(KernelRidge(alpha=1.0).fit(TRAIN, TARGET), REG, [ROWS, MISSING, NARROW])


def ridge(kernel, **params):
    def f():
        return default_joblib(KernelRidge(alpha=0.5, kernel=kernel, **params).fit(TRAIN, TARGET), REG, FEW)

    f.__name__ = "kernel_ridge_" + kernel
    return f


at(OLD, NEW)(ridge("rbf"))
at(OLD, NEW)(ridge("laplacian", gamma=0.1))
at(OLD, NEW)(ridge("polynomial", degree=2, gamma=0.1))
at(OLD, NEW)(ridge("sigmoid", gamma=0.001))
at(OLD, NEW)(ridge("cosine"))


@at(OLD, NEW)
def kernel_ridge_chi2():
    return default_joblib(KernelRidge(alpha=0.5, kernel="chi2", gamma=0.3).fit(TRAIN, TARGET), REG, [ROWS, -ROWS[:2]])


@at(OLD, NEW)
def kernel_ridge_several():
    y = np.column_stack([TARGET, TRAIN[:, 1]])
    return default_joblib(KernelRidge(kernel="rbf", gamma=0.2).fit(TRAIN, y), REG, FEW)


@at(OLD, NEW)
def kernel_ridge_sparse():
    model = KernelRidge(kernel="rbf", gamma=0.2).fit(scipy.sparse.csr_matrix(TRAIN), TARGET)
    return default_joblib(model, REG, FEW)


@at(OLD, NEW)
def kernel_ridge_precomputed():
    return default_joblib(KernelRidge(kernel="precomputed").fit(TRAIN.dot(TRAIN.T), TARGET), REG, [ROWS.dot(TRAIN.T)])


@at(OLD, MID, NEW)
def nystroem_rbf():
    return default_joblib(Nystroem(gamma=0.2, n_components=6, random_state=0).fit(IRIS), BLAS, [ROWS, MISSING, NARROW])


@at(OLD, NEW)
def nystroem_poly():
    model = Nystroem(kernel="poly", degree=2, coef0=1, gamma=0.1, n_components=5, random_state=0)
    return default_joblib(model.fit(IRIS), BLAS, FEW)


@at((0, 24), NEW)
def nystroem_params():
    model = Nystroem(kernel="laplacian", kernel_params={"gamma": 0.3}, n_components=5, random_state=0)
    return default_joblib(model.fit(IRIS), BLAS, FEW)


@at(OLD, MID, NEW)
def rbf_sampler():
    model = RBFSampler(gamma=0.5, n_components=7, random_state=0)
    return default_joblib(model.fit(IRIS), BLAS, [ROWS, MISSING, NARROW])


@at(OLD, MID, NEW)
def skewed_chi2_sampler():
    model = SkewedChi2Sampler(skewedness=0.5, n_components=6, random_state=0)
    return default_joblib(model.fit(IRIS), BLAS, [ROWS, -ROWS[:2], MISSING])


@at((0, 24), (1, 2), NEW)
def additive_chi2_sampler():
    batches = [ROWS, EXTREME[:1]] + ([-ROWS[:2]] if VERSION > (1, 7) else [])
    return default_joblib(AdditiveChi2Sampler().fit(IRIS), BLAS, batches)


@at((0, 24), NEW)
def additive_chi2_sampler_steps():
    return default_joblib(AdditiveChi2Sampler(sample_steps=4, sample_interval=0.3).fit(IRIS), BLAS, [ROWS])


@at((0, 24), MID, NEW)
def polynomial_count_sketch():
    model = kernel_approximation.PolynomialCountSketch(degree=3, n_components=11, gamma=0.5, coef0=1, random_state=0)
    return default_joblib(model.fit(IRIS), BLAS, [ROWS, MISSING, NARROW])


@at((0, 24), NEW)
def polynomial_count_sketch_plain():
    model = kernel_approximation.PolynomialCountSketch(n_components=8, random_state=0)
    return default_joblib(model.fit(IRIS), BLAS, [ROWS])


@at(OLD, MID, NEW)
def gaussian_random_projection():
    return default_joblib(GaussianRandomProjection(n_components=3, random_state=0).fit(IRIS), BLAS, [ROWS, MISSING, NARROW])


@at(OLD, MID, NEW)
def sparse_random_projection():
    model = SparseRandomProjection(n_components=3, random_state=0, density=0.5)
    return default_joblib(model.fit(IRIS), BLAS, [ROWS, MISSING, NARROW])
