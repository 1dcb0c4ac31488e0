"""sklearn.discriminant_analysis and sklearn.naive_bayes."""

from sklearn import naive_bayes as nb
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis

from shorthand import add, at
from suite import *  # noqa: F403

OLD, NEW = (0, 20), (1, 9)
SHORT = [ROWS, MISSING]
TEXT = np.array(["a", "b", "c"])[SPECIES]


def classifier(name, build, versions=(OLD, NEW), batches=SHORT, X=IRIS, tolerance=BLAS):
    add(name, lambda: build().fit(X, TEXT), versions, tolerance, batches)


def both(name, build, versions=(OLD, NEW), batches=SHORT, X=IRIS, tolerance=BLAS):
    classifier(name, build, versions, batches, X, tolerance)
    add(name + "_binary", lambda: build().fit(X[:100], SPECIES[:100]), versions, tolerance, batches)


# ---- discriminants ---------------------------------------------------------------

LDA = [OLD, (0, 21), (0, 22), (0, 24), (1, 2), NEW]
SMALL = EXTREME[:6] * [1e-4, 1, 1, 1]  # probabilities of 0 that are still numbers
both("lda", lambda: LinearDiscriminantAnalysis(), LDA, [ROWS, SMALL, MISSING])
both("lda_eigen", lambda: LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.1))
classifier("lda_one_component", lambda: LinearDiscriminantAnalysis(n_components=1))
classifier("lda_priors", lambda: LinearDiscriminantAnalysis(priors=[0.2, 0.3, 0.5]), [NEW])

QDA = [OLD, (1, 0), (1, 5), (1, 7), NEW]
both("qda", lambda: QuadraticDiscriminantAnalysis(), QDA)
classifier("qda_regularized", lambda: QuadraticDiscriminantAnalysis(reg_param=0.2, priors=[0.2, 0.3, 0.5]))
if VERSION >= (1, 8):
    classifier("qda_eigen", lambda: QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=0.1), [NEW])


# ---- naive Bayes -----------------------------------------------------------------

NB = [OLD, (0, 24), (1, 0), (1, 5), NEW]
GAUSS = EXTREME[[0, 1, 4, 5, 6]]
both("gaussian_nb", lambda: nb.GaussianNB(), NB, [ROWS, GAUSS, MISSING])
classifier("gaussian_nb_priors", lambda: nb.GaussianNB(priors=[0.2, 0.3, 0.5]))

COUNTS = np.floor(IRIS * 2)
WIDE = np.column_stack([IRIS, IRIS[:, ::-1], IRIS[:, 1:3]])
both("multinomial_nb", lambda: nb.MultinomialNB(), NB, [COUNTS[::19], MISSING], COUNTS)
classifier("multinomial_nb_no_prior", lambda: nb.MultinomialNB(fit_prior=False, alpha=0.1), X=COUNTS)
both("complement_nb", lambda: nb.ComplementNB(), (OLD, (1, 2), NEW), [COUNTS[::19], MISSING], COUNTS)
classifier("complement_nb_norm", lambda: nb.ComplementNB(norm=True), X=COUNTS)
both("bernoulli_nb", lambda: nb.BernoulliNB(binarize=3.0), NB, [ROWS, EXTREME, MISSING])
classifier("bernoulli_nb_wide", lambda: nb.BernoulliNB(binarize=2.0), X=WIDE, batches=[WIDE[::19]])
ZEROS_ONES = (IRIS > 3).astype(float)
classifier("bernoulli_nb_no_binarize", lambda: nb.BernoulliNB(binarize=None), X=ZEROS_ONES, batches=[ZEROS_ONES[::19], ROWS])
classifier("gaussian_nb_wide", lambda: nb.GaussianNB(), X=WIDE, batches=[WIDE[::19]])


@at((1, 2), NEW)
def complement_nb_one_class():
    return default_joblib(nb.ComplementNB().fit(COUNTS, np.ones(len(COUNTS))), BLAS, [COUNTS[::40]])


if VERSION >= (0, 22):
    WHOLE = np.floor(IRIS).astype(int)
    FRACTIONS = np.clip(IRIS[::19], 0, 6.9)
    NEGATIVE = np.array([[5, 3, 1, 0], [5, -3, 1, 0]])
    CATEGORIES = [(0, 22), (0, 24), (1, 2), NEW]
    both("categorical_nb", lambda: nb.CategoricalNB(min_categories=9) if VERSION >= (0, 24) else nb.CategoricalNB(),
         CATEGORIES, [WHOLE[:100:13], FRACTIONS[:5], MISSING] + ([NEGATIVE] if VERSION >= (0, 24) else []), WHOLE)


@at((1, 0), NEW)
def gaussian_nb_dataframe():
    X = pandas.DataFrame(IRIS, columns=list("abcd"))
    return default_joblib(nb.GaussianNB().fit(X, SPECIES > 0), BLAS, [X[::40], MISSING])


# Parameters of float32 stay so, and what does not depend on X is computed in it.
# There is no case of quadratic discriminants: their float32 powers depend on the processor.
X32 = IRIS.astype(np.float32)
classifier("lda_float32", lambda: LinearDiscriminantAnalysis(), [(1, 7), NEW], [ROWS], X32)
classifier("gaussian_nb_float32", lambda: nb.GaussianNB(), [OLD, NEW], [ROWS], X32)
