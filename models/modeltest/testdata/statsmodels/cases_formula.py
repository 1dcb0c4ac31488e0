"""statsmodels: results of models that were fitted by a formula."""

from suite import *

import statsmodels.formula.api as smf
import statsmodels.api as sm

rng = np.random.RandomState(1)
N = 60
TABLE = pandas.DataFrame(
    {
        "a": rng.normal(size=N).round(3),
        "b": rng.gamma(3, size=N).round(3),
        "g": np.array(["u", "v", "w"])[rng.randint(3, size=N)],
        "h": np.array(["yes", "no"])[rng.randint(2, size=N)],
        "code": rng.randint(1, 4, size=N),
        "flag": rng.randint(2, size=N).astype(bool),
        "two words": rng.normal(size=N).round(3),
    }
)
LINE = TABLE["a"] - 0.4 * TABLE["b"] + (TABLE["g"] == "v") * 0.7 - 0.3 * TABLE["code"]
TABLE["y"] = LINE + rng.normal(size=N).round(3)
TABLE["binary"] = (LINE + rng.logistic(size=N) > 0).astype(int)
TABLE["counts"] = rng.poisson(np.exp(LINE / 3))
TABLE["thirds"] = rng.randint(3, size=N)

ASKED = TABLE[:8].drop(columns=["y", "binary", "counts", "thirds"])
NULLS = ASKED[:3].copy()
NULLS.loc[1, "a"] = np.nan
NULLS.loc[2, "g"] = None
ASK = [ASKED, ASKED[ASKED.columns[::-1]][:1], NULLS]
EXP = dict(LINEAR, predict="exp")


def saved(results, path):
    results.save(path)


def add(name, fit, tolerance=LINEAR, asked=ASK):
    def f():
        return fit(), tolerance, asked, saved

    f.__name__ = "formula_" + name
    case()(f)


for name, right in {
    "numbers": "a + b",
    "bare": "a + b - 1",
    "level": "a + g",
    "levels": "g + C(code) + b",
    "full_rank": "0 + g + a",
    "crossed": "g * h + a",
    "crossed_numbers": "a * b",
    "slopes": "g:a + h",
    "slopes_mixed": "g * a",
    "three": "a:b:g + h",
    "functions": "np.log(b) + np.exp(a / 2) + np.sqrt(b) + np.sin(a)",
    "powers": "I(a ** 2) + I(a * b - 1.5e-1) + I(-b / (2 + a ** 2))",
    "quoted": "Q('two words') + a",
    "reference": "C(g, Treatment(reference='v')) + b",
    "flag": "flag + a",
    "only_intercept_and_level": "h",
}.items():
    add(name, lambda right=right: smf.ols("y ~ " + right, TABLE).fit())


HOLES = TABLE.copy()
HOLES.loc[[3, 9], "a"] = np.nan
HOLES.loc[5, "g"] = None
add("holes", lambda: smf.ols("y ~ a + g", HOLES).fit())
CATEGORIES = TABLE.assign(g=pandas.Categorical(TABLE["g"], categories=["w", "v", "u"]))
add("categories", lambda: smf.ols("y ~ a + g", CATEGORIES).fit())
add("logit", lambda: smf.logit("binary ~ a + C(g)", TABLE).fit(disp=0), EXP)
add("mnlogit", lambda: smf.mnlogit("thirds ~ a + h", TABLE).fit(disp=0), EXP, ASK[:2])
add("poisson", lambda: smf.poisson("counts ~ np.log(b) + h", TABLE).fit(disp=0), EXP)
add("glm", lambda: smf.glm("binary ~ a * g", TABLE, family=sm.families.Binomial()).fit(), EXP)
add("wls", lambda: smf.wls("y ~ a + g", TABLE, weights=TABLE["b"]).fit())
add("rlm", lambda: smf.rlm("y ~ a + h", TABLE).fit())
add("quantreg", lambda: smf.quantreg("y ~ a + h", TABLE).fit(q=0.5))
add("negative_binomial", lambda: smf.negativebinomial("counts ~ a + h", TABLE).fit(disp=0), EXP)
