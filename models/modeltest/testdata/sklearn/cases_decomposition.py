"""sklearn.decomposition."""

from sklearn.decomposition import (
    NMF,
    PCA,
    DictionaryLearning,
    FactorAnalysis,
    FastICA,
    IncrementalPCA,
    KernelPCA,
    LatentDirichletAllocation,
    MiniBatchDictionaryLearning,
    MiniBatchSparsePCA,
    SparseCoder,
    SparsePCA,
    TruncatedSVD,
)
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import Pipeline

try:
    from sklearn.decomposition import MiniBatchNMF
except ImportError:  # since 1.1
    MiniBatchNMF = None

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


# ---- those whose transform runs a solver ---------------------------------------

# NMF stops by all rows of a call together: each row is asked alone.
SINGLES = [IRIS[i : i + 1] for i in (0, 60, 77, 130)]
NEGATIVE = np.array([[1.0, -2.0, 3.0, 4.0]])


def nmf(batches=None, **params):
    params.setdefault("init", "nndsvda")
    model = NMF(n_components=2, random_state=0, max_iter=150, **params)
    return default_joblib(model.fit(IRIS), BLAS, SINGLES if batches is None else batches)


@case()
def nmf_cd():
    return nmf(SINGLES + [NEGATIVE, MISSING[1:]])


@case()
def nmf_mu():
    return nmf(solver="mu")


@case()
def nmf_kullback_leibler():
    return nmf(solver="mu", beta_loss="kullback-leibler")


@case()
def nmf_itakura_saito():
    return nmf(solver="mu", beta_loss="itakura-saito")


@case()
def nmf_beta():
    return nmf(solver="mu", beta_loss=1.5)


@case()
def nmf_penalty():
    return nmf(l1_ratio=0.3, **{"alpha" if VERSION < (1, 0) else "alpha_W": 0.05})


@case(until=(1, 1))
def nmf_alpha():
    return nmf(l1_ratio=0.3, alpha=0.5)


@case(since=(1, 1))
def mini_batch_nmf():
    return default_joblib(MiniBatchNMF(n_components=2, random_state=0, max_iter=20).fit(IRIS), BLAS, SINGLES)


@case(since=(1, 1))
def mini_batch_nmf_kullback_leibler():
    model = MiniBatchNMF(n_components=2, random_state=0, max_iter=20, beta_loss="kullback-leibler", alpha_W=0.01, transform_max_iter=30)
    return default_joblib(model.fit(IRIS), BLAS, SINGLES)


WORDS = np.random.RandomState(0).poisson(1.0, size=(40, 12)).astype(float)


@case()
def latent_dirichlet():
    model = LatentDirichletAllocation(n_components=3, learning_method="online", random_state=0, max_iter=4)
    return default_joblib(model.fit(WORDS), BLAS, [WORDS[::5], WORDS[:1] * 0, -WORDS[:1]])


@case()
def latent_dirichlet_text():
    corpus = ["a cat sat", "the dog sat down", "cats and dogs", "the end of the dog"]
    lda = LatentDirichletAllocation(n_components=2, doc_topic_prior=0.3, learning_method="batch", random_state=0, mean_change_tol=1e-6)
    return default_joblib(Pipeline([("count", CountVectorizer()), ("lda", lda)]).fit(corpus), BLAS, [corpus])


def normalized(**params):
    return dict(params, normalize_components=True) if VERSION < (0, 22) else params


@case()
def sparse_pca():
    return default_joblib(SparsePCA(**normalized(n_components=2, random_state=0, max_iter=20)).fit(SIX), BLAS, [SIX[::23]])


@case()
def mini_batch_sparse_pca():
    model = MiniBatchSparsePCA(**normalized(n_components=2, random_state=0, ridge_alpha=0.1))
    return default_joblib(model.fit(SIX), BLAS, [SIX[::23]])


ATOMS = np.random.RandomState(1).standard_normal((5, 6))
ATOMS /= np.linalg.norm(ATOMS, axis=1)[:, np.newaxis]


@case()
def sparse_coder():
    model = SparseCoder(ATOMS, transform_algorithm="omp", transform_n_nonzero_coefs=3)
    return default_joblib(model.fit(SIX), BLAS, [SIX[::23]])


@case()
def sparse_coder_threshold():
    model = SparseCoder(ATOMS, transform_algorithm="threshold", transform_alpha=2.5, split_sign=True)
    return default_joblib(model.fit(SIX), BLAS, [SIX[::23]])


@case()
def dictionary_learning():
    return default_joblib(DictionaryLearning(n_components=4, random_state=0, max_iter=5).fit(SIX[::5]), BLAS, [SIX[::23]])


@case()
def dictionary_learning_threshold():
    model = DictionaryLearning(n_components=4, alpha=0.5, transform_algorithm="threshold", random_state=0, max_iter=5)
    return default_joblib(model.fit(SIX[::5]), BLAS, [SIX[::23]])


@case()
def mini_batch_dictionary_learning():
    model = MiniBatchDictionaryLearning(n_components=4, random_state=0, transform_n_nonzero_coefs=2)
    return default_joblib(model.fit(SIX[::5]), BLAS, [SIX[::23]])
