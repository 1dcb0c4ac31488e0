"""sklearn.cluster."""

from sklearn.cluster import AffinityPropagation, Birch, FeatureAgglomeration, KMeans, MeanShift, MiniBatchKMeans

try:
    from sklearn.cluster import BisectingKMeans
except ImportError:  # since 1.1
    BisectingKMeans = None

from sklearn.manifold import Isomap, LocallyLinearEmbedding
from sklearn.semi_supervised import LabelPropagation, LabelSpreading

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


# ---- embeddings and labels by neighbours: rows without two at one distance -----

RANDOM = np.random.RandomState(3)
CLOUD = RANDOM.standard_normal((40, 3))
AROUND = RANDOM.standard_normal((8, 3))
HALF = np.where(np.arange(40) % 3 == 0, (CLOUD[:, 0] > 0).astype(int), -1)


def about(model, tolerance=BLAS, y=None):
    return default_joblib(model.fit(CLOUD, y), tolerance, [AROUND, AROUND[:1]])


@case()
def isomap():
    return about(Isomap(n_neighbors=6, n_components=2))


@case()
def locally_linear():
    return about(LocallyLinearEmbedding(n_neighbors=6, n_components=2, random_state=0))


@case()
def locally_linear_modified():
    return about(LocallyLinearEmbedding(n_neighbors=8, n_components=2, method="modified", reg=0.01, random_state=0))


@case()
def label_propagation():
    return about(LabelPropagation(gamma=2), LABELS, HALF)


@case()
def label_propagation_knn():
    return about(LabelPropagation(kernel="knn", n_neighbors=5, max_iter=300), LABELS, HALF)


@case()
def label_spreading():
    return about(LabelSpreading(gamma=2, alpha=0.3), LABELS, HALF)


@case()
def label_spreading_knn():
    return about(LabelSpreading(kernel="knn", n_neighbors=5), LABELS, HALF)


@case()
def kernel_pca_precomputed():
    from sklearn.decomposition import KernelPCA

    model = KernelPCA(n_components=2, kernel="precomputed", eigen_solver="dense").fit(CLOUD @ CLOUD.T)
    return default_joblib(model, BLAS, [AROUND @ CLOUD.T])
