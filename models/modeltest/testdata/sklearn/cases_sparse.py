"""Sparse rows, as vectorizers give them, in all that does not make them dense."""

from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.kernel_ridge import KernelRidge
from sklearn.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    LocalOutlierFactor,
    NearestCentroid,
    RadiusNeighborsClassifier,
)
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, MaxAbsScaler
from sklearn.random_projection import GaussianRandomProjection
from sklearn.svm import SVC, SVR, LinearSVC

from suite import *  # noqa: F403

WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau".split()


def documents(seed, count):
    rng = np.random.RandomState(seed)
    topics = rng.randint(3, size=count)
    texts = []
    for topic in topics:
        chosen = np.concatenate([rng.randint(6 * topic, 6 * topic + 7, size=6), rng.randint(len(WORDS), size=5)])
        texts.append(" ".join(WORDS[k] for k in chosen))
    return texts, topics


TEXTS, TOPICS = documents(1, 40)
LENGTHS = np.array([float(len(t)) for t in TEXTS])
NEAR = documents(2, 8)[0]
ASKED = NEAR + ["", "no word of these", "pi pi pi rho"]
ANSWERS = dict(LABELS, transform="exp", decision_function="exp", kneighbors="exp", score_samples="exp")
NUMBERS = dict(ANSWERS, predict="exp")


def after_texts(*steps, **options):
    model = make_pipeline(TfidfVectorizer(), *steps)
    model.fit(TEXTS, options.get("y", TOPICS))
    return default_joblib(model, options.get("tolerance", ANSWERS), [options.get("asked", ASKED), ASKED[:1]])


@milestones()
def sparse_into_knn():
    return after_texts(KNeighborsClassifier(3, weights="distance"), asked=NEAR)


@milestones()
def sparse_into_knn_cosine():
    return after_texts(KNeighborsRegressor(4, metric="cosine"), y=LENGTHS, tolerance=NUMBERS, asked=NEAR)


@milestones()
def sparse_into_radius():
    return after_texts(RadiusNeighborsClassifier(1.4))


@milestones(since=(0, 24))
def sparse_into_outlier_factor():
    return after_texts(LocalOutlierFactor(5, novelty=True), asked=NEAR)


@milestones()
def sparse_into_nearest_centroid():
    return after_texts(NearestCentroid())


@milestones()
def sparse_into_svc():
    return after_texts(SVC(gamma=0.7, decision_function_shape="ovo"))


@milestones()
def sparse_into_svr_poly():
    return after_texts(SVR(kernel="poly", degree=2, gamma=1.0, coef0=1.0), y=LENGTHS, tolerance=NUMBERS)


@milestones()
def sparse_into_kmeans():
    return after_texts(KMeans(4, random_state=0, n_init=2))


@milestones()
def sparse_into_mini_batch_kmeans():
    return after_texts(MiniBatchKMeans(4, random_state=0, n_init=2))


@milestones()
def sparse_into_nystroem():
    return after_texts(Nystroem(n_components=12, gamma=0.5, random_state=0))


@milestones()
def sparse_into_kernel_ridge_columns():
    vectorizer = TfidfVectorizer().fit(TEXTS)
    ridge = KernelRidge(kernel="poly", gamma=0.5, degree=2)
    ridge.fit(scipy.sparse.csc_matrix(vectorizer.transform(TEXTS)), LENGTHS)
    return default_joblib(make_pipeline(vectorizer, ridge), NUMBERS, [ASKED, ASKED[:1]])


@milestones()
def sparse_into_rbf_sampler():
    return after_texts(RBFSampler(gamma=0.5, n_components=9, random_state=0))


@milestones()
def sparse_into_random_projection():
    return after_texts(GaussianRandomProjection(5, random_state=0))


@milestones()
def sparse_into_truncated_svd():
    return after_texts(TruncatedSVD(6, random_state=0))


@milestones()
def sparse_into_mlp():
    return after_texts(MLPClassifier(hidden_layer_sizes=(9, 5), random_state=0, max_iter=30))


@milestones()
def sparse_into_mlp_tanh():
    return after_texts(MLPRegressor(hidden_layer_sizes=(11,), activation="tanh", random_state=0, max_iter=30), y=LENGTHS, tolerance=NUMBERS)


@milestones()
def sparse_into_binarizer():
    return after_texts(Binarizer(threshold=0.2))


@case(since=(1, 8))
def sparse_into_clipped_max_abs():
    return after_texts(MaxAbsScaler(clip=True))


def coefficients_in(form):
    """Coefficients that someone made sparse: the library multiplies with any format."""
    model = LinearSVC(C=0.05, penalty="l1", dual=False, random_state=0).fit(IRIS, SPECIES)
    model.coef_ = form(model.coef_)
    return default_joblib(model, LABELS, [ROWS])


@milestones()
def coefficients_csc():
    return coefficients_in(scipy.sparse.csc_matrix)


@milestones()
def coefficients_coo():
    return coefficients_in(scipy.sparse.coo_matrix)
