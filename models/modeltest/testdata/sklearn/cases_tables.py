"""Tables with text before scikit-learn 1.0, and estimators around a model of a
table, which hand it on as it came."""

from census import NUMBERS, census, census_asked, outcome, people
from suite import *

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import FeatureUnion, Pipeline

try:
    from sklearn.ensemble import StackingClassifier
except ImportError:  # before 0.22
    StackingClassifier = None
try:
    from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
except ImportError:  # before 1.5
    FixedThresholdClassifier = None
try:
    from sklearn.frozen import FrozenEstimator
except ImportError:  # before 1.6
    FrozenEstimator = None

OLD = [(0, 20), (0, 22), (0, 24)]
ENDS = [(1, 2), (1, 9)]


def versions(*list):
    return case(needs_pandas=True) if VERSION in list else lambda f: f


PARTS = dict(LABELS, transform="exp")  # of the probabilities of other estimators


def asked():
    """Before 1.0 a table with its columns in another order is another table."""
    X = people(6, seed=2)
    return [X, X[:1]] if VERSION < (1, 0) else census_asked()[1]


def ask(model, y=None, tolerance=LABELS):
    X = people()
    return default_joblib(model.fit(X, outcome(X) if y is None else y(X)), tolerance, asked())


def three(X):
    return np.digitize(X["years"], [7, 14])


def ridge():
    steps = census().steps
    return Pipeline([steps[0], ("model", Ridge())])


@versions(*OLD)
def tables_census():
    return ask(census())


@versions(*OLD)
def tables_census_remainder():
    return ask(census(remainder="passthrough"))


@versions(*OLD)
def tables_census_transform():
    X = people()
    return default_joblib(census().fit(X, outcome(X)).named_steps["prep"], EXACT, asked())


@versions((0, 20), *ENDS)
def tables_search():
    return ask(GridSearchCV(census(), {"model__C": [0.1, 1.0]}, cv=2))


@versions(*ENDS)
def tables_voting():
    other = census()
    other.set_params(model__C=0.1)
    return ask(VotingClassifier([("a", census()), ("b", other)], voting="soft"), three, PARTS)


@versions(*ENDS)
def tables_stacking():
    return ask(StackingClassifier([("a", census())], final_estimator=logistic(), cv=2), three, PARTS)


@versions(*ENDS)
def tables_stacking_passthrough():
    """What passes by the first layer must be numbers."""
    numbers = Pipeline([("fill", SimpleImputer()), ("model", logistic())])
    X = people()[NUMBERS].fillna(0.0)
    model = StackingClassifier([("a", numbers)], final_estimator=logistic(), cv=2, passthrough=True)
    return default_joblib(model.fit(X, outcome(X)), PARTS, [people(6, seed=2)[NUMBERS].fillna(1.0)])


@versions(*ENDS)
def tables_calibrated():
    return ask(CalibratedClassifierCV(census(), cv=2), three)


@versions(*ENDS)
def tables_one_vs_rest():
    return ask(OneVsRestClassifier(census()), three)


@versions((1, 9))
def tables_fixed_threshold():
    return ask(FixedThresholdClassifier(census(), threshold=0.3, pos_label=">50K"))


@versions((1, 9))
def tables_tuned_threshold():
    return ask(TunedThresholdClassifierCV(census(), cv=2), lambda X: (outcome(X) == ">50K").astype(int))


@versions((1, 9))
def tables_frozen():
    X = people()
    return default_joblib(FrozenEstimator(census().fit(X, outcome(X))), LABELS, asked())


@versions(*ENDS)
def tables_target():
    return ask(TransformedTargetRegressor(ridge(), func=np.log1p, inverse_func=np.expm1), lambda X: X["years"] + 1.0, LINEAR)


@versions(*ENDS)
def tables_many_outputs():
    return ask(MultiOutputClassifier(census()), lambda X: np.column_stack([three(X), X["member"]]).astype(int))


@versions(*ENDS)
def tables_union():
    """Both parts of a union see the table."""
    X = people()
    parts = [("prep", census().steps[0][1]), ("age", ColumnTransformer([("age", SimpleImputer(), ["age"])]))]
    return default_joblib(FeatureUnion(parts).fit(X), EXACT, asked())
