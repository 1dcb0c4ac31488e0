"""statsmodels: results of models that were fitted on a design matrix."""

from suite import *

import statsmodels
import statsmodels.api as sm

rng = np.random.RandomState(0)
N = 50
TABLE = sm.add_constant(pandas.DataFrame(rng.normal(size=(N, 3)).round(4), columns=["a", "b", "c"]))
MATRIX = TABLE.values
LINE = MATRIX @ [0.3, 1.0, -0.5, 0.2]
AMOUNT = LINE + rng.normal(size=N).round(4)
BINARY = (LINE + rng.logistic(size=N) > 0).astype(int)
COUNTS = rng.poisson(np.exp(LINE / 2))
POSITIVE = np.exp(LINE / 4) * rng.gamma(5, 0.2, size=N)
THIRDS = np.argmax(np.column_stack([np.zeros(N), LINE, -LINE]) + rng.gumbel(size=(N, 3)), axis=1)

ASK = [TABLE[:7], TABLE[:1], TABLE[:2].assign(a=np.nan)]
ASK_MATRIX = [MATRIX[:7], MATRIX[:1] * 100]
EXP = dict(LINEAR, predict="exp")


def saved(remove_data=False):
    return lambda results, path: results.save(path, remove_data=remove_data)


def add(name, fit, tolerance=LINEAR):
    """Of a table, of a matrix, and without the data."""
    for suffix, exog, asked, remove in [("", TABLE, ASK, False), ("_matrix", MATRIX, ASK_MATRIX, False), ("_removed", TABLE, ASK_MATRIX, True)]:

        def f(exog=exog, asked=asked, remove=remove):
            return fit(exog), tolerance, asked, saved(remove)

        f.__name__ = name + suffix
        case()(f)


add("ols", lambda X: sm.OLS(AMOUNT, X).fit())
add("wls", lambda X: sm.WLS(AMOUNT, X, weights=np.arange(N) + 1.0).fit())
add("gls", lambda X: sm.GLS(AMOUNT, X, sigma=np.arange(N) + 1.0).fit())
add("glsar", lambda X: sm.GLSAR(AMOUNT, X, 1).fit())
add("rlm", lambda X: sm.RLM(AMOUNT, X).fit())
add("logit", lambda X: sm.Logit(BINARY, X).fit(disp=0), EXP)
add("probit", lambda X: sm.Probit(BINARY, X).fit(disp=0), EXP)
add("mnlogit", lambda X: sm.MNLogit(THIRDS, X).fit(disp=0), EXP)
add("poisson", lambda X: sm.Poisson(COUNTS, X).fit(disp=0), EXP)
add("negative_binomial", lambda X: sm.NegativeBinomial(COUNTS, X).fit(disp=0), EXP)
add("negative_binomial_p", lambda X: sm.NegativeBinomialP(COUNTS, X).fit(disp=0), EXP)
add("generalized_poisson", lambda X: sm.GeneralizedPoisson(COUNTS, X).fit(disp=0), EXP)
add("glm_gaussian", lambda X: sm.GLM(AMOUNT, X).fit())


def link(name, old):
    """A link, by its name since 0.14 and before."""
    return getattr(sm.families.links, old if statsmodels.__version__ < "0.14" else name)()


FAMILIES = [
    ("binomial", BINARY, sm.families.Binomial()),
    ("probit", BINARY, sm.families.Binomial(link("Probit", "probit"))),
    ("cloglog", BINARY, sm.families.Binomial(link("CLogLog", "cloglog"))),
    ("cauchy", BINARY, sm.families.Binomial(link("Cauchy", "cauchy"))),
    ("poisson", COUNTS, sm.families.Poisson()),
    ("poisson_sqrt", COUNTS, sm.families.Poisson(link("Sqrt", "sqrt"))),
    ("poisson_identity", COUNTS + 9, sm.families.Poisson(link("Identity", "identity"))),
    ("gamma", POSITIVE + 3, sm.families.Gamma()),
    ("gamma_log", POSITIVE, sm.families.Gamma(link("Log", "log"))),
    ("inverse_gaussian", POSITIVE + 5, sm.families.InverseGaussian()),
    ("negative_binomial", COUNTS, sm.families.NegativeBinomial(alpha=0.5)),
    ("tweedie", POSITIVE, sm.families.Tweedie(var_power=1.5)),
]
if hasattr(sm.families.links, "LogLog"):
    FAMILIES.append(("tweedie_power", POSITIVE + 5, sm.families.Tweedie(sm.families.links.Power(power=2.0), var_power=1.5)))
    FAMILIES.append(("loglog", BINARY, sm.families.Binomial(sm.families.links.LogLog())))
for name, y, family in FAMILIES:

    def f(y=y, family=family):
        return sm.GLM(y, MATRIX, family=family).fit(), EXP, ASK_MATRIX[:1], saved(True)

    f.__name__ = "glm_" + name
    case()(f)


@case()
def glm_table():
    return sm.GLM(BINARY, TABLE, family=sm.families.Binomial()).fit(), EXP, ASK, saved()


@case()
def quantile_regression():
    return sm.QuantReg(AMOUNT, TABLE).fit(q=0.3), LINEAR, ASK, saved()


@case()
def ols_numbered():
    """A table whose columns are named by numbers."""
    return sm.OLS(AMOUNT, pandas.DataFrame(MATRIX)).fit(), LINEAR, ASK_MATRIX, saved()


@case()
def ols_pickled():
    import pickle

    def save(model, path):
        with open(path, "wb") as f:
            pickle.dump(model, f, protocol=2)

    return sm.OLS(AMOUNT, TABLE).fit(), LINEAR, ASK, save
