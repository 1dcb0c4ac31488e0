"""What a class is fitted on: functions of a Draw that give the arguments of fit and
the questions."""

from random_data import *  # noqa: F403
from random_data import log  # noqa: F401

from suite import column


def kind(sign="any", y=None, sparse=0.0, holes=0.0, named=0.2, most=np.inf, halfway=True, **sizes):
    """Fit on a matrix, and on a target that y(d, X) gives."""

    def data(d):
        X = numbers(d, sign, **sizes)
        if d.chance(holes):
            X = with_holes(d, X)
        Z = X
        table = pandas is not None and VERSION >= (1, 0) and d.chance(named)
        if table:
            Z = framed(X)
        elif sparse and not np.isnan(np.asarray(X, dtype=float)).any():
            Z = maybe_sparse(d, X, sparse)
        d.X = X
        args = (Z,) if y is None else (Z, y(d, X))
        return args, questions(d, X, "any" if sign == "any" else "natural", table, most, halfway)

    return data


def any_target(d, X):
    return target(d, X)


def positive_target(d, X):
    return target(d, X, "positive")


def two_targets(d, X):
    return np.column_stack([target(d, X), target(d, X)])


def maybe_targets(d, X):
    return two_targets(d, X) if d.chance(0.25) else target(d, X)


def any_labels(d, X):
    return labels(d, X)


def two_labels(d, X):
    return labels(d, X, 2)


def coded_labels(d, X):
    return labels(d, X, names=ints)


def several_labels(d, X):
    names = d.pick([ints, gaps, strings, floats])
    return np.column_stack([labels(d, X, names=names), labels(d, X, names=names)])


def flags(d, X):
    """A multilabel indicator."""
    return np.column_stack([labels(d, X, 2, ints) for _ in range(3)])


def maybe_several(d, X):
    return d.pick([any_labels] * 6 + [several_labels, flags])(d, X)


def maybe_flags(d, X):
    return d.pick([any_labels] * 4 + [flags])(d, X)


def partly(d, X):
    """Labels of which some are not known."""
    y = labels(d, X, names=ints)
    y[d.rng.rand(len(y)) < 0.3] = -1
    return y


def vectors(d):
    """One feature, as IsotonicRegression took it before 0.24: without columns."""
    x = numbers(d, widths=(1,))[:, 0].astype(float)
    return (x, target(d, x.reshape(-1, 1))), [near(d, x.reshape(-1, 1), 4)[:, 0], x[:1], np.array([0.0, -1e6, 1e6])]


# ---- categories -----------------------------------------------------------------

WORDS = ["a", "b", "c\u00e9", "", "long word", "A", "10", "9"]


def words(d, n, k, missing=None):
    X = np.array(WORDS, dtype=object)[d.rng.randint(0, d.between(2, len(WORDS)), (n, k))]
    if missing is not None and d.chance(0.5):
        X[d.rng.rand(n, k) < 0.15] = d.pick(missing)
    return X


def categories(missing=(None, np.nan), y=None, numeric=0.4, table=0.4, others=False):
    """Columns of words, of numbers, or of both; others adds columns to a question."""

    def data(d):
        n, k = d.pick([8, 20, 45]), d.pick([1, 2, 3])
        style = d.rng.rand()
        named = False
        if style < numeric:
            X = d.pick([lambda: d.rng.randint(-1, 4, (n, k)), lambda: d.rng.randint(0, 4, (n, k)) / 2.0, lambda: grid(d, n, k)])()
            if d.chance(0.3):
                X = with_holes(d, X)
            new = X[: n // 2 + 1] + (d.rng.rand(n // 2 + 1, k) < 0.2)
        elif style < numeric + table and pandas is not None and VERSION >= (1, 0):
            named = True
            X, new = table_of_categories(d, n, missing), None
        else:
            X = words(d, n, k, missing)
            new = X[: n // 2 + 1].copy()
            new[d.rng.rand(*new.shape) < 0.1] = "new"
            if d.chance(0.3):
                X = X.astype(str)
        d.X = X
        args = (X,) if y is None else (X, y(d, np.zeros((n, 1))))
        if named:
            asked = [X[:9], X[3:4], unseen(d, X[:5].copy())]
            if others and VERSION >= (1, 2):  # before, columns in another order were taken by their place
                asked += [X[:5].assign(more="x"), X[list(X.columns[::-1])][:4]]
            return args, asked
        return args, [X[:9], X[4:5], new, X[:6][::-1]]

    return data


def table_of_categories(d, n, missing):
    columns = {
        "city": words(d, n, 1, missing)[:, 0],
        "code": d.rng.randint(0, 5, n),
        "half": d.rng.randint(0, 4, n) / 2.0,
        "flag": d.rng.rand(n) < 0.5,
        "kind": pandas.Categorical(words(d, n, 1)[:, 0]),
    }
    chosen = [name for name in columns if d.chance(0.6)] or ["city"]
    return pandas.DataFrame({name: columns[name] for name in chosen})


def unseen(d, X):
    for name in X.columns:
        if X[name].dtype == object or X[name].dtype.kind == "i":
            X[name] = X[name].where(d.rng.rand(len(X)) < 0.6, "new" if X[name].dtype == object else 99)
    return X


# ---- texts and dicts --------------------------------------------------------------

TOKENS = (
    u"the The quick brown fox don't e-mail a.b@c.de na\u00efve caf\u00e9 STRASSE stra\u00dfe \u0130stanbul \u039f\u0394\u039f\u03a3 1 22 3.14 x_y"
    u" \u65e5\u672c\u8a9e \u092e\u0928 \u0645\u0631\u062d\u0628\u0627 is not and I'm \ufb01sh \u00bd \u2167 a\u0301b \U0001F600 \U0001D518x snake_case __ -- \u00a0 \u200b zo\u00eb"
).split(" ")
SPACES = [" ", " ", " ", "  ", "\n", "\t", ", ", ". ", u"\u2003", "-", "!", ""]


def text(d, most=14):
    return u"".join(d.pick(TOKENS) + d.pick(SPACES) for _ in range(d.between(0, most)))


class Texts(list):
    """Texts, as a frame holds them."""

    def frame_columns(self):
        return [column(np.array(self, dtype=object))]


def texts(d):
    corpus = Texts(text(d) for _ in range(d.between(8, 30)))
    return (corpus,), [Texts(corpus[:6]), Texts(text(d) for _ in range(8)), Texts([corpus[2]]), Texts(["", " ", "the"])]


class Records(list):
    """Dicts of the same keys, or lists of one length."""

    def frame_columns(self):
        if isinstance(self[0], dict):
            return [column(np.array([r[key] for r in self]), key) for key in self[0]]
        return [column(np.array(part)) for part in zip(*self)]


def records(d):
    keys = [k for k in ["city", "n", "x", "ok", "Gr\u00f6\u00dfe"] if d.chance(0.7)] or ["city"]

    def record():
        values = {"city": d.pick(WORDS), "n": d.between(-2, 3), "x": d.pick([0.0, 0.5, -1.25, 1e10]), "ok": bool(d.chance(0.5)), "Gr\u00f6\u00dfe": d.pick([1.0, 2.5])}
        return {k: values[k] for k in keys}

    fitted = Records(record() for _ in range(d.between(3, 12)))
    return (fitted,), [Records(fitted[:5]), Records(record() for _ in range(6))]
