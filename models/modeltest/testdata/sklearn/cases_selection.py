"""Feature selection."""

from sklearn.feature_selection import (
    RFE,
    RFECV,
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFromModel,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    VarianceThreshold,
    f_classif,
    f_regression,
    mutual_info_classif,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from suite import *  # noqa: F403

OLD, NEW = (0, 20), (1, 9)
SHORT = [ROWS, MISSING, INFINITE, NARROW]
SELECT = dict(LABELS, predict_proba="exp")


def only(*versions):
    """A case of these versions only."""

    def register(f):
        return case()(f) if VERSION in versions else f

    return register


# Columns that are equal tie, and a constant one has the score NaN.
TIED = np.column_stack([IRIS, IRIS[:, 1], IRIS[:, 3], IRIS[:, 1], np.ones(len(IRIS))])
WIDE = TIED[::19]


@only(OLD, (1, 0), NEW)
def select_k_best():
    return default_joblib(SelectKBest(f_classif, k=2).fit(IRIS, SPECIES), SELECT, SHORT)


@only(OLD, NEW)
def select_k_best_ties():
    return default_joblib(SelectKBest(f_classif, k=5).fit(TIED, SPECIES), SELECT, [WIDE])


@only(OLD, NEW)
def select_k_best_all():
    return default_joblib(SelectKBest(f_classif, k="all").fit(IRIS, SPECIES), SELECT, [ROWS])


@only((0, 24), NEW)
def select_k_best_without_p():
    """mutual_info_classif gives no p-values."""
    np.random.seed(0)
    return default_joblib(SelectKBest(mutual_info_classif, k=3).fit(IRIS, SPECIES), SELECT, [ROWS])


@only(OLD, NEW)
def select_percentile():
    return default_joblib(SelectPercentile(f_classif, percentile=50).fit(IRIS, SPECIES), SELECT, SHORT)


def percentile_of(percent):
    return default_joblib(SelectPercentile(f_classif, percentile=percent).fit(TIED, SPECIES), SELECT, [WIDE])


@only(OLD, NEW)
def select_percentile_ties():
    return percentile_of(70)


@only(OLD, NEW)
def select_percentile_more_ties():
    return percentile_of(90)


@only(OLD, NEW)
def select_percentile_all():
    return percentile_of(100)


@only(OLD, NEW)
def select_fpr():
    return default_joblib(SelectFpr(f_regression, alpha=1e-9).fit(DIABETES, PROGRESSION), SELECT, SHORT)


@only(OLD, NEW)
def select_fdr():
    return default_joblib(SelectFdr(f_classif, alpha=1e-20).fit(TIED[:, :7], SPECIES), SELECT, [TIED[::19, :7]])


@only(OLD, NEW)
def select_fwe():
    return default_joblib(SelectFwe(f_classif, alpha=1e-30).fit(IRIS, SPECIES), SELECT, SHORT)


def generic(mode, param):
    return default_joblib(GenericUnivariateSelect(f_classif, mode=mode, param=param).fit(IRIS, SPECIES), SELECT, [ROWS])


@only(OLD, NEW)
def generic_univariate_select():
    return generic("k_best", 3)


@only(OLD, NEW)
def generic_univariate_select_fdr():
    return generic("fdr", 1e-20)


@only((0, 24), NEW)
def generic_univariate_select_percentile():
    return generic("percentile", 60)


@only(OLD, (0, 22), NEW)
def variance_threshold():
    return default_joblib(VarianceThreshold(0.5).fit(IRIS), SELECT, SHORT)


@only((0, 24), NEW)
def variance_threshold_constant():
    return default_joblib(VarianceThreshold().fit(TIED), SELECT, [WIDE])


@only(OLD, (1, 0), NEW)
def select_from_model():
    return default_joblib(SelectFromModel(logistic()).fit(IRIS, SPECIES), SELECT, SHORT)


@only(OLD, NEW)
def select_from_model_median():
    model = SelectFromModel(Ridge(), threshold="1.25*median").fit(DIABETES, PROGRESSION)
    return default_joblib(model, SELECT, [ROWS])


@only(OLD, NEW)
def select_from_model_l1():
    inner = LogisticRegression(penalty="l1", solver="liblinear", C=0.1, random_state=0)
    return default_joblib(SelectFromModel(inner).fit(IRIS[:100], SPECIES[:100]), SELECT, [ROWS])


@only((1, 9))
def select_from_model_l1_ratio():
    inner = LogisticRegression(l1_ratio=1.0, solver="saga", C=0.1, max_iter=500, random_state=0)
    return default_joblib(SelectFromModel(inner).fit(IRIS[:100], SPECIES[:100]), SELECT, [ROWS])


@only(OLD, NEW)
def select_from_model_max_features():
    model = SelectFromModel(logistic(), threshold=-np.inf, max_features=3, norm_order=2)
    return default_joblib(model.fit(IRIS, SPECIES), SELECT, [ROWS])


@only(OLD, NEW)
def select_from_model_prefit():
    model = SelectFromModel(logistic().fit(IRIS, SPECIES), prefit=True, threshold="median", norm_order=np.inf)
    if VERSION >= (1, 0):
        model.fit(IRIS, SPECIES)
    steps = Pipeline([("select", model), ("scale", StandardScaler())])
    if VERSION < (1, 0):
        steps.steps[1][1].fit(model.transform(IRIS))
    else:
        steps.fit(IRIS, SPECIES)
    return default_joblib(steps, SELECT, [ROWS])


@only(OLD, (1, 0), (1, 5), NEW)
def rfe():
    return default_joblib(RFE(logistic(), n_features_to_select=2).fit(IRIS, SPECIES), SELECT, SHORT)


@only(OLD, NEW)
def rfe_regression():
    return default_joblib(RFE(Ridge(alpha=0.1), n_features_to_select=2).fit(DIABETES, PROGRESSION), LINEAR, SHORT)


@only(OLD, (1, 2), NEW)
def rfecv():
    names = np.array(["a", "b", "c"])
    return default_joblib(RFECV(logistic(), cv=3).fit(IRIS, names[SPECIES]), SELECT, SHORT)


if VERSION >= (0, 24):
    from sklearn.feature_selection import SequentialFeatureSelector

    @only((0, 24), NEW)
    def sequential_feature_selector():
        model = SequentialFeatureSelector(logistic(), n_features_to_select=2, cv=3)
        return default_joblib(model.fit(IRIS, SPECIES), SELECT, SHORT)


@only((1, 0), NEW)
def select_k_best_dataframe():
    X = pandas.DataFrame(IRIS, columns=["a", "b", "c", "d"])
    steps = Pipeline([("select", SelectKBest(f_classif, k=2)), ("model", logistic())])
    return default_joblib(steps.fit(X, SPECIES), SELECT, [X[::19]])


# By the importances of trees. Selectors take NaN where their estimator does.

from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingClassifier, RandomForestClassifier  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402


@only(OLD, (1, 2), (1, 3), NEW)
def select_from_model_tree():
    inner = DecisionTreeClassifier(max_depth=3, random_state=0)
    return default_joblib(SelectFromModel(inner).fit(TIED, SPECIES), SELECT, [WIDE, np.where(WIDE > 6, np.nan, WIDE)])


@only(OLD, (1, 3), (1, 5), NEW)
def select_from_model_forest():
    inner = RandomForestClassifier(5, max_depth=3, random_state=0)
    model = SelectFromModel(inner, threshold="1.1*mean").fit(IRIS, SPECIES)
    return default_joblib(model, SELECT, SHORT)


@only(OLD, NEW)
def select_from_model_extra_trees():
    inner = ExtraTreesRegressor(5, max_depth=3, random_state=0)
    return default_joblib(SelectFromModel(inner, max_features=2).fit(DIABETES, PROGRESSION), SELECT, SHORT)


@only(OLD, NEW)
def select_from_model_boosting():
    inner = GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=0)
    return default_joblib(SelectFromModel(inner, threshold="median").fit(IRIS, SPECIES), SELECT, [ROWS])


@only(OLD, (1, 2), (1, 3), NEW)
def rfe_tree():
    inner = DecisionTreeClassifier(max_depth=3, random_state=0)
    return default_joblib(RFE(inner, n_features_to_select=3).fit(IRIS, SPECIES), SELECT, SHORT)
