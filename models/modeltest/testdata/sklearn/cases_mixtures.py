"""sklearn.mixture, and EllipticEnvelope of sklearn.covariance."""

from sklearn.covariance import EllipticEnvelope
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

from suite import *  # noqa: F403

# Without INTEGERS: 1.9 rounds log-probabilities to the type of its input.
USUAL = [ROWS, ONE, MISSING, INFINITE, NARROW]


def gaussian(kind, batches=(ROWS,)):
    model = GaussianMixture(n_components=3, covariance_type=kind, random_state=0)
    return default_joblib(model.fit(IRIS), LABELS, list(batches))


@case()
def gaussian_mixture_full():
    return gaussian("full", USUAL)


@case()
def gaussian_mixture_tied():
    return gaussian("tied")


@case()
def gaussian_mixture_diag():
    return gaussian("diag")


@case()
def gaussian_mixture_spherical():
    return gaussian("spherical")


def bayesian(**params):
    model = BayesianGaussianMixture(n_components=3, random_state=0, max_iter=30, **params)
    return default_joblib(model.fit(IRIS), LABELS, [ROWS, ONE])


@case()
def bayesian_mixture():
    return bayesian()


@case()
def bayesian_mixture_tied():
    return bayesian(covariance_type="tied", weight_concentration_prior_type="dirichlet_distribution")


@case()
def bayesian_mixture_diag():
    return bayesian(covariance_type="diag")


@case()
def bayesian_mixture_spherical():
    return bayesian(covariance_type="spherical")


@case()
def elliptic_envelope():
    return default_joblib(EllipticEnvelope(random_state=0).fit(IRIS), LABELS, [IRIS[::13], ONE, MISSING, NARROW])


@case()
def elliptic_envelope_no_precision():
    model = EllipticEnvelope(random_state=0, store_precision=False, contamination=0.3)
    return default_joblib(model.fit(IRIS), LABELS, [IRIS[::13]])
