"""The table of classes: what each is fitted on, and the parameters that change how
it predicts, with options to draw from.

An option is a list to pick from, a function of a Draw, or a value. A parameter
that a version does not know is left out, and options that a version refuses are
drawn again, so the table is one for all versions.
"""

import importlib
from inspect import signature

import sklearn

from random_data import Plain, integer, log, uniform
from random_kinds import *  # noqa: F403

from suite import VERSION, np

TABLE = {}
FLAG = [True, False]
BALANCE = [None, None, "balanced"]

# Drawn always: without them fits would take long, or there is no estimator.
ALWAYS = ["n_estimators", "max_iter", "estimator", "estimators", "base_estimator", "steps", "transformer_list", "transformers"]
ALWAYS += ["param_grid", "param_distributions", "regressor", "transformer", "dictionary", "n_features", "cv", "n_quantiles", "alphas"]
ALWAYS += ["n_clusters", "kernel", "preference", "input_type", "max_subpopulation", "mode", "param", "score_func", "n_alphas", "Cs", "novelty"]

# The names of a parameter through the years, or of a value.
RENAMED = {"estimator": "base_estimator", "sparse_output": "sparse", "metric": "affinity"}

MODULES = (
    "calibration cluster compose covariance cross_decomposition decomposition discriminant_analysis dummy ensemble feature_extraction"
    " feature_extraction.text feature_selection frozen gaussian_process impute isotonic kernel_approximation kernel_ridge linear_model manifold"
    " mixture model_selection multiclass multioutput naive_bayes neighbors neural_network pipeline preprocessing random_projection"
    " semi_supervised svm tree"
).split()


def enable_experiments():
    for name in ["hist_gradient_boosting", "iterative_imputer", "halving_search_cv"]:
        try:
            importlib.import_module("sklearn.experimental.enable_" + name)
        except ImportError:
            pass


enable_experiments()


def find(name):
    """The class of that name, or None if this version has none."""
    for module in MODULES:
        try:
            found = getattr(importlib.import_module("sklearn." + module), name, None)
        except ImportError:
            continue
        if found is not None:
            return found
    return None


def add(names, data, **params):
    for name in names.split():
        TABLE[name] = (data, params)


def known(cls, param):
    """The name of param in this version, or None."""
    names = signature(cls.__init__).parameters
    return next((n for n in (param, RENAMED.get(param)) if n in names), None)


def build(d, name, **given):
    """An estimator with random parameters."""
    cls = find(name)
    params = {}
    for param, option in sorted(TABLE[name][1].items()):
        value = d.value(option) if param in ALWAYS or d.chance(0.6) else None
        own = known(cls, param)
        if own is not None and (value is not None or param in ALWAYS):
            params[own] = value
    params.update(given)
    if known(cls, "random_state"):
        params["random_state"] = 0
    return cls(**params)


def inner(*names):
    """An option: an estimator of one of these classes, as far as there are."""
    return lambda d: build(d, d.pick([n for n in names if find(n) is not None]))


# ---- linear models ------------------------------------------------------------------

REG = kind(y=any_target, sparse=0.2)
REGS = kind(y=maybe_targets, sparse=0.2)
DENSE = kind(y=any_target)
CLS = kind(y=any_labels, sparse=0.2)
ALPHA = log(1e-4, 10)
ENET = dict(alpha=ALPHA, l1_ratio=uniform(0.1, 1), fit_intercept=FLAG, positive=FLAG, normalize=FLAG, precompute=FLAG, selection=["cyclic", "random"])
FEW_ALPHAS = [3, Plain([1e-3, 0.1, 1.0]), Plain(np.array([0.5, 0.01]))]

add("LinearRegression", REGS, fit_intercept=FLAG, positive=FLAG, normalize=FLAG)
add("Ridge", REGS, alpha=[ALPHA, 0.0], fit_intercept=FLAG, positive=FLAG, normalize=FLAG, solver="auto svd cholesky lsqr sparse_cg sag saga lbfgs".split())
add("RidgeCV", REGS, alphas=[(0.1, 1.0, 10.0), Plain(np.array([1.0, 0.3]))], fit_intercept=FLAG, normalize=FLAG, cv=[None, 2], alpha_per_target=FLAG, gcv_mode=["auto", "svd", "eigen"])
add("Lasso", REGS, **{k: v for k, v in ENET.items() if k != "l1_ratio"})
add("ElasticNet", REGS, **ENET)
CV = dict(fit_intercept=FLAG, normalize=FLAG, positive=FLAG, cv=[2, 3], selection=["cyclic", "random"])
add("LassoCV", REG, alphas=FEW_ALPHAS, **CV)
add("ElasticNetCV", REG, alphas=FEW_ALPHAS, l1_ratio=[0.5, Plain([0.2, 0.9])], **CV)
MULTI = kind(y=two_targets)
add("MultiTaskLasso", MULTI, alpha=ALPHA, fit_intercept=FLAG, normalize=FLAG)
add("MultiTaskElasticNet", MULTI, alpha=ALPHA, l1_ratio=uniform(0.1, 1), fit_intercept=FLAG, normalize=FLAG)
add("MultiTaskLassoCV", MULTI, alphas=FEW_ALPHAS, fit_intercept=FLAG, normalize=FLAG, cv=2)
add("MultiTaskElasticNetCV", MULTI, alphas=FEW_ALPHAS, l1_ratio=[0.5, Plain([0.3, 0.8])], fit_intercept=FLAG, normalize=FLAG, cv=2)
MANY = kind(y=maybe_targets)
add("Lars", MANY, fit_intercept=FLAG, normalize=FLAG, precompute=FLAG, n_nonzero_coefs=[1, 2, 500], fit_path=FLAG, jitter=[None, 1e-4])
add("LassoLars", MANY, alpha=ALPHA, fit_intercept=FLAG, normalize=FLAG, positive=FLAG, fit_path=FLAG, precompute=FLAG)
add("LarsCV LassoLarsCV", DENSE, fit_intercept=FLAG, normalize=FLAG, positive=FLAG, cv=[2, 3], max_n_alphas=[5, 1000])
add("LassoLarsIC", DENSE, fit_intercept=FLAG, normalize=FLAG, positive=FLAG, criterion=["aic", "bic"])
add("OrthogonalMatchingPursuit", MANY, fit_intercept=FLAG, normalize=FLAG, precompute=FLAG, n_nonzero_coefs=[None, 1])
add("OrthogonalMatchingPursuitCV", DENSE, fit_intercept=FLAG, normalize=FLAG, cv=[2, 3])
add("BayesianRidge", DENSE, fit_intercept=FLAG, normalize=FLAG, alpha_1=log(1e-6, 1), lambda_1=log(1e-6, 1), compute_score=FLAG, alpha_init=[None, 1.0])
add("ARDRegression", DENSE, fit_intercept=FLAG, normalize=FLAG, threshold_lambda=log(10, 1e4), compute_score=FLAG)
add("HuberRegressor", REG, epsilon=uniform(1.01, 3), alpha=ALPHA, fit_intercept=FLAG)
add("TheilSenRegressor", DENSE, fit_intercept=FLAG, max_subpopulation=100)
add("QuantileRegressor", REG, quantile=uniform(0.1, 0.9), alpha=log(1e-4, 1), fit_intercept=FLAG, solver=["highs", "highs-ds", "interior-point"])
POSITIVE = kind(y=positive_target, sparse=0.2)
GLM = dict(alpha=[ALPHA, 0.0], fit_intercept=FLAG, solver=["lbfgs", "newton-cholesky"])
add("PoissonRegressor GammaRegressor", POSITIVE, **GLM)
add("TweedieRegressor", POSITIVE, power=[0, 1, 1.5, 2, 3, -1], link=["auto", "identity", "log"], **GLM)
LOGISTIC = dict(
    penalty=["l2", "l2", "l1", "elasticnet", "none"],
    solver=["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"],
    multi_class=["ovr", "multinomial", "auto"],
    class_weight=BALANCE,
    fit_intercept=FLAG,
    intercept_scaling=log(0.1, 10),
    dual=[False, False, True],
    max_iter=100,
)
add("LogisticRegression", CLS, C=log(1e-2, 1e3), l1_ratio=[None, 0.0, 0.5, 1.0], **LOGISTIC)
add("LogisticRegressionCV", CLS, Cs=[2, Plain([0.1, 1.0, 10.0])], cv=[2, 3], refit=FLAG, l1_ratios=[None, Plain([0.2, 0.8])], use_legacy_attributes=FLAG, **LOGISTIC)
add("RidgeClassifier", kind(y=maybe_flags, sparse=0.2), alpha=ALPHA, fit_intercept=FLAG, class_weight=BALANCE, normalize=FLAG, positive=FLAG, solver=["auto", "svd", "cholesky", "lsqr", "sag"])
add("RidgeClassifierCV", kind(y=maybe_flags, sparse=0.2), alphas=[(0.1, 1.0, 10.0), (3.0,)], fit_intercept=FLAG, class_weight=BALANCE, normalize=FLAG, cv=[None, 2])
SGD = dict(
    penalty=["l2", "l1", "elasticnet", "none"],
    alpha=log(1e-5, 0.1),
    fit_intercept=FLAG,
    average=[False, False, True, 5],
    learning_rate=["optimal", "constant", "invscaling", "adaptive"],
    eta0=log(1e-3, 0.1),
    early_stopping=[False, False, True],
    max_iter=20,
)
add("SGDClassifier", CLS, class_weight=BALANCE, loss="hinge log log_loss modified_huber modified_huber squared_hinge perceptron squared_error huber epsilon_insensitive".split(), **SGD)
add("SGDRegressor", REG, loss=["squared_loss", "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"], **SGD)
add("SGDOneClassSVM", kind(sparse=0.2), nu=uniform(0.1, 0.9), fit_intercept=FLAG, average=FLAG, max_iter=20, learning_rate=["optimal", "constant"], eta0=log(1e-3, 0.1))
add("Perceptron", CLS, penalty=[None, "l2", "l1", "elasticnet"], fit_intercept=FLAG, class_weight=BALANCE, max_iter=20, early_stopping=FLAG)
add("PassiveAggressiveClassifier", CLS, C=log(1e-2, 10), fit_intercept=FLAG, loss=["hinge", "squared_hinge"], average=FLAG, class_weight=BALANCE, max_iter=20)
add("PassiveAggressiveRegressor", REG, C=log(1e-2, 10), fit_intercept=FLAG, loss=["epsilon_insensitive", "squared_epsilon_insensitive"], average=FLAG, max_iter=20)
DISCRIMINANT = dict(priors=[None, lambda d: Plain([0.3, 0.7]).value])
add("LinearDiscriminantAnalysis", kind(y=any_labels), solver=["svd", "lsqr", "eigen"], shrinkage=[None, None, "auto", 0.3], n_components=[None, 1], store_covariance=FLAG, **DISCRIMINANT)
add("QuadraticDiscriminantAnalysis", kind(y=any_labels), reg_param=[0.0, 0.1, 0.5], store_covariance=FLAG, solver=["svd", "eigen"], shrinkage=[None, "auto", 0.2], **DISCRIMINANT)

# ---- support vectors ------------------------------------------------------------------

KERNELS = ["rbf", "rbf", "linear", "poly", "sigmoid"]
SVM = dict(kernel=KERNELS, degree=[2, 3, 4], gamma=["scale", "auto", log(1e-3, 10)], coef0=[0.0, 1.0, -0.5], shrinking=FLAG, max_iter=[-1, 2000])
SVC = dict(class_weight=BALANCE, probability=[False, False, True], decision_function_shape=["ovr", "ovo"], break_ties=[False, False, True], **SVM)
add("SVC", CLS, C=log(1e-2, 100), **SVC)
add("NuSVC", CLS, nu=uniform(0.05, 0.5), **SVC)
add("SVR", REG, C=log(1e-2, 100), epsilon=log(1e-3, 1), **SVM)
add("NuSVR", REG, C=log(1e-2, 100), nu=uniform(0.1, 0.9), **SVM)
add("OneClassSVM", kind(sparse=0.2), nu=uniform(0.05, 0.9), **SVM)
LINEAR_SVM = dict(C=log(1e-2, 100), fit_intercept=FLAG, intercept_scaling=log(0.1, 10), dual=[True, False, "auto"], max_iter=200)
add("LinearSVC", CLS, penalty=["l2", "l2", "l1"], loss=["hinge", "squared_hinge"], multi_class=["ovr", "ovr", "crammer_singer"], class_weight=BALANCE, **LINEAR_SVM)
add("LinearSVR", REG, loss=["epsilon_insensitive", "squared_epsilon_insensitive"], epsilon=[0.0, 0.1], **LINEAR_SVM)

# ---- trees ---------------------------------------------------------------------------

HOLED = kind(y=maybe_targets, sparse=0.15, holes=0.4)
HOLED_CLASSES = kind(y=maybe_several, sparse=0.15, holes=0.4)
TREE = dict(
    max_depth=[None, 1, 2, 3, 6],
    min_samples_split=[2, 5, 0.2],
    min_samples_leaf=[1, 1, 3, 0.05],
    min_weight_fraction_leaf=[0.0, 0.05],
    max_features=[None, "sqrt", "log2", 1, 0.6],
    max_leaf_nodes=[None, None, 4, 8],
    min_impurity_decrease=[0.0, 0.01],
    ccp_alpha=[0.0, 0.01],
    monotonic_cst=[None, None, lambda d: d.rng.randint(-1, 2, d.X.shape[1])],
)
SPLIT = dict(TREE, splitter=["best", "random"])
IMPURITY = ["gini", "entropy", "log_loss"]
ERROR = ["mse", "friedman_mse", "mae", "squared_error", "absolute_error", "poisson"]
add("DecisionTreeClassifier ExtraTreeClassifier", HOLED_CLASSES, criterion=IMPURITY, class_weight=BALANCE, **SPLIT)
add("DecisionTreeRegressor ExtraTreeRegressor", HOLED, criterion=ERROR, **SPLIT)
FOREST = dict(TREE, n_estimators=[1, 3, 7], bootstrap=FLAG, max_samples=[None, 0.5], oob_score=FLAG)
add("RandomForestClassifier ExtraTreesClassifier", HOLED_CLASSES, criterion=IMPURITY, class_weight=BALANCE + ["balanced_subsample"], **FOREST)
add("RandomForestRegressor ExtraTreesRegressor", HOLED, criterion=ERROR, **FOREST)
add("RandomTreesEmbedding", kind(sparse=0.15), sparse_output=FLAG, n_estimators=[2, 5], max_depth=[1, 3, 5], min_samples_leaf=[1, 3], max_leaf_nodes=[None, 5])
add("IsolationForest", kind(sparse=0.15, holes=0.3), n_estimators=[3, 10], max_samples=["auto", 5, 0.5], contamination=["auto", 0.1, 0.3], max_features=[1.0, 0.5, 1], bootstrap=FLAG, behaviour=["old", "new"])
BOOST = dict({k: v for k, v in TREE.items() if k not in ("ccp_alpha", "monotonic_cst")}, n_estimators=[1, 4, 9], learning_rate=[0.1, 1.0, 0.5], subsample=[1.0, 0.6], criterion=ERROR[:2] + ["squared_error"], n_iter_no_change=[None, 2])
INIT = [None, None, "zero", inner("DummyClassifier", "LogisticRegression", "GaussianNB")]
INIT_REG = [None, None, "zero", inner("DummyRegressor", "LinearRegression", "DecisionTreeRegressor")]
add("GradientBoostingClassifier", kind(y=any_labels, sparse=0.15), loss=["deviance", "log_loss", "exponential"], init=INIT, **BOOST)
add("GradientBoostingRegressor", kind(y=any_target, sparse=0.15), loss=["ls", "squared_error", "lad", "absolute_error", "huber", "quantile"], alpha=[0.5, 0.9], init=INIT_REG, **BOOST)


def hist_categories(d):
    """Which columns are categories: those of few small integers may be."""
    k = d.X.shape[1]
    return d.pick([None, [d.chance(0.5) for _ in range(k)], [0]])


HIST = dict(
    max_iter=[1, 3, 8],
    learning_rate=[0.1, 0.7],
    max_leaf_nodes=[None, 3, 31],
    max_depth=[None, 1, 3],
    min_samples_leaf=[1, 3, 20],
    l2_regularization=[0.0, 1.0],
    max_bins=[2, 5, 255],
    max_features=[1.0, 0.5],
    categorical_features=[None, hist_categories],
    monotonic_cst=[None, None, lambda d: list(d.rng.randint(-1, 2, d.X.shape[1]))],
    interaction_cst=[None, "no_interactions", "pairwise"],
    early_stopping=[False, "auto", True],
)
add("HistGradientBoostingClassifier", kind(y=any_labels, holes=0.5), class_weight=BALANCE, **HIST)
add("HistGradientBoostingRegressor", kind(y=any_target, holes=0.5), loss=["least_squares", "squared_error", "absolute_error", "least_absolute_deviation", "poisson", "gamma", "quantile"], quantile=[None, 0.3], **HIST)

# ---- bayes, neighbours, networks --------------------------------------------------------

add("GaussianNB", kind(y=any_labels), var_smoothing=log(1e-12, 1e-1), **DISCRIMINANT)
NB = dict(alpha=[1.0, 0.0, 1e-12, log(1e-3, 3)], fit_prior=FLAG, force_alpha=FLAG, class_prior=[None, lambda d: [0.25, 0.75]])
COUNTED = kind("counts", y=any_labels, sparse=0.3)
add("MultinomialNB", kind("natural", y=any_labels, sparse=0.3), **NB)
add("ComplementNB", kind("natural", y=any_labels, sparse=0.3), norm=FLAG, **NB)
add("BernoulliNB", CLS, binarize=[0.0, 0.5, None], **NB)
add("CategoricalNB", COUNTED, min_categories=[None, 5], **NB)
METRICS = (
    "minkowski minkowski minkowski euclidean manhattan cityblock l1 l2 chebyshev cosine canberra braycurtis hamming correlation sqeuclidean jaccard dice"
    " rogerstanimoto russellrao yule sokalsneath sokalmichener haversine nan_euclidean seuclidean mahalanobis matching kulsinski infinity p"
).split()


def metric_params(d):
    k = d.X.shape[1]
    V = np.abs(d.rng.randn(k)) + 0.1
    return d.pick([None, None, None, {"V": V}, {"VI": np.diag(V)}, {"w": V}])


NEIGHBORS = dict(algorithm=["auto", "brute", "kd_tree", "ball_tree"], leaf_size=[1, 5, 30], metric=METRICS, p=[1, 2, 3, 1.5], metric_params=metric_params)
KNN = dict(n_neighbors=[1, 3, 5, 8], **NEIGHBORS)
WEIGHTED = dict(weights=["uniform", "distance"])
RADIUS = dict(radius=[log(0.1, 30), 1e3], **NEIGHBORS)
add("KNeighborsClassifier", kind(y=maybe_several, sparse=0.15, holes=0.1, most=1e9), **dict(KNN, **WEIGHTED))
add("KNeighborsRegressor", kind(y=maybe_targets, sparse=0.15, holes=0.1, most=1e9), **dict(KNN, **WEIGHTED))
add("RadiusNeighborsClassifier", kind(y=any_labels, sparse=0.15), outlier_label=[None, "most_frequent", -1, 0], **dict(RADIUS, **WEIGHTED))
add("RadiusNeighborsRegressor", kind(y=lambda d, X: maybe_targets(d, X).astype(float), sparse=0.15), **dict(RADIUS, **WEIGHTED))
add("NearestNeighbors", kind(sparse=0.15, most=1e9), **KNN)
add("KNeighborsTransformer", kind(sparse=0.15, most=1e9), mode=["distance", "connectivity"], **KNN)
add("RadiusNeighborsTransformer", kind(sparse=0.15), mode=["distance", "connectivity"], **RADIUS)
add("LocalOutlierFactor", kind(sparse=0.15, most=1e9), novelty=True, contamination=["auto", 0.1, 0.4], **KNN)
add("NearestCentroid", CLS, metric=["euclidean", "manhattan", "cosine", "chebyshev"], shrink_threshold=[None, None, 0.2, 2.0], priors=["uniform", "empirical"])
add("KernelDensity", kind(), bandwidth=[log(0.05, 5), "scott", "silverman"], kernel="gaussian tophat epanechnikov exponential linear cosine".split(), metric=METRICS, algorithm=["auto", "kd_tree", "ball_tree"], leaf_size=[1, 40], rtol=0.0, atol=0.0)
add("NeighborhoodComponentsAnalysis", kind(y=any_labels), n_components=[None, 1, 2], init=["auto", "pca", "lda", "identity", "random"], max_iter=5)
MLP = dict(hidden_layer_sizes=[(3,), (5, 2), (4, 4, 4), (1,)], activation=["identity", "logistic", "tanh", "relu"], solver=["lbfgs", "sgd", "adam"], alpha=log(1e-5, 1), max_iter=20, early_stopping=[False, False, True])
add("MLPClassifier", kind(y=maybe_flags, sparse=0.15), **MLP)
add("MLPRegressor", kind(y=maybe_targets, sparse=0.15), loss=["squared_error", "poisson"], **MLP)
add("BernoulliRBM", kind(sparse=0.15), n_components=[2, 5], n_iter=2, learning_rate=log(1e-3, 0.3))
GRAPH = dict(kernel=["rbf", "knn"], gamma=log(0.05, 20), n_neighbors=[1, 3, 7], max_iter=30)
# At 1e150, all points are as far as each other, and rounding decides.
add("LabelPropagation", kind(y=partly, halfway=False, most=1e9), **GRAPH)
add("LabelSpreading", kind(y=partly, halfway=False, most=1e9), alpha=uniform(0.05, 0.95), **GRAPH)


def gp_kernel(d, depth=2):
    from sklearn.gaussian_process import kernels as K

    if depth and d.chance(0.5):
        a, b = gp_kernel(d, depth - 1), gp_kernel(d, depth - 1)
        return d.pick([lambda: a + b, lambda: a * b, lambda: a ** d.pick([2, 0.5, 1.5])])()
    width = d.X.shape[1]
    length = d.pick([d.value(log(0.1, 10)), list(np.exp(d.rng.randn(width)))])
    return d.pick(
        [
            lambda: K.RBF(length),
            lambda: K.Matern(length, nu=d.pick([0.5, 1.5, 2.5, 0.7, np.inf])),
            lambda: K.RationalQuadratic(d.value(log(0.1, 10)), d.value(log(0.1, 10))),
            lambda: K.DotProduct(d.value(log(0.1, 10))),
            lambda: K.ExpSineSquared(d.value(log(0.1, 10)), d.value(log(0.5, 10))),
            lambda: K.ConstantKernel(d.value(log(0.1, 10))) * K.RBF(1.0),
            lambda: K.WhiteKernel(d.value(log(1e-3, 1))) + K.RBF(length),
            lambda: K.PairwiseKernel(d.value(log(0.1, 2)), metric=d.pick(["rbf", "laplacian", "polynomial", "linear", "sigmoid", "cosine"])),
        ]
    )()


add("GaussianProcessRegressor", kind(y=maybe_targets, rows=(8, 20)), kernel=[None, gp_kernel, gp_kernel, gp_kernel], alpha=log(1e-6, 1), normalize_y=FLAG, optimizer=["fmin_l_bfgs_b", None, None])
add("GaussianProcessClassifier", kind(y=any_labels, rows=(12, 20)), kernel=[None, gp_kernel, gp_kernel], multi_class=["one_vs_rest", "one_vs_one"], max_iter_predict=20, optimizer=["fmin_l_bfgs_b", None])
add("IsotonicRegression", kind(y=any_target, widths=(1,), named=0) if VERSION >= (0, 24) else vectors, increasing=[True, False, "auto"], out_of_bounds=["nan", "clip", "raise"], y_min=[None, -0.5], y_max=[None, 0.5])
add("KernelRidge", kind(y=maybe_targets, sparse=0.15), kernel="linear rbf poly polynomial sigmoid laplacian cosine additive_chi2 chi2".split(), alpha=log(1e-3, 10), gamma=[None, log(1e-2, 3)], degree=[2, 3, 2.5], coef0=[0, 1, 0.5])
add("DummyClassifier", kind(y=maybe_several), strategy=["most_frequent", "prior", "constant"], constant=[0, 1, 2, "b", "yes"])
add("DummyRegressor", kind(y=maybe_targets), strategy=["mean", "median", "quantile", "constant"], quantile=[0.2, 0.9], constant=[1.5, -2])
