"""Neural networks."""

from sklearn.neural_network import BernoulliRBM, MLPClassifier, MLPRegressor

from suite import *


def at(*versions):
    """Only these versions: the format is the same in between."""
    return case() if VERSION in versions else lambda f: f


OLD, MID, NEW = (0, 20), (1, 0), (1, 9)
MLP = dict(BLAS, predict="blas", predict_proba="exp")
NAMES = np.array(["setosa", "versicolor", "virginica"])
FEW = [ROWS, ONE, INTEGERS]


def classifier(**params):
    params.setdefault("hidden_layer_sizes", (6,))
    return MLPClassifier(random_state=0, max_iter=40, **params)


@at(OLD, MID, NEW)
def mlp_classifier():
    return default_joblib(classifier().fit(IRIS, NAMES[SPECIES]), MLP, [ROWS, ONE, MISSING, INFINITE, NARROW, INTEGERS])


@at(OLD, NEW)
def mlp_classifier_binary_tanh():
    model = classifier(activation="tanh", hidden_layer_sizes=(5, 3)).fit(IRIS[:100], SPECIES[:100] == 1)
    return default_joblib(model, MLP, FEW)


@at(OLD, NEW)
def mlp_classifier_logistic():
    return default_joblib(classifier(activation="logistic", solver="lbfgs").fit(IRIS, SPECIES), MLP, FEW)


@at(OLD, NEW)
def mlp_classifier_multilabel():
    y = np.column_stack([SPECIES == 1, IRIS[:, 0] > 6, IRIS[:, 1] > 3]).astype(int)
    return default_joblib(classifier(activation="identity").fit(IRIS, y), MLP, FEW)


@at((0, 24), NEW)
def mlp_classifier_float32():
    return default_joblib(classifier().fit(IRIS.astype(np.float32), SPECIES), MLP, FEW)


@at(OLD, MID, NEW)
def mlp_regressor():
    model = MLPRegressor(hidden_layer_sizes=(7, 4), random_state=0, max_iter=60).fit(DIABETES, PROGRESSION)
    return default_joblib(model, MLP, [DIABETES[::60], ROWS, MISSING, NARROW])


@at(OLD, NEW)
def mlp_regressor_several():
    model = MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", random_state=0, max_iter=30).fit(DIABETES, targets(2))
    return default_joblib(model, MLP, [DIABETES[::60], ROWS])


@at((1, 7), NEW)
def mlp_regressor_poisson():
    model = MLPRegressor(hidden_layer_sizes=(5,), loss="poisson", random_state=0, max_iter=30).fit(IRIS, SPECIES)
    return default_joblib(model, dict(MLP, predict="exp"), FEW)


@at(OLD, MID, NEW)
def bernoulli_rbm():
    model = BernoulliRBM(n_components=3, n_iter=3, random_state=0).fit(IRIS / 8)
    return default_joblib(model, dict(BLAS, transform="exp"), [ROWS / 8, MISSING, NARROW])
