"""Makes the fixtures of package skops, for the skops that runs it.

    python make.py TAG

The committed files come from (skops, Python, NumPy, scikit-learn): 0.9 (3.11.7,
1.26.4, 1.3.2) and 0.16 (3.13.0, 2.5.5, 1.9.1). What is in plain and arrays is in
plain.json and arrays.json; kinds holds one of everything else that has a node of
its own, and fixtures_test.go knows what.
"""

import collections
import datetime
import decimal
import functools
import json
import operator
import os
import sys
import zipfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "pickle", "testdata"))

import numpy as np
import scipy.sparse
import scipy.special
import skops.io
import values
from sklearn.linear_model import SGDClassifier
from sklearn.neighbors import KDTree
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import Bunch

tag = sys.argv[1]
os.chdir(here)

shared = ["shared"]
plain = {
    "constants": [None, True, False],
    "ints": [0, 1, -1, 2**31, 2**63 - 1, -(2**63), 2**63, 10**40, -(10**40)],
    "floats": [0.0, -0.0, 1.5, -1e308, 5e-324, 0.1, 1e22, float("inf"), float("-inf"), float("nan")],
    "text": ["", "abc", "\u00e9\u20ac\U0001d11e", "\\u0041 \\ \n\r\t'\"\\\\", "\x00\x1a\x7f", "\ufffd", "x" * 300],
    "bytes": [b"", b"bytes", bytes(range(256)), bytearray(b"array\xff")],
    "tuples": [(), (1,), (1, (2, [3]))],
    "str keys": {"a": 1, "": 2, "\u00e9\"\\": 3, "1": 4},
    "int keys": {1: "a", -2: "b", 10**20: "c"},
    "other keys": {1.5: "a", float("inf"): "b"},
    "numpy keys": {np.int64(7): "a", np.str_("x"): "b", np.float64(0.5): "c"},
    "both keys": {1: "a", "1": "b"},
    "set": {1, 2, "x"},
    "empty": [[], {}, set()],
    "shared": [shared, shared],
}
matrix = np.arange(6.0).reshape(2, 3)
objects = np.empty((2, 2), dtype=object)
objects[:] = [["a", None], [1.5, np.float32(2.5)]]
ragged = np.empty(2, dtype=object)
ragged[:] = [[1, 2], (3,)]
arrays = {
    "types": [matrix.astype(t) for t in ("f8", "f4", "f2", ">f8", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?")],
    "order": [np.asfortranarray(matrix), matrix.T, matrix[:, ::2]],
    "text": [np.array(["a", "\u00e9\u20ac", ""]), np.array([b"a", b"bc"])],
    "time": [np.array(["2020-01-01", "NaT"], dtype="M8[ns]"), np.array([1, -1], dtype="m8[s]")],
    "shapes": [np.array(1.5), np.zeros((0, 3)), np.zeros(0), np.zeros((1, 2, 1))],
    "objects": [objects, ragged, np.array(["x", 1, None], dtype=object), np.zeros(0, dtype=object), np.zeros((2, 0), dtype=object)],
    "scalars": [np.float64(1.5), np.float32(0.1), np.int64(-3), np.int8(4), np.uint64(2**64 - 1), np.bool_(True), np.str_("s")],
    "shared": [matrix, matrix],
}
Pair = collections.namedtuple("Pair", "left right")
Pair.__module__, Pair.__qualname__ = "collections", "Pair"  # for its name to be found
collections.Pair = Pair
tree = DecisionTreeClassifier(max_depth=1).fit([[0.0], [1.0]], [0, 1])
kinds = {
    "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
    "default": collections.defaultdict(list, {"a": [1]}),
    "bunch": Bunch(x=1),
    "pair": Pair(1, "two"),
    "slice": slice(1, None, 2),
    "range": range(1, 10, 3),
    "frozen": frozenset(["a"]),
    "date": datetime.date(2020, 2, 29),
    "decimal": decimal.Decimal("1.50"),
    "ufunc": np.log1p,
    "special": scipy.special.expit,
    "numpy function": np.mean,
    "builtin": len,
    "type": float,
    "dtype": np.dtype("<f4"),
    "dtype object": np.dtype("O"),
    "partial": functools.partial(np.clip, a_min=0),
    "getter": operator.itemgetter(1, 2),
    "method": tree.predict,
    "state": np.random.RandomState(0),
    "generator": np.random.default_rng(0),
    "masked": np.ma.MaskedArray([1.0, 2.0], [False, True]),
    "not masked": np.ma.MaskedArray([1.0, 2.0], [False, False]),
    "no mask": np.ma.MaskedArray([1.0, 2.0]),
    "matrix": np.matrix([[1, 2]]),
    "csr": scipy.sparse.csr_matrix(matrix),
    "csc": scipy.sparse.csc_matrix(matrix),
    "coo": scipy.sparse.coo_matrix(matrix),
    "dia": scipy.sparse.dia_matrix(np.eye(3)),
    "array": scipy.sparse.csr_array(matrix),
    "tree": tree.tree_,
    "kd": KDTree(matrix.T),
    "sgd": SGDClassifier(loss="modified_huber").fit([[0.0], [1.0]], [0, 1]),
}


def works(value):
    """Whether this version can write and read value."""
    try:
        data = skops.io.dumps(value)
        skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
        return True
    except Exception as e:  # noqa: BLE001 - of many kinds
        print(tag, repr(value)[:40], type(e).__name__, str(e)[:80])
        return False


def expect(name, value):
    text = json.dumps(values.render(value), sort_keys=True, separators=(",", ":"))
    path = name + ".json"
    if os.path.exists(path):
        with open(path) as f:
            assert json.load(f) == json.loads(text), "%s: this version disagrees" % path
    with open(path, "w") as f:
        f.write(text)


def dump(name, value):
    skops.io.dump(value, "%s-%s.skops" % (name, tag), compression=zipfile.ZIP_DEFLATED)


expect("plain", plain)
dump("plain", plain)
expect("arrays", arrays)
dump("arrays", arrays)
dump("kinds", {name: value for name, value in kinds.items() if works(value)})
