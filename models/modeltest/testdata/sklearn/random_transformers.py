"""The table of transformers and clusters; see random_estimators.py."""

import suite
from sklearn import feature_selection

from random_estimators import *  # noqa: F403
from random_estimators import FLAG, INIT, METRICS, Plain, add, inner, integer, log, uniform

X = kind(sparse=0.15)
HOLES = kind(sparse=0.15, holes=0.5)
DENSE_X = kind()

# ---- scalers and bases ------------------------------------------------------------------

add("StandardScaler", HOLES, with_mean=FLAG, with_std=FLAG)
add("MinMaxScaler", kind(holes=0.4), feature_range=[(0, 1), (-1, 1), (2.5, 7)], clip=FLAG)
add("MaxAbsScaler", HOLES, clip=FLAG)
add("RobustScaler", HOLES, with_centering=FLAG, with_scaling=FLAG, quantile_range=[(25.0, 75.0), (10.0, 90.0), (0.0, 50.0)], unit_variance=FLAG)
add("Normalizer", X, norm=["l1", "l2", "max"])
add("Binarizer", X, threshold=[0.0, 0.5, -1.0, 2.0])
add("PolynomialFeatures", X, degree=[1, 2, 3, (2, 3), (0, 2)], interaction_only=FLAG, include_bias=FLAG, order=["C", "F"])
add(
    "SplineTransformer",
    kind(holes=0.2),
    n_knots=[2, 3, 5, 8],
    degree=[0, 1, 2, 3, 4],
    knots=["uniform", "quantile"],
    extrapolation=["constant", "linear", "continue", "periodic", "error"],
    include_bias=FLAG,
    order=["C", "F"],
    handle_missing=["error", "zeros"],
    sparse_output=FLAG,
)
add("PowerTransformer", kind(holes=0.3), method=["yeo-johnson", "yeo-johnson", "box-cox"], standardize=FLAG)
add("QuantileTransformer", HOLES, n_quantiles=[3, 10, 1000], output_distribution=["uniform", "normal"], ignore_implicit_zeros=FLAG, subsample=[10000, 1000])
METHODS = "averaged_inverted_cdf linear inverted_cdf hazen median_unbiased closest_observation".split()
add("KBinsDiscretizer", kind(), n_bins=[2, 3, 5, 9], encode=["onehot", "onehot-dense", "ordinal"], strategy=["uniform", "quantile", "kmeans"], dtype=[None, np.float32], quantile_method=METHODS, subsample=[None, 200])
add("KernelCenterer", kind(y=None, named=0, widths=(3,), rows=(3,)))
add("AdditiveChi2Sampler", kind("natural", sparse=0.15), sample_steps=[1, 2, 3, 4], sample_interval=[None, 0.3])
add("SkewedChi2Sampler", kind("natural"), skewedness=log(0.1, 3), n_components=[3, 8])
add("RBFSampler", X, gamma=[log(1e-2, 3), "scale"], n_components=[3, 8])
add("PolynomialCountSketch", kind(sparse=0.15, most=1e9), gamma=log(0.1, 2), degree=[1, 2, 3], coef0=[0, 1, 0.5], n_components=[4, 9])
add("Nystroem", X, kernel="rbf linear poly polynomial sigmoid laplacian cosine additive_chi2 chi2".split(), gamma=[None, log(1e-2, 2)], degree=[None, 2, 3], coef0=[None, 1], n_components=[3, 100])
add("GaussianRandomProjection", X, n_components=[1, 3])
add("SparseRandomProjection", X, n_components=[1, 3], density=["auto", 0.5, 1.0], dense_output=FLAG)

# ---- categories and labels ------------------------------------------------------------

add("OneHotEncoder", categories(), handle_unknown=["error", "ignore", "ignore", "infrequent_if_exist", "warn"], drop=[None, None, "first", "if_binary"], min_frequency=[None, None, 3, 0.2], max_categories=[None, None, 2, 4], sparse_output=FLAG, dtype=[np.float64, np.float32, np.int64], categories=[None, "auto"])
add("OrdinalEncoder", categories(), handle_unknown=["error", "use_encoded_value", "use_encoded_value"], unknown_value=[-1, np.nan, 99], encoded_missing_value=[np.nan, -2, -1], min_frequency=[None, 3, 0.2], max_categories=[None, 2, 4], dtype=[np.float64, np.float32, np.int64])
TARGETED = lambda d, X: d.pick([any_target, two_labels, coded_labels, any_labels])(d, X)  # noqa: E731
add("TargetEncoder", categories(y=TARGETED), target_type=["auto", "continuous"], smooth=["auto", 0.0, 3.0, 100], cv=2)


def label_column(d):
    y = labels(d, d.rng.randn(12, 2))
    d.X = y
    return (y,), [y[:5], y[3:4], y[::-1]]


add("LabelEncoder", label_column)
add("LabelBinarizer", label_column, neg_label=[0, -1, -5], pos_label=[1, 3], sparse_output=FLAG)


def label_lists(d):
    """Rows of any number of labels, in the questions also twice or not known."""
    known = list(d.pick([WORDS, [1, 2, 5, 40], [-0.5, 0.25, 3.0]]))
    new = "new" if isinstance(known[0], str) else 77

    def rows(n, of, least):
        return suite.Lists([of[i] for i in d.rng.randint(0, len(of), d.between(least, 4))] for _ in range(n))

    d.known = known
    return (rows(d.pick([3, 12, 30]), known, 0),), [rows(6, known + [new], 0), rows(1, known, 1), rows(3, [new], 1)]


add("MultiLabelBinarizer", label_lists, classes=[None, lambda d: d.known[::-1]], sparse_output=FLAG)

# ---- imputers ---------------------------------------------------------------------------


def imputed(d):
    """Numbers with holes of some kind, or words."""
    if d.chance(0.25):
        return categories(missing=(None, np.nan), numeric=0.0)(d)
    (Z,), asked = kind(holes=0.9)(d)
    return (Z,), asked + [with_holes(d, near(d, d.X, 2), 0.4)]


add(
    "SimpleImputer",
    imputed,
    strategy=["mean", "median", "most_frequent", "constant"],
    fill_value=[None, 0, -1.5, "gone", ""],
    missing_values=[np.nan, np.nan, np.nan, 0, 1.0, -1, None, ""],
    add_indicator=FLAG,
    keep_empty_features=FLAG,
)
add("MissingIndicator", imputed, missing_values=[np.nan, np.nan, 0, None, ""], features=["missing-only", "all"], sparse=[False, True, "auto"], error_on_new=FLAG)
add("KNNImputer", kind(holes=0.9), n_neighbors=[1, 2, 5], weights=["uniform", "distance"], add_indicator=FLAG, keep_empty_features=FLAG, missing_values=[np.nan, np.nan, -1])
add(
    "IterativeImputer",
    kind(holes=0.9),
    estimator=[None, None, inner("LinearRegression", "Ridge", "DecisionTreeRegressor", "KNeighborsRegressor")],
    initial_strategy=["mean", "median", "most_frequent", "constant"],
    fill_value=[None, 2.0],
    imputation_order=["ascending", "descending", "roman", "arabic", "random"],
    n_nearest_features=[None, 1, 2],
    skip_complete=FLAG,
    min_value=[-np.inf, -1.0],
    max_value=[np.inf, 2.0],
    add_indicator=FLAG,
    keep_empty_features=FLAG,
    max_iter=[1, 3],
)

# ---- texts ------------------------------------------------------------------------------

WORDING = dict(
    strip_accents=[None, "ascii", "unicode"],
    lowercase=FLAG,
    stop_words=[None, None, "english", lambda d: ["the", "is", "caf\u00e9"]],
    ngram_range=[(1, 1), (1, 2), (2, 2), (1, 3), (3, 5)],
    analyzer=["word", "word", "word", "char", "char_wb"],
    token_pattern=[r"(?u)\b\w\w+\b", r"(?u)\b\w+\b", r"\S+", r"[a-zA-Z]+", r"(?u)(\w)\w*", r"\d+|[^\W\d_]{2,}", r"(?i)\b[a-z'-]+\b"],
    binary=FLAG,
)
COUNTING = dict(WORDING, max_df=[1.0, 0.8, 6], min_df=[1, 1, 2, 0.1], max_features=[None, 5, 40], dtype=[np.float64, np.int64, np.float32])
TFIDF = dict(norm=["l1", "l2", None], use_idf=FLAG, smooth_idf=FLAG, sublinear_tf=FLAG)
add("CountVectorizer", texts, **COUNTING)
add("TfidfVectorizer", texts, **dict(COUNTING, **TFIDF))
add("HashingVectorizer", texts, n_features=[7, 64, 1000], norm=["l1", "l2", None], alternate_sign=FLAG, dtype=[np.float64, np.float32], **WORDING)
add("TfidfTransformer", kind("counts", sparse=0.5), **TFIDF)
add("DictVectorizer", records, separator=["=", ":"], sparse=FLAG, sort=FLAG, dtype=[np.float64, np.float32])
add("FeatureHasher", records, n_features=[1, 5, 64], alternate_sign=FLAG, dtype=[np.float64, np.float32])

# ---- selection --------------------------------------------------------------------------

SCORES = [Plain(feature_selection.f_classif), Plain(feature_selection.f_classif), Plain(feature_selection.chi2), Plain(feature_selection.mutual_info_classif)]
SELECT = kind(y=coded_labels, sparse=0.15)
add("VarianceThreshold", kind(sparse=0.15, holes=0.3), threshold=[0.0, 0.1, 1.0])
add("SelectKBest", SELECT, score_func=SCORES, k=[1, 2, "all", 0])
add("SelectPercentile", SELECT, score_func=SCORES, percentile=[10, 50, 90, 100])
add("SelectFpr SelectFdr SelectFwe", SELECT, score_func=SCORES[:3], alpha=[0.05, 0.5, 0.9])
add("GenericUnivariateSelect", SELECT, score_func=SCORES[:3], mode=["percentile", "k_best", "fpr", "fdr", "fwe"], param=[0.3, 1, 2, 50])
RANKED = inner("LogisticRegression", "DecisionTreeClassifier", "RandomForestClassifier", "RidgeClassifier", "LinearSVC", "GradientBoostingClassifier", "SGDClassifier", "ExtraTreesClassifier")
add("SelectFromModel", SELECT, estimator=[RANKED, inner("Lasso", "LinearRegression", "ElasticNet", "LassoCV")], threshold=[None, "mean", "median", "0.5*mean", 0.1, -np.inf], max_features=[None, 1, 2], norm_order=[1, 2])
add("RFE", SELECT, estimator=RANKED, n_features_to_select=[None, 1, 2, 0.5], step=[1, 2, 0.4])
add("RFECV", SELECT, estimator=RANKED, min_features_to_select=[1, 2], step=[1, 2], cv=2)
add("SequentialFeatureSelector", SELECT, estimator=inner("LogisticRegression", "GaussianNB", "DecisionTreeClassifier"), n_features_to_select=[1, 2, "auto", "warn"], direction=["forward", "backward"], cv=2)

# ---- decompositions ----------------------------------------------------------------------

SOME = [None, 1, 2, 3]
add("PCA", X, n_components=SOME + [0.9, "mle"], whiten=FLAG, svd_solver=["auto", "full", "covariance_eigh", "arpack", "randomized"])
add("IncrementalPCA", X, n_components=SOME, whiten=FLAG, batch_size=[None, 10])
add("TruncatedSVD", X, n_components=[1, 2], algorithm=["randomized", "arpack"])
add("KernelPCA", X, n_components=SOME, kernel=["linear", "poly", "rbf", "sigmoid", "cosine"], gamma=[None, log(1e-2, 2)], degree=[2, 3], coef0=[0, 1], remove_zero_eig=FLAG, eigen_solver=["auto", "dense", "arpack", "randomized"], fit_inverse_transform=FLAG)
add("FastICA", DENSE_X, n_components=SOME, algorithm=["parallel", "deflation"], whiten=["unit-variance", "arbitrary-variance", False, True], fun=["logcosh", "exp", "cube"], max_iter=50)
add("FactorAnalysis", DENSE_X, n_components=SOME, svd_method=["lapack", "randomized"], rotation=[None, "varimax", "quartimax"], max_iter=50)
add("NMF", kind("natural", sparse=0.2), n_components=[1, 2, 3], init=[None, "random", "nndsvd", "nndsvda"], solver=["cd", "cd", "mu"], beta_loss=["frobenius", "kullback-leibler", "itakura-saito"], alpha=[0.0, 0.1], alpha_W=[0.0, 0.1], alpha_H=["same", 0.2], l1_ratio=[0.0, 0.5, 1.0], regularization=["both", "components", "transformation", None], max_iter=50, tol=[1e-4, 1e-2])
add("MiniBatchNMF", kind("natural", sparse=0.2), n_components=[1, 2, 3], beta_loss=["frobenius", "kullback-leibler", "itakura-saito"], alpha_W=[0.0, 0.1], l1_ratio=[0.0, 0.5], max_iter=20, batch_size=[5, 1024], transform_max_iter=[None, 10], forget_factor=[0.7, 0.3], fresh_restarts=FLAG)
add("LatentDirichletAllocation", kind("counts", sparse=0.3), n_components=[2, 3], doc_topic_prior=[None, 0.5], topic_word_prior=[None, 0.2], learning_method=["batch", "online"], max_iter=5, mean_change_tol=[1e-3, 1e-1], max_doc_update_iter=[5, 100])
CODING = dict(transform_algorithm=["omp", "lasso_lars", "lasso_cd", "lars", "threshold"], transform_n_nonzero_coefs=[None, 1, 2], transform_alpha=[None, 0.1, 1.0], split_sign=FLAG, positive_code=FLAG, transform_max_iter=[5, 1000])
add("DictionaryLearning MiniBatchDictionaryLearning", DENSE_X, n_components=[2, 3], alpha=[1.0, 0.2], fit_algorithm=["lars", "cd"], max_iter=3, n_iter=5, **CODING)
add("SparseCoder", kind(widths=(3,)), dictionary=lambda d: d.rng.randn(4, 3), **CODING)
add("SparsePCA MiniBatchSparsePCA", DENSE_X, n_components=[1, 2], alpha=[1.0, 0.1], ridge_alpha=[0.01, 1.0], method=["lars", "cd"], normalize_components=FLAG, max_iter=5, n_iter=5)
add("CCA PLSCanonical PLSRegression PLSSVD", kind(y=lambda d, X: d.pick([two_targets, any_target])(d, X)), n_components=[1, 2], scale=FLAG, algorithm=["nipals", "svd"], deflation_mode=["canonical", "regression"])
add("Isomap", kind(rows=(25,), halfway=False), n_neighbors=[3, 5, 8], radius=[None, None, 5.0], n_components=[1, 2], path_method=["auto", "D", "FW"], metric=["minkowski", "euclidean", "manhattan", "cosine"], p=[1, 2, 3], eigen_solver=["auto", "dense"])
add("LocallyLinearEmbedding", kind(rows=(25,), halfway=False), n_neighbors=[3, 5, 8], n_components=[1, 2], reg=log(1e-4, 1e-1), method=["standard", "modified", "ltsa", "hessian"], eigen_solver=["auto", "dense"])

# ---- clusters and mixtures ------------------------------------------------------------------

# At 1e150, all centers are as far as each other, and rounding decides.
NEAR = kind(sparse=0.15, most=1e9)
NEAR_DENSE = kind(most=1e9)

add("KMeans", NEAR, n_clusters=[1, 2, 4], init=["k-means++", "random"], algorithm=["auto", "full", "lloyd", "elkan"], n_init=[1, 3])
add("MiniBatchKMeans", NEAR, n_clusters=[1, 2, 4], init=["k-means++", "random"], n_init=[1, 3], batch_size=[10, 1024])
add("BisectingKMeans", NEAR, n_clusters=[2, 3, 6], init=["k-means++", "random"], bisecting_strategy=["biggest_inertia", "largest_cluster"])
add("Birch", NEAR, n_clusters=[None, 2, 3], threshold=log(0.05, 2), branching_factor=[3, 50])
add("MeanShift", NEAR_DENSE, bandwidth=[None, log(0.5, 5)], bin_seeding=FLAG, cluster_all=FLAG)
add("AffinityPropagation", NEAR_DENSE, damping=uniform(0.5, 0.95), preference=[None, -5.0, -50.0])
add("FeatureAgglomeration", kind(widths=(3, 4, 6)), n_clusters=[1, 2, 3], linkage=["ward", "average", "complete", "single"], metric=["euclidean", "manhattan", "cosine"], pooling_func=[Plain(np.mean), Plain(np.median), Plain(np.max), Plain(np.min), Plain(np.sum)])
MIXED = dict(n_components=[1, 2, 3], covariance_type=["full", "tied", "diag", "spherical"], reg_covar=log(1e-6, 1e-1), max_iter=20)
add("GaussianMixture", DENSE_X, **MIXED)
add("BayesianGaussianMixture", DENSE_X, weight_concentration_prior_type=["dirichlet_process", "dirichlet_distribution"], weight_concentration_prior=[None, 0.01, 10.0], mean_precision_prior=[None, 0.5], **MIXED)
add("EllipticEnvelope", kind(rows=(25, 40), widths=(1, 2, 3)), assume_centered=FLAG, support_fraction=[None, 0.8], contamination=[0.1, 0.4], store_precision=FLAG)
