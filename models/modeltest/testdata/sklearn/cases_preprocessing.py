"""Scalers and other transforms of numbers."""

from suite import *

from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    Binarizer,
    KBinsDiscretizer,
    KernelCenterer,
    MaxAbsScaler,
    Normalizer,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

if VERSION >= (1, 0):
    from sklearn.preprocessing import SplineTransformer

SHARP = dict(EXACT, transform="blas")
# Values that do not overflow when squared.
MILD = np.array([[0.0, 0.0, 0.0, 0.0], [-0.0, 1.0, -2.0, 3.0], [1e6, 0.0, -1e-6, 0.5], [-1e3, 2.0, 7.0, -9.0]])
MILD_BATCHES = [ROWS, MILD, ONE, MISSING, INFINITE, NARROW, INTEGERS]


@case()
def max_abs_scaler():
    return default_joblib(MaxAbsScaler().fit(IRIS - 3), EXACT)


@case(since=(1, 8))
def max_abs_scaler_clip():
    return default_joblib(MaxAbsScaler(clip=True).fit(IRIS[40:60]), EXACT)


@case()
def robust_scaler():
    return default_joblib(RobustScaler().fit(IRIS), EXACT)


@case()
def robust_scaler_no_center():
    return default_joblib(RobustScaler(with_centering=False, quantile_range=(10, 90)).fit(IRIS), EXACT, [ROWS])


@case()
def robust_scaler_no_scale():
    return default_joblib(RobustScaler(with_scaling=False).fit(IRIS), EXACT, [ROWS])


@case(since=(0, 24))
def robust_scaler_unit_variance():
    return default_joblib(RobustScaler(unit_variance=True).fit(IRIS), EXACT, [ROWS])


@case(since=(0, 24))
def robust_scaler_neither():
    return default_joblib(RobustScaler(with_scaling=False, with_centering=False).fit(IRIS), EXACT, [ROWS])


@case(since=(0, 24))
def normalizer_l1():
    return default_joblib(Normalizer(norm="l1").fit(IRIS), SHARP, MILD_BATCHES)


@case(since=(0, 24))
def normalizer_l2():
    return default_joblib(Normalizer().fit(IRIS), SHARP, MILD_BATCHES)


@case(since=(0, 24))
def normalizer_max():
    return default_joblib(Normalizer(norm="max").fit(IRIS), EXACT, MILD_BATCHES)


@case()
def normalizer_in_pipeline():
    """Before 0.24 alone it does not record how many features it takes."""
    steps = [("scale", StandardScaler()), ("norm", Normalizer(norm="max"))]
    return default_joblib(Pipeline(steps).fit(IRIS), EXACT, [ROWS, MILD])


@case(since=(0, 24))
def binarizer():
    return default_joblib(Binarizer(threshold=1.4).fit(IRIS), EXACT)


@case()
def binarizer_in_pipeline():
    return default_joblib(Pipeline([("scale", StandardScaler()), ("cut", Binarizer())]).fit(IRIS), EXACT, [ROWS])


@case()
def kernel_centerer():
    K = IRIS[::15].dot(IRIS[::15].T)
    return default_joblib(KernelCenterer().fit(K), SHARP, [IRIS[:5].dot(IRIS[::15].T), K[:1], K[:2] * np.nan])


@case()
def power_yeo_johnson():
    X = IRIS - [5, 3, 0, 0]
    return default_joblib(PowerTransformer().fit(X), SHARP, [ROWS - [5, 3, 0, 0], MILD[:2], ONE, MISSING, INFINITE, NARROW])


@case()
def power_yeo_johnson_plain():
    X = IRIS - [5, 3, 0, 0]
    model = PowerTransformer(method="yeo-johnson", standardize=False).fit(X)
    return default_joblib(model, SHARP, [ROWS - [5, 3, 0, 0]])


@case()
def power_yeo_johnson_edges():
    model = PowerTransformer(method="yeo-johnson", standardize=False).fit(IRIS)
    model.lambdas_ = np.array([0.0, 2.0, 1.0, 1e-3])
    return default_joblib(model, SHARP, [ROWS, -ROWS])


@case()
def power_box_cox():
    model = PowerTransformer(method="box-cox").fit(IRIS)
    return default_joblib(model, SHARP, [ROWS, ONE, MISSING, INFINITE, MILD])


@case()
def power_box_cox_plain():
    model = PowerTransformer(method="box-cox", standardize=False).fit(IRIS)
    model.lambdas_ = np.array([0.0, 2.0, -1.0, 1e-3])
    return default_joblib(model, SHARP, [ROWS])


@case()
def quantile_uniform():
    model = QuantileTransformer(n_quantiles=20, random_state=0).fit(IRIS)
    return default_joblib(model, EXACT, MILD_BATCHES + [IRIS[:12]])


@case()
def quantile_normal():
    model = QuantileTransformer(n_quantiles=50, output_distribution="normal", random_state=0).fit(IRIS)
    return default_joblib(model, SHARP, MILD_BATCHES + [IRIS[:12], IRIS[[0, 14, 41, 118, 131]]])


POLYNOMIAL_BATCHES = [ROWS, MILD, ONE, MISSING, INFINITE, NARROW, INTEGERS]


@case()
def polynomial_default():
    return default_joblib(PolynomialFeatures().fit(IRIS), EXACT, POLYNOMIAL_BATCHES)


@case()
def polynomial_three():
    return default_joblib(PolynomialFeatures(degree=3).fit(IRIS), EXACT, [ROWS])


@case()
def polynomial_interaction():
    return default_joblib(PolynomialFeatures(degree=3, interaction_only=True).fit(IRIS), EXACT, [ROWS])


@case()
def polynomial_all_interactions():
    model = PolynomialFeatures(degree=9, interaction_only=True, include_bias=False)
    return default_joblib(model.fit(IRIS), EXACT, [ROWS])


@case()
def polynomial_no_bias():
    return default_joblib(PolynomialFeatures(degree=4, include_bias=False).fit(IRIS[:, :2]), EXACT, [ROWS[:, :2]])


@case(since=(1, 0))
def polynomial_range():
    return default_joblib(PolynomialFeatures(degree=(2, 3)).fit(IRIS), EXACT, [ROWS])


@case(since=(1, 0))
def polynomial_range_interaction():
    return default_joblib(PolynomialFeatures(degree=(2, 3), interaction_only=True, include_bias=False).fit(IRIS), EXACT, [ROWS])


@case()
def kbins_onehot():
    return default_joblib(KBinsDiscretizer(n_bins=4).fit(IRIS), EXACT, POLYNOMIAL_BATCHES)


@case()
def kbins_ordinal():
    model = KBinsDiscretizer(n_bins=[3, 2, 5, 4], encode="ordinal", strategy="uniform").fit(IRIS)
    return default_joblib(model, EXACT, POLYNOMIAL_BATCHES)


@case()
def kbins_dense():
    model = KBinsDiscretizer(n_bins=3, encode="onehot-dense", strategy="kmeans").fit(IRIS)
    return default_joblib(model, EXACT, [ROWS, MILD])


@case()
def kbins_edges():
    """Values on the edges, and just below."""
    model = KBinsDiscretizer(n_bins=4, encode="ordinal").fit(IRIS)
    edges = np.array([e[[0, 1, -2, -1]] for e in model.bin_edges_]).T
    return default_joblib(model, EXACT, [edges, np.nextafter(edges, -9), edges - 2e-5])


@case()
def kbins_in_pipeline():
    steps = [("bins", KBinsDiscretizer(n_bins=3)), ("model", logistic())]
    return default_joblib(Pipeline(steps).fit(IRIS[:100], SPECIES[:100]), LABELS, [ROWS])


BEYOND = np.vstack([IRIS[::30], IRIS[::30] - 2.5, IRIS[::30] + 4])


def spline(**params):
    return default_joblib(SplineTransformer(n_knots=4, **params).fit(IRIS), SHARP, [BEYOND, ROWS, IRIS.max(axis=0)[None]])


@case(since=(1, 0))
def spline_constant():
    return default_joblib(SplineTransformer().fit(IRIS), SHARP, [BEYOND, ROWS, MISSING, INFINITE, NARROW])


@case(since=(1, 0))
def spline_linear():
    return spline(extrapolation="linear", knots="quantile")


@case(since=(1, 0))
def spline_linear_1():
    return spline(extrapolation="linear", degree=1)


@case(since=(1, 0))
def spline_continue():
    return spline(extrapolation="continue", degree=2)


@case(since=(1, 0))
def spline_periodic():
    return spline(extrapolation="periodic", degree=2)


@case(since=(1, 0))
def spline_error():
    return spline(extrapolation="error")


@case(since=(1, 0))
def spline_no_bias():
    return spline(include_bias=False)


@case(since=(1, 3))
def spline_sparse():
    return spline(sparse_output=True)


@case(since=(1, 9))
def spline_zeros():
    X = IRIS.copy()
    X[::9, 1] = np.nan
    return default_joblib(SplineTransformer(handle_missing="zeros").fit(X), SHARP, [X[::18], MISSING])
