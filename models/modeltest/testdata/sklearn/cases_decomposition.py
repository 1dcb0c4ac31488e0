"""sklearn.decomposition."""

from sklearn.decomposition import PCA, FactorAnalysis, FastICA, IncrementalPCA, KernelPCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline

from suite import *  # noqa: F403

SIX = np.column_stack([IRIS, IRIS[:, 0] * IRIS[:, 1], np.sin(IRIS[:, 2] * 3)])
LONG = BATCHES[:1] + BATCHES[2:]


@case()
def pca():
    return default_joblib(PCA(n_components=2).fit(IRIS), BLAS, LONG)


@case()
def pca_whiten():
    return default_joblib(PCA(n_components=3, whiten=True).fit(SIX), BLAS, [SIX[::23]])


@case()
def pca_all():
    return default_joblib(PCA(svd_solver="full").fit(IRIS), BLAS, [ROWS])


@case()
def pca_logistic():
    return default_joblib(Pipeline([("pca", PCA(n_components=2)), ("model", logistic())]).fit(IRIS, SPECIES), LABELS, [ROWS])


@case()
def incremental_pca():
    return default_joblib(IncrementalPCA(n_components=2, batch_size=50).fit(IRIS), BLAS, LONG)


@case()
def incremental_pca_whiten():
    return default_joblib(IncrementalPCA(n_components=2, batch_size=50, whiten=True).fit(IRIS), BLAS, [ROWS])


@case()
def truncated_svd():
    return default_joblib(TruncatedSVD(n_components=2, random_state=0).fit(IRIS), BLAS, LONG)


@case()
def truncated_svd_text():
    corpus = ["a cat sat", "the dog sat down", "cats and dogs", "the end of the dog"]
    model = Pipeline([("tfidf", TfidfVectorizer()), ("svd", TruncatedSVD(n_components=3, random_state=0))])
    return default_joblib(model.fit(corpus), BLAS, [corpus])


@case()
def factor_analysis():
    return default_joblib(FactorAnalysis(n_components=2, random_state=0).fit(SIX), BLAS, [SIX[::23]])


@case()
def factor_analysis_all():
    return default_joblib(FactorAnalysis(random_state=0).fit(IRIS), BLAS, [ROWS, NARROW])


@case()
def fast_ica():
    return default_joblib(FastICA(n_components=2, random_state=0).fit(IRIS), BLAS, LONG)


@case()
def fast_ica_no_whiten():
    X = (IRIS - IRIS.mean(axis=0)) / IRIS.std(axis=0)
    return default_joblib(FastICA(whiten=False, random_state=0, max_iter=20).fit(X), BLAS, [ROWS])


@case(since=(1, 2))
def fast_ica_unit_variance():
    return default_joblib(FastICA(whiten="unit-variance", random_state=0).fit(IRIS), BLAS, [ROWS])


def kernel_pca(**params):
    return default_joblib(KernelPCA(n_components=3, eigen_solver="dense", **params).fit(IRIS[::7]), BLAS, [ROWS, MISSING])


@case()
def kernel_pca_linear():
    return kernel_pca(kernel="linear")


@case()
def kernel_pca_rbf():
    return kernel_pca(kernel="rbf", gamma=0.3)


@case()
def kernel_pca_rbf_default():
    return kernel_pca(kernel="rbf")


@case()
def kernel_pca_poly():
    return kernel_pca(kernel="poly", degree=2, coef0=0.5)


@case()
def kernel_pca_sigmoid():
    return kernel_pca(kernel="sigmoid", gamma=0.01)


@case()
def kernel_pca_cosine():
    return kernel_pca(kernel="cosine")
