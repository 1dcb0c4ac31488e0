"""imbalanced-learn: pipelines with samplers, and its ensembles."""

from suite import *

from imblearn import FunctionSampler, combine, ensemble, over_sampling, under_sampling
from imblearn.pipeline import Pipeline
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

# Three classes of 50, 25 and 12, and two of them as text.
FEW = np.r_[0:50, 50:75, 100:112]
X, y = IRIS[FEW], SPECIES[FEW]
WORDS = np.where(y == 0, "common", "rare")
ASK = [ROWS, ONE, MISSING, NARROW, INTEGERS]



def packed(model, tolerance, batches):
    return model, tolerance, batches, to_joblib(compress=3)


SAMPLERS = {
    "adasyn": over_sampling.ADASYN(random_state=0, sampling_strategy={1: 45}),
    "allknn": under_sampling.AllKNN(),
    "borderline": over_sampling.BorderlineSMOTE(random_state=0),
    "centroids": under_sampling.ClusterCentroids(random_state=0),
    "condensed": under_sampling.CondensedNearestNeighbour(random_state=0),
    "edited": under_sampling.EditedNearestNeighbours(),
    "function": FunctionSampler(),
    "hardness": under_sampling.InstanceHardnessThreshold(random_state=0, estimator=GaussianNB()),
    "nearmiss": under_sampling.NearMiss(),
    "neighbourhood": under_sampling.NeighbourhoodCleaningRule(),
    "one_sided": under_sampling.OneSidedSelection(random_state=0),
    "over": over_sampling.RandomOverSampler(random_state=0),
    "repeated": under_sampling.RepeatedEditedNearestNeighbours(),
    "smote": over_sampling.SMOTE(random_state=0),
    "smoteenn": combine.SMOTEENN(random_state=0),
    "smotetomek": combine.SMOTETomek(random_state=0),
    "svm": over_sampling.SVMSMOTE(random_state=0),
    "tomek": under_sampling.TomekLinks(),
    "under": under_sampling.RandomUnderSampler(random_state=np.random.RandomState(0)),
}


def sampled(name):
    """Each sampler between a scaler and a classifier."""

    def f():
        steps = [("scale", StandardScaler()), ("sample", SAMPLERS[name]), ("model", logistic())]
        return packed(Pipeline(steps).fit(X, y), LABELS, [ROWS, MISSING])

    f.__name__ = "sampled_" + name
    return f


for name in SAMPLERS:
    case()(sampled(name))


@case()
def sampled_kmeans():
    sampler = over_sampling.KMeansSMOTE(random_state=0, kmeans_estimator=3, cluster_balance_threshold=0.1)
    return packed(Pipeline([("sample", sampler), ("model", GaussianNB())]).fit(X, y), LABELS, [ROWS])


@case()
def sampled_smotenc():
    """A sampler that knows of categories, before the encoder."""
    mixed = np.column_stack([X[:, :2], np.arange(len(X)) % 3])
    prep = ColumnTransformer([("hot", OneHotEncoder(handle_unknown="ignore"), [2]), ("scale", StandardScaler(), [0, 1])])
    sampler = over_sampling.SMOTENC(categorical_features=[2], random_state=0)
    model = Pipeline([("sample", sampler), ("prep", prep), ("model", logistic())]).fit(mixed, y)
    return packed(model, LABELS, [mixed[::9], np.array([[5.0, 3.0, 7.0]])])


@case()
def sampled_smoten():
    codes = np.column_stack([np.arange(len(X)) % 3, np.arange(len(X)) % 4])
    model = Pipeline([("sample", over_sampling.SMOTEN(random_state=0)), ("tree", DecisionTreeClassifier(random_state=0))])
    return packed(model.fit(codes, WORDS), LABELS, [codes[:9]])


@case()
def pipeline_two_samplers():
    steps = [
        ("over", over_sampling.SMOTE(random_state=0)),
        ("scale", StandardScaler()),
        ("skip", "passthrough"),
        ("reduce", PCA(2)),
        ("under", under_sampling.RandomUnderSampler(random_state=0)),
        ("model", logistic()),
    ]
    return packed(Pipeline(steps).fit(X, WORDS), LABELS, ASK)


@case()
def pipeline_transforms():
    steps = [("scale", StandardScaler()), ("under", under_sampling.RandomUnderSampler(random_state=0)), ("reduce", PCA(2))]
    return packed(Pipeline(steps).fit(X, y), BLAS, ASK)


@case()
def pipeline_searched():
    steps = [("over", over_sampling.RandomOverSampler(random_state=0)), ("model", DecisionTreeClassifier(random_state=0))]
    model = GridSearchCV(Pipeline(steps), {"model__max_depth": [2, 3]}, cv=3).fit(X, y)
    return packed(model, LABELS, [ROWS])


@case(needs_pandas=True)
def pipeline_table():
    table = pandas.DataFrame(X[:, :2], columns=["length", "width"]).assign(color=np.where(np.arange(len(X)) % 3, "red", "blue"))
    prep = ColumnTransformer([("hot", OneHotEncoder(handle_unknown="ignore"), ["color"]), ("scale", StandardScaler(), ["width", "length"])])
    steps = [("prep", prep), ("sample", over_sampling.SMOTE(random_state=0)), ("model", logistic())]
    model = Pipeline(steps).fit(table, WORDS)
    asked = table[::12].copy()
    asked.iloc[1, 2] = "green"
    return packed(model, LABELS, [asked])


# ---- ensembles ----------------------------------------------------------------


def forest(**params):
    return ensemble.BalancedRandomForestClassifier(n_estimators=5, random_state=0, max_depth=4, **params)


@case()
def forest_balanced():
    return packed(forest().fit(X, y), LABELS, ASK)


@case()
def forest_balanced_words():
    return packed(forest(sampling_strategy="all", replacement=True).fit(X, WORDS), LABELS, [ROWS])


@case()
def bagging_balanced():
    return packed(ensemble.BalancedBaggingClassifier(n_estimators=4, random_state=0).fit(X, y), LABELS, ASK)


@case()
def bagging_balanced_features():
    model = ensemble.BalancedBaggingClassifier(logistic(), n_estimators=3, max_features=0.5, random_state=0)
    return packed(model.fit(X, WORDS), LABELS, [ROWS])


@case()
def easy_ensemble():
    return packed(ensemble.EasyEnsembleClassifier(n_estimators=3, random_state=0).fit(X, y), LABELS, ASK)


@case()
def easy_ensemble_words():
    return packed(ensemble.EasyEnsembleClassifier(n_estimators=2, random_state=0).fit(X, WORDS), LABELS, [ROWS])


@case()
def rusboost():
    return packed(ensemble.RUSBoostClassifier(n_estimators=4, random_state=0).fit(X, y), LABELS, ASK)


@case()
def rusboost_words():
    params = dict(algorithm="SAMME") if "algorithm" in ensemble.RUSBoostClassifier().get_params() else {}
    model = ensemble.RUSBoostClassifier(n_estimators=4, random_state=0, **params)
    return packed(model.fit(X, WORDS), LABELS, [ROWS])
