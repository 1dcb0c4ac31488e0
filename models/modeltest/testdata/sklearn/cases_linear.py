"""sklearn.linear_model and the linear classes of sklearn.svm."""

from sklearn import linear_model as lm
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC, LinearSVR

from shorthand import add, at
from suite import *  # noqa: F403

SHORT = [ROWS, MISSING]
OLD, MIDDLE, NEW = (0, 20), (1, 2), (1, 9)
GLM = dict(LINEAR, predict="exp")


def regressor(name, build, versions=(OLD, NEW)):
    add(name, lambda: build().fit(DIABETES, PROGRESSION), versions)


def multi(name, build, versions=(OLD, NEW)):
    add(name, lambda: build().fit(DIABETES, targets(2)), versions)


# ---- regressors: X @ coef_.T + intercept_ --------------------------------------

regressor("lasso", lambda: lm.Lasso(alpha=0.1))
multi("lasso_multi", lambda: lm.Lasso(alpha=0.1))
regressor("lasso_no_intercept", lambda: lm.Lasso(alpha=0.1, fit_intercept=False))
regressor("lasso_cv", lambda: lm.LassoCV(alphas=[0.01, 0.1], cv=3))
regressor("elastic_net", lambda: lm.ElasticNet(alpha=0.01))
multi("elastic_net_multi", lambda: lm.ElasticNet(alpha=0.01))
regressor("elastic_net_cv", lambda: lm.ElasticNetCV(alphas=[0.01, 0.1], cv=3))
multi("multi_task_lasso", lambda: lm.MultiTaskLasso(alpha=0.1))
multi("multi_task_lasso_cv", lambda: lm.MultiTaskLassoCV(alphas=[0.01, 0.1], cv=3))
multi("multi_task_elastic_net", lambda: lm.MultiTaskElasticNet(alpha=0.1))
multi("multi_task_elastic_net_cv", lambda: lm.MultiTaskElasticNetCV(alphas=[0.01, 0.1], cv=3))
regressor("ridge_cv", lambda: lm.RidgeCV(alphas=[0.1, 1.0]))
multi("ridge_cv_multi", lambda: lm.RidgeCV(alphas=[0.1, 1.0]))
regressor("ridge_cv_folds", lambda: lm.RidgeCV(alphas=[0.1, 1.0], cv=3))
regressor("lars", lambda: lm.Lars(n_nonzero_coefs=3))
multi("lars_multi", lambda: lm.Lars(n_nonzero_coefs=3))
regressor("lars_cv", lambda: lm.LarsCV(cv=3))
regressor("lasso_lars", lambda: lm.LassoLars(alpha=0.01))
regressor("lasso_lars_cv", lambda: lm.LassoLarsCV(cv=3))
regressor("lasso_lars_ic", lambda: lm.LassoLarsIC())
regressor("omp", lambda: lm.OrthogonalMatchingPursuit(n_nonzero_coefs=2))
multi("omp_multi", lambda: lm.OrthogonalMatchingPursuit(n_nonzero_coefs=2))
regressor("omp_cv", lambda: lm.OrthogonalMatchingPursuitCV(cv=3))
regressor("huber", lambda: lm.HuberRegressor())
regressor("theil_sen", lambda: lm.TheilSenRegressor(random_state=0, max_subpopulation=50))
regressor("sgd_regressor", lambda: lm.SGDRegressor(random_state=0, max_iter=20, tol=1e-3))
regressor("sgd_regressor_average", lambda: lm.SGDRegressor(random_state=0, max_iter=20, tol=1e-3, average=True))
regressor("passive_aggressive_regressor", lambda: lm.PassiveAggressiveRegressor(random_state=0, max_iter=20, tol=1e-3))
regressor("linear_svr", lambda: LinearSVR(random_state=0, C=10.0))
regressor("linear_svr_no_intercept", lambda: LinearSVR(random_state=0, C=10.0, fit_intercept=False))
if VERSION >= (1, 0):
    regressor("quantile", lambda: lm.QuantileRegressor(alpha=0.01, solver="highs"), [(1, 0), NEW])


@at((1, 0), NEW)
def lasso_dataframe():
    X = pandas.DataFrame(DIABETES, columns=list("abcd"))
    batches = [X[::60], MISSING]
    return default_joblib(lm.Lasso(alpha=0.1).fit(X, PROGRESSION), LINEAR, batches)


# ---- with a deviation ----------------------------------------------------------

BAYES = [OLD, (0, 24), (1, 0), MIDDLE, (1, 7), NEW]
regressor("bayesian_ridge", lambda: lm.BayesianRidge(), BAYES)
regressor("ard", lambda: lm.ARDRegression(threshold_lambda=0.0005), BAYES)
if VERSION < (1, 2):
    regressor("bayesian_ridge_normalize", lambda: lm.BayesianRidge(normalize=True), [OLD, (0, 24), (1, 0)])
    regressor("ard_normalize", lambda: lm.ARDRegression(normalize=True, threshold_lambda=0.0005), [(0, 24), (1, 0)])
regressor("ard_none_kept", lambda: lm.ARDRegression(threshold_lambda=1e-30), [NEW])
regressor("bayesian_ridge_no_intercept", lambda: lm.BayesianRidge(fit_intercept=False), [OLD, NEW])


def float32(name, build, versions):
    X, y = DIABETES.astype(np.float32), PROGRESSION.astype(np.float32)
    add(name, lambda: build().fit(X, y), versions)


float32("bayesian_ridge_float32", lambda: lm.BayesianRidge(), [(1, 5), (1, 7), NEW])
float32("ard_float32", lambda: lm.ARDRegression(threshold_lambda=0.0005), [(1, 5), NEW])
float32("lasso_float32", lambda: lm.Lasso(alpha=0.1), [OLD, NEW])


# ---- generalized ---------------------------------------------------------------

GLMS = [(0, 24), (1, 0), MIDDLE, (1, 5), NEW]


def glm(name, build):
    X = DIABETES * 10
    batches = [ROWS, EXTREME, MISSING]
    add(name, lambda: build().fit(X, PROGRESSION / 100), GLMS, GLM, batches)


if VERSION >= (0, 23):
    glm("poisson", lambda: lm.PoissonRegressor(alpha=0.1))
    glm("gamma", lambda: lm.GammaRegressor(alpha=0.1))
    glm("tweedie_normal", lambda: lm.TweedieRegressor())
    glm("tweedie_compound", lambda: lm.TweedieRegressor(power=1.5, alpha=0.1))
    glm("tweedie_log", lambda: lm.TweedieRegressor(power=0, link="log", alpha=0.1))
    glm("tweedie_identity", lambda: lm.TweedieRegressor(power=1, link="identity", alpha=0.1))


# ---- RANSAC ----------------------------------------------------------------------

regressor("ransac", lambda: lm.RANSACRegressor(random_state=0), [OLD, MIDDLE, NEW])
multi("ransac_multi", lambda: lm.RANSACRegressor(random_state=0), [OLD, NEW])
regressor("ransac_huber", lambda: lm.RANSACRegressor(lm.HuberRegressor(), min_samples=10, random_state=0), [OLD, NEW])

regressor("ransac_pipeline", lambda: lm.RANSACRegressor(make_pipeline(StandardScaler(), lm.LinearRegression()),
                                                        min_samples=10, random_state=0), [(0, 22), NEW])


# ---- classifiers -----------------------------------------------------------------

TEXT = np.array(["a", "b", "c"])[SPECIES]
STEPS = dict(random_state=0, max_iter=20, tol=1e-3)


def classifier(name, build, versions=(OLD, NEW), batches=SHORT):
    add(name, lambda: build().fit(IRIS, TEXT), versions, LABELS, batches)


def binary(name, build, versions=(OLD, NEW), batches=SHORT):
    add(name + "_binary", lambda: build().fit(IRIS[:100], SPECIES[:100]), versions, LABELS, batches)


def both(name, build, versions=(OLD, NEW), batches=SHORT):
    classifier(name, build, versions, batches)
    binary(name, build, versions, batches)


def logistic_cv(**params):
    if VERSION >= (1, 8):
        params.pop("multi_class", None)
        params.update(use_legacy_attributes=False, l1_ratios=(0,), scoring="accuracy")
    return lm.LogisticRegressionCV(Cs=[0.1, 1.0], cv=3, max_iter=300, **params)


both("logistic_cv", logistic_cv, [OLD, (0, 22), (1, 5), (1, 7), NEW])
if VERSION < (1, 8):
    both("logistic_cv_ovr", lambda: logistic_cv(multi_class="ovr"), [OLD, (1, 7)])
    both("logistic_cv_multinomial", lambda: logistic_cv(multi_class="multinomial"), [OLD, (1, 7)])

both("linear_svc", lambda: LinearSVC(random_state=0), [OLD, NEW])
classifier("linear_svc_crammer_singer", lambda: LinearSVC(random_state=0, multi_class="crammer_singer"), [OLD, NEW])
binary("linear_svc_no_intercept", lambda: LinearSVC(random_state=0, fit_intercept=False), [OLD, NEW])
both("perceptron", lambda: lm.Perceptron(**STEPS))
both("passive_aggressive_classifier", lambda: lm.PassiveAggressiveClassifier(**STEPS))
both("ridge_classifier", lambda: lm.RidgeClassifier(), [OLD, (0, 24), MIDDLE, NEW])
both("ridge_classifier_cv", lambda: lm.RidgeClassifierCV(alphas=[0.1, 1.0]), [OLD, (0, 24), MIDDLE, NEW])
both("ridge_classifier_cv_folds", lambda: lm.RidgeClassifierCV(alphas=[0.1, 1.0], cv=3), [OLD, NEW])

SETS = np.column_stack([SPECIES > 0, SPECIES == 1, SPECIES < 2]).astype(int)


@at((1, 0), MIDDLE, NEW)
def ridge_classifier_multilabel():
    return default_joblib(lm.RidgeClassifier().fit(IRIS, SETS), LABELS, SHORT)


@at((0, 24), (1, 0), NEW)
def ridge_classifier_cv_multilabel():
    """Before 1.0 predict took the largest decision of a row instead."""
    return default_joblib(lm.RidgeClassifierCV().fit(IRIS, SETS), LABELS, SHORT)


LOG = "log_loss" if VERSION >= (1, 1) else "log"
FAR = [ROWS, EXTREME, MISSING]
both("sgd_classifier", lambda: lm.SGDClassifier(**STEPS))
both("sgd_classifier_log", lambda: lm.SGDClassifier(loss=LOG, **STEPS), [OLD, (1, 7), NEW], FAR)
both("sgd_classifier_huber", lambda: lm.SGDClassifier(loss="modified_huber", **STEPS), [OLD, NEW], FAR)
both("sgd_classifier_average", lambda: lm.SGDClassifier(average=True, **STEPS), [OLD, NEW])


@at(OLD, NEW)
def sgd_classifier_sparsified():
    model = lm.SGDClassifier(penalty="l1", alpha=0.01, **STEPS).fit(IRIS, SPECIES)
    return default_joblib(model.sparsify(), LABELS, SHORT)


@at((1, 0), MIDDLE, NEW)
def sgd_one_class_svm():
    return default_joblib(lm.SGDOneClassSVM(nu=0.2, random_state=0).fit(IRIS), LABELS, [ROWS, EXTREME, MISSING])
