"""sklearn.cluster."""

from sklearn.cluster import AffinityPropagation, Birch, FeatureAgglomeration, KMeans, MeanShift, MiniBatchKMeans

try:
    from sklearn.cluster import BisectingKMeans
except ImportError:  # since 1.1
    BisectingKMeans = None

from suite import *  # noqa: F403

USUAL = [ROWS, ONE, MISSING, INFINITE, NARROW, INTEGERS]
WIDE = np.column_stack([IRIS, IRIS + 0.1, IRIS[:, :2] * 2])


@case()
def k_means():
    return default_joblib(KMeans(n_clusters=4, n_init=1, random_state=0).fit(IRIS), BLAS, USUAL)


@case()
def mini_batch_k_means():
    return default_joblib(MiniBatchKMeans(n_clusters=3, n_init=1, random_state=0).fit(IRIS), BLAS, USUAL)


@case(since=(1, 1))
def bisecting_k_means():
    return default_joblib(BisectingKMeans(n_clusters=5, random_state=0).fit(IRIS), BLAS, USUAL)


@case(since=(1, 1))
def bisecting_k_means_largest():
    return default_joblib(BisectingKMeans(n_clusters=3, bisecting_strategy="largest_cluster", random_state=1).fit(IRIS), BLAS, [ROWS])


@case()
def affinity_propagation():
    return default_joblib(AffinityPropagation().fit(IRIS[::4]), BLAS, USUAL)


@case()
def mean_shift():
    return default_joblib(MeanShift(bandwidth=1.0).fit(IRIS), BLAS, USUAL)


@case()
def birch():
    return default_joblib(Birch(n_clusters=3, threshold=0.6).fit(IRIS), BLAS, USUAL)


@case()
def birch_subclusters():
    return default_joblib(Birch(n_clusters=None, threshold=0.8).fit(IRIS), BLAS, [ROWS])


@case()
def feature_agglomeration():
    return default_joblib(FeatureAgglomeration(n_clusters=3).fit(WIDE), EXACT, [WIDE[::19]])


@case()
def feature_agglomeration_median():
    return default_joblib(FeatureAgglomeration(n_clusters=3, pooling_func=np.median).fit(WIDE), EXACT, [WIDE[::19]])


@case()
def feature_agglomeration_max():
    return default_joblib(FeatureAgglomeration(n_clusters=2, pooling_func=np.max).fit(WIDE), EXACT, [WIDE[::19]])
