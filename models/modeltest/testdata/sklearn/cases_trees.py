"""Trees and ensembles of trees."""

from suite import *

from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    RandomTreesEmbedding,
)

if VERSION >= (0, 21):
    if VERSION < (1, 0):
        from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor


def default_joblib(model, tolerance, batches):
    """Trees are large: their files are compressed."""
    return model, tolerance, batches, to_joblib(3)


# Trees compare and add: nothing is rounded but where numpy rounds.
TREES = dict(EXACT, predict_log_proba="log")

# The releases between which the format or the meaning of trees changed.
CHANGES = [(0, 20), (0, 22), (1, 2), (1, 3), (1, 5), (1, 9)]
FEW = [(0, 20), (1, 2), (1, 9)]


def tree_case(versions=CHANGES, **limits):
    """A case in those versions only."""
    return case(**limits) if VERSION in versions else (lambda f: f)


# float32 is the precision of all trees, so that 1e150 is refused.
NUMBERS = np.array(
    [
        [0.0, -0.0, 1e-300, 5e-324],
        [-1e38, 1e38, -1e38, 1e38],
        [3.4028235e38, -3.4028235e38, 0.1, 1e-46],
        [5.1, 2.45, 1.75, 4.95],
    ]
)
GAPS = np.array([[5.1, 3.5, np.nan, 0.2], [np.nan] * 4, [6.8, np.nan, 4.8, np.nan], [np.nan, 3, 5.1, 2.4]])
HUGE = np.array([[5.1, 3.5, 1.4, 0.2], [5.1, 1e39, 1.4, 0.2]])


def edges(tree, X, most=10):
    """Rows that lie on thresholds of the tree, and one float32 or float64 to a side."""
    t = tree.tree_
    inner = np.flatnonzero(t.children_left >= 0)[:most]
    rows = X[: len(inner)].copy()
    for i, node in enumerate(inner):
        at = t.threshold[node]
        choice = [at, np.nextafter(at, np.inf), np.nextafter(np.float32(at), np.float32(np.inf)), np.float32(at)]
        rows[i, t.feature[node]] = choice[i % 4]
    return rows


def first_tree(model):
    return model if hasattr(model, "tree_") else np.ravel(model.estimators_)[0]


def trees(model, X, y, tolerance=TREES):
    model.fit(X, y)
    batches = [X[::19][:8], edges(first_tree(model), X), NUMBERS, ONE, GAPS, HUGE, INFINITE]
    if hasattr(model, "init_"):  # its apply names the tree as what expects four features
        return default_joblib(model, tolerance, batches)
    batches.append(NARROW)
    return default_joblib(model, tolerance, batches)


def few(model, X, y, tolerance=TREES):
    return default_joblib(model.fit(X, y), tolerance, [X[::19][:8], GAPS])


def with_gaps(X):
    X = X.copy()
    X[::7, 2] = np.nan
    X[3::11, 0] = np.nan
    return X


NAMES = np.array(["setosa", "versicolor", "virgin\u00edca"])[SPECIES]
PAIR = np.column_stack([SPECIES, (np.arange(len(SPECIES)) % 2) * 5 + 10])
NAMED_PAIR = np.column_stack([NAMES, np.array(["no", "yes"])[SPECIES % 2]])
WEIGHTS = dict(zip(np.unique(NAMES), [0.3, 1.7, 0.1]))

# ---- single trees ------------------------------------------------------------


@tree_case()
def decision_tree_classifier():
    return trees(DecisionTreeClassifier(max_depth=4, random_state=0), IRIS, SPECIES)


@tree_case(FEW)
def decision_tree_classifier_weighted():
    model = DecisionTreeClassifier(max_depth=3, class_weight=WEIGHTS, criterion="entropy", random_state=0)
    return few(model, IRIS, NAMES)


@tree_case()
def decision_tree_classifier_outputs():
    return few(DecisionTreeClassifier(max_depth=3, random_state=0), IRIS, PAIR)


@tree_case([(0, 22), (1, 9)])
def decision_tree_classifier_named_outputs():
    return few(DecisionTreeClassifier(max_depth=3, random_state=0), IRIS, NAMED_PAIR)


@tree_case(FEW)
def decision_tree_classifier_many_classes():
    """Over eight classes numpy sums a row in another order."""
    y = np.arange(len(IRIS)) % 11
    return few(DecisionTreeClassifier(max_depth=3, random_state=0, class_weight={k: 0.1 * k + 0.1 for k in range(11)}), IRIS, y)


@tree_case([(0, 20), (1, 9)])
def decision_tree_classifier_one_class():
    return few(DecisionTreeClassifier(random_state=0), IRIS, SPECIES * 0 + 7)


@tree_case(since=(1, 3))
def decision_tree_classifier_missing():
    return few(DecisionTreeClassifier(max_depth=4, random_state=0), with_gaps(IRIS), SPECIES)


@tree_case([(1, 5), (1, 9)])
def decision_tree_classifier_monotonic():
    return few(DecisionTreeClassifier(max_depth=3, random_state=0, monotonic_cst=[0, 1, 1, 0]), IRIS, SPECIES == 2)


@tree_case()
def decision_tree_regressor():
    return trees(DecisionTreeRegressor(max_depth=4, random_state=0), DIABETES, PROGRESSION)


@tree_case(FEW)
def decision_tree_regressor_outputs():
    return few(DecisionTreeRegressor(max_depth=3, random_state=0), DIABETES, targets(3))


@tree_case(FEW)
def decision_tree_regressor_column():
    return few(DecisionTreeRegressor(max_depth=3, random_state=0), DIABETES, targets(1))


@tree_case([(1, 2), (1, 3), (1, 9)])
def decision_tree_regressor_absolute():
    """Its criterion takes no NaN."""
    return few(DecisionTreeRegressor(max_depth=3, criterion="absolute_error", random_state=0), DIABETES, PROGRESSION)


@tree_case(since=(1, 3))
def decision_tree_regressor_missing():
    return few(DecisionTreeRegressor(max_depth=4, random_state=0), with_gaps(DIABETES), PROGRESSION)


@tree_case(FEW)
def decision_tree_regressor_stump():
    """A tree of one leaf."""
    return few(DecisionTreeRegressor(min_samples_leaf=10_000, random_state=0), DIABETES, PROGRESSION)


@tree_case([(0, 20), (1, 3), (1, 5), (1, 9)])
def extra_tree_classifier():
    return trees(ExtraTreeClassifier(max_depth=4, random_state=0), IRIS, NAMES)


@tree_case([(1, 9)])
def extra_tree_classifier_missing():
    return few(ExtraTreeClassifier(max_depth=4, random_state=0), with_gaps(IRIS), SPECIES)


@tree_case([(0, 20), (1, 3), (1, 9)])
def extra_tree_regressor():
    return trees(ExtraTreeRegressor(max_depth=4, random_state=0), DIABETES, PROGRESSION)


@tree_case([(1, 2), (1, 9)], since=(1, 0), needs_pandas=True)
def decision_tree_dataframe():
    X = pandas.DataFrame(IRIS, columns=["a", "b", "c", "d"])
    return default_joblib(DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, SPECIES), TREES, [X[::19]])


# ---- forests -----------------------------------------------------------------

SMALL = dict(n_estimators=5, max_depth=4, random_state=0)


@tree_case()
def random_forest_classifier():
    return trees(RandomForestClassifier(**SMALL), IRIS, SPECIES)


@tree_case(FEW)
def random_forest_classifier_weighted():
    return few(RandomForestClassifier(class_weight=WEIGHTS, **SMALL), IRIS, NAMES)


@tree_case()
def random_forest_classifier_outputs():
    return few(RandomForestClassifier(**SMALL), IRIS, PAIR)


@tree_case([(1, 5), (1, 9)])
def random_forest_classifier_missing():
    return few(RandomForestClassifier(**SMALL), with_gaps(IRIS), SPECIES)


@tree_case()
def random_forest_regressor():
    return trees(RandomForestRegressor(**SMALL), DIABETES, PROGRESSION)


@tree_case(FEW)
def random_forest_regressor_outputs():
    return few(RandomForestRegressor(**SMALL), DIABETES, targets(3))


@tree_case([(0, 20), (1, 3), (1, 5), (1, 9)])
def extra_trees_classifier():
    return trees(ExtraTreesClassifier(**SMALL), IRIS, SPECIES)


@tree_case([(0, 20), (1, 3), (1, 9)])
def extra_trees_regressor():
    return trees(ExtraTreesRegressor(**SMALL), DIABETES, PROGRESSION)


# ---- gradient boosting -------------------------------------------------------

BOOSTED = dict(TREES, predict_proba="exp", decision_function="blas")
LOG_LOSS = "log_loss" if VERSION >= (1, 1) else "deviance"
STAGES = dict(n_estimators=4, max_depth=3, random_state=0)


@tree_case()
def gradient_boosting_classifier():
    return trees(GradientBoostingClassifier(loss=LOG_LOSS, **STAGES), IRIS, SPECIES == 2, BOOSTED)


@tree_case()
def gradient_boosting_classifier_multi():
    return trees(GradientBoostingClassifier(loss=LOG_LOSS, **STAGES), IRIS, NAMES, BOOSTED)


@tree_case()
def gradient_boosting_classifier_exponential():
    return few(GradientBoostingClassifier(loss="exponential", **STAGES), IRIS, SPECIES == 1, BOOSTED)


@tree_case([(0, 22), (1, 2), (1, 5), (1, 9)])
def gradient_boosting_classifier_zero():
    return few(GradientBoostingClassifier(init="zero", **STAGES), IRIS, SPECIES, BOOSTED)


@tree_case([(0, 22), (1, 2), (1, 5), (1, 9)])
def gradient_boosting_classifier_init():
    init = DecisionTreeClassifier(max_depth=1, random_state=0)
    return few(GradientBoostingClassifier(init=init, **STAGES), IRIS, SPECIES, BOOSTED)


@tree_case([(0, 22), (1, 3), (1, 9)])
def gradient_boosting_classifier_init_two():
    init = DecisionTreeClassifier(max_depth=1, random_state=0)
    return few(GradientBoostingClassifier(init=init, **STAGES), IRIS, SPECIES == 0, BOOSTED)


@tree_case([(0, 20), (1, 3), (1, 9)])
def gradient_boosting_classifier_undecided():
    """Raw predictions of 0, where versions differ on which class that is."""
    X = np.zeros((4, 2))
    model = GradientBoostingClassifier(n_estimators=1, max_depth=1, random_state=0)
    return default_joblib(model.fit(X, [0, 1, 0, 1]), BOOSTED, [X[:2]])


@tree_case()
def gradient_boosting_regressor():
    return trees(GradientBoostingRegressor(**STAGES), DIABETES, PROGRESSION)


@tree_case(FEW)
def gradient_boosting_regressor_huber():
    return few(GradientBoostingRegressor(loss="huber", learning_rate=0.3, **STAGES), DIABETES, PROGRESSION)


@tree_case(FEW)
def gradient_boosting_regressor_quantile():
    return few(GradientBoostingRegressor(loss="quantile", alpha=0.8, subsample=0.7, **STAGES), DIABETES, PROGRESSION)


@tree_case([(0, 22), (1, 9)])
def gradient_boosting_regressor_absolute():
    loss = "absolute_error" if VERSION >= (1, 0) else "lad"
    return few(GradientBoostingRegressor(loss=loss, init="zero", **STAGES), DIABETES, PROGRESSION)


@tree_case([(0, 22), (1, 3), (1, 9)])
def gradient_boosting_regressor_init():
    return few(GradientBoostingRegressor(init=DecisionTreeRegressor(max_depth=2, random_state=0), **STAGES), DIABETES, PROGRESSION)


# ---- histogram gradient boosting ---------------------------------------------

HIST = dict(TREES, predict_proba="exp", decision_function="exact")
HIST_CHANGES = [(0, 21), (0, 22), (0, 24), (1, 2), (1, 3), (1, 5), (1, 9)]
ROUNDS = dict(max_iter=4, max_leaf_nodes=6, min_samples_leaf=5, random_state=0)
WIDE = np.array([[1e300, -1e300, 5e-324, 0.0], [-0.0, 0.0, 3.4e38, 1e-46], [5.1, 2.45, 1.75, 4.95]])


def hist_edges(model, X, most=8):
    """Rows that lie on thresholds of the first tree, and one float64 to a side."""
    nodes = model._predictors[0][0].nodes
    name = "num_threshold" if "num_threshold" in nodes.dtype.names else "threshold"
    inner = nodes[nodes["is_leaf"] == 0][:most]
    rows = X[: len(inner)].copy()
    for i, node in enumerate(inner):
        at = node[name]
        rows[i, node["feature_idx"]] = [at, np.nextafter(at, np.inf), np.nextafter(at, -np.inf)][i % 3]
    return rows


def hist(model, X, y, tolerance=HIST):
    model.fit(X, y)
    batches = [X[::19][:8], hist_edges(model, X), WIDE, ONE, GAPS, INFINITE, NARROW]
    return default_joblib(model, tolerance, batches)


@tree_case(HIST_CHANGES, since=(0, 21))
def hist_gradient_boosting_classifier():
    return hist(HistGradientBoostingClassifier(**ROUNDS), IRIS, SPECIES == 2)


@tree_case(HIST_CHANGES, since=(0, 21))
def hist_gradient_boosting_classifier_multi():
    return hist(HistGradientBoostingClassifier(**ROUNDS), IRIS, NAMES)


@tree_case(HIST_CHANGES, since=(0, 22))
def hist_gradient_boosting_classifier_missing():
    return few(HistGradientBoostingClassifier(**ROUNDS), with_gaps(IRIS), SPECIES, HIST)


@tree_case(HIST_CHANGES, since=(0, 21))
def hist_gradient_boosting_regressor():
    return hist(HistGradientBoostingRegressor(**ROUNDS), DIABETES, PROGRESSION)


@tree_case([(0, 24), (1, 3), (1, 9)], since=(0, 24))
def hist_gradient_boosting_regressor_poisson():
    model = HistGradientBoostingRegressor(loss="poisson", **ROUNDS)
    return few(model, with_gaps(DIABETES), PROGRESSION, dict(HIST, predict="exp"))


@tree_case([(1, 3), (1, 5), (1, 9)])
def hist_gradient_boosting_regressor_gamma():
    return few(HistGradientBoostingRegressor(loss="gamma", **ROUNDS), DIABETES, PROGRESSION, dict(HIST, predict="exp"))


@tree_case([(0, 24), (1, 2), (1, 9)])
def hist_gradient_boosting_regressor_absolute():
    loss = "absolute_error" if VERSION >= (1, 0) else "least_absolute_deviation"
    return few(HistGradientBoostingRegressor(loss=loss, **ROUNDS), DIABETES, PROGRESSION, HIST)


@tree_case([(1, 2), (1, 9)])
def hist_gradient_boosting_regressor_quantile():
    return few(HistGradientBoostingRegressor(loss="quantile", quantile=0.7, **ROUNDS), DIABETES, PROGRESSION, HIST)


def shops(n=150):
    """Two numbers among two categories, of which some are missing."""
    random = np.random.RandomState(3)
    X = np.column_stack([random.randint(0, 9, n), random.randn(n), random.randint(0, 40, n) * 3.0, random.rand(n)])
    X[::13, 2] = np.nan
    X[5::17, 1] = np.nan
    y = (X[:, 0] % 3) * 5 + np.nan_to_num(X[:, 2] % 7) + X[:, 3]
    return X, y


UNKNOWN = np.array(
    [[0, 0, 0, 0], [8, 1, 117, 1], [9, 1, 118, 1], [-1, 0, -3, 0], [np.nan, 0, np.nan, 0.5], [2.5, 0, 3.5, 0.5], [200, 0, 255, 0]]
)
BEYOND = np.array([[256, 0, 259, 0], [300.5, 0, 1e6, 0], [2**31 + 3.0, 0, 1e300, 0]])


@tree_case([(0, 24), (1, 2), (1, 3), (1, 5), (1, 9)])
def hist_gradient_boosting_regressor_categories():
    X, y = shops()
    model = HistGradientBoostingRegressor(categorical_features=[0, 2], **ROUNDS).fit(X, y)
    batches = [X[:10], UNKNOWN, INFINITE, BEYOND]
    return default_joblib(model, HIST, batches)


@tree_case([(0, 24), (1, 3), (1, 5), (1, 9)])
def hist_gradient_boosting_classifier_categories():
    X, y = shops()
    model = HistGradientBoostingClassifier(categorical_features=[True, False, True, False], **ROUNDS).fit(X, y // 6)
    return default_joblib(model, HIST, [X[:10], UNKNOWN])


# ---- isolation forests, embeddings -------------------------------------------

ISOLATED = dict(EXACT, decision_function="blas", score_samples="blas")
OLD = [(0, 20), (0, 21), (0, 22), (1, 2), (1, 3), (1, 5), (1, 7), (1, 9)]


def new_behaviour():
    return dict(behaviour="new") if (0, 20) <= VERSION < (0, 22) else {}


@tree_case(OLD)
def isolation_forest():
    model = IsolationForest(n_estimators=5, max_samples=40, contamination="auto", random_state=0, **new_behaviour())
    model.fit(IRIS)
    return default_joblib(model, ISOLATED, [ROWS, NUMBERS, ONE, GAPS, HUGE, INFINITE, NARROW])


@tree_case([(0, 20), (0, 22), (1, 9)])
def isolation_forest_contamination():
    """Where numpy's power depends on the processor (1.25, 1.26), rows on the boundary fall to either side."""
    model = IsolationForest(n_estimators=5, max_samples=40, contamination=0.1, random_state=0, **new_behaviour())
    return default_joblib(model.fit(IRIS), ISOLATED, [ROWS, NUMBERS])


@tree_case([(0, 20), (0, 21)])
def isolation_forest_old_behaviour():
    model = IsolationForest(n_estimators=4, max_samples=30, contamination=0.2, random_state=0, behaviour="old")
    return default_joblib(model.fit(IRIS), ISOLATED, [ROWS])


@tree_case([(0, 22), (1, 2), (1, 3), (1, 9)])
def isolation_forest_features():
    """Each tree sees two of four features."""
    model = IsolationForest(n_estimators=4, max_samples=50, max_features=2, bootstrap=True, random_state=1)
    return default_joblib(model.fit(IRIS), ISOLATED, [ROWS])


@tree_case([(1, 0), (1, 5), (1, 9)])
def isolation_forest_one_sample():
    return default_joblib(IsolationForest(n_estimators=2, max_samples=1, random_state=0).fit(IRIS), ISOLATED, [ROWS])


@tree_case([(0, 20), (1, 2), (1, 3), (1, 9)])
def random_trees_embedding():
    model = RandomTreesEmbedding(n_estimators=3, max_depth=3, random_state=0).fit(IRIS)
    return default_joblib(model, EXACT, [ROWS, NUMBERS, GAPS])


@tree_case([(0, 20), (1, 9)])
def random_trees_embedding_dense():
    model = RandomTreesEmbedding(n_estimators=3, max_depth=2, random_state=0, sparse_output=False).fit(IRIS)
    return default_joblib(model, EXACT, [ROWS])


@tree_case([(0, 20), (1, 9)])
def random_trees_embedding_pipeline():
    steps = [("embed", RandomTreesEmbedding(n_estimators=3, max_depth=2, random_state=0)), ("model", logistic())]
    return default_joblib(Pipeline(steps).fit(IRIS, SPECIES == 2), LABELS, [ROWS])


def shop_table(with_none):
    X, y = shops()
    towns = np.array(["Bern", "Biel", "Chur", "Genf", "Thun", "Visp", "Zug", "Brig", "Gland"])[X[:, 0].astype(int)]
    towns = towns.astype(object)
    if with_none:
        towns[3::19] = None
    table = pandas.DataFrame({"town": towns, "size": X[:, 1], "street": X[:, 2], "age": X[:, 3]})
    return table, y


@tree_case([(1, 5), (1, 7), (1, 9)])
def hist_gradient_boosting_regressor_texts():
    X, y = shop_table(True)
    unknown = X[:4].copy()
    unknown["town"] = ["Rom", None, "", "zug"]
    model = HistGradientBoostingRegressor(categorical_features=["town", "street"], **ROUNDS).fit(X, y)
    return default_joblib(model, HIST, [X[:10], unknown])


@tree_case([(1, 5), (1, 9)])
def hist_gradient_boosting_classifier_from_dtype():
    X, y = shop_table(False)
    X["town"] = X["town"].astype("category")
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", **ROUNDS).fit(X, y // 6)
    return default_joblib(model, HIST, [X[:10]])


# Trees after a sparse matrix.


def after_one_hot(model):
    X = np.round(IRIS)
    model = Pipeline([("codes", OneHotEncoder(handle_unknown="ignore")), ("model", model)])
    return default_joblib(model.fit(X, SPECIES), BOOSTED, [X[::19], X[40:41]])


@tree_case([(0, 22), (1, 9)])
def random_forest_sparse():
    return after_one_hot(RandomForestClassifier(**SMALL))


@tree_case([(0, 22), (1, 9)])
def gradient_boosting_sparse():
    return after_one_hot(GradientBoostingClassifier(**STAGES))
