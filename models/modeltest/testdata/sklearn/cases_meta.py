"""Estimators of estimators: ensembles of any base, calibration, multiclass, several outputs."""

from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    VotingClassifier,
)
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from suite import *  # noqa: F403

SHORT = [ROWS, MISSING] + ([NARROW] if VERSION >= (1, 0) else [])
# Versions are spared where nothing changed.
OLD, NEW = (0, 20), (1, 9)
META = dict(LABELS, transform="exp", predict_proba="exp", decision_function="exp")
MEAN = dict(LINEAR, transform="blas")


def only(*versions):
    """A case of these versions only."""

    def register(f):
        return case()(f) if VERSION in versions else f

    return register


def base(**params):
    return logistic(**params)


def votes_only():
    """A classifier without predict_proba."""
    return VotingClassifier(named(logistic(), logistic(C=1e-2), logistic(C=1e-3)))


def named(*estimators):
    return [("m%d" % i, e) for i, e in enumerate(estimators)]


def over(estimator):
    """The keyword for the inner estimator, which 1.2 renamed."""
    return {"estimator" if VERSION >= (1, 2) else "base_estimator": estimator}


STRINGS = np.array(["setosa", "versicolor", "virginica"])


@only(OLD, (0, 24), (1, 0), (1, 2), NEW)
def bagging_classifier():
    model = BaggingClassifier(n_estimators=5, max_features=3, random_state=0, **over(logistic()))
    return default_joblib(model.fit(IRIS, STRINGS[SPECIES]), META, SHORT)


@only((1, 0), NEW)
def bagging_classifier_votes():
    model = BaggingClassifier(n_estimators=4, max_samples=0.2, random_state=0, **over(votes_only()))
    return default_joblib(model.fit(IRIS, SPECIES), META, SHORT)


@only(OLD, NEW)
def bagging_classifier_missing_class():
    """Few samples an estimator, so that not every one saw every class."""
    for seed in range(1000):
        # A pipeline takes no sample weights and is fitted on the samples drawn alone.
        inner = Pipeline([("m", VotingClassifier([("m", logistic())], voting="soft"))])
        model = BaggingClassifier(
            n_estimators=4, max_samples=5, bootstrap_features=True, random_state=seed, **over(inner)
        )
        try:
            model.fit(IRIS, SPECIES)
        except ValueError:  # samples of a single class
            continue
        if any(len(e.classes_) < 3 for e in model.estimators_):
            break
    return default_joblib(model, META, [ROWS])


@only(OLD, (1, 2), NEW)
def bagging_regressor():
    model = BaggingRegressor(n_estimators=4, max_features=2, random_state=0, **over(Ridge()))
    return default_joblib(model.fit(DIABETES, PROGRESSION), MEAN, SHORT)


# Before 1.0 a hard vote has a predict_proba that only raises.


@only((1, 0), (1, 5), NEW)
def voting_classifier_hard():
    model = VotingClassifier(named(base(), Pipeline([("s", StandardScaler()), ("m", base(C=9.0))]), base(C=1e-3)))
    return default_joblib(model.fit(IRIS, STRINGS[SPECIES]), META, SHORT)


@only((1, 0), NEW)
def voting_classifier_hard_weights():
    estimators = named(base(), base(C=0.5), base(C=1e-3), base(C=1e-4))
    model = VotingClassifier(estimators, weights=[1, 5, 2, 2.5])
    model.set_params(m1="drop")
    return default_joblib(model.fit(IRIS, SPECIES), META, [ROWS])


@only(OLD, (0, 21), (1, 0), NEW)
def voting_classifier_soft():
    estimators = named(base(), base(C=0.5), base(C=1e-2))
    model = VotingClassifier(estimators, voting="soft", weights=[0.3, 3, 0.9], flatten_transform=True)
    model.set_params(m1=None if VERSION < (0, 22) else "drop")
    return default_joblib(model.fit(IRIS, SPECIES * 10), META, SHORT)


@only((0, 22), NEW)
def voting_classifier_soft_binary():
    model = VotingClassifier(named(base(), base(C=1e-2)), voting="soft")
    return default_joblib(model.fit(IRIS[:100], SPECIES[:100] == 1), META, [ROWS, EXTREME])


if VERSION >= (0, 21):
    from sklearn.ensemble import VotingRegressor

    @only((0, 21), NEW)
    def voting_regressor():
        model = VotingRegressor(named(Ridge(), LinearRegression()))
        return default_joblib(model.fit(DIABETES, PROGRESSION), MEAN, SHORT)

    @only((0, 24), NEW)
    def voting_regressor_weights():
        model = VotingRegressor(named(Ridge(), LinearRegression(), Ridge(alpha=5.0)), weights=[1, 2, 3])
        model.set_params(m1="drop")
        return default_joblib(model.fit(DIABETES, PROGRESSION), MEAN, [ROWS])


if VERSION >= (0, 22):
    from sklearn.ensemble import StackingClassifier, StackingRegressor

    @only((0, 22), (1, 0), NEW)
    def stacking_classifier():
        model = StackingClassifier(named(base(), Pipeline([("s", MinMaxScaler()), ("m", base())])), logistic(), cv=3)
        return default_joblib(model.fit(IRIS, STRINGS[SPECIES]), META, SHORT)

    @only((0, 24), NEW)
    def stacking_classifier_passthrough():
        estimators = named(base(), votes_only(), base(C=0.1))
        model = StackingClassifier(estimators, base(), cv=3, passthrough=True)
        model.set_params(m2="drop")
        return default_joblib(model.fit(IRIS[:100], SPECIES[:100] + 5), META, SHORT)

    @only((0, 24), NEW)
    def stacking_classifier_predict():
        model = StackingClassifier(named(base(), base(C=1e-3)), logistic(), cv=3, stack_method="predict")
        return default_joblib(model.fit(IRIS, SPECIES), META, [ROWS])

    @only((0, 22), NEW)
    def stacking_regressor():
        model = StackingRegressor(named(Ridge(), LinearRegression()), Ridge(), cv=3)
        return default_joblib(model.fit(DIABETES, PROGRESSION), MEAN, SHORT)

    @only((1, 2), NEW)
    def stacking_regressor_passthrough():
        model = StackingRegressor(named(Ridge(), LinearRegression()), Ridge(), cv=3, passthrough=True)
        return default_joblib(model.fit(DIABETES, PROGRESSION), MEAN, [ROWS])


def algorithm(name):
    """SAMME.R was removed in 1.6, with the choice."""
    return {"algorithm": name} if VERSION < (1, 6) else {}


@only(OLD, (0, 22), (1, 2), (1, 3), (1, 5), (1, 7), NEW)
def ada_boost_classifier():
    model = AdaBoostClassifier(n_estimators=5, random_state=0, **dict(over(base(C=0.1)), **algorithm("SAMME")))
    return default_joblib(model.fit(IRIS, STRINGS[SPECIES]), META, SHORT)


@only(OLD, (1, 2), (1, 3), NEW)
def ada_boost_classifier_binary():
    model = AdaBoostClassifier(n_estimators=5, random_state=0, **dict(over(base(C=1.0)), **algorithm("SAMME")))
    return default_joblib(model.fit(IRIS[50:], SPECIES[50:]), META, SHORT)


@only(OLD, (0, 24), (1, 3), (1, 5))
def ada_boost_classifier_real():
    model = AdaBoostClassifier(n_estimators=5, random_state=0, **dict(over(base(C=0.1)), **algorithm("SAMME.R")))
    return default_joblib(model.fit(IRIS, SPECIES), META, SHORT)


@only(OLD, (1, 5))
def ada_boost_classifier_real_binary():
    model = AdaBoostClassifier(n_estimators=5, random_state=0, **dict(over(base(C=0.1)), **algorithm("SAMME.R")))
    return default_joblib(model.fit(IRIS[50:], SPECIES[50:]), META, SHORT)


@only(OLD, (1, 2), NEW)
def ada_boost_regressor():
    model = AdaBoostRegressor(n_estimators=7, random_state=0, **over(Ridge(alpha=0.1)))
    return default_joblib(model.fit(DIABETES, PROGRESSION), MEAN, SHORT)


def calibrated(inner, **params):
    from sklearn.calibration import CalibratedClassifierCV

    return CalibratedClassifierCV(cv=3, **dict(over(inner), **params))


@only(OLD, (0, 24), (1, 2), NEW)
def calibrated_sigmoid():
    return default_joblib(calibrated(logistic()).fit(IRIS, STRINGS[SPECIES]), META, SHORT)


@only(OLD, NEW)
def calibrated_sigmoid_binary():
    return default_joblib(calibrated(logistic()).fit(IRIS[50:], SPECIES[50:]), META, [ROWS, EXTREME])


@only(OLD, (0, 24), (1, 2), NEW)
def calibrated_isotonic():
    return default_joblib(calibrated(logistic(C=1e-3), method="isotonic").fit(IRIS, SPECIES), META, [ROWS, EXTREME])


@only((0, 22), NEW)
def calibrated_isotonic_of_probabilities():
    inner = VotingClassifier(named(logistic(C=1e-2)), voting="soft")
    model = calibrated(inner, method="isotonic")
    return default_joblib(model.fit(IRIS[50:], SPECIES[50:]), META, SHORT)


@only((0, 24), (1, 5), NEW)
def calibrated_without_ensemble():
    return default_joblib(calibrated(logistic(), ensemble=False).fit(IRIS, SPECIES), META, SHORT)


if VERSION >= (1, 8):

    @only(NEW)
    def calibrated_temperature():
        return default_joblib(calibrated(logistic(), method="temperature").fit(IRIS, SPECIES), META, SHORT)

    @only(NEW)
    def calibrated_temperature_binary():
        model = calibrated(logistic(), method="temperature")
        return default_joblib(model.fit(IRIS[50:], SPECIES[50:]), META, SHORT)

    @only(NEW)
    def calibrated_temperature_of_probabilities():
        inner = VotingClassifier(named(logistic()), voting="soft")
        return default_joblib(calibrated(inner, method="temperature").fit(IRIS, SPECIES), META, SHORT)

    @only(NEW)
    def calibrated_temperature_of_two_probabilities():
        inner = VotingClassifier(named(logistic()), voting="soft")
        model = calibrated(inner, method="temperature")
        return default_joblib(model.fit(IRIS[50:], SPECIES[50:]), META, SHORT)


if VERSION >= (1, 5):
    from sklearn.metrics import f1_score, make_scorer
    from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV

    TWO_CLASSES = IRIS[50:], STRINGS[SPECIES[50:]]

    @only((1, 5), NEW)
    def fixed_threshold():
        return default_joblib(FixedThresholdClassifier(logistic(), threshold=0.8).fit(*TWO_CLASSES), META, SHORT)

    @only((1, 5), NEW)
    def fixed_threshold_auto():
        model = FixedThresholdClassifier(logistic(), response_method="decision_function", pos_label="versicolor")
        return default_joblib(model.fit(*TWO_CLASSES), META, [ROWS])

    @only((1, 5), NEW)
    def tuned_threshold():
        model = TunedThresholdClassifierCV(logistic(C=1e-2), cv=3, random_state=0)
        return default_joblib(model.fit(*TWO_CLASSES), META, SHORT)

    @only((1, 5), NEW)
    def tuned_threshold_label():
        scorer = make_scorer(f1_score, pos_label="versicolor")
        model = TunedThresholdClassifierCV(logistic(C=1e-2), cv=3, scoring=scorer)
        return default_joblib(model.fit(*TWO_CLASSES), META, [ROWS])

    @only((1, 5), NEW)
    def tuned_threshold_default_label():
        model = TunedThresholdClassifierCV(logistic(C=1e-2), cv=3, scoring="f1")
        return default_joblib(model.fit(IRIS[50:], SPECIES[50:] - 1), META, [ROWS])


from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier  # noqa: E402
from sklearn.multioutput import (  # noqa: E402
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)

LABELS_OF_THREE = np.column_stack([SPECIES == 0, SPECIES > 0, IRIS[:, 0] > 6]).astype(int)


@only(OLD, (1, 0), (1, 5), (1, 7), NEW)
def one_vs_rest():
    return default_joblib(OneVsRestClassifier(logistic()).fit(IRIS, STRINGS[SPECIES]), META, SHORT)


@only(OLD, NEW)
def one_vs_rest_binary():
    return default_joblib(OneVsRestClassifier(logistic()).fit(IRIS[50:], STRINGS[SPECIES[50:]]), META, SHORT)


@only(OLD, (1, 2), NEW)
def one_vs_rest_multilabel():
    return default_joblib(OneVsRestClassifier(logistic()).fit(IRIS, LABELS_OF_THREE), META, SHORT)


@only(OLD, NEW)
def one_vs_rest_constant():
    Y = np.column_stack([SPECIES == 0, SPECIES < 5, SPECIES > 5]).astype(int)
    return default_joblib(OneVsRestClassifier(logistic()).fit(IRIS, Y), META, [ROWS])


@only(OLD, (1, 5), (1, 7), NEW)
def one_vs_rest_regressor():
    """Scores of regressors; ties among them, for predictions are few."""
    model = OneVsRestClassifier(Ridge(alpha=1e300, fit_intercept=False)).fit(IRIS, SPECIES)
    for e in model.estimators_:
        e.coef_ = np.zeros_like(e.coef_)
    return default_joblib(model, META, [ROWS])


@only((0, 21), (1, 0), (1, 2), NEW)
def one_vs_one():
    return default_joblib(OneVsOneClassifier(logistic()).fit(IRIS, STRINGS[SPECIES]), META, SHORT)


@only((0, 21), NEW)
def one_vs_one_binary():
    return default_joblib(OneVsOneClassifier(logistic()).fit(IRIS[50:], SPECIES[50:]), META, SHORT)


@only((1, 0), (1, 2), NEW)
def one_vs_one_probabilities():
    inner = VotingClassifier(named(logistic()), voting="soft")
    return default_joblib(OneVsOneClassifier(inner).fit(IRIS, SPECIES), META, [ROWS])


@only(OLD, (1, 0), NEW)
def output_code():
    model = OutputCodeClassifier(logistic(), code_size=2.5, random_state=1)
    return default_joblib(model.fit(IRIS, STRINGS[SPECIES]), META, SHORT)


@only(OLD, (0, 24), (1, 5), (1, 7), NEW)
def classifier_chain():
    model = ClassifierChain(logistic(), order=[2, 0, 1], random_state=0)
    return default_joblib(model.fit(IRIS, LABELS_OF_THREE), META, SHORT)


if VERSION >= (1, 6):

    @only((1, 7), NEW)
    def classifier_chain_probabilities():
        model = ClassifierChain(logistic(), order=[1, 2, 0], chain_method="predict_proba")
        return default_joblib(model.fit(IRIS, LABELS_OF_THREE), META, [ROWS])

    @only((1, 7), NEW)
    def classifier_chain_decisions():
        model = ClassifierChain(logistic(), chain_method=["decision_function", "predict"])
        return default_joblib(model.fit(IRIS, LABELS_OF_THREE), META, [ROWS])


@only(OLD, (1, 0), NEW)
def regressor_chain():
    model = RegressorChain(Ridge(alpha=0.1), order=[1, 2, 0])
    return default_joblib(model.fit(DIABETES, targets(3)), MEAN, SHORT)


@only((0, 22), (1, 0), NEW)
def multi_output_classifier():
    Y = np.column_stack([STRINGS[SPECIES], np.where(IRIS[:, 0] > 6, "long", "short")])
    return default_joblib(MultiOutputClassifier(logistic()).fit(IRIS, Y), META, SHORT)


@only(OLD, NEW)
def multi_output_classifier_ints():
    return default_joblib(MultiOutputClassifier(logistic()).fit(IRIS, LABELS_OF_THREE * 3), META, [ROWS])


@only(OLD, (1, 0), NEW)
def multi_output_regressor():
    return default_joblib(MultiOutputRegressor(Ridge()).fit(DIABETES, targets(3)), MEAN, SHORT)


if VERSION >= (0, 24):
    from sklearn.semi_supervised import SelfTrainingClassifier

    @only((0, 24), (1, 2), NEW)
    def self_training():
        y = np.where(np.arange(len(SPECIES)) % 3 == 0, SPECIES, -1)
        return default_joblib(SelfTrainingClassifier(logistic()).fit(IRIS, y), META, SHORT)


# With trees, which are the default of the ensembles. They know fewer classes than
# the whole where their samples do, and since 1.3 take NaN.

from sklearn.ensemble import RandomForestClassifier  # noqa: E402
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor  # noqa: E402

TREE = dict(EXACT, predict_proba="exp", predict_log_proba="log", decision_function="exp")


def tree(depth=3, **params):
    return DecisionTreeClassifier(max_depth=depth, random_state=0, **params)


def regression_tree():
    return DecisionTreeRegressor(max_depth=3, random_state=0)


@only(OLD, (1, 2), (1, 3), NEW)
def bagging_classifier_trees():
    model = BaggingClassifier(n_estimators=5, max_samples=0.1, max_features=3, random_state=0)
    return default_joblib(model.fit(IRIS, STRINGS[SPECIES]), TREE, SHORT)


@only(OLD, NEW)
def bagging_regressor_trees():
    model = BaggingRegressor(n_estimators=4, max_features=3, random_state=0, **over(regression_tree()))
    return default_joblib(model.fit(DIABETES, PROGRESSION), MEAN, [ROWS])


@only(OLD, (1, 3), (1, 5), NEW)
def ada_boost_classifier_stumps():
    model = AdaBoostClassifier(n_estimators=6, random_state=0)
    return default_joblib(model.fit(IRIS, STRINGS[SPECIES]), TREE, SHORT)


@only(OLD, NEW)
def ada_boost_regressor_trees():
    model = AdaBoostRegressor(n_estimators=6, random_state=0)
    return default_joblib(model.fit(DIABETES[:60], PROGRESSION[:60]), EXACT, [ROWS, DIABETES[::60]])


@only((1, 0), NEW)
def voting_classifier_trees():
    forest = RandomForestClassifier(3, max_depth=3, random_state=0)
    model = VotingClassifier(named(tree(), forest, base()), voting="soft")
    return default_joblib(model.fit(IRIS, SPECIES), META, SHORT)


@only((1, 0), NEW)
def stacking_classifier_trees():
    model = StackingClassifier(named(tree(), base()), tree(), cv=3, passthrough=True)
    return default_joblib(model.fit(IRIS[:140], SPECIES[:140]), META, SHORT)


@only(OLD, NEW)
def calibrated_trees():
    return default_joblib(calibrated(tree(), method="isotonic").fit(IRIS, SPECIES), META, [ROWS])


@only((0, 22), (1, 0), (1, 2), NEW)
def one_vs_one_trees():
    return default_joblib(OneVsOneClassifier(tree()).fit(IRIS, SPECIES), META, SHORT)


@only(OLD, NEW)
def one_vs_rest_trees():
    return default_joblib(OneVsRestClassifier(tree(1)).fit(IRIS, LABELS_OF_THREE), META, [ROWS])


@only(OLD, NEW)
def output_code_trees():
    model = OutputCodeClassifier(tree(), code_size=3, random_state=1)
    return default_joblib(model.fit(IRIS, SPECIES), META, [ROWS])


@only(OLD, NEW)
def classifier_chain_trees():
    return default_joblib(ClassifierChain(tree()).fit(IRIS, LABELS_OF_THREE), META, SHORT)


@only(OLD, NEW)
def multi_output_regressor_trees():
    return default_joblib(MultiOutputRegressor(regression_tree()).fit(DIABETES, targets(2)), MEAN, [ROWS])
