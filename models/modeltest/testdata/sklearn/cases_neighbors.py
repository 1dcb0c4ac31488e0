"""Nearest neighbours, centroids, outlier factors and densities."""

from sklearn import neighbors
from sklearn.neighbors import (
    KernelDensity,
    KNeighborsClassifier,
    KNeighborsRegressor,
    LocalOutlierFactor,
    NearestCentroid,
    NearestNeighbors,
    RadiusNeighborsClassifier,
    RadiusNeighborsRegressor,
)

from suite import *


def at(*versions):
    """Only these versions: the format is the same in between."""
    return case() if VERSION in versions else lambda f: f


OLD, MID, NEW = (0, 20), (1, 0), (1, 9)
REG = dict(BLAS, predict="blas")
SCORE = dict(BLAS, predict="exact", predict_proba="exp")

# No two distances from a query are equal, and none is 0.
RNG = np.random.RandomState(3)
XN = IRIS[::4] + RNG.uniform(-0.05, 0.05, (38, 4))
YN = SPECIES[::4]
Q = IRIS[2::21] + RNG.uniform(-0.05, 0.05, (8, 4))
YR = XN[:, 0] * 3 + XN[:, 2]
NAMES = np.array(["setosa", "versicolor", "virginica"])
FEW = [Q, Q[3:4], INTEGERS]
# Truth values and codes, for the metrics that compare them.
CODES = RNG.randint(0, 3, (24, 9)).astype(float)
CODEQ = RNG.randint(0, 3, (6, 9)).astype(float)


@at(OLD, MID, NEW)
def knn_classifier():
    return default_joblib(KNeighborsClassifier(5).fit(XN, NAMES[YN]), SCORE, [Q, Q[:1], MISSING, INFINITE, NARROW, INTEGERS])


@at(OLD, MID, NEW)
def knn_classifier_distance():
    return default_joblib(KNeighborsClassifier(4, weights="distance", p=1).fit(XN, YN), SCORE, FEW)


@at(OLD, NEW)
def knn_classifier_distance_zero():
    """Queries that are training rows."""
    model = KNeighborsClassifier(12, weights="distance", algorithm="ball_tree").fit(XN, YN)
    return default_joblib(model, SCORE, [XN[::9], Q])


@at(OLD, MID, NEW)
def knn_classifier_brute():
    return default_joblib(KNeighborsClassifier(3, algorithm="brute").fit(XN, YN), SCORE, FEW)


@at(OLD, NEW)
def knn_classifier_several():
    y = np.column_stack([YN, YN == 1, np.arange(38) % 4])
    return default_joblib(KNeighborsClassifier(6).fit(XN, y), SCORE, FEW)


@at(OLD, NEW)
def knn_classifier_sparse():
    return default_joblib(KNeighborsClassifier(3).fit(scipy.sparse.csr_matrix(XN), YN), SCORE, FEW)


@at(OLD, MID, NEW)
def knn_regressor():
    return default_joblib(KNeighborsRegressor(5).fit(XN, YR), REG, [Q, MISSING, NARROW, INTEGERS])


@at(OLD, NEW)
def knn_regressor_several():
    model = KNeighborsRegressor(20, weights="distance", metric="chebyshev")
    return default_joblib(model.fit(XN, np.column_stack([YR, XN[:, 1]])), REG, FEW)


@at(OLD, NEW)
def knn_regressor_minkowski():
    return default_joblib(KNeighborsRegressor(3, p=3, weights="distance").fit(XN, YR), REG, FEW)


@at(OLD, NEW)
def knn_regressor_cosine():
    return default_joblib(KNeighborsRegressor(2, metric="cosine", algorithm="brute").fit(XN, YR), dict(REG, kneighbors="log"), FEW)


@at(OLD, NEW)
def knn_regressor_seuclidean():
    params = {"V": XN.var(axis=0)}
    return default_joblib(KNeighborsRegressor(3, metric="seuclidean", metric_params=params).fit(XN, YR), REG, FEW)


@at(OLD, NEW)
def nearest_neighbors():
    return default_joblib(NearestNeighbors(n_neighbors=4).fit(XN), BLAS, [Q, MISSING, NARROW])


@at(NEW)
def nearest_neighbors_canberra():
    return default_joblib(NearestNeighbors(n_neighbors=4, metric="canberra").fit(XN), BLAS, FEW)


@at(NEW)
def nearest_neighbors_braycurtis():
    return default_joblib(NearestNeighbors(n_neighbors=4, metric="braycurtis").fit(XN), BLAS, FEW)


def single(metric):
    """The distance to one row: no ties."""

    def f():
        return default_joblib(NearestNeighbors(n_neighbors=1, metric=metric).fit(CODES[:1]), BLAS, [CODEQ])

    f.__name__ = "nearest_neighbors_" + metric
    return f


for metric in ["hamming", "jaccard", "dice", "rogerstanimoto", "russellrao", "sokalsneath"]:
    at(OLD, NEW)(single(metric))


@at((0, 22), MID, NEW)
def radius_classifier():
    return default_joblib(RadiusNeighborsClassifier(1.5, weights="distance").fit(XN, YN), SCORE, [Q, EXTREME[2:3]])


@at((0, 22), NEW)
def radius_classifier_outlier():
    model = RadiusNeighborsClassifier(1.0, outlier_label=-1).fit(XN, YN)
    return default_joblib(model, SCORE, [Q, EXTREME[:4]])


@at((0, 22), NEW)
def radius_classifier_most_frequent():
    model = RadiusNeighborsClassifier(1.0, outlier_label="most_frequent", weights="distance")
    return default_joblib(model.fit(XN, np.column_stack([YN, YN == 2])), SCORE, [Q, EXTREME[:4]])


@at(OLD, MID, NEW)
def radius_regressor():
    return default_joblib(RadiusNeighborsRegressor(1.5).fit(XN, YR), REG, [Q, EXTREME[2:4] if VERSION > (0, 22) else Q[:2], NARROW])


@at(OLD, NEW)
def radius_regressor_several():
    model = RadiusNeighborsRegressor(2.5, weights="distance", p=1)
    return default_joblib(model.fit(XN, np.column_stack([YR, XN[:, 1]])), REG, [Q])


@at(OLD, MID, (1, 7), NEW)
def nearest_centroid():
    return default_joblib(NearestCentroid().fit(XN, NAMES[YN]), SCORE, [Q, MISSING, NARROW, INTEGERS])


@at(OLD, (1, 7), NEW)
def nearest_centroid_shrunken():
    return default_joblib(NearestCentroid(shrink_threshold=0.5).fit(XN[13:], YN[13:]), SCORE, FEW)


@at(OLD, NEW)
def nearest_centroid_manhattan():
    return default_joblib(NearestCentroid(metric="manhattan").fit(XN, YN), SCORE, FEW)


@at((1, 7), NEW)
def nearest_centroid_priors():
    return default_joblib(NearestCentroid(priors="empirical").fit(XN[5:], YN[5:]), SCORE, FEW)


@at(OLD, MID, NEW)
def local_outlier_factor():
    model = LocalOutlierFactor(7, novelty=True, contamination=0.1)
    return default_joblib(model.fit(XN), SCORE, [Q, EXTREME[:4]])


@at((0, 22), NEW)
def local_outlier_factor_auto():
    model = LocalOutlierFactor(9, novelty=True, metric="manhattan")
    return default_joblib(model.fit(XN), SCORE, FEW)


def density(kernel, **params):
    def f():
        return default_joblib(KernelDensity(kernel=kernel, **params).fit(XN), dict(BLAS, score_samples="log"), [Q])

    f.__name__ = "kernel_density_" + kernel
    return f


at(OLD, MID, NEW)(density("gaussian", bandwidth=0.4))
at(OLD, NEW)(density("tophat", bandwidth=1.1))
at(OLD, NEW)(density("epanechnikov", bandwidth=1.2))
at(OLD, NEW)(density("exponential", bandwidth=0.3, metric="manhattan"))
at(OLD, NEW)(density("linear", bandwidth=1.2))
at(OLD, NEW)(density("cosine", bandwidth=1.2))


@at((0, 22), NEW)
def kernel_density_weights():
    model = KernelDensity(bandwidth=0.5, algorithm="ball_tree").fit(XN, sample_weight=np.arange(1, 39) / 3.0)
    return default_joblib(model, dict(BLAS, score_samples="log"), [Q, MISSING])


@at((0, 22), NEW)
def k_neighbors_transformer():
    return default_joblib(neighbors.KNeighborsTransformer(n_neighbors=3).fit(XN), BLAS, [Q])


@at((0, 22), NEW)
def k_neighbors_transformer_connectivity():
    return default_joblib(neighbors.KNeighborsTransformer(n_neighbors=3, mode="connectivity").fit(XN), BLAS, [Q])


@at((0, 22), NEW)
def radius_neighbors_transformer():
    return default_joblib(neighbors.RadiusNeighborsTransformer(radius=1.0).fit(XN), BLAS, [Q])


@at((0, 22), NEW)
def radius_neighbors_transformer_connectivity():
    return default_joblib(neighbors.RadiusNeighborsTransformer(radius=1.0, mode="connectivity").fit(XN), BLAS, [Q])


@at((0, 21), NEW)
def neighborhood_components():
    model = neighbors.NeighborhoodComponentsAnalysis(n_components=2, random_state=0, max_iter=5)
    return default_joblib(model.fit(XN, YN), BLAS, [Q, MISSING, NARROW])
