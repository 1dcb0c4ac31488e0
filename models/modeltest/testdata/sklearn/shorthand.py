"""Short forms to declare cases, for groups with many similar classes."""

from suite import LINEAR, MISSING, ROWS, VERSION, case, default_joblib


def at(*versions):
    """A case of these versions only: where a format or a formula changed."""
    return case() if VERSION in versions else lambda f: f


def add(name, build, versions=((0, 20), (1, 9)), tolerance=LINEAR, batches=(ROWS, MISSING)):
    """A case without a function of its own."""

    def f():
        return default_joblib(build(), tolerance, batches)

    f.__name__ = name
    at(*versions)(f)
