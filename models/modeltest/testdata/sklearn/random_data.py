"""Random data, as rough as scikit-learn takes it, and questions about it.

A Draw is the only source of chance: it is seeded with the name of the class and
the seed, so that a case can be made again.
"""

import zlib

import numpy as np
import scipy.sparse

from suite import VERSION, pandas


class Draw(object):
    def __init__(self, *key):
        self.rng = np.random.RandomState(zlib.crc32(repr(key).encode()) & 0xFFFFFFFF)

    def chance(self, p):
        return self.rng.rand() < p

    def pick(self, options):
        return options[self.rng.randint(len(options))]

    def between(self, low, high):
        """An integer, both ends included."""
        return int(self.rng.randint(low, high + 1))

    def value(self, option):
        """Of a list any, of a function its result, else the option itself."""
        if isinstance(option, list):
            return self.value(self.pick(option))
        if isinstance(option, Plain):
            return option.value
        return option(self) if callable(option) and not isinstance(option, type) else option


class Plain(object):
    """A value that is no option: a list, or a function that is not to be called."""

    def __init__(self, value):
        self.value = value


def log(low, high):
    return lambda d: float(np.exp(d.rng.uniform(np.log(low), np.log(high))))


def uniform(low, high):
    return lambda d: float(d.rng.uniform(low, high))


def integer(low, high):
    return lambda d: d.between(low, high)


# ---- numbers -------------------------------------------------------------------


def normal(d, n, k):
    return d.rng.randn(n, k) * d.pick([1, 1, 10]) + d.pick([0, 0, 3])


def grid(d, n, k):
    """Few values, so that distances, counts and thresholds tie."""
    return d.rng.randint(-1, 3, (n, k)).astype(float)


def scales(d, n, k):
    return d.rng.randn(n, k) * 10.0 ** d.rng.randint(-5, 6, k)


def constant(d, n, k):
    X = normal(d, n, k)
    X[:, d.between(0, k - 1)] = d.pick([0.0, 1.0, -7.25, 1e5])
    return X


def counts(d, n, k):
    return d.rng.poisson(0.8, (n, k)).astype(float)


def repeated(d, n, k):
    X = normal(d, n, k)
    return X[d.rng.randint(0, max(n // 3, 2), n)]


def halves(d, n, k):
    """Values whose means are values of the data."""
    return np.round(d.rng.randn(n, k) * 4) / 2


def tiny(d, n, k):
    return d.rng.randn(n, k) * d.pick([1e-150, 1e-310])


def huge(d, n, k):
    return d.rng.randn(n, k) * d.pick([1e100, 1e150])


def outliers(d, n, k):
    X = normal(d, n, k)
    X[d.rng.rand(n, k) < 0.05] *= 1e6
    return X


STYLES = [normal, normal, normal, grid, scales, constant, counts, repeated, halves, outliers]
EDGES = STYLES + STYLES + [tiny, huge]


def numbers(d, sign="any", styles=EDGES, rows=(12, 25, 40, 60), widths=(1, 2, 3, 4, 6)):
    """A matrix of a random style; its sign is any, positive, or not negative."""
    X = d.pick(styles)(d, d.pick(rows), d.pick(widths))
    if sign == "positive":
        X = np.abs(X) + 0.5
    if sign == "natural":
        X = np.abs(X)
    if sign == "counts":
        X = np.minimum(np.abs(np.round(X)), 30)
    kind = d.rng.rand()
    if kind < 0.12 and np.abs(X).max() < 1e30:
        X = X.astype(np.float32)
    elif kind < 0.2 and np.abs(X).max() < 1e15:
        X = np.round(X).astype(d.pick([np.int64, np.int32, np.int64]))
    elif kind < 0.24:
        X = np.asfortranarray(X)
    return X


def with_holes(d, X, p=0.15, value=np.nan):
    X = np.array(X, dtype=float if value != value else X.dtype)
    X[d.rng.rand(*X.shape) < p] = value
    return X


NAMES = ["age", "height", "a b", "x_1", "Gr\u00f6\u00dfe", "z"]


def framed(X, names=NAMES):
    return pandas.DataFrame(X, columns=names[: X.shape[1]])


def near(d, X, n, halfway=True):
    """Rows of X, rows beside them, and rows half way between two."""
    Z = np.asarray(X, dtype=float)
    i, j = d.rng.randint(len(Z), size=n), d.rng.randint(len(Z), size=n)
    with np.errstate(all="ignore"):
        spread = np.nan_to_num(np.nanstd(Z[np.isfinite(Z).all(axis=1)], axis=0)) if np.isfinite(Z).any() else 1.0
        beside = Z[i] + d.rng.randn(*Z[i].shape) * spread
    between = Z[i] / 2 + Z[j] / 2 if halfway else Z[i] * 0.3 + Z[j] * 0.7
    return np.concatenate([Z[i], between, beside])[d.rng.permutation(3 * n)]


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-5, 1e6, -1e6, 5e-324, -1e-310, 1e150, -1e150]


def special(d, k, sign, most=np.inf):
    values = [v for v in SPECIAL if (sign == "any" or v >= 0) and abs(v) < most]
    X = d.rng.choice(values, (7, k))
    X[0], X[1] = 0.0, d.rng.choice([0.0, 1.0], k)
    return X


def questions(d, X, sign="any", named=False, most=np.inf, halfway=True):
    """Batches: near the data, special values, integers, and what may be refused."""
    k = X.shape[1]
    first = near(d, X, 4, halfway)
    first = first if sign == "any" else np.abs(first)
    batches = [first, first[:1], special(d, k, sign, most)]
    if np.nanmax(np.abs(first)) < 1e15 and not np.isnan(first).any():
        batches.append(np.round(first[:4]).astype(np.int64))
    bad = first[:3].copy()
    bad[1, d.between(0, k - 1)] = np.nan
    batches.append(bad)
    bad = first[:3].copy()
    bad[2, d.between(0, k - 1)] = d.pick([np.inf, -np.inf])
    batches.append(bad)
    batches.append(first[:2, : k - 1] if k > 1 else np.column_stack([first[:2]] * 2))
    if sign != "any":
        batches.append(-first[:2])
    if named:
        frames = [framed(b) for b in batches[:6]]
        if k > 1 and VERSION >= (1, 1):
            frames.append(framed(first)[list(reversed(NAMES[:k]))])
        return frames + batches[:1]
    return batches


# ---- targets --------------------------------------------------------------------


def score(d, X):
    """A linear function of X and some noise, scaled to about 1."""
    Z = np.nan_to_num(np.asarray(X, dtype=float))
    with np.errstate(all="ignore"):
        Z = (Z - Z.mean(axis=0)) / np.where(Z.std(axis=0) > 0, Z.std(axis=0), 1)
    return np.nan_to_num(Z).dot(d.rng.randn(X.shape[1])) + d.rng.randn(len(X)) * d.pick([0.1, 1])


def target(d, X, sign="any"):
    y = score(d, X) * d.pick([1, 1, 100, 1e-3]) + d.pick([0, 0, 5])
    if sign == "positive":
        y = np.abs(y) + 0.1
    kind = d.rng.rand()
    if kind < 0.15:
        return np.round(y * 3).astype(np.int64) + (1 if sign == "positive" else 0)
    if kind < 0.25:
        return y.astype(np.float32)
    return y


def labels(d, X, k=None, names=None):
    """Classes 0…k-1 by the rank of a score, under names of a random type."""
    k = k or d.pick([2, 2, 3, 4])
    ranks = np.argsort(np.argsort(score(d, X)))
    codes = ranks * k // len(X)
    if d.chance(0.3):  # of uneven sizes
        codes = np.where(ranks < 0.55 * len(X), 0, codes)
        codes[: 3 * k] = np.repeat(np.arange(k), 3)[: len(codes)]
    return (names or d.pick(NAMINGS))(d, codes, k)


def ints(d, codes, k):
    return codes.astype(np.int64)


def gaps(d, codes, k):
    return (np.sort(d.rng.choice(50, k, replace=False)) - 20)[codes]


def small_ints(d, codes, k):
    return codes.astype(d.pick([np.int32, np.uint8, np.int8]))


def strings(d, codes, k):
    return np.array(["b", "a\u00e9", "C", "dd"])[codes]


def objects(d, codes, k):
    return np.array(["no", "yes", "", "z"], dtype=object)[codes]


def booleans(d, codes, k):
    return codes > 0


def floats(d, codes, k):
    return np.array([-1.0, 2.0, 5.0, 7.0])[codes]


def signs(d, codes, k):
    return np.where(codes > 0, 1, -1)


NAMINGS = [ints, ints, gaps, small_ints, strings, strings, objects, booleans, floats, signs]


def maybe_sparse(d, X, p):
    return scipy.sparse.csr_matrix(X) if d.chance(p) and X.dtype.kind == "f" else X
