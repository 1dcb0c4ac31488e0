"""The table of estimators of estimators, around random ones; see random_estimators.py."""

import scipy.special

from random_transformers import *  # noqa: F403
from random_transformers import BALANCE, FLAG, Plain, add, build, find, inner, log

SIMPLE = set(TABLE)

# ---- what stands inside ------------------------------------------------------------------

PROBABLE = "LogisticRegression DecisionTreeClassifier GaussianNB KNeighborsClassifier RandomForestClassifier LinearDiscriminantAnalysis ExtraTreesClassifier GradientBoostingClassifier HistGradientBoostingClassifier MLPClassifier QuadraticDiscriminantAnalysis BernoulliNB AdaBoostClassifier".split()
DECIDING = PROBABLE + "LinearSVC SVC RidgeClassifier SGDClassifier Perceptron NearestCentroid PassiveAggressiveClassifier".split()
REGRESSORS = "Ridge LinearRegression DecisionTreeRegressor KNeighborsRegressor SVR RandomForestRegressor Lasso GradientBoostingRegressor HuberRegressor LinearSVR HistGradientBoostingRegressor BayesianRidge DummyRegressor MLPRegressor KernelRidge ElasticNet".split()
SCALERS = "StandardScaler MinMaxScaler MaxAbsScaler RobustScaler Normalizer PowerTransformer QuantileTransformer Binarizer PolynomialFeatures SplineTransformer KBinsDiscretizer SimpleImputer PCA VarianceThreshold FunctionTransformer".split()
SUPERVISED = "SelectKBest SelectFromModel SelectPercentile".split()


def named(d, options, low, high, prefix="m"):
    return [("%s%d" % (prefix, i), options(d)) for i in range(d.between(low, high))]


def piped(*names):
    """One of the classes, sometimes behind a scaler."""

    def option(d):
        last = inner(*names)(d)
        if d.chance(0.75):
            return last
        return find("Pipeline")([("prep", inner(*SCALERS)(d)), ("last", last)])

    return option


proba, any_classifier, regressor = piped(*PROBABLE), piped(*DECIDING), piped(*REGRESSORS)


def members(option, low=1, high=3, drop=0.15):
    def estimators(d):
        list = named(d, option, low, high)
        if len(list) > 1 and d.chance(drop):
            list[0] = (list[0][0], d.pick(["drop", None]) if VERSION < (0, 22) else "drop")
        return list

    return estimators


CLASSES = kind(y=any_labels)
TWO = kind(y=two_labels)

# ---- ensembles, votes, stacks ---------------------------------------------------------------

BAG = dict(n_estimators=[1, 3, 6], max_samples=[1.0, 0.5, 5], max_features=[1.0, 0.5, 1], bootstrap=FLAG, bootstrap_features=FLAG, oob_score=[False, False, True])
add("BaggingClassifier", CLASSES, estimator=[None, proba, any_classifier], **BAG)
add("BaggingRegressor", kind(y=maybe_targets), estimator=[None, regressor], **BAG)
BASES = inner("DecisionTreeClassifier", "LogisticRegression", "GaussianNB", "RandomForestClassifier")
add("AdaBoostClassifier", kind(y=any_labels, sparse=0.1), estimator=[None, None, BASES], n_estimators=[1, 3, 8], algorithm=["SAMME", "SAMME.R"], learning_rate=[1.0, 0.3, 2.0])
add("AdaBoostRegressor", kind(y=any_target, sparse=0.1), estimator=[None, None, inner("Ridge", "DecisionTreeRegressor", "SVR")], n_estimators=[1, 3, 8], loss=["linear", "square", "exponential"], learning_rate=[1.0, 0.3])
add("VotingClassifier", CLASSES, estimators=members(proba, 2, 4), voting=["hard", "soft"], weights=[None, None, lambda d: [1, 2.5]], flatten_transform=FLAG)
add("VotingRegressor", kind(y=any_target), estimators=members(regressor, 2, 3), weights=[None, None, lambda d: [1, 2.5]])
add("StackingClassifier", kind(y=maybe_flags), estimators=members(any_classifier, 1, 3), final_estimator=[None, proba, any_classifier], stack_method=["auto", "auto", "predict_proba", "decision_function", "predict"], passthrough=FLAG, cv=2)
add("StackingRegressor", kind(y=any_target), estimators=members(regressor, 1, 3), final_estimator=[None, regressor], passthrough=FLAG, cv=2)

# ---- calibration, thresholds, several classes and outputs --------------------------------------

add("CalibratedClassifierCV", CLASSES, estimator=[None, any_classifier, any_classifier], method=["sigmoid", "isotonic", "temperature"], ensemble=[True, False, "auto"], cv=[2, 3])
add("FixedThresholdClassifier", TWO, estimator=any_classifier, threshold=["auto", 0.3, 0.9, -0.5], response_method=["auto", "predict_proba", "decision_function"])
add("TunedThresholdClassifierCV", TWO, estimator=any_classifier, scoring=["balanced_accuracy", "accuracy"], response_method=["auto", "predict_proba", "decision_function"], thresholds=[5, 100], cv=[2, 0.5], refit=True)
add("OneVsRestClassifier", kind(y=maybe_flags), estimator=any_classifier)
add("OneVsOneClassifier", CLASSES, estimator=any_classifier)
add("OutputCodeClassifier", kind(y=any_labels, most=1e9), estimator=any_classifier, code_size=[1.5, 0.6, 3])
add("MultiOutputClassifier", kind(y=lambda d, X: d.pick([flags, several_labels])(d, X)), estimator=any_classifier)
add("MultiOutputRegressor", kind(y=two_targets), estimator=regressor)
CHAIN = dict(order=[None, "random", lambda d: [1, 0], lambda d: [2, 0, 1]], cv=[None, 2])
add("ClassifierChain", kind(y=flags), estimator=any_classifier, chain_method=["predict", "predict_proba", "decision_function", "predict_log_proba"], **CHAIN)
add("RegressorChain", kind(y=two_targets), estimator=regressor, **CHAIN)
add("SelfTrainingClassifier", kind(y=partly), estimator=proba, threshold=[0.75, 0.55], criterion=["threshold", "k_best"], k_best=[3, 10])
add("RANSACRegressor", kind(y=maybe_targets), estimator=[None, None, regressor], min_samples=[None, 0.5, 5], residual_threshold=[None, 5.0], loss=["absolute_error", "squared_error", "absolute_loss", "squared_loss"])
add("FrozenEstimator", CLASSES, estimator=any_classifier)

# ---- pipelines, columns, functions, searches ---------------------------------------------------


def steps(d):
    last = d.pick([any_classifier, any_classifier, inner(*SCALERS), inner("KMeans", "IsolationForest", "PCA", "GaussianMixture")])
    first = named(d, lambda d: inner(*(SCALERS + SUPERVISED))(d), 1, 3, "s")
    if d.chance(0.15):
        first[0] = (first[0][0], "passthrough" if VERSION >= (0, 21) else None)
    return first + [("last", last(d))]


add("Pipeline", kind(y=any_labels, sparse=0.1, holes=0.2), steps=steps)


def parts(d):
    list = named(d, lambda d: nested(d), 1, 3, "t")
    if len(list) > 1 and d.chance(0.2):
        list[0] = (list[0][0], d.pick(["drop", "passthrough"]) if VERSION >= (1, 1) else "drop")
    return list


def nested(d):
    kind = d.rng.rand()
    if kind < 0.7:
        return inner(*SCALERS)(d)
    if kind < 0.85:
        return find("FeatureUnion")(named(d, inner(*SCALERS), 1, 2, "u"))
    return find("Pipeline")(named(d, inner(*SCALERS), 1, 2, "p"))


WEIGHTS = [None, None, lambda d: {"t0": 0.5}, lambda d: {"t0": 3}]
add("FeatureUnion", kind(y=any_labels, sparse=0.1, holes=0.2), transformer_list=parts, transformer_weights=WEIGHTS, verbose_feature_names_out=FLAG)


def chosen(d):
    """Some columns of d.X, in one of the ways to say so."""
    k = d.X.shape[1]
    at = sorted(d.rng.choice(k, d.between(1, k), replace=False).tolist())
    ways = [at, at[::-1], slice(at[0], at[-1] + 1), [j in at for j in range(k)], [j - k for j in at], np.array(at)]
    return d.pick(ways)


def by_columns(d):
    if hasattr(d.X, "columns"):
        return over_table(d)
    list = [(name, t, chosen(d)) for name, t in named(d, nested, 1, 3, "t")]
    return list + ([("last", d.pick(["drop", "passthrough"]), chosen(d))] if d.chance(0.4) else [])


def over_table(d):
    """Each column of a table by an encoder or a scaler that takes it."""
    words = [name for name in d.X.columns if d.X[name].dtype.kind not in "fib"]
    numbers = [name for name in d.X.columns if name not in words]
    list = []
    if words:
        fill = find("SimpleImputer")(strategy="most_frequent")
        encode = inner("OneHotEncoder", "OrdinalEncoder")(d)
        list.append(("words", d.pick([encode, find("Pipeline")([("fill", fill), ("encode", encode)])]), words))
    if numbers and d.chance(0.8):
        list.append(("numbers", nested(d), d.pick([numbers, numbers[:1]])))
    return list[:: d.pick([1, -1])]


def table_or_matrix(d):
    if pandas is not None and VERSION >= (1, 0) and d.chance(0.4):
        (Z, y), asked = categories(y=any_labels, numeric=0.0, table=1.0, others=True)(d)
        return (Z, y), asked
    return kind(y=any_labels, holes=0.2)(d)


add(
    "ColumnTransformer",
    table_or_matrix,
    transformers=by_columns,
    remainder=["drop", "passthrough", inner("StandardScaler", "MinMaxScaler", "SimpleImputer")],
    sparse_threshold=[0.3, 0, 1.0],
    transformer_weights=WEIGHTS,
    verbose_feature_names_out=FLAG,
)
UFUNCS = "absolute arctan cbrt ceil exp expm1 floor log1p log2 log10 log negative rint sign sin square sqrt tanh trunc isnan cosh deg2rad nan_to_num fix".split()
FUNCTIONS = [None] + [Plain(getattr(np, name)) for name in UFUNCS] + [Plain(scipy.special.expit)]
add("FunctionTransformer", kind(holes=0.2), func=FUNCTIONS, validate=FLAG, feature_names_out=[None, "one-to-one"])
BACK = ["StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "PowerTransformer", "QuantileTransformer"]
PAIRS = [(np.log1p, np.expm1), (np.log, np.exp), (np.sqrt, np.square), (np.cbrt, None), (np.arcsinh, np.sinh)]


def transformed(d):
    """Either a transformer or a pair of functions."""
    (Z, y), asked = kind(y=lambda d, X: d.pick([positive_target, maybe_targets])(d, X))(d)
    d.pair = d.pick(PAIRS[:3] + PAIRS[4:]) if d.chance(0.5) and np.min(y) > 0 else (None, None)
    return (Z, y), asked


add(
    "TransformedTargetRegressor",
    transformed,
    regressor=[None, regressor],
    transformer=lambda d: None if d.pair[0] or d.chance(0.2) else inner(*BACK)(d),
    func=lambda d: d.pair[0],
    inverse_func=lambda d: d.pair[1],
)
ALWAYS.extend(["func", "inverse_func"])


def searched(d):
    d.found = d.pick(["LogisticRegression", "DecisionTreeClassifier", "SVC", "KNeighborsClassifier"])
    return build(d, d.found)


GRIDS = {
    "LogisticRegression": {"C": [0.1, 1.0]},
    "DecisionTreeClassifier": {"max_depth": [1, 3, 4]},
    "SVC": {"C": [0.1, 1.0, 5.0]},
    "KNeighborsClassifier": {"n_neighbors": [1, 2, 3]},
}
GRID = dict(estimator=searched, cv=2)
GRIDDED = lambda d: GRIDS[d.found]  # noqa: E731 - estimator is drawn before param_*
add("GridSearchCV HalvingGridSearchCV", CLASSES, param_grid=GRIDDED, **GRID)
add("RandomizedSearchCV HalvingRandomSearchCV", CLASSES, param_distributions=GRIDDED, n_iter=2, n_candidates=2, **GRID)

# The classes of this file.
COMPOSED = sorted(set(TABLE) - SIMPLE)
